/**
 * What the stand-in keeps: one global log, and of it the streams with their revisions and metadata.
 * The decisions (`decide`) are the server's: its rules of expected revision and of repeated ids.
 */
import { encoded } from './frames.ts'
import type { Change, ProposedEvent, StoredEvent } from './records.ts'

interface StreamState {
  readonly events: StoredEvent[]
  tombstoned: boolean
  truncateBefore: number
  maxCount: number
  softDeleted: boolean
  metadata: Record<string, unknown>
}

/** The revision that stands for a deleted stream: the largest the server knows. */
export const DELETED_REVISION = 9223372036854775807n
const FIRST_POSITION = 1000
const RECORD_OVERHEAD_BYTES = 100

const emptyStream = (): StreamState => ({
  events: [],
  tombstoned: false,
  truncateBefore: 0,
  maxCount: Number.POSITIVE_INFINITY,
  softDeleted: false,
  metadata: {}
})

const isMetadataStream = (stream: string): boolean => stream.startsWith('$$')

const parsed = (data: Buffer): Record<string, unknown> => {
  try {
    return JSON.parse(data.toString('utf8')) as Record<string, unknown>
  } catch {
    return {}
  }
}

const applyMetadata = (state: StreamState, data: Buffer): void => {
  // The largest revision is no exact number in JavaScript; the text is.
  const truncateBefore = /"\$tb"\s*:\s*(\d+)/.exec(data.toString('utf8'))?.[1] ?? '0'
  state.metadata = parsed(data)
  state.softDeleted = BigInt(truncateBefore) === DELETED_REVISION
  state.truncateBefore = state.softDeleted ? Number.POSITIVE_INFINITY : Number(truncateBefore)
  const maxCount = state.metadata['$maxCount']
  state.maxCount = typeof maxCount === 'number' ? maxCount : Number.POSITIVE_INFINITY
}

/** An empty log; `journal` hears the changes of a write before they are visible and may make them last. */
export const eventLog = (journal: (changes: readonly Change[]) => void = () => undefined) => {
  const events: StoredEvent[] = []
  const streams = new Map<string, StreamState>()
  const recentIds = new Map<string, { readonly stream: string; readonly revision: number }>()
  const watchers = new Set<() => void>()
  let nextPosition = FIRST_POSITION

  const stateOf = (stream: string): StreamState => {
    const known = streams.get(stream)
    if (known !== undefined) return known
    const made = emptyStream()
    streams.set(stream, made)
    return made
  }

  const lastRevision = (stream: string): number => (streams.get(stream)?.events.length ?? 0) - 1

  const place = (stream: string, event: ProposedEvent, createdMs: number): void => {
    const state = stateOf(stream)
    const isTombstone = event.type === '$streamDeleted'
    const fields = { ...event, stream, revision: state.events.length, position: nextPosition }
    const stored = { ...fields, createdMs, frame: encoded({ ...fields, createdMs, isTombstone }) }
    nextPosition += RECORD_OVERHEAD_BYTES + event.data.length + event.metadata.length
    events.push(stored)
    if (isTombstone) return
    state.events.push(stored)
    if (!recentIds.has(event.id)) recentIds.set(event.id, { stream, revision: stored.revision })
    if (isMetadataStream(stream)) applyMetadata(stateOf(stream.slice(2)), event.data)
  }

  const apply = (change: Change): void => {
    for (const event of change.events) place(change.stream, event, change.createdMs)
    if (change.tombstone) stateOf(change.stream).tombstoned = true
  }

  const commit = (changes: readonly Change[]): void => {
    journal(changes)
    for (const change of changes) apply(change)
    for (const wake of watchers) wake()
  }

  return {
    /** Everything that was written, in the order of the log. */
    events: events as readonly StoredEvent[],
    /** The stream's events and limits, or none when nobody ever wrote to it. */
    stream: (stream: string): Readonly<StreamState> | undefined => streams.get(stream),
    lastRevision,
    /** The stream's events as they grow, existing or not. */
    growing: (stream: string): readonly StoredEvent[] => stateOf(stream).events,
    /** Whether an id is among those the server remembers without its index, and where. */
    recent: (id: string) => recentIds.get(id),
    /** A restart forgets those. */
    forgetRecentIds: (): void => recentIds.clear(),
    commit,
    apply,
    /** Drops from the log what nobody may read any more, while nobody follows it. */
    scavenge: (): void => {
      const isKept = ({ stream, revision }: StoredEvent, at: number): boolean => {
        const state = streams.get(stream)
        if (state === undefined || state.tombstoned) return events[at]?.type === '$streamDeleted'
        return revision >= Math.max(state.truncateBefore, state.events.length - state.maxCount)
      }
      events.splice(0, events.length, ...events.filter(isKept))
    },
    /** Calls `wake` after every change until the answer is called. */
    watch: (wake: () => void): (() => void) => {
      watchers.add(wake)
      return () => void watchers.delete(wake)
    },
    /** The position after the last event. */
    endPosition: (): number => nextPosition
  }
}

export type EventLog = ReturnType<typeof eventLog>
