/**
 * A server of streams in memory, as `Wire` describes one: exact revisions, repeated calls known by their ids, a limit for
 * calls, tombstones, one log of everything. What it is asked can be listened to, and made to fail.
 */
import * as E from 'fp-ts/lib/Either.js'
import type {
  Append,
  AllFrom,
  SubscriptionMessage,
  Wire
} from '../../adapters/log/eventstore/wire.ts'
import type { JsonObject } from '../../domain/json.ts'
import type {
  ProposedEvent,
  StoredData,
  StoredEvent,
  StorePosition
} from '../../adapters/log/eventstore/stream/stored.ts'

/** How a server in memory is made. */
export interface MemoryWireOptions {
  readonly nowMs?: () => number
  readonly bytesMax?: number
  /** Called before every append and tombstone, with the name of the stream; what it throws is thrown by the call. */
  readonly before?: (call: 'append' | 'tombstone', stream: string) => void | Promise<void>
}

/** A server in memory, and what it holds. */
export interface MemoryWire extends Wire {
  readonly streamNames: () => ReadonlyArray<string>
  readonly eventsOf: (stream: string) => ReadonlyArray<StoredEvent>
  readonly isTombstoned: (stream: string) => boolean
}

const parsed = (bytes: Uint8Array): JsonObject =>
  JSON.parse(new TextDecoder().decode(bytes)) as JsonObject

const dataOf = ({ isJson, data }: ProposedEvent): StoredData =>
  isJson ? { json: parsed(data) } : { bytes: new Uint8Array(data) }

const bytesOf = ({ type, data, metadata }: ProposedEvent): number =>
  data.length + metadata.length + 2 * type.length

/** What the log of everything holds, as a subscription tells it. */
type LogEntry = Extract<SubscriptionMessage, { readonly kind: 'event' | 'ended' }> & {
  readonly stream: string
  readonly position: StorePosition
}

const isFrom = (from: AllFrom, { commit }: StorePosition, begun: number): boolean => {
  if (from === 'start') return true
  return from === 'end' ? commit >= begun : commit > from.commit
}

export const memoryWire = (options: MemoryWireOptions = {}): MemoryWire => {
  const { nowMs = () => Date.now(), bytesMax = 1024 * 1024, before = () => undefined } = options
  const streams = new Map<string, Array<StoredEvent>>()
  const dead = new Set<string>()
  const log: Array<LogEntry> = []
  const position = (): StorePosition => ({ commit: log.length, prepare: log.length })
  const waiting = new Set<() => void>()
  const eventsOf = (stream: string): ReadonlyArray<StoredEvent> => streams.get(stream) ?? []

  const repeated = (old: ReadonlyArray<StoredEvent>, ids: ReadonlyArray<string>, from: number) =>
    ids.every((id, i) => old[from + i]?.id === id)

  const known = (
    old: ReadonlyArray<StoredEvent>,
    expected: number | 'any',
    events: ReadonlyArray<ProposedEvent>
  ): number | null => {
    const ids = events.map(({ id }) => id)
    const from = expected === 'any' ? old.findIndex(({ id }) => id === ids[0]) : expected + 1
    return from >= 0 && from < old.length && repeated(old, ids, from) ? from + ids.length - 1 : null
  }

  const add = (stream: string, events: ReadonlyArray<ProposedEvent>): Append => {
    const all = streams.get(stream) ?? []
    streams.set(stream, all)
    for (const event of events) {
      const { id, type } = event
      const revision = all.length
      const createdAtMs = nowMs()
      const told = { data: dataOf(event), metadata: parsed(event.metadata) }
      const at = position()
      const stored = { stream, revision, id, type, ...told, createdAtMs, position: at }
      all.push(stored)
      log.push({ kind: 'event', event: stored, stream, position: at })
    }
    for (const wake of waiting) wake()
    return { kind: 'appended', revision: all.length - 1 }
  }

  async function* subscribed(
    prefixes: ReadonlyArray<string>,
    from: AllFrom,
    signal: AbortSignal
  ): AsyncGenerator<SubscriptionMessage> {
    const begun = log.length
    let at = 0
    let isCaughtUp = false
    while (!signal.aborted) {
      const entry = log[at]
      if (entry !== undefined) {
        at++
        const isOurs = prefixes.some((prefix) => entry.stream.startsWith(prefix))
        if (isOurs && isFrom(from, entry.position, begun)) yield entry
        continue
      }
      if (!isCaughtUp) {
        isCaughtUp = true
        const last = log.at(-1)?.position
        if (last !== undefined) yield { kind: 'checkpoint', position: last }
        yield { kind: 'caught_up' }
        continue
      }
      await new Promise<void>((resolve) => {
        const wake = () => {
          waiting.delete(wake)
          signal.removeEventListener('abort', wake)
          resolve()
        }
        waiting.add(wake)
        signal.addEventListener('abort', wake)
      })
    }
  }

  return {
    name: 'memory',
    streamNames: () => [...streams.keys()],
    eventsOf,
    isTombstoned: (stream) => dead.has(stream),
    append: async (stream, expected, events) => {
      await before('append', stream)
      if (dead.has(stream))
        return E.left({
          ...{ _tag: 'StoreRefused', where: 'memory', next: '' },
          ...{ reason: `${stream} is deleted`, tombstoned: true }
        })
      if (events.reduce((sum, event) => sum + bytesOf(event), 0) > bytesMax)
        return E.right({ kind: 'too_large', bytesMax })
      const old = eventsOf(stream)
      const actual = old.length - 1
      const wanted = expected === 'no_stream' ? -1 : expected
      const isNumber = typeof wanted === 'number'
      if (wanted === 'stream_exists' ? actual < 0 : isNumber && wanted > actual)
        return E.right({ kind: 'wrong_revision', actual })
      const revision = known(old, isNumber ? wanted : 'any', events)
      if (revision !== null) return E.right({ kind: 'appended', revision })
      return isNumber && wanted < actual
        ? E.right({ kind: 'wrong_revision', actual })
        : E.right(add(stream, events))
    },
    read: async function* (stream, from, limit = Infinity) {
      if (!dead.has(stream)) yield* eventsOf(stream).slice(from, from + limit)
    },
    readBackwards: async function* (stream, limit, from = Infinity) {
      if (!dead.has(stream))
        yield* eventsOf(stream)
          .slice(0, from + 1)
          .reverse()
          .slice(0, limit)
    },
    subscribe: subscribed,
    tombstone: async (stream) => {
      await before('tombstone', stream)
      if (!dead.has(stream)) log.push({ kind: 'ended', stream, position: position() })
      dead.add(stream)
      for (const wake of waiting) wake()
      return E.right(undefined)
    },
    dispose: async () => undefined
  }
}
