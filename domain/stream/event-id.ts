/**
 * Ids of events: UUIDs of version 5, so that whoever writes the same event to the same place gives it the same id. The
 * server then takes the second write for a repetition of the first.
 */
import { sha1Bytes } from '../digest.ts'

/** Namespace of all ids: 6f6e7fbe-9c5b-4f0a-8f57-0d3b1c6a2e41. */
const NAMESPACE = Uint8Array.of(
  ...[0x6f, 0x6e, 0x7f, 0xbe, 0x9c, 0x5b, 0x4f, 0x0a],
  ...[0x8f, 0x57, 0x0d, 0x3b, 0x1c, 0x6a, 0x2e, 0x41]
)

const ENCODER = new TextEncoder()
const HEX = Array.from({ length: 256 }, (_, byte) => byte.toString(16).padStart(2, '0'))

/** The id of whatever the parts name together. */
export const eventId = (parts: ReadonlyArray<string | number>): string => {
  const name = ENCODER.encode(parts.join('\n'))
  const bytes = new Uint8Array(NAMESPACE.length + name.length)
  bytes.set(NAMESPACE)
  bytes.set(name, NAMESPACE.length)
  const hash = sha1Bytes(bytes)
  hash[6] = ((hash[6] as number) & 0x0f) | 0x50
  hash[8] = ((hash[8] as number) & 0x3f) | 0x80
  const hex = (from: number, until: number): string => {
    let text = ''
    for (let i = from; i < until; i++) text += HEX[hash[i] as number]
    return text
  }
  return `${hex(0, 4)}-${hex(4, 6)}-${hex(6, 8)}-${hex(8, 10)}-${hex(10, 16)}`
}
