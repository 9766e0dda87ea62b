/**
 * The directory of a stream, cold: the last event and the fact it names are enough, unless a group stands at the end.
 */
import { factMetadata, groupOf, lineMetadata } from './event-kind.ts'
import { EMPTY, evolve } from './directory.ts'
import type { StoredEvent, StreamDirectory } from './stored.ts'

/** What is to be read next: the one event at a revision or before it, or all events from a revision on. */
export type ToRead = { readonly backwards: number | 'end' } | { readonly forwards: number }

type Opening<Result> = Generator<ToRead, Result, ReadonlyArray<StoredEvent>>

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
    event = (yield { backwards: before })[0]
  }
  return null
}

/** The directory behind an event that counts. */
function* behind(event: StoredEvent): Opening<StreamDirectory> {
  const facts = factMetadata(event) === null ? (lineMetadata(event)?.facts ?? -1) : -1
  const [fact] = facts < 0 ? [] : yield { backwards: facts }
  const directory = fact === undefined ? EMPTY : evolve(EMPTY, alone(fact))
  return evolve(directory, alone(event))
}

/**
 * Opens a stream cold: asks for what it needs to read, and answers the directory that all events together give; null when
 * there is no stream.
 */
export function* opening(): Opening<StreamDirectory | null> {
  const [last] = yield { backwards: 'end' }
  if (last === undefined) return null
  const event = yield* lastCounted(last)
  const directory = event === null ? EMPTY : yield* behind(event)
  const mark = groupOf(last)
  if (mark === null || last.revision >= mark.until)
    return { ...directory, revision: Math.max(directory.revision, last.revision) }
  return (yield { forwards: mark.group }).reduce(evolve, directory)
}
