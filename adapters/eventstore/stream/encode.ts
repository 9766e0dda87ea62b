/**
 * From lines and facts to calls: what is to be appended to a stream, in pieces that the server takes.
 *
 * The server takes so many bytes in one call and no more, whatever they are. So a line may need several events, and what counts
 * together several calls: these are a group (see `GroupMark`), of which readers see nothing before its last event is there.
 */
import * as E from 'fp-ts/lib/Either.js'
import type { StoreError } from '../../../domain/errors.ts'
import { noBlank } from './blank.ts'
import { composer } from './compose.ts'
import { segmentOf } from './directory.ts'
import { BLANK, TAIL } from './event-kind.ts'
import { isBlankLine, isWholeValue, markBytes, readLine } from './line.ts'
import type { Call, Plan, Planner, Planning, Step } from './plan.ts'
import type { LineMetadata, StreamDirectory } from './stored.ts'

const NEWLINE = Uint8Array.of(10)

/** What bytes that are no line must say, so that whoever reads only them knows the last line. */
const aboutLastLine = (directory: StreamDirectory, segment: string): Partial<LineMetadata> => {
  const { last = null, ordinal = null } = segmentOf(directory, segment) ?? {}
  return {
    ...(last === null ? {} : { after: last }),
    ...(ordinal === null ? {} : { nextOrdinal: ordinal })
  }
}

/** The number of a line, or for one without what is known of the next. */
const aboutNumber = (
  directory: StreamDirectory,
  segment: string,
  ordinal: number | null
): Partial<LineMetadata> => {
  if (ordinal !== null) return { ordinal }
  const next = segmentOf(directory, segment)?.ordinal ?? null
  return next === null ? {} : { nextOrdinal: next }
}

/** Plans step by step; see `Planner`. */
export const planner = (planning: Planning): Planner => {
  const { together } = planning
  const { fact, begin, write, writeFacts, settle, directory, failure, take, end } =
    composer(planning)
  const blank = noBlank()

  const settleAlone = (): void => {
    if (!together) settle()
  }
  const writeBlank = (): void => {
    const segment = blank.segment()
    if (segment === null) return
    begin(segment, null)
    write(segment, BLANK, blank.take(), false, aboutLastLine(directory(), segment))
  }
  const wait = (segment: string, ...pieces: ReadonlyArray<Uint8Array>): void => {
    blank.add(segment, ...pieces)
    if (!blank.isLarge()) return
    writeBlank()
    settleAlone()
  }
  const writeLine = (segment: string, bytes: Uint8Array): void => {
    if (isBlankLine(bytes)) return wait(segment, bytes, NEWLINE)
    const read = readLine(bytes)
    const { kind, isJson, ordinal } = read
    begin(segment, read)
    writeBlank()
    write(segment, kind, bytes, isJson, aboutNumber(directory(), segment, ordinal))
    settleAlone()
  }
  const goTo = (segment: string): void => {
    if (blank.segment() !== segment) writeBlank()
  }
  const answer = (): E.Either<StoreError, ReadonlyArray<Call>> => {
    const why = failure()
    return why === null ? E.right(take()) : E.left(why)
  }
  return {
    fact: (one) => {
      writeBlank()
      fact(one)
    },
    lines: (segment, lines) => {
      goTo(segment)
      for (const bytes of lines) {
        const isFirst = blank.segment() === null && !segmentOf(directory(), segment)?.bytes
        const mark = isFirst ? markBytes(bytes) : 0
        if (mark > 0) wait(segment, bytes.subarray(0, mark))
        writeLine(segment, bytes.subarray(mark))
        if (failure() !== null) break
      }
      return answer()
    },
    tail: (segment, bytes) => {
      goTo(segment)
      writeBlank()
      begin(segment, null)
      const whole = isWholeValue(bytes) ? { whole: true as const } : {}
      write(segment, TAIL, bytes, false, { ...aboutLastLine(directory(), segment), ...whole })
      settleAlone()
      return answer()
    },
    end: () => {
      writeBlank()
      writeFacts()
      settle()
      const why = failure()
      return why === null ? E.right({ calls: end(), directory: directory() }) : E.left(why)
    }
  }
}

/** Plans at once what fits into memory. */
export const plan = (planning: Planning, steps: Iterable<Step>): E.Either<StoreError, Plan> => {
  const { fact, lines, tail, end } = planner(planning)
  const calls: Array<Call> = []
  for (const step of steps) {
    if ('fact' in step) {
      fact(step.fact)
      continue
    }
    const { segment } = step
    const made = 'lines' in step ? lines(segment, step.lines) : tail(segment, step.tail)
    if (E.isLeft(made)) return made
    calls.push(...made.right)
  }
  return E.map((rest: Plan) => ({ ...rest, calls: [...calls, ...rest.calls] }))(end())
}
