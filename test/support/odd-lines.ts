/**
 * Recorded lines of every kind with an odd value in the place of one member: what a client must not be told as it stands.
 */
import type { Json, JsonObject } from '../../domain/json.ts'
import { recordedRollouts } from '../torture/hostile/flips.ts'

/** A value that stands where another one belongs; undefined: nothing stands there. */
const ODD: ReadonlyArray<Json | undefined> = [
  ...[undefined, null, true, '', 'x', 'rel', 'C:\\w', 'a\ud800b'],
  ...[-1, 0, 1.5, 2 ** 31, 2 ** 53, 2 ** 63, 2 ** 64, 1e300],
  ...[[], {}, [null], ['x'], [{}], { type: 'x' }, { x: {} }]
]

interface Line {
  readonly type: string
  readonly payload: JsonObject
}

const membersOf = (value: unknown): string =>
  typeof value === 'object' && value !== null ? Object.keys(value).sort().join() : typeof value

const kindOf = ({ type, payload }: Line): string => {
  const item = payload['item'] as JsonObject | undefined
  const named = [type, payload['type'], payload['name'], item?.['type'], membersOf(item ?? payload)]
  return JSON.stringify(named)
}

/** Longer lines show nothing more of their kind. */
const LINE_CHARS_MAX = 6000

/** One line of each kind that was recorded in any era. */
const recordedKinds = (): ReadonlyArray<Line> => {
  const kinds = new Map<string, Line>()
  for (const era of ['130', '142', '169'] as const)
    for (const { bytes } of recordedRollouts(era))
      for (const text of bytes.toString('utf8').split('\n')) {
        if (!text.startsWith('{') || !text.endsWith('}') || text.length > LINE_CHARS_MAX) continue
        const line = JSON.parse(text) as Line
        if (!kinds.has(kindOf(line))) kinds.set(kindOf(line), line)
      }
  return [...kinds.values()]
}

const placesIn = (value: unknown): ReadonlyArray<ReadonlyArray<string>> =>
  typeof value !== 'object' || value === null
    ? []
    : Object.entries(value).flatMap(([key, member]) => [
        [key],
        ...placesIn(member).map((inside) => [key, ...inside])
      ])

const replaced = (
  value: unknown,
  [key = '', ...rest]: ReadonlyArray<string>,
  by: Json | undefined
): unknown => {
  const copy: Record<string, unknown> = Object.assign(Array.isArray(value) ? [] : {}, value)
  copy[key] = rest.length === 0 ? by : replaced(copy[key], rest, by)
  return copy
}

/** Every recorded kind with every odd value in every place of its payload. */
const everyOddLine = (): ReadonlyArray<Line> =>
  recordedKinds().flatMap((line) =>
    placesIn(line.payload).flatMap((place) =>
      ODD.map((by) => replaced(line, ['payload', ...place], by) as Line)
    )
  )

/** Odd heads of threads, and odd lines of turns. */
export interface OddLines {
  readonly heads: ReadonlyArray<Line>
  readonly lines: ReadonlyArray<Line>
}

/** So many lines and heads of all there are, evenly spread; `share` of `shares` takes others than the rest. */
export const oddLines = (
  counts: { readonly heads: number; readonly lines: number },
  shares: number
): ((share: number) => OddLines) => {
  const all = everyOddLine()
  const heads = all.filter(({ type }) => type === 'session_meta')
  const lines = all.filter(({ type }) => type !== 'session_meta')
  const spread = (from: ReadonlyArray<Line>, count: number, share: number): ReadonlyArray<Line> => {
    const step = from.length / (count * shares)
    const at = (i: number): number => Math.floor((i * shares + share) * step)
    return Array.from({ length: count }, (_, i) => from[at(i)]).filter((one) => one !== undefined)
  }
  return (share) => ({
    heads: spread(heads, counts.heads, share),
    lines: spread(lines, counts.lines, share)
  })
}
