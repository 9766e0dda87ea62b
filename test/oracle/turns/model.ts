/**
 * A model that does what the last message of a person says, for turns of a real Codex on a machine without network. It keeps
 * nothing between requests, so any number of servers may ask it.
 *
 * - `run …`: wants the shell command behind the word to be run, then says one sentence. `ask …`: the same, outside of the sandbox.
 * - `wait`: says half a sentence and no more, until the turn is interrupted.
 * - anything else: one sentence.
 */
import { createServer, type Server } from 'node:http'
import type { AddressInfo } from 'node:net'

interface Item {
  readonly type?: string
  readonly role?: string
  readonly call_id?: string
  readonly content?: ReadonlyArray<{ readonly text?: string }>
}

interface Asked {
  readonly input?: ReadonlyArray<Item>
  readonly tools?: ReadonlyArray<{ readonly name?: string }>
}

/** The model that tests talk to. */
export interface ScriptedModel {
  readonly port: number
  /** What it was asked, as far as tests look: the texts of people, the last one last. */
  readonly asked: ReadonlyArray<ReadonlyArray<string>>
  readonly close: () => Promise<void>
}

export const ANSWER = 'I am the model.'

const textOf = ({ content }: Item): string =>
  Array.isArray(content) ? content.map(({ text }) => text ?? '').join('') : ''

const isPerson = (item: Item): boolean =>
  item.role === 'user' && !/^\s*(?:<|# AGENTS)/.test(textOf(item))

const message = (id: string, text: string): ReadonlyArray<object> => {
  const item = { type: 'message', role: 'assistant', id }
  return [
    { type: 'response.output_item.added', item: { ...item, content: [] } },
    { type: 'response.output_text.delta', item_id: id, delta: text },
    {
      type: 'response.output_item.done',
      item: { ...item, content: [{ type: 'output_text', text }] }
    }
  ]
}

/** The call of the shell, by the tool that the request offers. */
const shell = ({ tools = [] }: Asked, id: string, command: string, isAsking: boolean): object => {
  const asks = isAsking
    ? { sandbox_permissions: 'require_escalated', justification: 'May it?' }
    : {}
  const names = tools.map(({ name }) => name)
  const [name, args] = names.includes('exec_command')
    ? ['exec_command', { cmd: command, ...asks }]
    : names.includes('shell_command')
      ? ['shell_command', { command, ...asks }]
      : ['shell', { command: ['sh', '-c', command], ...asks }]
  return {
    type: 'response.output_item.done',
    item: {
      type: 'function_call',
      id: `fc_${id}`,
      name,
      arguments: JSON.stringify(args),
      call_id: `call_${id}`
    }
  }
}

const completed = (id: string): object => ({
  type: 'response.completed',
  response: {
    id,
    usage: {
      input_tokens: 100,
      input_tokens_details: { cached_tokens: 0 },
      output_tokens: 20,
      output_tokens_details: { reasoning_tokens: 0 },
      total_tokens: 120
    }
  }
})

/** The events of an answer; the last is null when there is no end. */
const eventsOf = (asked: Asked, id: string): ReadonlyArray<object | null> => {
  const input = asked.input ?? []
  const last = input.findLastIndex(isPerson)
  const words = last === -1 ? '' : textOf(input[last] ?? {})
  const isAnswered = input.slice(last + 1).some(({ type }) => type === 'function_call_output')
  const begun = { type: 'response.created', response: { id } }
  if (words.startsWith('wait'))
    return [begun, ...message(`msg_${id}`, 'half of a').slice(0, 2), null]
  const [, verb, command] = /^(run|ask) (.*)/.exec(words) ?? []
  if (command !== undefined && !isAnswered)
    return [begun, shell(asked, id, command, verb === 'ask'), completed(id)]
  return [begun, ...message(`msg_${id}`, ANSWER), completed(id)]
}

/** Starts the model; with port 0 it takes a free one. */
export const scriptedModel = async (
  port = 0,
  seen: (asked: Asked) => void = () => undefined
): Promise<ScriptedModel> => {
  const asked: Array<ReadonlyArray<string>> = []
  let count = 0
  const server: Server = createServer((request, response) => {
    const chunks: Array<Buffer> = []
    request.on('data', (chunk: Buffer) => chunks.push(chunk))
    request.on('end', () => {
      if (request.method !== 'POST' || request.url?.endsWith('/responses') !== true) {
        response.writeHead(404).end()
        return
      }
      const body = JSON.parse(Buffer.concat(chunks).toString('utf8')) as Asked
      seen(body)
      asked.push((body.input ?? []).filter(isPerson).map(textOf))
      count += 1
      response.writeHead(200, { 'content-type': 'text/event-stream' })
      const events = eventsOf(body, `r${count}`)
      for (const one of events)
        if (one !== null)
          response.write(
            `event: ${(one as { type: string }).type}\ndata: ${JSON.stringify(one)}\n\n`
          )
      if (events.at(-1) !== null) response.end()
    })
  })
  await new Promise<void>((listening) => server.listen(port, '127.0.0.1', listening))
  return {
    port: (server.address() as AddressInfo).port,
    asked,
    close: () =>
      new Promise((closed) => {
        server.close(() => closed())
        server.closeAllConnections()
      })
  }
}
