/**
 * A file of lines that holds each of them once: its last whole line says where its reader is. A line that a killed
 * writer left unfinished is cut off; that is done only to a file whose lines are ours.
 */
import * as E from 'fp-ts/lib/Either.js'
import { closeSync, fstatSync, fsyncSync, ftruncateSync, openSync, readSync } from 'node:fs'
import { dirname } from 'node:path'
import { writeWhole } from '../../../home/plain-file.ts'
import type { StoreError } from '../../../../domain/errors.ts'
import type { StorePosition } from '../stream/stored.ts'
import { ioFailure } from '../../../../replay/guarded.ts'
import { syncFolder } from '../../../home/own-folder.ts'

export interface LastLineTold {
  readonly position: StorePosition
  readonly stream: string
  readonly revision: number
}

export interface OutputFile {
  /** Null where it holds nothing yet. */
  readonly last: LastLineTold | null
  /** Whole lines; on disk when it answers. */
  readonly append: (text: string) => E.Either<StoreError, void>
  readonly close: () => void
}

const LINE_BEGIN = '{"position":{'

const NEWLINE = 10
const PIECE_BYTES = 64 * 1024

/** Offset behind the last newline before `until`; 0 where there is none. */
const behindNewline = (file: number, until: number): number => {
  const piece = Buffer.allocUnsafe(PIECE_BYTES)
  for (let end = until; end > 0;) {
    const from = Math.max(0, end - PIECE_BYTES)
    const read = readSync(file, piece, 0, end - from, from)
    const at = piece.subarray(0, read).lastIndexOf(NEWLINE)
    if (at >= 0) return from + at + 1
    end = from
  }
  return 0
}

const textBetween = (file: number, from: number, until: number): string => {
  const bytes = Buffer.alloc(until - from)
  readSync(file, bytes, 0, bytes.length, from)
  return bytes.toString('utf8')
}

const lastOf = (line: string): LastLineTold | null => {
  if (!line.startsWith(LINE_BEGIN)) return null
  try {
    const { position, stream, revision } = JSON.parse(line) as LastLineTold
    const numbers = [position.commit, position.prepare, revision]
    return typeof stream === 'string' && numbers.every(Number.isSafeInteger)
      ? { position, stream, revision }
      : null
  } catch {
    return null
  }
}

const foreign = (path: string): E.Either<StoreError, never> =>
  E.left({
    _tag: 'InvalidRequest',
    message: `${path} was not written by "unroll store subscribe", so nothing is appended to it`
  })

/** Looks where a file ends, and cuts off what is unfinished; the caller has made sure that nobody else writes to it. */
const ended = (file: number, path: string): E.Either<StoreError, LastLineTold | null> => {
  const { size } = fstatSync(file)
  const whole = behindNewline(file, size)
  const tail = textBetween(file, whole, Math.min(size, whole + LINE_BEGIN.length))
  if (!LINE_BEGIN.startsWith(tail)) return foreign(path)
  const line = whole === 0 ? '' : textBetween(file, behindNewline(file, whole - 1), whole - 1)
  const last = lastOf(line)
  if (whole > 0 && last === null) return foreign(path)
  if (size > whole) ftruncateSync(file, whole)
  return E.right(last)
}

export const openOutput = (path: string): E.Either<StoreError, OutputFile> => {
  let file: number
  try {
    file = openSync(path, 'a+', 0o600)
    const last = ended(file, path)
    if (E.isLeft(last)) {
      closeSync(file)
      return last
    }
    syncFolder(dirname(path))
    return E.right({
      last: last.right,
      append: (text) => {
        try {
          writeWhole(file, text)
          fsyncSync(file)
          return E.right(undefined)
        } catch (cause) {
          return E.left(ioFailure(cause, path))
        }
      },
      close: () => closeSync(file)
    })
  } catch (cause) {
    return E.left(ioFailure(cause, path))
  }
}
