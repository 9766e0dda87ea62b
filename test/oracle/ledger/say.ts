/**
 * What a model can say: items of the Responses API, as the events that carry them.
 */
import type { Asked, Reply, Usage } from './model.ts'

type Event = Readonly<Record<string, unknown>>

let counter = 0
const fresh = (prefix: string): string => {
  counter += 1
  return `${prefix}_${String(counter).padStart(4, '0')}`
}

/** Every run counts its ids from the start. */
export const startIds = (): void => {
  counter = 0
}

const item = (value: Event): Event => ({ type: 'response.output_item.done', item: value })

/** An answer of the assistant. */
export const text = (words: string): ReadonlyArray<Event> => {
  const id = fresh('msg')
  const message = { type: 'message', role: 'assistant', id }
  return [
    { type: 'response.output_item.added', item: { ...message, content: [] } },
    { type: 'response.output_text.delta', item_id: id, delta: words },
    item({ ...message, content: [{ type: 'output_text', text: words }] })
  ]
}

/** The first words of an answer that never ends. */
export const halfText = (words: string): ReadonlyArray<Event> => text(words).slice(0, 2)

/** A thought with a summary. */
export const thought = (words: string): ReadonlyArray<Event> => {
  const id = fresh('rs')
  const summary = [{ type: 'summary_text', text: words }]
  const added = { type: 'reasoning', id, summary: [] }
  return [
    { type: 'response.output_item.added', item: added },
    item({ ...added, summary, encrypted_content: Buffer.from(id).toString('base64') })
  ]
}

/** A call of a tool that takes JSON. */
export const tool = (
  name: string,
  parameters: object,
  { callId = fresh('call'), namespace }: { callId?: string; namespace?: string | undefined } = {}
): ReadonlyArray<Event> => [
  item({
    type: 'function_call',
    id: fresh('fc'),
    name,
    ...(namespace === undefined ? {} : { namespace }),
    arguments: JSON.stringify(parameters),
    call_id: callId
  })
]

/** A call of a tool that takes text. */
export const custom = (name: string, input: string): ReadonlyArray<Event> => [
  item({
    type: 'custom_tool_call',
    id: fresh('ctc'),
    status: 'completed',
    call_id: fresh('call'),
    name,
    input
  })
]

/** A command. */
export const command = (cmd: string, more: object = {}): ReadonlyArray<Event> =>
  tool('exec_command', { cmd, ...more })

/** A patch of the lines between the first and the last. */
export const patch = (...lines: ReadonlyArray<string>): ReadonlyArray<Event> =>
  custom('apply_patch', ['*** Begin Patch', ...lines, '*** End Patch'].join('\n'))

/** A search on the web, done by the provider. */
export const webSearch = (action: object): ReadonlyArray<Event> => [
  item({ type: 'web_search_call', id: fresh('ws'), status: 'completed', action })
]

/** A picture, made by the provider. */
export const picture = (prompt: string, result: string): ReadonlyArray<Event> => [
  item({
    type: 'image_generation_call',
    id: fresh('ig'),
    status: 'completed',
    revised_prompt: prompt,
    result
  })
]

/** The opaque item of a compaction by the provider. */
export const opaque = (): ReadonlyArray<Event> => [
  item({ type: 'compaction', encrypted_content: Buffer.from(fresh('sealed')).toString('base64') })
]

/** A complete reply. */
export const reply = (
  events: ReadonlyArray<ReadonlyArray<Event>>,
  more: Partial<Reply> & { usage?: Usage } = {}
): Reply => ({ ends: 'completed', ...more, events: events.flat() })

/** What a tool answered, of the items a request carries. */
export const outputOf = ({ body }: Asked, callId: string): string => {
  const found = (body.input ?? []).find(
    (one) => one['call_id'] === callId && String(one['type']).endsWith('_output')
  )
  const output = found?.['output']
  return typeof output === 'string' ? output : JSON.stringify(output ?? '')
}
