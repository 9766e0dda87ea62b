/**
 * A model whose usage is known: it answers what scripts say, counts every answer, and keeps the analytics it is posted.
 */
import { createServer, type IncomingMessage, type Server, type ServerResponse } from 'node:http'

/** Tokens of one answer, as the Responses API counts them: cached are part of input, reasoning is part of output. */
export interface Usage {
  readonly input: number
  readonly cached: number
  readonly output: number
  readonly reasoning: number
  /** Part of input; only some providers tell. */
  readonly cacheWrite?: number
}

/** A request that came for an answer. */
export interface Asked {
  readonly threadId: string | null
  readonly headers: Readonly<Record<string, unknown>>
  readonly body: { readonly input?: ReadonlyArray<Readonly<Record<string, unknown>>> }
}

/** How an answer ends; `uncounted`, `hang` and `cut` send no usage, `http` sends no events at all. */
export type Ending = 'completed' | 'uncounted' | 'incomplete' | 'failed' | 'hang' | 'cut' | 'http'

/** What is sent for one request. */
export interface Reply {
  readonly events: ReadonlyArray<object>
  readonly ends: Ending
  readonly usage?: Usage
  /** Instead of an id of its own. */
  readonly id?: string
  readonly status?: number
  readonly error?: { readonly code: string; readonly message: string }
}

/** An answer that waits for its request. */
export interface Script {
  readonly purpose: string
  readonly reply: Reply | ((asked: Asked) => Reply)
  readonly isFor?: (asked: Asked) => boolean
  /** It depends on the moment whether anybody asks for it. */
  readonly isOptional?: true
  /** Asked for at `/responses/compact`. */
  readonly isCompact?: true
}

/** One answer that was sent. */
export interface Call {
  readonly call: number
  readonly purpose: string
  readonly thread_id: string | null
  readonly turn_id: string | null
  readonly response_id: string | null
  readonly path: string
  readonly ends: Ending
  readonly tokens: Usage | null
}

/** The model, and what it saw. */
export interface Model {
  readonly port: number
  readonly calls: ReadonlyArray<Call>
  readonly analytics: ReadonlyArray<unknown>
  readonly others: ReadonlyArray<string>
  readonly asked: ReadonlyArray<Asked>
  readonly expect: (...scripts: ReadonlyArray<Script>) => void
  /** Purposes of scripts nobody asked for; they are dropped. */
  readonly left: () => ReadonlyArray<string>
  readonly close: () => Promise<void>
}

const isPrime = (n: number): boolean => {
  for (let d = 2; d * d <= n; d += 1) if (n % d === 0) return false
  return n > 1
}
const PRIMES = Array.from({ length: 4000 }, (_, n) => n + 101).filter(isPrime)

/** Usage of the nth answer of a run: no two answers have the same input or output. */
export const usageOf = (n: number): Usage => {
  const input = PRIMES[n * 2] ?? 0
  const output = 3 + n * 2
  return { input, cached: n % 2 === 0 ? 0 : Math.floor(input / 4), output, reasoning: n % 3 }
}

const onWire = ({ input, cached, output, reasoning, cacheWrite }: Usage): object => ({
  input_tokens: input,
  input_tokens_details: {
    cached_tokens: cached,
    ...(cacheWrite === undefined ? {} : { cache_write_tokens: cacheWrite })
  },
  output_tokens: output,
  output_tokens_details: { reasoning_tokens: reasoning },
  total_tokens: input + output
})

const ended = (reply: Reply, id: string, usage: Usage): object | null => {
  const counted = { id, usage: onWire(usage) }
  switch (reply.ends) {
    case 'completed':
      return { type: 'response.completed', response: counted }
    case 'uncounted':
      return { type: 'response.completed', response: { id } }
    case 'incomplete':
      return {
        type: 'response.incomplete',
        response: {
          ...counted,
          status: 'incomplete',
          incomplete_details: { reason: 'max_output_tokens' }
        }
      }
    case 'failed':
      return {
        type: 'response.failed',
        response: {
          id,
          status: 'failed',
          error: reply.error ?? { code: 'server_error', message: 'lab' }
        }
      }
    default:
      return null
  }
}

const bodyOf = async (request: IncomingMessage): Promise<unknown> => {
  const chunks: Array<Buffer> = []
  for await (const chunk of request) chunks.push(chunk as Buffer)
  const text = Buffer.concat(chunks).toString('utf8')
  try {
    return JSON.parse(text) as unknown
  } catch {
    return { unparsed: text.slice(0, 200) }
  }
}

const header = (headers: Asked['headers'], ...names: ReadonlyArray<string>): string | null => {
  for (const name of names) {
    const value = headers[name]
    if (typeof value === 'string' && value !== '') return value
  }
  return null
}

const turnOf = (headers: Asked['headers']): string | null => {
  const text = header(headers, 'x-codex-turn-metadata')
  if (text === null) return null
  try {
    const { turn_id } = JSON.parse(text) as { turn_id?: string }
    return turn_id ?? null
  } catch {
    return null
  }
}

const DEFAULT: Script = {
  purpose: 'unexpected',
  reply: {
    ends: 'completed',
    events: [
      {
        type: 'response.output_item.done',
        item: {
          type: 'message',
          role: 'assistant',
          id: 'msg_default',
          content: [{ type: 'output_text', text: 'Nobody expected this question.' }]
        }
      }
    ]
  }
}

/** Starts the model on a free port of this machine. */
export const startModel = async (): Promise<Model> => {
  const queue: Array<Script> = []
  const calls: Array<Call> = []
  const analytics: Array<unknown> = []
  const others: Array<string> = []
  const everyone: Array<Asked> = []

  const taken = (asked: Asked, isCompact: boolean): Script => {
    const at = queue.findIndex(
      (one) => (one.isCompact ?? false) === isCompact && (one.isFor?.(asked) ?? true)
    )
    return at === -1 ? DEFAULT : (queue.splice(at, 1)[0] ?? DEFAULT)
  }

  const answer = (path: string, asked: Asked, response: ServerResponse): void => {
    const isCompact = path.endsWith('/responses/compact')
    const script = taken(asked, isCompact)
    const reply = typeof script.reply === 'function' ? script.reply(asked) : script.reply
    const call = calls.length
    const usage = reply.usage ?? usageOf(call)
    const id = reply.id ?? `resp_${String(call).padStart(3, '0')}`
    const counts = reply.ends === 'completed' || reply.ends === 'incomplete'
    calls.push({
      call,
      purpose: script.purpose,
      thread_id: asked.threadId,
      turn_id: turnOf(asked.headers),
      response_id: reply.ends === 'http' || isCompact ? null : id,
      path: path.replace(/^\/v1/, ''),
      ends: reply.ends,
      tokens: counts ? usage : null
    })
    if (reply.ends === 'http') {
      response.writeHead(reply.status ?? 500, { 'content-type': 'application/json' })
      response.end(
        JSON.stringify({ error: reply.error ?? { message: 'lab', type: 'server_error' } })
      )
      return
    }
    if (isCompact) {
      response.writeHead(200, { 'content-type': 'application/json' })
      response.end(JSON.stringify({ id, output: reply.events, usage: onWire(usage) }))
      return
    }
    response.writeHead(200, { 'content-type': 'text/event-stream' })
    const last = ended(reply, id, usage)
    const events = [
      { type: 'response.created', response: { id } },
      ...reply.events,
      ...(last === null ? [] : [last])
    ]
    for (const event of events)
      response.write(
        `event: ${(event as { type: string }).type}\ndata: ${JSON.stringify(event)}\n\n`
      )
    if (reply.ends === 'cut') response.destroy()
    else if (reply.ends !== 'hang') response.end()
  }

  const server: Server = createServer((request, response) => {
    void bodyOf(request).then((body) => {
      const path = (request.url ?? '').replace(/\?.*/, '')
      const { headers } = request
      if (path.endsWith('/analytics-events/events')) {
        analytics.push(body)
        response.writeHead(200, { 'content-type': 'application/json' })
        response.end('{}')
      } else if (request.method === 'POST' && /\/v1\/responses(\/compact)?$/.test(path)) {
        const asked: Asked = {
          threadId: header(headers, 'thread-id', 'thread_id', 'session_id', 'session-id'),
          headers,
          body: body as Asked['body']
        }
        everyone.push(asked)
        answer(path, asked, response)
      } else {
        others.push(`${request.method ?? ''} ${request.url ?? ''}`)
        response.writeHead(404, { 'content-type': 'application/json' })
        response.end('{}')
      }
    })
  })
  await new Promise<void>((started) => server.listen(0, '127.0.0.1', started))
  const address = server.address()
  return {
    port: typeof address === 'object' && address !== null ? address.port : 0,
    calls,
    analytics,
    others,
    asked: everyone,
    expect: (...scripts) => void queue.push(...scripts),
    left: () =>
      queue
        .splice(0)
        .filter(({ isOptional }) => isOptional !== true)
        .map(({ purpose }) => purpose),
    close: () =>
      new Promise((closed) => {
        server.close(() => closed())
        server.closeAllConnections()
      })
  }
}
