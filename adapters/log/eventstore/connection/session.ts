/** One connection to a store: what every call needs, and the one policy of retries. */
import * as E from 'fp-ts/lib/Either.js'
import type { StoreError } from '../../../../domain/errors.ts'
import { classify, OTHER_PRODUCT, REPORT, RIGHTS, UPGRADE, type Verdict } from './classify.ts'
import { versionOf, type Client, type Clients, type LentClient } from './client.ts'
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
  /** Whether the server is one that can be used: asked before the first call, and again after a failure. */
  readonly admission: { known: Promise<E.Either<StoreError, void>> | null }
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

/** A silence is reported after this long. */
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
      doubts = 0
      isReported = false
    }
  }
}

/** What a call came to that is not repeated and no failure. */
export type Answered<A> = Exclude<CallResult<A>, { readonly kind: 'again' | 'refused' | 'ended' }>

const repeated = async <A>(
  session: Session,
  run: (lent: LentClient, deadlineMs: number) => Promise<A>
): Promise<E.Either<StoreError, Answered<A>>> => {
  const { clients, attemptMs, closing } = session
  const retries = retriesOf(session)
  for (;;) {
    if (closing.aborted) return E.left(closed(session))
    const lent = clients.lend()
    const attempt = (): Promise<A> => run(lent, attemptMs)
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
const OLDEST = { major: 23, minor: 10 }

const isTooOld = (version: string): boolean => {
  const [major = 0, minor = 0] = version.split('.').map(Number)
  // A build of its own has no number.
  if (!(major > 0)) return false
  return major < OLDEST.major || (major === OLDEST.major && minor < OLDEST.minor)
}

const askVersion = async (session: Session): Promise<E.Either<StoreError, void>> => {
  const told = await repeated(session, versionOf)
  if (E.isLeft(told)) {
    // Who may not ask may still read and write.
    const isDenied = told.left._tag === 'StoreRefused' && told.left.next === RIGHTS
    return isDenied ? E.right(undefined) : told
  }
  if (told.right.kind !== 'done') return E.right(undefined)
  const { value: version } = told.right
  if (version === null)
    return E.left(refusal(session, 'it does not say its version', OTHER_PRODUCT))
  return isTooOld(version)
    ? E.left(
        refusal(
          session,
          `it is version ${version}, and 23.10 is the oldest that can be used`,
          UPGRADE
        )
      )
    : E.right(undefined)
}

/** Asks the server once for its version; `Left` when it cannot be used or does not answer. */
export const admitted = (session: Session): Promise<E.Either<StoreError, void>> => {
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
