/**
 * Archive and unarchive: the files of a thread, and of what it spawned, move between `sessions` and `archived_sessions`.
 */
import * as E from 'fp-ts/lib/Either.js'
import type { JsonObject } from '../../../domain/json.ts'
import {
  archivedPath,
  headOf,
  livePath,
  type FileMove,
  type HomeFile
} from '../../../domain/changes/relocation.ts'
import { descendantsOf } from '../../read/threads/agents.ts'
import {
  holding,
  isHeldAs,
  openExpected,
  perform,
  type Life,
  type MutationOptions,
  type Planned,
  type RelocatedThreads
} from './life.ts'
import { grouped } from '../../../domain/grouped.ts'
import type { HomeWriter, SkippedThread } from '../../home-ports.ts'
import { impossible, type Result } from '../../result.ts'

/** What undo needs: exactly these threads, with these file times. */
export interface Exactly {
  readonly threadIds: ReadonlyArray<string>
  /** Milliseconds, by the path a file will have. */
  readonly times: JsonObject
}

type MoveName = 'archive' | 'unarchive'

const WAYS = {
  archive: { wants: false, among: 'active', opposite: 'unarchive', there: 'is archived already' },
  unarchive: { wants: true, among: 'archived', opposite: 'archive', there: 'is not archived' }
} as const

const HIDDEN =
  'the database of Codex 0.169 in this home remembers where each thread lies and would show it no more'

/** Codex takes the children back out only from 0.169 on; both ways it puts the thread that was asked for first. */
const threadsToMove = async (
  life: Life,
  way: MoveName,
  threadId: string,
  exactly: Exactly | null
): Promise<Result<ReadonlyArray<string>>> => {
  if (exactly !== null) return E.right(exactly.threadIds)
  const caughtUp = await life.everything()
  if (E.isLeft(caughtUp)) return caughtUp
  const below = descendantsOf(life, threadId).map((agent) => agent.threadId)
  if (way === 'archive') return E.right([threadId, ...below.toReversed()])
  return E.right(life.profile.members169 ? [threadId, ...below] : [threadId])
}

/** Where each file of a thread goes; a thread that comes back is as new as now, which Codex shows by its newest file. */
const movesOf = (
  way: MoveName,
  files: ReadonlyArray<HomeFile>,
  nowMs: number,
  exactly: Exactly | null
): ReadonlyArray<FileMove> | null => {
  const head = headOf(files)
  const moves = files.map((file): FileMove | null => {
    const to = way === 'archive' ? archivedPath(file) : livePath(file)
    if (to === null) return null
    const touched = way === 'unarchive' && file === head ? nowMs : null
    const time = exactly === null ? touched : exactly.times[to]
    const modifiedAtMs = typeof time === 'number' ? time : null
    return { threadId: file.threadId, from: file.path, to, modifiedAtMs }
  })
  return moves.some((move) => move === null) ? null : (moves as ReadonlyArray<FileMove>)
}

interface SortedThreads {
  readonly moves: ReadonlyArray<FileMove>
  readonly skipped: ReadonlyArray<SkippedThread>
  readonly times: JsonObject
}

/** Sorts threads into those that can be moved and those that are skipped; a root that cannot is the failure. */
const sortThreads = (
  life: Life,
  writer: HomeWriter,
  way: MoveName,
  ids: ReadonlyArray<string>,
  files: ReadonlyArray<HomeFile>,
  exactly: Exactly | null
): Result<SortedThreads> => {
  const byThread = grouped(files, (file) => file.threadId)
  const [rootId] = ids
  const nowMs = writer.nowMs()
  const moves: Array<FileMove> = []
  const skipped: Array<SkippedThread> = []
  const times: Array<readonly [string, number]> = []
  for (const threadId of ids) {
    const mine = (byThread.get(threadId) ?? []).filter((file) => file.archived === WAYS[way].wants)
    const isNeeded = threadId === rootId || exactly !== null
    if (mine.length === 0) {
      if (isNeeded)
        return E.left({ _tag: 'StreamNotFound', streamId: threadId, among: WAYS[way].among })
      skipped.push({ threadId, reason: WAYS[way].there })
      continue
    }
    const planned = movesOf(way, mine, nowMs, exactly)
    if (isHeldAs(life, writer, threadId)) {
      if (isNeeded) return E.left({ _tag: 'Busy', what: `thread ${threadId}` })
      skipped.push({ threadId, reason: 'is in use by another process' })
    } else if (planned === null) {
      const reason = 'the name of its file tells no day'
      if (isNeeded) return impossible(reason, 'move the file by hand')
      skipped.push({ threadId, reason })
    } else {
      moves.push(...planned)
      for (const file of mine) times.push([file.path, file.modifiedAtMs])
    }
  }
  return E.right({ moves, skipped, times: Object.fromEntries(times) })
}

const plan = async (
  life: Life,
  writer: HomeWriter,
  way: MoveName,
  asked: string,
  options: MutationOptions,
  exactly: Exactly | null
): Promise<Result<Planned>> => {
  const opened = await openExpected(life, asked, options)
  if (E.isLeft(opened)) return opened
  const threadId = opened.right.info.streamId
  if (opened.right.info.archived !== WAYS[way].wants)
    return E.left({ _tag: 'StreamNotFound', streamId: threadId, among: WAYS[way].among })
  if (writer.remembersPlaces() && options.force !== true)
    return impossible(HIDDEN, { kind: 'move_in_codex', way, threadId })
  const ids = await threadsToMove(life, way, threadId, exactly)
  if (E.isLeft(ids)) return ids
  const files = await writer.files()
  if (E.isLeft(files)) return files
  const sorted = sortThreads(life, writer, way, ids.right, files.right, exactly)
  if (E.isLeft(sorted)) return sorted
  const { moves, skipped, times } = sorted.right
  const moved = [...new Set(moves.map((move) => move.threadId))]
  return E.right({
    request: {
      operation: way,
      threadId,
      others: moved.filter((id) => id !== threadId),
      arguments: { threadId }
    },
    relocation: () => ({ rootId: threadId, moves, names: 'keep', trash: null, purge: false }),
    skipped,
    inverse: async (_id, { threadIds }) => ({
      operation: WAYS[way].opposite,
      arguments: { threadId, threadIds, times }
    }),
    removes: false
  })
}

/**
 * Moves a thread's files to `archived_sessions`, or back, with the threads it spawned as Codex of the profile does.
 * A child that cannot be moved is skipped; the thread itself must be where it is expected, or `StreamNotFound`.
 */
export const moveThread = (
  life: Life,
  way: MoveName,
  threadId: string,
  options: MutationOptions,
  exactly: Exactly | null = null
): Promise<Result<RelocatedThreads>> =>
  holding(life, options, async (writer) => {
    const planned = await plan(life, writer, way, threadId, options, exactly)
    return E.isLeft(planned) ? planned : perform(life, writer, planned.right, options)
  })
