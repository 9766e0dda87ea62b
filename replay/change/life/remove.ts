/**
 * Delete and restore: the files of a thread, and of what it spawned, move to the trash of the home and back.
 */
import * as E from 'fp-ts/lib/Either.js'
import { notPossible, type StoreError } from '../../../domain/errors.ts'
import type { JsonObject } from '../../../domain/json.ts'
import { trashOf, trashPath, type HomeFile } from '../../../domain/changes/relocation.ts'
import { descendantsOf } from '../../read/threads/agents.ts'
import {
  holding,
  isHeldAs,
  openExpected,
  perform,
  sizesOf,
  type Life,
  type MutationOptions,
  type Planned,
  type PlannedOptions,
  type RelocatedThreads
} from './life.ts'
import { grouped } from '../../../domain/grouped.ts'
import type { HomeWriter, TrashEntry } from '../../home-ports.ts'
import { impossible, type Result } from '../../result.ts'

export interface RemoveOptions extends PlannedOptions {
  /** Not to the trash: nothing brings the files back. */
  readonly permanent?: boolean | undefined
}

type FileBeside = Pick<HomeFile, 'threadId' | 'path'>

/** What undo needs: exactly these threads, while their files are still exactly these. */
export interface Unchanged {
  readonly threadIds: ReadonlyArray<string>
  /** Bytes of each file, by its path. */
  readonly files: JsonObject
}

const isSame = (a: JsonObject, b: JsonObject): boolean => {
  const names = Object.keys(a)
  return names.length === Object.keys(b).length && names.every((name) => a[name] === b[name])
}

/** Deepest first, as Codex deletes; the thread that was asked for is the last. */
const threadsToRemove = async (
  life: Life,
  threadId: string
): Promise<Result<ReadonlyArray<string>>> => {
  const caughtUp = await life.everything()
  if (E.isLeft(caughtUp)) return caughtUp
  const below = descendantsOf(life, threadId).map((agent) => agent.threadId)
  return E.right([...below.toReversed(), threadId])
}

/** Why these threads cannot be deleted now; null when they can. */
const refusal = async (
  life: Life,
  writer: HomeWriter,
  threadId: string,
  ids: ReadonlyArray<string>,
  files: ReadonlyArray<HomeFile>,
  unchanged: Unchanged | null
): Promise<StoreError | null> => {
  const held = ids.find((id) => isHeldAs(life, writer, id))
  if (held !== undefined) return { _tag: 'Busy', what: `thread ${held}` }
  if (unchanged !== null && !isSame(unchanged.files, sizesOf(files, ids)))
    return notPossible(`thread ${threadId} changed since`, { kind: 'see_or_delete', threadId })
  const referrers = await writer.referrers(ids)
  if (E.isLeft(referrers)) return referrers.left
  const [referrer] = referrers.right
  return referrer === undefined
    ? null
    : notPossible(`cannot delete thread ${threadId}: forked history still references it`, {
        kind: 'delete_fork',
        threadId: referrer
      })
}

const planOf = (
  threadId: string,
  ids: ReadonlyArray<string>,
  files: ReadonlyArray<HomeFile>,
  beside: ReadonlyArray<FileBeside>,
  permanent: boolean
): Planned => {
  const byThread = grouped(files, (file) => file.threadId)
  const wanted = ids.flatMap((id) => byThread.get(id) ?? [])
  return {
    request: {
      operation: 'delete',
      threadId,
      others: ids.filter((id) => id !== threadId),
      arguments: { threadId, permanent }
    },
    relocation: (operationId) => {
      const trash = trashOf(operationId)
      const moves = [...wanted, ...beside].map(({ threadId: of, path }) => ({
        threadId: of,
        from: path,
        to: trashPath(trash, { path }),
        modifiedAtMs: null
      }))
      return { rootId: threadId, moves, names: 'take', trash, purge: permanent }
    },
    skipped: [],
    inverse: async (operationId) =>
      permanent
        ? { none: 'the files were deleted for good' }
        : { operation: 'restore', arguments: { operationId } },
    removes: true
  }
}

/**
 * Deletes a thread and everything it spawned: to the trash, from where `restoreThreads` brings all of it back, or for good.
 * Refused while a fork outside continues one of the files.
 */
export const removeThread = (
  life: Life,
  threadId: string,
  options: RemoveOptions,
  unchanged: Unchanged | null = null
): Promise<Result<RelocatedThreads>> =>
  holding(life, options, async (writer) => {
    const opened = await openExpected(life, threadId, options)
    if (E.isLeft(opened)) return opened
    const id = opened.right.info.streamId
    const ids = unchanged === null ? await threadsToRemove(life, id) : E.right(unchanged.threadIds)
    if (E.isLeft(ids)) return ids
    const files = await writer.files()
    if (E.isLeft(files)) return files
    const refused = await refusal(life, writer, id, ids.right, files.right, unchanged)
    if (refused !== null) return E.left(refused)
    const beside = (await writer.beside?.(ids.right)) ?? E.right([])
    if (E.isLeft(beside)) return beside
    const plan = planOf(id, ids.right, files.right, beside.right, options.permanent ?? false)
    return perform(life, writer, plan, options)
  })

/** What a person names: an operation or a thread, by its id or a prefix; without a name, what was deleted last. */
const entryOf = (entries: ReadonlyArray<TrashEntry>, text: string | null): Result<TrashEntry> => {
  const wanted = text?.toLowerCase() ?? ''
  const isNamed = ({ operationId, threadIds }: TrashEntry): boolean =>
    operationId.startsWith(wanted) || threadIds.some((id) => id.startsWith(wanted))
  const [entry, other] = entries.filter(isNamed)
  if (entry === undefined) {
    const reason = text === null ? 'the trash is empty' : `nothing in the trash is called ${text}`
    return impossible(reason, { kind: 'see_deleted' })
  }
  if (other === undefined || text === null || entry.threadIds.includes(wanted))
    return E.right(entry)
  const candidates = [entry.operationId, other.operationId]
  return E.left({ _tag: 'AmbiguousThread', text, candidates })
}

/** Why a restore that expects a revision is refused: the thread was deleted at another one. */
const otherRevision = async (
  { operations }: Life,
  { operationId, rootId }: TrashEntry,
  { expectedRevision: expected }: MutationOptions
): Promise<StoreError | null> => {
  if (expected === undefined || operations === undefined) return null
  for await (const record of operations.read('newest')) {
    if (record.record !== 'began' || record.id !== operationId) continue
    const actual = record.before?.revision ?? null
    return actual === expected
      ? null
      : { _tag: 'WrongExpectedRevision', streamId: rootId, expected, actual }
  }
  return null
}

/** Brings back what an operation deleted, names too, to where it was; nothing is overwritten. */
export const restoreThreads = (
  life: Life,
  what: string | null,
  options: MutationOptions
): Promise<Result<RelocatedThreads>> =>
  holding(life, options, async (writer) => {
    const trash = await writer.trash()
    if (E.isLeft(trash)) return trash
    const found = entryOf(trash.right, what)
    if (E.isLeft(found)) return found
    const entry = found.right
    const wrong = await otherRevision(life, entry, options)
    if (wrong !== null) return E.left(wrong)
    const files = await writer.files()
    if (E.isLeft(files)) return files
    const inTheWay = files.right.find(({ threadId }) => entry.threadIds.includes(threadId))
    if (inTheWay !== undefined)
      return impossible(
        `${inTheWay.path} is there already`,
        'move that file away, then restore again'
      )
    const { rootId, threadIds, operationId } = entry
    const beside = (await writer.beside?.(threadIds)) ?? E.right([])
    if (E.isLeft(beside)) return beside
    // Newer ones of the same name stay.
    const taken = new Set(beside.right.map(({ path }) => path))
    const returning = entry.files.filter(({ from }) => !taken.has(from))
    const moves = returning.map(({ threadId, from, to }) => ({
      threadId,
      from: to,
      to: from,
      modifiedAtMs: null
    }))
    const planned: Planned = {
      request: {
        operation: 'restore',
        threadId: rootId,
        others: threadIds.filter((id) => id !== rootId),
        arguments: { operationId }
      },
      relocation: () => ({
        rootId,
        moves,
        names: 'give',
        trash: trashOf(operationId),
        purge: true
      }),
      skipped: [],
      inverse: async (_id, result) => {
        const now = await writer.files()
        if (E.isLeft(now)) return { none: 'the files could not be listed afterwards' }
        const back = result.threadIds
        return {
          operation: 'delete',
          arguments: { threadId: rootId, threadIds: back, files: sizesOf(now.right, back) }
        }
      },
      removes: false
    }
    return perform(life, writer, planned, { undoes: operationId, ...options })
  })
