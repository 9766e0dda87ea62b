/**
 * Turns of this server as clients are told of them: without items, which have notifications of their own.
 */
import type { Json } from '../../../domain/json.ts'
import { PROFILES, type ProfileName } from '../../../domain/profile.ts'
import type { Turn, TurnError } from '../../../domain/protocol.ts'

/** What of a turn changes as it goes on. */
type Progress = Pick<Turn, 'status' | 'error' | 'startedAt' | 'completedAt' | 'durationMs'>

/** A turn that has no end yet. */
export const OPEN = {
  status: 'inProgress',
  error: null,
  completedAt: null,
  durationMs: null
} as const

/** A turn; a reviewer's has the review as its root. */
export const toldTurn = (
  profile: ProfileName,
  id: string,
  progress: Progress,
  rootTurnId: string | null = id
): Turn => ({
  id,
  ...(PROFILES[profile].members169 ? { rootTurnId } : {}),
  items: [],
  itemsView: 'notLoaded',
  ...progress
})

/** Why a turn failed. */
export const turnError = (
  profile: ProfileName,
  message: string,
  codexErrorInfo: Json = 'other'
): TurnError => ({
  message,
  codexErrorInfo,
  additionalDetails: null,
  ...(PROFILES[profile].members169 ? { misalignment: null } : {})
})

/** Times of turns are told in seconds. */
export const seconds = (ms: number): number => Math.floor(ms / 1000)
