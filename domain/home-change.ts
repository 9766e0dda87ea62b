/**
 * What can happen to the files of a home that no line of a rollout tells.
 */

/** Why a thread's files changed. */
export const CHANGE_REASONS = [
  /** The same file name in another folder, or another name for the same thread. */
  'moved',
  'archived',
  'unarchived',
  'compressed',
  'expanded',
  /** Another file stands under the name. */
  'replaced',
  /** The same file, but what was read of it is not what stands there now. */
  'rewritten',
  /** It ends before the place up to which it was read. */
  'shrank',
  /** The thread's newest file is another one: it was reverted, or the file of a revert is gone. */
  'other_segment',
  'vanished',
  /** A second file with the same id came; one of the two is read. */
  'duplicated',
  /** Such a file is gone, or is the one that is read now. */
  'duplicate_gone'
] as const
export type ChangeReason = (typeof CHANGE_REASONS)[number]

/** A change of a home, as it was noticed. */
export interface HomeChange {
  /** When it was noticed; when it happened is not known. */
  readonly noticedAtMs: number
  readonly threadId: string
  readonly reason: ChangeReason
  /** Relative to the home; null when there was no file before. */
  readonly from: string | null
  /** Null when there is none any more. */
  readonly to: string | null
  /** Bytes on disk at the last look; null when they were not looked at. */
  readonly bytesBefore: number | null
  readonly bytes: number | null
}
