/**
 * Turns in a byte budget: small items stay whole, large ones are shortened to the same size, and of too many items the first
 * are kept.
 */
import type { ThreadItem, Turn, TurnError } from '../../protocol.ts'
import { fitItem, type MeasuredItem } from './fit-item.ts'
import { cutText, jsonBytes } from './json-size.ts'
import { largestShare } from './shares.ts'

/** Items are shortened to no less; when that is still too much, the last ones are left out. */
const ITEM_BYTES_MIN = 256

const shorterError = (error: TurnError | null, bytesMax: number): TurnError | null =>
  error === null
    ? null
    : {
        ...error,
        message: cutText(error.message, bytesMax),
        additionalDetails:
          error.additionalDetails === null ? null : cutText(error.additionalDetails, bytesMax)
      }

/** Bytes of a turn with these items uncut. */
export const turnBytes = (turn: Turn, items: ReadonlyArray<MeasuredItem>): number =>
  items.reduce((sum, { bytes }) => sum + bytes, jsonBytes({ ...turn, items: [] })) +
  Math.max(0, items.length - 1)

const fitItems = (items: ReadonlyArray<MeasuredItem>, room: number): ReadonlyArray<ThreadItem> => {
  const share = largestShare(
    items.map(({ bytes }) => bytes + 1),
    room
  )
  const most = Math.max(ITEM_BYTES_MIN, share - 1)
  const kept: Array<ThreadItem> = []
  let bytes = 0
  for (const item of items) {
    const fitted = fitItem(item, most)
    bytes += jsonBytes(fitted) + 1
    if (bytes > room) return kept
    kept.push(fitted)
  }
  return kept
}

/** A turn and its items in at most so many bytes; `truncated` says how large it is uncut. */
export const fitTurn = (turn: Turn, items: ReadonlyArray<MeasuredItem>, bytesMax: number): Turn => {
  const bytes = turnBytes(turn, items)
  const whole = { ...turn, items: items.map(({ item }) => item) }
  const isMissing = items.some(({ missingBytes }) => missingBytes > 0)
  if (bytes <= bytesMax && !isMissing) return whole
  const isLong = jsonBytes({ ...turn, items: [] }) > bytesMax / 2
  const bare: Turn = {
    ...turn,
    ...(isLong ? { error: shorterError(turn.error, Math.max(64, bytesMax / 4)) } : {}),
    items: [],
    truncated: { bytes, items: items.length }
  }
  const kept = fitItems(items, bytesMax - jsonBytes(bare) + 1)
  const isCut = kept.length < items.length || kept.some((item, i) => item !== whole.items[i])
  const isSame = bare.error === turn.error || jsonBytes(bare.error) === jsonBytes(turn.error)
  return isCut || !isSame ? { ...bare, items: kept } : whole
}
