/**
 * Every system call of every operation fails once, in every way it can.
 */
import { removeFolder } from '../support/fixture-home.ts'
import type { Act, Fault } from './failing-calls.ts'
import type { Helper } from './helper.ts'
import { OPERATIONS } from './operations.ts'
import type { Prepared, Verdict } from './trial.ts'

/** The ways a call fails, and whether it goes on failing. */
export const WAYS: ReadonlyArray<Omit<Fault, 'at'>> = (
  ['ENOSPC', 'EIO', 'EFBIG', 'EROFS', 'EMFILE'] as ReadonlyArray<Act>
).flatMap((act) => [
  { act, lasts: false },
  { act, lasts: true }
])

/** A trial that went wrong. */
export interface Finding {
  readonly trial: string
  readonly problems: ReadonlyArray<string>
}

/** What a sweep found. */
export interface FaultReport {
  readonly operation: string
  readonly trials: number
  /** Trials by what the operation answered. */
  readonly answers: Readonly<Record<string, number>>
  readonly findings: ReadonlyArray<Finding>
}

const named = ({ act, at, lasts }: Fault, operation: string): string =>
  `${operation}: ${act} at call ${at}${lasts ? ' and after it' : ''}`

/** Sweeps one operation; `every` of the calls, beginning with the `from`th. */
export const faultSweep = async (
  helper: Helper,
  operation: string,
  ways: ReadonlyArray<Omit<Fault, 'at'>> = [...WAYS, { act: 'short', lasts: false }],
  { from, every } = { from: 1, every: 1 }
): Promise<FaultReport> => {
  const prepared = await helper.ask<Prepared>({ do: 'prepare', operation })
  const answers: Record<string, number> = {}
  const findings: Array<Finding> = []
  let trials = 0
  for (const way of ways)
    for (let at = from; ; at += every) {
      const fault = { ...way, at }
      const verdict = await helper
        .ask<Verdict>({ do: 'trial', prepared, fault })
        .catch((cause: unknown): Verdict => ({
          calls: at,
          hit: { name: 'unknown', paths: [], made: [] },
          answer: 'none',
          problems: [String(cause)]
        }))
      if (verdict.hit === null) break
      trials += 1
      answers[verdict.answer] = (answers[verdict.answer] ?? 0) + 1
      const { name, paths } = verdict.hit
      const where = paths.map((path) => path.replace(/^\/tmp\/unroll-test-\w+\//, '')).join(' ')
      if (verdict.problems.length > 0)
        findings.push({
          trial: `${named(fault, operation)}, ${name} ${where}`,
          problems: verdict.problems
        })
    }
  removeFolder(prepared.folder)
  return { operation, trials, answers, findings }
}

/** Names of the operations. */
export const OPERATION_NAMES = OPERATIONS.map(({ name }) => name)
