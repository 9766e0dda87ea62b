/**
 * Edits of one file that answer several findings, put together.
 */
import { putBytes, type Edit } from './plan.ts'

const isSame = (a: Edit, b: Edit): boolean =>
  a.offsetBytes === b.offsetBytes &&
  a.bytes === b.bytes &&
  a.spaces === b.spaces &&
  a.text === b.text

const overlaps = (a: Edit, b: Edit): boolean =>
  a.offsetBytes < b.offsetBytes + b.bytes && b.offsetBytes < a.offsetBytes + a.bytes

/** Adds edits to others; null when two of them mean the same bytes and not the same thing. */
export const mergedEdits = (
  edits: ReadonlyArray<Edit>,
  more: ReadonlyArray<Edit>
): ReadonlyArray<Edit> | null => {
  const fresh = more.filter((edit) => !edits.some((other) => isSame(edit, other)))
  if (fresh.some((edit) => edits.some((other) => overlaps(edit, other)))) return null
  return [...edits, ...fresh].sort(
    (a, b) => a.offsetBytes - b.offsetBytes || a.bytes - b.bytes || putBytes(a) - putBytes(b)
  )
}

/**
 * Puts a line in front of a file: into the room of a first line that was blanked, when it fits there, so that nothing moves;
 * else by itself.
 */
export const withFirstLine = (edits: ReadonlyArray<Edit>, line: string): ReadonlyArray<Edit> => {
  const bytes = new TextEncoder().encode(line).length
  const [first, ...others] = edits
  const isRoom =
    first !== undefined &&
    first.offsetBytes === 0 &&
    first.text === '' &&
    first.spaces === first.bytes &&
    first.spaces >= bytes
  if (isRoom) return [{ ...first, spaces: first.spaces - bytes, text: line }, ...others]
  return [{ offsetBytes: 0, bytes: 0, spaces: 0, text: `${line}\n` }, ...edits]
}
