/**
 * Ids of events: UUIDs of version 5, so that whoever writes the same event to the same place gives it the same id. The
 * server then takes the second write for a repetition of the first.
 */
import { sha1Hex } from '../../../domain/digest.ts'

/** Namespace of all ids, 756e726f-6c6c-2d73-746f-72652d696473, as the text that its bytes are. */
const NAMESPACE = 'unroll-store-ids'
/** First digit behind the third hyphen, by what it was: two of its bits tell the variant. */
const VARIANT: Readonly<Record<string, string>> = Object.fromEntries(
  [...'0123456789abcdef'].map((digit, value) => [digit, '89ab'[value % 4] as string])
)

/** SHA-1 of the UTF-8 bytes of a text, in lower-case hexadecimal. */
export type Sha1OfText = (text: string) => string

/** The id of whatever the parts name together. */
export const eventId = (
  parts: ReadonlyArray<string | number>,
  sha1: Sha1OfText = sha1Hex
): string => {
  const hex = sha1(NAMESPACE + parts.join('\n'))
  const variant = VARIANT[hex[16] as string] as string
  const [first, second, third] = [hex.slice(0, 8), hex.slice(8, 12), hex.slice(13, 16)]
  return `${first}-${second}-5${third}-${variant}${hex.slice(17, 20)}-${hex.slice(20, 32)}`
}
