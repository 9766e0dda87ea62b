/**
 * unroll diff: what changed between two points of a thread, or between two threads.
 */
import * as E from 'fp-ts/lib/Either.js'
import type { StoreError } from '../../../domain/errors.ts'
import type { Difference, DifferencePart } from '../../../domain/difference/thread.ts'
import type { Engine } from '../../../replay/engine.ts'
import { compareThreads, type Side } from '../../../replay/time-travel/compare.ts'
import type { PastPoint } from '../../../replay/time-travel/past.ts'
import { listOf, type Input } from '../args.ts'
import type { Io } from '../io.ts'
import { pastPoint } from '../point.ts'
import { placeOf, withEngine, type Open, type Place, type PlainCommand } from '../session.ts'
import { differenceFields, differenceText } from '../text/difference.ts'
import { printPieces } from '../text/pieces.ts'
import { reportError } from '../text/report.ts'
import { painter, tsv } from '../text/style.ts'
import { safeJson } from '../text/text.ts'

/** A thread as it was typed, and the point behind its last @. */
interface Typed {
  readonly thread: string
  readonly at?: PastPoint
}

const typedSide = (text: string, nowMs: number): Typed => {
  const end = text.lastIndexOf('@')
  if (end === -1) return { thread: text }
  const thread = text.slice(0, end)
  return { thread, at: pastPoint(text.slice(end + 1), thread, nowMs) }
}

function* lines(differences: ReadonlyArray<Difference>, input: Input, io: Io): Generator<string> {
  const paint = painter(input, io)
  for (const one of differences) {
    if (input.json) yield `${safeJson(JSON.stringify(one))}\n`
    else if (io.outIsTty) yield differenceText(one, io.columns, paint)
    else yield tsv([differenceFields(one)])
  }
}

const sideOf = async (engine: Engine, { thread }: Typed): Promise<E.Either<StoreError, Side>> =>
  E.map((threadId: string) => ({ engine, threadId }))(await engine.resolve(thread)())

const compared = async (
  input: Input,
  io: Io,
  [one, other]: readonly [Engine, Engine],
  [older, newer]: readonly [Typed, Typed]
): Promise<number> => {
  const before = await sideOf(one, older)
  if (E.isLeft(before)) return reportError(before.left, input.json, io)
  const after = await sideOf(other, newer)
  if (E.isLeft(after)) return reportError(after.left, input.json, io)
  const asked = [...new Set(listOf(input, 'of'))] as ReadonlyArray<DifferencePart>
  const parts = asked.length === 0 ? (['turns'] as const) : asked
  const found = await compareThreads(before.right, after.right, parts)()
  if (E.isLeft(found)) return reportError(found.left, input.json, io)
  await printPieces(io, lines(found.right, input, io))
  if (found.right.length === 0 && io.outIsTty && !input.json) io.err('no difference\n')
  return found.right.length === 0 ? 0 : 1
}

const openAt = (
  input: Input,
  io: Io,
  open: Open,
  place: Place,
  { at }: Typed,
  use: (engine: Engine, io: Io) => Promise<number>
): Promise<number> => withEngine(input, io, open, at === undefined ? place : { ...place, at }, use)

/** Compares two sides; see the command table. */
export const diffCommand: PlainCommand = async (input, io, open) => {
  const place = await placeOf(input, io)
  const [first = '', second] = input.args
  const nowMs = io.nowMs()
  const older = typedSide(first, nowMs)
  const newer = second === undefined ? { thread: older.thread } : typedSide(second, nowMs)
  return openAt(input, io, open, place, older, (one, quiet) =>
    openAt(input, quiet, open, place, newer, (other, still) =>
      compared(input, still, [one, other], [older, newer])
    )
  )
}
