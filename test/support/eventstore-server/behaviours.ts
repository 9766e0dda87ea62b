/**
 * What servers of different versions and settings do differently, as settings of the stand-in: a difference that is seen at a
 * real server becomes a member here, with the default of the newest version.
 */

/** A method a server says it has. */
export interface SupportedMethod {
  readonly service: string
  readonly method: string
  readonly features?: readonly string[]
}

const STREAMS = 'event_store.client.streams.streams'

/** The methods that a current server lists and this one serves. */
const DEFAULT_METHODS: readonly SupportedMethod[] = [
  { service: STREAMS, method: 'read', features: ['position', 'events'] },
  { service: STREAMS, method: 'append' },
  { service: STREAMS, method: 'delete' },
  { service: STREAMS, method: 'tombstone' },
  { service: STREAMS, method: 'batchappend', features: ['deadline_duration'] },
  { service: 'event_store.client.gossip.gossip', method: 'read' },
  { service: 'event_store.client.server_features.serverfeatures', method: 'getsupportedmethods' }
]

/** How a server behaves. */
export interface Behaviours {
  /** The version it says it has. */
  readonly version: string
  /** The methods it says it serves. */
  readonly methods: readonly SupportedMethod[]
  /** The largest append. */
  readonly maxAppendSizeBytes: number
  /** The largest event of an append; only from 24.10 on. */
  readonly maxAppendEventSizeBytes: number
  /** What is counted against both: data, metadata and types, or data alone (23.10 and 24.2). */
  readonly counts: 'everything' | 'data'
  /** The largest message the transport takes; an event of an append is one. */
  readonly maxMessageBytes: number
  /** Calls that one connection may have open; the client holds back what is above. */
  readonly callsPerConnection: number
  /** How many events a live subscription may be behind before it falls behind. */
  readonly liveBuffer: number
  /** What a subscription that falls behind gets: the news, or its end (ABORTED) as servers before 24.2 gave it. */
  readonly slowConsumer: 'falls_behind' | 'dropped'
  /**
   * The checkpoint of a filtered subscription that has caught up: where its last page began or what it showed last; only what it
   * showed or told last, and 2^64-1 where that is nothing (24.2.0 to 24.10.4); none (23.10).
   */
  readonly endCheckpoint: 'page' | 'shown' | 'none'
  /** A subscription to everything skips one event at its position or behind it, also when the one at it is gone (23.10). */
  readonly resumeSkips: boolean
  /** Whether a subscription to a stream that is not there is told that it has caught up; not by 23.10. */
  readonly missingStreamCaughtUp: boolean
}

/** A server of today with its default settings. */
export const DEFAULT_BEHAVIOURS: Behaviours = {
  version: '24.10.0',
  methods: DEFAULT_METHODS,
  maxAppendSizeBytes: 1024 * 1024,
  maxAppendEventSizeBytes: 2 ** 31 - 1,
  counts: 'everything',
  maxMessageBytes: 16 * 1024 * 1024 - 10_000,
  callsPerConnection: 100,
  liveBuffer: 32,
  slowConsumer: 'falls_behind',
  endCheckpoint: 'page',
  resumeSkips: false,
  missingStreamCaughtUp: true
}

/** What was seen at real servers of a version, where it is not as above. */
export const BEHAVIOURS_OF = {
  '23.10': {
    version: '23.10.8',
    counts: 'data',
    slowConsumer: 'dropped',
    endCheckpoint: 'none',
    resumeSkips: true,
    missingStreamCaughtUp: false
  },
  '24.2': { version: '24.2.0', counts: 'data', endCheckpoint: 'shown' },
  '24.10': { version: '24.10.14' },
  '25.0': { version: '25.0.1' }
} as const satisfies Record<string, Partial<Behaviours>>
