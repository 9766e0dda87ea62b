/** One connection to a store: what every call on it needs, and how its failures are told. */
import type { StoreError } from '../../domain/errors.ts'
import type { Clients } from './client.ts'
import type { Pace } from './pace.ts'

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

/** What is said when an attempt had no answer. */
export const lateReason = ({ attemptMs }: Session): string => `no answer within ${attemptMs} ms`
