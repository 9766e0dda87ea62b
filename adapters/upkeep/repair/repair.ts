/**
 * Repairing a home: applying a plan, and taking that back.
 */
import * as E from 'fp-ts/lib/Either.js'
import { createHash } from 'node:crypto'
import { realpathSync } from 'node:fs'
import { notPossible, type StoreError } from '../../../domain/errors.ts'
import type { RepairPlan } from '../../../domain/upkeep/repair/plan.ts'
import { readPlan } from '../../../domain/upkeep/repair/plan-file.ts'
import { ioFailure } from '../../../replay/guarded.ts'
import {
  performRepair,
  undoRepair,
  type RepairDone,
  type RepairWork
} from '../../../replay/change/life/repair.ts'
import type { StagedExchange } from '../../../replay/home-ports.ts'
import type { HomeParts } from '../../../replay/change/life/life.ts'
import { homeOperations } from '../../home/operations.ts'
import type { StepHook } from '../../home/relocate.ts'
import { homeWriter } from './home-writer.ts'
import { isBeingWritten } from '../../log/jsonl/writer-lock.ts'
import { stageSteps } from './stage.ts'

/** The digest of a plan: the SHA-256 of the bytes of its file, in hexadecimal. */
export const planDigest = (bytes: string | Buffer): string =>
  createHash('sha256').update(bytes).digest('hex')

interface RepairOptions {
  /** For the operation log; `library` when nobody says. */
  readonly actor?: string
  /** Called before every step that changes something. */
  readonly step?: StepHook
}

const partsOf = (home: string, { actor = 'library', step }: RepairOptions): HomeParts => ({
  homeWriter: homeWriter(home, {
    isOpen: (threadId) => isBeingWritten(home, threadId),
    ...(step === undefined ? {} : { step })
  }),
  operations: homeOperations(home),
  actor
})

const PLAN_AGAIN = 'make a new plan: unroll repair plan --out FILE'

/** Reads a plan; refused when its bytes do not have the digest, or when it is for another home. */
const meantPlan = (
  home: string,
  bytes: Buffer,
  digest: string
): E.Either<StoreError, RepairPlan> => {
  if (planDigest(bytes) !== digest.toLowerCase())
    return E.left(notPossible('the plan is not the one with this digest', PLAN_AGAIN))
  const plan = readPlan(bytes.toString('utf8'))
  if (E.isLeft(plan))
    return E.left(notPossible(`the plan cannot be used: ${plan.left}`, PLAN_AGAIN))
  if (plan.right.home !== realpathSync(home))
    return E.left(
      notPossible('the plan is for another home', `name its home with --home DIR, or ${PLAN_AGAIN}`)
    )
  if (plan.right.steps.length === 0)
    return E.left(notPossible('the plan has nothing to do', 'see "unroll check"'))
  return plan
}

/** The work of a plan, as an engine does it. `NotPossible` when it is not the one with this digest, or not for this home. */
export const repairWork = (
  home: string,
  bytes: Buffer,
  digest: string,
  step?: StepHook
): E.Either<StoreError, RepairWork> => {
  const plan = meantPlan(home, bytes, digest)
  if (E.isLeft(plan)) return plan
  const { steps } = plan.right
  const stage = async (): Promise<E.Either<StoreError, StagedExchange>> => {
    try {
      return await stageSteps(home, steps, step)
    } catch (cause) {
      return E.left(ioFailure(cause, home))
    }
  }
  const given = { digest: digest.toLowerCase(), steps: steps.length }
  return E.right({ operation: 'repair', arguments: given, stage })
}

/**
 * Applies exactly the plan with a digest: every step of it, or none. `NotPossible` when a file is not as it was planned for,
 * `Busy` when a thread has a writer; then nothing was touched. The original bytes stay in quarantine.
 */
export const applyRepair = async (
  home: string,
  bytes: Buffer,
  digest: string,
  options: RepairOptions = {}
): Promise<E.Either<StoreError, RepairDone>> => {
  try {
    const work = repairWork(home, bytes, digest, options.step)
    return E.isLeft(work) ? work : await performRepair(partsOf(home, options), work.right, {})
  } catch (cause) {
    return E.left(ioFailure(cause, home))
  }
}

/** Takes a repair back, byte for byte; taking that back does it again. */
export const takeRepairBack = async (
  home: string,
  operationId: string,
  options: RepairOptions = {}
): Promise<E.Either<StoreError, RepairDone>> => {
  try {
    return await undoRepair(partsOf(home, options), operationId, { undoes: operationId })
  } catch (cause) {
    return E.left(ioFailure(cause, home))
  }
}
