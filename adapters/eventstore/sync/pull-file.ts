/**
 * Bringing one segment of a stream to its file: a file that is not there appears whole, one that is the beginning of the segment
 * gets the rest, and any other is left as it is.
 */
import { closeSync, fstatSync, fsyncSync, futimesSync, openSync } from 'node:fs'
import { dirname } from 'node:path'
import { writeWhole } from '../../plain-file.ts'
import { syncFolder } from '../../home/own-folder.ts'
import { comparisonWith, type Verdict } from './comparison.ts'
import type { OpenFile } from './standing.ts'
import type { Staged, Staging } from './staging.ts'

/** What became of a file. */
export type FilePulled =
  | { readonly kind: 'created' | 'appended'; readonly bytes: number }
  | { readonly kind: 'equal' }
  | { readonly kind: 'home_ahead' | 'diverged'; readonly atByte: number }
  /** It is compressed, and so cannot go on; or it changed at this moment. */
  | { readonly kind: 'busy'; readonly reason: string }

/** A file while its bytes come in. */
export interface Target {
  readonly take: (bytes: Uint8Array) => void
  /** After the last byte: brings them to the file. */
  readonly finish: (modifiedAtMs: number) => FilePulled
  /** Leaves everything as it was. */
  readonly abandon: () => void
}

/** A file that is not there. */
export const newTarget = (staging: Staging, path: string, mode?: number): Target => {
  const staged = staging.begin(mode)
  return {
    take: staged.write,
    finish: (modifiedAtMs) => {
      if (!staged.place(path, modifiedAtMs)) {
        staged.discard()
        return { kind: 'busy', reason: 'a file appeared there at this moment' }
      }
      syncFolder(dirname(path))
      return { kind: 'created', bytes: staged.bytes() }
    },
    abandon: staged.discard
  }
}

const SECOND_MS = 1000

/** Puts bytes behind the last one of a file that is still as long as it was. */
const append = (path: string, atByte: number, staged: Staged, modifiedAtMs: number): FilePulled => {
  const file = openSync(path, 'a')
  try {
    if (fstatSync(file).size !== atByte)
      return { kind: 'busy', reason: 'the file is being written to' }
    staged.read((bytes) => writeWhole(file, bytes))
    futimesSync(file, modifiedAtMs / SECOND_MS, modifiedAtMs / SECOND_MS)
    fsyncSync(file)
    return { kind: 'appended', bytes: staged.bytes() }
  } finally {
    closeSync(file)
  }
}

/** A file that is there; nobody else writes to it before this is finished. */
export const oldTarget = (
  staging: Staging,
  path: string,
  open: OpenFile,
  compressed: boolean
): Target => {
  const comparison = comparisonWith(open.source)
  let rest: Staged | null = null
  let taken = 0
  const keep = (verdict: Verdict, bytes: Uint8Array): void => {
    if (verdict.kind !== 'store_ahead') return
    rest ??= staging.begin()
    const from = Math.max(0, verdict.atByte - (taken - bytes.length))
    rest.write(bytes.subarray(from))
  }
  const finished = (modifiedAtMs: number): FilePulled => {
    const verdict = comparison.verdict()
    if (verdict.kind !== 'store_ahead') return verdict
    if (compressed) return { kind: 'busy', reason: 'the file is compressed and cannot go on' }
    return rest === null ? { kind: 'equal' } : append(path, verdict.atByte, rest, modifiedAtMs)
  }
  return {
    take: (bytes) => {
      taken += bytes.length
      comparison.take(bytes)
      if (comparison.isDecided()) keep(comparison.verdict(), bytes)
    },
    finish: (modifiedAtMs) => {
      try {
        return finished(modifiedAtMs)
      } finally {
        rest?.discard()
        open.close()
      }
    },
    abandon: () => {
      rest?.discard()
      open.close()
    }
  }
}
