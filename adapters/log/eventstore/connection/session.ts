/** One connection to a store: what every call needs, and the one policy of retries. */
import * as E from 'fp-ts/lib/Either.js'
import type { StoreError } from '../../../../domain/errors.ts'
import { classify, REPORT, type Verdict } from './classify.ts'
import type { Client, Clients } from './client.ts'
import { backoffMs, ENDED, LATE, pause, within, type RetryPace } from './pace.ts'

export interface Session {
  readonly name: string
  readonly clients: Clients
  readonly pace: RetryPace
  /** How long one attempt may go without an answer. */
  readonly attemptMs: number
  /** How long all attempts together may. */
  readonly deadlineMs: number
  readonly requiresLeader: boolean
  /** Ends when the connection is closed. */
  readonly closing: AbortSignal
  /** Closes each stream of answers that is open. */
  readonly opened: Set<() => void>
  /** Takes user and password out of a text. */
  readonly redact: (text: string) => string
  /** Called once in each long silence of the store, with the reason; calls are still repeated. */
  readonly onSilence: (why: StoreError) => void
}

const unavailable = ({ name, redact }: Session, reason: string): StoreError => ({
  _tag: 'StoreUnavailable',
  where: name,
  reason: redact(reason)
})

export const closed = (session: Session): StoreError =>
  unavailable(session, 'the connection was closed')

export const refusal = (session: Session, reason: string, next: string): StoreError => ({
  _tag: 'StoreRefused',
  where: session.name,
  reason: session.redact(reason),
  next
})

/** What a call came to. `ended`: its signal did. */
export type CallResult<A> =
  | { readonly kind: 'done'; readonly value: A }
  | { readonly kind: 'ended' }
  | Verdict

export const failureOf = (session: Session, result: CallResult<unknown>): StoreError => {
  if (result.kind === 'refused') return refusal(session, result.reason, result.next)
  if (result.kind === 'ended') return closed(session)
  return refusal(session, `it gave an answer that was not asked for: ${result.kind}`, REPORT)
}

/** Waits for a client; one that does not answer in time is left for a new connection. */
export const answerOf = async <A>(
  { clients, pace, attemptMs }: Session,
  client: Client,
  run: () => Promise<A>,
  durationMs: number,
  signal: AbortSignal
): Promise<CallResult<A>> => {
  try {
    const value = await within(pace, run(), durationMs, signal)
    if (value === ENDED) return { kind: 'ended' }
    if (value !== LATE) return { kind: 'done', value }
  } catch (cause) {
    const verdict = classify(cause)
    if (verdict.kind !== 'again' || verdict.isMute === undefined) return verdict
  }
  clients.leave(client)
  return { kind: 'again', reason: `no answer within ${attemptMs} ms` }
}

export interface Retries {
  /** Waits before the next attempt; answers why there is none. */
  readonly again: (reason: string) => Promise<StoreError | null>
  /** Something came: attempts and time are counted from here. */
  readonly progressed: () => void
}

/** A silence is reported after this long. */
const SILENCE_MS = 2000

/**
 * Counts attempts: what may succeed later is repeated, with growing pauses, until a deadline over all of them. `isPatient`
 * says that there is no deadline; `signal` ends a pause, and that is no failure.
 */
export const retriesOf = (
  session: Session,
  signal: AbortSignal = session.closing,
  isPatient: () => boolean = () => false
): Retries => {
  const { pace, deadlineMs } = session
  let startMs = pace.nowMs()
  let attempt = 0
  let isReported = false
  return {
    again: async (reason) => {
      if (session.closing.aborted) return closed(session)
      const waitMs = backoffMs(attempt++, pace.random)
      const silenceMs = pace.nowMs() - startMs + waitMs
      if (silenceMs >= deadlineMs && !isPatient()) return unavailable(session, reason)
      if (!isReported && silenceMs >= SILENCE_MS) {
        isReported = true
        session.onSilence(unavailable(session, reason))
      }
      await pause(pace, waitMs, signal)
      return session.closing.aborted ? closed(session) : null
    },
    progressed: () => {
      startMs = pace.nowMs()
      attempt = 0
      isReported = false
    }
  }
}

/** What a call came to that is not repeated and no failure. */
export type Answered<A> = Exclude<CallResult<A>, { readonly kind: 'again' | 'refused' | 'ended' }>

/**
 * Makes a call until there is an answer, at most until the deadline. A repeated append has the ids and the expected revision
 * of the first one, so the server recognises it.
 */
export const call = async <A>(
  session: Session,
  run: (client: Client, deadlineMs: number) => Promise<A>
): Promise<E.Either<StoreError, Answered<A>>> => {
  const { clients, attemptMs, closing } = session
  const retries = retriesOf(session)
  for (;;) {
    if (closing.aborted) return E.left(closed(session))
    const client = clients.current()
    const result = await answerOf(session, client, () => run(client, attemptMs), attemptMs, closing)
    if (result.kind === 'refused' || result.kind === 'ended')
      return E.left(failureOf(session, result))
    if (result.kind !== 'again') return E.right(result)
    const error = await retries.again(result.reason)
    if (error !== null) return E.left(error)
  }
}
