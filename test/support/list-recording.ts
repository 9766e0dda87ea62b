/**
 * Recorded answers about made homes: every thread that was shown is kept once, however many answers show it.
 */
import type { Question } from './search-home.ts'

/** A question and what Codex answered. */
export interface Asked extends Question {
  readonly response: unknown
}

/** Answers whose rows are places in a table. */
export interface Packed {
  readonly rows: ReadonlyArray<unknown>
  readonly asked: ReadonlyArray<Asked>
}

interface WithRows {
  readonly result?: { readonly data?: ReadonlyArray<unknown> }
}

const withRows = (response: unknown, change: (row: unknown) => unknown): unknown => {
  const { result } = response as WithRows
  return result?.data === undefined
    ? response
    : { ...(response as object), result: { ...result, data: result.data.map(change) } }
}

/** Puts rows into a table. */
export const packed = (asked: ReadonlyArray<Asked>): Packed => {
  const places = new Map<string, number>()
  const place = (row: unknown): number => {
    const text = JSON.stringify(row)
    const at = places.get(text) ?? places.size
    places.set(text, at)
    return at
  }
  const all = asked.map((one) => ({ ...one, response: withRows(one.response, place) }))
  return { rows: [...places.keys()].map((text) => JSON.parse(text) as unknown), asked: all }
}

/** The answers as they were. */
export const unpacked = ({ rows, asked }: Packed): ReadonlyArray<Asked> =>
  asked.map((one) => ({ ...one, response: withRows(one.response, (at) => rows[at as number]) }))
