/**
 * Items of rollouts from before the envelope: what was said stands in the response items alone.
 *
 * A user message begins a turn, unless Codex wrote it to describe the surroundings; the newest such text names the
 * directory. Everything is derived: no line says that a turn began or ended, or when.
 */
import { isContextualText, partsOf } from '../context/boundary.ts'
import { isJsonObject, textOrNull, type JsonObject } from '../../json.ts'
import { DEFAULT_PROFILE, type Profile } from '../../log/profile.ts'
import type { ThreadItemOf, UserContent } from '../../protocol.ts'

/** An item before it has an id. */
export type WithoutId<I> = I extends unknown ? Omit<I, 'id'> : never
/** An item that takes the next number. */
type BareItem = WithoutId<ThreadItemOf<'userMessage' | 'agentMessage' | 'reasoning'>>

/** Texts that only versions before the envelope put into a user message. */
const INSTRUCTIONS = /^\s*<user_instructions>[\s\S]*<\/user_instructions>\s*$/i
const CWD = /<cwd>([^<]{1,4096})<\/cwd>/

const textOf = (part: JsonObject): string | null => textOrNull(part['text'])

const isContextual = (part: JsonObject): boolean => {
  const text = textOf(part)
  return text !== null && (isContextualText(text, DEFAULT_PROFILE) || INSTRUCTIONS.test(text))
}

const contentOf = (part: JsonObject, profile: Profile): ReadonlyArray<UserContent> => {
  const text = textOf(part)
  if (text !== null) return [{ type: 'text', text, text_elements: [] }]
  const url = part['image_url']
  if (typeof url !== 'string') return []
  return [{ type: 'image', url, ...(profile.members142 ? { detail: null } : {}) }]
}

/** What a person said in a bare message; null for any other item. */
export const saidInBare = (
  item: JsonObject,
  profile: Profile = DEFAULT_PROFILE
): ReadonlyArray<UserContent> | null => {
  const parts = partsOf(item)
  if (item['role'] !== 'user' || parts.length === 0 || parts.some(isContextual)) return null
  return parts.flatMap((part) => contentOf(part, profile))
}

/** The directory that a bare message names; null when it names none. */
export const cwdInBare = (item: JsonObject): string | null => {
  if (item['role'] !== 'user') return null
  const texts = partsOf(item).filter(isContextual).map(textOf)
  for (const text of texts) {
    const cwd = CWD.exec(text ?? '')?.[1]?.trim()
    if (cwd !== undefined && cwd !== '') return cwd
  }
  return null
}

const texts = (parts: unknown): ReadonlyArray<string> =>
  (Array.isArray(parts) ? parts : [])
    .map((part: unknown) => (isJsonObject(part) ? textOf(part) : null))
    .filter((text): text is string => text !== null && text !== '')

const certainty = 'derived' as const

/** What a bare response item shows in its turn; null for one that shows nothing by itself. */
export const bareItem = (item: JsonObject, profile: Profile): BareItem | null => {
  const content = saidInBare(item, profile)
  if (content !== null) {
    const client = profile.members142 ? { clientId: null } : {}
    return { type: 'userMessage', ...client, content, certainty }
  }
  if (item['type'] === 'message' && item['role'] === 'assistant') {
    const text = texts(item['content']).join('')
    const newer = profile.members169 ? { moderation: null, delivery: null, questions: null } : {}
    const message = { phase: null, memoryCitation: null, certainty }
    return text === '' ? null : { type: 'agentMessage', ...newer, text, ...message }
  }
  if (item['type'] !== 'reasoning') return null
  const summary = texts(item['summary'])
  const thought = texts(item['content'])
  return summary.length + thought.length === 0
    ? null
    : { type: 'reasoning', summary, content: thought, certainty }
}
