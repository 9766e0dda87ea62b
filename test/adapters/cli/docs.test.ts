import { expect } from 'chai'
import { readFileSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import {
  COMMANDS,
  EXIT_CODES,
  formsOf,
  GLOBAL_OPTIONS,
  GROUPS,
  optionHead,
  optionsOfAll
} from '../../../adapters/cli/table/commands.ts'
import { TOPICS } from '../../../adapters/cli/table/topics.ts'
import { renderCliMarkdown } from './rendered-docs.ts'
import { EXIT } from '../../../adapters/cli/text/report.ts'
import { unroll } from './console.ts'

const WIDTHS = [60, 80, 100, 200]
const PATH = join(import.meta.dirname, '..', '..', '..', 'docs', 'CLI.md')

describe('command line: help', () => {
  it('has docs/CLI.md in step with the command table', () => {
    if (process.env['UPDATE_DOCS'] === '1') writeFileSync(PATH, renderCliMarkdown())
    expect(readFileSync(PATH, 'utf8')).to.equal(renderCliMarkdown())
  })

  it('names every command without arguments, with help and with --help, in at most 40 lines', async () => {
    const [bare, help, flag] = [await unroll([]), await unroll(['help']), await unroll(['--help'])]
    expect(bare.code).to.equal(0)
    for (const columns of WIDTHS) {
      const { out } = await unroll([], { columns })
      const lines = out.split('\n')
      expect(lines.length - 1).to.be.at.most(40)
      expect(lines.filter((line) => line.length > columns || line.endsWith(' '))).to.deep.equal([])
      const named = new Set(out.split(/[\s,.]+/))
      const known = [...COMMANDS, ...TOPICS].map(({ name }) => name)
      expect(known.filter((name) => !named.has(name))).to.deep.equal([])
    }
    expect([help, flag]).to.deep.equal([bare, bare])
  })

  it('has a line about each command, by group', async () => {
    for (const columns of WIDTHS) {
      const { out } = await unroll(['help', 'commands'], { columns })
      const said = out.replace(/\s+/g, ' ')
      for (const { name, summary } of COMMANDS) expect(said).to.contain(` ${name} ${summary}`)
      expect(
        out.split('\n').filter((line) => GROUPS.some((group) => group === line))
      ).to.deep.equal([...GROUPS])
    }
  })

  it('explains each topic, as wide as the terminal', async () => {
    for (const { name, rows } of TOPICS)
      for (const columns of WIDTHS) {
        const { code, out } = await unroll(['help', name], { columns })
        expect(code).to.equal(0)
        expect(out.split('\n').filter((line) => line.length > columns)).to.deep.equal([])
        for (const [head] of rows) expect(out).to.contain(`\n  ${head}`)
      }
  })

  it('never glues two columns', async () => {
    const heads = new Set<string>([
      ...GROUPS,
      ...COMMANDS.flatMap(({ name, words = [] }) => [
        name,
        ...words.map((word) => [word.name, ...word.args].join(' '))
      ]),
      ...[...GLOBAL_OPTIONS, ...COMMANDS.flatMap(optionsOfAll)].map(optionHead),
      ...TOPICS.flatMap(({ rows }) => rows.map(([head]) => head))
    ])
    const pages = [[], ['commands'], ...TOPICS.map(({ name }) => [name])]
    const forms = COMMANDS.flatMap(formsOf).map(({ title }) => title.split(' '))
    for (const words of [...pages, ...forms]) {
      const { out } = await unroll(['help', ...words], { columns: 60 })
      const rows = out.split('\n').filter((line) => /^ {2}(?! |unroll )/.test(line))
      const strange = rows.filter((line) => !heads.has(line.trim().split(/ {2,}/)[0] ?? ''))
      expect(strange, words.join(' ')).to.deep.equal([])
    }
  })

  it('explains one command with help, --help and -h, and keeps to 80 columns', async () => {
    for (const { name } of COMMANDS) {
      const help = await unroll(['help', name])
      expect(help.code).to.equal(0)
      const narrow = (await unroll(['help', name], { columns: 80 })).out
      expect(narrow.split('\n').filter((line) => line.length > 80)).to.deep.equal([])
      if (name === 'help') continue
      expect(await unroll([name, '--help'])).to.deep.equal(help)
      expect(await unroll([name, '-h'])).to.deep.equal(help)
    }
  })

  it('explains every exit code that a failure or a command can give', () => {
    const explained = new Set(EXIT_CODES.map(([code]) => code))
    const given = [...Object.values(EXIT), ...COMMANDS.flatMap(({ exits }) => exits)]
    expect(given.filter((code) => !explained.has(code))).to.deep.equal([])
  })

  it('explains each word of a command, and lists them where one is missing', async () => {
    for (const { name, words = [], withoutWord } of COMMANDS) {
      const { out: listed } = await unroll(['help', name])
      for (const word of words) {
        expect(listed).to.match(new RegExp(`^  ${word.name}\\b`, 'm'))
        const help = await unroll(['help', name, word.name])
        expect([help.code, help.err]).to.deep.equal([0, ''])
        expect(help.out.split('\n')[0]).to.match(new RegExp(`^unroll ${name} ${word.name}\\b`))
        for (const option of word.options) expect(help.out).to.contain(`--${option.name}`)
        expect(await unroll([name, word.name, '--help'])).to.deep.equal(help)
      }
      if (words.length === 0 || withoutWord !== undefined) continue
      expect(await unroll([name])).to.deep.equal({ code: 0, out: listed, err: '' })
      expect((await unroll([name, '--json'])).code).to.equal(2)
    }
  })

  it('has an example that begins with the words of its command', () => {
    const strange = COMMANDS.flatMap(({ name, examples }) =>
      examples.flatMap(([typed]) => (typed.includes(`unroll ${name}`) ? [] : [typed]))
    )
    expect(strange).to.deep.equal([])
  })

  it('refuses help for a word that does not exist', async () => {
    const { code, err } = await unroll(['help', 'audit', 'sael'])
    expect([code, err]).to.deep.equal([
      2,
      'unroll: audit has no word "sael"; did you mean seal?\nwords: report, approvals, reviews, export, seal, verify\n'
    ])
    expect((await unroll(['help', 'threads', 'x'])).code).to.equal(2)
  })

  it('refuses help for a command that does not exist', async () => {
    const { code, out, err } = await unroll(['help', 'thread'])
    expect([code, out]).to.deep.equal([2, ''])
    expect(err.split('\n')[0]).to.equal(
      'unroll: there is no command or topic "thread"; did you mean threads?'
    )
  })

  it('prints the version as a command, as an option and as JSON', async () => {
    const text = { code: 0, out: 'unroll 1.2.3\n', err: '' }
    expect(await unroll(['version'])).to.deep.equal(text)
    for (const flag of ['--version', '-v', '-V']) expect(await unroll([flag])).to.deep.equal(text)
    const { schemas, ...told } = JSON.parse((await unroll(['version', '--json'])).out)
    expect(told).to.deep.equal({
      version: '1.2.3',
      commit: null,
      node: process.versions.node,
      indexVersion: 2,
      conventions: 'gen_ai 1.41.1'
    })
    expect(Object.values(schemas).every(Number.isInteger)).to.equal(true)
  })
})
