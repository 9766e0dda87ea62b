/**
 * Noticing that the file of an open index was changed by somebody who is no index.
 */
import { isAsLeft, outsideOf, type Outside } from './environment.ts'

/** Notices what becomes of the file of an index that is open. */
export const watcher = (directory: string) => {
  let known: Outside | null = null
  /** A disk that fails to tell says nothing about the file. */
  const look = (): Outside | null => {
    try {
      return outsideOf(directory)
    } catch {
      return null
    }
  }
  return {
    /** Takes the file as it is for good. */
    trust: (): void => {
      known = look()
    },
    isAsLeft: (inode: bigint): boolean => {
      const now = look()
      // A file that is no longer there by name is out of reach of everybody else.
      if (now?.inode !== inode || now.data === known?.data) return true
      // No index makes its file shorter.
      if (now.size < (known?.size ?? 0n) || !isAsLeft(directory)) return false
      known = now
      return true
    }
  }
}
