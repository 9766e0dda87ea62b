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

/** What only a server with a model tells: what it knows of the model, what was read, and what its reviewer was asked and said. */
const NEEDS_MODEL = new Set(['warning', 'thread/readState/changed'])

const saysReviewer = ({ params }: Message, isReview: boolean): boolean => {
  const item = (params as { item?: { type: string } } | undefined)?.item?.type
  return isReview && (item === 'userMessage' || item === 'agentMessage')
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
    .filter((message) => !saysReviewer(message, method === 'review/start'))
    .map(({ id: _, ...message }) => message)
  const text = JSON.stringify(kept)
    .replace(UUID, numbered)
    .replace(/("\w+At(?:Ms)?"|"durationMs"):\d+/g, '$1:0')
    .replace(/("message"):"(?:[^"\\]|\\.)*"/g, '$1:"<why>"')
  return JSON.parse(text)
}
