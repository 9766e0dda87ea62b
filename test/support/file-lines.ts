/**
 * The lines of a file as bytes.
 */
const NEWLINE = 10

/** Lines without their newlines, and what stands behind the last one. */
export const linesOf = (
  bytes: Uint8Array
): { readonly lines: ReadonlyArray<Uint8Array>; readonly tail: Uint8Array } => {
  const lines: Array<Uint8Array> = []
  let from = 0
  for (let end = bytes.indexOf(NEWLINE); end !== -1; end = bytes.indexOf(NEWLINE, from)) {
    lines.push(bytes.subarray(from, end))
    from = end + 1
  }
  return { lines, tail: bytes.subarray(from) }
}
