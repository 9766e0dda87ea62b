/**
 * How large calls are. The server counts all events of a call together; a call above its limit is refused whole.
 */
import type { ProposedEvent } from './stored.ts'

/**
 * Bytes of a call unless the server takes less: a little below the 1 MiB that servers take when nobody set another limit.
 */
export const CALL_BYTES_MAX = 1024 * 1024 - 16 * 1024

/** A line of this many bytes or more is not held in memory, nor read as JSON; as long as one may be in a file. */
export const STORED_LINE_BYTES_MAX = 256 * 1024 * 1024

const TYPE_UNIT_BYTES = 2

/** Bytes of an event as the server counts them: data, metadata, and its type in UTF-16. */
export const eventBytes = ({ type, data, metadata }: ProposedEvent): number =>
  data.length + metadata.length + TYPE_UNIT_BYTES * type.length
