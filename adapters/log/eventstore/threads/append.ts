/**
 * Appending to the streams of a store.
 *
 * Within a process everything that waits for one thread goes out in one call, so how much can be appended does not depend on
 * how far away the server is. Between processes the exact revision of the stream decides: a call that was planned from a
 * stream that moved is refused by the server, and planned again from what stands there then.
 */
import * as E from 'fp-ts/lib/Either.js'
import { v4 } from 'uuid'
import { printEvent } from '../../../../domain/changes/new-event.ts'
import type { StoreError } from '../../../../domain/errors.ts'
import type { StreamId } from '../../../../domain/ids.ts'
import { segmentBytes } from '../stream/directory.ts'
import { threadStream } from '../stream/names.ts'
import type { StreamStep } from '../stream/plan.ts'
import type { StreamDirectory } from '../stream/stored.ts'
import { ioFailure } from '../../../../replay/guarded.ts'
import { appendProblem } from '../../../../replay/change/mutate/new-events.ts'
import type { Appended, EventStore } from '../../../../replay/ports.ts'
import { checkRequest, failAll, takeGroup, type AppendRequest } from '../../jsonl/request.ts'
import { planBeginning } from './begin.ts'
import type { Directory } from '../directory/directory.ts'
import { stretchesOf } from './stretches.ts'
import type { StoredPlace, View } from './places.ts'
import type { ReadParts } from './read.ts'
import { endOfStream, historyCounter, type StoredEnd } from './tail.ts'
import type { Wire } from '../wire.ts'
import { appendSteps } from './write.ts'

export interface AppendParts {
  readonly wire: Wire
  readonly directory: Directory
  readonly view: View
  readonly read: ReadParts
  /** The files of a stream, oldest first. */
  readonly placesOf: (id: StreamId) => ReadonlyArray<StoredPlace>
  readonly nowMs: () => number
}

/** Requests go out together up to this many bytes of lines, so that they fit into one call. */
const GROUP_BYTES_MAX = 512 * 1024
/** Attempts while others write to the stream, before `Busy`. */
const ATTEMPTS_MAX = 48
const PAUSE_MS_MAX = 64

/** Of random length, so that competing writers get out of step. */
const pause = (attempt: number): Promise<void> =>
  new Promise((resolve) =>
    setTimeout(resolve, Math.random() * Math.min(PAUSE_MS_MAX, 2 ** Math.min(attempt, 8)))
  )

/** A failure for all; requests that are to be looked at again, none when every request has its answer. */
type GroupResult = E.Either<StoreError, ReadonlyArray<AppendRequest>>

/** What one write holds: of the requests that wait, those that expect what the stream then is, one behind the other. */
interface PlannedGroup {
  readonly lines: ReadonlyArray<Uint8Array>
  readonly accepted: ReadonlyArray<{ readonly request: AppendRequest; readonly answer: Appended }>
  readonly refused: ReadonlyArray<{ readonly request: AppendRequest; readonly why: StoreError }>
}

const planGroup = (
  streamId: StreamId,
  end: StoredEnd,
  requests: ReadonlyArray<AppendRequest>
): PlannedGroup => {
  const lines: Array<Uint8Array> = end.open === null ? [] : [end.open]
  const accepted: Array<PlannedGroup['accepted'][number]> = []
  const refused: Array<PlannedGroup['refused'][number]> = []
  const { path } = end.place
  const { segment } = end.next
  let { ordinal } = end
  let { revision } = end.next
  let offset = segmentBytes(end.place.segment) + (end.open === null ? 0 : 1)
  for (const request of requests) {
    const { expected, events } = request
    const why = appendProblem(streamId, expected, revision, events)
    if (why !== null) {
      refused.push({ request, why })
      continue
    }
    if (accepted.length === 0) revision += end.torn
    const from = { revision, segment, offset }
    for (const { line, event } of events) {
      const bytes = Buffer.from(ordinal === null ? line : printEvent(event, ordinal++))
      lines.push(bytes)
      offset += bytes.length + 1
    }
    revision += events.length
    const next = { revision, segment, offset }
    accepted.push({ request, answer: { streamId, from, next, path } })
  }
  return { lines, accepted, refused }
}

class ThreadAppender {
  readonly #id: StreamId
  readonly #parts: AppendParts
  readonly #count: ReturnType<typeof historyCounter>
  readonly #queue: Array<AppendRequest> = []
  #running = false

  constructor(id: StreamId, parts: AppendParts, count: ReturnType<typeof historyCounter>) {
    this.#id = id
    this.#parts = parts
    this.#count = count
  }

  get isIdle(): boolean {
    return !this.#running
  }

  push(request: AppendRequest): void {
    this.#queue.push(request)
    if (!this.#running) void this.#drain()
  }

  async #drain(): Promise<void> {
    this.#running = true
    // Everything that is asked for in this turn of the event loop goes out together.
    await Promise.resolve()
    while (this.#queue.length > 0) {
      const group = takeGroup(this.#queue, GROUP_BYTES_MAX)
      try {
        await this.#commit(group)
      } catch (cause) {
        failAll(group, () => ioFailure(cause, this.#parts.wire.name))
      }
    }
    this.#running = false
  }

  /** Everything of a group gets its answer, or goes back to the front of the queue. */
  async #commit(group: ReadonlyArray<AppendRequest>): Promise<void> {
    let isFresh = false
    for (let attempt = 0; attempt < ATTEMPTS_MAX; attempt++) {
      if (attempt > 1) await pause(attempt)
      const place = this.#parts.placesOf(this.#id).at(-1)
      // Nobody is refused by what was known some time ago.
      const done =
        place === undefined
          ? isFresh && (await this.#begin(group))
          : await this.#append(place, group, isFresh)
      if (done !== false) return this.#finish(group, done)
      const refreshed = await this.#parts.directory.refresh(this.#id)
      if (E.isLeft(refreshed)) return this.#finish(group, refreshed)
      isFresh = true
    }
    this.#finish(group, E.left({ _tag: 'Busy', what: `thread ${this.#id}` }))
  }

  #finish(group: ReadonlyArray<AppendRequest>, done: GroupResult): void {
    if (E.isLeft(done)) for (const request of group) request.answer(done)
    else this.#queue.unshift(...done.right)
  }

  /** The first request makes the stream, or is refused; the others are looked at again then. */
  async #begin([first, ...others]: ReadonlyArray<AppendRequest>): Promise<GroupResult | false> {
    if (first === undefined) return E.right([])
    const { expected, events } = first
    const why = appendProblem(this.#id, expected, null, events)
    if (why !== null) {
      first.answer(E.left(why))
      return E.right(others)
    }
    const steps = await planBeginning(this.#parts, this.#id, events)
    if (E.isLeft(steps)) {
      first.answer(steps)
      return E.right(others)
    }
    const written = await this.#write(threadStream(this.#id), steps.right)
    if (E.isRight(written) && written.right !== 'written') return false
    first.answer(E.isLeft(written) ? written : await this.#appendedAtBeginning(events.length))
    return E.right(others)
  }

  async #appendedAtBeginning(count: number): Promise<E.Either<StoreError, Appended>> {
    const place = this.#parts.placesOf(this.#id).at(-1)
    if (place === undefined) return E.left({ _tag: 'StreamNotFound', streamId: this.#id })
    const { next } = await this.#endOf(place)
    const from = { revision: next.revision - count, segment: next.segment, offset: 0 }
    return E.right({ streamId: this.#id, from, next, path: place.path })
  }

  #endOf(place: StoredPlace): Promise<StoredEnd> {
    const { directory, view, read } = this.#parts
    return endOfStream(read, this.#count, place, stretchesOf(view, directory, place))
  }

  /** False when the stream has to be looked at first. */
  async #append(
    place: StoredPlace,
    group: ReadonlyArray<AppendRequest>,
    isFresh: boolean
  ): Promise<GroupResult | false> {
    const end = await this.#endOf(place)
    const { accepted, refused, lines } = planGroup(this.#id, end, group)
    if (accepted.length > 0) {
      const steps = [{ segment: place.segment.segment, lines }]
      const written = await this.#write(place.stream, steps, place.directory)
      if (E.isLeft(written)) return written
      if (written.right !== 'written') return false
      for (const { request, answer } of accepted) request.answer(E.right(answer))
    } else if (!isFresh) return false
    if (accepted.length > 0) return E.right(refused.map(({ request }) => request))
    for (const { request, why } of refused) request.answer(E.left(why))
    return E.right([])
  }

  #write(
    stream: string,
    steps: Iterable<StreamStep>,
    known?: StreamDirectory
  ): ReturnType<typeof appendSteps> {
    const writer = { nonce: v4(), atMs: this.#parts.nowMs() }
    return appendSteps(this.#parts, stream, writer, steps, known)
  }
}

const APPENDERS_MAX = 1024

/** `append` of an event store over streams. */
export const appender = (parts: AppendParts): EventStore['append'] => {
  const appenders = new Map<StreamId, ThreadAppender>()
  const count = historyCounter(parts.read)
  const appenderOf = (id: StreamId): ThreadAppender => {
    const known = appenders.get(id)
    if (known !== undefined) return known
    if (appenders.size >= APPENDERS_MAX)
      for (const [other, { isIdle }] of appenders) if (isIdle) appenders.delete(other)
    const made = new ThreadAppender(id, parts, count)
    appenders.set(id, made)
    return made
  }
  return (streamId, expected, events) => async () => {
    const checked = checkRequest(streamId, events, parts.view.profile)
    if (E.isLeft(checked)) return checked
    return new Promise<E.Either<StoreError, Appended>>((answer, reject) =>
      appenderOf(streamId).push({ expected, events: checked.right, answer, reject })
    )
  }
}
