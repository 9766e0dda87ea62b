/**
 * Points in the past as a person types them: a revision, a time, or a turn.
 *
 * Units:  `timeMs` milliseconds since 1970; a time includes everything that was written in that millisecond.
 * Shape:  what is neither a number nor a time is taken for a turn. The beginning of a turn's id that is all digits is a revision.
 */
import { endTyped, type TypedHere } from '../../time/typed-time.ts'

/** A point in the past. A revision: before the event with that number. A turn: behind its last line. */
export type Point =
  | { readonly timeMs: number }
  | { readonly revision: number }
  /** An id, or the beginning of one. */
  | { readonly turn: string }

const LIKE_TIME = /^\d{4}-\d{2}-\d{2}($|[Tt ])/

/** Reads a point, of a day its end; null for one that cannot be read. */
export const pointOf = (text: string, here: TypedHere): Point | null => {
  if (/^\d+$/.test(text)) {
    const revision = Number(text)
    return Number.isSafeInteger(revision) ? { revision } : null
  }
  const timeMs = endTyped(text, here)
  if (timeMs !== null) return { timeMs }
  return text === '' || LIKE_TIME.test(text) ? null : { turn: text }
}
