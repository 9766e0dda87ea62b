/**
 * A line of a session, read as strictly as Codex reads it.
 */
import type { Json } from '../json.ts'
import { parsedJson } from '../json.ts'
import { exactValue, inOrder } from '../log/exact-json.ts'
import { PROFILES, type ProfileName } from '../log/profile.ts'
import { isBlank } from '../white-space.ts'
import type { SessionLine, SessionSource } from './source.ts'

/** What makes a line one that a strict reader may refuse: half of a surrogate pair, or in 0.130 a number that is too large. */
const mayBeRefused = (text: string, era: ProfileName): boolean =>
  text.includes('\\ud') ||
  text.includes('\\uD') ||
  (era === '0.130' && /\d[eE]\+?\d{3}|\d{300}/.test(text))

/**
 * What a line says; null for one that is no JSON or says nothing. A glance is enough for everything but the text of tool calls, in
 * which numbers and the order of members show.
 */
export const readLine = (
  text: string,
  source: Pick<SessionSource, 'parse'>,
  era: ProfileName,
  isGlance = false
): SessionLine | null => {
  if (isBlank(text)) return null
  const isRough = isGlance && !mayBeRefused(text, era)
  const ordered = isRough ? text : inOrder(text)
  const value = parsedJson(ordered)
  if (value === undefined) return null
  const exact = isRough ? value : exactValue(ordered, value, PROFILES[era].numbers, true)
  return exact === undefined ? null : source.parse(exact as Json, era)
}
