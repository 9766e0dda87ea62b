/**
 * The files of an export in parts: `thread.html`, `thread-2.html` …, which appear together or not at all.
 */
import * as E from 'fp-ts/lib/Either.js'
import { existsSync } from 'node:fs'
import { dirname, extname, basename, join } from 'node:path'
import { notPossible, type StoreError } from '../../../../domain/errors.ts'
import type { ExportPiece } from '../../../export/export.ts'
import type { Io } from '../../io.ts'
import { openOutput, type RowFile } from '../../output-file.ts'
import type { CommandFailure } from '../../text/report.ts'

export const partPath = (path: string, part: number): string => {
  const ending = extname(path)
  return part === 1 ? path : join(dirname(path), `${basename(path, ending)}-${part}${ending}`)
}

export interface PartFiles {
  readonly write: (piece: ExportPiece) => Promise<E.Either<StoreError | CommandFailure, void>>
  readonly close: (isWhole: boolean) => E.Either<StoreError | CommandFailure, void>
}

export const openPartFiles = (path: string, replaces: boolean, io: Io): PartFiles => {
  const files: Array<RowFile> = []
  return {
    write: async ({ part, text }) => {
      while (files.length < part) {
        const next = partPath(path, files.length + 1)
        if (!replaces && existsSync(next))
          return E.left(
            notPossible(`${next} exists already`, 'name a new file, or add --force to replace it')
          )
        const opened = openOutput(next, replaces, io)
        if (E.isLeft(opened)) return opened
        files.push(opened.right)
      }
      await files[part - 1]?.io.out(text)
      return E.right(undefined)
    },
    // The first one, which leads to the others, comes last.
    close: (isWhole) => {
      let closed: E.Either<StoreError | CommandFailure, void> = E.right(undefined)
      for (const file of files.toReversed()) {
        const one = file.close(isWhole && E.isRight(closed))
        if (E.isLeft(one)) closed = one
      }
      return closed
    }
  }
}
