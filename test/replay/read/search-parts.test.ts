// Searches for letter case, for regular expressions and in parts of threads: what must be found is scanned for in the items of
// homes that real binaries wrote.
import { expect } from 'chai'
import * as E from 'fp-ts/lib/Either.js'
import type { Engine, OccurrencePage } from '../../../adapters/library.ts'
import type { SearchPart } from '../../../domain/thread/search/parts.ts'
import type { SearchManner } from '../../../replay/read/search/thorough.ts'
import { right, turnsOf, walk, withEngine } from '../../support/engines.ts'
import { copyHome, removeFolder } from '../../support/fixture-home.ts'

/* oxlint-disable typescript/no-explicit-any -- JSON nobody typed */

const leaves = (value: any): ReadonlyArray<string> =>
  typeof value === 'string'
    ? [value]
    : value === null || typeof value !== 'object'
      ? []
      : Object.values(value).flatMap(leaves)

/** What a person reads of an item, by part. */
const textsOf = (item: any): Readonly<Record<string, ReadonlyArray<string>>> => {
  if (item.type === 'userMessage')
    return { user: [item.content.map(({ text = '' }) => text).join('')] }
  if (item.type === 'agentMessage') return { agent: [item.text] }
  if (item.type === 'reasoning')
    return { reasoning: [[...item.summary, ...item.content].join('\n')] }
  if (item.type === 'plan') return { reasoning: [item.text] }
  if (item.type === 'commandExecution')
    return { tools: [item.command], outputs: [item.aggregatedOutput ?? ''] }
  if (item.type === 'mcpToolCall')
    return {
      tools: [[`${item.server}.${item.tool}`, ...leaves(item.arguments)].join('\n')],
      outputs: [[...leaves(item.result), item.error?.message ?? ''].join('\n')]
    }
  if (item.type === 'dynamicToolCall')
    return {
      tools: [[item.tool, ...leaves(item.arguments)].join('\n')],
      outputs: [leaves(item.contentItems).join('\n')]
    }
  if (item.type === 'functionCallOutput')
    return { tools: [item.name], outputs: [leaves(item.output).join('\n')] }
  if (item.type === 'collabAgentToolCall')
    return { tools: [[item.tool, item.prompt ?? ''].join('\n')] }
  if (item.type === 'webSearch')
    return { tools: [item.query], outputs: [leaves(item.results).join('\n')] }
  if (item.type === 'imageView') return { tools: [item.path] }
  if (item.type === 'imageGeneration') return { tools: [item.revisedPrompt ?? ''] }
  if (item.type === 'fileChange')
    return { diffs: item.changes.map(({ path, diff }: any) => `${path}\n${diff}`) }
  return {}
}

const PARTS: ReadonlyArray<SearchPart> = ['user', 'agent', 'reasoning', 'tools', 'outputs', 'diffs']

interface Asked extends SearchManner {
  readonly searchTerm: string
  /** What JavaScript makes of it. */
  readonly pattern: RegExp
}

const QUESTIONS: ReadonlyArray<Asked> = [
  ...PARTS.map((part) => ({ searchTerm: 'e', parts: [part], pattern: /e/giu })),
  { searchTerm: 'The', matchCase: true, pattern: /The/gu },
  { searchTerm: 'THE', matchCase: true, parts: ['agent'], pattern: /THE/gu },
  { searchTerm: 't(h|o)', regex: true, pattern: /t(h|o)/giu },
  { searchTerm: '[A-Z]\\w+ ', regex: true, matchCase: true, pattern: /[A-Z]\w+ /gu },
  { searchTerm: 'e.*the', regex: true, pattern: /e.*the/giu },
  { searchTerm: '^\\S+$', regex: true, parts: ['outputs', 'tools'], pattern: /^\S+$/giu },
  { searchTerm: '\\d+', regex: true, parts: ['diffs'], pattern: /\d+/giu }
]

/** Turn, item and part of every match in a thread. */
const scanned = async (engine: Engine, id: string, { parts, pattern }: Asked) =>
  (await turnsOf(engine, id)).flatMap((turn) =>
    turn.items.flatMap((item) =>
      PARTS.filter((part) => (parts ?? ['user', 'agent']).includes(part)).flatMap((part) =>
        (textsOf(item)[part] ?? []).flatMap((text) =>
          [...text.matchAll(pattern)].map(() => ({ turn: turn.id, item: item.id, part }))
        )
      )
    )
  )

/** Messages are counted among what Codex shows: their ids may differ from those of a turn with all its items. */
const isSaid = ({ parts = ['user', 'agent'] }: SearchManner): boolean =>
  parts.every((part) => part === 'user' || part === 'agent')

describe('a search in parts of threads, by letter case and by regular expressions', () => {
  for (const name of ['tools-142', 'tools-169', 'fork-rollback-169'])
    it(`finds what a scan of all items finds, ${name}`, async () => {
      const home = copyHome(name)
      await withEngine({ home }, async (engine) => {
        const { data: threads } = await right(
          engine.listThreads({ limit: 100, modelProviders: [], sourceKinds: ['cli', 'vscode'] })
        )
        for (const asked of QUESTIONS) {
          const { pattern, ...question } = asked
          const told = ({ turn, item, part }: { turn: string; item: string; part?: unknown }) => [
            turn,
            isSaid(asked) ? '' : item,
            asked.parts === undefined ? undefined : part
          ]
          const first: Array<unknown> = []
          for (const { id } of threads) {
            const expected = (await scanned(engine, id, asked)).map(told)
            if (expected[0] !== undefined) first.push([id, expected[0][0], expected[0][2]])
            const found = await walk((cursor) => async () => {
              const page = await engine.searchOccurrences(id, { ...question, cursor, limit: 7 })()
              return E.map((one: OccurrencePage) => ({ ...one, backwardsCursor: null }))(page)
            })
            expect(
              found.map(({ turnId, itemId, part }) => told({ turn: turnId, item: itemId, part })),
              `${question.searchTerm} in ${id}`
            ).to.deep.equal(expected)
            for (const { snippet, range } of found)
              expect(snippet.slice(range.start, range.end)).to.match(
                new RegExp(pattern.source, pattern.flags)
              )
          }
          const inHome = await walk((cursor) =>
            engine.searchThreads({ ...question, cursor, limit: 2 })
          )
          expect(
            inHome.map(({ thread, turnId, part }) => [thread.id, turnId, part]),
            question.searchTerm
          ).to.deep.equal(first)
        }
      })
      removeFolder(home)
    })
})
