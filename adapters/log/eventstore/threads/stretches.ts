/**
 * Which segments of which streams the history of a thread stands in, as the streams tell.
 */
import { streamId, type StreamId } from '../../../../domain/ids.ts'
import { threadStream } from '../stream/names.ts'
import type { EarlierEnd, Lineage, Segment } from '../../../../replay/ports.ts'
import type { Directory } from '../directory/directory.ts'
import type { SegmentAt } from './locate.ts'
import { placesOf, type StoredPlace, type View } from './places.ts'

export interface Stretch {
  readonly segment: Segment
  readonly at: SegmentAt
}

/** A history by itself: one whole file. */
export const wholeOf = (place: StoredPlace): Stretch => ({
  at: place,
  segment: {
    id: place.segmentId,
    path: place.path,
    compressed: false,
    from: 0,
    until: null,
    inherited: false,
    gap: null
  }
})

/** The file of a segment, wherever it lies now; null when it is in no place that the view sees. */
const placeOfSegment = (
  view: View,
  directory: Directory,
  thread: StreamId,
  segment: string
): StoredPlace | null => {
  const places = placesOf(view, threadStream(thread), directory.get(thread))
  for (const some of places.values())
    for (const place of some) if (place.segment.segment === segment) return place
  return null
}

/** The history that ends with a file. */
export const stretchesOf = (
  view: View,
  directory: Directory,
  head: StoredPlace
): ReadonlyArray<Stretch> => {
  if (view.byFile || !view.profile.segments) return [wholeOf(head)]
  const { lineage } = head.directory
  if (lineage.at(-1)?.segment !== head.segment.segment) return [wholeOf(head)]
  const stretches: Array<Stretch> = []
  for (const { thread, segment, from, until, gap } of lineage) {
    const isOwn = thread === head.streamId
    const place =
      segment === head.segment.segment
        ? head
        : placeOfSegment(view, directory, streamId(thread), segment)
    if (place === null) {
      // Nothing before it can be read in its place.
      stretches.length = 0
      continue
    }
    const { id, path } = wholeOf(place).segment
    const isCut = stretches.length === 0 && lineage[0]?.segment !== segment
    stretches.push({
      at: place,
      segment: {
        ...{ id, path, compressed: false, from, until, inherited: !isOwn },
        gap: gap ?? (isCut ? 'base_missing' : null)
      }
    })
  }
  return stretches
}

/** The history of a segment that was left behind: what the first lines of segments say it continues. */
const olderStretches = (
  view: View,
  directory: Directory,
  head: StoredPlace
): ReadonlyArray<Stretch> => {
  const stretches: Array<Stretch> = [wholeOf(head)]
  const seen = new Set<string>()
  for (let place = head; place.segment.base !== null && !seen.has(place.segmentId);) {
    seen.add(place.segmentId)
    const { thread_id: segment, end_byte_offset: until } = place.segment.base
    const id = segment.toLowerCase()
    const base = placeOfSegment(view, directory, directory.threadOf(id) ?? streamId(id), id)
    if (base === null) {
      const [first] = stretches
      if (first !== undefined)
        stretches[0] = { ...first, segment: { ...first.segment, gap: 'base_missing' } }
      break
    }
    const whole = wholeOf(base)
    const inherited = base.streamId !== head.streamId
    stretches.unshift({ ...whole, segment: { ...whole.segment, until, inherited } })
    place = base
  }
  return stretches
}

/** The history that ended with a file, or somewhere in it, at an earlier time; `newest` is the newest file of the thread. */
export const earlierStretches = (
  view: View,
  directory: Directory,
  newest: StoredPlace,
  head: StoredPlace,
  { untilBytes: until }: EarlierEnd
): ReadonlyArray<Stretch> => {
  const now = stretchesOf(view, directory, newest)
  const place = now.findIndex(({ segment }) => segment.id === head.segmentId)
  // Where the history of now leads through it, what came before is known from the files themselves.
  const then = place === -1 ? olderStretches(view, directory, head) : now.slice(0, place + 1)
  return then.map((stretch, i) =>
    i === then.length - 1 ? { ...stretch, segment: { ...stretch.segment, until } } : stretch
  )
}

export const lineageOf = (stretches: ReadonlyArray<Stretch>): Lineage =>
  stretches.map(({ segment }) => segment)
