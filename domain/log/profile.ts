/**
 * What differs between the eras of Codex that write and read a home, as data.
 *
 * A profile is named after the Codex version whose answers it reproduces. Adding an era is adding a row here
 * (and, when its lines differ, their changes in `shapes/`).
 */

import type { NumberKeeping } from './exact-json.ts'

/** Names of the eras this build knows. */
export type ProfileName = '0.130' | '0.142' | '0.169'

/** The version-dependent facts. */
export interface Profile {
  readonly name: ProfileName
  /** Line types that are kept on read. */
  readonly lineTypes: ReadonlySet<string>
  /** Event kinds that survive the persistence filter, which Codex also applies on read. */
  readonly events: ReadonlySet<string>
  /** Response item types that are known; others are left out and do not count in the index. */
  readonly responseItems: ReadonlySet<string>
  /** `item_completed` items that survive. */
  readonly completedItems: ReadonlySet<string>
  /** Rollouts from before the envelope are read: no Codex of these eras does. */
  readonly readsBare: boolean
  /** Words of later versions are taken where nothing depends on them; Codex drops the line. */
  readonly takesLaterWords: boolean
  /** Numbers keep the text they were written as, and some are refused for it; see `exact-json.ts`. */
  readonly numbers: NumberKeeping
  /** The type of a line may be the only member of an object. */
  readonly takesTypeInObject: boolean
  /** Metadata with a member that is there twice is not read; of other lines the last one counts. */
  readonly refusesDoubledMeta: boolean
  /** `.jsonl.zst` rollouts are read. */
  readonly readsCompressed: boolean
  /** A rollout's file name must begin with `rollout-` to be found by id. */
  readonly needsRolloutPrefix: boolean
  /** Items and threads carry the members that came with 0.142 (clientId, detail, pluginId, recencyAt …). */
  readonly members142: boolean
  /** They also carry those that came until 0.169 (item times, rootTurnId, historyMode, model, readState …). */
  readonly members169: boolean
  /** A thread may be a lineage of segment files, and its lines may say which history they continue. */
  readonly segments: boolean
  /** The version whose lines unroll writes in this era. */
  readonly writesAs: string
  /** Sort keys `thread/list` accepts. */
  readonly sortKeys: ReadonlyArray<'created_at' | 'updated_at' | 'recency_at' | 'section_position'>
}

const EVENTS_130 = [
  'task_started',
  'task_complete',
  'turn_aborted',
  'user_message',
  'agent_message',
  'agent_reasoning',
  'agent_reasoning_raw_content',
  'token_count',
  'context_compacted',
  'entered_review_mode',
  'exited_review_mode',
  'thread_rolled_back',
  'image_generation_end',
  'patch_apply_end',
  'mcp_tool_call_end',
  'web_search_end',
  'item_completed'
]

const RESPONSE_ITEMS_130 = [
  'message',
  'reasoning',
  'local_shell_call',
  'function_call',
  'function_call_output',
  'custom_tool_call',
  'custom_tool_call_output',
  'tool_search_call',
  'tool_search_output',
  'web_search_call',
  'image_generation_call',
  'compaction',
  'compaction_summary',
  'context_compaction'
]

const LINES_130 = ['session_meta', 'response_item', 'compacted', 'turn_context', 'event_msg']

const LINES_142 = [...LINES_130, 'inter_agent_communication']
const EVENTS_142 = [...EVENTS_130, 'thread_goal_updated', 'sub_agent_activity']
const RESPONSE_ITEMS_142 = [...RESPONSE_ITEMS_130, 'agent_message']

/** `world_state`, `retained_context` and other line types of this era say nothing about turns, items or threads. */
const LINES_169 = [...LINES_142, 'token_usage_record']
const RESPONSE_ITEMS_169 = [...RESPONSE_ITEMS_142, 'additional_tools', 'configuration_update']

const COMPLETED_ITEMS_169 = [
  'UserMessage',
  'FunctionCallOutput',
  'HookPrompt',
  'AgentMessage',
  'Plan',
  'Reasoning',
  'CommandExecution',
  'DynamicToolCall',
  'CollabAgentToolCall',
  'SubAgentActivity',
  'WebSearch',
  'ImageView',
  'Sleep',
  'ImageGeneration',
  'EnteredReviewMode',
  'ExitedReviewMode',
  'FileChange',
  'McpToolCall',
  'ContextCompaction',
  'Extension'
]

/**
 * Every type of line that an era knows. Those that none of them reads (`world_state` and the ones behind it) say nothing about
 * turns, items or threads; some are large.
 */
export const LINE_TYPES: ReadonlySet<string> = new Set([
  ...LINES_169,
  'world_state',
  'retained_context',
  'dynamic_tools_updated',
  'inter_agent_communication_metadata',
  'security_risk_score',
  'realtime_item'
])

/** Every era this build knows, by name. */
export const PROFILES: Readonly<Record<ProfileName, Profile>> = {
  '0.130': {
    name: '0.130',
    lineTypes: new Set(LINES_130),
    events: new Set(EVENTS_130),
    responseItems: new Set(RESPONSE_ITEMS_130),
    completedItems: new Set(['Plan']),
    readsBare: false,
    takesLaterWords: false,
    numbers: 'rounded',
    takesTypeInObject: true,
    refusesDoubledMeta: true,
    readsCompressed: false,
    needsRolloutPrefix: false,
    members142: false,
    members169: false,
    segments: false,
    writesAs: '0.130.0',
    sortKeys: ['created_at', 'updated_at']
  },
  '0.142': {
    name: '0.142',
    lineTypes: new Set(LINES_142),
    events: new Set(EVENTS_142),
    responseItems: new Set(RESPONSE_ITEMS_142),
    completedItems: new Set(['Plan', 'Sleep']),
    readsBare: false,
    takesLaterWords: false,
    numbers: 'written',
    takesTypeInObject: true,
    refusesDoubledMeta: false,
    readsCompressed: true,
    needsRolloutPrefix: true,
    members142: true,
    members169: false,
    segments: false,
    writesAs: '0.142.5',
    sortKeys: ['created_at', 'updated_at', 'recency_at']
  },
  '0.169': {
    name: '0.169',
    lineTypes: new Set(LINES_169),
    events: new Set([...EVENTS_142, 'thread_settings_applied']),
    responseItems: new Set(RESPONSE_ITEMS_169),
    completedItems: new Set(COMPLETED_ITEMS_169),
    readsBare: false,
    takesLaterWords: false,
    numbers: 'written',
    takesTypeInObject: false,
    refusesDoubledMeta: false,
    readsCompressed: true,
    needsRolloutPrefix: true,
    members142: true,
    members169: true,
    segments: true,
    writesAs: '0.169.0',
    sortKeys: ['created_at', 'updated_at', 'recency_at', 'section_position']
  }
}

/**
 * Events unroll adds to rollouts. Every Codex passes over event kinds it does not know, and strict answers do too, so
 * that they are those of Codex.
 */
export const OWN_EVENTS: ReadonlySet<string> = new Set(['unroll_turns_restored'])

const withOwnEvents = (profile: Profile): Profile => ({
  ...profile,
  readsBare: true,
  takesLaterWords: true,
  events: new Set([...profile.events, ...OWN_EVENTS])
})

const OWN_PROFILES: Readonly<Record<ProfileName, Profile>> = {
  '0.130': withOwnEvents(PROFILES['0.130']),
  '0.142': withOwnEvents(PROFILES['0.142']),
  '0.169': withOwnEvents(PROFILES['0.169'])
}

/** The era as it is read: by unroll with its own events, or strictly as Codex reads it. */
export const eraOf = (name: ProfileName, strict: boolean): Profile =>
  (strict ? PROFILES : OWN_PROFILES)[name]

/** The newest era, which reads what every older one wrote. */
export const NEWEST_ERA: ProfileName = '0.169'

/** The era used when nobody asks for another. */
export const DEFAULT_PROFILE: Profile = PROFILES[NEWEST_ERA]
