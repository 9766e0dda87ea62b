/**
 * The log of operations as people ask for it, and undoing one by doing its inverse.
 */
import * as E from 'fp-ts/lib/Either.js'
import { isJsonObject, textIn, type Json, type JsonObject } from '../../../domain/json.ts'
import {
  foldOperation,
  startOperations,
  type Inverse,
  type Operation
} from '../../../domain/changes/operations.ts'
import type { CommandHint } from '../../../domain/errors.ts'
import type { Goal } from '../../../domain/changes/goal.ts'
import type { Mutations } from '../mutate/mutations.ts'
import { moveThread, type Exactly } from './archive.ts'
import { READ_ONLY, type Life, type MutationOptions } from './life.ts'
import { renameThread } from './names.ts'
import { removeThread, restoreThreads } from './remove.ts'
import { repairParts, undoRepair } from './repair.ts'
import { impossible, type Result } from '../../result.ts'

export interface OperationQuery {
  readonly threadId?: string | undefined
  /** The most that are given, newest first. */
  readonly limit?: number | undefined
}

/** Which operation was undone, and by what. */
export interface Undone {
  readonly undone: string
  readonly operation: string
  /** What was done instead, and as which operation; null for a dry run. */
  readonly by: Inverse
  readonly operationId: string | null
}

/** Does an inverse; refuses when it would not mean the same any more. */
type Perform = (
  life: Life,
  given: JsonObject,
  options: MutationOptions,
  mutations: Mutations
) => Promise<Result<{ readonly operationId: string | null }>>

const text = (given: JsonObject, name: string): string => textIn(given[name])

const texts = (value: Json | undefined): ReadonlyArray<string> =>
  Array.isArray(value) ? (value as ReadonlyArray<string>) : []

const objectIn = (given: JsonObject, name: string): JsonObject => {
  const value = given[name]
  return isJsonObject(value) ? value : {}
}

const exactly = (given: JsonObject): Exactly => ({
  threadIds: texts(given['threadIds']),
  times: objectIn(given, 'times')
})

/** How each inverse is done, by its operation. A mutation that can be undone by another one adds a row. */
const INVERSES: Readonly<Record<string, Perform>> = {
  archive: (life, given, options) =>
    moveThread(life, 'archive', text(given, 'threadId'), options, exactly(given)),
  unarchive: (life, given, options) =>
    moveThread(life, 'unarchive', text(given, 'threadId'), options, exactly(given)),
  restore: (life, given, options) => restoreThreads(life, text(given, 'operationId'), options),
  delete: (life, given, options) =>
    removeThread(life, text(given, 'threadId'), options, {
      threadIds: texts(given['threadIds']),
      files: objectIn(given, 'files')
    }),
  unrepair: (life, given, options) =>
    undoRepair(repairParts(life), text(given, 'operationId'), options),
  rename: (life, given, options) =>
    renameThread(life, text(given, 'threadId'), text(given, 'name'), options, text(given, 'from')),
  expand: async ({ homeWriter, actor }, given, options) =>
    homeWriter?.expand === undefined
      ? E.left(READ_ONLY)
      : homeWriter.expand(text(given, 'threadId'), objectIn(given, 'files'), { actor, ...options }),
  'unimport-settings': async ({ homeWriter, actor }, given, options) =>
    homeWriter?.unimportSettings === undefined
      ? E.left(READ_ONLY)
      : homeWriter.unimportSettings(given, { actor, ...options }),
  'restore-config': async ({ homeWriter, actor }, given, options) =>
    homeWriter?.restoreConfig === undefined
      ? E.left(READ_ONLY)
      : homeWriter.restoreConfig(given, { actor, ...options }),
  rollback: (_, given, options, { rollback }) =>
    rollback(text(given, 'threadId'), Number(given['turns']), options)(),
  unrollback: (_, given, options, { unrollback }) => unrollback(text(given, 'threadId'), options)(),
  metadata: (_, given, options, { updateMetadata }) =>
    updateMetadata(text(given, 'threadId'), objectIn(given, 'git'), options)(),
  'memory-mode': (_, given, options, { setMemoryMode }) => {
    const mode = text(given, 'memoryMode') === 'disabled' ? 'disabled' : 'enabled'
    return setMemoryMode(text(given, 'threadId'), mode, options)()
  },
  settings: (_, given, options, { updateSettings }) =>
    updateSettings(text(given, 'threadId'), objectIn(given, 'settings'), options)(),
  'restore-goal': (_, given, options, { restoreGoal }) => {
    const goal = objectIn(given, 'goal') as unknown as Goal
    return restoreGoal(text(given, 'threadId'), goal, options)()
  },
  'clear-goal': async (_, given, options, { clearGoal }) =>
    E.map(() => ({ operationId: null }))(await clearGoal(text(given, 'threadId'), options)())
}

const touches = ({ began, ended }: Operation, threadId: string): boolean =>
  began.threadIds.some((id) => id.startsWith(threadId)) ||
  ended?.inverse?.arguments['threadId'] === threadId

async function* operationsIn(life: Life): AsyncIterable<Operation> {
  if (life.operations === undefined) return
  const fold = startOperations()
  for await (const record of life.operations.read('newest')) {
    const operation = foldOperation(fold, record)
    if (operation !== null) yield operation
  }
}

const LIMIT = 25

export const listOperations = async (
  life: Life,
  { threadId, limit = LIMIT }: OperationQuery
): Promise<Result<ReadonlyArray<Operation>>> => {
  const found: Array<Operation> = []
  for await (const operation of operationsIn(life)) {
    if (threadId !== undefined && !touches(operation, threadId)) continue
    found.push(operation)
    if (found.length >= limit) break
  }
  return E.right(found)
}

const SEE_LOG = { kind: 'see_log' } as const

/** True for an operation that nothing stands in the way of undoing, as far as the log tells. */
const isUndoable = ({ began, ended, state }: Operation): boolean =>
  state === 'done' && began.undoes === null && (ended?.inverse ?? null) !== null

/** How an operation is undone. */
export interface UndoOptions extends MutationOptions {
  /** Without an id: past operations that cannot be undone. */
  readonly skips?: boolean
}

/** The operation with an id; without an id, the newest that was not undone and is no undo itself. */
const chosen = async (
  life: Life,
  id: string | null,
  skips: boolean
): Promise<Result<Operation>> => {
  const matches: Array<Operation> = []
  for await (const operation of operationsIn(life)) {
    const { began, state } = operation
    const isNewest = skips ? isUndoable(operation) : state === 'done' && began.undoes === null
    if (id === null ? isNewest : began.id.startsWith(id)) matches.push(operation)
    if (matches.length === (id === null ? 1 : 2)) break
  }
  const [operation, other] = matches
  if (operation === undefined)
    return id === null
      ? impossible('nothing to undo', SEE_LOG)
      : E.left({ _tag: 'OperationNotFound', operationId: id })
  return other === undefined || id === null
    ? E.right(operation)
    : impossible(`"${id}" names several operations`, 'type more of the id')
}

/** Where to go from an operation that cannot be undone: to the newest that can. */
const olderThan = async (life: Life, id: string): Promise<CommandHint> => {
  let isOlder = false
  for await (const operation of operationsIn(life)) {
    const { began } = operation
    if (isOlder && isUndoable(operation))
      return { kind: 'undo_older', operationId: began.id, operation: began.operation }
    isOlder ||= began.id === id
  }
  return SEE_LOG
}

const obstacle = ({ began, ended, state, undoneBy }: Operation): string | null => {
  const what = `operation ${began.id} (${began.operation})`
  if (state === 'unfinished') return `${what} was not finished`
  if (state === 'failed') return `${what} failed and changed nothing`
  if (state === 'undone') return `${what} was undone by ${undoneBy ?? 'another one'}`
  return ended?.inverse === null ? `${what} cannot be undone: ${ended.noInverse ?? ''}` : null
}

/**
 * Undoes an operation by doing its inverse, which is an operation of its own; undoing that one does the first again.
 * Refused when there is no inverse, or when the thread is not as the operation left it.
 */
export const undoOperation = async (
  life: Life,
  id: string | null,
  options: UndoOptions,
  mutations: Mutations
): Promise<Result<Undone>> => {
  const found = await chosen(life, id?.toLowerCase() ?? null, options.skips === true)
  if (E.isLeft(found)) return found
  const operation = found.right
  if (operation.redoneBy !== null)
    return undoOperation(life, operation.redoneBy, options, mutations)
  const { began, ended } = operation
  const inverse = ended?.inverse ?? null
  const reason = obstacle(operation)
  if (reason !== null || inverse === null) {
    const next = id === null ? await olderThan(life, began.id) : SEE_LOG
    return impossible(reason ?? 'there is nothing to undo', next)
  }
  const run = Object.hasOwn(INVERSES, inverse.operation) ? INVERSES[inverse.operation] : undefined
  if (run === undefined)
    return impossible(`this version cannot ${inverse.operation}`, 'use a newer one')
  const left = inverse.arguments['expectedRevision']
  const { expectedRevision: asked } = options
  if (typeof left === 'number' && asked !== undefined && asked !== left)
    return impossible(`the operation left the thread at revision ${left}`, SEE_LOG)
  const expected = typeof left === 'number' ? { expectedRevision: left } : {}
  const undoing = { ...options, ...expected, undoes: began.id }
  const done = await run(life, inverse.arguments, undoing, mutations)
  if (E.isLeft(done)) return done
  const { operationId } = done.right
  return E.right({ undone: began.id, operation: began.operation, by: inverse, operationId })
}
