/**
 * Long trials of what docs/RELIABILITY.md promises:
 *
 *     npm run torture -- --kind kills --trials 2000 --seed 1
 *
 * Kinds: `kills` (random SIGKILL), `deaths` (SIGKILL at every system call), `faults` (every system call fails), `power` (power
 * cuts, wants root), `strace` (native system calls fail, wants strace), `disks` (full, read-only and small disks, wants root).
 * `flips` (damaged bytes), `cuts` (a file cut at every byte), `content` (hostile rollouts), `indexes` (damaged indexes), `live`
 * (indexes of servers that run, Linux).
 * Without `--kind` all of them. `--trials` counts kills and power cuts, `--only NAME` takes one scene or operation, `--every N`
 * each N-th system call. Prints a table; `--json FILE` gets the same figures. Exit code 1 when anything was found.
 */
import { writeFileSync } from 'node:fs'
import { parseArgs } from 'node:util'
import { removeFolder } from '../support/fixture-home.ts'
import { bundleChild } from './bundle.ts'
import { deathSweep } from './deaths.ts'
import { diskTrials, noMounts, TROUBLES } from './disks.ts'
import { faultSweep, OPERATION_NAMES, type Finding } from './faults.ts'
import { helper } from './helper.ts'
import { hostileRows } from './hostile/rows.ts'
import { randomKills, SCENES } from './kills.ts'
import { powerCuts } from './power.ts'
import { noStrace, straceSweep } from './strace.ts'

const { values } = parseArgs({
  options: {
    kind: { type: 'string' },
    trials: { type: 'string' },
    seed: { type: 'string', default: String(Date.now() % 1_000_000) },
    only: { type: 'string' },
    every: { type: 'string', default: '1' },
    lanes: { type: 'string', default: '2' },
    json: { type: 'string' }
  }
})
const seed = Number(values.seed)
const every = Number(values.every)
const program = bundleChild()

/** A line of the table. */
interface Row {
  readonly kind: string
  readonly name: string
  readonly trials: number
  readonly figures: Readonly<Record<string, unknown>>
  readonly findings: ReadonlyArray<Finding>
  readonly seconds: number
}

const rows: Array<Row> = []
const isWanted = (kind: string): boolean => values.kind === undefined || values.kind === kind
const isMeant = (name: string): boolean => values.only === undefined || values.only === name

/** A log gets a line now and then. */
const LOG_MS = 30_000
let loggedMs = 0

const progress = (text: string): void => {
  if (process.stderr.isTTY) process.stderr.write(`\r${text}\u001b[K`)
  else if (text !== '' && performance.now() - loggedMs > LOG_MS) {
    loggedMs = performance.now()
    process.stderr.write(`${text}\n`)
  }
}

const printed = ({ kind, name, trials, figures, findings, seconds }: Row): string => {
  const told = Object.entries(figures).map(([what, n]) => `${what} ${JSON.stringify(n)}`)
  const texts = findings.map((one) => `  ${one.trial}\n    ${one.problems.join('\n    ')}\n`)
  const bad = findings.length === 0 ? 'nothing found' : `${findings.length} FOUND`
  return `${kind} ${name}: ${trials} trials, ${told.join(', ')}, ${bad}, ${seconds} s\n${texts.join('')}`
}

const row = async (
  kind: string,
  name: string,
  run: () => Promise<Omit<Row, 'kind' | 'name' | 'seconds'>>
): Promise<void> => {
  const startMs = performance.now()
  const done = await run()
  const seconds = Math.round((performance.now() - startMs) / 1000)
  const one = { kind, name, ...done, seconds }
  rows.push(one)
  progress('')
  process.stdout.write(printed(one))
  if (values.json !== undefined)
    writeFileSync(values.json, `${JSON.stringify({ seed, rows }, null, 1)}\n`)
}

const kills = async (): Promise<void> => {
  const all = Number(values.trials ?? '2000')
  for (const scene of SCENES)
    if (isMeant(scene.name))
      await row('kills', scene.name, async () => {
        const count = Math.ceil(all * (values.only === undefined ? scene.share : 1))
        const told = (done: number) => progress(`${scene.name}: ${done} of ${count} kills`)
        const lanes = Number(values.lanes)
        const report = await randomKills(program, scene, count, seed, lanes, told)
        const { kills: trials, findings, ...figures } = report
        return { trials, findings, figures }
      })
}

const deaths = async (): Promise<void> => {
  const child = helper(program)
  for (const name of OPERATION_NAMES)
    if (isMeant(name))
      await row('deaths', name, async () => {
        const report = await deathSweep(program, child, name, { from: 1, every })
        const { kills: trials, findings, tornTails } = report
        return { trials, findings, figures: { tornTails } }
      })
  child.close()
}

const faults = async (): Promise<void> => {
  const child = helper(program)
  for (const name of OPERATION_NAMES)
    if (isMeant(name))
      await row('faults', name, async () => {
        const report = await faultSweep(child, name, undefined, { from: 1, every })
        const { trials, findings, answers } = report
        return { trials, findings, figures: { answers } }
      })
  child.close()
}

const strace = async (): Promise<void> => {
  const why = noStrace()
  if (why !== null)
    return row('strace', 'all', async () => ({ trials: 0, findings: [], figures: { notRun: why } }))
  const child = helper(program)
  for (const name of OPERATION_NAMES)
    if (isMeant(name))
      await row('strace', name, async () => {
        const { trials, findings, answers } = await straceSweep(child, name, every)
        return { trials, findings, figures: { answers } }
      })
  child.close()
}

const disks = async (): Promise<void> => {
  const why = noMounts()
  for (const trouble of TROUBLES)
    if (isMeant(trouble.name))
      await row('disks', trouble.name, async () => {
        if (why !== null && trouble.roomKb !== null)
          return { trials: 0, findings: [], figures: { notRun: why } }
        const count = Number(values.trials ?? '20')
        const { trials, findings, ...figures } = await diskTrials(program, trouble, count, seed)
        return { trials, findings, figures }
      })
}

const power = async (): Promise<void> => {
  const cuts = Number(values.trials ?? '100')
  for (const [name, syncs, count] of [
    ['synced', true, cuts],
    ['not synced, the control', false, Math.ceil(cuts / 10)]
  ] as const) {
    const told = (done: { readonly cuts: number }) => progress(`${done.cuts} of ${count} cuts`)
    await row('power', name, async () => {
      const report = await powerCuts(program, count, seed, syncs, told)
      if (typeof report === 'string')
        return { trials: 0, findings: [], figures: { notRun: report } }
      const { cuts: trials, findings, ...figures } = report
      // The control is there to lose something: what it finds is what the trials can find.
      if (syncs) return { trials, findings, figures }
      const blind = trials > 0 && report.losses === 0
      const why = { trial: 'the control', problems: ['it lost nothing: the trials prove nothing'] }
      return { trials, findings: blind ? [why] : [], figures }
    })
  }
}

for (const [kind, run] of [
  ['kills', kills],
  ['deaths', deaths],
  ['faults', faults],
  ['power', power],
  ['strace', strace],
  ['disks', disks]
] as const)
  if (isWanted(kind)) await run()

const hostile = { flips: Number(values.trials ?? '10000'), indexes: Number(values.trials ?? '3') }
for (const { kind, name, run } of hostileRows(seed, hostile, progress))
  if (isWanted(kind) && isMeant(name)) await row(kind, name, run)

removeFolder(program)
const found = rows.flatMap(({ findings }) => findings)
process.stdout.write(`seed ${seed}: ${rows.reduce((sum, { trials }) => sum + trials, 0)} trials, `)
process.stdout.write(found.length === 0 ? 'nothing found\n' : `${found.length} found\n`)
process.exitCode = found.length === 0 ? 0 : 1
