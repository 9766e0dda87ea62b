/**
 * Where a rollout file lies and what its name says.
 */
import type { StreamId } from '../../domain/ids.ts'

/** One rollout file. */
export interface Place {
  readonly streamId: StreamId
  /** The id in the file name's last place; the thread's own for its first file. */
  readonly segmentId: string
  readonly path: string
  readonly archived: boolean
  readonly compressed: boolean
}
