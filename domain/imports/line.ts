/**
 * A line of a session, read as strictly as Codex reads it.
 */
import type { Json } from '../json.ts'
import { parsedJson } from '../json.ts'
import { exactValue, inOrder } from '../log/exact-json.ts'
import { PROFILES, type ProfileName } from '../log/profile.ts'
import { isBlank } from '../white-space.ts'
import type { SessionLine, SessionSource } from './source.ts'

/** What a line says; null for one that is no JSON or says nothing. */
export const readLine = (
  text: string,
  source: Pick<SessionSource, 'parse'>,
  era: ProfileName
): SessionLine | null => {
  if (isBlank(text)) return null
  const ordered = inOrder(text)
  const value = parsedJson(ordered)
  if (value === undefined) return null
  const exact = exactValue(ordered, value, PROFILES[era].numbers, true)
  return exact === undefined ? null : source.parse(exact as Json, era)
}
