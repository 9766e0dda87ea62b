/**
 * How large Codex believes a context to be: the number it writes when a rollback has changed it.
 *
 * Every item counts by the bytes of its JSON, four to a token and each item rounded up. Where bytes would mislead they are
 * replaced: encrypted text by the length it may have decoded, an image in the item by a fixed size.
 */
import { jsonBytes } from '../budget/json-size.ts'
import { isJsonObject, textIn, type JsonObject } from '../../json.ts'
import type { Profile } from '../../log/profile.ts'
import { isBoundary } from './boundary.ts'
import { writtenItem } from './item.ts'
import { tokensOfBytes, tokensOfText } from './text.ts'

/** What an encrypted text is wrapped in, in bytes. */
const ENVELOPE_BYTES = 650
/** What an image counts for, in bytes, whatever its size. */
const IMAGE_BYTES = 7373
const PATCH_PIXELS = 32
const PATCHES_MAX = 10_000
const BYTES_PER_PATCH = 4

const encryptedBytes = (length: number): number =>
  Math.max(0, Math.floor((length * 3) / 4) - ENVELOPE_BYTES)

const ENCRYPTED_KINDS: ReadonlySet<unknown> = new Set([
  'reasoning',
  'compaction',
  'context_compaction'
])

const DATA_URL = /^data:image\/[^;,]*(?:;[^;,]*)*,/i
const BASE64 = /;base64[;,]/i

/** The base64 text of an image that stands in the item itself. */
const payloadOf = (url: unknown): string | null => {
  const head = typeof url === 'string' ? DATA_URL.exec(url)?.[0] : undefined
  return head === undefined || !BASE64.test(head) ? null : (url as string).slice(head.length)
}

const PNG_HEAD_CHARACTERS = 32
const PNG_SIGNATURE = '\u0089PNG'

const numberAt = (bytes: string, at: number): number =>
  [0, 1, 2, 3].reduce((sum, i) => sum * 256 + bytes.charCodeAt(at + i), 0)

/** Bytes an image in original detail counts for: its patches. Only PNG tells its size here. */
const originalBytes = (payload: string): number => {
  const head = payload.slice(0, PNG_HEAD_CHARACTERS)
  if (head.length < PNG_HEAD_CHARACTERS || !/^[A-Za-z0-9+/]+$/.test(head)) return IMAGE_BYTES
  const bytes = atob(head)
  if (!bytes.startsWith(PNG_SIGNATURE)) return IMAGE_BYTES
  const patches = [16, 20].map((at) => Math.ceil(numberAt(bytes, at) / PATCH_PIXELS))
  return Math.min(PATCHES_MAX, (patches[0] ?? 0) * (patches[1] ?? 0)) * BYTES_PER_PATCH
}

/** By how many bytes a part of a message or an output counts for more, or less, than it has. */
const correction = (part: JsonObject, isFunctionOutput: boolean, profile: Profile): number => {
  const { type, image_url, detail, encrypted_content } = part
  if (type === 'input_image') {
    const payload = payloadOf(image_url)
    if (payload === null) return 0
    return (detail === 'original' ? originalBytes(payload) : IMAGE_BYTES) - payload.length
  }
  if (type === 'encrypted_content' && isFunctionOutput && profile.members142) {
    const { length } = textIn(encrypted_content)
    return Math.ceil((length * 9) / 16) - length
  }
  return 0
}

const CORRECTED_KINDS: ReadonlySet<unknown> = new Set([
  'message',
  'function_call_output',
  'custom_tool_call_output'
])

/** Estimated tokens of one item of the context, as Codex of an era counts it. */
export const itemTokens = (item: JsonObject, profile: Profile): number => {
  const written = writtenItem(item, profile)
  const { type, encrypted_content: encrypted, content, output } = written
  if (ENCRYPTED_KINDS.has(type) && typeof encrypted === 'string')
    return tokensOfBytes(encryptedBytes(encrypted.length))
  let bytes = jsonBytes(written)
  const parts = CORRECTED_KINDS.has(type) ? (content ?? output) : null
  if (Array.isArray(parts))
    for (const part of parts.filter(isJsonObject))
      bytes += correction(part, type === 'function_call_output', profile)
  return tokensOfBytes(bytes)
}

/** The type of an item of which only the count is kept. */
const COUNTED = 'unroll:counted'

/**
 * An item that holds only its count, for sums over threads too large to hold; messages by people and by
 * Codex, which decide where a rollback cuts, stay as they are.
 */
export const countedItem = (item: JsonObject, profile: Profile): JsonObject =>
  isBoundary(item, profile) || item['role'] === 'user' || item['role'] === 'developer'
    ? item
    : { type: COUNTED, tokens: itemTokens(item, profile) }

const tokensOfItem = (item: JsonObject, profile: Profile): number =>
  item['type'] === COUNTED ? Number(item['tokens']) : itemTokens(item, profile)

/** Estimated tokens of a whole context: its items and the instructions before them. */
export const contextTokens = (
  items: ReadonlyArray<JsonObject>,
  instructions: string,
  profile: Profile
): number =>
  items.reduce((sum, item) => sum + tokensOfItem(item, profile), tokensOfText(instructions))
