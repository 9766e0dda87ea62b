/**
 * The use cases that change a home, and what is known about changes: put together for the engine.
 */
import * as E from 'fp-ts/lib/Either.js'
import type { StreamId } from '../../../domain/ids.ts'
import type { JsonObject } from '../../../domain/json.ts'
import type { Operation } from '../../../domain/changes/operations.ts'
import {
  agentRow,
  agentTree,
  ancestorsOf,
  type Agent,
  type AgentTree
} from '../../read/threads/agents.ts'
import { moveThread } from './archive.ts'
import {
  sizesOf,
  type AskedOptions,
  type Life,
  type MutationOptions,
  type PlannedOptions,
  type RelocatedThreads
} from './life.ts'
import { renameThread, type Renamed } from './names.ts'
import type { Mutations } from '../mutate/mutations.ts'
import type { StreamInfo } from '../../ports.ts'
import { checkpointOf } from '../../catch-up/project.ts'
import { recorded, requestOf, type Performed } from './recorded.ts'
import { performRepair, repairParts, type RepairDone, type RepairWork } from './repair.ts'
import { removeThread, restoreThreads, type RemoveOptions } from './remove.ts'
import {
  listOperations,
  undoOperation,
  type OperationQuery,
  type Undone,
  type UndoOptions
} from './undo.ts'
import type { Answer, Result } from '../../result.ts'

/** Who spawned a thread, and what it spawned. */
export interface AgentFamily {
  readonly threadId: string
  /** Null for a thread that was not spawned. */
  readonly self: Agent | null
  readonly ancestors: ReadonlyArray<string>
  readonly children: ReadonlyArray<AgentTree>
}

/** What an engine can do to a home besides adding events to threads. */
export interface ThreadLifecycle {
  /** Moves a thread and what it spawned to the archived ones; ids come in the order in which Codex names them. */
  readonly archive: (threadId: string, options?: MutationOptions) => Answer<RelocatedThreads>
  /** Brings an archived thread back; from 0.169 on with what it spawned. */
  readonly unarchive: (threadId: string, options?: MutationOptions) => Answer<RelocatedThreads>
  /** Deletes a thread and what it spawned, to the trash of the home unless `permanent`. */
  readonly remove: (threadId: string, options?: RemoveOptions) => Answer<RelocatedThreads>
  /** Brings back what an operation deleted, or what a thread was deleted with; null: what was deleted last. */
  readonly restore: (what: string | null, options?: PlannedOptions) => Answer<RelocatedThreads>
  readonly rename: (threadId: string, name: string, options?: PlannedOptions) => Answer<Renamed>
  /** What was done to the home, newest first. */
  readonly operations: (query?: OperationQuery) => Answer<ReadonlyArray<Operation>>
  /** Undoes an operation; null: the newest that was not undone. */
  readonly undo: (operationId: string | null, options?: UndoOptions) => Answer<Undone>
  /** Exchanges files of the home by a plan, all of them or none; `undo` takes it back. */
  readonly repair: (work: RepairWork, options?: AskedOptions) => Answer<RepairDone>
  readonly agents: (threadId: string) => Answer<AgentFamily>
}

const familyOf = async (life: Life, threadId: string): Promise<Result<AgentFamily>> => {
  const caughtUp = await life.everything()
  if (E.isLeft(caughtUp)) return caughtUp
  return E.right({
    threadId,
    self: agentRow(life, threadId),
    ancestors: ancestorsOf(life, threadId),
    children: agentTree(life, threadId)
  })
}

/** The use cases over the parts of an engine; `safely` is its edge where throwing ends. */
export const lifecycle = (
  life: Life,
  mutations: Mutations,
  safely: <A>(task: Answer<A>) => Answer<A>
): ThreadLifecycle => ({
  archive: (threadId, options = {}) => safely(() => moveThread(life, 'archive', threadId, options)),
  unarchive: (threadId, options = {}) =>
    safely(() => moveThread(life, 'unarchive', threadId, options)),
  remove: (threadId, options = {}) => safely(() => removeThread(life, threadId, options)),
  restore: (what, options = {}) => safely(() => restoreThreads(life, what, options)),
  rename: (threadId, name, options = {}) =>
    safely(() => renameThread(life, threadId, name, options)),
  operations: (query = {}) => safely(() => listOperations(life, query)),
  undo: (operationId, options = {}) =>
    safely(() => undoOperation(life, operationId, options, mutations)),
  repair: (work, options = {}) => safely(() => performRepair(repairParts(life), work, options)),
  agents: (threadId) =>
    safely(async () => {
      const opened = await life.open(threadId, false)
      return E.isLeft(opened) ? opened : familyOf(life, opened.right.info.streamId)
    })
})

/** A fork is undone by deleting it, if nothing was added to it. */
const inverseOfFork = async (
  life: Life,
  threadId: string
): Promise<Performed<unknown>['inverse']> => {
  const files = (await life.homeWriter?.files()) ?? null
  if (files === null || E.isLeft(files)) return { none: 'the new file could not be looked at' }
  const threadIds = [threadId]
  return {
    operation: 'delete',
    arguments: { threadId, threadIds, files: sizesOf(files.right, threadIds) }
  }
}

/** Makes a branch with its records; answers with the id of the resulting thread. */
export const recordedBranch = (
  life: Life,
  operation: 'fork' | 'revert',
  info: StreamInfo,
  given: JsonObject,
  options: MutationOptions,
  run: () => Promise<Result<StreamId>>
): Promise<Result<StreamId>> => {
  const before = checkpointOf(life, info.streamId)?.next ?? null
  const request = requestOf(info.streamId, operation, given, options)
  return recorded(life, request, before, async () => {
    const made = await run()
    if (E.isLeft(made)) return made
    const inverse =
      operation === 'fork'
        ? await inverseOfFork(life, made.right)
        : { operation: 'unrollback', arguments: { threadId: info.streamId } }
    return E.right({ answer: made.right, after: null, inverse })
  })
}
