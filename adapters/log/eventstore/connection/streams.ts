/**
 * Reads of one stream, in either direction, and subscriptions to all of them.
 */
import type { AllStreamResolvedEvent, ResolvedEvent } from '@eventstore/db-client'
import { thrown } from '../../../../replay/guarded.ts'
import type { StoredEvent, StorePosition } from '../stream/stored.ts'
import type { AllFrom, SubscriptionMessage } from '../wire.ts'
import type { Client } from './client.ts'
import { checkpointOf, isTombstone, placeOf, stored } from './convert.ts'
import { closed, retriesOf, type Retries, type Session } from './session.ts'
import { resumed, type AnswerStream } from './stream-call.ts'

/** Which events of a stream are read; backwards from its end where `from` says so. */
export interface StreamRange {
  readonly stream: string
  readonly direction: 'forwards' | 'backwards'
  readonly from: number | 'end'
  readonly limit: number
}

const READ_ENDS: ReadonlySet<string> = new Set(['done', 'not_found', 'tombstoned'])

/** Events of a range, none of a stream that is not there. */
export const readRange = (session: Session, range: StreamRange): AsyncGenerator<StoredEvent> => {
  const { stream, direction } = range
  const step = direction === 'forwards' ? 1 : -1
  let { from, limit } = range
  return resumed<ResolvedEvent, StoredEvent>(session, {
    open: (client) => {
      const answers = client.readStream(stream, {
        direction,
        fromRevision: from === 'end' ? from : BigInt(from),
        requiresLeader: session.requiresLeader,
        ...(limit === Infinity ? {} : { maxCount: limit })
      })
      return { stream: answers, cancel: () => answers.cancel() }
    },
    take: ({ event }) => {
      if (event === undefined) return null
      const taken = stored(event)
      from = taken.revision + step
      limit -= 1
      return taken
    },
    isOpen: () => limit > 0 && (from === 'end' || from >= 0),
    ends: ({ kind }) => READ_ENDS.has(kind),
    silenceMs: () => session.attemptMs,
    signal: session.closing,
    retries: retriesOf(session)
  })
}

/** Events that are looked at between checkpoints, and in one go; the server's own 32 make it tell more than it finds. */
const WINDOW_EVENTS = 1024

export interface Subscription {
  readonly prefixes: ReadonlyArray<string>
  readonly from: AllFrom
  readonly signal: AbortSignal
}

/** A place in the log as the client wants it. */
const placed = <Word extends string>(from: StorePosition | Word) =>
  typeof from === 'string' ? from : { commit: BigInt(from.commit), prepare: BigInt(from.prepare) }

/** An event, or what stands between events. */
type SubscriptionAnswer = AllStreamResolvedEvent | (() => SubscriptionMessage | null)

/**
 * Opens a subscription. The client calls back for checkpoints and the like when they come in, which is before what came earlier
 * was taken. So they are put into the stream of events, and taken from there in their order.
 */
const openSubscription = (
  client: Client,
  requiresLeader: boolean,
  prefixes: ReadonlyArray<string>,
  from: AllFrom
): AnswerStream => {
  const mark = (message: () => SubscriptionMessage | null): void => void answers.push(message)
  const answers = client.subscribeToAll({
    fromPosition: placed(from),
    requiresLeader,
    filter: {
      filterOn: 'streamName',
      prefixes: [...prefixes],
      maxSearchWindow: WINDOW_EVENTS,
      checkpointInterval: 1,
      checkpointReached: async (_, at) =>
        mark(() => {
          const position = checkpointOf(at)
          return position === null ? null : { kind: 'checkpoint', position }
        })
    }
  })
  answers.on('caughtUp', () => mark(() => ({ kind: 'caught_up' })))
  answers.on('fellBehind', () => mark(() => ({ kind: 'fell_behind' })))
  return { stream: answers, cancel: () => answers.unsubscribe() }
}

/** The message of an answer. */
const messageOf = (answer: SubscriptionAnswer): SubscriptionMessage | null => {
  if (typeof answer === 'function') return answer()
  const { event } = answer
  const position = placeOf(answer)
  if (event === undefined || position === null) return null
  if (isTombstone(event)) return { kind: 'ended', stream: event.streamId, position }
  return { kind: 'event', event: { ...stored(event), position } }
}

/** Where the last event before a place in the log of all streams stands; `start` when there is none. */
const eventBefore = async (
  session: Session,
  from: StorePosition | 'end',
  signal: AbortSignal,
  retries: Retries
): Promise<AllFrom> => {
  const last = resumed<AllStreamResolvedEvent, AllFrom>(session, {
    open: (client) => {
      const answers = client.readAll({
        direction: 'backwards',
        fromPosition: placed(from),
        maxCount: 1,
        requiresLeader: session.requiresLeader
      })
      return { stream: answers, cancel: () => answers.cancel() }
    },
    take: (answer) => placeOf(answer) ?? 'start',
    isOpen: () => true,
    ends: ({ kind }) => kind === 'done' || signal.aborted,
    silenceMs: () => session.attemptMs,
    signal,
    retries
  })
  for await (const place of last) return place
  return 'start'
}

/** True for an event that stands at a place or before it: it was told. */
const isPassed = ({ position }: StoredEvent, place: AllFrom): boolean =>
  position !== undefined &&
  typeof place !== 'string' &&
  (position.commit < place.commit ||
    (position.commit === place.commit && position.prepare <= place.prepare))

/** A signal that ends with either of two, without holding on to them after `release`. */
const eitherSignal = (one: AbortSignal, other: AbortSignal) => {
  const both = new AbortController()
  const end = (): void => both.abort()
  for (const signal of [one, other]) {
    if (signal.aborted) end()
    signal.addEventListener('abort', end)
  }
  const release = (): void => {
    for (const signal of [one, other]) signal.removeEventListener('abort', end)
  }
  return { signal: both.signal, release }
}

/** A live subscription that tells nothing for so many attempts' time is begun anew: its server may have forgotten it. */
const REST_ATTEMPTS = 3

/**
 * Ends a round of a subscription that has told nothing for some time. A server may keep the connection and feed it no more, and
 * says nothing on an idle log either; so nobody can tell the two apart but by asking again.
 */
const roundOf = ({ pace, attemptMs }: Session, signal: AbortSignal) => {
  const resting = new AbortController()
  const either = eitherSignal(signal, resting.signal)
  let cancel = (): void => undefined
  let stream: AnswerStream['stream'] | null = null
  const wait = (): void => {
    cancel()
    cancel = pace.after(REST_ATTEMPTS * attemptMs, () => {
      // What came and was not taken waits for its reader, not for the server.
      if ((stream?.readableLength ?? 0) > 0) wait()
      else resting.abort()
    })
  }
  return {
    signal: either.signal,
    opened: (answers: AnswerStream): AnswerStream => {
      cancel()
      stream = answers.stream
      return answers
    },
    /** Something was told; `isLive`: from now on nothing need come. */
    told: (isLive: boolean): void => (isLive ? wait() : cancel()),
    release: (): void => {
      cancel()
      either.release()
    }
  }
}

/**
 * Events of all streams with one of the prefixes, until the signal ends it. It throws a `StoreError` when the server refuses;
 * or when it cannot be reached before it was caught up with for the first time.
 */
export async function* follow(
  session: Session,
  { prefixes, from, signal: wanted }: Subscription
): AsyncGenerator<SubscriptionMessage> {
  const { signal, release } = eitherSignal(wanted, session.closing)
  let isWarm = false
  let isLive = false
  /** True from a rest on, until that the round has caught up was heard: nobody was told that the one before had ended. */
  let isAnew = false
  let place = from
  /** Where the subscription begins: at the place, or at an event that is there for certain. */
  let begin = from
  // Until it has caught up it may not be silent for long; afterwards it may.
  const silenceMs = (): number => (isLive ? Infinity : session.attemptMs)
  const retries = retriesOf(session, signal, () => isWarm)
  const noted = (message: SubscriptionMessage): SubscriptionMessage | null => {
    if (message.kind === 'event' && isPassed(message.event, place)) return null
    if (message.kind === 'checkpoint' || message.kind === 'ended') place = message.position
    if (message.kind === 'event') place = message.event.position ?? place
    if (message.kind === 'fell_behind') isLive = false
    if (message.kind !== 'caught_up') return message
    isLive = isWarm = true
    if (!isAnew) return message
    isAnew = false
    retries.progressed()
    return null
  }
  try {
    if (place === 'end' && !signal.aborted)
      place = await eventBefore(session, 'end', signal, retries)
    do {
      const round = roundOf(session, signal)
      try {
        yield* resumed<SubscriptionAnswer, SubscriptionMessage>(session, {
          prepare: async ({ skipsOnResume }) => {
            begin =
              skipsOnResume && typeof place !== 'string'
                ? await eventBefore(session, place, round.signal, retries)
                : place
          },
          open: (client) => {
            isLive = false
            return round.opened(openSubscription(client, session.requiresLeader, prefixes, begin))
          },
          take: (answer) => {
            const message = messageOf(answer)
            const told = message === null ? null : noted(message)
            round.told(isLive)
            return told
          },
          isOpen: () => !round.signal.aborted,
          ends: () => round.signal.aborted,
          silenceMs,
          signal: round.signal,
          retries
        })
      } finally {
        round.release()
      }
      isAnew = true
      retries.progressed()
    } while (!signal.aborted)
    if (session.closing.aborted && !wanted.aborted) throw thrown(closed(session))
  } finally {
    release()
  }
}
