/**
 * Clients of a listening app-server that ask as fast as they are answered.
 */
import { once } from 'node:events'
import { performance } from 'node:perf_hooks'
import { WebSocket } from 'ws'

/** A request of the mix: its method, how often it comes beside the others, and what it asks about a thread. */
export interface Kind {
  readonly name: string
  readonly method: string
  readonly weight: number
  readonly params: (threadId: string) => object
}

/** What the home is asked. */
export const MIX: ReadonlyArray<Kind> = [
  { name: 'thread/list', method: 'thread/list', weight: 4, params: () => ({ limit: 25 }) },
  {
    name: 'thread/list, searched',
    method: 'thread/list',
    weight: 1,
    params: () => ({ limit: 25, searchTerm: 'the' })
  },
  {
    name: 'thread/turns/list',
    method: 'thread/turns/list',
    weight: 4,
    params: (threadId) => ({ threadId, limit: 20 })
  },
  { name: 'thread/read', method: 'thread/read', weight: 2, params: (threadId) => ({ threadId }) },
  {
    name: 'thread/read with turns',
    method: 'thread/read',
    weight: 1,
    params: (threadId) => ({ threadId, includeTurns: true })
  },
  { name: 'thread/loaded/list', method: 'thread/loaded/list', weight: 1, params: () => ({}) }
]

/** What came back. */
export interface Tally {
  /** Times in milliseconds by kind. */
  readonly times: Map<string, Array<number>>
  /** Number of errors by code. */
  readonly errors: Map<string, number>
}

/** A connection that has shaken hands. */
export const openLoad = async (url: string): Promise<WebSocket> => {
  const socket = new WebSocket(url, { perMessageDeflate: false, maxPayload: 0 })
  socket.on('error', () => undefined)
  await once(socket, 'open')
  const clientInfo = { name: 'load', version: '1.0.0' }
  await ask(socket, 'initialize', { clientInfo, capabilities: { experimentalApi: true } })
  return socket
}

let lastId = 0

const HEAD_BYTES = 100
const isAnswer = (data: Buffer, id: number): boolean => {
  const head = data.subarray(0, HEAD_BYTES).toString('latin1')
  if (head.startsWith(`{"id":${id},`)) return true
  return head.startsWith('{"error"') && data.subarray(-HEAD_BYTES).includes(`"id":${id}}`)
}

/** Asks and answers with the bytes of the reply, unparsed: the client must not be what is measured. */
export const ask = (socket: WebSocket, method: string, params: object): Promise<Buffer> => {
  lastId += 1
  const id = lastId
  return new Promise((resolve, reject) => {
    const end = (): void => {
      socket.off('message', look)
      reject(new Error('the server hung up'))
    }
    const look = (data: Buffer): void => {
      if (!isAnswer(data, id)) return
      socket.off('message', look).off('close', end)
      resolve(data)
    }
    socket.on('message', look).on('close', end)
    socket.send(JSON.stringify({ id, method, params }))
  })
}

const codeOf = (reply: Buffer): string | null => {
  const head = reply.subarray(0, HEAD_BYTES).toString('latin1')
  if (!head.startsWith('{"error"')) return null
  return /"code":(-?\d+)/.exec(head)?.[1] ?? 'unknown'
}

/** Numbers from 0 to 1, the same for every run. */
const numbers = (seed: number): (() => number) => {
  let state = seed
  return () => (state = (state * 16_807) % 2_147_483_647) / 2_147_483_647
}

const pick = (share: number): Kind => {
  let left = share * MIX.reduce((sum, { weight }) => sum + weight, 0)
  return MIX.find(({ weight }) => (left -= weight) < 0) ?? (MIX[0] as Kind)
}

/** One client asks one request after the other until the time is over. */
export const askUntil = async (
  socket: WebSocket,
  seed: number,
  threadIds: ReadonlyArray<string>,
  endMs: number,
  { times, errors }: Tally
): Promise<void> => {
  const next = numbers(seed)
  while (performance.now() < endMs) {
    const { name, method, params } = pick(next())
    const threadId = threadIds[Math.floor(next() * threadIds.length)] ?? ''
    const startMs = performance.now()
    const code = codeOf(await ask(socket, method, params(threadId)))
    if (code !== null) errors.set(code, (errors.get(code) ?? 0) + 1)
    else {
      const known = times.get(name)
      if (known === undefined) times.set(name, [performance.now() - startMs])
      else known.push(performance.now() - startMs)
    }
  }
}
