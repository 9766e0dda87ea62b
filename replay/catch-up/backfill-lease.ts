/**
 * The lease of a backfill: one process folds a home, the others wait a while and are told how far it is.
 *
 *   [checkpoints/…/VIEW.backfill]  -> BackfillLease, while somebody works
 *
 * It only saves work: every commit states what it began from, so two that fold one home at once are slower, not wrong.
 */
import * as E from 'fp-ts/lib/Either.js'
import type { StoreError } from '../../domain/errors.ts'
import type { RowKey } from '../../projections/projection.ts'
import { acquireLease, type LeaseStore, type LeaseTerms } from '../lease.ts'
import type { Index, Lessee, ProcessIdentity } from '../ports.ts'
import { stopwatch, type Telemetry } from '../telemetry.ts'
import { toStored } from './overlay.ts'

export interface BackfillLease {
  readonly owner: ProcessIdentity
  /** Drawn anew for each lease. */
  readonly token: string
  /** By the clock of the owner. */
  readonly deadlineMs: number
  /** Every rollout up to this path, relative to the home, is in the index; null before the first. */
  readonly watermark: string | null
  readonly done: number
  readonly total: number
  readonly bytes: number
  readonly bytesTotal: number
}

export type BackfillProgress = Pick<BackfillLease, 'watermark' | 'done' | 'bytes'>

/** Its holder is waited for as long as Codex waits, and less while it makes no progress. */
export const BACKFILL_TERMS: LeaseTerms = {
  termMs: 9_000,
  lookMs: 50,
  waitMsMax: 30_000,
  stallMsMax: 10_000
}

export interface HeldBackfill {
  /** Tells those who wait how far it is, and renews the lease. */
  readonly renew: (progress: BackfillProgress) => Promise<void>
  readonly release: () => Promise<void>
}

export interface BackfillParts {
  readonly index: Index
  readonly key: RowKey
  readonly lessee: Lessee
  readonly telemetry: Telemetry
  /** How long the holder is waited for; as long as others wait unless told otherwise. */
  readonly waitMsMax?: number | undefined
  /** Told how far the holder is, while it is waited for. */
  readonly onWait: (lease: BackfillLease) => void
}

const leaseAt = ({ index, key }: Pick<BackfillParts, 'index' | 'key'>): BackfillLease | null =>
  (index.get(key) as BackfillLease | undefined) ?? null

const replace = (
  { index, key }: Pick<BackfillParts, 'index' | 'key'>,
  before: BackfillLease | null,
  after: BackfillLease | null
) => index.commit([toStored({ key, value: after })], [toStored({ key, value: before })])()

const storeOf = (
  parts: BackfillParts,
  work: Pick<BackfillLease, 'total' | 'bytesTotal'>
): LeaseStore<BackfillLease | null> => {
  const { index, lessee } = parts
  const deadline = () => ({ deadlineMs: lessee.nowMs() + BACKFILL_TERMS.termMs })
  return {
    read: async () => {
      // Others commit; what they wrote is seen after a look at the generation.
      index.generation()
      return E.right(leaseAt(parts))
    },
    replace: async (before, after) =>
      E.map((done: 'committed' | 'moved') => (done === 'moved' ? done : { stored: after }))(
        await replace(parts, before, after)
      ),
    holderOf: (lease) => lease && { ...lease, fate: lessee.fateOf(lease.owner) },
    hasProgressed: (before, now) =>
      before?.token !== now?.token ||
      before?.done !== now?.done ||
      before?.bytes !== now?.bytes ||
      before?.watermark !== now?.watermark,
    acquired: () => ({
      owner: lessee.self,
      token: lessee.newToken(),
      ...deadline(),
      watermark: null,
      done: 0,
      bytes: 0,
      ...work
    }),
    renewed: (now) => now && { ...now, ...deadline() }
  }
}

/**
 * Acquires the lease of a backfill. Waits for another process that does it: `released` when that has finished, `timed_out` when it
 * takes too long, so that the work is done beside it.
 */
export const acquireBackfill = async (
  parts: BackfillParts,
  work: Pick<BackfillLease, 'total' | 'bytesTotal'>
): Promise<E.Either<StoreError, HeldBackfill | 'released' | 'timed_out'>> => {
  const { lessee, telemetry, onWait, waitMsMax = BACKFILL_TERMS.waitMsMax } = parts
  const stop = stopwatch(telemetry, 'backfill.wait.duration')
  const done = await acquireLease({
    store: storeOf(parts, work),
    clock: lessee,
    terms: { ...BACKFILL_TERMS, waitMsMax },
    takesReleased: false,
    onLost: () => telemetry.count('backfill.lease', { outcome: 'lost' }),
    onWait: (lease) => lease && onWait(lease)
  })
  if (E.isLeft(done)) return done
  if (typeof done.right === 'string') {
    stop({ outcome: done.right === 'released' ? 'ended' : 'alone' })
    return E.right(done.right)
  }
  const { lease, before, hasWaited } = done.right
  telemetry.count('backfill.lease', { outcome: before === null ? 'taken' : 'taken_over' })
  if (hasWaited) stop({ outcome: 'taken_over' })
  return E.right({
    renew: (progress) => lease.renew((now) => now && { ...now, ...progress }),
    release: () => lease.release(null)
  })
}

/** Deletes a lease whose process is gone; who has little to do takes none of its own. */
export const sweepBackfill = async (
  parts: Pick<BackfillParts, 'index' | 'key' | 'lessee'>
): Promise<void> => {
  const lease = leaseAt(parts)
  if (lease !== null && parts.lessee.fateOf(lease.owner) === 'gone')
    await replace(parts, lease, null)
}
