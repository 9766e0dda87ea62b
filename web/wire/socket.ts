/**
 * JSON-RPC to the server: one WebSocket, opened again when it is lost. Failures are data; a request never rejects.
 */
import { signal } from '@preact/signals'
import { token } from './session.ts'

export interface Failure {
  /** `lost`: no answer came, the same request may be sent again. `superseded`: nobody waits for it any more. */
  readonly kind: 'refused' | 'lost' | 'superseded'
  readonly message: string
}

export type RpcAnswer<A> =
  | { readonly ok: true; readonly value: A }
  | { readonly ok: false; readonly failure: Failure }

export type LinkState = 'connecting' | 'open' | 'lost' | 'locked'

/** `locked`: the server does not know this page's token. */
export const connection = signal<LinkState>('connecting')

/** Counts connections that took the place of a lost one: what depends on it is asked again. */
export const epoch = signal(0)

type NoticeListener = (params: unknown) => void

const PROTOCOL = 'unroll.v1'
const RETRY_MS_MIN = 500
const RETRY_MS_MAX = 10_000

const lost: RpcAnswer<never> = {
  ok: false,
  failure: { kind: 'lost', message: 'the connection was lost' }
}

const superseded: RpcAnswer<never> = {
  ok: false,
  failure: { kind: 'superseded', message: 'nobody waits for the answer any more' }
}

let socket: WebSocket | null = null
let nextId = 1
let retryMs = RETRY_MS_MIN
let wasGreeted = false
let retry: ReturnType<typeof setTimeout> | undefined
const pending = new Map<number, (answer: RpcAnswer<never>) => void>()
const listeners = new Map<string, Set<NoticeListener>>()
let waiting: Array<() => void> = []

/** Calls for every notification of a method until the returned function is called. */
export const onNotification = (method: string, listener: NoticeListener): (() => void) => {
  const set = listeners.get(method) ?? new Set()
  listeners.set(method, set.add(listener))
  return () => set.delete(listener)
}

const opened = (): Promise<void> =>
  connection.value === 'open' ? Promise.resolve() : new Promise((resolve) => waiting.push(resolve))

const tell = (message: object): void => socket?.send(JSON.stringify({ jsonrpc: '2.0', ...message }))

const post = <A>(method: string, params: object, unwanted?: AbortSignal): Promise<RpcAnswer<A>> =>
  new Promise((resolve) => {
    if (unwanted?.aborted === true) return resolve(superseded)
    if (socket?.readyState !== WebSocket.OPEN) return resolve(lost)
    const id = nextId++
    const takeBack = (): void => {
      pending.delete(id)
      resolve(superseded)
      if (socket?.readyState === WebSocket.OPEN)
        tell({ method: 'unroll/request/cancel', params: { id } })
    }
    pending.set(id, (answer) => {
      unwanted?.removeEventListener('abort', takeBack)
      resolve(answer)
    })
    unwanted?.addEventListener('abort', takeBack, { once: true })
    tell({ id, method, params })
  })

/** Asks the server, as soon as it is there. When the answer is `unwanted` before it came, the server is told so. */
export const request = async <A>(
  method: string,
  params: object = {},
  unwanted?: AbortSignal
): Promise<RpcAnswer<A>> => {
  await opened()
  return post<A>(method, params, unwanted)
}

const receive = (text: string): void => {
  const message = JSON.parse(text) as {
    readonly id?: number
    readonly method?: string
    readonly params?: unknown
    readonly result?: never
    readonly error?: { readonly message: string }
  }
  if (message.method !== undefined) {
    for (const listener of listeners.get(message.method) ?? []) listener(message.params)
    return
  }
  const settle = pending.get(message.id ?? -1)
  pending.delete(message.id ?? -1)
  settle?.(
    message.error === undefined
      ? { ok: true, value: message.result as never }
      : { ok: false, failure: { kind: 'refused', message: message.error.message } }
  )
}

const greet = async (): Promise<void> => {
  const clientInfo = { name: 'unroll-web', title: null, version: '1' }
  const capabilities = { experimentalApi: true }
  const answer = await post('initialize', { clientInfo, capabilities })
  if (!answer.ok) return
  retryMs = RETRY_MS_MIN
  connection.value = 'open'
  if (wasGreeted) epoch.value += 1
  wasGreeted = true
  const ready = waiting
  waiting = []
  for (const go of ready) go()
}

/** Whether the server is there and refuses this page, or is not there. */
const whyClosed = async (): Promise<LinkState> => {
  try {
    return (await fetch('/hello')).ok ? 'locked' : 'lost'
  } catch {
    return 'lost'
  }
}

const closed = async (wasOpen: boolean): Promise<void> => {
  socket = null
  for (const settle of pending.values()) settle(lost)
  pending.clear()
  connection.value = wasOpen ? 'lost' : await whyClosed()
  if (connection.value === 'locked') return
  clearTimeout(retry)
  retry = setTimeout(connect, retryMs)
  retryMs = Math.min(retryMs * 2, RETRY_MS_MAX)
}

/** Opens the connection; where it is open or being opened nothing happens. */
export const connect = (): void => {
  if (socket !== null) return
  if (token.value === null) {
    connection.value = 'locked'
    return
  }
  const { protocol, host } = location
  const address = `${protocol === 'https:' ? 'wss' : 'ws'}://${host}/`
  const mine = new WebSocket(address, [PROTOCOL, `bearer.${token.value}`])
  let wasOpen = false
  socket = mine
  mine.onopen = () => {
    wasOpen = true
    void greet()
  }
  mine.onmessage = ({ data }: MessageEvent<string>) => receive(data)
  mine.onclose = () => void closed(wasOpen)
}

/** Does not wait for the next try: the person came back, or the network did. */
export const connectNow = (): void => {
  if (connection.value !== 'lost') return
  clearTimeout(retry)
  retryMs = RETRY_MS_MIN
  connect()
}
