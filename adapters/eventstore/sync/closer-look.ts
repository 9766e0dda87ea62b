/**
 * What is the matter with a file that does not hold the last line of the store: is it cut, is it behind, or does it hold
 * other bytes?
 */
import type { ByteSource } from '../../jsonl/bytes.ts'
import type { Wire } from '../wire.ts'
import { comparisonWith, type Verdict } from './comparison.ts'
import type { SegmentFile } from './files.ts'
import { piecesOf } from './pieces.ts'
import type { Problem } from './problems.ts'

interface Look {
  readonly verdict: Verdict
  /** Whose bytes they are that the file does not have. */
  readonly home: string | null
}

const look = async (
  wire: Wire,
  stream: string,
  segment: string,
  source: ByteSource
): Promise<Look> => {
  const comparison = comparisonWith(source)
  for await (const piece of piecesOf(wire, stream)) {
    if (piece.kind === 'bytes' && piece.segment === segment) {
      comparison.take(piece.bytes)
      if (comparison.isDecided()) return { verdict: comparison.verdict(), home: piece.home }
    }
  }
  return { verdict: comparison.verdict(), home: null }
}

/**
 * Compares a doubtful file with its segment, byte for byte; null when it turns out to go on from it. Throws `StoreError`
 * when the server cannot be asked.
 */
export const closerLook = async (
  wire: Wire,
  stream: string,
  homeId: string,
  file: SegmentFile,
  source: ByteSource
): Promise<Problem | null> => {
  const { thread, segment, path } = file
  const { verdict, home } = await look(wire, stream, segment, source)
  const at = { thread, segment, path }
  if (verdict.kind === 'equal' || verdict.kind === 'home_ahead') return null
  const { atByte } = verdict
  if (verdict.kind === 'diverged')
    return {
      ...at,
      kind: 'diverged',
      atByte,
      message: `the file holds other bytes than the store from byte ${atByte} on`,
      next: `see both with "unroll store verify ${thread}"; pull the store's with "unroll store pull ${thread} --to DIR"`
    }
  return home === homeId
    ? {
        ...at,
        kind: 'truncated',
        atByte,
        message: `the file ends at byte ${atByte}, and held more when it was pushed`,
        next: `bring it back with "unroll store pull ${thread}"`
      }
    : {
        ...at,
        kind: 'store_ahead',
        atByte,
        message: `the store holds more than the file, from byte ${atByte} on`,
        next: `bring it here with "unroll store pull ${thread}"`
      }
}
