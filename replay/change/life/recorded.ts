/**
 * Every change: a record before, the change, a record after.
 */
import * as E from 'fp-ts/lib/Either.js'
import { describe } from '../../../domain/errors.ts'
import type { JsonObject } from '../../../domain/json.ts'
import type { Began, Ended, Inverse, OperationPlace } from '../../../domain/changes/operations.ts'
import type { Relocation } from '../../../domain/changes/relocation.ts'
import type { OperationLog } from '../../home-ports.ts'
import { impossible, type Result } from '../../result.ts'

export interface OperationRequest {
  /** A verb, as the log spells it. */
  readonly operation: string
  /** Empty for an operation that concerns no thread. */
  readonly threadId: string
  readonly arguments: JsonObject
  /** Who asks; default: the actor of the engine. */
  readonly actor?: string | undefined
  /** Further threads it touches. */
  readonly others?: ReadonlyArray<string>
  readonly undoes?: string | null | undefined
  /** Files it moves or deletes: then the record before is on disk first, and a kill is made good from it. */
  readonly relocation?: (operationId: string) => Relocation
  /** The records are on disk before what follows them, though it moves no files. */
  readonly durable?: boolean
}

export interface Performed<A> {
  readonly answer: A
  /** Where the thread ends now; null when nothing was written to it. */
  readonly after: OperationPlace | null
  /** The operation that undoes it, or why none can. */
  readonly inverse: Inverse | { readonly none: string }
}

const beginningOf = (
  log: OperationLog,
  { actor = 'library', ...request }: OperationRequest,
  before: OperationPlace | null
): Began => {
  const id = log.newId()
  const { operation, threadId, others = [], undoes = null, relocation } = request
  return {
    record: 'began',
    id,
    at: new Date(log.nowMs()).toISOString(),
    operation,
    threadIds: [threadId, ...others].filter((one) => one !== ''),
    by: { ...log.process, actor },
    arguments: request.arguments,
    before,
    undoes,
    relocation: relocation === undefined ? null : relocation(id)
  }
}

export const endOf = (
  log: OperationLog,
  id: string,
  done: Result<Omit<Performed<unknown>, 'answer'>>
): Ended => {
  const head = { record: 'ended', id, at: new Date(log.nowMs()).toISOString() } as const
  if (E.isLeft(done)) {
    const failed = { outcome: 'failed', reason: describe(done.left), after: null } as const
    return { ...head, ...failed, inverse: null, noInverse: 'it changed nothing' }
  }
  const { after, inverse } = done.right
  const ended = { ...head, outcome: 'done', reason: null, after } as const
  return 'none' in inverse
    ? { ...ended, inverse: null, noInverse: inverse.none }
    : { ...ended, inverse, noInverse: null }
}

/** A change to one thread, as it is recorded. */
export const requestOf = (
  threadId: string,
  operation: string,
  given: JsonObject,
  { actor, undoes }: Pick<OperationRequest, 'actor' | 'undoes'>
): OperationRequest => ({
  operation,
  threadId,
  arguments: { threadId, ...given },
  actor,
  undoes
})

/** True when a relocation may be half done: it stays unfinished in the log, and the next process that moves files finishes it. */
export const isUnknown = (done: Result<unknown>): boolean =>
  E.isLeft(done) &&
  (done.left._tag === 'StoreUnavailable' ||
    (done.left._tag === 'IoFailure' && done.left.unfinished === true))

/**
 * Runs a change with a record before and one after, and answers what `run` answered. `before` is where the thread ends;
 * `run` gets the id of the operation. When the first record cannot be written, nothing is done; when the second cannot,
 * the change stands and the log shows it as unfinished. Without a log it only runs.
 */
export const recorded = async <A>(
  parts: { readonly operations?: OperationLog; readonly actor?: string },
  request: OperationRequest,
  before: OperationPlace | null,
  run: (operationId: string) => Promise<Result<Performed<A>>>
): Promise<Result<A>> => {
  const { operations: log } = parts
  const answerOf = E.map(({ answer }: Performed<A>) => answer)
  if (log === undefined) return answerOf(await run(''))
  const actor = request.actor ?? parts.actor
  const began = beginningOf(log, { ...request, actor }, before)
  const durable = began.relocation !== null || request.durable === true
  const noted = await log.append(began, durable)
  if (E.isLeft(noted)) return noted
  const done = await run(began.id).catch(async (thrown: unknown) => {
    const reason = thrown instanceof Error ? thrown.message : String(thrown)
    await log.append(endOf(log, began.id, impossible(reason, '')), durable)
    throw thrown
  })
  if (!durable || !isUnknown(done)) await log.append(endOf(log, began.id, done), durable)
  return answerOf(done)
}
