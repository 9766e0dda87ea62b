/**
 * Every operation dies at every system call that changes something, one after the other, and within every write.
 */
import { spawnSync } from 'node:child_process'
import { join } from 'node:path'
import { removeFolder } from '../support/fixture-home.ts'
import type { Act } from './failing-calls.ts'
import type { Finding } from './faults.ts'
import type { Helper } from './helper.ts'
import type { Judgement, Left } from './judge.ts'
import { MOVED } from './threads.ts'
import type { Prepared } from './trial.ts'

/** What a sweep of deaths found. */
export interface DeathReport {
  readonly operation: string
  readonly kills: number
  readonly tornTails: number
  readonly findings: ReadonlyArray<Finding>
}

/** Judges what a process left that died within an operation. */
export const judged = async (
  helper: Helper,
  folder: string,
  operation: string
): Promise<Judgement> => {
  const deleted = operation === 'delete_for_good' ? [MOVED] : []
  const [home, index] = [join(folder, 'home'), join(folder, 'index')]
  const left: Left = { home, index, shown: {}, uncertain: [], events: [], deleted }
  return helper.ask<Judgement>({ do: 'judge', left }).catch((cause: unknown) => ({
    problems: [String(cause)],
    tornTails: 0,
    shown: {},
    lost: 0
  }))
}

/** Sweeps one operation; `every` of the calls, beginning with the `from`th. */
export const deathSweep = async (
  program: string,
  helper: Helper,
  operation: string,
  { from, every } = { from: 1, every: 1 }
): Promise<DeathReport> => {
  const prepared = await helper.ask<Prepared>({ do: 'prepare', operation })
  const findings: Array<Finding> = []
  let [kills, tornTails] = [0, 0]
  for (const act of ['kill', 'kill_within'] as ReadonlyArray<Act>)
    for (let at = from; ; at += every) {
      const folder = await helper.ask<string>({ do: 'copy', folder: prepared.folder })
      await helper.ask({ do: 'remember', home: join(folder, 'home') })
      const words = [join(program, 'child.cjs'), 'die', operation, folder, act, String(at)]
      const { signal, stdout, stderr } = spawnSync(process.execPath, words, { encoding: 'utf8' })
      const isKilled = signal === 'SIGKILL'
      const { problems, tornTails: torn } = await judged(helper, folder, operation)
      removeFolder(folder)
      const error = isKilled || stdout !== '' ? [] : [stderr]
      if (problems.length + error.length > 0)
        findings.push({
          trial: `${operation}: ${act} at call ${at}`,
          problems: [...error, ...problems]
        })
      if (!isKilled) break
      kills += 1
      tornTails += torn
    }
  removeFolder(prepared.folder)
  return { operation, kills, tornTails, findings }
}
