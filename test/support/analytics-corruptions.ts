/**
 * One mistake at a time in the analytics of a recorded run, chosen by a seed: in what Codex posted, or in what was made of the rollouts.
 */
import { isJsonObject, type Json, type JsonObject } from '../../domain/json.ts'
import type { PostedEvent } from '../../domain/ledgers/analytics/envelope.ts'

/** A run before and after a mistake. */
export interface Lists {
  readonly posted: ReadonlyArray<PostedEvent>
  readonly made: ReadonlyArray<PostedEvent>
}

/** What was done, to which field of which event. */
export interface Corruption {
  readonly kind: string
  readonly side: keyof Lists
  readonly eventType: string
  /** Null for a whole event. */
  readonly field: string | null
  readonly from: Json | undefined
  readonly to: Json | undefined
  readonly event: PostedEvent
  readonly after: Lists
}

type Random = () => number

const pick = <A>(random: Random, all: ReadonlyArray<A>): A => {
  const found = all[Math.floor(random() * all.length)]
  if (found === undefined) throw new Error('nothing to pick from')
  return found
}

type Leaf = readonly [path: ReadonlyArray<string>, value: Json]

const leavesOf = (object: JsonObject, before: ReadonlyArray<string> = []): ReadonlyArray<Leaf> =>
  Object.entries(object).flatMap(([name, value]): ReadonlyArray<Leaf> => {
    const path = [...before, name]
    return isJsonObject(value) ? leavesOf(value, path) : [[path, value as Json]]
  })

const withValue = (
  object: JsonObject,
  [name = '', ...rest]: ReadonlyArray<string>,
  value: Json
): JsonObject => {
  const inner = object[name]
  const next = rest.length === 0 ? value : withValue(inner as JsonObject, rest, value)
  return { ...object, [name]: next }
}

const digits = (random: Random, count: number): string =>
  Array.from({ length: count }, () => Math.floor(random() * 16).toString(16)).join('')

/** An id of the right form that was given to nothing: half of them say a time, as Codex's do. */
const inventedId = (random: Random): string => {
  const version = random() < 0.5 ? '7' : '4'
  const time = version === '7' ? `01a${digits(random, 5)}` : digits(random, 8)
  return `${time}-${digits(random, 4)}-${version}${digits(random, 3)}-8${digits(random, 3)}-${digits(random, 12)}`
}

/** Another value of the same sort, far enough from the first to be a mistake. */
const another = (random: Random, value: Json): Json => {
  if (typeof value === 'number')
    return pick(random, [value * 3 + 4321, value + 9999, Math.max(0, value - 7777) + 20_000])
  if (typeof value === 'boolean') return !value
  if (typeof value === 'string') return pick(random, ['another', `${value}-x`, inventedId(random)])
  if (Array.isArray(value)) return [...(value as ReadonlyArray<Json>), 'another']
  return pick(random, [7, 'another', true])
}

const TOKENS = [
  'input_tokens',
  'cached_input_tokens',
  'output_tokens',
  'reasoning_output_tokens',
  'total_tokens'
]
const COUNTS = [
  'total_tool_call_count',
  'shell_command_count',
  'file_change_count',
  'mcp_tool_call_count',
  'dynamic_tool_call_count',
  'subagent_tool_call_count',
  'web_search_count',
  'image_generation_count'
]

const replacedAll = (params: JsonObject, names: ReadonlyArray<string>, value: Json): JsonObject =>
  names.reduce<JsonObject>((all, name) => (name in all ? { ...all, [name]: value } : all), params)

type Change = (
  params: JsonObject
) => { readonly params: JsonObject; readonly field: string; readonly to: Json } | null

const changes: Readonly<Record<string, (random: Random) => Change>> = {
  'another value': (random) => (params) => {
    const [path, value] = pick(random, leavesOf(params))
    const to = another(random, value)
    return { params: withValue(params, path, to), field: path.join('.'), to }
  },
  'no value': (random) => (params) => {
    const held = leavesOf(params).filter(([, value]) => value !== null)
    const [path] = pick(random, held)
    return { params: withValue(params, path, null), field: path.join('.'), to: null }
  },
  'invented turn': (random) => (params) => {
    const to = inventedId(random)
    return typeof params['turn_id'] === 'string'
      ? { params: { ...params, turn_id: to }, field: 'turn_id', to }
      : null
  },
  'invented thread': (random) => (params) => {
    const to = inventedId(random)
    return typeof params['thread_id'] === 'string'
      ? { params: { ...params, thread_id: to }, field: 'thread_id', to }
      : null
  },
  'counts of 999': () => (params) =>
    'total_tool_call_count' in params
      ? { params: replacedAll(params, COUNTS, 999), field: 'shell_command_count', to: 999 }
      : null,
  'tokens of 1': () => (params) =>
    'total_tokens' in params
      ? { params: replacedAll(params, TOKENS, 1), field: 'total_tokens', to: 1 }
      : null,
  'another client': () => (params) =>
    isJsonObject(params['app_server_client'])
      ? {
          params: {
            ...params,
            app_server_client: {
              ...params['app_server_client'],
              ...{ product_client_id: 'other', client_name: 'other', client_version: '9.9.9' }
            }
          },
          field: 'app_server_client',
          to: 'other'
        }
      : null
}

const replacedAt = <A>(
  all: ReadonlyArray<A>,
  at: number,
  ...by: ReadonlyArray<A>
): ReadonlyArray<A> => [...all.slice(0, at), ...by, ...all.slice(at + 1)]

const WHOLE = ['dropped', 'told twice', 'turns dropped'] as const
const KINDS = [...Object.keys(changes), 'another value', 'another value', 'no value', ...WHOLE]

/** Makes one mistake in the lists of a run; null when the one that was chosen does not fit them. */
export const corrupted = (lists: Lists, random: Random): Corruption | null => {
  const kind = pick(random, KINDS)
  const side = random() < 0.7 ? 'posted' : 'made'
  const events = lists[side]
  if (events.length === 0) return null
  const at = Math.floor(random() * events.length)
  const event = pick(() => at / events.length, events)
  const of = { kind, side, eventType: event.event_type, event } as const
  const whole = (left: ReadonlyArray<PostedEvent>): Corruption => ({
    ...of,
    field: null,
    from: undefined,
    to: undefined,
    after: { ...lists, [side]: left }
  })
  if (kind === 'dropped') return whole(replacedAt(events, at))
  if (kind === 'told twice') return whole(replacedAt(events, at, event, event))
  if (kind === 'turns dropped') {
    const left = events.filter(({ event_type }) => event_type !== 'codex_turn_event')
    return left.length === events.length ? null : { ...whole(left), eventType: 'codex_turn_event' }
  }
  const changed = changes[kind]?.(random)(event.event_params) ?? null
  if (changed === null) return null
  const after = { ...event, event_params: changed.params }
  if (JSON.stringify(after) === JSON.stringify(event)) return null
  const from = changed.field
    .split('.')
    .reduce<Json | undefined>(
      (value, name) => (isJsonObject(value) ? value[name] : undefined),
      event.event_params
    )
  return {
    ...of,
    field: changed.field,
    from,
    to: changed.to,
    after: { ...lists, [side]: replacedAt(events, at, after) }
  }
}
