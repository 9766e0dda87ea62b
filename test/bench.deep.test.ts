// The bench must keep running while everything around it changes. The goal: a home is reproducible and every row is
// printed; no time is asserted, so this cannot fail on a slow machine.
import { expect } from 'chai'
import { spawnSync } from 'node:child_process'
import { cpSync, readFileSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { readManifest } from '../bench/home/manifest.ts'
import { writeHome } from '../bench/home/home.ts'
import { judge } from '../bench/measure/verdicts.ts'
import { emptyRow, figureOf, ratioTo } from '../bench/measure/rows.ts'
import { TARGETS } from '../bench/targets.ts'
import { removeFolder, temporaryFolder } from './support/fixture-home.ts'

const ROOT = join(import.meta.dirname, '..')
const VIEWS = ['notLoaded', 'summary', 'full']
const CLASSES = ['small', 'medium', 'large']

const expectedRows = [
  'first index: start until every page is listed',
  'first index: every turn of the home (index rebuild)',
  'startup: start until initialize is answered',
  'startup: start until the first page of threads',
  'startup: with --max-old-space-size, times without it',
  ...[25, 100].flatMap((limit) => [
    ...['created_at', 'updated_at'].map((key) => `thread/list: ${limit} by ${key}`),
    `thread/list: ${limit}, useStateDbOnly`
  ]),
  ...CLASSES.flatMap((size) =>
    VIEWS.flatMap((view) =>
      ['desc', 'asc'].map((direction) => `turns page: ${size}, ${view}, ${direction}`)
    )
  ),
  ...CLASSES.map((size) => `full read: ${size}`),
  ...['turns page, summary', 'turns page, full', 'read without turns', 'read with turns'].flatMap(
    (work) => ['', ', asked again'].map((again) => `concurrent: ${work}${again}, 16 in flight`)
  )
]

describe('bench', () => {
  const folder = temporaryFolder()
  const home = join(folder, 'XS')
  after(() => removeFolder(folder))

  it('generates the same home for the same arguments', () => {
    const first = writeHome(home, 'XS', '1')
    const again = writeHome(join(folder, 'again'), 'XS', '1')
    const other = writeHome(join(folder, 'other'), 'XS', '2')
    expect(again).to.deep.equal(first)
    expect(other.digest).not.to.equal(first.digest)
    for (const { file, bytes, lines } of readManifest(home).threads) {
      const contents = readFileSync(join(home, file))
      expect(contents.equals(readFileSync(join(folder, 'again', file)))).to.be.true
      expect([contents.length, contents.toString().split('\n').length - 1]).to.deep.equal([
        bytes,
        lines
      ])
    }
  })

  it('prints and writes every row and every target', function () {
    this.timeout(300_000)
    const out = join(folder, 'result.json')
    const options = [
      '--home',
      home,
      '--runs',
      '1',
      '--budget-s',
      '5',
      '--work',
      join(folder, 'work'),
      '--out',
      out
    ]
    const main = join(ROOT, 'adapters', 'cli', 'main.ts')
    const { status, stdout, stderr } = spawnSync(
      process.execPath,
      ['--import', 'tsx', join(ROOT, 'bench', 'run.ts'), ...options, '--unroll', main],
      { cwd: ROOT, encoding: 'utf8' }
    )
    expect(status, stderr).to.equal(0)
    for (const row of expectedRows) expect(stdout).to.match(figureBehind(row))
    const { rows, targets } = JSON.parse(readFileSync(out, 'utf8'))
    expect(rows.map(({ notes }: { notes: object }) => notes)).to.deep.equal(rows.map(() => ({})))
    const about = TARGETS.filter(({ profiles }) => profiles === undefined)
    expect(targets).to.have.length(about.length)
    for (const { text } of about) expect(stdout).to.include(text)
  })

  it('measures usage beside another program, and compares both with what recorded runs spent', function () {
    this.timeout(600_000)
    const other = join(folder, 'other.js')
    writeFileSync(other, `console.log('{"totals":{"totalTokens":650}}')`)
    const runs = join(folder, 'runs')
    cpSync(join(ROOT, 'test/fixtures/ledger/h2-142'), join(runs, 'h2-142'), { recursive: true })
    const options = ['--home', home, '--runs-of', runs, '--runs', '1', '--ccusage', `1.0=${other}`]
    const places = ['--work', join(folder, 'work'), '--unroll', join(ROOT, 'adapters/cli/main.ts')]
    const { status, stdout, stderr } = spawnSync(
      process.execPath,
      ['--import', 'tsx', join(ROOT, 'bench', 'usage.ts'), ...options, ...places],
      { cwd: ROOT, encoding: 'utf8' }
    )
    expect(status, stderr).to.equal(0)
    for (const row of ['nothing derived yet', 'everything in place']) {
      expect(stdout).to.match(
        new RegExp(`^usage daily: ${row} +[\\d.,]+ +[\\d.,]+ +[\\d.,]+ +ms$`, 'm')
      )
    }
    expect(stdout).to.match(/^h2-142 +1,300 +– +1,300 +650 \(0\.50×\) +1,300$/m)
  })

  it('compares what was measured together', () => {
    const row = emptyRow('thread/list', '25 by created_at', 'ms')
    row.samples['unroll'] = [1, 2, 30]
    row.samples['0.142.5'] = [10, 10, 100]
    expect([figureOf(row, 'unroll'), figureOf(row, '0.142.5')]).to.deep.equal([2, 10])
    expect(ratioTo(row, '0.142.5')).to.equal(0.2)
    expect(ratioTo(row, '0.130.0')).to.equal(null)
    const outcome = (most: number) =>
      judge([{ text: 'lists', rows: /^thread\/list/, peer: '0.142.5', most }], 'S', [row])[0]
    expect(outcome(0.2)).to.include({ outcome: 'met', figure: 0.2, over: 0, of: 1 })
    expect(outcome(0.19)).to.include({ outcome: 'missed', over: 1 })
    expect(judge(TARGETS, 'S', []).every((one) => one.outcome === 'not measured')).to.be.true
  })
})

const escaped = (text: string): string => text.replaceAll(/[.*+?^${}()|[\]\\]/g, '\\$&')

/** The row, with a figure and not just a dash. */
const figureBehind = (row: string): RegExp =>
  new RegExp(`^${escaped(row)} +[\\d.,]+ +(ms|times)$`, 'm')
