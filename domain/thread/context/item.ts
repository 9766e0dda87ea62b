/**
 * Response items as Codex writes them again: what an item of the context costs, and what the model is sent.
 *
 * Codex keeps the members it knows and drops the others; some that are absent are written as null. Ids and the
 * passthrough member are kept in files and left out of what is sent.
 */
import { isJsonObject, textIn, type Json, type JsonObject } from '../../json.ts'
import type { Profile } from '../../log/profile.ts'
import { own } from '../../own.ts'

/** A member, and whether it is written as null when the item has none. */
type Member = readonly [name: string, whenAbsent: 'null' | 'left out']

const whole = (...names: ReadonlyArray<string>): ReadonlyArray<Member> =>
  names.map((name) => [name, 'null'])
const some = (...names: ReadonlyArray<string>): ReadonlyArray<Member> =>
  names.map((name) => [name, 'left out'])

const MEMBERS: Readonly<Record<string, ReadonlyArray<Member>>> = {
  message: [...whole('role', 'content'), ...some('phase')],
  agent_message: whole('author', 'recipient', 'content'),
  reasoning: whole('summary', 'content', 'encrypted_content'),
  local_shell_call: whole('call_id', 'status', 'action'),
  function_call: [...whole('name'), ...some('namespace'), ...whole('arguments', 'call_id')],
  function_call_output: [...some('call_id', 'name', 'namespace'), ...whole('output')],
  custom_tool_call: [...some('status'), ...whole('call_id', 'name', 'input')],
  custom_tool_call_output: [...whole('call_id'), ...some('name'), ...whole('output')],
  tool_search_call: [...whole('call_id'), ...some('status'), ...whole('execution', 'arguments')],
  tool_search_output: whole('call_id', 'status', 'execution', 'tools'),
  web_search_call: some('status', 'action'),
  image_generation_call: [...whole('status'), ...some('revised_prompt'), ...whole('result')],
  compaction: whole('encrypted_content'),
  context_compaction: some('encrypted_content')
}

const SHELL_MEMBERS = whole('type', 'command', 'timeout_ms', 'working_directory', 'env', 'user')
const PART_MEMBERS: Readonly<Record<string, ReadonlyArray<Member>>> = {
  input_text: whole('text'),
  output_text: whole('text'),
  input_image: [...whole('image_url'), ...some('detail')],
  encrypted_content: whole('encrypted_content')
}

const PASSTHROUGH = 'internal_chat_message_metadata_passthrough'

const pick = (source: JsonObject, members: ReadonlyArray<Member>): JsonObject => {
  const kept: Record<string, Json> = {}
  for (const [name, whenAbsent] of members) {
    const value = source[name] ?? null
    if (value !== null || whenAbsent === 'null') kept[name] = value
  }
  return kept
}

const part = (value: Json): Json => {
  const members = isJsonObject(value) ? own(PART_MEMBERS, textIn(value['type'])) : undefined
  return isJsonObject(value) && members !== undefined
    ? { type: value['type'] ?? null, ...pick(value, members) }
    : value
}

const parts = (value: Json | undefined): Json =>
  Array.isArray(value) ? value.map(part) : (value ?? null)

const isRawText = (value: Json): boolean =>
  isJsonObject(value) && value['type'] === 'reasoning_text'

/** Reasoning without raw text in its content loses the member; where there was none, it is null. */
const reasoning = (item: JsonObject): JsonObject => {
  const content: Json = item['content'] ?? null
  const { content: _, ...others } = item
  return content === null || (Array.isArray(content) && content.some(isRawText)) ? item : others
}

const inner = (type: string, item: JsonObject): JsonObject => {
  const { content, output, action } = item
  if (type === 'reasoning') return reasoning(item)
  if (content !== undefined) return { ...item, content: parts(content) }
  if (output !== undefined) return { ...item, output: parts(output) }
  return type === 'local_shell_call' && isJsonObject(action)
    ? { ...item, action: pick(action, SHELL_MEMBERS) }
    : item
}

/** Members but the id and the passthrough. Kinds that are not known here keep all they have. */
const known = (item: JsonObject): JsonObject => {
  const given = textIn(item['type'])
  const type = given === 'compaction_summary' ? 'compaction' : given
  const members = own(MEMBERS, type)
  if (members !== undefined) return inner(type, { type, ...pick(item, members) })
  const { id: _, [PASSTHROUGH]: __, ...others } = item
  return others
}

const ID = some('id')

/** The id of a generated image was part of what is sent until 0.142. */
const sentId = (item: JsonObject, profile: Profile): JsonObject =>
  !profile.members142 && item['type'] === 'image_generation_call' ? pick(item, ID) : {}

/** An item as Codex of an era sends it to the model. */
export const sentItem = (item: JsonObject, profile: Profile): JsonObject => ({
  ...known(item),
  ...sentId(item, profile)
})

/** An item as a line of an era holds it: what is sent, its id where the era keeps one, and the passthrough. */
export const writtenItem = (item: JsonObject, profile: Profile): JsonObject => ({
  ...known(item),
  ...(profile.members142 ? pick(item, [...ID, ...some(PASSTHROUGH)]) : sentId(item, profile))
})
