/**
 * A row's bytes: CRC-32 of key and JSON (4 bytes, big-endian), then the JSON in UTF-8. LMDB trusts the disk; this does
 * not. The key is in the sum so that a row that turns up under another key is noticed too.
 */
import { crc32 } from 'node:zlib'
import type { RowKey } from '../../../projections/projection.ts'
import { IndexDamage } from '../../../replay/ports.ts'

const CHECKSUM_BYTES = 4

const checksum = (key: RowKey, json: Buffer): number => crc32(json, crc32(key.join('\n')))

/** A value as the bytes stored under its key. */
export const encodeRow = (key: RowKey, json: string): Buffer => {
  const row = Buffer.allocUnsafe(CHECKSUM_BYTES + Buffer.byteLength(json))
  row.write(json, CHECKSUM_BYTES, 'utf8')
  row.writeUInt32BE(checksum(key, row.subarray(CHECKSUM_BYTES)))
  return row
}

/**
 * The JSON text of stored bytes; throws `IndexDamage` when they are not whole. The driver lends a shared buffer whose
 * `length` alone tells where the row ends, or for a row of 16 MiB and more a plain array of bytes.
 */
export const rowJson = (key: RowKey, row: Uint8Array): string => {
  const buffer = Buffer.isBuffer(row)
    ? row
    : Buffer.from(row.buffer, row.byteOffset, row.byteLength)
  const bytes = buffer.length === buffer.byteLength ? buffer : buffer.subarray(0, buffer.length)
  if (
    bytes.length < CHECKSUM_BYTES ||
    checksum(key, bytes.subarray(CHECKSUM_BYTES)) !== bytes.readUInt32BE()
  ) {
    throw new IndexDamage('an index row does not match its checksum')
  }
  return bytes.toString('utf8', CHECKSUM_BYTES)
}
