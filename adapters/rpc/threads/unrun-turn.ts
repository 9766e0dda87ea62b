/**
 * A turn that nothing here can run. Codex takes such a request and tells of a turn that failed, as it does when it cannot reach
 * its model; terminal interfaces end themselves when a request of theirs is refused. Nothing is written.
 */
import type { Call } from '../method.ts'
import type { Notice } from '../wire/message.ts'
import type { LiveThread } from './live.ts'
import { statusChanged, turnCompleted, turnFailed, turnStarted } from './notices.ts'
import { OPEN, seconds, toldTurn, turnError } from './told-turn.ts'

/** The turn, and what besides is told of it. */
export interface UnrunTurn {
  readonly turnId: string
  /** Id of the turn inside it that is told to begin: a reviewer's. */
  readonly innerTurnId?: string
  /** Why it fails, in one sentence. */
  readonly reason: string
  /** Told between its beginning and its failure. */
  readonly items?: ReadonlyArray<Notice>
  /** Told between its failure and its end. */
  readonly closing?: ReadonlyArray<Notice>
}

/** What is told of the turn after its request was answered. Another turn that runs in the thread keeps its state. */
export const unrunTurn = (
  { server: { live, profile } }: Call,
  thread: LiveThread,
  { turnId, innerTurnId = turnId, reason, items = [], closing = [] }: UnrunTurn
): ReadonlyArray<Notice> => {
  const { id } = thread
  const isQuiet = thread.turn === null && thread.writtenTurnId === null
  const failed = { type: 'systemError' } as const
  if (isQuiet) live.put({ ...thread, status: failed })
  const startedAt = seconds(Date.now())
  const error = turnError(profile, reason)
  const end = { status: 'failed', error, startedAt, completedAt: startedAt, durationMs: 0 } as const
  return [
    ...(isQuiet ? [statusChanged(id, { type: 'active', activeFlags: [] })] : []),
    turnStarted(id, toldTurn(profile, innerTurnId, { ...OPEN, startedAt }, turnId)),
    ...items,
    ...(isQuiet ? [statusChanged(id, failed)] : []),
    turnFailed(id, turnId, error),
    ...closing,
    turnCompleted(id, toldTurn(profile, turnId, end))
  ]
}
