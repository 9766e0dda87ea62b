/**
 * Simulated power cuts: a worker changes a home on a file system of its own, is stopped, and the image of the file system is
 * copied as it is at that moment. What the system had not written by then is not in the copy. The copy is mounted and judged.
 *
 * Wants root, loop devices and ext4. What it does not show: disks that lie about what they have written.
 */
import { spawnSync } from 'node:child_process'
import { cpSync, mkdirSync, rmSync } from 'node:fs'
import { join } from 'node:path'
import { random } from '../support/random.ts'
import { removeFolder, temporaryFolder } from '../support/fixture-home.ts'
import { helper, type Helper } from './helper.ts'
import type { Judgement, Left } from './judge.ts'
import { tortureHome } from './operations.ts'
import { learn, placeAt, startWorker, wait } from './place.ts'

const IMAGE_MB = 32

const run = (command: string, ...words: ReadonlyArray<string>): string | null => {
  const { status, stderr, error } = spawnSync(command, words, { encoding: 'utf8' })
  return status === 0 ? null : `${command} ${words.join(' ')}: ${error?.message ?? stderr}`
}

const must = (command: string, ...words: ReadonlyArray<string>): void => {
  const problem = run(command, ...words)
  if (problem !== null) throw new Error(problem)
}

/** A process that was killed may hold the file system for a moment longer. */
const unmount = async (mount: string): Promise<void> => {
  for (let tries = 0; run('umount', mount) !== null; tries++) {
    if (tries === 100) throw new Error(`${mount} stays busy`)
    await wait(20)
  }
}

/** What a number of power cuts came to. */
export interface PowerReport {
  readonly cuts: number
  readonly within: Record<string, number>
  /** Changes that were acknowledged before the cuts. */
  readonly acknowledged: number
  /** Cuts after which something acknowledged was missing. */
  readonly losses: number
  readonly findings: Array<{ readonly trial: string; readonly problems: ReadonlyArray<string> }>
}

interface Bench {
  readonly folder: string
  readonly empty: string
  readonly image: string
  readonly copy: string
  readonly mount: string
}

const benchIn = (folder: string): Bench => {
  const at = (name: string): string => join(folder, name)
  return { folder, empty: at('empty'), image: at('image'), copy: at('copy'), mount: at('mount') }
}

/** Makes an empty file system; a sentence when this machine cannot. */
const prepared = (bench: Bench): string | null => {
  mkdirSync(bench.mount)
  const made =
    run('truncate', '-s', `${IMAGE_MB}M`, bench.empty) ??
    run('mkfs.ext4', '-q', '-F', '-O', '^metadata_csum', bench.empty) ??
    run('mount', '-o', 'loop', bench.empty, bench.mount)
  if (made !== null) return `no file system can be mounted here: ${made}`
  must('umount', bench.mount)
  return null
}

const cut = async (
  program: string,
  judge: Helper,
  bench: Bench,
  seed: number,
  syncs: boolean,
  report: PowerReport
): Promise<void> => {
  const { empty, image, copy, mount } = bench
  const pick = random(seed)
  must('cp', '--sparse=always', empty, image)
  must('mount', '-o', 'loop', image, mount)
  const [home, index] = [join(mount, 'home'), join(mount, 'index')]
  const template = tortureHome()
  cpSync(template, home, { recursive: true, preserveTimestamps: true })
  removeFolder(template)
  must('sync', '-f', mount)
  await judge.ask({ do: 'remember', home })
  // Without syncs no other file may be synced either: ext4 would take names along.
  const words = ['mixed', home, syncs ? index : 'memory', String(seed)]
  const worker = startWorker(program, words, syncs ? {} : { UNROLL_TORTURE_NO_SYNC: mount })
  await worker.begun
  await wait(50 + pick() * 400)
  worker.stop()
  // What it told before it stopped is in the pipe.
  await wait(20)
  const lines = worker.lines()
  must('cp', '--sparse=always', image, copy)
  await worker.kill()
  await unmount(mount)
  must('mount', '-o', 'loop', copy, mount)
  try {
    const place = placeAt(home, index)
    const open = learn(place, lines)
    const { shown, events, deleted } = place
    const uncertain = open.flatMap(({ threads }) => threads)
    const left: Left = { home, index, shown, uncertain, events, deleted }
    const within = open[0]?.began ?? 'nothing'
    report.within[within] = (report.within[within] ?? 0) + 1
    const found = await judge
      .ask<Judgement>({ do: 'judge', left })
      .catch((cause: unknown) => ({ problems: [String(cause)] }))
    const problems = worker.error() === '' ? found.problems : [...found.problems, worker.error()]
    if (problems.length > 0)
      report.findings.push({ trial: `power cut, seed ${seed}, in ${within}`, problems })
    Object.assign(report, {
      cuts: report.cuts + 1,
      acknowledged: report.acknowledged + lines.filter((line) => 'done' in line).length,
      losses: report.losses + (problems.length > 0 ? 1 : 0)
    })
  } finally {
    judge.close()
    await unmount(mount)
  }
}

/**
 * So many power cuts; a sentence where this machine cannot make them. `syncs: false` is the control: the worker then tells the
 * system nothing of what must be on disk, and the trials must find losses.
 */
export const powerCuts = async (
  program: string,
  cuts: number,
  seed: number,
  syncs: boolean,
  told: (report: PowerReport) => void = () => undefined
): Promise<PowerReport | string> => {
  const bench = benchIn(temporaryFolder())
  const problem = prepared(bench)
  if (problem !== null) {
    rmSync(bench.folder, { recursive: true })
    return problem
  }
  const report = { cuts: 0, within: {}, acknowledged: 0, losses: 0, findings: [] }
  const judge = helper(program)
  try {
    for (let n = 0; n < cuts; n++) {
      await cut(program, judge, bench, seed + n, syncs, report)
      told(report)
    }
  } finally {
    judge.close()
    run('umount', '-l', bench.mount)
    removeFolder(bench.folder)
  }
  return report
}
