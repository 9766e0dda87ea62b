/**
 * The names of the processes that verify an index while others use it: empty files, from before it is read until it was found whole.
 *
 *     doubt-<boot id>.<pid namespace>.<pid>.<start time>.<inode of data.mdb>
 *
 * One whose process is gone says that nobody knows; a file that was found damaged has one of a process that never was.
 */
import { closeSync, openSync, readdirSync, renameSync, rmSync } from 'node:fs'
import { join } from 'node:path'
import type { ProcessIdentity } from '../../../replay/ports.ts'
import { fateOf, nameOf, ownerInName, thisProcess } from '../../home/process-identity.ts'
import { DOUBT_PREFIX } from './files.ts'

const NOBODY = { bootId: 'damaged', pidNamespace: '0', pid: 0, startTime: '0' }

interface Doubt {
  readonly takeBack: () => void
  /** From now on the file is damaged for everybody. */
  readonly confirm: () => void
}

/** Notes that this process verifies the file of this inode; the note is taken back when it is whole. */
export const noteDoubt = (directory: string, inode: bigint): Doubt => {
  const pathOf = (owner: ProcessIdentity): string =>
    join(directory, `${DOUBT_PREFIX}${nameOf(owner)}.${inode}`)
  const path = pathOf(thisProcess())
  closeSync(openSync(path, 'w', 0o600))
  return {
    takeBack: () => rmSync(path, { force: true }),
    confirm: () => renameSync(path, pathOf(NOBODY))
  }
}

/** True when a process that verified the file of this inode did not find it whole. */
export const isDoubted = (directory: string, inode: bigint): boolean =>
  readdirSync(directory).some((name) => {
    const doubt = ownerInName(name, DOUBT_PREFIX)
    return doubt?.rest[0] === String(inode) && fateOf(doubt.owner) !== 'living'
  })

/** True for a note on a file that is not there any more. */
export const isStaleDoubt = (name: string, inode: bigint | undefined): boolean =>
  name.startsWith(DOUBT_PREFIX) && ownerInName(name, DOUBT_PREFIX)?.rest[0] !== String(inode)
