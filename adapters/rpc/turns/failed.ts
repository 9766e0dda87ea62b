/**
 * A turn that no Codex could run, or that it did not live to finish, as clients are told of it. Such a request is never refused:
 * terminal interfaces end when it is.
 */
import { v4, v7 } from 'uuid'
import { isJsonObject, type Json } from '../../../domain/json.ts'
import { PROFILES, type ProfileName } from '../../../domain/log/profile.ts'
import {
  statusChanged,
  turnCompleted,
  turnFailed,
  turnStarted,
  wholeItem
} from '../threads/notices.ts'
import { UNENDED, seconds, shownTurn, turnError } from '../threads/turns.ts'
import type { Notice } from '../wire/message.ts'

/** Why a turn ended with its Codex. */
export const DIED = 'The Codex that ran this turn ended; send the message again to start another.'

/** Why a thread that was never written cannot go on. */
export const UNWRITTEN =
  'The Codex that began this thread ended before anything of it was written; begin another one with /new.'

/** Why the child cannot be given a turn: its reason, what became of the message, what to do. */
export const noCodex = (why: string, threadId: string): string =>
  `No Codex runs turns here: ${why}. Nothing was written; send the message again, or continue in Codex itself: codex resume ${threadId}`

/** Why a thread is not loaded that Codex would look for in another place. */
export const otherFile = (theirs: string, ours: string): string =>
  `Codex remembers another file for this thread, ${theirs} instead of ${ours}, as in a home that was copied or moved; no turn was given to it, and nothing was written. See: unroll doctor`

interface FailedTurn {
  /** The answer to the request. */
  readonly result: object
  readonly notices: ReadonlyArray<Notice>
}

const inputOf = (params: unknown): ReadonlyArray<Json> => {
  const input = isJsonObject(params) ? params['input'] : null
  return Array.isArray(input) ? (input as ReadonlyArray<Json>) : []
}

/** A request that begins a turn, as one that was taken and failed at once. A turn that runs meanwhile keeps the status of the thread. */
export const failedTurn = (
  profile: ProfileName,
  { method, params }: { readonly method: string; readonly params: unknown },
  threadId: string,
  why: string,
  isQuiet: boolean
): FailedTurn => {
  const turnId = v7()
  const { members142, members169 } = PROFILES[profile]
  const startedAt = seconds(Date.now())
  const error = turnError(profile, why)
  const end = { status: 'failed', error, startedAt, completedAt: startedAt, durationMs: 0 } as const
  const content = inputOf(params)
  const clientId = isJsonObject(params) ? (params['clientUserMessageId'] ?? null) : null
  const message = {
    type: 'userMessage',
    id: members169 ? v7() : v4(),
    ...(members142 ? { clientId } : {}),
    content
  }
  const begun = shownTurn(profile, turnId, { ...UNENDED, startedAt: null })
  const result =
    method === 'turn/start'
      ? { turn: begun }
      : method === 'review/start'
        ? { turn: begun, reviewThreadId: threadId }
        : {}
  return {
    result,
    notices: [
      ...(isQuiet ? [statusChanged(threadId, { type: 'active', activeFlags: [] })] : []),
      turnStarted(threadId, shownTurn(profile, turnId, { ...UNENDED, startedAt })),
      ...(method === 'turn/start' ? wholeItem(message, { threadId, turnId }, profile) : []),
      ...(isQuiet ? [statusChanged(threadId, { type: 'systemError' })] : []),
      turnFailed(threadId, turnId, error),
      turnCompleted(threadId, shownTurn(profile, turnId, end))
    ]
  }
}

/** The end of a turn whose Codex ended. */
export const diedTurn = (
  profile: ProfileName,
  threadId: string,
  turnId: string
): ReadonlyArray<Notice> => {
  const error = turnError(profile, DIED)
  const end = { ...UNENDED, status: 'failed', error, startedAt: null } as const
  return [
    turnFailed(threadId, turnId, error),
    statusChanged(threadId, { type: 'idle' }),
    turnCompleted(threadId, shownTurn(profile, turnId, end))
  ]
}
