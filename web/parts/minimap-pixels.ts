/**
 * What a strip of a whole thread shows, pixel by pixel.
 */
import type { OutlinedTurn } from '../../domain/unroll-protocol.ts'

/** What stands out in a turn, more for a greater number: a prompt, that it was taken back, a compaction, damage, a failure; -1 for nothing. */
const markOf = ({ asked, flags, status, failed }: OutlinedTurn): number => {
  if (status === 'failed' || (failed ?? 0) > 0) return 4
  if (flags.includes('damaged')) return 3
  if (flags.includes('compacted')) return 2
  if (flags.includes('rolledBack')) return 1
  return asked === null ? -1 : 0
}

/** What each pixel of a strip shows: of the turns that share it the one that stands out most. */
export const pixelsOf = (
  rows: Iterable<OutlinedTurn>,
  total: number,
  heightPx: number
): ReadonlyArray<number> => {
  const pixels = new Array<number>(Math.ceil(heightPx)).fill(-1)
  const rowPx = heightPx / Math.max(1, total)
  const px = Math.max(1, Math.min(4, Math.floor(rowPx - 1)))
  for (const turn of rows) {
    const mark = markOf(turn)
    const first = Math.floor(turn.n * rowPx)
    for (let at = first; at < first + px && at < pixels.length; at += 1)
      if (mark > (pixels[at] ?? -1)) pixels[at] = mark
  }
  return pixels
}
