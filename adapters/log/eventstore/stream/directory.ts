/**
 * What a stream holds, kept up event by event.
 *
 * A fact tells the directory behind it, so nothing is computed from facts here; see `withFact` for whoever writes one. Bytes of
 * a segment tell all that changed since the newest fact, so the last event of a stream and the fact it names are enough.
 */
import {
  BLANK,
  factMetadata,
  groupOf,
  isLastPart,
  kindOfEvent,
  lineMetadata,
  TAIL
} from './event-kind.ts'
import type { LineTraits } from './line.ts'
import type {
  LastLine,
  LineMetadata,
  NewFact,
  PlacedData,
  PlacedFile,
  StoredEvent,
  StoredSegment,
  StreamDirectory
} from './stored.ts'

export const EMPTY: StreamDirectory = {
  revision: -1,
  facts: -1,
  segments: [],
  lineage: [],
  name: null,
  purged: false,
  open: null
}

const newSegment = (file: PlacedFile): StoredSegment => ({
  ...file,
  base: null,
  runs: [],
  lines: 0,
  bytes: 0,
  numbered: null,
  ordinal: null,
  last: null,
  tail: null
})

/** The segment the last line went to: the one whose last run is the youngest; null before the first line. */
export const currentSegment = ({ segments }: StreamDirectory): StoredSegment | null => {
  let current: StoredSegment | null = null
  let youngest = -1
  for (const segment of segments) {
    const revision = segment.runs[segment.runs.length - 1]?.revision ?? -1
    if (revision > youngest) [current, youngest] = [segment, revision]
  }
  return current
}

export const segmentOf = (
  { segments }: StreamDirectory,
  segment: string
): StoredSegment | undefined => segments.find((one) => one.segment === segment)

export const segmentBytes = ({ bytes, tail }: StoredSegment): number => bytes + (tail?.bytes ?? 0)

const lastOf = ({ offset, bytes, sha256 }: LineMetadata): LastLine => ({ offset, bytes, sha256 })

const changed = (
  kind: string,
  m: LineMetadata,
  revision: number
): Pick<StoredSegment, 'lines' | 'bytes' | 'ordinal' | 'last' | 'tail'> => {
  const end = m.offset + m.bytes
  const before = { lines: m.line, last: m.after ?? null, ordinal: m.nextOrdinal ?? null }
  if (kind === BLANK) return { ...before, bytes: end, tail: null }
  if (kind === TAIL) {
    const tail = { ...lastOf(m), revision, parts: m.parts ?? 1, whole: m.whole === true }
    return { ...before, bytes: m.offset, tail }
  }
  const ordinal = m.nextOrdinal ?? (m.ordinal === undefined ? null : m.ordinal + 1)
  return { lines: m.line + 1, bytes: end + 1, ordinal, last: lastOf(m), tail: null }
}

/** The directory behind bytes of a segment, of which the last stand at a revision. */
export const withBytes = (
  directory: StreamDirectory,
  kind: string,
  m: LineMetadata,
  revision: number
): StreamDirectory => {
  const { segments, facts } = directory
  const at = segments.findIndex(({ segment }) => segment === m.segment)
  const before = segments[at] ?? newSegment({ segment: m.segment, path: '', modifiedAtMs: m.atMs })
  const goesOn = before.runs.length > 0 && currentSegment(directory) === before
  const run = { revision: facts + 1, line: before.lines, offset: before.bytes }
  const after: StoredSegment = {
    ...before,
    ...changed(kind, m, revision),
    modifiedAtMs: m.atMs,
    runs: goesOn ? before.runs : [...before.runs, run]
  }
  return {
    ...directory,
    revision,
    segments: at === -1 ? [...segments, after] : segments.with(at, after)
  }
}

const placed = (
  segments: ReadonlyArray<StoredSegment>,
  files: ReadonlyArray<PlacedFile>
): ReadonlyArray<StoredSegment> => {
  const byId = new Map(segments.map((one) => [one.segment, one]))
  for (const { segment, path, modifiedAtMs } of files) {
    const file = { segment, path, modifiedAtMs }
    byId.set(segment, { ...(byId.get(segment) ?? newSegment(file)), ...file })
  }
  return [...byId.values()]
}

const withPlaced = (directory: StreamDirectory, data: PlacedData): StreamDirectory => ({
  ...directory,
  segments: placed(directory.segments, data.files),
  lineage: data.lineage ?? directory.lineage,
  purged: data.purged === true || (directory.purged && data.files.length === 0)
})

/** The directory behind a fact that is about to be written as the next event. */
export const withFact = (directory: StreamDirectory, fact: NewFact): StreamDirectory => {
  const revision = directory.revision + 1
  const behind = { ...directory, revision, facts: revision }
  switch (fact.type) {
    case 'unroll-named':
      return { ...behind, name: fact.data }
    case 'unroll-imported':
      return behind
    default:
      return withPlaced(behind, fact.data)
  }
}

/** Adds what the first line of a segment says about it; it stands right behind the fact that tells the directory. */
export const withFirstLine = (
  directory: StreamDirectory,
  segment: string,
  begins: LineTraits['begins']
): StreamDirectory => ({
  ...directory,
  segments: directory.segments.map((one) =>
    one.segment === segment && begins !== null ? { ...one, ...begins } : one
  )
})

const counted = (directory: StreamDirectory, event: StoredEvent): StreamDirectory => {
  const { revision } = event
  const fact = factMetadata(event)
  if (fact !== null) return { ...fact.directory, revision, facts: revision, open: null }
  const line = lineMetadata(event)
  return line === null || !isLastPart(line)
    ? { ...directory, revision }
    : withBytes(directory, kindOfEvent(event, line), line, revision)
}

/** The directory behind an event; one that is not behind the directory's revision changes nothing. */
export const evolve = (directory: StreamDirectory, event: StoredEvent): StreamDirectory => {
  const { revision } = event
  if (revision <= directory.revision) return directory
  const { open } = directory
  const before = open === null ? directory : { ...directory, open: null }
  const mark = groupOf(event)
  if (mark === null) return counted(before, event)
  const { group, until } = mark
  const isNext = open?.group === group && directory.revision === revision - 1
  if (group !== revision && !isNext) return { ...before, revision }
  const inside = counted(
    group === revision ? before : (open as NonNullable<typeof open>).inside,
    event
  )
  return revision === until ? inside : { ...before, revision, open: { group, until, inside } }
}

/**
 * Number of the next line of a segment; null where lines have none. `linesOfHistory`: how many lines its history has, which
 * counts where metadata promise numbers and no line has one.
 */
export const nextOrdinal = (
  { numbered, ordinal }: StoredSegment,
  linesOfHistory: number
): number | null => {
  if (numbered === false) return null
  return ordinal ?? (numbered === true ? linesOfHistory : null)
}
