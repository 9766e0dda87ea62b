/**
 * Marks of the processes that write to an index: empty files, from before the first commit of a burst until it is sealed.
 *
 *     writing-<boot id>.<pid namespace>.<pid>.<start time>.<inode of data.mdb>.<number>
 *
 * Between a commit and its seal the file is not as sealed, and nothing is wrong with it. If another process took a verified copy
 * then, each would go on in a file of its own, and all the work of one would be lost.
 *
 * A mark whose process was killed stays until the file was verified (`verifying.ts`): what LMDB writes is whole at any moment, as
 * long as the system runs on.
 */
import { closeSync, openSync, readdirSync, rmSync } from 'node:fs'
import { join } from 'node:path'
import { fateOf, nameOf, ownerInName, thisProcess, UNKNOWN } from '../../home/process-identity.ts'
import { MARK_PREFIX } from './files.ts'

export interface WriteMark {
  readonly up: () => void
  readonly down: () => void
}

let marks = 0

/** A mark on the file of this inode; without it the next opener takes a copy for nothing. */
export const markOn = (directory: string, inode: bigint): WriteMark => {
  const name = `${MARK_PREFIX}${nameOf(thisProcess())}.${inode}.${(marks += 1)}`
  const path = join(directory, name)
  let isUp = false
  return {
    up: () => {
      if (isUp) return
      try {
        closeSync(openSync(path, 'w', 0o600))
        isUp = true
      } catch {
        // No room, or no right to write: the commit will tell.
      }
    },
    down: () => {
      if (!isUp) return
      try {
        rmSync(path, { force: true })
        isUp = false
      } catch {
        // It only says that this process runs.
      }
    }
  }
}

/** True while a process that surely runs writes to the file of this inode. */
export const isBeingWritten = (directory: string, inode: bigint): boolean =>
  readdirSync(directory).some((name) => {
    const mark = ownerInName(name, MARK_PREFIX)
    return mark?.rest[0] === String(inode) && fateOf(mark.owner) === 'living'
  })

const isLeftMark = (name: string, inode: bigint | undefined): boolean => {
  const mark = ownerInName(name, MARK_PREFIX)
  if (mark === null || mark.rest[0] !== String(inode)) return false
  const { bootId } = thisProcess()
  // Without a boot id nobody knows whether the system went down with that process.
  return bootId !== UNKNOWN && mark.owner.bootId === bootId && fateOf(mark.owner) === 'gone'
}

/** The marks of processes that were killed while they wrote to the file of this inode, since the machine started. */
export const leftMarks = (directory: string, inode: bigint): ReadonlyArray<string> =>
  readdirSync(directory).filter((name) => isLeftMark(name, inode))

/** True for a mark that says nothing: of a process that is gone, or that cannot be judged, on a file that was replaced by that of `inode`. */
export const isStaleMark = (name: string, inode: bigint | undefined): boolean => {
  if (!name.startsWith(MARK_PREFIX) || isLeftMark(name, inode)) return false
  const mark = ownerInName(name, MARK_PREFIX)
  const fate = mark === null ? 'gone' : fateOf(mark.owner)
  return fate === 'gone' || (fate === 'unknown' && mark?.rest[0] !== String(inode))
}
