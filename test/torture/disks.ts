/**
 * Disks and limits as the system makes them: a file system that is full after some kilobytes, one that becomes read-only,
 * files that may not grow, few open files. A worker goes on through its refusals and is killed; then the fault is taken away
 * and the home judged.
 */
import { spawnSync } from 'node:child_process'
import { cpSync, mkdirSync } from 'node:fs'
import { join } from 'node:path'
import { removeFolder, temporaryFolder } from '../support/fixture-home.ts'
import type { Finding } from './faults.ts'
import { helper, type Helper } from './helper.ts'
import type { Judgement, Left } from './judge.ts'
import { tortureHome } from './operations.ts'
import { learn, placeAt, startWorker, wait } from './place.ts'
import { random } from '../support/random.ts'

/** What is wrong with the disk, or with the process. */
export interface Trouble {
  readonly name: string
  /** Bytes of the file system that the home and the index are on; null for the usual one. */
  readonly roomKb: ((pick: number) => number) | null
  readonly becomesReadOnly: boolean
  /** For `ulimit`. */
  readonly limit: string
}

const plenty = (): number => 16_384

export const TROUBLES: ReadonlyArray<Trouble> = [
  {
    name: 'full',
    roomKb: (pick) => 300 + Math.floor(pick * 200),
    becomesReadOnly: false,
    limit: ''
  },
  { name: 'read-only', roomKb: plenty, becomesReadOnly: true, limit: '' },
  { name: 'files that may not grow', roomKb: null, becomesReadOnly: false, limit: '-f 300' },
  { name: 'few open files', roomKb: null, becomesReadOnly: false, limit: '-n 24' }
]

/** The result of some trials. */
export interface DiskReport {
  readonly trials: number
  readonly acknowledged: number
  /** Answers of changes, by kind of failure. */
  readonly refused: Record<string, number>
  readonly findings: Array<Finding>
}

const run = (command: string, ...words: ReadonlyArray<string>): boolean =>
  spawnSync(command, words).status === 0

/** A failing disk may end a worker that cannot even read; it must say so in our words, or in those of LMDB's driver. */
const IN_OUR_WORDS = /"_tag":"(IoFailure|IndexUnavailable)"|^(Write error: [^\n]*\n?)*$/

const trialOf = async (
  program: string,
  judge: Helper,
  trouble: Trouble,
  seed: number,
  report: DiskReport
): Promise<void> => {
  const pick = random(seed)
  const folder = temporaryFolder()
  const { roomKb, becomesReadOnly, limit } = trouble
  if (roomKb !== null) run('mount', '-t', 'tmpfs', '-o', `size=${roomKb(pick())}k`, 'tmpfs', folder)
  const [home, index] = [join(folder, 'home'), join(folder, 'index')]
  const template = tortureHome()
  cpSync(template, home, { recursive: true, preserveTimestamps: true })
  removeFolder(template)
  mkdirSync(index)
  await judge.ask({ do: 'remember', home })
  // A file system on which a file is open for writing, such as the index, does not become read-only.
  const words = ['mixed', home, becomesReadOnly ? 'memory' : index, String(seed)]
  const worker = startWorker(program, words, {}, limit)
  await worker.begun
  await wait(100 + pick() * 300)
  if (becomesReadOnly)
    for (let tries = 0; tries < 200 && !run('mount', '-o', 'remount,ro', folder); tries++)
      await wait(1)
  await wait(500)
  await worker.kill()
  if (roomKb !== null) run('mount', '-o', `remount,rw,size=${plenty()}k`, folder)
  const lines = worker.lines()
  const place = placeAt(home, index)
  const open = learn(place, lines)
  for (const line of lines)
    if ('done' in line && line.refused !== null)
      report.refused[line.refused] = (report.refused[line.refused] ?? 0) + 1
  const { shown, events, deleted } = place
  const uncertain = open.flatMap(({ threads }) => threads)
  const left: Left = { home, index, shown, uncertain, events, deleted }
  const found = await judge
    .ask<Judgement>({ do: 'judge', left })
    .catch((cause: unknown) => ({ problems: [String(cause)] }))
  const error = worker.error()
  const isOdd = error !== '' && !IN_OUR_WORDS.test(error)
  const problems = isOdd ? [...found.problems, error] : found.problems
  if (problems.length > 0)
    report.findings.push({ trial: `${trouble.name}, seed ${seed}`, problems })
  Object.assign(report, {
    trials: report.trials + 1,
    acknowledged: report.acknowledged + place.acknowledged
  })
  judge.close()
  if (roomKb !== null) run('umount', '-l', folder)
  removeFolder(folder)
}

/** Runs trials of one trouble. */
export const diskTrials = async (
  program: string,
  trouble: Trouble,
  trials: number,
  seed: number
): Promise<DiskReport> => {
  const report = { trials: 0, acknowledged: 0, refused: {}, findings: [] }
  const judge = helper(program)
  for (let n = 0; n < trials; n++) await trialOf(program, judge, trouble, seed + n, report)
  judge.close()
  return report
}

/** Null when file systems can be mounted here; else a sentence. */
export const noMounts = (): string | null => {
  const folder = temporaryFolder()
  const can = run('mount', '-t', 'tmpfs', '-o', 'size=64k', 'tmpfs', folder)
  if (can) run('umount', folder)
  removeFolder(folder)
  return can ? null : 'no file system can be mounted here'
}
