/**
 * How often something is tried: what may succeed later is repeated, with growing pauses, until a deadline over all
 * attempts. A repeated append has the ids and the expected revision of the first one, so the server takes it for what it is.
 */
import * as E from 'fp-ts/lib/Either.js'
import type { StoreError } from '../../../domain/errors.ts'
import { classify, type Verdict } from './classify.ts'
import type { Client } from './client.ts'
import { backoffMs, ENDED, LATE, pause, within } from './pace.ts'
import { closed, lateReason, refusal, unavailable, type Session } from './session.ts'

/** The attempts at one thing. */
export interface Tries {
  /** Waits before the next attempt; the answer is why there is none. */
  readonly again: (reason: string) => Promise<StoreError | null>
  /** Something came: attempts and time are counted from here. */
  readonly progressed: () => void
}

/** After so long somebody is told that nobody answers. */
const SILENCE_MS = 2000

/** Begins to count. `isPatient` says that there is no deadline; `signal` ends a pause, and that is no failure. */
export const triesOf = (
  session: Session,
  signal: AbortSignal = session.closing,
  isPatient: () => boolean = () => false
): Tries => {
  const { pace, deadlineMs } = session
  let startMs = pace.nowMs()
  let attempt = 0
  let isTold = false
  return {
    again: async (reason) => {
      if (session.closing.aborted) return closed(session)
      const waitMs = backoffMs(attempt++, pace.random)
      const isOver = pace.nowMs() - startMs + waitMs >= deadlineMs
      if (isOver && !isPatient()) return unavailable(session, reason)
      if (!isTold && pace.nowMs() - startMs + waitMs >= SILENCE_MS) {
        isTold = true
        session.onSilence(unavailable(session, reason))
      }
      await pause(pace, waitMs, signal)
      return session.closing.aborted ? closed(session) : null
    },
    progressed: () => {
      startMs = pace.nowMs()
      attempt = 0
      isTold = false
    }
  }
}

interface Done<A> {
  readonly kind: 'done'
  readonly value: A
}

/** What a call came to that is not repeated. */
export type Called<A> = Done<A> | Exclude<Verdict, { readonly kind: 'again' | 'refused' }>

type Run<A> = (client: Client, deadlineMs: number) => Promise<A>

const tried = async <A>(session: Session, run: Run<A>): Promise<Done<A> | Verdict> => {
  const { clients, pace, attemptMs, closing } = session
  const client = clients.current()
  try {
    const value = await within(pace, run(client, attemptMs), attemptMs, closing)
    if (value === ENDED) return { kind: 'again', reason: 'the connection was closed' }
    if (value !== LATE) return { kind: 'done', value }
  } catch (cause) {
    const verdict = classify(cause)
    if (verdict.kind !== 'again' || verdict.isMute === undefined) return verdict
  }
  clients.leave(client)
  return { kind: 'again', reason: lateReason(session) }
}

/** Makes a call until there is an answer, at most until the deadline. */
export const call = async <A>(
  session: Session,
  run: Run<A>
): Promise<E.Either<StoreError, Called<A>>> => {
  const tries = triesOf(session)
  for (;;) {
    if (session.closing.aborted) return E.left(closed(session))
    const came = await tried(session, run)
    if (came.kind === 'refused') return E.left(refusal(session, came.reason, came.next))
    if (came.kind !== 'again') return E.right(came)
    const error = await tries.again(came.reason)
    if (error !== null) return E.left(error)
  }
}
