/**
 * One connection to the child. Each client has one of its own, so that request ids, subscriptions, and questions stay Codex's.
 */
import { once } from 'node:events'
import { randomBytes } from 'node:crypto'
import * as E from 'fp-ts/lib/Either.js'
import type { WebSocket } from 'ws'
import { isJsonObject, type Json } from '../../../domain/json.ts'
import { internal, type RpcError } from '../wire/errors.ts'
import { wellFormed } from '../wire/message.ts'

/** A message of the child. */
export type ChildMessage =
  | { readonly kind: 'response'; readonly id: string; readonly reply: E.Either<RpcError, Json> }
  | { readonly kind: 'notification'; readonly method: string; readonly params: Json }
  | {
      readonly kind: 'question'
      readonly id: string
      readonly method: string
      readonly params: Json
    }

export interface LinkListener {
  /** A message for the client, and its text. Answers to what the link asked itself do not come here. */
  readonly received: (message: ChildMessage, text: string) => void
  readonly ended: () => void
}

export interface CodexLink {
  /** Asks for this server. */
  readonly ask: (method: string, params: unknown) => Promise<E.Either<RpcError, Json>>
  /** Passes on a message of the client as it stands. */
  readonly pass: (text: string) => void
  /** Hangs up once what this server asked is answered: the child would go on with it all the same. */
  readonly end: () => void
  readonly close: () => void
}

/** Largest message of a child: a whole thread. */
const MESSAGE_BYTES_MAX = 1024 * 1024 * 1024

/** How long a handshake may take. */
const GREETING_MS_MAX = 30_000

/** The answer to a request that the child did not live to answer. */
export const ENDED = internal('the Codex that was asked ended before it answered')

const errorOf = (value: Json | undefined): RpcError => {
  const { code, message, data } = isJsonObject(value) ? value : {}
  return {
    code: typeof code === 'number' ? code : 0,
    message: typeof message === 'string' ? message : '',
    ...(data === undefined ? {} : { data })
  }
}

const messageOf = (text: string): ChildMessage | null => {
  let value: unknown
  try {
    value = JSON.parse(text)
  } catch {
    return null
  }
  if (!isJsonObject(value)) return null
  const { id, method, params = null } = value
  if (typeof method === 'string')
    return id === undefined
      ? { kind: 'notification', method, params }
      : { kind: 'question', id: JSON.stringify(id), method, params }
  if (id === undefined) return null
  const reply =
    'error' in value ? E.left(errorOf(value['error'] as Json)) : E.right(value['result'] ?? null)
  return { kind: 'response', id: JSON.stringify(id), reply }
}

/** Takes what the socket receives, and keeps the requests of this server apart. */
const served = (socket: WebSocket, { received, ended }: LinkListener): CodexLink => {
  const own = randomBytes(6).toString('hex')
  const asked = new Map<string, (reply: E.Either<RpcError, Json>) => void>()
  let count = 0
  let isOpen = true
  let isEnding = false
  socket.on('message', (data) => {
    const text = (data as Buffer).toString('utf8')
    const message = messageOf(text)
    if (message === null) return
    const waiting = message.kind === 'response' ? asked.get(message.id) : undefined
    if (waiting === undefined || message.kind !== 'response') return received(message, text)
    asked.delete(message.id)
    waiting(message.reply)
    if (isEnding && asked.size === 0) socket.terminate()
  })
  socket.on('error', () => socket.terminate())
  socket.once('close', () => {
    isOpen = false
    for (const answer of asked.values()) answer(E.left(ENDED))
    asked.clear()
    ended()
  })
  return {
    ask: (method, params) => {
      if (!isOpen) return Promise.resolve(E.left(ENDED))
      count += 1
      const id = JSON.stringify(`unroll:${own}:${count}`)
      return new Promise((resolve) => {
        asked.set(id, resolve)
        socket.send(`{"id":${id},"method":${wellFormed(method)},"params":${wellFormed(params)}}`)
      })
    },
    pass: (text) => {
      if (isOpen) socket.send(text)
    },
    end: () => {
      isEnding = true
      if (asked.size === 0) socket.terminate()
    },
    close: () => socket.terminate()
  }
}

/** Connects and shakes hands; `Left` says why not. */
export const openLink = async (
  socketPath: string,
  hello: unknown,
  listener: LinkListener
): Promise<E.Either<string, { readonly link: CodexLink; readonly greeting: Json }>> => {
  const { WebSocket: Client } = await import('ws')
  const socket = new Client(`ws+unix:${socketPath}:/`, {
    perMessageDeflate: false,
    maxPayload: MESSAGE_BYTES_MAX
  })
  try {
    await once(socket, 'open')
  } catch (cause) {
    return E.left((cause as Error).message)
  }
  const link = served(socket, listener)
  const late = setTimeout(() => link.close(), GREETING_MS_MAX)
  const greeting = await link.ask('initialize', hello)
  clearTimeout(late)
  if (E.isRight(greeting)) return E.right({ link, greeting: greeting.right })
  link.close()
  return E.left(greeting.left.message)
}
