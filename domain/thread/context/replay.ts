/**
 * The forward half of the model context: from a base over the lines behind it to the items the model knows.
 */
import { isJsonObject, textIn, type Json, type JsonObject } from '../../json.ts'
import type { RolloutLine } from '../../log/event.ts'
import type { Profile } from '../../log/profile.ts'
import { classifyResponseItem } from '../../log/response-item.ts'
import { isBoundary, isContextualDeveloper, isContextualUser } from './boundary.ts'
import { compactedItems } from './compaction.ts'

/** The context a compaction puts in place of everything before it; null when its line does not hold one. */
export const replacementOf = (
  payload: JsonObject,
  profile: Profile
): ReadonlyArray<JsonObject> | null => {
  const replacement = payload['replacement_history']
  return Array.isArray(replacement)
    ? replacement
        .filter(isJsonObject)
        .filter((item) => classifyResponseItem(item, profile) === 'persisted')
    : null
}

/** A message between agents as the model reads it. */
const agentMessage = (payload: JsonObject): JsonObject => {
  const { author, recipient, content, encrypted_content: encrypted, trigger_turn } = payload
  const passthrough = payload['internal_chat_message_metadata_passthrough']
  const kind = trigger_turn === true ? 'NEW_TASK' : 'MESSAGE'
  const fields = {
    'Message Type': kind,
    'Task name': textIn(recipient),
    Sender: textIn(author),
    Payload: ''
  }
  const head = Object.entries(fields).map(([name, value]) =>
    value === '' ? `${name}:\n` : `${name}: ${value}\n`
  )
  const parts: Json =
    typeof encrypted === 'string'
      ? [
          { type: 'input_text', text: head.join('') },
          { type: 'encrypted_content', encrypted_content: encrypted }
        ]
      : [{ type: 'input_text', text: content ?? '' }]
  const message = { type: 'agent_message', author, recipient, content: parts }
  return isJsonObject(passthrough)
    ? { ...message, internal_chat_message_metadata_passthrough: passthrough }
    : message
}

/**
 * The items before the last `count` turns of the model, without the context that was given for the first of those
 * turns. What stands before the first turn of all stays, however many turns are dropped.
 */
const withoutLastTurns = (
  items: ReadonlyArray<JsonObject>,
  count: number,
  profile: Profile
): ReadonlyArray<JsonObject> => {
  if (count === 0) return items
  const starts = items.flatMap((item, i) => (isBoundary(item, profile) ? [i] : []))
  const first = starts[0]
  if (first === undefined) return items
  let cut = starts[Math.max(0, starts.length - count)] ?? first
  for (; cut > first; cut--) {
    const above = items[cut - 1]
    if (above === undefined) break
    if (!isContextualDeveloper(above, profile) && !isContextualUser(above, profile)) break
  }
  return items.slice(0, cut)
}

/** A line that changes the items. */
export type ItemLine = Extract<
  RolloutLine,
  { readonly type: 'response_item' | 'inter_agent_communication' | 'compacted' | 'event_msg' }
>

/** True for a line that the forward half needs. */
export const isItemLine = (line: RolloutLine): line is ItemLine =>
  line.type === 'response_item' ||
  line.type === 'inter_agent_communication' ||
  line.type === 'compacted' ||
  (line.type === 'event_msg' && line.payload.type === 'thread_rolled_back')

/** Lines over a base, oldest first: the items, and whether a compaction in between left no context of its own. */
export const replayItems = (
  base: ReadonlyArray<JsonObject>,
  lines: ReadonlyArray<ItemLine>,
  profile: Profile
): { readonly items: ReadonlyArray<JsonObject>; readonly sawPlainCompaction: boolean } => {
  let items: Array<JsonObject> = [...base]
  let sawPlainCompaction = false
  for (const line of lines) {
    switch (line.type) {
      case 'response_item':
        if (line.payload['type'] !== 'message' || line.payload['role'] !== 'system')
          items.push(line.payload)
        break
      case 'inter_agent_communication':
        items.push(agentMessage(line.payload))
        break
      case 'compacted': {
        const replacement = replacementOf(line.payload, profile)
        sawPlainCompaction ||= replacement === null
        items = [
          ...(replacement ?? compactedItems(items, textIn(line.payload['message']), profile))
        ]
        break
      }
      case 'event_msg':
        if (line.payload.type === 'thread_rolled_back')
          items = [...withoutLastTurns(items, line.payload.num_turns, profile)]
    }
  }
  return { items, sawPlainCompaction }
}
