/**
 * What was said: the texts a search looks at. Those are messages of people and of agents; what an editor put in front of
 * a request, and what tools printed, is not.
 */
import type { LineOf, Needs } from '../../log/needs.ts'
import { bareItem } from '../items/bare-items.ts'
import { DEFAULT_PROFILE } from '../../log/profile.ts'
import { Message } from '../../log/response-item.ts'
import type { ThreadItem } from '../../protocol.ts'
import { withoutEditorContext } from '../thread.ts'

const SHOWN_NEEDS = {
  user_message: 'whole',
  agent_message: 'whole',
  'item_completed:UserMessage': 'whole',
  'item_completed:AgentMessage': 'whole'
} as const satisfies Needs
const SENT_NEEDS = { ...SHOWN_NEEDS, 'response_item:message': 'whole' } as const satisfies Needs

/** Which lines say something: messages as events and, where they were not told as events, as items; `sent`: all items. */
export const saidNeeds = (sent: boolean): typeof SENT_NEEDS =>
  // A bare item has no head to tell its kind by, so it is delivered whatever is needed.
  sent ? SENT_NEEDS : (SHOWN_NEEDS as typeof SENT_NEEDS)

/** A line as far as a search looks at it. */
export type SaidLine = LineOf<typeof SENT_NEEDS>

/** What an item says; null for an item that is no message. */
export const saidByItem = (item: ThreadItem): string | null => {
  if (item.type === 'agentMessage') return item.text
  if (item.type !== 'userMessage') return null
  const parts = item.content.map((part) => (part.type === 'text' ? part.text : ''))
  return withoutEditorContext(parts.join(''))
}

const textsIn = (parts: ReadonlyArray<unknown>): ReadonlyArray<string> =>
  parts.flatMap((part) => {
    const { text } = part as { readonly text?: unknown }
    return typeof text === 'string' ? [text] : []
  })

/**
 * What a line says, in one piece for each item it makes; null for a line that makes no message. `sent`: also what was
 * sent to the model as a message, as Codex searches it.
 */
export const saidByLine = (line: SaidLine, sent = false): string | null => {
  if (line.type === 'response_item' && line.bare === true) {
    const item = bareItem(line.payload, DEFAULT_PROFILE)
    return item === null ? null : saidByItem({ id: '', ...item })
  }
  if (line.type === 'response_item') {
    if (!sent || !Message.is(line.payload)) return null
    const { role, content } = line.payload
    if (role !== 'user' && role !== 'assistant') return null
    // A term that Codex finds stands in one part.
    const text = textsIn(content).join('\n')
    return role === 'user' ? withoutEditorContext(text) : text
  }
  if (line.type !== 'event_msg') return null
  const event = line.payload
  if (event.type === 'user_message') return withoutEditorContext(event.message)
  if (event.type === 'agent_message') return event.message
  if (event.type !== 'item_completed') return null
  const { item } = event
  if (item.type !== 'UserMessage' && item.type !== 'AgentMessage') return null
  const text = textsIn((item as { readonly content: ReadonlyArray<unknown> }).content).join('')
  return item.type === 'UserMessage' ? withoutEditorContext(text) : text
}
