/**
 * Which segments of which streams the history of a thread stands in, as the streams tell.
 */
import { streamId, type StreamId } from '../../../domain/ids.ts'
import { threadStream } from '../../../domain/stream/names.ts'
import type { Lineage, Segment } from '../../../replay/ports.ts'
import type { Directory } from '../directory/directory.ts'
import type { SegmentAt } from './locate.ts'
import { placesOf, type StoredPlace, type View } from './places.ts'

/** A segment of a lineage, and where its bytes are. */
export interface Stretch {
  readonly segment: Segment
  readonly at: SegmentAt
}

const wholeOf = (place: StoredPlace): Stretch => ({
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

/** A history by itself that is one whole file. */
export const wholeFile = (place: StoredPlace): ReadonlyArray<Stretch> => [wholeOf(place)]

/** What readers are told. */
export const lineageOf = (stretches: ReadonlyArray<Stretch>): Lineage =>
  stretches.map(({ segment }) => segment)
