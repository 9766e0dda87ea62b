/**
 * Lineages: which bytes of which files are the history of a thread.
 *
 * A segment's first line names its base: another segment, and the place in it where this history goes on. Following
 * the bases from a thread's newest segment gives its lineage. The bytes of a base before that place never change,
 * so a lineage costs one look at each first line and one at each place.
 *
 * When a base is not there, or is not what it should be, nothing that can still be read is hidden: the search goes
 * on among the segments of the same thread and of the thread it was forked from, first for one whose line at the
 * named place has the right number, then for the next older one, up to that number. The gap is reported either way.
 */
import type { BaseReason } from '../../domain/event.ts'
import type { HistoryBase } from '../../domain/payloads.ts'
import type { Lineage, Segment } from '../../replay/ports.ts'
import { openBytes } from './bytes.ts'
import type { Place } from './place.ts'
import type { FirstLine } from './first-line.ts'
import { lineEndingAt, offsetOfOrdinal, ordinalOf } from './ordinals.ts'

/** What a lineage is looked for in. */
export interface Segments {
  /** The file of a segment, by its id. */
  readonly byId: (segmentId: string) => Place | undefined
  /** The segments of a thread, oldest first. */
  readonly ofThread: (threadId: string) => ReadonlyArray<Place>
  readonly firstLine: (path: string, compressed: boolean) => FirstLine
}

interface Found {
  readonly place: Place
  readonly until: number
  readonly gap: BaseReason | null
}

const withSource = <A>(place: Place, use: (source: ReturnType<typeof openBytes>) => A): A => {
  const source = openBytes(place.path, place.compressed)
  try {
    return use(source)
  } finally {
    source.close()
  }
}

/** Null when the place fits the base; legacy lines have no numbers to compare. */
const misfit = (place: Place, base: HistoryBase): BaseReason | null =>
  withSource(place, (source) => {
    const before = lineEndingAt(source, base.end_byte_offset)
    if (before.kind === 'past_end') return 'base_shrunk'
    if (before.kind === 'inside_a_line') return 'base_mismatch'
    const fits = before.ordinal === null || before.ordinal + 1 === base.end_ordinal_exclusive
    return fits ? null : 'base_mismatch'
  })

/** Older segments a lost base may be found in, newest first. */
const candidates = (
  child: Place,
  base: string | null,
  forkedFromId: string | null,
  { ofThread }: Segments,
  seen: ReadonlySet<string>
): ReadonlyArray<Place> => {
  const bound = base ?? child.segmentId
  const isFirst = child.segmentId === child.streamId
  const own = ofThread(child.streamId).filter(
    ({ segmentId }) => segmentId < child.segmentId || segmentId === child.streamId
  )
  const parents = isFirst && forkedFromId !== null ? ofThread(forkedFromId) : []
  return [...parents, ...(isFirst ? [] : own)]
    .filter(({ segmentId }) => segmentId !== child.segmentId && !seen.has(segmentId))
    .filter(({ segmentId, streamId }) => segmentId <= bound || segmentId === streamId)
    .reverse()
}

/** The number of the first line after the metadata, less one: where this history goes on. */
const startOrdinal = (place: Place): number | null =>
  withSource(place, (source) => {
    const buffer = Buffer.alloc(256 * 1024)
    const have = source.read(buffer, 0, buffer.length, 0)
    for (let from = 0, line = 0; from < have && line < 8; line++) {
      const number = ordinalOf(buffer.subarray(from, have))
      if (number !== null) return number - (line === 0 ? 0 : 1)
      const newline = buffer.indexOf(10, from)
      if (newline === -1) return null
      from = newline + 1
    }
    return null
  })

const upTo = (place: Place, ordinal: number | null): number =>
  withSource(place, (source) => offsetOfOrdinal(source, ordinal ?? Infinity))

/** The best there is when the named base cannot be used as it is. */
const salvage = (
  child: Place,
  base: HistoryBase,
  named: Place | undefined,
  reason: BaseReason,
  forkedFromId: string | null,
  segments: Segments,
  seen: ReadonlySet<string>
): Found | null => {
  const others = candidates(child, base.thread_id, forkedFromId, segments, seen)
  const exact = others.find((place) => misfit(place, base) === null)
  if (exact !== undefined) return { place: exact, until: base.end_byte_offset, gap: reason }
  if (named !== undefined && reason !== 'base_cycle') {
    const before = withSource(named, (source) => lineEndingAt(source, base.end_byte_offset))
    // The numbers may be what is damaged; a place between two lines is as good as it gets.
    if (before.kind === 'line') return { place: named, until: base.end_byte_offset, gap: reason }
    if (before.kind === 'past_end' || others.length === 0)
      return { place: named, until: upTo(named, base.end_ordinal_exclusive), gap: reason }
  }
  const next = others[0]
  if (next === undefined) return null
  return { place: next, until: upTo(next, base.end_ordinal_exclusive), gap: reason }
}

const baseOf = (
  child: Place,
  segments: Segments,
  seen: ReadonlySet<string>
): Found | BaseReason | null => {
  const first = segments.firstLine(child.path, child.compressed)
  if (first === 'unreadable') {
    const isFirstFile = child.segmentId === child.streamId
    const start = isFirstFile ? null : startOrdinal(child)
    if (isFirstFile || start === 0) return null
    const [next] = candidates(child, null, null, segments, seen)
    if (next === undefined) return 'base_unknown'
    return { place: next, until: upTo(next, start), gap: 'base_unknown' }
  }
  const { base, forkedFromId } = first
  if (base === null) return null
  const named = segments.byId(base.thread_id)
  const cycle = seen.has(base.thread_id)
  const reason = named === undefined ? 'base_missing' : cycle ? 'base_cycle' : misfit(named, base)
  if (reason === null && named !== undefined)
    return { place: named, until: base.end_byte_offset, gap: null }
  const why = reason ?? 'base_missing'
  return salvage(child, base, named, why, forkedFromId, segments, seen) ?? why
}

/** The lineage that ends with a segment, oldest first. */
export const lineageOf = (head: Place, segments: Segments): Lineage => {
  const lineage: Array<Segment> = []
  const seen = new Set<string>()
  let place = head
  let until: number | null = null
  for (;;) {
    seen.add(place.segmentId)
    const found = baseOf(place, segments, seen)
    const gap = found === null ? null : typeof found === 'string' ? found : found.gap
    lineage.unshift({
      id: place.segmentId,
      path: place.path,
      compressed: place.compressed,
      from: 0,
      until,
      inherited: place.streamId !== head.streamId,
      gap
    })
    if (found === null || typeof found === 'string') return lineage
    place = found.place
    until = found.until
  }
}
