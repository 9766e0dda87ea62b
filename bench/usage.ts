/**
 * Measures `unroll usage daily --json` beside ccusage on the same home, and compares totals with the true spend of
 * recorded runs:
 *
 *     npm run bench:usage -- --home bench/data/M --ccusage 20.0.24=DIR/node_modules/.bin/ccusage
 *     npm run bench:usage -- --runs-of test/fixtures/ledger --ccusage 20.0.24=DIR/node_modules/.bin/ccusage
 *
 * See README.md beside this file.
 */
import { mkdirSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { basename, join, resolve } from 'node:path'
import { parseArgs } from 'node:util'
import { ccusageOf, ccusageTotal, type Ccusage } from './measure/ccusage.ts'
import { figures, tableOf, verdicts } from './measure/report.ts'
import { addSample, emptyRow, type Row } from './measure/rows.ts'
import { recordedRuns, type RecordedRun } from './measure/recorded-runs.ts'
import { runOnce } from './measure/run-once.ts'
import { UNROLL, unrollCommand, type Unroll } from './measure/servers.ts'
import { judgeOwn } from './measure/verdicts.ts'
import { TARGETS } from './targets.ts'

const { values } = parseArgs({
  options: {
    home: { type: 'string', multiple: true, default: [] },
    'runs-of': { type: 'string', multiple: true, default: [] },
    ccusage: { type: 'string', multiple: true, default: [] },
    runs: { type: 'string', default: '10' },
    work: { type: 'string', default: join(tmpdir(), 'unroll-bench-usage') },
    page: { type: 'string', default: '' },
    unroll: { type: 'string', default: 'dist/unroll.cjs' }
  }
})

const SUITE = 'usage daily'

const unrollOver = (home: string): Unroll => ({
  main: resolve(values.unroll),
  home: resolve(home),
  index: join(values.work, 'index'),
  profile: ''
})

const forget = (): void => rmSync(join(values.work, 'index'), { recursive: true, force: true })

const totalOf = async (home: string): Promise<number> => {
  forget()
  const { output } = await runOnce(unrollCommand(unrollOver(home), 'usage', 'total', '--json'))
  return (JSON.parse(output) as { totalTokens: number }).totalTokens
}

/** One home: cold and warm, in turn with every ccusage. */
const measureHome = async (home: string, peers: ReadonlyArray<Ccusage>): Promise<void> => {
  const cold = emptyRow(SUITE, 'nothing derived yet', 'ms')
  const warm = emptyRow(SUITE, 'everything in place', 'ms')
  const peaks = [emptyRow(SUITE, 'peak memory, cold', 'MB'), emptyRow(SUITE, 'peak, warm', 'MB')]
  const ours = unrollCommand(unrollOver(home), 'usage', 'daily', '--json')
  const sample = async (row: Row, peak: Row | undefined, name: string, command: typeof ours) => {
    const { ms, peakMb } = await runOnce(command)
    addSample(row, name, ms)
    if (peak !== undefined) addSample(peak, name, peakMb)
  }
  for (const { command } of peers) await runOnce(command(home)) // the files are in memory from here on
  for (let round = 0; round < Number(values.runs); round++) {
    forget()
    for (const [row, peak] of [[cold, peaks[0]] as const, [warm, peaks[1]] as const]) {
      await sample(row, peak, UNROLL, ours)
      for (const { name, command } of peers) await sample(row, peak, name, command(home))
    }
  }
  const names = peers.map(({ name }) => name)
  const rows = [cold, warm, ...peaks]
  const name = `usage of ${basename(home)}`
  process.stdout.write(
    `\n${basename(home)}\n${figures(rows, names)}\n${verdicts(judgeOwn(TARGETS, name, rows))}`
  )
  const totals = [await totalOf(home)]
  for (const peer of peers) totals.push(await ccusageTotal(peer, home))
  const cells = totals.map((total) => total.toLocaleString('en'))
  process.stdout.write(
    `\n${tableOf([
      ['total tokens', UNROLL, ...names],
      ['', ...cells]
    ])}`
  )
}

const mark = (truth: number, total: number): string =>
  total === truth
    ? total.toLocaleString('en')
    : `${total.toLocaleString('en')} (${(total / truth).toFixed(2)}×)`

const markdownOf = ([head = [], ...rows]: ReadonlyArray<ReadonlyArray<string>>): string =>
  [head, head.map((_, at) => (at === 0 ? '---' : '--:')), ...rows]
    .map((cells) => `| ${cells.join(' | ')} |\n`)
    .join('')

/** Recorded runs: what was spent, and what each program says. */
const compareRuns = async (
  runs: ReadonlyArray<RecordedRun>,
  peers: ReadonlyArray<Ccusage>
): Promise<void> => {
  const names = peers.map(({ name }) => `ccusage ${name}`)
  const programs = [UNROLL, ...names, 'threads.tokens_used']
  const lines: string[][] = [['run', 'spent', 'in the rollouts', ...programs]]
  const exact = programs.map(() => 0)
  for (const { name, home, spent, recorded, tokensUsed } of runs) {
    const totals = [await totalOf(home)]
    for (const peer of peers) totals.push(await ccusageTotal(peer, home))
    totals.push(tokensUsed)
    totals.forEach((total, at) => (exact[at] = (exact[at] ?? 0) + (total === spent ? 1 : 0)))
    const told = [spent, recorded].map((count) => count?.toLocaleString('en') ?? '–')
    lines.push([name, ...told, ...totals.map((total) => mark(spent, total))])
  }
  lines.push(['exact', `${runs.length} runs`, '', ...exact.map(String)])
  process.stdout.write(`\n${tableOf(lines)}`)
  if (values.page !== '') writeFileSync(values.page, markdownOf(lines))
}

mkdirSync(values.work, { recursive: true })
const peers = await Promise.all(values.ccusage.map(ccusageOf))
for (const home of values.home) await measureHome(home, peers)
for (const folder of values['runs-of']) await compareRuns(recordedRuns(folder), peers)
