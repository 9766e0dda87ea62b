/**
 * A thread ready to be read: found, caught up, and not refused.
 */
import * as E from 'fp-ts/lib/Either.js'
import type { StoreError } from '../domain/errors.ts'
import { streamId, type StreamId } from '../domain/ids.ts'
import { tableOf, viewName } from '../projections/catalogue.ts'
import { damage, type DamageRow } from '../projections/damage.ts'
import type { ThreadRow } from '../projections/threads.ts'
import { threadRow } from './list.ts'
import { afterPrefix } from './overlay.ts'
import type { StreamInfo } from './ports.ts'
import { catchUp, type Env } from './project.ts'

/** A damaged line and where it stands. */
export interface DamagedPlace extends DamageRow {
  readonly revision: number
}

/** A thread whose rows are as new as its file was when it was found. */
export interface OpenThread {
  readonly info: StreamInfo
  readonly row: ThreadRow
}

/** The damaged lines of a caught-up thread. */
export const damageRows = (env: Env, id: StreamId): ReadonlyArray<DamagedPlace> => {
  const prefix = [tableOf(damage, viewName(env.profile, env.strict)), id]
  return env.index
    .range(prefix, afterPrefix(prefix), Infinity, false)
    .map(([key, value]) => ({ ...(value as DamageRow), revision: key[2] as number }))
}

/** Strict mode: the file-wide reasons for which Codex refuses a read. */
const refusal = (env: Env, { info, row }: OpenThread, withTurns: boolean): StoreError | null => {
  if (!env.strict) return null
  const { path } = info
  if (row.facts.head === null && (withTurns || row.facts.lastEventAt === null)) {
    return {
      _tag: 'UnreadableRollout',
      path,
      reason: row.facts.itemBeforeMeta ? 'no_session_meta' : 'empty'
    }
  }
  if (!withTurns) return null
  const broken = damageRows(env, info.streamId).some(({ reason }) => reason === 'not_utf8')
  return broken ? { _tag: 'UnreadableRollout', path, reason: 'not_utf8' } : null
}

/** Serves each stream's catch-up once, however many calls wait for it. */
const sharedCatchUp = (env: Env) => {
  const running = new Map<string, Promise<E.Either<StoreError, void>>>()
  return (info: StreamInfo): Promise<E.Either<StoreError, void>> => {
    const known = running.get(info.streamId)
    if (known !== undefined) return known.then(() => catchUp(env, info))
    const started = catchUp(env, info).finally(() => running.delete(info.streamId))
    running.set(info.streamId, started)
    return started
  }
}

/** Returns a function that opens threads of a home; `withTurns` tells whether the whole file will be needed. */
export const threadOpener = (env: Env) => {
  const fresh = sharedCatchUp(env)
  return async (
    threadId: string,
    withTurns: boolean
  ): Promise<E.Either<StoreError, OpenThread>> => {
    const found = env.store.find(streamId(threadId))
    if (E.isLeft(found)) return found
    const info = found.right
    const caughtUp = await fresh(info)
    if (E.isLeft(caughtUp)) return caughtUp
    const row = threadRow(env, info.streamId)
    if (row === null) return E.left({ _tag: 'StreamNotFound', streamId: threadId })
    const refused = refusal(env, { info, row }, withTurns)
    return refused === null ? E.right({ info, row }) : E.left(refused)
  }
}
