/**
 * Following all streams: one call that never ends, and another one from the place that was told last when it does.
 *
 * The client calls back for checkpoints and the like when they come in, which is before what came earlier was taken. So they are
 * put into the stream of events, and taken from there in their order.
 */
import type { AllStreamResolvedEvent } from '@eventstore/db-client'
import type { StorePosition } from '../stream/stored.ts'
import { thrown } from '../../../replay/guarded.ts'
import { isTombstone, placeOf, positionOf, stored } from './convert.ts'
import { pulled, type Pulled } from './pulled.ts'
import { triesOf, type Tries } from './retry.ts'
import { closed, failureOf, type Session, type State } from './session.ts'
import type { AllFrom, Told } from '../wire.ts'

/** What is followed. */
export interface Followed {
  readonly prefixes: ReadonlyArray<string>
  readonly from: AllFrom
  readonly signal: AbortSignal
}

/** So many events are looked at between checkpoints, and in one go; the server's own 32 make it tell more than it finds. */
const WINDOW = 1024

/** An event, or what stands between events. */
type Answer = AllStreamResolvedEvent | (() => Told)

const opened = (session: Session, { prefixes, from }: Followed): Pulled<Answer> =>
  pulled(session, (client) => {
    const mark = (told: () => Told): void => void answers.push(told)
    const answers = client.subscribeToAll({
      fromPosition:
        typeof from === 'string'
          ? from
          : { commit: BigInt(from.commit), prepare: BigInt(from.prepare) },
      requiresLeader: session.requiresLeader,
      filter: {
        filterOn: 'streamName',
        prefixes: [...prefixes],
        maxSearchWindow: WINDOW,
        checkpointInterval: 1,
        checkpointReached: async (_, at) =>
          mark(() => ({ kind: 'checkpoint', position: positionOf(at) }))
      }
    })
    answers.on('caughtUp', () => mark(() => ({ kind: 'caught_up' })))
    answers.on('fellBehind', () => mark(() => ({ kind: 'fell_behind' })))
    return { stream: answers, cancel: () => answers.unsubscribe() }
  })

/** What an answer tells; a stream that was deleted for good is only a place that was passed. */
const toldBy = (answer: Answer): Told | null => {
  if (typeof answer === 'function') return answer()
  const { event } = answer
  const position = placeOf(answer)
  if (event === undefined || position === null) return null
  if (isTombstone(event)) return { kind: 'checkpoint', position }
  return { kind: 'event', event: { ...stored(event), position } }
}

/** One call, and how it ended. Until it has caught up it may not be silent for long; afterwards it may. */
async function* attempt(session: Session, followed: Followed): AsyncGenerator<Told, State> {
  const { signal } = followed
  const answers = opened(session, followed)
  let silenceMs = session.attemptMs
  try {
    for (;;) {
      if (signal.aborted) return { kind: 'ended' }
      const answer = answers.take()
      const told = answer === null ? null : toldBy(answer)
      if (told?.kind === 'caught_up') silenceMs = Infinity
      if (told?.kind === 'fell_behind') silenceMs = session.attemptMs
      if (told !== null) yield told
      if (answer !== null) continue
      const state = await answers.more(silenceMs, signal)
      if (state.kind !== 'more') return state
    }
  } finally {
    answers.close()
  }
}

/** Where the log of all streams ends now, so that nothing is lost when the connection is before anything was told. */
const endOfLog = async (session: Session): Promise<AllFrom | State> => {
  const answers = pulled<AllStreamResolvedEvent>(session, (client) => {
    const { requiresLeader } = session
    const stream = client.readAll({
      direction: 'backwards',
      fromPosition: 'end',
      maxCount: 1,
      requiresLeader
    })
    return { stream, cancel: () => stream.cancel() }
  })
  try {
    for (;;) {
      const last = answers.take()
      if (last !== null) return placeOf(last) ?? 'start'
      const state = await answers.more(session.attemptMs)
      if (state.kind === 'end') return 'start'
      if (state.kind !== 'more') return state
    }
  } finally {
    answers.close()
  }
}

const isState = (place: AllFrom | State): place is State =>
  typeof place === 'object' && 'kind' in place

const positionAfter = (told: Told): StorePosition | undefined => {
  if (told.kind === 'checkpoint') return told.position
  return told.kind === 'event' ? told.event.position : undefined
}

/** A signal that ends with either of two, without holding on to them; `release` when it is done with. */
const either = (one: AbortSignal, other: AbortSignal) => {
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

async function* attempts(
  session: Session,
  { from, ...asked }: Followed,
  tries: Tries,
  caughtUp: () => void
): AsyncGenerator<Told> {
  const { signal } = asked
  let place = from
  while (!signal.aborted) {
    const known = place === 'end' ? await endOfLog(session) : place
    let state: State
    if (isState(known)) state = known
    else {
      place = known
      const said = attempt(session, { ...asked, from: known })
      let next = await said.next()
      try {
        while (next.done !== true) {
          place = positionAfter(next.value) ?? place
          if (next.value.kind === 'caught_up') caughtUp()
          yield next.value
          tries.progressed()
          next = await said.next()
        }
      } finally {
        await said.return({ kind: 'ended' })
      }
      state = next.value
    }
    if (signal.aborted) return
    const mayCome = state.kind === 'again' || state.kind === 'end'
    const reason = state.kind === 'again' ? state.reason : 'the server ended the subscription'
    const error = mayCome ? await tries.again(reason) : failureOf(session, state)
    if (error !== null) throw thrown(error)
  }
}

/**
 * Events of all streams with one of the prefixes, for ever. It throws a `StoreError` when the server refuses; or when it
 * cannot be reached before it was caught up with for the first time.
 */
export async function* follow(session: Session, followed: Followed): AsyncGenerator<Told> {
  const { signal, release } = either(followed.signal, session.closing)
  let isWarm = false
  const tries = triesOf(session, signal, () => isWarm)
  try {
    yield* attempts(session, { ...followed, signal }, tries, () => (isWarm = true))
    if (session.closing.aborted && !followed.signal.aborted) throw thrown(closed(session))
  } finally {
    release()
  }
}
