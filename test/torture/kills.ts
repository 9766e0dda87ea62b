/**
 * Random kills: a process works on a home, is killed from outside at a moment that a seed chooses, and what it leaves is
 * judged. Several homes are worked on at once.
 */
import { rmSync } from 'node:fs'
import { removeFolder, temporaryFolder } from '../support/fixture-home.ts'
import { random } from '../support/random.ts'
import { helper, type Helper } from './helper.ts'
import type { Judgement, Left } from './judge.ts'
import { glueLines, recordedFile, tortureHome } from './operations.ts'
import { putCopies } from './many.ts'
import { learn, placeAt, startWorker, wait, type Place } from './place.ts'
import { OLD } from './threads.ts'
import type { Kind } from './work.ts'

/** What a number of kills came to. */
export interface KillReport {
  readonly kills: number
  /** Kills by what was being done. */
  readonly within: Record<string, number>
  readonly acknowledged: number
  readonly lost: number
  readonly tornTails: number
  readonly findings: Array<{ readonly trial: string; readonly problems: ReadonlyArray<string> }>
}

/** What the killed worker is asked to do: a kind of work, and whether another one appends meanwhile. */
export interface Scene {
  readonly name: string
  readonly kind: Kind
  readonly beside?: Kind
  /** Kills per home: what a kill leaves is worked on by the next one. */
  readonly killsPerHome: number
  /** The kill comes within this time after the first thing began. */
  readonly withinMs: number
}

/** Every scene, and its share of the kills. */
export const SCENES: ReadonlyArray<Scene & { readonly share: number }> = [
  { name: 'changes', kind: 'mixed', killsPerHome: 10, withinMs: 150, share: 0.4 },
  { name: 'upkeep', kind: 'upkeep', killsPerHome: 10, withinMs: 600, share: 0.1 },
  { name: 'appends', kind: 'append', killsPerHome: 10, withinMs: 100, share: 0.2 },
  { name: 'catch-up', kind: 'read', beside: 'append', killsPerHome: 10, withinMs: 60, share: 0.2 },
  { name: 'backfill', kind: 'backfill', killsPerHome: 1, withinMs: 120, share: 0.1 }
]

const freshPlace = (scene: Scene): Place => {
  const home = tortureHome()
  if (scene.kind === 'backfill') putCopies(home, 40)
  if (scene.kind === 'upkeep') glueLines(recordedFile(home, OLD))
  return placeAt(home, temporaryFolder())
}

/** One kill: starts a worker, kills it, judges what it left. */
const kill = async (
  folder: string,
  judge: Helper,
  scene: Scene,
  place: Place,
  seed: number,
  report: KillReport
): Promise<void> => {
  const { home, index } = place
  const pick = random(seed)
  if (scene.kind === 'backfill') rmSync(index, { recursive: true, force: true })
  const aside = scene.beside && startWorker(folder, [scene.beside, home, 'memory', String(seed)])
  const worker = startWorker(folder, [scene.kind, home, index, String(seed)])
  await Promise.all([worker.begun, aside?.begun])
  await wait(pick() * scene.withinMs)
  await Promise.all([worker.kill(), aside?.kill()])
  const open = [worker, ...(aside ? [aside] : [])].flatMap((one) => learn(place, one.lines()))
  const within = open[0]?.began ?? 'nothing'
  report.within[within] = (report.within[within] ?? 0) + 1
  const error = worker.error() + (aside?.error() ?? '')
  const { shown, events, deleted } = place
  // Who only appends tells of events, not of threads.
  const isTold = scene.kind === 'mixed' || scene.kind === 'upkeep'
  const all = isTold ? [] : Object.keys(shown)
  const uncertain = [...all, ...open.flatMap(({ threads }) => threads)]
  const left: Left = { home, index, shown, uncertain, events, deleted }
  const trial = `${scene.name}, seed ${seed}, killed in ${within}`
  const found = await judge
    .ask<Judgement>({ do: 'judge', left })
    .catch((cause: unknown): Judgement => ({
      problems: [String(cause)],
      tornTails: 0,
      shown: {},
      lost: 0
    }))
  const problems = error === '' ? found.problems : [...found.problems, error]
  if (problems.length > 0) report.findings.push({ trial, problems })
  place.shown = { ...found.shown }
  Object.assign(report, {
    kills: report.kills + 1,
    lost: report.lost + found.lost,
    tornTails: report.tornTails + found.tornTails
  })
}

/** Kills so many processes in a scene, with so many homes at once. */
export const randomKills = async (
  folder: string,
  scene: Scene,
  kills: number,
  seed: number,
  lanes = 2,
  told: (kills: number) => void = () => undefined
): Promise<KillReport> => {
  const report = { kills: 0, within: {}, acknowledged: 0, lost: 0, tornTails: 0, findings: [] }
  let next = 0
  const lane = async (): Promise<void> => {
    const judge = helper(folder)
    while (next < kills) {
      const place = freshPlace(scene)
      await judge.ask({ do: 'remember', home: place.home })
      for (let one = 0; one < scene.killsPerHome && next < kills; one++) {
        await kill(folder, judge, scene, place, seed + next++, report)
        told(report.kills)
      }
      report.acknowledged += place.acknowledged
      removeFolder(place.home)
      removeFolder(place.index)
    }
    judge.close()
  }
  await Promise.all(Array.from({ length: lanes }, lane))
  return report
}
