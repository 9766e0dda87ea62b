/**
 * A model that says one sentence, for turns of a real Codex on a machine without network.
 */
import { createServer, type Server } from 'node:http'

/** The port that recorded homes name in their configuration. */
const PORT = 19_427

const EVENTS = [
  { type: 'response.created', response: { id: 'resp_1' } },
  {
    type: 'response.output_item.done',
    item: {
      type: 'message',
      role: 'assistant',
      id: 'msg_1',
      content: [{ type: 'output_text', text: 'I am the model.' }]
    }
  },
  {
    type: 'response.completed',
    response: {
      id: 'resp_1',
      usage: {
        input_tokens: 100,
        input_tokens_details: { cached_tokens: 0 },
        output_tokens: 20,
        output_tokens_details: { reasoning_tokens: 0 },
        total_tokens: 120
      }
    }
  }
]

/** Starts the model; null where something else listens already. With port 0 it takes a free one. */
export const startModel = (port = PORT): Promise<Server | null> =>
  new Promise((resolve) => {
    const server = createServer((request, response) => {
      request.resume()
      request.on('end', () => {
        const isAsked = request.method === 'POST' && request.url?.endsWith('/responses') === true
        response.writeHead(isAsked ? 200 : 404, { 'content-type': 'text/event-stream' })
        const text = EVENTS.map((one) => `event: ${one.type}\ndata: ${JSON.stringify(one)}\n\n`)
        response.end(isAsked ? text.join('') : '')
      })
    })
    server.once('error', () => resolve(null))
    server.listen(port, '127.0.0.1', () => resolve(server))
  })
