/**
 * Following the log of all streams into a directory: to its end as it is now, or for ever.
 */
import * as E from 'fp-ts/lib/Either.js'
import type { StoreError } from '../../../domain/errors.ts'
import { STREAM_PREFIXES } from '../stream/names.ts'
import type { StoredEvent, StorePosition } from '../stream/stored.ts'
import { ioFailure } from '../../../replay/guarded.ts'
import type { Wire } from '../wire.ts'

/** What follows the log. */
export interface Following {
  /** Where following goes on. */
  readonly from: () => StorePosition | 'start'
  /** Takes in events in the order of the log, up to a position; what is known already changes nothing. */
  readonly ingest: (
    events: ReadonlyArray<StoredEvent>,
    position: StorePosition | null
  ) => Promise<E.Either<StoreError, void>>
}

/** So many events are taken in together, or so many bytes of them. */
const EVENTS_MAX = 4096
const BYTES_MAX = 8 * 1024 * 1024

const bytesOf = ({ metadata, data }: StoredEvent): number =>
  typeof metadata['bytes'] === 'number' ? metadata['bytes'] : (data.bytes?.length ?? 1024)

/** What was told and is not taken in yet. */
class Pending {
  readonly #into: Following
  #events: Array<StoredEvent> = []
  #position: StorePosition | null = null
  #bytes = 0

  constructor(into: Following) {
    this.#into = into
  }

  add(event: StoredEvent): void {
    this.#events.push(event)
    this.#bytes += bytesOf(event)
    this.#position = event.position ?? this.#position
  }

  reach(position: StorePosition): void {
    this.#position = position
  }

  get isEmpty(): boolean {
    return this.#events.length === 0 && this.#position === null
  }

  get isFull(): boolean {
    return this.#events.length >= EVENTS_MAX || this.#bytes >= BYTES_MAX
  }

  /** Takes in everything so far. */
  flush(): Promise<E.Either<StoreError, void>> {
    const [events, position] = [this.#events, this.#position]
    this.#events = []
    this.#position = null
    this.#bytes = 0
    return this.#into.ingest(events, position)
  }
}

/** Takes in everything up to the end of the log as it is now. */
export const untilCaughtUp = async (
  wire: Wire,
  into: Following
): Promise<E.Either<StoreError, void>> => {
  const ending = new AbortController()
  const pending = new Pending(into)
  try {
    for await (const told of wire.subscribe(STREAM_PREFIXES, into.from(), ending.signal)) {
      if (told.kind === 'caught_up') break
      if (told.kind === 'event') pending.add(told.event)
      if (told.kind === 'checkpoint') pending.reach(told.position)
      if (!pending.isFull) continue
      const done = await pending.flush()
      if (E.isLeft(done)) return done
    }
    return pending.isEmpty ? E.right(undefined) : await pending.flush()
  } catch (cause) {
    return E.left(ioFailure(cause, wire.name))
  } finally {
    ending.abort()
  }
}

/**
 * Keeps a directory as new as the log until the signal says that it is enough: events are taken in as soon as those before
 * them are, many at a time when they come fast. Answers why it ended before that.
 */
export const followLog = async (
  wire: Wire,
  into: Following,
  signal: AbortSignal,
  told: (what: 'caught_up' | 'changed') => void = () => undefined
): Promise<E.Either<StoreError, void>> => {
  const pending = new Pending(into)
  let flushing: Promise<void> | null = null
  let failed: E.Either<StoreError, void> = E.right(undefined)
  const drain = async (): Promise<void> => {
    while (!pending.isEmpty && E.isRight(failed)) {
      const done = await pending.flush()
      if (E.isLeft(done)) failed = done
      else told('changed')
    }
  }
  const start = (): void => {
    flushing ??= drain().finally(() => {
      flushing = null
      if (!pending.isEmpty && E.isRight(failed)) start()
    })
  }
  const settled = async (): Promise<void> => {
    while (flushing !== null) await flushing
  }
  try {
    for await (const one of wire.subscribe(STREAM_PREFIXES, into.from(), signal)) {
      if (E.isLeft(failed)) return failed
      if (one.kind === 'event') pending.add(one.event)
      if (one.kind === 'checkpoint') pending.reach(one.position)
      // A reader that is slower than the server makes the server wait, and nothing grows here.
      if (pending.isFull) await settled()
      start()
      if (one.kind !== 'caught_up') continue
      await settled()
      told('caught_up')
    }
    await settled()
    return failed
  } catch (cause) {
    return E.left(ioFailure(cause, wire.name))
  }
}
