/**
 * Which items begin a turn of the model: what a rollback counts and cuts at.
 *
 * A user message is a boundary unless one of its texts is contextual: put there by Codex to describe the surroundings.
 * Contextual texts are wrapped in known marks; the marks are compared without regard to case, and white space around
 * the text does not matter. Every mark was tried on the binaries, one rollout each.
 */
import { InterAgentCommunication } from '../../log/payloads.ts'
import { isJsonObject, parsedJson, textOrNull, type JsonObject } from '../../json.ts'
import type { Profile } from '../../log/profile.ts'
import { trimmed, trimmedStart } from '../../white-space.ts'

type TextMarks = readonly [opening: string, closing: string]

const tag = (name: string): TextMarks => [`<${name}>`, `</${name}>`]

const USER_MARKS: ReadonlyArray<TextMarks> = [
  tag('environment_context'),
  tag('user_shell_command'),
  tag('turn_aborted'),
  tag('skill'),
  tag('subagent_notification')
]

const PLUGINS = tag('recommended_plugins')
const AGENTS: TextMarks = ['# AGENTS.md instructions', '</INSTRUCTIONS>']
const AGENTS_142: TextMarks = ['# agents.md instructions', '</instructions>']
const GOAL = tag('goal_context')

const HOOK_PROMPT = /^<hook_prompt\s+hook_run_id="[^"]*"\s*>[\s\S]*<\/hook_prompt>$/
const INTERNAL =
  /^<codex_internal_context source="[a-z][a-z0-9_]*">[\s\S]*<\/codex_internal_context>$/
const EXTERNAL = /^<external_([^>]*)>/

const isExternal = (text: string): boolean => {
  const key = EXTERNAL.exec(text)?.[1]
  return key !== undefined && text.endsWith(`</external_${key}>`)
}

/** Notes that older versions left for the model as user messages. */
const isOldWarning = (text: string): boolean =>
  text.startsWith('Warning: The maximum number of unified exec') ||
  text.startsWith('Warning: Your account was flagged') ||
  (text.startsWith('Warning: apply_patch was requested via ') && text.endsWith(' exec_command.'))

const isMarked = (text: string, [opening, closing]: TextMarks): boolean =>
  text.startsWith(opening) && text.endsWith(closing)

const isContextual142 = (text: string, lowered: string): boolean =>
  isMarked(lowered, AGENTS_142) ||
  isMarked(lowered, PLUGINS) ||
  isMarked(text, GOAL) ||
  INTERNAL.test(text) ||
  isExternal(text) ||
  isOldWarning(text)

const FIRST_CHARACTERS: ReadonlySet<string> = new Set(['<', '#', 'W'])

export const isContextualText = (raw: string, profile: Profile): boolean => {
  const text = trimmed(raw)
  if (!FIRST_CHARACTERS.has(text.charAt(0))) return false
  const lowered = text.toLowerCase()
  return (
    USER_MARKS.some((marks) => isMarked(lowered, marks)) ||
    isMarked(text, AGENTS) ||
    HOOK_PROMPT.test(text) ||
    (profile.members142 && isContextual142(text, lowered))
  )
}

const DEVELOPER_MARKS = [
  '<permissions instructions>',
  '<model_switch>',
  '<collaboration_mode>',
  '<realtime_conversation>',
  '<personality_spec>'
]
const DEVELOPER_MARKS_142 = [
  '<skills_instructions>',
  '<token_budget>',
  '<multi_agent_mode>',
  '<context_window>',
  '<rollout_budget>'
]
const DEVELOPER_MARKS_169 = ['<context_window_guidance>', '<token_budget_reminder>']

const isContextualDeveloperText = (raw: string, profile: Profile): boolean => {
  const text = trimmedStart(raw).slice(0, 64).toLowerCase()
  const begins = (mark: string): boolean => text.startsWith(mark)
  return (
    DEVELOPER_MARKS.some(begins) ||
    (profile.members142 && DEVELOPER_MARKS_142.some(begins)) ||
    (profile.members169 && DEVELOPER_MARKS_169.some(begins))
  )
}

/** The parts of a message's content; none for any other item. */
export const partsOf = (item: JsonObject): ReadonlyArray<JsonObject> => {
  const content = item['type'] === 'message' ? item['content'] : undefined
  return Array.isArray(content) ? content.filter(isJsonObject) : []
}

/** The text a person or Codex wrote in a part of a message; null for images and for what the model said. */
export const inputText = (part: JsonObject): string | null =>
  part['type'] === 'input_text' ? textOrNull(part['text']) : null

/** True for a user message with a contextual text in it. */
export const isContextualUser = (item: JsonObject, profile: Profile): boolean =>
  item['role'] === 'user' &&
  partsOf(item).some((part) => {
    const text = inputText(part)
    return text !== null && isContextualText(text, profile)
  })

/** True for a developer message with a contextual text in it. */
export const isContextualDeveloper = (item: JsonObject, profile: Profile): boolean =>
  item['role'] === 'developer' &&
  partsOf(item).some((part) => {
    const text = inputText(part)
    return text !== null && isContextualDeveloperText(text, profile)
  })

/** An assistant message that is nothing but an instruction from one agent to another, spelled as JSON. */
const isAgentInstruction = (item: JsonObject): boolean => {
  const [part, ...others] = partsOf(item)
  const text = part?.['text']
  return (
    item['role'] === 'assistant' &&
    others.length === 0 &&
    typeof text === 'string' &&
    trimmedStart(text).startsWith('{') &&
    InterAgentCommunication.is(parsedJson(text))
  )
}

/** True for an item at which a turn of the model begins. */
export const isBoundary = (item: JsonObject, profile: Profile): boolean => {
  if (item['type'] === 'agent_message') return true
  if (item['type'] !== 'message') return false
  if (item['role'] === 'user') return !isContextualUser(item, profile)
  return isAgentInstruction(item)
}
