/**
 * What the events of one side must say whatever happened: sums are sums, times fit, a thread has one client at a time. A value
 * that contradicts its own side is a mistake; no reason for a difference covers it.
 */
import { isJsonObject, textIn, type Json, type JsonObject } from '../../json.ts'
import type { PostedEvent } from './envelope.ts'
import { timeInId, type EventIndex } from './evidence.ts'

/** A law: the fields it binds, and whether an event keeps it. Events without the numbers keep it. */
interface Law {
  readonly events: RegExp
  readonly fields: ReadonlyArray<string>
  readonly holds: (params: JsonObject, side: EventIndex, event: PostedEvent) => boolean
}

const numbers = (
  params: JsonObject,
  names: ReadonlyArray<string>
): ReadonlyArray<number> | null => {
  const found = names.map((name) => params[name])
  return found.every((value) => typeof value === 'number') ? found : null
}

const sum = (values: ReadonlyArray<number>): number => values.reduce((all, one) => all + one, 0)

/** A total and its parts, with the slack allowed. */
const adding = (events: RegExp, total: string, parts: ReadonlyArray<string>, slack = 0): Law => ({
  events,
  fields: [total, ...parts],
  holds: (params) => {
    const present = parts.filter((name) => params[name] !== undefined)
    if (present.every((name) => params[name] === null)) return true
    const found = numbers(params, [total, ...present])
    if (found === null) return false
    const [whole = 0, ...rest] = found
    return Math.abs(whole - sum(rest)) <= slack
  }
})

const ANY = /./
const TURN = /^codex_turn_event$/
const ITEM =
  /_call_event$|^codex_(command_execution|file_change|web_search|image_generation)_event$/

const CLIENT = [
  'app_server_client.client_name',
  'app_server_client.client_version',
  'app_server_client.rpc_transport',
  'app_server_client.experimental_api_enabled',
  'app_server_client.product_client_id',
  'runtime.codex_rs_version',
  'runtime.runtime_os',
  'runtime.runtime_os_version',
  'runtime.runtime_arch'
]

const at = (params: JsonObject, path: string): Json | undefined =>
  path
    .split('.')
    .reduce<Json | undefined>(
      (value, name) => (isJsonObject(value) ? value[name] : undefined),
      params
    )

/** Codex opens agents' threads on a connection of their own, and posts their turns on that of the client. */
const isAgentOpening = ({ event_type, event_params }: PostedEvent): boolean =>
  event_type === 'codex_thread_initialized' && typeof event_params['subagent_source'] === 'string'

/**
 * Somebody else says the same: another event of the thread, or, where there is none, any other. A client that opened the
 * thread of another one may be the only one to say so.
 */
const sameClient = (field: string): Law => ({
  events: ANY,
  fields: [field],
  holds: (params, side, event) => {
    const own = at(params, field)
    if (own === undefined) return true
    const others = (events: ReadonlyArray<PostedEvent>) =>
      events.filter(
        (other) =>
          other.event_params !== params &&
          isAgentOpening(other) === isAgentOpening(event) &&
          at(other.event_params, field) !== undefined
      )
    const near = others(side.events(params['thread_id']))
    const isNewcomer = near.length === 0 && params['initialization_mode'] === 'resumed'
    if (isNewcomer && !field.startsWith('runtime.runtime_')) return true
    const asked = near.length > 0 ? near : others(side.all)
    return asked.length === 0 || asked.some(({ event_params }) => at(event_params, field) === own)
  }
})

const SECOND_MS = 1000

/** A turn id holds the time the turn began. */
const turnBegins: Law = {
  events: TURN,
  fields: ['started_at', 'turn_id'],
  holds: ({ turn_id, started_at }) => {
    if (typeof turn_id === 'string' && turn_id.startsWith('external-import-turn-')) return true
    const madeAt = timeInId(turn_id)
    if (madeAt === null) return false
    return (
      typeof started_at !== 'number' || Math.abs(Math.floor(madeAt / SECOND_MS) - started_at) <= 1
    )
  }
}

const threadBegins: Law = {
  events: /^codex_thread_initialized$/,
  fields: ['created_at', 'thread_id'],
  holds: ({ thread_id, created_at }) => {
    const madeAt = timeInId(thread_id)
    if (madeAt === null) return false
    return typeof created_at !== 'number' || Math.abs(madeAt / SECOND_MS - created_at) <= 6
  }
}

const lasting = (start: string, end: string): Law => ({
  events: /^codex_(turn|compaction)_event$/,
  fields: [start, end, 'duration_ms'],
  holds: (params) => {
    const found = numbers(params, [start, end, 'duration_ms'])
    if (found === null) return true
    const [from = 0, to = 0, took = 0] = found
    return took >= 0 && Math.abs((to - from) * SECOND_MS - took) <= SECOND_MS
  }
})

/** Review counts equal the reviews posted; only a side that posts reviews has any. */
const reviewed: Law = {
  events: ITEM,
  fields: ['user_review_count', 'guardian_review_count', 'final_approval_outcome', 'review_count'],
  holds: (params, side) => {
    const { user_review_count: byUser, guardian_review_count: byGuardian } = params
    const reviews = side.inTurn('codex_review_event', params)
    const { item_id, turn_id } = params
    const told = reviews.filter((one) => one['item_id'] === item_id && one['reviewer'] === 'user')
    const kept = side
      .ofType('codex_guardian_review')
      .filter((one) => one['target_item_id'] === item_id && one['turn_id'] === turn_id)
    const approval = told.at(-1) ?? kept.at(-1)
    const outcome = params['final_approval_outcome']
    if (byUser === null && byGuardian === null) return true
    return (
      byUser === told.length &&
      byGuardian === kept.length &&
      (approval === undefined
        ? outcome === 'unknown'
        : typeof outcome === 'string' &&
          outcome.includes(textIn(approval['terminal_status'] ?? approval['status'])))
    )
  }
}

/** A review belongs to a known thread and turn. */
const reviewCounted: Law = {
  events: /^codex_review_event$/,
  fields: ['item_id', 'status'],
  holds: (params, side) => {
    const { thread_id, turn_id } = params
    return (
      side.knows(thread_id) && (side.turn(thread_id, turn_id) !== undefined || turn_id === null)
    )
  }
}

const succeeded: Law = {
  events: /^codex_dynamic_tool_call_event$/,
  fields: ['success', 'terminal_status', 'failure_kind'],
  holds: ({ success, terminal_status, failure_kind }) =>
    success === null || success === undefined
      ? true
      : success === (terminal_status === 'completed') && success === (failure_kind === null)
}

/** The tool's own time lies within the time until its end was seen. */
const executed: Law = {
  events: ITEM,
  fields: ['execution_duration_ms', 'duration_ms'],
  holds: (params) => {
    const found = numbers(params, ['execution_duration_ms', 'duration_ms'])
    const [own = 0, all = 0] = found ?? []
    return own >= 0 && own <= all
  }
}

const TOKENS = adding(TURN, 'total_tokens', ['input_tokens', 'output_tokens'])

const LAWS: ReadonlyArray<Law> = [
  adding(ITEM, 'completed_at_ms', ['started_at_ms', 'duration_ms']),
  adding(
    TURN,
    'duration_ms',
    [
      'before_first_sampling_ms',
      'sampling_ms',
      'between_sampling_overhead_ms',
      'tool_blocking_ms',
      'after_last_sampling_ms',
      'compaction_ms'
    ],
    1
  ),
  {
    ...TOKENS,
    // When the context did not fit, the total is the size of the window.
    holds: (params, side, event) =>
      params['turn_error'] === 'contextWindowExceeded' ||
      side.inTurn('codex_compaction_event', params).length > 0 ||
      TOKENS.holds(params, side, event)
  },
  adding(ANY, 'command_total_action_count', [
    'command_read_action_count',
    'command_list_files_action_count',
    'command_search_action_count',
    'command_unknown_action_count'
  ]),
  adding(ANY, 'review_count', ['user_review_count', 'guardian_review_count']),
  turnBegins,
  threadBegins,
  lasting('started_at', 'completed_at'),
  reviewed,
  reviewCounted,
  succeeded,
  executed,
  ...CLIENT.map(sameClient)
]

/** Fields of an event that contradict its own side. */
export const contradicted = (event: PostedEvent, side: EventIndex): ReadonlySet<string> =>
  new Set(
    LAWS.flatMap((law) =>
      law.events.test(event.event_type) && !law.holds(event.event_params, side, event)
        ? law.fields
        : []
    )
  )
