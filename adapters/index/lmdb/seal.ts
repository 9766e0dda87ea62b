/**
 * The seal of an index, `unroll-index.json`: how its data file looked from the outside (size, times, inode) when it was whole after
 * the last commit. A file that looks otherwise was changed by somebody who is no index, unless a process that runs writes to it.
 */
import { lstatSync, readFileSync, renameSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { removeQuietly } from '../../home/plain-file.ts'
import { isDoubted } from './doubts.ts'
import { isBeingWritten, leftMarks, type WriteMark } from './writing.ts'

/** Raised when keys or rows are laid out differently: an older layout is deleted and built again. */
export const LAYOUT_VERSION = 2

export const dataFile = (directory: string): string => join(directory, 'data.mdb')
const sealFile = (directory: string): string => join(directory, 'unroll-index.json')

/** What the outside of the data file tells: which file it is, and in which state. */
interface DataFileState {
  readonly inode: bigint
  readonly size: bigint
  /** All of it as one text. */
  readonly data: string
}

/** Null when there is none; a link is never as it was left. */
export const stateOf = (directory: string): DataFileState | null => {
  const stat = lstatSync(dataFile(directory), { throwIfNoEntry: false, bigint: true })
  if (stat === undefined) return null
  const { size, mtimeNs, ctimeNs, ino: inode } = stat
  return { inode, size, data: `${size} ${mtimeNs} ${ctimeNs} ${inode}` }
}

interface IndexSeal {
  readonly layout: number
  readonly data: string
}

const readSeal = (directory: string): IndexSeal | null => {
  try {
    const { layout, data } = JSON.parse(
      readFileSync(sealFile(directory), 'utf8')
    ) as Partial<IndexSeal>
    return typeof layout === 'number' && typeof data === 'string' ? { layout, data } : null
  } catch {
    return null
  }
}

/** True for an index that was sealed in another layout of its rows. */
export const isOutdated = (directory: string): boolean => {
  const known = readSeal(directory)
  return known !== null && known.layout !== LAYOUT_VERSION
}

/**
 * Notes that the file is whole as it is now, if it is still the one this process maps, and takes the mark down. Not synced: a seal
 * that is lost only costs the next start a verified copy.
 */
export const seal = (
  directory: string,
  { inode, mark }: { readonly inode: bigint; readonly mark: WriteMark }
): void => {
  const temporary = `${sealFile(directory)}.${process.pid}`
  try {
    const now = stateOf(directory)
    if (now?.inode !== inode) return
    const { data } = now
    const known = readSeal(directory)
    if (known?.data === data && known.layout === LAYOUT_VERSION) return
    const text = JSON.stringify({ layout: LAYOUT_VERSION, data } satisfies IndexSeal)
    writeFileSync(temporary, text, { mode: 0o600 })
    renameSync(temporary, sealFile(directory))
  } catch {
    removeQuietly(temporary)
  } finally {
    mark.down()
  }
}

/**
 * True when the file is as its last seal has it, or another process is between a commit and the next seal, or was killed there and
 * nobody has found the file damaged. Asked twice: that process may seal the file, and take its mark down, between the two questions.
 */
export const isIntact = (directory: string): boolean =>
  [1, 2].some(() => {
    const now = stateOf(directory)
    if (now === null || isDoubted(directory, now.inode)) return false
    if (readSeal(directory)?.data === now.data) return true
    return isBeingWritten(directory, now.inode) || leftMarks(directory, now.inode).length > 0
  })

/** Notices what becomes of the file of an index that is open. */
export const watcher = (directory: string) => {
  let known: DataFileState | null = null
  /** A disk that fails to tell says nothing about the file. */
  const look = (): DataFileState | null => {
    try {
      return stateOf(directory)
    } catch {
      return null
    }
  }
  return {
    /** Accepts the file as it is now. */
    trust: (): void => {
      known = look()
    },
    isIntact: (inode: bigint): boolean => {
      const now = look()
      // A file that is no longer there by name is out of reach of everybody else.
      if (now?.inode !== inode || now.data === known?.data) return true
      // No index makes its file shorter.
      if (now.size < (known?.size ?? 0n) || !isIntact(directory)) return false
      known = now
      return true
    }
  }
}
