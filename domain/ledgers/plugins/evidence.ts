/**
 * What a line of a rollout tells about plugins in use.
 *
 * Kinds:  `mention`       a person named the plugin: `plugin://name@marketplace` in the text, or as an input of its own (0.169);
 *         `capabilities`  Codex told the model what the plugin can do; only its name is there;
 *         `skill`         a skill of the plugin was given to the model; the path has the version that was in use;
 *         `mcp_tool`, `command`  a tool or a script of the plugin ran (0.142, 0.169).
 * Errors: whatever a line does not say in one of these ways is no evidence; nothing is guessed.
 */
import type { Certainty } from '../../certainty.ts'
import type { RolloutLine } from '../../log/event.ts'
import { isJsonObject, textIn, type Json, type JsonObject } from '../../json.ts'
import { isSegment, sidesOf } from './ids.ts'
import { isVersion } from './version-name.ts'

type EvidenceKind = 'mention' | 'capabilities' | 'skill' | 'mcp_tool' | 'command'

/** One sign of a plugin in use. */
export interface PluginEvidence {
  readonly kind: EvidenceKind
  /** `name@marketplace`; null where only the name is there. */
  readonly localId: string | null
  readonly name: string
  /** Null where the line does not say. */
  readonly version: string | null
  /** The skill or the tool; empty for the others. */
  readonly detail: string
  readonly certainty: Certainty
}

const NONE: ReadonlyArray<PluginEvidence> = []

const evidence = (
  kind: EvidenceKind,
  localId: string,
  certainty: Certainty,
  more: { readonly version?: string | null; readonly detail?: string } = {}
): PluginEvidence => ({
  kind,
  localId,
  name: sidesOf(localId)?.name ?? localId,
  version: more.version ?? null,
  detail: more.detail ?? '',
  certainty
})

/** The plugin and version of a path in the plugin cache; null for any other path. */
const cachePlace = (
  path: string
): { readonly localId: string; readonly version: string } | null => {
  const [, marketplace = '', name = '', version = ''] =
    /(?:^|[\\/])plugins[\\/]cache[\\/]([^\\/]+)[\\/]([^\\/]+)[\\/]([^\\/]+)[\\/]/.exec(path) ?? []
  return isSegment(marketplace) && isSegment(name) && isVersion(version)
    ? { localId: `${name}@${marketplace}`, version }
    : null
}

const ofSkillPath = (
  detail: string,
  path: string,
  certainty: Certainty
): ReadonlyArray<PluginEvidence> => {
  const place = cachePlace(path)
  return place === null
    ? NONE
    : [evidence('skill', place.localId, certainty, { version: place.version, detail })]
}

const LINK = /plugin:\/\/([^\s()<>[\]"'`]+)/g

/** Longer texts are not searched for links. */
const TEXT_CHARACTERS_MAX = 1_000_000

const links = (text: string, certainty: Certainty): ReadonlyArray<PluginEvidence> =>
  text.length > TEXT_CHARACTERS_MAX || !text.includes('plugin://')
    ? NONE
    : Array.from(text.matchAll(LINK), ([, id = '']) => id.replace(/[.,;:!?]+$/, ''))
        .filter((id) => sidesOf(id) !== null)
        .map((id) => evidence('mention', id, certainty))

const SKILL = /^<skill>\s*<name>([^<]*)<\/name>\s*<path>([^<]*)<\/path>/

const CAPABILITIES = /^Capabilities from the `([^`\n]+)` plugin/

/** A message to the model. */
const ofMessage = (payload: JsonObject): ReadonlyArray<PluginEvidence> => {
  const { role, content } = payload
  if (role === 'assistant' || !Array.isArray(content)) return NONE
  return (content as ReadonlyArray<Json>).flatMap((part) => {
    const text = isJsonObject(part) ? textIn(part['text']).trimStart() : ''
    const [, skill = '', path = ''] = SKILL.exec(text) ?? []
    if (path !== '') return ofSkillPath(skill, path, 'derived')
    const [, name] = CAPABILITIES.exec(text) ?? []
    if (name !== undefined && role === 'developer')
      return [
        {
          kind: 'capabilities',
          localId: null,
          name,
          version: null,
          detail: '',
          certainty: 'derived'
        } satisfies PluginEvidence
      ]
    return role === 'user' ? links(text, 'derived') : NONE
  })
}

/** Inputs of a person: texts, and from 0.169 on mentions and skills as parts of their own. */
const ofInputs = (content: Json | undefined): ReadonlyArray<PluginEvidence> =>
  Array.isArray(content)
    ? (content as ReadonlyArray<Json>).flatMap((part) => {
        if (!isJsonObject(part)) return NONE
        const path = textIn(part['path'])
        switch (part['type']) {
          case 'text':
            return links(textIn(part['text']), 'derived')
          case 'mention':
            return links(path, 'recorded')
          case 'skill':
            return ofSkillPath(textIn(part['name']), path, 'recorded')
          default:
            return NONE
        }
      })
    : NONE

const ofItem = (item: JsonObject): ReadonlyArray<PluginEvidence> => {
  switch (item['type']) {
    case 'UserMessage':
      return ofInputs(item['content'])
    case 'McpToolCall':
      return ofTool('mcp_tool', textIn(item['pluginId']), textIn(item['tool']), null)
    case 'CommandExecution': {
      const script = textIn(item['script_path'])
      const version = cachePlace(script)?.version ?? null
      return ofTool('command', textIn(item['plugin_id']), script, version)
    }
    default:
      return NONE
  }
}

const ofTool = (
  kind: 'mcp_tool' | 'command',
  localId: string,
  detail: string,
  version: string | null
): ReadonlyArray<PluginEvidence> =>
  localId === '' ? NONE : [evidence(kind, localId, 'recorded', { detail, version })]

/** Every sign of a plugin in a line, in its order. */
export const evidenceIn = (line: RolloutLine): ReadonlyArray<PluginEvidence> => {
  if (line.type === 'response_item')
    return line.payload['type'] === 'message' ? ofMessage(line.payload) : NONE
  if (line.type !== 'event_msg') return NONE
  const { payload } = line
  switch (payload.type) {
    case 'user_message':
      return links(payload.message, 'derived')
    case 'mcp_tool_call_end':
      return ofTool('mcp_tool', payload.plugin_id ?? '', payload.invocation.tool, null)
    case 'item_completed':
      return ofItem(payload.item as unknown as JsonObject)
    default:
      return NONE
  }
}
