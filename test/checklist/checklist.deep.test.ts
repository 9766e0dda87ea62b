// The table of Codex's own tests cannot lie. The goal: what it calls tested has a test of that name, nothing is left
// out, and the document says what the table says. The method: list the titles of all tests, render, compare.
import { expect } from 'chai'
import { spawnSync } from 'node:child_process'
import { readFileSync, writeFileSync } from 'node:fs'
import { join, relative, sep } from 'node:path'
import { readJson, removeFolder, temporaryFolder } from '../support/fixture-home.ts'
import { GROUPS, REASONS, type Row } from './rows.ts'

const ROOT = join(import.meta.dirname, '..', '..')
const PATH = join(import.meta.dirname, 'checklist.md')
const UPDATE = 'UPDATE_DOCS=1 npx mocha test/checklist/checklist.deep.test.ts renders it again'

const ROWS = GROUPS.flatMap(({ rows }) => rows)
const COUNT = 327

const NAME = /[A-Za-z_…*][A-Za-z0-9_…*]+/g

interface Listed {
  readonly tests: ReadonlyArray<{ readonly fullTitle: string; readonly file: string }>
}

/** Every test there is, as Mocha lists them without running any: titles that are computed count too. */
const listTests = (): Listed['tests'] => {
  const folder = temporaryFolder()
  const output = join(folder, 'tests.json')
  const mocha = join(ROOT, 'node_modules', 'mocha', 'bin', 'mocha.js')
  const { NODE_V8_COVERAGE: _, ...env } = process.env
  const listing = ['--dry-run', '--reporter', 'json', '--reporter-option', `output=${output}`]
  const all = ['--no-config', '--import=tsx', 'test/**/*.test.ts']
  spawnSync(process.execPath, [mocha, ...listing, ...all], { cwd: ROOT, env, stdio: 'ignore' })
  const { tests } = readJson(output) as Listed
  removeFolder(folder)
  return tests
}

/** In which file a test has a name in its title; where several do, that of the checklist. */
let placeOf: ReadonlyMap<string, string> = new Map()
const IS_OURS = /^checklist/
const findPlaces = (): void => {
  const named = listTests().flatMap(({ fullTitle, file }) => {
    const path = relative(join(ROOT, 'test'), file).split(sep).join('/')
    return Array.from(fullTitle.matchAll(NAME), ([name]) => [name, path] as const)
  })
  placeOf = new Map(
    named.toSorted(
      ([, a], [, b]) => Number(IS_OURS.test(a)) - Number(IS_OURS.test(b)) || (a < b ? 1 : -1)
    )
  )
}

const here = ({ names, verdict }: Row): string => {
  if (verdict.kind === 'not here') return `– ${verdict.reason}`
  const places = [...new Set(names.map((name) => placeOf.get(name) ?? ''))]
  const links = places.map((path) => `[${path.replace(/(\.deep)?\.test\.ts$/, '')}](../${path})`)
  return [links.join(', '), ...(verdict.note === null ? [] : [verdict.note])].join(': ')
}

const count = (kind: Row['verdict']['kind']): number =>
  ROWS.filter(({ verdict }) => verdict.kind === kind).length

const render = (): string =>
  [
    '# Tests of Codex',
    '',
    'Codex has tests of its own for its app-server, its thread store, its recorder and its thread history. This table lists those',
    'that are known by name, from versions between 0.130 and 0.169, and where the same behaviour is tested here, under the same',
    'name. The tests are our own: only names and behaviour are taken over. Where Codex keeps rows in SQLite, the test is about the',
    'index of unroll. `test/checklist/checklist.deep.test.ts` renders this page and checks that every test it names is there.',
    '',
    `${count('tested')} of ${ROWS.length} rows are tested, ${count('not here')} do not apply.`,
    '',
    '## Why a test does not apply',
    '',
    '| reason | it |',
    '|---|---|',
    ...Object.entries(REASONS)
      .filter(([name]) =>
        ROWS.some(({ verdict }) => verdict.kind === 'not here' && verdict.reason === name)
      )
      .map(([name, what]) => `| ${name} | ${what} |`),
    ...GROUPS.flatMap(({ title, rows }) => [
      '',
      `## ${title}`,
      '',
      '| | test of Codex | here |',
      '|---|---|---|',
      ...rows.map(
        (row) =>
          `| ${row.number} | ${row.names.map((name) => `\`${name}\``).join(', ')} | ${here(row)} |`
      )
    ]),
    ''
  ].join('\n')

describe('the checklist of tests of Codex', () => {
  before(() => {
    findPlaces()
  })

  it('lists every row once, in order', () => {
    expect(ROWS.map(({ number }) => number)).to.deep.equal(
      Array.from({ length: COUNT }, (_, n) => n + 1)
    )
  })

  it('has a test of the same name for every row that says so, and for none that does not apply', () => {
    const named = (kind: Row['verdict']['kind']) =>
      ROWS.filter(({ verdict }) => verdict.kind === kind).flatMap(({ names }) => names)
    expect({
      missing: named('tested').filter((name) => !placeOf.has(name)),
      unsaid: named('not here').filter((name) => placeOf.has(name))
    }).to.deep.equal({ missing: [], unsaid: [] })
  })

  it('is what checklist.md says', () => {
    if (process.env['UPDATE_DOCS'] === '1') writeFileSync(PATH, render())
    expect(readFileSync(PATH, 'utf8') === render(), UPDATE).to.equal(true)
  })
})
