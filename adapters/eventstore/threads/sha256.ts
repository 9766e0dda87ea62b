/**
 * SHA-256 of bytes, as the metadata of stored lines have it.
 */
import { createHash } from 'node:crypto'

/** In lower-case hexadecimal. */
export const sha256OfBytes = (bytes: Uint8Array): string =>
  createHash('sha256').update(bytes).digest('hex')
