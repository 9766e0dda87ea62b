/** One connection to a store: what every call needs, and the one policy of retries. */
import * as E from 'fp-ts/lib/Either.js'
import type { StoreError } from '../../../../domain/errors.ts'
import {
  classify,
  OTHER_PRODUCT,
  OTHER_TRANSPORT,
  REPORT,
  RIGHTS,
  UPGRADE,
  type Verdict
} from './classify.ts'
import { versionOf, type Client, type Clients, type LentClient } from './client.ts'
import type { ServerTransport } from './transport.ts'
import { backoffMs, ENDED, LATE, pause, within, type RetryPace } from './pace.ts'

/** Hears why a store does not answer, and for how long calls are still repeated; null without an end. */
export type OnSilence = (why: StoreError, leftMs: number | null) => void

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
  /** Whether the server is one that can be used: asked before the first call, and again after a failure. */
  readonly admission: { known: Promise<E.Either<StoreError, ServerTraits>> | null }
  /** How the servers talk, where that is not as the connection string says. */
  readonly otherTransport: () => Promise<ServerTransport | null>
  /** Called once in each long silence of the store; calls are still repeated. */
  readonly onSilence: OnSilence
}

/** What follows from the version of a server. */
export interface ServerTraits {
  /** A subscription that begins at a position skips one event, also when the one that stood there is gone. */
  readonly skipsOnResume: boolean
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

/**
 * Waits for a client. One whose connection gave no answer to any call in that time is left for a new connection; where others
 * were answered, only this call is repeated.
 */
export const answerOf = async <A>(
  { pace, attemptMs }: Session,
  lent: LentClient,
  run: () => Promise<A>,
  durationMs: number,
  signal: AbortSignal
): Promise<CallResult<A>> => {
  const answers = lent.answers()
  try {
    const value = await within(pace, run(), durationMs, signal)
    if (value === ENDED) return { kind: 'ended' }
    if (value !== LATE) {
      lent.answered()
      return { kind: 'done', value }
    }
  } catch (cause) {
    const verdict = classify(cause)
    if (verdict.kind !== 'again' || verdict.isMute === undefined) {
      lent.answered()
      return verdict
    }
  }
  if (lent.answers() === answers) lent.leave()
  return { kind: 'again', reason: `no answer within ${attemptMs} ms` }
}

export type RetryReason = Pick<
  Extract<Verdict, { readonly kind: 'again' }>,
  'reason' | 'isDoubtful'
>

export interface Retries {
  /** Waits before the next attempt; answers why there is none. */
  readonly again: (why: RetryReason) => Promise<StoreError | null>
  /** Something came: attempts and time are counted from here. */
  readonly progressed: () => void
}

/** A silence is reported after this long, and looked into. */
const SILENCE_MS = 2000
/** So often a call is repeated that the server may fail at for what is asked. */
const DOUBTS_MAX = 5

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
  let doubts = 0
  let isReported = false
  return {
    again: async ({ reason, isDoubtful }) => {
      if (session.closing.aborted) return closed(session)
      if (isDoubtful === true && ++doubts > DOUBTS_MAX) return refusal(session, reason, REPORT)
      const waitMs = backoffMs(attempt++, pace.random)
      const silenceMs = pace.nowMs() - startMs + waitMs
      const isOver = silenceMs >= deadlineMs && !isPatient()
      if (!isReported && (isOver || silenceMs >= SILENCE_MS)) {
        const transport = await session.otherTransport()
        if (transport !== null) return failureOf(session, OTHER_TRANSPORT[transport])
        isReported = true
        const leftMs = isPatient() ? null : deadlineMs - silenceMs
        if (!isOver) session.onSilence(unavailable(session, reason), leftMs)
      }
      if (isOver) return unavailable(session, reason)
      await pause(pace, waitMs, signal)
      return session.closing.aborted ? closed(session) : null
    },
    progressed: () => {
      startMs = pace.nowMs()
      attempt = 0
      doubts = 0
      isReported = false
    }
  }
}

/** What a call came to that is not repeated and no failure. */
export type Answered<A> = Exclude<CallResult<A>, { readonly kind: 'again' | 'refused' | 'ended' }>

/**
 * The transport gives a call up after so many attempts' time, so that none stays for ever. It looks at its clock before its
 * sockets; whether an answer came in time is decided by `within`, which looks at both.
 */
const TRANSPORT_ATTEMPTS = 2

const repeated = async <A>(
  session: Session,
  run: (lent: LentClient, deadlineMs: number) => Promise<A>
): Promise<E.Either<StoreError, Answered<A>>> => {
  const { clients, attemptMs, closing } = session
  const retries = retriesOf(session)
  for (;;) {
    if (closing.aborted) return E.left(closed(session))
    const lent = clients.lend()
    const attempt = (): Promise<A> => run(lent, TRANSPORT_ATTEMPTS * attemptMs)
    const result = await answerOf(session, lent, attempt, attemptMs, closing)
    lent.release()
    if (result.kind === 'refused' || result.kind === 'ended')
      return E.left(failureOf(session, result))
    if (result.kind !== 'again') return E.right(result)
    const error = await retries.again(result)
    if (error !== null) return E.left(error)
  }
}

/** The first version whose subscriptions say that they have caught up; older ones never would. */
const OLDEST = [23, 10] as const
/** The first version that goes on behind a position whatever stands there. */
const GOES_ON = [24, 2] as const

/** False also for a build of its own, which has no number. */
const isBefore = (version: string, [major, minor]: readonly [number, number]): boolean => {
  const [itsMajor = 0, itsMinor = 0] = version.split('.').map(Number)
  return itsMajor > 0 && (itsMajor < major || (itsMajor === major && itsMinor < minor))
}

/** What is taken for granted of a server that does not say which one it is: looking once more does no harm. */
const UNKNOWN: ServerTraits = { skipsOnResume: true }

const askVersion = async (session: Session): Promise<E.Either<StoreError, ServerTraits>> => {
  const told = await repeated(session, versionOf)
  if (E.isLeft(told)) {
    // Who may not ask may still read and write.
    const isDenied = told.left._tag === 'StoreRefused' && told.left.next === RIGHTS
    return isDenied ? E.right(UNKNOWN) : told
  }
  if (told.right.kind !== 'done') return E.right(UNKNOWN)
  const { value: version } = told.right
  if (version === null)
    return E.left(refusal(session, 'it does not say its version', OTHER_PRODUCT))
  if (!isBefore(version, OLDEST)) return E.right({ skipsOnResume: isBefore(version, GOES_ON) })
  const reason = `it is version ${version}, and 23.10 is the oldest that can be used`
  return E.left(refusal(session, reason, UPGRADE))
}

/** Asks the server once for its version; `Left` when it cannot be used or does not answer. */
export const admitted = (session: Session): Promise<E.Either<StoreError, ServerTraits>> => {
  const { admission } = session
  if (admission.known !== null) return admission.known
  const asked = askVersion(session)
  admission.known = asked
  void asked.then((answer) => {
    if (E.isLeft(answer)) admission.known = null
  })
  return asked
}

/**
 * Makes a call until there is an answer, at most until the deadline. A repeated append has the ids and the expected revision
 * of the first one, so the server recognises it.
 */
export const call = async <A>(
  session: Session,
  run: (client: Client, deadlineMs: number) => Promise<A>
): Promise<E.Either<StoreError, Answered<A>>> => {
  const may = await admitted(session)
  return E.isLeft(may)
    ? may
    : repeated(session, ({ client }, deadlineMs) => run(client, deadlineMs))
}
