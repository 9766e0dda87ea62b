/**
 * A writer for engines that make no segments.
 */
import type { SegmentWriter } from '../../replay/ports.ts'

const unused = (): never => {
  throw new Error('this engine makes no segments')
}

/** Nobody holds a thread, and nothing is made. */
export const NO_WRITER: SegmentWriter = {
  newId: unused,
  nowMs: unused,
  pathOf: unused,
  isHeld: () => false,
  hasDatabase: () => false,
  create: unused
}
