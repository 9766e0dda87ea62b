/**
 * What many events have in common: who is connected, where the thread comes from, and how an event is put together.
 */
import type { Json, JsonObject } from '../../json.ts'
import type { AnalyticsEvent, AnalyticsPayload } from './envelope.ts'
import type { AnalyticsClient, OpenedThread, Runtime } from './fact.ts'
import type { Sha1 } from './hashes.ts'
import { shaped } from './shapes.ts'
import type { AnalyticsState, AnalyticsConnection } from './state.ts'
import type { Contract, EventType } from './vocabulary.ts'

/** Which contract events are made for, and the hash they need. */
export interface Rendering {
  readonly contract: Contract
  readonly sha1: Sha1
}

export type Events = ReadonlyArray<AnalyticsEvent>

export const NO_EVENTS: Events = []

const clientMembers = (client: AnalyticsClient): JsonObject => ({
  product_client_id: client.productClientId,
  client_name: client.name,
  client_version: client.version,
  rpc_transport: client.transport,
  experimental_api_enabled: client.experimentalApi
})

const runtimeMembers = (runtime: Runtime): JsonObject => ({
  codex_rs_version: runtime.version,
  runtime_os: runtime.os,
  runtime_os_version: runtime.osVersion,
  runtime_arch: runtime.arch
})

const wireNames = new Map<string, string>()

const wireName = (member: string): string => {
  const known = wireNames.get(member)
  if (known !== undefined) return known
  const name = member.replace(/[A-Z]/g, (letter) => `_${letter.toLowerCase()}`)
  wireNames.set(member, name)
  return name
}

/** Members of a fact as the wire spells them, `turnId` as `turn_id`; the shape of an event takes those it has. */
export const wireMembers = (fact: object | null): JsonObject => {
  const members: Record<string, Json> = {}
  for (const [member, value] of Object.entries(fact ?? {}) as ReadonlyArray<[string, Json]>)
    members[wireName(member)] = value
  return members
}

export interface AnalyticsContext {
  readonly connection: AnalyticsConnection
  readonly thread: OpenedThread
}

/** The context of an event about a thread; null when its thread or connection is unknown, so that the event is lost. */
export const contextOf = (
  state: AnalyticsState,
  threadId: string,
  connectionId: string | null = null
): AnalyticsContext | null => {
  const thread = state.threads.get(threadId)
  const id = connectionId ?? thread?.connectionId ?? null
  const connection = id === null ? undefined : state.connections.get(id)
  return thread === undefined || connection === undefined
    ? null
    : { connection, thread: thread.metadata }
}

export const contextMembers = ({ connection, thread }: AnalyticsContext): JsonObject => ({
  ...wireMembers(thread),
  initialization_mode: thread.mode,
  app_server_client: clientMembers(connection.client),
  runtime: runtimeMembers(connection.runtime)
})

export const eventOf = (
  { contract }: Rendering,
  at: { readonly atMs: number; readonly threadId: string | null },
  type: EventType,
  values: JsonObject,
  beside: Pick<AnalyticsPayload, 'skill_id' | 'skill_name'> | null = null
): Events => {
  const event_params = shaped(type, contract, values)
  if (event_params === null) return NO_EVENTS
  const payload = { event_type: type, ...(beside ?? {}), event_params }
  return [{ atMs: at.atMs, threadId: at.threadId, payload }]
}

export const seconds = (ms: number): number => Math.floor(ms / 1000)

/** The time between; null when it would be negative. */
export const between = (startMs: number, endMs: number): number | null =>
  endMs < startMs ? null : endMs - startMs
