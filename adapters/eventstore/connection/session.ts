/** One connection to a store: what every call on it needs, and how its failures are told. */
import type { StoreError } from '../../../domain/errors.ts'
import { REPORT, type Verdict } from './classify.ts'
import type { Clients } from './client.ts'
import type { Pace } from './pace.ts'

/** How things stand with a stream of answers when nothing is there to take. */
export type State =
  | { readonly kind: 'more' }
  /** Nothing more comes. */
  | { readonly kind: 'end' }
  /** The signal ended, or the connection was closed. */
  | { readonly kind: 'ended' }
  | Verdict

/** What every call on a store needs. */
export interface Session {
  readonly name: string
  readonly clients: Clients
  readonly pace: Pace
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
  /** Told once in each silence of a store that lasts longer than others, why; it is tried again. */
  readonly onSilence: (why: StoreError) => void
}

/** Nobody answered, or not in time. */
export const unavailable = ({ name, redact }: Session, reason: string): StoreError => ({
  _tag: 'StoreUnavailable',
  where: name,
  reason: redact(reason)
})

/** This side closed the connection. */
export const closed = (session: Session): StoreError =>
  unavailable(session, 'the connection was closed')

/** The server will not. */
export const refusal = (session: Session, reason: string, next: string): StoreError => ({
  _tag: 'StoreRefused',
  where: session.name,
  reason: session.redact(reason),
  next
})

/** Why a stream of answers ended before its time. */
export const failureOf = (session: Session, state: State): StoreError => {
  if (state.kind === 'refused') return refusal(session, state.reason, state.next)
  if (state.kind === 'ended') return closed(session)
  return refusal(session, `it gave an answer that was not asked for: ${state.kind}`, REPORT)
}

/** What is said when an attempt had no answer. */
export const lateReason = ({ attemptMs }: Session): string => `no answer within ${attemptMs} ms`
