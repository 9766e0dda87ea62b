/**
 * A client of a real `codex app-server` over stdio that answers its questions and keeps everything in order.
 */
import { spawn } from 'node:child_process'
import { createInterface } from 'node:readline'
import type { Message } from '../../support/rpc-client.ts'

const PATIENCE_MS = 45_000
const STOP_MS_MAX = 8000

/** One message; `at` is the time in milliseconds, `from` who sent it. */
export interface Logged {
  readonly process: string
  readonly from: 'client' | 'server'
  readonly at: number
  readonly message: Message
}

/** Answers a request of the server. */
export type Answering = (parameters: Readonly<Record<string, unknown>>) => unknown

/** A connected client. */
export interface Client {
  readonly call: (method: string, params?: unknown) => Promise<Message>
  /** The first message at or after `from` that is it. */
  readonly seen: (
    isIt: (message: Message) => boolean,
    what: string,
    from?: number
  ) => Promise<Message>
  /** How many messages there are. */
  readonly mark: () => number
  /** Waits until the server was silent for a while. */
  readonly quiet: (silenceMs?: number) => Promise<void>
  readonly stop: () => Promise<void>
  readonly kill: () => Promise<void>
}

interface Start {
  readonly codex: string
  readonly home: string
  readonly directory: string
  readonly process: string
  readonly log: Array<Logged>
  readonly answering: Readonly<Record<string, Answering>>
}

/** Waits for so many milliseconds. */
export const pause = (ms: number): Promise<void> => new Promise((wake) => setTimeout(wake, ms))

const environmentOf = (home: string, directory: string): NodeJS.ProcessEnv => ({
  PATH: process.env['PATH'],
  HOME: directory,
  LANG: 'C.UTF-8',
  SHELL: '/bin/bash',
  TZ: 'UTC',
  CODEX_HOME: home,
  MOCK_KEY: 'none',
  RUST_LOG: 'off'
})

/** Runs the binary to its end; answers how it failed, or an empty text. */
export const runCommand = async (
  codex: string,
  args: ReadonlyArray<string>,
  home: string,
  directory: string
): Promise<string> => {
  const env = environmentOf(home, directory)
  const child = spawn(codex, args, { cwd: directory, env, stdio: ['ignore', 'ignore', 'pipe'] })
  let said = ''
  child.stderr.on('data', (chunk: Buffer) => (said += chunk.toString('utf8')))
  const status = await new Promise((ended) => child.once('exit', ended))
  return status === 0 ? '' : `${String(status)} ${said.slice(-300)}`
}

/** Starts a server and shakes hands. */
export const startClient = async ({
  codex,
  home,
  directory,
  process: name,
  log,
  answering
}: Start): Promise<Client> => {
  const child = spawn(codex, ['app-server'], {
    cwd: directory,
    env: environmentOf(home, directory),
    stdio: ['pipe', 'pipe', 'ignore']
  })
  let isOver = false
  const gone = new Promise<void>((ended) => {
    child.once('exit', () => {
      isOver = true
      ended()
    })
  })
  const own: Array<Logged> = []
  const keep = (from: Logged['from'], message: Message): void => {
    const entry = { process: name, from, at: Date.now(), message }
    own.push(entry)
    log.push(entry)
  }
  const send = (message: Message): void => {
    keep('client', message)
    if (!isOver) child.stdin.write(`${JSON.stringify(message)}\n`)
  }
  createInterface({ input: child.stdout }).on('line', (line) => {
    const message = JSON.parse(line) as Message
    keep('server', message)
    if (message['id'] === undefined || typeof message['method'] !== 'string') return
    const answer = answering[message['method']]
    const result = answer?.(message['params'] as Readonly<Record<string, unknown>>)
    const error = { code: -32601, message: 'not supported' }
    if (answer === undefined) send({ id: message['id'], error })
    else if (result !== undefined) send({ id: message['id'], result })
  })
  const seen: Client['seen'] = async (isIt, what, from = 0) => {
    const until = Date.now() + PATIENCE_MS
    for (;;) {
      const found = own.slice(from).find((entry) => entry.from === 'server' && isIt(entry.message))
      if (found !== undefined) return found.message
      if (isOver) throw new Error(`the server ended before ${what}`)
      if (Date.now() > until) throw new Error(`never saw ${what}`)
      await pause(5)
    }
  }
  let id = 0
  const call: Client['call'] = (method, params) => {
    id += 1
    const wanted = id
    const from = own.length
    send({ id: wanted, method, ...(params === undefined ? {} : { params }) })
    return seen((message) => message['id'] === wanted && !('method' in message), method, from)
  }
  const quiet: Client['quiet'] = async (silenceMs = 120) => {
    for (let count = -1; count !== own.length;) {
      count = own.length
      await pause(silenceMs)
    }
  }
  const stop: Client['stop'] = async () => {
    child.stdin.end()
    const patience = setTimeout(() => child.kill('SIGKILL'), STOP_MS_MAX)
    await gone
    clearTimeout(patience)
  }
  const kill: Client['kill'] = async () => {
    child.kill('SIGKILL')
    await gone
  }
  const clientInfo = { name: 'lab', title: 'Lab', version: '0.0.1' }
  await call('initialize', { clientInfo, capabilities: { experimentalApi: true } })
  send({ method: 'initialized' })
  await quiet()
  return { call, seen, mark: () => own.length, quiet, stop, kill }
}
