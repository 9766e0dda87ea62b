/**
 * Taking turns at the backfill of a home: one process folds, the others wait a while, and nobody waits for ever.
 *
 *   [checkpoints/…/VIEW.backfill]  -> Lease, while somebody works
 */
import * as E from 'fp-ts/lib/Either.js'
import type { StoreError } from '../../domain/errors.ts'
import type { RowKey } from '../../projections/projection.ts'
import type { Index, Lessee } from '../ports.ts'
import { stopwatch, type Telemetry } from '../telemetry.ts'
import {
  BEAT_MS,
  gotOn,
  judge,
  LEASE_MS,
  LOOK_MS,
  STALL_MS_MAX,
  WAIT_MS_MAX,
  type Lease,
  type Verdict
} from './lease.ts'
import { toStored } from './overlay.ts'

/** How far a backfill is. */
export type Reached = Pick<Lease, 'watermark' | 'done' | 'bytes'>

/** A lease that is held. */
export interface Turn {
  /** Tells those who wait how far it is, and extends the lease. */
  readonly reached: (at: Reached) => Promise<void>
  readonly end: () => Promise<void>
}

/** What came of asking for a turn: it is ours, its owner ended meanwhile, or it was waited for long enough. */
export type Entered = { readonly turn: Turn } | 'ended' | 'alone'

/** What turns are taken with. */
export interface TurnParts {
  readonly index: Index
  readonly key: RowKey
  readonly lessee: Lessee
  readonly telemetry: Telemetry
  /** How long the owner is waited for; as long as others wait unless told otherwise. */
  readonly waitMsMax?: number | undefined
  /** Told how far the owner is, while it is waited for. */
  readonly watching: (lease: Lease) => void
}

const leaseIn = ({ index, key }: TurnParts): Lease | null => {
  // Others commit; what they wrote is seen after a look at the generation.
  index.generation()
  return (index.get(key) as Lease | undefined) ?? null
}

const replace = (
  { index, key }: Pick<TurnParts, 'index' | 'key'>,
  before: Lease | null,
  after: Lease | null
) => index.commit([toStored({ key, value: after })], [toStored({ key, value: before })])()

/** A lease that was just taken, kept up until its end. */
const held = (parts: TurnParts, first: Lease): Turn => {
  const { lessee, telemetry } = parts
  let lease: Lease | null = first
  let last: Promise<void> = Promise.resolve()
  const change = (next: (now: Lease) => Lease | null): Promise<void> => {
    last = last.then(async () => {
      if (lease === null) return
      const after = next(lease)
      // An index that was closed or damaged takes the lease with it.
      const done = await replace(parts, lease, after).catch(() => E.right('moved' as const))
      const isOurs = E.isRight(done) && done.right === 'committed'
      if (!isOurs) telemetry.count('backfill.lease', { outcome: 'lost' })
      lease = isOurs ? after : null
    })
    return last
  }
  const extended = (now: Lease): Lease => ({ ...now, deadlineMs: lessee.nowMs() + LEASE_MS })
  const stop = lessee.every(BEAT_MS, () => void change(extended))
  return {
    reached: (at) => change((now) => ({ ...extended(now), ...at })),
    end: () => {
      stop()
      return change(() => null)
    }
  }
}

/** Deletes what a process left behind that is gone; who has little to do takes no lease of its own. */
export const sweepLease = async (
  parts: Pick<TurnParts, 'index' | 'key' | 'lessee'>
): Promise<void> => {
  const lease = (parts.index.get(parts.key) as Lease | undefined) ?? null
  if (lease !== null && parts.lessee.fateOf(lease.owner) === 'gone')
    await replace(parts, lease, null)
}

/** One who waits, and since when what it sees has been as it is. */
interface Watch {
  readonly sinceMs: number
  seen: Lease | null
  changedMs: number
  movedMs: number
}

const look = (watch: Watch, lease: Lease | null, nowMs: number): void => {
  const { seen } = watch
  if (lease === null || seen === null || gotOn(seen, lease)) watch.movedMs = nowMs
  if (JSON.stringify(lease) !== JSON.stringify(seen)) watch.changedMs = nowMs
  watch.seen = lease
}

const isLongEnough = ({ sinceMs, movedMs }: Watch, nowMs: number, waitMsMax: number): boolean =>
  nowMs - sinceMs >= waitMsMax || nowMs - movedMs >= STALL_MS_MAX

const take = async (
  parts: TurnParts,
  before: Lease | null,
  work: Pick<Lease, 'total' | 'bytesTotal'>
): Promise<E.Either<StoreError, Turn | null>> => {
  const { lessee, telemetry } = parts
  const lease: Lease = {
    owner: lessee.self,
    token: lessee.newToken(),
    deadlineMs: lessee.nowMs() + LEASE_MS,
    watermark: null,
    done: 0,
    bytes: 0,
    ...work
  }
  const taken = await replace(parts, before, lease)
  if (E.isLeft(taken)) return taken
  if (taken.right === 'moved') return E.right(null)
  telemetry.count('backfill.lease', { outcome: before === null ? 'taken' : 'taken_over' })
  return E.right(held(parts, lease))
}

const verdictOn = ({ lessee }: TurnParts, lease: Lease | null, { changedMs }: Watch): Verdict =>
  judge(
    lease,
    lease === null ? 'gone' : lessee.fateOf(lease.owner),
    lessee.nowMs(),
    lessee.steadyMs() - changedMs
  )

/** Asks for a turn; whoever has it is waited for as long as it gets on, but not for ever. */
export const enter = async (
  parts: TurnParts,
  work: Pick<Lease, 'total' | 'bytesTotal'>
): Promise<E.Either<StoreError, Entered>> => {
  const { lessee, telemetry, waitMsMax = WAIT_MS_MAX } = parts
  const nowMs = lessee.steadyMs()
  const watch: Watch = { sinceMs: nowMs, seen: null, changedMs: nowMs, movedMs: nowMs }
  const stop = stopwatch(telemetry, 'backfill.wait.duration')
  for (let hasWaited = false; ; hasWaited = true) {
    const lease = leaseIn(parts)
    look(watch, lease, lessee.steadyMs())
    if (hasWaited && lease === null) {
      stop({ outcome: 'ended' })
      return E.right('ended')
    }
    if (lease === null || verdictOn(parts, lease, watch) !== 'held') {
      const turn = await take(parts, lease, work)
      if (E.isLeft(turn)) return turn
      if (turn.right !== null) {
        if (hasWaited) stop({ outcome: 'taken_over' })
        return E.right({ turn: turn.right })
      }
      continue
    }
    if (isLongEnough(watch, lessee.steadyMs(), waitMsMax)) {
      stop({ outcome: 'alone' })
      return E.right('alone')
    }
    parts.watching(lease)
    await lessee.pause(LOOK_MS)
  }
}
