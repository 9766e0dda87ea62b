/**
 * The recorded bytes of lines, without parsing: what `events --raw` prints.
 */
import * as E from 'fp-ts/lib/Either.js'
import type { StoreError } from '../../../domain/errors.ts'
import type { DamagedLine, RecordedEvent } from '../../../domain/events/event.ts'
import type { Engine } from '../../../replay/engine.ts'
import type { Io } from '../io.ts'
import { lines as harmlessLines } from './text.ts'

/** Neighbouring lines, with the newlines between them but not the last one. */
interface Run {
  readonly segment: number
  readonly from: number
  until: number
}

const runsOf = (lines: ReadonlyArray<RecordedEvent | DamagedLine>): ReadonlyArray<Run> => {
  const runs: Array<Run> = []
  for (const { segment, offset, bytes } of lines) {
    const last = runs[runs.length - 1]
    if (last?.segment === segment && last.until + 1 === offset) last.until = offset + bytes
    else runs.push({ segment, from: offset, until: offset + bytes })
  }
  return runs
}

const printPieces = async (io: Io, pieces: AsyncIterable<Uint8Array>): Promise<void> => {
  // A character may stand across two pieces.
  const decoder = new TextDecoder()
  for await (const bytes of pieces)
    await io.out(
      io.outIsTty ? harmlessLines(decoder.decode(bytes, { stream: true })).join('\n') : bytes
    )
  await io.out('\n')
}

/** Prints lines byte for byte; on a terminal control characters are spelled out. */
export const printRaw = async (
  io: Io,
  engine: Pick<Engine, 'bytes'>,
  threadId: string,
  batches: AsyncIterable<ReadonlyArray<RecordedEvent | DamagedLine>>
): Promise<E.Either<StoreError, void>> => {
  for await (const lines of batches) {
    for (const { segment, from, until } of runsOf(lines)) {
      const pieces = await engine.bytes(threadId, segment, from, until)()
      if (E.isLeft(pieces)) return pieces
      await printPieces(io, pieces.right)
    }
  }
  return E.right(undefined)
}
