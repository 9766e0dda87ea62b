/**
 * From a place in a segment, in bytes, to a revision of its stream at or before it.
 *
 * Lines follow each other in the order of their revisions, and every event of a segment says at which byte it stands. So a
 * place is found as one finds a name in a telephone book: guess, look at one event, guess again; and what was looked at
 * once is remembered. A revision before the place is as good as the place itself as long as it is near.
 */
import type { LineMetadata, StoredEvent, StoredSegment, StreamDirectory } from '../stream/stored.ts'
import type { Wire } from '../wire.ts'

/** A byte of a segment, and the revision of the event that begins there. */
export interface SegmentMark {
  readonly offset: number
  readonly line: number
  readonly revision: number
}

/** A segment, and its stream as it was at some moment. */
export interface SegmentAt {
  readonly stream: string
  readonly directory: StreamDirectory
  readonly segment: StoredSegment
  /** Where its file would be, for people. */
  readonly path: string
}

/** Within this distance reading on is cheaper than another look. */
const NEAR_EVENTS = 48
const NEAR_BYTES = 96 * 1024
const LOOKS_MAX = 24
/** Events that are looked at for one that belongs to the segment. */
const LOOK_EVENTS = 4
const MARKS_MAX = 50_000
/** SegmentMarks of one segment are at least so far from each other. */
const APART_BYTES = 128 * 1024

/** Remembers where lines stand. Events never change, so what was true stays true. */
export interface SegmentMarks {
  readonly add: (segment: SegmentAt, mark: SegmentMark) => void
  /** The last mark at or before an offset, and the first behind it. */
  readonly around: (
    segment: SegmentAt,
    offset: number
  ) => { readonly low: SegmentMark | null; readonly high: SegmentMark | null }
}

/** Names a segment: another one that takes its id begins at another revision. */
export const keyOf = ({ stream, segment }: SegmentAt): string =>
  `${stream} ${segment.segment} ${segment.runs[0]?.revision ?? 0}`

const after = (marks: ReadonlyArray<SegmentMark>, offset: number): number => {
  let low = 0
  let high = marks.length
  while (low < high) {
    const middle = (low + high) >>> 1
    if ((marks[middle] as SegmentMark).offset <= offset) low = middle + 1
    else high = middle
  }
  return low
}

/** SegmentMarks of a store, forgotten all at once when they are many. */
export const marksOf = (): SegmentMarks => {
  const known = new Map<string, Array<SegmentMark>>()
  let count = 0
  return {
    add: (segment, mark) => {
      if (count >= MARKS_MAX) {
        known.clear()
        count = 0
      }
      const marks = known.get(keyOf(segment)) ?? []
      if (marks.length === 0) known.set(keyOf(segment), marks)
      const at = after(marks, mark.offset)
      const before = marks[at - 1]
      const isNear =
        (before !== undefined && mark.offset - before.offset < APART_BYTES) ||
        (marks[at]?.offset ?? Infinity) - mark.offset < APART_BYTES
      if (isNear) return
      marks.splice(at, 0, mark)
      count += 1
    },
    around: (segment, offset) => {
      const marks = known.get(keyOf(segment)) ?? []
      const at = after(marks, offset)
      return { low: marks[at - 1] ?? null, high: marks[at] ?? null }
    }
  }
}

/** A stretch of a stream in which the lines of a segment stand in one run. */
export interface SegmentRun {
  readonly low: SegmentMark
  /** Behind its last line. */
  readonly high: SegmentMark
}

/** The runs of a segment, each up to where the next of any segment begins. */
export const runsOf = ({ directory, segment }: SegmentAt): ReadonlyArray<SegmentRun> => {
  const starts = directory.segments
    .flatMap(({ runs }) => runs.map((run) => run.revision))
    .sort((a, b) => a - b)
  return segment.runs.map((low, i) => {
    const next = segment.runs[i + 1]
    const end = starts.find((start) => start > low.revision) ?? directory.revision + 1
    return {
      low,
      high: {
        offset: next?.offset ?? segment.bytes,
        line: next?.line ?? segment.lines,
        revision: end
      }
    }
  })
}

const markIn = (
  { segment }: SegmentAt,
  { revision, metadata }: StoredEvent
): (SegmentMark & { readonly first: number }) | null => {
  const line = metadata as unknown as Partial<LineMetadata>
  if (line.segment !== segment.segment || line.offset === undefined || line.line === undefined)
    return null
  return { offset: line.offset, line: line.line, revision, first: revision - (line.part ?? 0) }
}

/** The first event of the segment from a revision on, as a mark. */
const look = async (wire: Wire, segment: SegmentAt, revision: number) => {
  for await (const event of wire.read(segment.stream, revision, LOOK_EVENTS)) {
    const mark = markIn(segment, event)
    if (mark !== null) return mark
  }
  return null
}

const guessOf = (low: SegmentMark, high: SegmentMark, offset: number, looks: number): number => {
  const span = high.revision - low.revision
  const share = (offset - low.offset) / Math.max(1, high.offset - low.offset)
  const part = looks % 3 === 2 ? 0.5 : share
  // A little before the place: one that is just behind it helps less than one that is just before.
  const slack = Math.min(NEAR_EVENTS / 3, span / 8)
  const guess = Math.floor(low.revision + span * part - slack)
  return Math.min(high.revision - 1, Math.max(low.revision + 1, guess))
}

/**
 * A revision of a run at or before the event that holds a byte of the segment. `line`: the number of the line there, where
 * that is known.
 */
export const locate = async (
  wire: Wire,
  marks: SegmentMarks,
  segment: SegmentAt,
  run: SegmentRun,
  offset: number,
  line?: number
): Promise<number> => {
  const known = marks.around(segment, offset)
  let low = known.low !== null && known.low.revision > run.low.revision ? known.low : run.low
  let high = known.high !== null && known.high.revision < run.high.revision ? known.high : run.high
  for (let looks = 0; looks < LOOKS_MAX; looks++) {
    // With nothing but lines in between each revision is a line.
    const isExact = high.revision - low.revision === high.line - low.line
    if (line !== undefined && isExact && line >= low.line && line < high.line)
      return low.revision + line - low.line
    if (high.revision - low.revision <= NEAR_EVENTS || offset - low.offset <= NEAR_BYTES) break
    const guess = guessOf(low, high, offset, looks)
    const found = await look(wire, segment, guess)
    // Nothing of the segment stands there: look further down; reading from below finds the place in any case.
    if (found === null || found.first >= high.revision) {
      high = { ...high, line: NaN, revision: guess }
      continue
    }
    if (found.first <= low.revision) break
    const mark = { offset: found.offset, line: found.line, revision: found.first }
    marks.add(segment, mark)
    if (found.offset <= offset) low = mark
    else high = mark
  }
  return low.revision
}
