/**
 * Moving and naming the threads of a store: facts in their streams, one for all files of a thread. No line is touched.
 *
 * A thread's fact is appended at an exact revision, so it is whole or not there; what a killed process left of a relocation
 * is found again by looking at where the files are.
 */
import * as E from 'fp-ts/lib/Either.js'
import { notPossible, type StoreError } from '../../../../domain/errors.ts'
import { streamId } from '../../../../domain/ids.ts'
import { threadStream } from '../stream/names.ts'
import type { FileMove, HomeFile, Relocation } from '../../../../domain/changes/relocation.ts'
import type { StreamDirectory } from '../stream/stored.ts'
import type {
  HomeWriter,
  OperationLog,
  RelocationResult,
  SkippedThread
} from '../../../../replay/home-ports.ts'
import { attempted } from '../../../../replay/guarded.ts'
import {
  changeStream,
  isAbsent,
  neededChange,
  OPPOSITES,
  reversedMoves,
  type ChangeParts
} from './change.ts'
import { holdStore } from './lease.ts'
import { segmentBytes } from '../stream/directory.ts'
import { trashOfStore } from './trash.ts'

export interface StoreWriterParts extends ChangeParts {
  /** Tells what was deleted together. */
  readonly operations: Pick<OperationLog, 'read'>
  readonly nowMs: () => number
  readonly sleep: (ms: number) => Promise<void>
  /** Names this process in the lease. */
  readonly owner: string
}

const ROOT = /^(archived_)?sessions\//

const filesOf = (threadId: string, now: StreamDirectory): ReadonlyArray<HomeFile> =>
  isAbsent(now)
    ? []
    : now.segments.flatMap((segment): ReadonlyArray<HomeFile> => {
        const { path, modifiedAtMs } = segment
        const [root, prefix] = ROOT.exec(path) ?? []
        if (root === undefined) return []
        const archived = prefix !== undefined
        return [{ threadId, path, archived, sizeBytes: segmentBytes(segment), modifiedAtMs }]
      })

const files = async ({
  directory
}: StoreWriterParts): Promise<E.Either<StoreError, ReadonlyArray<HomeFile>>> => {
  const refreshed = await directory.refresh('all')
  if (E.isLeft(refreshed)) return refreshed
  const found = [...directory.all()].flatMap(([threadId, now]) => filesOf(threadId, now))
  return E.right(found.sort((a, b) => (a.path < b.path ? -1 : 1)))
}

/** Other threads whose history leads through one of these; `alsoTrash`: those in the trash count too. */
const leadingThrough = (
  { directory }: StoreWriterParts,
  threadIds: ReadonlyArray<string>,
  alsoTrash: boolean
): ReadonlyArray<string> => {
  const ids = new Set(threadIds)
  const leads = ({ lineage }: StreamDirectory): boolean =>
    lineage.some(({ thread }) => ids.has(thread))
  return [...directory.all()]
    .filter(([id, now]) => !ids.has(id) && !isAbsent(now) && leads(now))
    .filter(([id, now]) => alsoTrash || filesOf(id, now).length > 0)
    .map(([id]) => id)
}

interface StoreRelocation {
  readonly parts: StoreWriterParts
  readonly relocation: Relocation
  readonly operationId: string
}

const moveThread = (
  { parts, relocation, operationId }: StoreRelocation,
  moves: ReadonlyArray<FileMove>
): Promise<E.Either<StoreError, string | null>> =>
  changeStream(parts, moves[0]?.threadId ?? '', (now) =>
    neededChange(relocation, moves, operationId, now)
  )

interface MovedThread {
  readonly threadId: string
  readonly moves: ReadonlyArray<FileMove>
  readonly before: StreamDirectory | null
}

const takeBack = async (
  work: StoreRelocation,
  moved: ReadonlyArray<MovedThread>
): Promise<E.Either<StoreError, void>> => {
  const relocation = { ...work.relocation, names: OPPOSITES[work.relocation.names], purge: false }
  for (const { moves, before } of moved.toReversed()) {
    const back = await moveThread({ ...work, relocation }, reversedMoves(moves, before))
    if (E.isLeft(back)) return back
  }
  return E.right(undefined)
}

/** Makes streams unreadable that are purged and that no other thread's history leads through, in the trash or not. */
const tombstonePurged = async (parts: StoreWriterParts): Promise<E.Either<StoreError, void>> => {
  const { wire, directory } = parts
  const refreshed = await directory.refresh('all')
  if (E.isLeft(refreshed)) return refreshed
  const purged = [...directory.all()].flatMap(([id, now]) => (now.purged ? [id] : []))
  for (const threadId of purged) {
    if (leadingThrough(parts, [threadId], true).length > 0) continue
    const done = await wire.tombstone(threadStream(threadId))
    // Who has no right to it leaves the stream purged: nobody is shown it any more, and somebody else may make up for it.
    if (E.isLeft(done) && done.left._tag === 'StoreRefused') continue
    if (E.isLeft(done)) return done
    const known = await directory.refreshStream(threadStream(threadId))
    if (E.isLeft(known)) return known
  }
  return E.right(undefined)
}

const relocate = async (work: StoreRelocation): Promise<E.Either<StoreError, RelocationResult>> => {
  const { parts, relocation } = work
  const { rootId, moves, names, purge } = relocation
  const skipped: Array<SkippedThread> = []
  const moved: Array<MovedThread> = []
  for (const threadId of new Set(moves.map((move) => move.threadId))) {
    const mine = moves.filter((move) => move.threadId === threadId)
    const before = parts.directory.get(streamId(threadId))
    const obstacle = await moveThread(work, mine)
    if (E.isLeft(obstacle)) return obstacle
    if (obstacle.right === null) moved.push({ threadId, moves: mine, before })
    else if (threadId !== rootId) skipped.push({ threadId, reason: obstacle.right })
    else {
      const back = await takeBack(work, moved)
      return E.isLeft(back) ? back : E.left(notPossible(obstacle.right, 'nothing was moved'))
    }
  }
  const ended = names === 'take' && purge ? await tombstonePurged(parts) : E.right(undefined)
  if (E.isLeft(ended)) return ended
  return E.right({ threadIds: moved.map(({ threadId }) => threadId), skipped })
}

/** RFC 3339 with nine digits behind the seconds, as Codex writes it; the clock here has three of them. */
const timeOf = (nowMs: number): string => new Date(nowMs).toISOString().replace(/Z$/, '000000Z')

export const storeWriter = (parts: StoreWriterParts): HomeWriter => ({
  nowMs: parts.nowMs,
  hold: () => holdStore(parts),
  files: () => attempted(() => files(parts)),
  isHeld: () => false,
  isLocked: () => false,
  remembersPlaces: () => false,
  referrers: (threadIds) =>
    attempted(async () => {
      const refreshed = await parts.directory.refresh('all')
      return E.map(() => leadingThrough(parts, threadIds, false))(refreshed)
    }),
  relocate: (relocation, operationId) =>
    attempted(() => relocate({ parts, relocation, operationId })),
  trash: () => attempted(() => trashOfStore(parts)),
  appendName: (threadId, name) =>
    attempted(async () => {
      const data = { name, updatedAt: timeOf(parts.nowMs()) }
      const done = await changeStream(parts, threadId, (now) =>
        isAbsent(now) ? { obstacle: `thread ${threadId} is gone` } : { type: 'unroll-named', data }
      )
      if (E.isLeft(done)) return done
      return done.right === null
        ? E.right(undefined)
        : E.left({ _tag: 'StreamNotFound', streamId: threadId })
    })
})
