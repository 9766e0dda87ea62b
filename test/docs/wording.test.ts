// What people read is plain technical English. The goal: words of a literal translation do not come back. The method: every text of
// the command table, the topics, the findings and the failures, every sentence in a string of the sources, and the documents are
// searched for phrases that were found and replaced once; summaries and sentences of the help are measured.
import { expect } from 'chai'
import { readdirSync, readFileSync } from 'node:fs'
import { join } from 'node:path'
import {
  COMMANDS,
  formsOf,
  GLOBAL_OPTIONS,
  optionsOfAll
} from '../../adapters/cli/table/commands.ts'
import { PEER_SENTENCES } from '../../adapters/cli/table/peers.ts'
import { TOPICS } from '../../adapters/cli/table/topics.ts'
import { REMEDIES } from '../../adapters/upkeep/check/remedies.ts'
import { KINDS } from '../../domain/upkeep/check/kinds.ts'

const ROOT = join(import.meta.dirname, '..', '..')

const FORBIDDEN =
  /\b(?:so many|so long ago|what (?:it|he|they) spawned|(?:that|which|who) (?:is|are|was|were) there|(?:the|a) beginning of an id|(?:is|are|was|were|be) told|nobody|anew|go(?:es)? on|going on|went on)\b/i

const summariesOf = COMMANDS.flatMap(({ name, summary, words = [] }) => [
  [name, summary] as const,
  ...words.map((word) => [`${name} ${word.name}`, word.summary] as const)
])

const helpTexts: ReadonlyArray<readonly [place: string, text: string]> = [
  ...summariesOf,
  ...COMMANDS.flatMap((command) => [
    ...[command, ...formsOf(command)].flatMap(({ about }) =>
      about.map((text) => [command.name, text] as const)
    ),
    ...optionsOfAll(command).map(({ name, text }) => [`${command.name} --${name}`, text] as const),
    ...command.examples.map(([typed, what]) => [typed, what] as const)
  ]),
  ...GLOBAL_OPTIONS.map(({ name, text }) => [`--${name}`, text] as const),
  ...TOPICS.flatMap(({ name, about, rows }) => [
    ...about.map((text) => [name, text] as const),
    ...rows.map(([head, text]) => [`${name} ${head}`, text] as const)
  ])
]

const outputTexts = COMMANDS.flatMap(({ name, output }) =>
  Object.values({ ...output }).map((text) => [`${name}: output`, String(text)] as const)
)

const found = (texts: ReadonlyArray<readonly [string, string]>): ReadonlyArray<string> =>
  texts.flatMap(([place, text]) => {
    const phrase = FORBIDDEN.exec(text)
    return phrase === null ? [] : [`${place}: ${phrase[0]}: ${text.slice(0, 120)}`]
  })

/** Files below a folder, by their ending. */
const filesIn = (folder: string, ending: string): ReadonlyArray<string> =>
  readdirSync(join(ROOT, folder), { recursive: true, encoding: 'utf8' })
    .filter((path) => path.endsWith(ending))
    .map((path) => join(folder, path))

/** Strings of more than two words in a source; comments are for programmers. */
const sentencesIn = (source: string): ReadonlyArray<string> =>
  source
    .replace(/\/\*[\s\S]*?\*\/|(?<=^|\s)\/\/.*$/gm, '')
    .split('\n')
    .flatMap((line) => line.match(/'(?:[^'\\]|\\.)*'|`(?:[^`\\]|\\.)*`/g) ?? [])
    .filter((text) => text.trim().split(/\s+/).length > 2)

describe('wording', () => {
  it('sums a command and a word up in at most sixty characters, beginning with what it does', () => {
    const verbs =
      /^(?:Answer|Append|Archive|Check|Choose|Compare|Compress|Connect|Copy|Delete|Disable|Empty|Enable|Expand|Explain|Export|Fork|Give|Hide|Import|Inspect|Install|List|Move|Print|Push|Rebuild|Reconstruct|Record|Remove|Repair|Report|Restore|Rewind|Search|Show|Start|Take|Undo|Verify|Write)\b/
    for (const [name, summary] of summariesOf) {
      expect(summary, name).to.match(verbs)
      expect(summary.length, name).to.be.at.most(60)
      expect(summary, name).to.match(/\.$/)
    }
  })

  it('has no sentence of more than twenty words in the help', () => {
    const long = helpTexts.flatMap(([place, text]) =>
      text
        .replace(/`[^`]*`/g, 'X')
        .split(/(?<=[.;:!?])\s+/)
        .filter((sentence) => sentence.split(/\s+/).filter((word) => /\w/.test(word)).length > 20)
        .map((sentence) => `${place}: ${sentence}`)
    )
    expect(long).to.deep.equal([])
  })

  it('says nothing in the words of a translation, in the help and in findings', () => {
    const kinds = Object.entries(KINDS).flatMap(([kind, { repair, ...texts }]) => [
      ...Object.values(texts).map((text) => [kind, String(text)] as const),
      ...Object.values(repair).map((text) => [kind, String(text)] as const)
    ])
    const others = [...Object.entries(REMEDIES), ...Object.entries(PEER_SENTENCES)]
    expect(found([...helpTexts, ...outputTexts, ...kinds, ...others])).to.deep.equal([])
    expect(kinds.length).to.be.greaterThan(200)
  })

  it('says nothing in the words of a translation in messages', () => {
    const texts = ['domain', 'replay', 'adapters'].flatMap((folder) =>
      filesIn(folder, '.ts')
        .filter((path) => !WITH_RECORDED_WORDS.has(path))
        .flatMap((path) =>
          sentencesIn(readFileSync(join(ROOT, path), 'utf8')).map((text) => [path, text] as const)
        )
    )
    expect(found(texts)).to.deep.equal([])
    expect(texts.length).to.be.greaterThan(1000)
  })

  it('says nothing in the words of a translation in the documents', () => {
    const documents = readdirSync(join(ROOT, 'docs')).filter((name) => name.endsWith('.md'))
    const paths = ['README.md', ...documents.map((name) => `docs/${name}`)].filter(
      (path) => !UNREVISED.has(path)
    )
    const lines = paths.flatMap((path) =>
      readFileSync(join(ROOT, path), 'utf8')
        .split('\n')
        .map((line, at) => [`${path}:${at + 1}`, line] as const)
    )
    expect(found(lines)).to.deep.equal([])
  })
})

/** Its sentences stand on recorded screens of real clients. */
const WITH_RECORDED_WORDS = new Set(['adapters/rpc/threads/turns.ts'])

/** Revised with the server they describe. */
const UNREVISED = new Set(['docs/EVENTSTORE.md'])
