/** An MCP server over stdio with one tool, which asks the person something and answers with what came of it. */
import { createInterface } from 'node:readline'

interface McpMessage {
  readonly id?: number | string
  readonly method?: string
  readonly params?: { readonly protocolVersion?: string }
  readonly result?: unknown
  readonly error?: unknown
}

const send = (message: object): void =>
  void process.stdout.write(`${JSON.stringify({ jsonrpc: '2.0', ...message })}\n`)

const ASKED = 'asked'
const properties = { ok: { type: 'boolean' } }
let calling: number | string | undefined

const answerTo = ({ method, params }: McpMessage): object => {
  switch (method) {
    case 'initialize':
      return {
        protocolVersion: params?.protocolVersion,
        capabilities: { tools: {} },
        serverInfo: { name: 'asker', version: '1' }
      }
    case 'tools/list':
      return {
        tools: [
          { name: 'ask', description: 'asks', inputSchema: { type: 'object', properties: {} } }
        ]
      }
    default:
      return {}
  }
}

for await (const line of createInterface({ input: process.stdin })) {
  const message = JSON.parse(line) as McpMessage
  const { id, method, result, error } = message
  if (method === 'tools/call') {
    calling = id
    const requestedSchema = { type: 'object', properties }
    const params = { message: 'sure?', requestedSchema }
    send({ id: ASKED, method: 'elicitation/create', params })
  } else if (id === ASKED)
    send({
      id: calling,
      result: { content: [{ type: 'text', text: JSON.stringify(result ?? error) }] }
    })
  else if (id !== undefined) send({ id, result: answerTo(message) })
}
