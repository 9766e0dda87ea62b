/**
 * Following the log of all streams into a directory: to its end as it is now, or until a signal.
 */
import * as E from 'fp-ts/lib/Either.js'
import type { StoreError } from '../../../../domain/errors.ts'
import { attempted, ioFailure } from '../../../../replay/guarded.ts'
import { LIMITS_PREFIX, STREAM_PREFIXES } from '../stream/names.ts'
import type { StoredEvent, StorePosition } from '../stream/stored.ts'
import type { Wire } from '../wire.ts'

export interface LogFollower {
  readonly from: () => StorePosition | 'start'
  /**
   * Takes in events in the order of the log, up to a position; what is known already changes nothing. `ended`: streams that
   * were deleted for good by then.
   */
  readonly ingest: (
    events: ReadonlyArray<StoredEvent>,
    position: StorePosition | null,
    ended?: ReadonlySet<string>
  ) => Promise<E.Either<StoreError, void>>
}

/** What is followed: streams of ours, and what somebody tells the server about those of threads. */
const FOLLOWED: ReadonlyArray<string> = [...STREAM_PREFIXES, LIMITS_PREFIX]

/** Limits of one batch. */
const EVENTS_MAX = 4096
const BYTES_MAX = 8 * 1024 * 1024

const bytesOf = ({ metadata, data }: StoredEvent): number =>
  typeof metadata['bytes'] === 'number' ? metadata['bytes'] : (data.bytes?.length ?? 1024)

class Batches {
  readonly #into: LogFollower
  readonly #onIngested: () => void
  readonly #eventsMax: number
  #events: Array<StoredEvent> = []
  #ended = new Set<string>()
  #position: StorePosition | null = null
  #bytes = 0
  #running: Promise<void> | null = null
  failure: StoreError | null = null

  constructor(into: LogFollower, onIngested: () => void, eventsMax: number) {
    this.#into = into
    this.#eventsMax = eventsMax
    this.#onIngested = onIngested
  }

  add(event: StoredEvent): void {
    this.#events.push(event)
    this.#bytes += bytesOf(event)
    this.#position = event.position ?? this.#position
  }

  reach(position: StorePosition): void {
    this.#position = position
  }

  end(stream: string, position: StorePosition): void {
    this.#ended.add(stream)
    this.#position = position
  }

  get #isEmpty(): boolean {
    return this.#events.length === 0 && this.#position === null
  }

  get isFull(): boolean {
    return this.#events.length >= this.#eventsMax || this.#bytes >= BYTES_MAX
  }

  /** Takes in what was gathered, as soon as what is being taken in is. */
  start(): void {
    this.#running ??= this.#drain().finally(() => {
      this.#running = null
      if (!this.#isEmpty && this.failure === null) this.start()
    })
  }

  async #drain(): Promise<void> {
    while (!this.#isEmpty && this.failure === null) {
      const [events, position, ended] = [this.#events, this.#position, this.#ended]
      this.#events = []
      this.#ended = new Set()
      this.#position = null
      this.#bytes = 0
      const done = await attempted(() => this.#into.ingest(events, position, ended))
      if (E.isLeft(done)) this.failure = done.left
      else this.#onIngested()
    }
  }

  async settled(): Promise<void> {
    while (this.#running !== null) await this.#running
  }
}

export interface FollowOptions {
  /** Ends at the end of the log as it is now. */
  readonly untilCaughtUp?: boolean
  readonly onCaughtUp?: () => void
  readonly onIngested?: () => void
  /** Of one batch, while it catches up. */
  readonly eventsMax?: number
}

/**
 * Keeps a directory as new as the log until the signal ends it. Batches are full ones while it catches up; later events are
 * taken in as soon as those before them are. Answers why it ended before that.
 */
export const followLog = async (
  wire: Wire,
  into: LogFollower,
  signal: AbortSignal,
  {
    untilCaughtUp = false,
    onCaughtUp,
    onIngested = () => undefined,
    eventsMax = EVENTS_MAX
  }: FollowOptions = {}
): Promise<E.Either<StoreError, void>> => {
  const batches = new Batches(into, onIngested, eventsMax)
  const result = (): E.Either<StoreError, void> =>
    batches.failure === null ? E.right(undefined) : E.left(batches.failure)
  let isLive = false
  try {
    for await (const message of wire.subscribe(FOLLOWED, into.from(), signal)) {
      if (batches.failure !== null) break
      if (message.kind === 'event') batches.add(message.event)
      if (message.kind === 'checkpoint') batches.reach(message.position)
      if (message.kind === 'ended') batches.end(message.stream, message.position)
      const isCaughtUp = message.kind === 'caught_up'
      if (isCaughtUp) isLive = true
      if (message.kind === 'fell_behind') isLive = false
      // A reader that is slower than the server makes the server wait, and nothing grows here.
      if (batches.isFull) await batches.settled()
      if (batches.isFull || isLive) batches.start()
      if (!isCaughtUp) continue
      await batches.settled()
      onCaughtUp?.()
      if (untilCaughtUp) break
    }
    await batches.settled()
    return result()
  } catch (cause) {
    return E.left(ioFailure(cause, wire.name))
  }
}
