/**
 * Leases: the right to do something for a while, kept where everybody who wants it can see it, such as a row of an index or a
 * stream. What is stored there, and how, is up to a `LeaseStore`; the rules are the same everywhere:
 *
 * - to acquire is to replace what was read, which only one of many can do;
 * - the holder renews it three times in each term; a holder that is gone, or did not renew it, has lost it;
 * - wall clocks jump. They never take a lease from a process that is known to live, nor keep it from those that watched it stay
 *   unchanged for a whole term by their steady clock. Only of a process that cannot be judged, such as that of another container
 *   or machine, the deadline is believed.
 */
import * as E from 'fp-ts/lib/Either.js'
import type { StoreError } from '../domain/errors.ts'
import type { Lessee } from './ports.ts'

export type Fate = ReturnType<Lessee['fateOf']>

/** What decides whether a lease is still its holder's. */
export interface LeaseHolder {
  readonly fate: Fate
  /** By the holder's clock, or that of the store. */
  readonly deadlineMs: number
}

/** What a lease means to other processes. */
export type LeaseVerdict = 'free' | 'left_behind' | 'expired' | 'held'

/** Judges a lease; `unchangedMs` is how long it has been watched without a change. */
export const judgeLease = (
  holder: LeaseHolder | null,
  nowMs: number,
  unchangedMs: number,
  termMs: number
): LeaseVerdict => {
  if (holder === null) return 'free'
  if (holder.fate === 'gone') return 'left_behind'
  if (unchangedMs >= termMs) return 'expired'
  return holder.fate === 'unknown' && nowMs >= holder.deadlineMs ? 'expired' : 'held'
}

export interface LeaseTerms {
  /** A lease ends when it was not renewed for this long. */
  readonly termMs: number
  /** How often a waiter looks. */
  readonly lookMs: number
  /** A waiter gives up after this time, */
  readonly waitMsMax: number
  /** or when the holder made no progress for this long. */
  readonly stallMsMax: number
}

/** Where one lease is kept; `S` is what is stored there. */
export interface LeaseStore<S> {
  readonly read: () => Promise<E.Either<StoreError, S>>
  /** Replaces what was read; `moved` when somebody else was first. Answers what is stored now. */
  readonly replace: (
    before: S,
    after: S
  ) => Promise<E.Either<StoreError, 'moved' | { readonly stored: S }>>
  /** Null when nobody holds it. */
  readonly holderOf: (stored: S) => LeaseHolder | null
  /** True when the holder made progress between two looks. */
  readonly hasProgressed: (before: S, now: S) => boolean
  /** What its holder stores to acquire it, */
  readonly acquired: () => S
  /** and to keep it. */
  readonly renewed: (now: S) => S
}

/** A lease that is held. Changes after it was lost have no effect. */
export interface HeldLease<S> {
  readonly renew: (change?: (now: S) => S) => Promise<void>
  /** Ends the renewing and stores `last`. */
  readonly release: (last: S) => Promise<void>
}

/** The outcome of acquiring a lease: it is held, its holder released it, or waiting was given up. */
export type Acquired<S> =
  | { readonly lease: HeldLease<S>; readonly before: S; readonly hasWaited: boolean }
  | 'released'
  | 'timed_out'

export type LeaseClock = Pick<Lessee, 'nowMs' | 'steadyMs' | 'pause' | 'every'>

/** Keeps a lease that was just acquired until it is released or lost. */
const keepLease = <S>(
  store: LeaseStore<S>,
  clock: LeaseClock,
  termMs: number,
  onLost: () => void,
  first: S
): HeldLease<S> => {
  let held: { readonly stored: S } | null = { stored: first }
  let last: Promise<void> = Promise.resolve()
  const change = (next: (now: S) => S, isLast = false): Promise<void> => {
    last = last.then(async () => {
      if (held === null) return
      const { stored } = held
      // A store that was closed or damaged takes the lease with it; one that fails for a moment is asked again.
      const done = await store.replace(stored, next(stored)).catch(() => E.right('moved' as const))
      const isLost = E.isRight(done) && done.right === 'moved'
      if (isLost) onLost()
      if (isLost || isLast) held = null
      else if (E.isRight(done) && done.right !== 'moved') held = done.right
    })
    return last
  }
  const stop = clock.every(termMs / 3, () => void change(store.renewed))
  return {
    renew: (more = (now) => now) => change((now) => more(store.renewed(now))),
    release: (end) => {
      stop()
      return change(() => end, true)
    }
  }
}

export interface LeaseRequest<S> {
  readonly store: LeaseStore<S>
  readonly clock: LeaseClock
  readonly terms: LeaseTerms
  /** False: after waiting until the holder released it, it is not needed any more. */
  readonly takesReleased: boolean
  readonly onLost?: () => void
  /** Called with what is seen at each look while another one holds it. */
  readonly onWait?: (now: S) => void
}

/** Acquires a lease; waits for another holder as long as that makes progress, and never longer than `waitMsMax`. */
export const acquireLease = async <S>({
  store,
  clock,
  terms,
  takesReleased,
  onLost = () => undefined,
  onWait = () => undefined
}: LeaseRequest<S>): Promise<E.Either<StoreError, Acquired<S>>> => {
  const sinceMs = clock.steadyMs()
  let seen = null as { readonly stored: S; readonly text: string } | null
  let changedMs = sinceMs
  let progressMs = sinceMs
  for (let hasWaited = false; ; hasWaited = true) {
    const read = await store.read()
    if (E.isLeft(read)) return read
    const now = read.right
    const nowMs = clock.steadyMs()
    const text = JSON.stringify(now)
    if (text !== seen?.text) changedMs = nowMs
    if (seen === null || store.hasProgressed(seen.stored, now)) progressMs = nowMs
    seen = { stored: now, text }
    const holder = store.holderOf(now)
    if (holder === null && hasWaited && !takesReleased) return E.right('released')
    if (judgeLease(holder, clock.nowMs(), nowMs - changedMs, terms.termMs) !== 'held') {
      const done = await store.replace(now, store.acquired())
      if (E.isLeft(done)) return done
      if (done.right === 'moved') continue
      const lease = keepLease(store, clock, terms.termMs, onLost, done.right.stored)
      return E.right({ lease, before: now, hasWaited })
    }
    const isOver = nowMs - sinceMs >= terms.waitMsMax
    if (isOver || nowMs - progressMs >= terms.stallMsMax) return E.right('timed_out')
    onWait(now)
    await clock.pause(terms.lookMs)
  }
}
