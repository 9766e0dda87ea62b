/**
 * The piece of a text that shows a match, as Codex cuts it.
 *
 * Source: answers of 0.142.5 and 0.169.0: up to 49 characters before the match and 96 behind it, `... ` and ` ...` where
 * the text goes on.
 */
import type { TextRange } from './folded.ts'
import { trimmedEnd, trimmedStart } from '../../white-space.ts'

/** A piece of text, and where the match is in it. */
export interface Snippet {
  readonly snippet: string
  readonly range: TextRange
}

const BEFORE_CHARACTERS = 49
const BEHIND_CHARACTERS = 96

const isPair = (text: string, at: number): boolean => (text.codePointAt(at) ?? 0) > 0xffff

const stepBack = (text: string, from: number): number => {
  let at = from
  for (let i = 0; i < BEFORE_CHARACTERS && at > 0; i++) at -= at > 1 && isPair(text, at - 2) ? 2 : 1
  return at
}

const stepOn = (text: string, from: number): number => {
  let at = from
  for (let i = 0; i < BEHIND_CHARACTERS && at < text.length; i++) at += isPair(text, at) ? 2 : 1
  return at
}

/** Cuts a snippet out of a text with single spaces; `trims` the ends where it was cut, as `thread/search` does. */
export const snippetOf = (text: string, match: TextRange, trims: boolean): Snippet => {
  const from = stepBack(text, match.start)
  const until = stepOn(text, match.end)
  const lead = from > 0 ? '... ' : ''
  const before = text.slice(from, match.start)
  const cut = trims ? trimmedStart(before) : before
  const behind = text.slice(match.end, until)
  const rest = trims ? trimmedEnd(behind) : behind
  const start = lead.length + cut.length
  const hit = text.slice(match.start, match.end)
  return {
    snippet: `${lead}${cut}${hit}${rest}${until < text.length ? ' ...' : ''}`,
    range: { start, end: start + hit.length }
  }
}
