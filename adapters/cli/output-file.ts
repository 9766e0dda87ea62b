/**
 * What `--out` writes: a file that appears whole, beside the old one or not at all.
 */
import * as E from 'fp-ts/lib/Either.js'
import {
  closeSync,
  existsSync,
  fsyncSync,
  linkSync,
  openSync,
  renameSync,
  unlinkSync
} from 'node:fs'
import { basename, dirname, join } from 'node:path'
import type { StoreError } from '../../domain/errors.ts'
import { writeWhole } from '../home/plain-file.ts'
import type { Io } from './io.ts'
import { usage, type CommandFailure } from './text/report.ts'

const OWNER_ONLY = 0o600

/** A file that is written beside its place. */
export interface RowFile {
  /** As the command's own, but that stdout is the file. */
  readonly io: Io
  /** Puts the file in its place, or takes it away where the command failed. */
  readonly close: (isWhole: boolean) => E.Either<StoreError | CommandFailure, void>
}

const existing = (path: string): CommandFailure =>
  usage(`${path} exists already`, 'name a new file with --out FILE, or add --force to replace it')

/** Opens the file of `--out`; what the system says about its folder is thrown. */
export const openOutput = (
  path: string,
  replaces: boolean,
  io: Io
): E.Either<CommandFailure, RowFile> => {
  if (!replaces && existsSync(path)) return E.left(existing(path))
  const beside = join(dirname(path), `.${basename(path)}.${process.pid}.part`)
  const file = openSync(beside, 'wx', OWNER_ONLY)
  const write = async (text: string | Uint8Array): Promise<void> => {
    if (!io.stop.aborted) writeWhole(file, text)
  }
  const close = (isWhole: boolean): E.Either<CommandFailure, void> => {
    try {
      if (isWhole) fsyncSync(file)
      closeSync(file)
      if (!isWhole) return E.right(undefined)
      if (replaces) renameSync(beside, path)
      else linkSync(beside, path)
      return E.right(undefined)
    } catch (thrown) {
      if ((thrown as NodeJS.ErrnoException).code === 'EEXIST') return E.left(existing(path))
      throw thrown
    } finally {
      if (!isWhole || !replaces) unlinkSync(beside)
    }
  }
  return E.right({ io: { ...io, out: write, last: write, outIsTty: false }, close })
}
