/**
 * Changes as a page makes them: looked at before they are done, and refused when the thread has moved on. `expectedRevision` and `dryRun`
 * are members of our own; a strict server does not know them. Besides, changes that Codex has no method for.
 */
import * as E from 'fp-ts/lib/Either.js'
import type * as TE from 'fp-ts/lib/TaskEither.js'
import * as t from 'io-ts'
import type { StoreError } from '../../../../domain/errors.ts'
import type { ChangePlan } from '../../../../domain/unroll-protocol.ts'
import type { MutationOptions, RelocatedThreads } from '../../../../replay/change/life/life.ts'
import type { Undone } from '../../../../replay/change/life/undo.ts'
import type { Written } from '../../../../replay/change/mutate/mutations.ts'
import type { Engine } from '../../../../replay/engine.ts'
import { revisionChanged } from '../../threads/notices.ts'
import { nullable } from '../../threads/results.ts'
import { ask, threadOf, write, type RpcCall, type ThreadIds } from '../../threads/server.ts'
import { invalidRequest, type RpcError } from '../../wire/errors.ts'
import { alongside, defaulted, flag, option, required, text, u32, u64 } from '../../wire/serde.ts'
import { answer, ofThread, served, type AnyServed, type MethodOutcome } from '../method.ts'

const OWN = { expectedRevision: option(u64), dryRun: defaulted(flag, false) }

/** What a change is asked with besides the thread. */
type ChangeParams = Readonly<Record<string, unknown>>

/** What a change would do; the engine is asked with a dry run. */
type ChangePlanner = (
  engine: Engine,
  threadId: string,
  params: ChangeParams,
  options: MutationOptions
) => Promise<E.Either<StoreError, Partial<ChangePlan>>>

const NOTHING = {
  threadIds: [],
  skipped: [],
  files: 0,
  turns: null,
  turnIds: null,
  name: null
} satisfies Partial<ChangePlan>

const UNSAID = invalidRequest('a page must say expectedRevision')

const planned = async (
  call: RpcCall,
  operation: string,
  plan: ChangePlanner,
  { threadId: named, ...params }: ChangeParams,
  expectedRevision: number | null
): Promise<MethodOutcome> => {
  const thread = threadOf(call, String(named))
  if (E.isLeft(thread)) return thread
  const { streamId: threadId } = thread.right
  const options = { dryRun: true, ...(expectedRevision === null ? {} : { expectedRevision }) }
  const found = await ask(call, (engine) => () => plan(engine, threadId, params, options))
  return E.map((some: Partial<ChangePlan>) =>
    answer({ operation, threadId, ...NOTHING, ...{ threadIds: [threadId] }, ...some })
  )(found)
}

/** A change that can be looked at first, and that expects a revision. */
export const planning = (operation: string, method: AnyServed, plan: ChangePlanner): AnyServed => ({
  ...method,
  params: (era) => (era.strict ? method.params(era) : alongside(method.params(era), OWN)),
  handler: async (params, call) => {
    const {
      expectedRevision = null,
      dryRun = false,
      ...rest
    } = (params ?? {}) as ChangeParams & {
      readonly expectedRevision?: number | null
      readonly dryRun?: boolean
    }
    if (call.session.methods !== undefined && expectedRevision === null) return E.left(UNSAID)
    if (dryRun) return planned(call, operation, plan, rest, expectedRevision)
    const change = expectedRevision === null ? {} : { change: { expectedRevision } }
    return method.handler(rest, { ...call, ...change })
  }
})

const moved = E.map(({ threadIds, skipped, files }: RelocatedThreads) => ({
  threadIds,
  skipped,
  files: files.length
}))

/** The turns from a place to the end. */
const lastTurns = async (
  engine: Engine,
  threadId: string,
  count: number
): Promise<E.Either<StoreError, Partial<ChangePlan>>> => {
  const all = await engine.turnPlaces(threadId, 0, 0)()
  if (E.isLeft(all)) return all
  const from = Math.max(0, all.right.count - count)
  return E.map(({ turns }: { readonly turns: ReadonlyArray<{ readonly id: string }> }) => ({
    turns: turns.length,
    turnIds: turns.map(({ id }) => id)
  }))(await engine.turnPlaces(threadId, from, all.right.count)())
}

/** How many turns come back: the event that brings them says so; a new file says nothing. */
const broughtBack = ({ events }: Written): Partial<ChangePlan> => {
  const mark = events.find(({ payload }) => payload['type'] === 'unroll_turns_restored')
  const turns = mark?.payload['num_turns']
  return { turns: typeof turns === 'number' ? turns : null }
}

const rollingBack = async (
  engine: Engine,
  threadId: string,
  turns: number,
  options: MutationOptions
): Promise<E.Either<StoreError, Partial<ChangePlan>>> => {
  const tried = await engine.rollback(threadId, turns, options)()
  return E.isLeft(tried) ? tried : lastTurns(engine, threadId, turns)
}

/** The place of a turn; counted from the end of the thread. */
const turnsFrom = async (
  engine: Engine,
  threadId: string,
  turnId: string
): Promise<E.Either<StoreError, number>> => {
  const range = await engine.turnRange(threadId, { turnId, count: 1, itemsView: 'notLoaded' })()
  return E.map(
    ({ total, from }: { readonly total: number; readonly from: number }) => total - from
  )(range)
}

const textOf = (value: unknown): string | undefined =>
  typeof value === 'string' ? value : undefined

const forking: ChangePlanner = async (engine, threadId, params, options) => {
  const lastTurnId = textOf(params['lastTurnId'])
  const beforeTurnId = textOf(params['beforeTurnId'])
  const point = {
    ...(lastTurnId === undefined ? {} : { lastTurnId }),
    ...(beforeTurnId === undefined ? {} : { beforeTurnId })
  }
  const tried = await engine.fork(threadId, point, options)()
  if (E.isLeft(tried)) return tried
  const all = await engine.turnPlaces(threadId, 0, 0)()
  if (E.isLeft(all)) return all
  const turnId = lastTurnId ?? beforeTurnId
  if (turnId === undefined) return E.right({ turns: all.right.count })
  const left = await turnsFrom(engine, threadId, turnId)
  const kept = lastTurnId === undefined ? 0 : 1
  return E.map((turns: number) => ({ turns: all.right.count - turns + kept }))(left)
}

/** What the changes of Codex would do. */
export const PLANS = {
  rename: async (engine, threadId, params, options) =>
    E.map(({ name, before }: { readonly name: string; readonly before: string | null }) => ({
      name: { before, after: name }
    }))(await engine.rename(threadId, String(params['name']), options)()),
  archive: async (engine, threadId, _, options) => moved(await engine.archive(threadId, options)()),
  unarchive: async (engine, threadId, _, options) =>
    moved(await engine.unarchive(threadId, options)()),
  delete: async (engine, threadId, _, options) => moved(await engine.remove(threadId, options)()),
  fork: forking,
  rollback: (engine, threadId, params, options) =>
    rollingBack(engine, threadId, Number(params['numTurns'] ?? params['turns']), options),
  revert: async (engine, threadId, params, options) => {
    const turnId = String(params['beforeTurnId'])
    const tried = await engine.revert(threadId, turnId, options)()
    if (E.isLeft(tried)) return tried
    const turns = await turnsFrom(engine, threadId, turnId)
    return E.isLeft(turns) ? turns : lastTurns(engine, threadId, turns.right)
  },
  unrollback: async (engine, threadId, _, options) =>
    E.map(broughtBack)(await engine.unrollback(threadId, options)())
} satisfies Readonly<Record<string, ChangePlanner>>

const RUNNING = invalidRequest('Cannot rollback while a turn is in progress.')

const Written = t.type(
  { operationId: nullable(t.string), revision: nullable(t.number) },
  'ThreadChanged'
)

/** Changes which turns a thread has, whether it is loaded or not, and tells those who follow it. */
const rewound = async (
  call: RpcCall,
  { id }: ThreadIds,
  change: (engine: Engine, options: MutationOptions) => TE.TaskEither<StoreError, Written>
): Promise<E.Either<RpcError, ReturnType<typeof answer>>> => {
  const loaded = call.server.live.find(id)
  if ((loaded?.turn ?? null) !== null) return E.left(RUNNING)
  const written = await write(call, change)
  return E.map(({ operationId, appended }: Written) => {
    const revision = appended?.next.revision ?? null
    const after = revision === null ? [] : [revisionChanged(id, revision)]
    return { ...answer({ operationId, revision }), after }
  })(written)
}

/** `unroll/rollback`: takes the last turns back, of threads of either kind. */
export const rollbackTurns = planning(
  'rollback',
  ofThread('RollbackParams', { turns: required(u32) }, Written, (thread, { turns }, call) =>
    rewound(call, thread, ({ rollback }, options) => rollback(thread.streamId, turns, options))
  ),
  PLANS.rollback
)

/** `unroll/unrollback`: brings back what was taken back last. */
export const unrollbackTurns = planning(
  'unrollback',
  ofThread('UnrollbackParams', {}, Written, (thread, _, call) =>
    rewound(call, thread, ({ unrollback }, options) => unrollback(thread.streamId, options))
  ),
  PLANS.unrollback
)

/** `unroll/undo`: does the inverse of an operation of the log; it knows by itself at which revision that still means the same. */
export const undoOperation = served(
  'UndoParams',
  { operationId: option(text), dryRun: defaulted(flag, false) },
  t.type({
    ...{ undone: t.string, operation: t.string, operationId: nullable(t.string) },
    by: t.UnknownRecord
  }),
  async ({ operationId, dryRun }, call) => {
    const undone = await write(call, ({ undo }, options) =>
      undo(operationId, { ...options, dryRun })
    )
    if (E.isLeft(undone)) return undone
    const threadId = textOf(undone.right.by.arguments['threadId'])
    const located = threadId === undefined || dryRun ? null : await revisionNow(call, threadId)
    return E.right({
      ...answer(undone.right satisfies Undone),
      after: located === null || threadId === undefined ? [] : [revisionChanged(threadId, located)]
    })
  }
)

/** How many events a thread has now; null for one that is gone. */
const revisionNow = async (call: RpcCall, threadId: string): Promise<number | null> => {
  const range = await ask(call, (engine) =>
    engine.turnRange(threadId, { count: 1, itemsView: 'notLoaded' })
  )
  return E.isLeft(range) ? null : range.right.revision
}
