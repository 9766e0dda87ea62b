/**
 * Lineages: which bytes of which files are the history of a thread.
 *
 * A segment's first line names its base: another segment, and the place in it where this history goes on. Following
 * the bases from a thread's newest segment gives its lineage. The bytes of a base before that place never change,
 * so a lineage costs one look at each first line and one at each place.
 *
 * When a base is not there, or is not what it should be, nothing that can still be read is hidden: the search goes
 * on among the older segments of the same thread and of the threads it was forked from, first for one whose line at
 * the named place has the right number, then for the newest, up to that number. That one is enough: a revert or a
 * fork keeps the beginning of the history as it is then, so all of it is in the history of the segment made before.
 * The gap is reported either way.
 */
import type { BaseReason } from '../../../domain/log/event.ts'
import type { HistoryBase } from '../../../domain/log/payloads.ts'
import type { EarlierEnd, Lineage, Segment } from '../../../replay/ports.ts'
import { openBytes } from './bytes.ts'
import type { Place } from './place.ts'
import type { FirstLine } from './first-line.ts'
import { firstOrdinal, lineEndingAt, offsetOfOrdinal } from './ordinals.ts'

export interface Segments {
  /** The file of a segment, by its id. */
  readonly byId: (segmentId: string) => Place | undefined
  /** The segments of a thread, oldest first. */
  readonly ofThread: (threadId: string) => ReadonlyArray<Place>
  readonly firstLine: (path: string, compressed: boolean) => FirstLine
}

interface Found {
  readonly place: Place
  /** Lines of the place from this number on are not part of the history. */
  readonly below: number
  /** Where these lines begin; null where only the numbers tell. */
  readonly until: number | null
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

/** The thread that a thread was forked from, as any of its files tells. */
const parentOf = (threadId: string, { ofThread, firstLine }: Segments): string | null => {
  for (const { path, compressed } of ofThread(threadId)) {
    const first = firstLine(path, compressed)
    if (first !== 'unreadable' && first.forkedFromId !== null) return first.forkedFromId
  }
  return null
}

/** Newest first; the first file of a thread is older than its segments. */
const byAge = (a: Place, b: Place): number => {
  const [isFirstA, isFirstB] = [a, b].map(({ segmentId, streamId }) => segmentId === streamId)
  if (isFirstA !== isFirstB) return isFirstA === true ? 1 : -1
  return a.segmentId < b.segmentId ? 1 : -1
}

/** Segments a lost base may be found in, newest first: of the thread itself, then of those it was forked from. */
const candidates = (
  child: Place,
  segments: Segments,
  seen: ReadonlySet<string>
): ReadonlyArray<Place> => {
  const found: Array<Place> = []
  const threads = new Set<string>()
  // Ids begin with the time they were made; that of a thread is the time of its fork.
  let bound = child.segmentId
  let thread: string | null = child.streamId
  while (thread !== null && !threads.has(thread)) {
    threads.add(thread)
    const older = segments
      .ofThread(thread)
      .filter(({ segmentId, streamId }) => segmentId < bound || segmentId === streamId)
    found.push(...[...older].sort(byAge))
    bound = thread
    thread = parentOf(thread, segments)
  }
  return found.filter(({ segmentId }) => !seen.has(segmentId))
}

/** True for a segment that holds nothing below a number and does not tell what it continues. */
const isDeadEnd = (place: Place, below: number, { firstLine }: Segments): boolean =>
  firstLine(place.path, place.compressed) === 'unreadable' &&
  (withSource(place, firstOrdinal) ?? below) >= below

/** The best there is when the named base cannot be used as it is. */
const salvage = (
  child: Place,
  base: HistoryBase,
  named: Place | undefined,
  gap: BaseReason,
  segments: Segments,
  seen: ReadonlySet<string>
): Found | null => {
  const others = candidates(child, segments, seen)
  // Its own first number tells the same, should the base be made up.
  const start = withSource(child, firstOrdinal) ?? Infinity
  const below = Math.min(base.end_ordinal_exclusive, start)
  const exact = others.find((place) => misfit(place, base) === null)
  if (exact !== undefined) return { place: exact, below, until: base.end_byte_offset, gap }
  const usable = gap === 'base_cycle' ? undefined : named
  const [newest] = others
  const next =
    newest === undefined || (others.length === 1 && isDeadEnd(newest, below, segments))
      ? (usable ?? newest)
      : newest
  return next === undefined ? null : { place: next, below, until: null, gap }
}

/** What a segment continues whose first line does not tell. */
const guess = (
  child: Place,
  segments: Segments,
  seen: ReadonlySet<string>
): Found | BaseReason | null => {
  const first = withSource(child, firstOrdinal)
  if (first === 0) return null
  const [next] = candidates(child, segments, seen)
  if (next !== undefined)
    return { place: next, below: first ?? Infinity, until: null, gap: 'base_unknown' }
  const isFirstFile = child.segmentId === child.streamId
  return isFirstFile && first === null ? null : 'base_unknown'
}

const baseOf = (
  child: Place,
  segments: Segments,
  seen: ReadonlySet<string>
): Found | BaseReason | null => {
  const first = segments.firstLine(child.path, child.compressed)
  if (first === 'unreadable') return guess(child, segments, seen)
  const { base } = first
  if (base === null) return null
  const named = segments.byId(base.thread_id)
  const cycle = seen.has(base.thread_id)
  const reason = named === undefined ? 'base_missing' : cycle ? 'base_cycle' : misfit(named, base)
  const { end_ordinal_exclusive: below, end_byte_offset: until } = base
  if (reason === null && named !== undefined) return { place: named, below, until, gap: null }
  const why = reason ?? 'base_missing'
  return salvage(child, base, named, why, segments, seen) ?? why
}

/** Where a history leaves a base, if not before the number at which a newer segment goes on. */
const cutOf = ({ place, below, until }: Found, limit: number): number =>
  until !== null && below <= limit
    ? until
    : withSource(place, (source) => offsetOfOrdinal(source, Math.min(below, limit)))

/** The lineage that ends with a segment, oldest first. */
export const lineageOf = (head: Place, segments: Segments): Lineage => {
  const lineage: Array<Segment> = []
  const seen = new Set<string>()
  let place = head
  let until: number | null = null
  let limit = Infinity
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
    until = cutOf(found, limit)
    limit = Math.min(limit, found.below)
  }
}

/** The same lineage as it ended at an earlier time. */
export const endingAt = (lineage: Lineage, earlier: EarlierEnd | undefined): Lineage =>
  earlier === undefined
    ? lineage
    : lineage.map((segment, i) =>
        i === lineage.length - 1 ? { ...segment, until: earlier.untilBytes } : segment
      )
