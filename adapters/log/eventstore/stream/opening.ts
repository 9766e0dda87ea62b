/**
 * The directory of a stream, cold: the last event and the fact it names are enough. A group that is not complete, or void, takes
 * one or two reads more, however large it is.
 */
import { factMetadata, groupOf, isLastPart, lineMetadata, type EventGroup } from './event-kind.ts'
import { EMPTY, evolve } from './directory.ts'
import type { StoredEvent, StreamDirectory } from './stored.ts'

/** Asks for events by revision, or for the last one; undefined where there is none. */
type Opening<Result> = Generator<number | 'end', Result, StoredEvent | undefined>

/** The event by itself: not held back for the group it is in. */
const alone = ({ metadata, ...event }: StoredEvent): StoredEvent => {
  const { group: _group, until: _until, ...others } = metadata
  return { ...event, metadata: others }
}

const isOurs = (event: StoredEvent): boolean =>
  factMetadata(event) !== null || lineMetadata(event) !== null

/** The last event that counts, from a given one backwards; null when there is none. */
function* lastCounted(last: StoredEvent): Opening<StoredEvent | null> {
  for (let event: StoredEvent | undefined = last; event !== undefined;) {
    const mark = groupOf(event)
    const isVoid = mark !== null && event.revision < mark.until
    if (!isVoid && isOurs(event)) return event
    const before: number = (isVoid ? mark.group : event.revision) - 1
    if (before < 0) return null
    event = yield before
  }
  return null
}

/** The directory behind an event that counts. */
function* behind(event: StoredEvent): Opening<StreamDirectory> {
  const facts = factMetadata(event) === null ? (lineMetadata(event)?.facts ?? -1) : -1
  const fact = facts < 0 ? undefined : yield facts
  const directory = fact === undefined ? EMPTY : evolve(EMPTY, alone(fact))
  return evolve(directory, alone(event))
}

/** What a group that is not complete yet makes of what was there before it. */
function* inside(
  { group }: EventGroup,
  last: StoredEvent,
  before: StreamDirectory
): Opening<StreamDirectory> {
  const line = lineMetadata(last)
  const isPart = line !== null && !isLastPart(line)
  const at = isPart ? last.revision - (line.part ?? 0) - 1 : last.revision
  if (at < group || !isOurs(last)) return before
  const event = isPart ? yield at : last
  return event === undefined ? before : yield* behind(event)
}

/**
 * Opens a stream cold: asks for the events it needs, and answers the directory that all events together give; null when there
 * is no stream.
 */
export function* opening(): Opening<StreamDirectory | null> {
  const last = yield 'end'
  if (last === undefined) return null
  const { revision } = last
  const event = yield* lastCounted(last)
  const directory = { ...(event === null ? EMPTY : yield* behind(event)), revision }
  const mark = groupOf(last)
  if (mark === null || revision >= mark.until) return directory
  const within = { ...(yield* inside(mark, last, directory)), revision }
  return { ...directory, open: { ...mark, inside: within } }
}
