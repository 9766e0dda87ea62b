/**
 * Bounded answers: rows are taken while they fit, measured as what is larger, their JSON or their Markdown.
 */

export interface Room {
  /** Characters that are left. */
  left: number
}

/** What the frame of an answer takes: the notice, names, numbers, how to go on. */
const FRAME = 600

export const roomOf = (maxChars: number): Room => ({ left: Math.max(400, maxChars - FRAME) })

/** Takes room for a row; false, and nothing is taken, where it does not fit. */
export const fits = (room: Room, row: unknown, markdown: string): boolean => {
  const size = Math.max(JSON.stringify(row).length, markdown.length) + 2
  if (size > room.left) return false
  room.left -= size
  return true
}

/** The rows that fit, from the first on; `left` counts the others. */
export const filled = <A>(
  rows: ReadonlyArray<A>,
  maxChars: number,
  markdown: (row: A) => string
): { readonly rows: ReadonlyArray<A>; readonly left: number } => {
  const room = roomOf(maxChars)
  let count = 0
  for (const row of rows) {
    if (!fits(room, row, markdown(row))) break
    count += 1
  }
  return { rows: rows.slice(0, count), left: rows.length - count }
}

/** Every text in a value, keys as well, through a function. */
export const mapped = (value: unknown, through: (text: string) => string): unknown => {
  if (typeof value === 'string') return through(value)
  if (Array.isArray(value)) return value.map((one) => mapped(one, through))
  if (typeof value !== 'object' || value === null) return value
  return Object.fromEntries(
    Object.entries(value).map(([key, one]) => [through(key), mapped(one, through)])
  )
}
