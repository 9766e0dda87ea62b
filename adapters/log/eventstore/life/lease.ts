/**
 * The lease of the files of a store: stream `unroll-lease`, of which the last event tells who holds it.
 *
 *   unroll-lease-held { owner }            acquired or renewed; believed for 30 seconds
 *   unroll-lease-free { owner, finished }  released
 *
 * A lease that was released unfinished, or not renewed, leaves something half done, which its next holder is told. Times are
 * those of the server, so the holder's clock does not matter; the clock here has to be within a few seconds of it. Should two
 * nodes hold it for a moment all the same, nothing is lost: what each of them appends is whole, and at an exact revision.
 */
import * as E from 'fp-ts/lib/Either.js'
import type { StoreError } from '../../../../domain/errors.ts'
import { proposed } from '../stream/event.ts'
import type { StoredEvent } from '../stream/stored.ts'
import { attempted } from '../../../../replay/guarded.ts'
import type { HomeHold } from '../../../../replay/home-ports.ts'
import { acquireLease, type LeaseClock, type LeaseStore } from '../../../../replay/lease.ts'
import { every } from '../../../home/lessee.ts'
import type { Append, Wire } from '../wire.ts'

export const LEASE_STREAM = 'unroll-lease'

const METADATA_STREAM = `$$${LEASE_STREAM}`
const HELD = 'unroll-lease-held'
const FREE = 'unroll-lease-free'
const TERMS = { termMs: 30_000, lookMs: 50, waitMsMax: 10_000, stallMsMax: 10_000 }
/** Earlier holders are of no interest. */
const EVENTS_KEPT = 16

export interface LeaseParts {
  readonly wire: Wire
  readonly nowMs: () => number
  readonly sleep: (ms: number) => Promise<void>
  readonly newId: () => string
  /** Who asks, for whoever reads the stream. */
  readonly owner: string
}

interface StreamLease {
  readonly revision: number
  /** Null: it is free. */
  readonly untilMs: number | null
  /** True when its last holder had finished. */
  readonly finished: boolean
}

const UNUSED: StreamLease = { revision: -1, untilMs: null, finished: true }
const ACQUIRED: StreamLease = { revision: -1, untilMs: 0, finished: false }

const leaseIn = ({ revision, type, data, createdAtMs }: StoredEvent): StreamLease => ({
  revision,
  untilMs: type === HELD ? createdAtMs + TERMS.termMs : null,
  finished: type === FREE && data.json?.['finished'] === true
})

const storeOf = ({ wire, newId, owner }: LeaseParts): LeaseStore<StreamLease> => ({
  read: () =>
    attempted(async () => {
      for await (const event of wire.readBackwards(LEASE_STREAM, 1)) return E.right(leaseIn(event))
      return E.right(UNUSED)
    }),
  replace: async ({ revision: before }, after) => {
    const isHeld = after.untilMs !== null
    const event = proposed({
      ...{ stream: LEASE_STREAM, revision: before + 1, type: isHeld ? HELD : FREE },
      ...{ metadata: {}, nonce: newId() },
      data: isHeld ? { owner } : { owner, finished: after.finished }
    })
    const done = await wire.append(LEASE_STREAM, before < 0 ? 'no_stream' : before, [event])
    return E.map((append: Append) =>
      append.kind === 'appended'
        ? { stored: { ...after, revision: append.revision } }
        : ('moved' as const)
    )(done)
  },
  // Another node cannot be judged: its deadline is believed.
  holderOf: ({ untilMs }) => (untilMs === null ? null : { fate: 'unknown', deadlineMs: untilMs }),
  hasProgressed: () => false,
  acquired: () => ACQUIRED,
  renewed: (now) => now
})

/** Keeps the stream short; a server that does not let us leaves it longer. */
const keepShort = ({ wire, newId }: LeaseParts): Promise<unknown> =>
  wire.append(METADATA_STREAM, 'no_stream', [
    proposed({
      ...{ stream: METADATA_STREAM, revision: 0, type: '$metadata', nonce: newId() },
      ...{ data: { $maxCount: EVENTS_KEPT }, metadata: {} }
    })
  ])

/** The clock of a node; what it waits for is what it slept. */
const clockOf = ({ nowMs, sleep }: LeaseParts): LeaseClock => {
  let sleptMs = 0
  const pause = async (ms: number): Promise<void> => {
    await sleep(ms)
    sleptMs += ms
  }
  return { nowMs, steadyMs: () => sleptMs, pause, every }
}

/** Acquires the lease of the files of a store; `Busy` when another node holds it for long. */
export const holdStore = async (parts: LeaseParts): Promise<E.Either<StoreError, HomeHold>> => {
  const done = await acquireLease({
    store: storeOf(parts),
    clock: clockOf(parts),
    terms: TERMS,
    takesReleased: true
  })
  if (E.isLeft(done)) return done
  if (typeof done.right === 'string')
    return E.left({ _tag: 'Busy', what: `the files of ${parts.wire.name}` })
  const { lease, before } = done.right
  if (before.revision < 0) await keepShort(parts)
  return E.right({
    leftOver: !before.finished,
    release: (finished) => lease.release({ ...UNUSED, finished })
  })
}
