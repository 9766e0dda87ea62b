/**
 * A row's bytes: CRC-32 of the JSON (4 bytes, big-endian), then the JSON in UTF-8. LMDB trusts the disk; this does not.
 */
import { crc32 } from 'node:zlib'
import { IndexDamage } from '../../replay/ports.ts'

const CHECKSUM_BYTES = 4

/** A value as stored bytes. */
export const encodeRow = (json: string): Buffer => {
  const row = Buffer.allocUnsafe(CHECKSUM_BYTES + Buffer.byteLength(json))
  row.write(json, CHECKSUM_BYTES, 'utf8')
  row.writeUInt32BE(crc32(row.subarray(CHECKSUM_BYTES)))
  return row
}

/**
 * The JSON text of stored bytes; throws `IndexDamage` when they are not whole. The driver lends a shared buffer whose
 * `length` alone tells where the row ends.
 */
export const rowJson = (row: Buffer): string => {
  const bytes = row.subarray(0, row.length)
  if (
    bytes.length < CHECKSUM_BYTES ||
    crc32(bytes.subarray(CHECKSUM_BYTES)) !== bytes.readUInt32BE()
  ) {
    throw new IndexDamage('an index row does not match its checksum')
  }
  return bytes.toString('utf8', CHECKSUM_BYTES)
}
