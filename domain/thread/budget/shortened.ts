/**
 * Texts whose end a reader left out because the line was too long to be held whole.
 *
 * Such a text ends with a mark that says how many bytes are missing: a number between two halves of a surrogate pair. No
 * text of a shortened line holds such halves otherwise, because the reader cuts texts before the first escape that could make one.
 */
import { isJsonObject } from '../../json.ts'
import { textBytes } from './json-size.ts'

const HALF = '\udfff'
const MARK = /\udfff(\d+)\udfff/u

/** The mark as it stands in JSON text, for so many bytes that were left out. */
export const shortenedMark = (bytes: number): string => `\\udfff${bytes}\\udfff`

/** A value without marks, and how many bytes of JSON are missing in it. */
interface Unmarked<A> {
  readonly value: A
  readonly missingBytes: number
}

const unmarkText = (text: string): Unmarked<string> => {
  const mark = text.includes(HALF) ? MARK.exec(text) : null
  if (mark === null) return { value: text, missingBytes: 0 }
  // What was put behind the mark belongs behind the missing part.
  const rest = unmarkText(text.slice(mark.index + mark[0].length))
  const missingBytes = Number(mark[1]) + textBytes(rest.value) - 2 + rest.missingBytes
  return { value: text.slice(0, mark.index), missingBytes }
}

/** Takes the marks out of every text of a value; the same value where there are none. */
export const unmarked = <A>(value: A): Unmarked<A> => {
  if (typeof value === 'string') return unmarkText(value) as unknown as Unmarked<A>
  let missingBytes = 0
  const take = (one: unknown): unknown => {
    const taken = unmarked(one)
    missingBytes += taken.missingBytes
    return taken.value
  }
  if (Array.isArray(value)) {
    const taken = value.map(take)
    return missingBytes === 0 ? { value, missingBytes } : { value: taken as A, missingBytes }
  }
  if (!isJsonObject(value)) return { value, missingBytes: 0 }
  const taken = Object.fromEntries(Object.entries(value).map(([key, one]) => [key, take(one)]))
  return missingBytes === 0 ? { value, missingBytes } : { value: taken as A, missingBytes }
}
