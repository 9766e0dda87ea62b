/**
 * The right to move the files of a store: stream `unroll-lease`, of which the last event tells who has it.
 *
 * It is given back when the work is over. One that was not, and was not renewed for its term, is free too, and tells that
 * something may be half done. Times are those of the server, so the clock of whoever held it does not matter; the clock here
 * has to be within a few seconds of it. Should two nodes hold it for a moment all the same, nothing is lost: what each of them
 * appends is whole, and at an exact revision.
 */
import * as E from 'fp-ts/lib/Either.js'
import type { StoreError } from '../../../domain/errors.ts'
import type { JsonObject } from '../../../domain/json.ts'
import { proposed } from '../../../domain/stream/propose.ts'
import type { StoredEvent } from '../../../domain/stream/stored.ts'
import type { HomeHold } from '../../../replay/home-ports.ts'
import { attempted } from '../../../replay/guarded.ts'
import type { Append, Wire } from '../wire.ts'

/** Stream of the lease. */
export const LEASE_STREAM = 'unroll-lease'

const METADATA_STREAM = `$$${LEASE_STREAM}`
const HELD = 'unroll-lease-held'
const FREE = 'unroll-lease-free'
/** How long it is held without being renewed. */
const TERM_MS = 30_000
const WAIT_MS = 50
const WAIT_TOTAL_MS = 10_000
/** Nobody asks who had it long ago. */
const EVENTS_KEPT = 16

/** What a lease is made of. */
export interface LeaseParts {
  readonly wire: Wire
  readonly nowMs: () => number
  readonly sleep: (ms: number) => Promise<void>
  /** A new UUID. */
  readonly newId: () => string
  /** Who asks, for whoever reads the stream. */
  readonly owner: string
}

type Found<A> = E.Either<StoreError, A>

interface Last {
  readonly revision: number
  /** Null: it is free. */
  readonly untilMs: number | null
  /** True when whoever gave it back had finished. */
  readonly finished: boolean
}

const UNUSED: Last = { revision: -1, untilMs: null, finished: true }

const lastOf = ({ revision, type, data, createdAtMs }: StoredEvent): Last => ({
  revision,
  untilMs: type === HELD ? createdAtMs + TERM_MS : null,
  finished: type === FREE && data.json?.['finished'] === true
})

const look = (wire: Wire): Promise<Found<Last>> =>
  attempted(async () => {
    for await (const event of wire.readBackwards(LEASE_STREAM, 1)) return E.right(lastOf(event))
    return E.right(UNUSED)
  })

/** Keeps the stream short; a server that does not let us leaves it longer. */
const keepShort = ({ wire, newId }: LeaseParts): Promise<unknown> =>
  wire.append(METADATA_STREAM, 'no_stream', [
    proposed({
      ...{ stream: METADATA_STREAM, revision: 0, type: '$metadata', nonce: newId() },
      ...{ data: { $maxCount: EVENTS_KEPT }, metadata: {} }
    })
  ])

/** The revision of the event; null when another one came first. */
const write = async (
  { wire, newId, owner }: LeaseParts,
  type: typeof HELD | typeof FREE,
  after: number,
  data: JsonObject
): Promise<Found<number | null>> => {
  const event = proposed({
    ...{ stream: LEASE_STREAM, revision: after + 1, type, metadata: {}, nonce: newId() },
    data: { owner, ...data }
  })
  const done = await wire.append(LEASE_STREAM, after < 0 ? 'no_stream' : after, [event])
  return E.map((came: Append) => (came.kind === 'appended' ? came.revision : null))(done)
}

/** Renews a lease for as long as it is held, and gives it back. */
const held = (parts: LeaseParts, taken: number, leftOver: boolean): HomeHold => {
  let revision: number | null = taken
  let busy: Promise<unknown> = Promise.resolve()
  /** One call after the other; none when somebody else took it over meanwhile. */
  const next = (type: typeof HELD | typeof FREE, data: JsonObject): Promise<unknown> => {
    busy = busy.then(async () => {
      const done = revision === null ? null : await write(parts, type, revision, data)
      if (done !== null && E.isRight(done)) revision = done.right
    })
    return busy
  }
  const timer = setInterval(() => void next(HELD, {}).catch(() => undefined), TERM_MS / 3)
  timer.unref()
  return {
    leftOver,
    release: async (finished) => {
      clearInterval(timer)
      await next(FREE, { finished })
    }
  }
}

/** Waits for the right to move files, and takes it; `Busy` when another node keeps it for long. */
export const holdStore = async (parts: LeaseParts): Promise<Found<HomeHold>> => {
  const { wire, nowMs, sleep } = parts
  for (let waited = 0; waited <= WAIT_TOTAL_MS; waited += WAIT_MS) {
    const last = await look(wire)
    if (E.isLeft(last)) return last
    const { revision, untilMs, finished } = last.right
    if (untilMs === null || untilMs <= nowMs()) {
      const taken = await write(parts, HELD, revision, {})
      if (E.isLeft(taken)) return taken
      if (taken.right !== null) {
        if (revision < 0) await keepShort(parts)
        return E.right(held(parts, taken.right, !finished))
      }
    }
    await sleep(WAIT_MS)
  }
  return E.left({ _tag: 'Busy', what: `the files of ${wire.name}` })
}
