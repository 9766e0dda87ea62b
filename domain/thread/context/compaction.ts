/**
 * What a compaction leaves when its line does not hold the new context itself, as old ones do not: what people said,
 * and the summary.
 */
import { isJsonObject, type JsonObject } from '../../json.ts'
import type { Profile } from '../../log/profile.ts'
import { inputText, isContextualUser, partsOf } from './boundary.ts'
import { cutToTokens, tokensOfText } from './text.ts'

/** Tokens of user messages that are kept; the newest win. */
const KEPT_TOKENS = 20_000

const NO_SUMMARY = '(no summary available)'

/** The sentence Codex puts before every summary, recognised by length and checksum: its words are not ours to ship. */
const PREFIX_LENGTH = 399
const PREFIX_CHECKSUM = 527131960

const checksum = (text: string): number => {
  let hash = 2166136261
  for (let i = 0; i < text.length; i++) hash = Math.imul(hash ^ text.charCodeAt(i), 16777619) >>> 0
  return hash
}

const isSummary = (text: string): boolean =>
  text.charAt(PREFIX_LENGTH) === '\n' && checksum(text.slice(0, PREFIX_LENGTH)) === PREFIX_CHECKSUM

const IMAGE_OPENING = /^<image(?: name=[^>]*)?>$/
const IMAGE_CLOSING = '</image>'

const isImage = (part: JsonObject | undefined): boolean => part?.['type'] === 'input_image'

/** What a person wrote in a message: its texts joined, without the tags around images. */
const textOf = (item: JsonObject): string => {
  const parts = partsOf(item)
  return parts
    .map((part, i) => {
      const text = inputText(part) ?? ''
      const opens = IMAGE_OPENING.test(text) && isImage(parts[i + 1])
      const closes = text === IMAGE_CLOSING && isImage(parts[i - 1])
      return opens || closes ? '' : text
    })
    .join('')
}

const PASSTHROUGH = 'internal_chat_message_metadata_passthrough'

const userMessage = (text: string, source: JsonObject | null, profile: Profile): JsonObject => {
  const passthrough = profile.members142 ? source?.[PASSTHROUGH] : undefined
  const message = { type: 'message', role: 'user', content: [{ type: 'input_text', text }] }
  return isJsonObject(passthrough) ? { ...message, [PASSTHROUGH]: passthrough } : message
}

/** The newest messages that fit, oldest first; the first that does not fit is cut, and what is older is dropped. */
const newestThatFit = (
  said: ReadonlyArray<readonly [text: string, item: JsonObject]>,
  profile: Profile
): ReadonlyArray<JsonObject> => {
  const kept: Array<JsonObject> = []
  let left = KEPT_TOKENS
  for (let i = said.length - 1; i >= 0 && left > 0; i--) {
    const [text, item] = said[i] ?? ['', {}]
    const tokens = tokensOfText(text)
    kept.push(userMessage(cutToTokens(text, left), item, profile))
    left -= tokens
  }
  return kept.reverse()
}

/** The context after a compaction that holds only its summary. */
export const compactedItems = (
  items: ReadonlyArray<JsonObject>,
  summary: string,
  profile: Profile
): ReadonlyArray<JsonObject> => {
  const said = items
    .filter(({ type, role }) => type === 'message' && role === 'user')
    .filter((item) => !isContextualUser(item, profile))
    .map((item) => [textOf(item), item] as const)
    .filter(([text]) => !isSummary(text))
  return [
    ...newestThatFit(said, profile),
    userMessage(summary === '' ? NO_SUMMARY : summary, null, profile)
  ]
}
