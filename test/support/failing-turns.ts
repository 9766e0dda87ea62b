/**
 * Turns that fail at once: what is asked, and the messages of such a turn made comparable.
 */
import type { Message } from './rpc-client.ts'

/** Requests that need a model, in the order they are made on one new thread. */
export const failingRequests = (
  threadId: string
): ReadonlyArray<readonly [string, Readonly<Record<string, unknown>>]> => [
  ['turn/start', { threadId, input: [{ type: 'text', text: 'Water the green ledger.' }] }],
  ['thread/compact/start', { threadId }],
  ['review/start', { threadId, target: { type: 'custom', instructions: 'Look at the fence.' } }]
]

/** Notifications that only a server with a model sends: about the model, and what was read. */
const NEEDS_MODEL = new Set(['warning', 'thread/readState/changed'])

interface ItemShown {
  readonly item?: { readonly type: string }
}

/** What the reviewer was asked is known to Codex alone. */
const asksReviewer = ({ params }: Message): boolean =>
  (params as ItemShown | undefined)?.item?.type === 'userMessage'

/** The words of Codex for a failed review are not compared. */
const withoutWords = (message: Message): Message => {
  const { item } = (message['params'] ?? {}) as ItemShown
  if (item?.type !== 'agentMessage') return message
  const params = message['params'] as object
  return { ...message, params: { ...params, item: { ...item, text: '<words>' } } }
}

const UUID = /[0-9a-f]{8}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{12}/g

/** The messages of one request: ids numbered by first appearance, times and the reason of the failure left out. */
export const comparable = (method: string, messages: ReadonlyArray<Message>): unknown => {
  const ids: Array<string> = []
  const numbered = (id: string): string => {
    if (!ids.includes(id)) ids.push(id)
    return `<id-${String(ids.indexOf(id))}>`
  }
  const kept = messages
    .filter(({ method: name }) => !NEEDS_MODEL.has(name as string))
    .filter((message) => !(method === 'review/start' && asksReviewer(message)))
    .map(({ id: _, ...message }) => withoutWords(message))
  const text = JSON.stringify(kept)
    .replace(UUID, numbered)
    .replace(/("\w+At(?:Ms)?"|"durationMs"):\d+/g, '$1:0')
    .replace(/("message"):"(?:[^"\\]|\\.)*"/g, '$1:"<why>"')
  return JSON.parse(text)
}
