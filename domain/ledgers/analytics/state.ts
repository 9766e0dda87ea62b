/**
 * What the analytics reducer remembers: connections, threads, turns in the making, and calls and questions that have begun.
 *
 * Every map has a largest size, and the oldest entry goes first: what never ends must not stay for ever.
 */
import type {
  AnalyticsClient,
  TurnErrorKind,
  FactOf,
  OpenedThread,
  Runtime,
  TurnProfile,
  TurnSettings,
  TurnTokens
} from './fact.ts'
import type { JsonObject } from '../../json.ts'
import type { DiffLines } from './diff-lines.ts'
import type { ApprovalOutcome } from './vocabulary.ts'

export interface AnalyticsConnection {
  readonly client: AnalyticsClient
  readonly runtime: Runtime
}

interface AnalyticsThread {
  readonly connectionId: string | null
  readonly metadata: OpenedThread
}

export interface ToolCounts {
  readonly total: number
  readonly command: number
  readonly file_change: number
  readonly mcp: number
  readonly dynamic: number
  readonly collab: number
  readonly control: number
  readonly web_search: number
  readonly image_generation: number
}

/** A turn, as far as it is known. */
export interface AnalyticsTurn {
  readonly connectionId: string | null
  readonly imageCount: number | null
  readonly settings: TurnSettings | null
  readonly tokens: TurnTokens | null
  /** Undefined until somebody tells, null when nobody measured. */
  readonly profile: TurnProfile | null | undefined
  readonly error: TurnErrorKind | null
  readonly diff: DiffLines | null
  readonly repositoryUrl: string | null
  readonly imagePreparations: ReadonlyArray<JsonObject> | null
  readonly startedAt: number | null
  readonly interruptRequestedAtMs: number | null
  readonly steers: number
  readonly counts: ToolCounts
  readonly ended: FactOf<'turn_ended'> | null
  /** The event is out; what comes later can still make events of its own, but counts no more. */
  readonly told: boolean
}

/** Reviews of one tool call. */
export interface ItemReviews {
  readonly guardian: number
  readonly user: number
  readonly outcome: ApprovalOutcome
  readonly additionalPermissions: boolean
  readonly networkAccess: boolean
}

export type PendingRequest = FactOf<'turn_requested'> | FactOf<'steer_requested'>

/** All the reducer remembers. Keys are ids, joined by `keyOf` where there are several. */
export interface AnalyticsState {
  readonly connections: ReadonlyMap<string, AnalyticsConnection>
  readonly threads: ReadonlyMap<string, AnalyticsThread>
  readonly turns: ReadonlyMap<string, AnalyticsTurn>
  readonly requests: ReadonlyMap<string, PendingRequest>
  readonly toolsStarted: ReadonlyMap<string, number>
  readonly approvals: ReadonlyMap<string, FactOf<'approval_requested'>>
  readonly itemReviews: ReadonlyMap<string, ItemReviews>
  /** Apps and plugins that were told as used, by turn. */
  readonly used: ReadonlySet<string>
}

export const LIMITS = {
  connections: 256,
  threads: 4096,
  turns: 1024,
  requests: 1024,
  toolsStarted: 4096,
  approvals: 1024,
  itemReviews: 1024,
  used: 4096
} as const

export const NO_ANALYTICS: AnalyticsState = {
  connections: new Map(),
  threads: new Map(),
  turns: new Map(),
  requests: new Map(),
  toolsStarted: new Map(),
  approvals: new Map(),
  itemReviews: new Map(),
  used: new Set()
}

const NEW_TURN: AnalyticsTurn = {
  connectionId: null,
  imageCount: null,
  settings: null,
  tokens: null,
  profile: undefined,
  error: null,
  diff: null,
  repositoryUrl: null,
  imagePreparations: null,
  startedAt: null,
  interruptRequestedAtMs: null,
  steers: 0,
  counts: {
    total: 0,
    command: 0,
    file_change: 0,
    mcp: 0,
    dynamic: 0,
    collab: 0,
    control: 0,
    web_search: 0,
    image_generation: 0
  },
  ended: null,
  told: false
}

type MapName = Exclude<keyof AnalyticsState, 'used'>
type EntryOf<K extends MapName> = AnalyticsState[K] extends ReadonlyMap<string, infer V> ? V : never

export const keyOf = (...ids: ReadonlyArray<string | null>): string => JSON.stringify(ids)

/** With an entry set; beyond the limit the oldest one goes. */
export const withEntry = <K extends MapName>(
  state: AnalyticsState,
  name: K,
  key: string,
  value: EntryOf<K>
): AnalyticsState => {
  const map = new Map<string, unknown>(state[name])
  map.set(key, value)
  if (map.size > LIMITS[name])
    for (const oldest of map.keys()) {
      map.delete(oldest)
      break
    }
  return { ...state, [name]: map }
}

export const withoutEntry = (state: AnalyticsState, name: MapName, key: string): AnalyticsState => {
  if (!state[name].has(key)) return state
  const map = new Map<string, unknown>(state[name])
  map.delete(key)
  return { ...state, [name]: map }
}

/** With a turn changed; an unknown turn begins. */
export const withTurn = (
  state: AnalyticsState,
  key: string,
  change: Partial<AnalyticsTurn>
): AnalyticsState =>
  withEntry(state, 'turns', key, { ...(state.turns.get(key) ?? NEW_TURN), ...change })
