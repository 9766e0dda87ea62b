/**
 * What happened to the files of a home that no line records: a rollout moved, was archived, replaced, cut, copied or deleted.
 *
 *   [home-changes@1/VIEW, milliseconds, thread, reason]  -> {from, to, bytesBefore, bytes}
 *   [home-spares@1/VIEW, thread]                         -> the files that another one of the same id keeps from being read
 *
 * A change is noticed when a thread is caught up: its outside is not as its checkpoint says. The row is written in the
 * transaction that moves the checkpoint on, so each change is recorded once, whichever process notices it. Unlike every other row it cannot
 * be made again from the rollouts: it goes with the index. The newest rows are kept.
 */
import type { ChangeReason, HomeChange } from '../../domain/home-change.ts'
import type { Profile } from '../../domain/log/profile.ts'
import { fileOf } from '../../domain/rollout-file.ts'
import { tableName, viewName, type ReadModels } from '../../projections/catalogue.ts'
import type { RowWrite } from '../../projections/projection.ts'
import { threads } from '../../projections/threads.ts'
import type { Index, StreamInfo } from '../ports.ts'
import { noTelemetry, type Telemetry } from '../telemetry.ts'
import { afterPrefix, rowsUnder, toStored } from './overlay.ts'

export interface ChangeNotes {
  /** Absolute path of the home. */
  readonly home: string
  readonly nowMs: () => number
  /** Rows that were made since there were last no more than are kept. */
  readonly tally: { sinceTrimmed: number }
}

export interface Noting {
  readonly index: Index
  readonly profile: Profile
  readonly strict: boolean
  readonly models?: ReadModels
  readonly telemetry?: Telemetry
  readonly notes?: ChangeNotes
}

export type CheckpointedFile = Pick<StreamInfo, 'path' | 'archived' | 'sizeBytes' | 'inode'> & {
  /** Absent where it was not, or where an older version looked. */
  readonly compressed?: boolean
  readonly hasGap: boolean
}

export const CHANGES_KEPT = 1000

const tableIn = ({ profile, strict }: Noting, name: string): string =>
  tableName(name, 1, viewName(profile, strict))
const changesTable = (env: Noting): string => tableIn(env, 'home-changes')

export const sparesTable = (env: Noting): string => tableIn(env, 'home-spares')

/** Only the group of lists records changes; the others would record them again. */
export const isNoted = ({ notes, models }: Noting): boolean =>
  notes !== undefined && models?.projections.includes(threads) === true

export const placeIn = (home: string, path: string): string =>
  path.startsWith(`${home}/`) ? path.slice(home.length + 1) : path

const fileName = (path: string): string => path.slice(path.lastIndexOf('/') + 1)

/** The ids at the end of a name: of the thread, and of the segment where it is one. */
const IDS = /(?:[0-9a-f-]{36}_)?[0-9a-f-]{36}(?=\.jsonl?$)/i

const segmentIn = (path: string): string => (IDS.exec(fileName(path))?.[0] ?? path).toLowerCase()

/** Why a stream is not where and what its checkpoint says; `goesOn`: what was read of it is still there. */
export const reasonsFor = (
  before: CheckpointedFile,
  now: StreamInfo,
  goesOn: boolean
): ReadonlyArray<ChangeReason> => {
  if (segmentIn(before.path) !== segmentIn(now.path)) return ['other_segment']
  const reasons: Array<ChangeReason> = []
  if (before.archived !== now.archived) reasons.push(now.archived ? 'archived' : 'unarchived')
  else if (before.path !== now.path) reasons.push('moved')
  const wasCompressed = before.compressed === true
  if (wasCompressed !== now.compressed) {
    reasons.push(now.compressed ? 'compressed' : 'expanded')
    return reasons
  }
  const isThere = before.path === now.path
  if (isThere && before.inode !== now.inode) reasons.push('replaced')
  else if (now.sizeBytes < before.sizeBytes) reasons.push('shrank')
  else if (isThere && !goesOn) reasons.push('rewritten')
  return reasons
}

/** The row of a change, which is counted too; none where changes are not noted. */
export const noteOf = (
  env: Noting,
  change: Omit<HomeChange, 'noticedAtMs'>
): ReadonlyArray<RowWrite> => {
  const { notes, telemetry = noTelemetry } = env
  if (notes === undefined || !isNoted(env)) return []
  notes.tally.sinceTrimmed += 1
  telemetry.count('home.changes', { reason: change.reason })
  const { threadId, reason, from, to, bytesBefore, bytes } = change
  const place = (path: string | null): string | null =>
    path === null ? null : placeIn(notes.home, path)
  return [
    {
      key: [changesTable(env), notes.nowMs(), threadId, reason],
      value: { from: place(from), to: place(to), bytesBefore, bytes }
    }
  ]
}

const onDisk = (path: string, compressed: boolean): string => fileOf({ path, compressed })

/** What is noted of a stream that is caught up from a checkpoint. */
export const notesOn = (
  env: Noting,
  before: CheckpointedFile | null,
  now: StreamInfo,
  goesOn: boolean
): ReadonlyArray<RowWrite> => {
  if (before === null || !isNoted(env)) return []
  return reasonsFor(before, now, goesOn).flatMap((reason) =>
    noteOf(env, {
      threadId: now.streamId,
      reason,
      from: onDisk(before.path, before.compressed === true),
      to: onDisk(now.path, now.compressed),
      bytesBefore: before.sizeBytes,
      bytes: now.sizeBytes
    })
  )
}

/** What is noted of a stream that is no longer in the home. */
export const notesOnLoss = (
  env: Noting,
  threadId: string,
  before: CheckpointedFile | null
): ReadonlyArray<RowWrite> =>
  before === null
    ? []
    : noteOf(env, {
        threadId,
        reason: 'vanished',
        from: onDisk(before.path, before.compressed === true),
        to: null,
        bytesBefore: before.sizeBytes,
        bytes: null
      })

/** Deletes the oldest rows when there are more than are kept, and looks only where rows were made. */
export const trimNotes = async (env: Noting): Promise<void> => {
  if (env.notes === undefined || env.notes.tally.sinceTrimmed === 0) return
  env.notes.tally.sinceTrimmed = 0
  const table = changesTable(env)
  const keys = env.index.keys([table], afterPrefix([table]))
  if (keys.length <= CHANGES_KEPT) return
  const oldest = keys.slice(0, keys.length - CHANGES_KEPT)
  await env.index.commit(
    oldest.map((key) => toStored({ key, value: null })),
    []
  )()
}

export const changesIn = (env: Noting, limit: number): ReadonlyArray<HomeChange> => {
  return rowsUnder(env.index, [changesTable(env)], limit, true).map(([key, value]) => ({
    noticedAtMs: key[1] as number,
    threadId: key[2] as string,
    reason: key[3] as ChangeReason,
    ...(value as Pick<HomeChange, 'from' | 'to' | 'bytesBefore' | 'bytes'>)
  }))
}
