/**
 * Response items: what the model saw and said, as the Responses API spells it.
 *
 * They never make turns (but for hook prompts); a damaged one is skipped, and an unknown one is read as
 * `other` and left out, so the codec decides the index by which Codex names implicit turns.
 * Source: ResponseItem of 0.130.0 and 0.142.5.
 */
import * as t from 'io-ts'
import { optional } from './codec.ts'
import { isJsonObject } from '../json.ts'
import { own } from '../own.ts'

const text = optional(t.string)

const ContentItem = t.union([
  t.type({ type: t.literal('input_text'), text: t.string }),
  t.intersection([
    t.type({ type: t.literal('input_image'), image_url: t.string }),
    t.partial({ detail: text })
  ]),
  t.type({ type: t.literal('output_text'), text: t.string })
])

/** A message to or from the model. */
export const Message = t.intersection(
  [t.type({ role: t.string, content: t.array(ContentItem) }), t.partial({ id: text, phase: text })],
  'Message'
)
export type Message = t.TypeOf<typeof Message>

const Output = t.union([t.string, t.array(t.UnknownRecord)])

const VARIANTS: Readonly<Record<string, t.Mixed>> = {
  message: Message,
  agent_message: t.type({
    author: t.string,
    recipient: t.string,
    content: t.array(t.UnknownRecord)
  }),
  reasoning: t.intersection([
    t.type({ summary: t.array(t.type({ type: t.literal('summary_text'), text: t.string })) }),
    t.partial({ content: optional(t.array(t.UnknownRecord)), encrypted_content: text })
  ]),
  local_shell_call: t.intersection([
    t.type({ action: t.UnknownRecord, status: t.string }),
    t.partial({ call_id: text })
  ]),
  function_call: t.type({ name: t.string, arguments: t.string, call_id: t.string }),
  function_call_output: t.type({ call_id: t.string, output: Output }),
  custom_tool_call: t.type({ call_id: t.string, name: t.string, input: t.string }),
  custom_tool_call_output: t.type({ call_id: t.string, output: Output }),
  tool_search_call: t.intersection([
    t.type({ execution: t.string }),
    t.partial({ arguments: t.unknown })
  ]),
  tool_search_output: t.type({ status: t.string, execution: t.string, tools: t.array(t.unknown) }),
  web_search_call: t.partial({ id: text, status: text, action: optional(t.UnknownRecord) }),
  image_generation_call: t.type({ status: t.string, result: t.string }),
  compaction: t.type({ encrypted_content: t.string }),
  compaction_summary: t.type({ encrypted_content: t.string }),
  context_compaction: t.partial({ encrypted_content: text })
}

/** In 0.169 an output may stand without a call, under a name of its own. */
const VARIANTS_169: Readonly<Record<string, t.Mixed>> = {
  function_call_output: t.intersection([t.type({ output: Output }), t.partial({ call_id: text })])
}

/** Known from 0.169 on: tells the era of the kinds that are asked for. */
const KIND_169 = 'configuration_update'

/** What a response item is to a reader. */
export type ResponseItemClass = 'persisted' | 'ignored' | 'damaged'

/**
 * Tells whether a payload is a response item that counts (`persisted`), one that Codex reads but leaves out
 * (`ignored`: unknown types, ghost snapshots, compaction triggers), or one it cannot read (`damaged`).
 */
export const classifyResponseItem = (
  payload: unknown,
  kinds: ReadonlySet<string>
): ResponseItemClass => {
  if (!isJsonObject(payload) || typeof payload['type'] !== 'string') return 'damaged'
  const type = payload['type']
  if (!kinds.has(type)) return 'ignored'
  const codec = (kinds.has(KIND_169) ? own(VARIANTS_169, type) : undefined) ?? own(VARIANTS, type)
  return codec === undefined || codec.is(payload) ? 'persisted' : 'damaged'
}

/**
 * Payload of a `compacted` line. One unreadable element of the replacement history makes the whole line
 * unreadable; unknown elements do not.
 */
export const isCompacted = (payload: unknown, kinds: ReadonlySet<string>): boolean => {
  if (!isJsonObject(payload) || typeof payload['message'] !== 'string') return false
  const replacement = payload['replacement_history']
  if (replacement === undefined || replacement === null) return true
  return (
    Array.isArray(replacement) &&
    replacement.every((item) => classifyResponseItem(item, kinds) !== 'damaged')
  )
}
