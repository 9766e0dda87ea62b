/**
 * What archiving, deleting, restoring and naming have in common: the parts they need, the right to move files, and the
 * work that a killed process left behind.
 */
import * as E from 'fp-ts/lib/Either.js'
import { notPossible, type StoreError } from '../../../domain/errors.ts'
import { streamId, type StreamId } from '../../../domain/ids.ts'
import type { JsonObject } from '../../../domain/json.ts'
import type { Began, Inverse } from '../../../domain/changes/operations.ts'
import type { HomeFile, Relocation } from '../../../domain/changes/relocation.ts'
import { idInMetadata, type Find } from '../../read/threads/identity.ts'
import type { Opener, OpenThread } from '../../read/threads/open-thread.ts'
import { threadRow } from '../../read/threads/thread-row.ts'
import { checkpointOf, forgetThread, type Env } from '../../catch-up/project.ts'
import { indexSink } from '../../catch-up/sink.ts'
import type {
  HomeLogs,
  HomeWriter,
  Names,
  OperationLog,
  RelocationResult,
  Remembered,
  SkippedThread
} from '../../home-ports.ts'
import type { StreamInfo } from '../../ports.ts'
import { endOf, isUnknown, recorded, type OperationRequest, type Performed } from './recorded.ts'
import { own } from '../../../domain/own.ts'
import type { Result } from '../../result.ts'

export interface LifeParts extends Env {
  readonly names: Names
  /** What Codex's databases remember; absent where there are none, and in the past. */
  readonly remembered?: Remembered
  /** Absent where the home may only be read. */
  readonly homeWriter?: HomeWriter
  /** Absent where nothing is recorded. */
  readonly operations?: OperationLog
  /** The logs of the home, for what is folded from them; absent where there is no home. */
  readonly homeLogs?: HomeLogs
  /** Who uses the engine, for the log; default `library`. */
  readonly actor?: string
}

export type HomeParts = Pick<LifeParts, 'homeWriter' | 'operations' | 'actor'>

/** The parts, with the two ways to make rows as new as the files. */
export interface Life extends LifeParts {
  readonly find: Find
  readonly open: Opener
  /** By the name of its file alone: for threads that may not be there yet. */
  readonly openNamed: Opener
  readonly everything: () => Promise<Result<ReadonlyArray<StreamInfo>>>
}

export interface MutationOptions {
  /** Who asks, for the log. */
  readonly actor?: string | undefined
  /** Report what would happen, and change nothing. */
  readonly dryRun?: boolean | undefined
  /** How many events the thread must hold; otherwise `WrongExpectedRevision`. */
  readonly expectedRevision?: number | undefined
  /** Also where Codex's own database would not notice. */
  readonly force?: boolean | undefined
  /** The operation that this one undoes; for `undo` itself. */
  readonly undoes?: string | undefined
}

export type PlannedOptions = Omit<MutationOptions, 'force'>

export type AskedOptions = Pick<MutationOptions, 'actor' | 'undoes'>

/** Threads whose files were moved or deleted, and what was left where it was. */
export interface RelocatedThreads {
  readonly operationId: string | null
  /** In Codex's order. */
  readonly threadIds: ReadonlyArray<string>
  readonly skipped: ReadonlyArray<SkippedThread>
  readonly files: ReadonlyArray<{ readonly from: string; readonly to: string }>
}

export const READ_ONLY = notPossible('this store can only be read', 'open the home itself')

/** Why a rollout from before the envelope stays as it is: no reader would understand what is added. */
const BEFORE_ENVELOPE = notPossible(
  'this thread was written before Codex 0.32, and no Codex of today reads its file: it can be read and not changed',
  'begin a new thread'
)

/** Refuses what would change a thread from before the envelope. */
export const refuseBare = (env: Env, info: StreamInfo): Result<StreamInfo> =>
  threadRow(env, info.streamId)?.facts.isBare === true ? E.left(BEFORE_ENVELOPE) : E.right(info)

/** The writer of a home that may be written to; files move only where a log allows recovery after a kill. */
const writerOf = ({ homeWriter, operations }: HomeParts): Result<HomeWriter> =>
  homeWriter === undefined || operations === undefined ? E.left(READ_ONLY) : E.right(homeWriter)

/** Opens a thread and checks that it holds as many events as the caller thinks. */
export const openExpected = async (
  life: Life,
  threadId: string,
  { expectedRevision: expected }: MutationOptions
): Promise<Result<OpenThread>> => {
  const opened = await life.open(threadId, false)
  if (E.isLeft(opened)) return opened
  const { info } = opened.right
  const changeable = refuseBare(life, info)
  if (E.isLeft(changeable)) return changeable
  const actual = revisionOf(life, info.streamId)
  return expected === undefined || expected === actual
    ? opened
    : E.left({ _tag: 'WrongExpectedRevision', streamId: info.streamId, expected, actual })
}

/** True while a running Codex writes to a caught-up thread, which it knows by the id in the metadata. */
export const isHeldAs = (
  env: Env,
  { isHeld }: { readonly isHeld: (threadId: StreamId) => boolean },
  threadId: string
): boolean => {
  const file = { streamId: streamId(threadId) }
  const other = streamId(idInMetadata(threadRow(env, threadId), file))
  return isHeld(file.streamId) || (other !== file.streamId && isHeld(other))
}

/** Why a thread is not written to while a running Codex has it loaded. */
export const heldByCodex = (threadId: string): StoreError => ({
  _tag: 'Busy',
  what: `thread ${threadId}, loaded by Codex,`
})

export const revisionOf = (env: Env, threadId: string): number =>
  checkpointOf(env, threadId)?.next.revision ?? 0

export const forgetThreads = async (env: Env, threadIds: ReadonlyArray<string>): Promise<void> => {
  const sink = indexSink(env.index)
  for (const id of threadIds) forgetThread(env, streamId(id), sink)
  await sink.flush()
}

/** Only the newest relocation can be unfinished: they happen one after the other. */
const leftBehind = async (log: OperationLog) => {
  const ended = new Set<string>()
  for await (const record of log.readOwn()) {
    if (record.record === 'ended') ended.add(record.id)
    else if (record.relocation !== null) return ended.has(record.id) ? null : record
  }
  return null
}

const OPPOSITES: Readonly<Record<string, string>> = { archive: 'unarchive', unarchive: 'archive' }

export const backFrom = (operationId: string): Inverse => ({
  operation: 'unrepair',
  arguments: { operationId }
})

const touchedBy = ({ moves, exchanges = [] }: Relocation): ReadonlyArray<string> =>
  [...moves, ...exchanges].flatMap(({ threadId }) => (threadId === null ? [] : [threadId]))

/** How to undo work that another process began; the earlier file times are lost. */
const inverseAfterKill = (
  { id, operation, relocation }: Began,
  { threadIds }: RelocationResult
): Performed<unknown>['inverse'] => {
  if (operation === 'delete' && relocation?.purge === false)
    return { operation: 'restore', arguments: { operationId: id } }
  if (relocation?.exchanges !== undefined) return backFrom(id)
  const opposite = own(OPPOSITES, operation)
  const threadId = relocation?.rootId ?? ''
  return opposite === undefined
    ? { none: 'it was finished by another process after a kill' }
    : { operation: opposite, arguments: { threadId, threadIds, times: {} } }
}

/**
 * Finishes what a killed process began: forward, because the record was on disk only after everything had been checked.
 * Work that cannot be finished is taken back by the writer, and recorded as failed.
 */
const recover = async (life: HomeParts, writer: HomeWriter): Promise<Result<void>> => {
  const { operations: log } = life
  const began = log === undefined ? null : await leftBehind(log)
  if (log === undefined || began === null || began.relocation === null) return E.right(undefined)
  const held = touchedBy(began.relocation).find((threadId) => writer.isHeld(threadId))
  if (held !== undefined) return E.left({ _tag: 'Busy', what: `thread ${held}` })
  const done = await writer.relocate(began.relocation, began.id)
  if (E.isLeft(done) && isUnknown(done)) return done
  const ended = E.map((result: RelocationResult) => ({
    after: null,
    inverse: inverseAfterKill(began, result)
  }))(done)
  return log.append(endOf(log, began.id, ended), true)
}

/**
 * Runs alone among the processes that move files of the home, after what a killed one left is finished. A dry run
 * neither waits nor finishes anything.
 */
export const holding = async <A>(
  life: HomeParts,
  { dryRun = false }: MutationOptions,
  run: (writer: HomeWriter) => Promise<Result<A>>
): Promise<Result<A>> => {
  const writer = writerOf(life)
  if (E.isLeft(writer)) return writer
  if (dryRun) return run(writer.right)
  const hold = await writer.right.hold()
  if (E.isLeft(hold)) return hold
  let finished = false
  try {
    const recovered = hold.right.leftOver
      ? await recover(life, writer.right)
      : E.right<StoreError, void>(undefined)
    const done = E.isLeft(recovered) ? recovered : await run(writer.right)
    finished = E.isRight(recovered) && !isUnknown(done)
    return done
  } finally {
    await hold.right.release(finished)
  }
}

/** Where the files of some threads lie and how large they are: enough to see later that nothing happened since. */
export const sizesOf = (
  files: ReadonlyArray<HomeFile>,
  threadIds: ReadonlyArray<string>
): JsonObject => {
  const wanted = new Set(threadIds)
  return Object.fromEntries(
    files
      .filter(({ threadId }) => wanted.has(threadId))
      .map(({ path, sizeBytes }) => [path, sizeBytes])
  )
}

export interface Planned {
  readonly request: Omit<OperationRequest, 'relocation' | 'actor'>
  /** `trash` is the folder of this operation. */
  readonly relocation: (operationId: string) => Relocation
  readonly skipped: ReadonlyArray<SkippedThread>
  readonly inverse: (
    operationId: string,
    result: RelocationResult
  ) => Promise<Performed<unknown>['inverse']>
  /** True when the threads are gone afterwards. */
  readonly removes: boolean
}

const shownFiles = ({ moves }: Relocation): RelocatedThreads['files'] =>
  moves.map(({ from, to }) => ({ from, to }))

/** Does what was planned, with its records; a dry run only reports. */
export const perform = async (
  life: Life,
  writer: HomeWriter,
  planned: Planned,
  options: MutationOptions
): Promise<Result<RelocatedThreads>> => {
  const { request, skipped, removes } = planned
  if (options.dryRun === true) {
    const relocation = planned.relocation('<operation>')
    const threadIds = [...new Set(relocation.moves.map(({ threadId }) => threadId))]
    return E.right({ operationId: null, threadIds, skipped, files: shownFiles(relocation) })
  }
  const whole: OperationRequest = {
    ...request,
    actor: options.actor,
    undoes: options.undoes,
    relocation: planned.relocation
  }
  const before = checkpointOf(life, request.threadId)?.next ?? null
  return recorded(life, whole, before, async (operationId) => {
    const relocation = planned.relocation(operationId)
    const done = await writer.relocate(relocation, operationId)
    if (E.isLeft(done)) return done
    // The next read notices that they were removed, and repairs a damaged index: the files have moved.
    if (removes) await forgetThreads(life, done.right.threadIds).catch(() => undefined)
    const moved = new Set(done.right.threadIds)
    const answer: RelocatedThreads = {
      operationId,
      threadIds: done.right.threadIds,
      skipped: [...skipped, ...done.right.skipped],
      files: shownFiles({
        ...relocation,
        moves: relocation.moves.filter(({ threadId }) => moved.has(threadId))
      })
    }
    const inverse = await planned.inverse(operationId, done.right)
    return E.right({ answer, after: removes ? null : before, inverse })
  })
}
