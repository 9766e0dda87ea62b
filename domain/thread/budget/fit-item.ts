/**
 * Items in a byte budget: in an item that is too large the longest texts are shortened, then the lists; its member
 * `truncated` says how large it was.
 */
import { isJsonObject, type Json, type JsonObject } from '../../json.ts'
import type { ThreadItem } from '../../protocol.ts'
import { cutText, jsonBytes, textBytes } from './json-size.ts'
import { largestShare } from './shares.ts'
import { unmarked } from './shortened.ts'

/** An item, how many bytes it takes whole, and how many of them were not read. */
export interface MeasuredItem {
  readonly item: ThreadItem
  readonly bytes: number
  readonly missingBytes: number
}

/** Measures an item, which may come from a shortened line. */
export const measured = (shown: ThreadItem): MeasuredItem => {
  const { value: item, missingBytes } = unmarked(shown)
  return { item, bytes: jsonBytes(item) + missingBytes, missingBytes }
}

/** No text is cut below this many bytes of JSON. */
const TEXT_BYTES_MIN = 64

/** Members whose texts name something and stay whole. */
const isName = (key: string): boolean => key === 'type' || key === 'id' || key.endsWith('Id')

const textSizes = (value: unknown, into: Array<number>): Array<number> => {
  if (typeof value === 'string') into.push(textBytes(value))
  else if (Array.isArray(value)) for (const one of value) textSizes(one, into)
  else if (isJsonObject(value))
    for (const [key, one] of Object.entries(value)) if (!isName(key)) textSizes(one, into)
  return into
}

/** Drops the marks behind the end of a shortened text: clients cut the text at them. */
const withinText = (part: JsonObject): JsonObject => {
  const { text, text_elements: elements } = part as {
    readonly text?: Json
    readonly text_elements?: Json
  }
  if (typeof text !== 'string' || !Array.isArray(elements)) return part
  const end = Buffer.byteLength(text)
  const isInside = (one: Json): boolean => {
    const range = isJsonObject(one) ? one['byteRange'] : undefined
    return isJsonObject(range) && typeof range['end'] === 'number' && range['end'] <= end
  }
  return { ...part, text_elements: (elements as ReadonlyArray<Json>).filter(isInside) }
}

const cutTexts = (value: Json, bytesMax: number): Json => {
  if (typeof value === 'string') return cutText(value, bytesMax)
  if (Array.isArray(value))
    return (value as ReadonlyArray<Json>).map((one) => cutTexts(one, bytesMax))
  if (!isJsonObject(value)) return value
  const members = Object.entries(value).map(([key, one]) => [
    key,
    one === undefined || isName(key) ? one : cutTexts(one, bytesMax)
  ])
  return withinText(Object.fromEntries(members) as JsonObject)
}

type Path = ReadonlyArray<string | number>

interface LargeList {
  readonly path: Path
  readonly list: ReadonlyArray<Json>
  readonly bytes: number
}

/** The list with the most bytes, wherever it is. */
const largestList = (value: Json, path: Path = []): LargeList | null => {
  if (Array.isArray(value)) {
    const list = value as ReadonlyArray<Json>
    return list.length === 0 ? null : { path, list, bytes: jsonBytes(list) }
  }
  if (!isJsonObject(value)) return null
  const inside = Object.entries(value).flatMap(
    ([key, one]) => (one === undefined ? null : largestList(one, [...path, key])) ?? []
  )
  return inside.reduce<LargeList | null>(
    (most, one) => (most === null || one.bytes > most.bytes ? one : most),
    null
  )
}

const replaced = (value: Json, [key, ...rest]: Path, by: Json): Json =>
  key === undefined || !isJsonObject(value)
    ? by
    : { ...value, [key]: replaced(value[key] ?? null, rest, by) }

/** The first elements of a list that take at most so many bytes. */
const firstOf = (list: ReadonlyArray<Json>, bytesMax: number): ReadonlyArray<Json> => {
  let bytes = 1
  const end = list.findIndex((one) => (bytes += jsonBytes(one) + 1) > bytesMax)
  return end === -1 ? list : list.slice(0, end)
}

/** Drops elements from the ends of lists, the largest list first. */
const cutLists = (value: Json, bytesMax: number): Json => {
  let cut = value
  for (let bytes = jsonBytes(cut); bytes > bytesMax; bytes = jsonBytes(cut)) {
    const large = largestList(cut)
    if (large === null) return cut
    const first = firstOf(large.list, large.bytes - (bytes - bytesMax))
    cut = replaced(cut, large.path, first)
  }
  return cut
}

/** Members that may hold anything; a client must get by without them. */
const ANYTHING = ['arguments', 'structuredContent', '_meta', 'results', 'questions', 'output']

const withoutAnything = (value: Json, bytesMax: number): Json => {
  let cut = value
  for (const name of ANYTHING)
    for (const path of [[name], ['result', name]]) {
      const holder = path.length === 1 ? cut : isJsonObject(cut) ? (cut['result'] ?? null) : null
      if (jsonBytes(cut) > bytesMax && isJsonObject(holder) && isJsonObject(holder[name]))
        cut = replaced(cut, path, null)
    }
  return cut
}

/**
 * The item in at most so many bytes, as far as its names and numbers allow; the same item when it fits and nothing is missing.
 */
export const fitItem = (
  { item, bytes, missingBytes }: MeasuredItem,
  bytesMax: number
): ThreadItem => {
  if (missingBytes === 0 && bytes <= bytesMax) return item
  const truncated = { bytes }
  const room = bytesMax - jsonBytes({ truncated }) + 1
  const sizes = textSizes(item, [])
  const rest = bytes - missingBytes - sizes.reduce((sum, size) => sum + size, 0)
  const share = Math.max(TEXT_BYTES_MIN, largestShare(sizes, room - rest))
  const shorter = cutTexts(item as unknown as Json, share)
  const fitted = withoutAnything(cutLists(shorter, room), room)
  // Names and numbers alone may be too much; then nothing could be cut.
  if (missingBytes === 0 && jsonBytes(fitted) === bytes) return item
  return { ...(fitted as unknown as ThreadItem), truncated }
}
