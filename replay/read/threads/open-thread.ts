/**
 * A thread ready to be read: found, caught up, and not refused.
 */
import * as E from 'fp-ts/lib/Either.js'
import type { StoreError } from '../../../domain/errors.ts'
import type { StreamId } from '../../../domain/ids.ts'
import {
  tableOf,
  THREADS,
  TURNS,
  viewName,
  type ReadModels
} from '../../../projections/catalogue.ts'
import { damage, type DamageRow } from '../../../projections/damage.ts'
import type { ThreadRow } from '../../../projections/thread-row.ts'
import { threadRow, threadRowKey } from './thread-row.ts'
import { IndexDamage, type StreamInfo } from '../../ports.ts'
import { catchUp, keysOfStream, type Env } from '../../catch-up/project.ts'
import type { Find } from './identity.ts'
import { rowPieces, type RowPiece } from '../../catch-up/pieces.ts'
import type { Result } from '../../result.ts'

export interface ThreadDamage extends DamageRow {
  readonly revision: number
}

/** A thread whose rows are as new as its file was when it was found. */
export interface OpenThread {
  readonly info: StreamInfo
  /** Read when asked for: pages of turns do without. */
  readonly row: () => ThreadRow
}

const damagePieces = (env: Env, id: StreamId): AsyncGenerator<RowPiece> =>
  rowPieces(env, [tableOf(damage, viewName(env.profile, env.strict)), id])

export const damageRows = async (env: Env, id: StreamId): Promise<ReadonlyArray<ThreadDamage>> => {
  const places: Array<ThreadDamage> = []
  for await (const rows of damagePieces(env, id))
    for (const [key, row] of rows)
      places.push({ ...(row as DamageRow), revision: key[2] as number })
  return places
}

export const damageCount = async (env: Env, id: StreamId): Promise<number> => {
  let count = 0
  for await (const rows of damagePieces(env, id)) count += rows.length
  return count
}

/** True when a thread has a line that is not UTF-8. */
const isBroken = async (env: Env, id: StreamId): Promise<boolean> => {
  for await (const rows of damagePieces(env, id))
    if (rows.some(([, row]) => (row as DamageRow).reason === 'not_utf8')) return true
  return false
}

/** How an era names a file without readable metadata: 0.169 distinguishes files without any readable line. */
const withoutMeta = (
  { profile }: Env,
  { lastEventAt }: ThreadRow['facts']
): 'empty' | 'no_lines' | 'no_metadata' => {
  if (!profile.members169) return 'empty'
  return lastEventAt === null ? 'no_lines' : 'no_metadata'
}

const refusal = async (
  env: Env,
  info: StreamInfo,
  { facts }: ThreadRow,
  withTurns: boolean
): Promise<StoreError | null> => {
  const { path } = info
  const { members169 } = env.profile
  if (facts.head === null && (withTurns || members169 || facts.lastEventAt === null)) {
    const reason = facts.itemBeforeMeta ? 'no_session_meta' : withoutMeta(env, facts)
    return { _tag: 'UnreadableRollout', path, reason }
  }
  if (!withTurns) return null
  return (await isBroken(env, info.streamId))
    ? { _tag: 'UnreadableRollout', path, reason: 'not_utf8' }
    : null
}

const rowOf = (env: Env, info: StreamInfo): ThreadRow => {
  const row = threadRow(env, info.streamId)
  if (row === null) throw new IndexDamage(`a folded thread has no row: ${info.streamId}`)
  return row
}

/** Serves each stream's catch-up once, however many calls wait for it. */
export const sharedCatchUp = (env: Env, groups?: ReadonlyArray<ReadModels>) => {
  const running = new Map<string, Promise<Result<void>>>()
  return (info: StreamInfo): Promise<Result<void>> => {
    const known = running.get(info.streamId)
    if (known !== undefined) return known.then(() => catchUp(env, info, groups))
    const started = catchUp(env, info, groups).finally(() => running.delete(info.streamId))
    running.set(info.streamId, started)
    return started
  }
}

/** Opens a thread; `withTurns`: the whole file will be needed. */
export type Opener = (threadId: string, withTurns: boolean) => Promise<Result<OpenThread>>

/** Ways to open threads as they are found. */
export interface Openers {
  /** With all that is folded of it. */
  readonly open: Opener
  /** With its row alone: its turns may be older than its file. */
  readonly openRow: (threadId: string) => ReturnType<Opener>
}

const askAhead = (
  env: Env,
  groups: ReadonlyArray<ReadModels>,
  { streamId }: StreamInfo
): Promise<void> => {
  const keys = groups.flatMap((models) => keysOfStream({ ...env, models }, streamId))
  return env.index.ahead([...keys, threadRowKey(env, streamId)].map((key) => ['get', key]))
}

/** Makes the ways to open threads. */
export const threadOpeners = (env: Env): ((find: Find) => Openers) => {
  const catchUpOf = (...groups: ReadonlyArray<ReadModels>) => {
    const shared = sharedCatchUp(env, groups)
    return async (info: StreamInfo): Promise<Result<void>> => {
      await askAhead(env, groups, info)
      return shared(info)
    }
  }
  const [all, rows] = [catchUpOf(THREADS, TURNS), catchUpOf(THREADS)]
  return (find) => {
    const opener =
      (fresh: typeof all): Opener =>
      async (threadId, withTurns) => {
        const found = await find(threadId)
        if (E.isLeft(found)) return found
        const info = found.right
        const caughtUp = await fresh(info)
        if (E.isLeft(caughtUp)) return caughtUp
        const refused = env.strict ? await refusal(env, info, rowOf(env, info), withTurns) : null
        return refused === null ? E.right({ info, row: () => rowOf(env, info) }) : E.left(refused)
      }
    const openRow = opener(rows)
    return { open: opener(all), openRow: (threadId) => openRow(threadId, false) }
  }
}
