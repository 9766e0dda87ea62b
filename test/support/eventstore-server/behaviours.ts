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
  /** How many events a live subscription may be behind before it falls behind. */
  readonly liveBuffer: number
  /** What a subscription that falls behind gets: the news, or its end as servers before 24.2 gave it. */
  readonly slowConsumer: 'falls_behind' | 'dropped'
}

/** A server of today with its default settings. */
export const DEFAULT_BEHAVIOURS: Behaviours = {
  version: '24.10.0',
  methods: DEFAULT_METHODS,
  maxAppendSizeBytes: 1024 * 1024,
  liveBuffer: 32,
  slowConsumer: 'falls_behind'
}
