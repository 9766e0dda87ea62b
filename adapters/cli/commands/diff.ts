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
import { withEngine, type Ending, type HomeCommand } from '../session.ts'
import { DIFFERENCES, differenceText } from '../text/difference.ts'
import { formOf, jsonLine, printPieces } from '../text/print.ts'
import { tsv } from '../text/rows.ts'
import { painter } from '../text/style.ts'

/** A side as it was typed: a thread, and the point behind its last @. */
interface TypedSide {
  readonly thread: string
  readonly at?: PastPoint
}

const typedSide = (text: string, nowMs: number): E.Either<StoreError, TypedSide> => {
  const end = text.lastIndexOf('@')
  if (end === -1) return E.right({ thread: text })
  const thread = text.slice(0, end)
  return E.map((at: PastPoint) => ({ thread, at }))(pastPoint(text.slice(end + 1), thread, nowMs))
}

function* lines(differences: ReadonlyArray<Difference>, input: Input, io: Io): Generator<string> {
  const form = formOf(input, io)
  const paint = painter(input, io)
  for (const one of differences) {
    if (form === 'json') yield jsonLine(one)
    else if (form === 'table') yield differenceText(one, io.columns, paint)
    else yield tsv(DIFFERENCES, [one])
  }
}

const pointOf = ({ at }: TypedSide): { readonly at?: PastPoint } => (at === undefined ? {} : { at })

/** A side with an engine that answers as of its point. */
type OpenSide = TypedSide & { readonly engine: Engine }

const sideOf = async ({ engine, thread }: OpenSide): Promise<E.Either<StoreError, Side>> =>
  E.map((threadId: string) => ({ engine, threadId }))(await engine.resolve(thread)())

const compare = async (input: Input, io: Io, older: OpenSide, newer: OpenSide): Promise<Ending> => {
  const before = await sideOf(older)
  if (E.isLeft(before)) return before
  const after = await sideOf(newer)
  if (E.isLeft(after)) return after
  const named = [...new Set(listOf(input, 'of'))] as ReadonlyArray<DifferencePart>
  const parts = named.length === 0 ? (['turns'] as const) : named
  const found = await compareThreads(before.right, after.right, parts)()
  if (E.isLeft(found)) return found
  await printPieces(io, lines(found.right, input, io))
  if (found.right.length > 0) return 1
  if (formOf(input, io) === 'table') io.err('no difference\n')
  return 0
}

export const diffCommand: HomeCommand = async (input, io, place, open) => {
  const [first = '', second] = input.args
  const older = typedSide(first, io.nowMs())
  if (E.isLeft(older)) return older
  const newer =
    second === undefined ? E.right({ thread: older.right.thread }) : typedSide(second, io.nowMs())
  if (E.isLeft(newer)) return newer
  return withEngine(input, io, open, { ...place, ...pointOf(older.right) }, (one, quiet) =>
    withEngine(input, quiet, open, { ...place, ...pointOf(newer.right) }, (other, still) =>
      compare(input, still, { ...older.right, engine: one }, { ...newer.right, engine: other })
    )
  )
}
