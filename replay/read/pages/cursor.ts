/**
 * Cursors: opaque text to a client, a place in an order to us.
 *
 * Turn cursors are Codex's: `{"turnId":"…","includeAnchor":false}`. Turn ids may repeat (forks of forks, damaged
 * files); a cursor to such a turn also says which one (`index`), so that a walk always moves on.
 *
 * Threads whose lines are numbered have cursors by number, as Codex 0.169 prints them:
 * `{"requestedThreadId":"…","rolloutOrdinal":14,"includeAnchor":false,"scope":{"kind":"turns"}}`. The number is a
 * place in an order; no line of that number need exist.
 */
import { isJsonObject, parsedObject } from '../../../domain/json.ts'

export interface TurnCursor {
  readonly turnId: string
  readonly includeAnchor: boolean
  /** Place among the live turns; only when the id is not unique. */
  readonly index?: number
}

/** Prints a turn cursor with the members in Codex's order. */
export const printTurnCursor = ({ turnId, includeAnchor, index }: TurnCursor): string =>
  JSON.stringify(index === undefined ? { turnId, includeAnchor } : { turnId, includeAnchor, index })

interface OrdinalCursor {
  readonly threadId: string
  readonly ordinal: number
  readonly includeAnchor: boolean
}

/** What cursors by number run over: `turns`, or items in the order they were made. */
type OrdinalScope = 'turns' | 'itemsByCreatedAtOrdinal'

/** Prints a cursor by number with the members in Codex's order. */
export const printOrdinalCursor = (
  { threadId, ordinal, includeAnchor }: OrdinalCursor,
  kind: OrdinalScope
): string =>
  JSON.stringify({
    requestedThreadId: threadId,
    rolloutOrdinal: ordinal,
    includeAnchor,
    scope: { kind }
  })

/** Reads a cursor by number over a scope and a thread; null when the text is not one. */
export const parseOrdinalCursor = (
  text: string,
  kind: OrdinalScope,
  streamId: string
): OrdinalCursor | null => {
  const { requestedThreadId, rolloutOrdinal, includeAnchor, scope } = parsedObject(text) ?? {}
  if (requestedThreadId !== streamId || !isJsonObject(scope)) return null
  if (scope['kind'] !== kind || typeof includeAnchor !== 'boolean') return null
  return Number.isSafeInteger(rolloutOrdinal) && (rolloutOrdinal as number) >= 0
    ? { threadId: streamId, ordinal: rolloutOrdinal as number, includeAnchor }
    : null
}

export const parseTurnCursor = (text: string): TurnCursor | null => {
  const { turnId, includeAnchor, index } = parsedObject(text) ?? {}
  if (typeof turnId !== 'string' || typeof includeAnchor !== 'boolean') return null
  return Number.isSafeInteger(index)
    ? { turnId, includeAnchor, index: index as number }
    : { turnId, includeAnchor }
}

/** The item a page of items starts from: a place in a turn, and whether that item comes again. */
interface ItemCursor extends TurnCursor {
  readonly item: number
}

export const printItemCursor = (cursor: ItemCursor): string => JSON.stringify(cursor)

export const parseItemCursor = (text: string): ItemCursor | null => {
  const turn = parseTurnCursor(text)
  const item = parsedObject(text)?.['item']
  return turn === null || !Number.isSafeInteger(item) ? null : { ...turn, item: item as number }
}

/** A place in a list of threads: milliseconds, and the thread when the time alone would be ambiguous. */
interface ListCursor {
  readonly ms: number
  readonly streamId: string | null
  readonly inclusive: boolean
}

const CODEX_FILE_TIME = /^(\d{4}-\d{2}-\d{2})T(\d{2})-(\d{2})-(\d{2})$/
const RFC_3339 = /^\d{4}-\d{2}-\d{2}[Tt ]\d{2}:\d{2}:\d{2}(?:\.\d+)?(?:[Zz]|[+-]\d{2}:\d{2})$/

/**
 * Reads a list cursor: an RFC 3339 time or the time of a file name, as Codex prints them, optionally followed by
 * `|thread id` and, when that thread itself comes again, `|=`. Null when the text is none of these.
 */
export const parseListCursor = (text: string): ListCursor | null => {
  const [time = '', streamId = null, again = null] = text.split('|')
  const iso = time.replace(CODEX_FILE_TIME, '$1T$2:$3:$4Z')
  const ms = RFC_3339.test(iso) ? Date.parse(iso) : NaN
  if (Number.isNaN(ms) || (again !== null && again !== '=')) return null
  return { ms, streamId, inclusive: again === '=' }
}

/** A time as Codex prints it after a file scan: without zeros at the end of the fraction. */
export const printTrimmed = (ms: number): string =>
  new Date(ms).toISOString().replace(/\.?0+Z$/, 'Z')

/** Prints a list cursor that names its thread, so that threads of the same instant are neither lost nor repeated. */
export const printListCursor = (ms: number, streamId: string, inclusive: boolean): string =>
  `${new Date(ms).toISOString()}|${streamId}${inclusive ? '|=' : ''}`
