/**
 * Whether all that one rollout holds stands at the beginning of another one.
 */
import { openBytes } from '../jsonl/bytes.ts'

const CHUNK_BYTES = 1024 * 1024

/** True when the content of one file is the beginning of that of the other, or all of it. */
export const isPrefixOf = (path: string, other: string): boolean => {
  const [short, long] = [path, other].map((one) => openBytes(one, one.endsWith('.zst'))) as [
    ReturnType<typeof openBytes>,
    ReturnType<typeof openBytes>
  ]
  try {
    for (let at = 0; ;) {
      const [a, b] = [Buffer.alloc(CHUNK_BYTES), Buffer.alloc(CHUNK_BYTES)]
      const read = short.read(a, 0, CHUNK_BYTES, at)
      if (read === 0) return true
      const there = long.read(b, 0, read, at)
      if (there < read || !a.subarray(0, read).equals(b.subarray(0, read))) return false
      at += read
    }
  } catch {
    return false
  } finally {
    short.close()
    long.close()
  }
}
