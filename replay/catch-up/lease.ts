/**
 * The lease of a backfill, as words and rules: who works on a home, until when it may be believed, and how far it is.
 *
 * A lease only saves work: every commit states what it began from, so two that fold one home at once are slower, not wrong. Wall clocks
 * jump, so they never take a lease away from a process that is known to live, and never keep one from those that watch it:
 *
 * - whose process is gone has none, at once;
 * - one that was not extended in the time it was taken for, by the steady clock of who watches, is over;
 * - one of a process that cannot be judged, such as that of another container, is over at its deadline, too.
 */
import type { ProcessIdentity } from '../ports.ts'

/** Who works on a home, and how far that is. */
export interface Lease {
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

/** A lease is taken for this long, and extended in a third of it. */
export const LEASE_MS = 9_000
/** How often its owner extends it. */
export const BEAT_MS = LEASE_MS / 3
/** Who finds one waits at most this long for its owner, like Codex. */
export const WAIT_MS_MAX = 30_000
/** And at most this long while its owner does not get on. */
export const STALL_MS_MAX = 10_000
/** How often who waits looks. */
export const LOOK_MS = 50

/** What the system tells about a process. */
export type Fate = 'gone' | 'living' | 'unknown'

/** What a lease means to somebody else. */
export type Verdict = 'free' | 'left_behind' | 'expired' | 'held'

/** Judges a lease; `unchangedMs` is how long its row has stood there unchanged while somebody watched. */
export const judge = (
  lease: Lease | null,
  fate: Fate,
  nowMs: number,
  unchangedMs: number
): Verdict => {
  if (lease === null) return 'free'
  if (fate === 'gone') return 'left_behind'
  if (unchangedMs >= LEASE_MS) return 'expired'
  return fate === 'unknown' && nowMs >= lease.deadlineMs ? 'expired' : 'held'
}

/** True when the owner got on between two looks. */
export const gotOn = (before: Lease, now: Lease): boolean =>
  before.token !== now.token ||
  before.done !== now.done ||
  before.bytes !== now.bytes ||
  before.watermark !== now.watermark
