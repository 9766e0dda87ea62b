/**
 * App-servers that listen on a WebSocket: a real Codex, or this one; and homes for the clients that connect to them.
 */
import { spawn, type ChildProcess } from 'node:child_process'
import { once } from 'node:events'
import { existsSync, mkdtempSync, readFileSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join, resolve } from 'node:path'
import { createRequire } from 'node:module'
import { createInterface } from 'node:readline'
import { WebSocket } from 'ws'
import type { ProfileName } from '../../domain/log/profile.ts'
import type { Message } from '../support/rpc-client.ts'

const START_MS_MAX = 20_000
const LOOK_EVERY_MS = 20

export type Transport = 'ws' | 'unix'

/** A server that takes connections. */
export interface Listening {
  /** What `codex --remote` takes. */
  readonly address: string
  readonly stop: () => Promise<void>
}

/** How a server is started: program, arguments before `--listen`, environment. */
export interface Starter {
  readonly name: 'codex' | 'unroll'
  readonly command: (home: string) => readonly [string, ReadonlyArray<string>, NodeJS.ProcessEnv]
}

/** The real Codex. */
export const codexServer = (codex: string): Starter => ({
  name: 'codex',
  command: (home) => [
    codex,
    ['app-server'],
    { ...process.env, CODEX_HOME: home, MOCK_KEY: 'none', RUST_LOG: 'off' }
  ]
})

/** This server, from its sources; strict unless it is told otherwise. */
export const unrollServer = (
  profile: ProfileName,
  mode: ReadonlyArray<string> = ['--strict']
): Starter => {
  const main = resolve(import.meta.dirname, '../../adapters/cli/main.ts')
  const options = ['--profile', profile, ...mode, '--index', 'memory']
  return {
    name: 'unroll',
    command: (home) => [
      process.execPath,
      [
        '--import',
        createRequire(import.meta.url).resolve('tsx'),
        main,
        'app-server',
        '--home',
        home,
        ...options
      ],
      process.env
    ]
  }
}

const pause = (ms: number): Promise<void> => new Promise((wake) => setTimeout(wake, ms))

/** Waits until something is there; null when it never is. */
export const eventually = async <A>(look: () => A | null, patienceMs = START_MS_MAX) => {
  for (const until = Date.now() + patienceMs; Date.now() < until; await pause(LOOK_EVERY_MS)) {
    const found = look()
    if (found !== null) return found
  }
  return null
}

const stopped = async (child: ChildProcess): Promise<void> => {
  if (child.exitCode !== null || child.signalCode !== null) return
  const gone = once(child, 'exit')
  child.kill('SIGTERM')
  const patience = setTimeout(() => child.kill('SIGKILL'), 5000)
  await gone
  clearTimeout(patience)
}

/** Starts a server on a home, in a directory. */
export const listening = async (
  { command, name }: Starter,
  transport: Transport,
  home: string,
  directory = tmpdir()
): Promise<Listening> => {
  const socket = join(mkdtempSync(join(tmpdir(), 'unroll-sock-')), 's')
  const [program, args, env] = command(home)
  const url = transport === 'ws' ? 'ws://127.0.0.1:0' : `unix://${socket}`
  const child = spawn(program, [...args, '--listen', url], {
    env,
    cwd: directory,
    stdio: ['ignore', 'ignore', 'pipe']
  })
  let said = ''
  createInterface({ input: child.stderr }).on('line', (line) => (said += `${line}\n`))
  const address = await eventually(() => {
    if (child.exitCode !== null) throw new Error(`${name} ended: ${said}`)
    if (transport === 'unix') return existsSync(socket) ? url : null
    return /ws:\/\/127\.0\.0\.1:\d+/.exec(said)?.[0] ?? null
  })
  if (address === null) throw new Error(`${name} does not listen: ${said}`)
  return { address, stop: () => stopped(child) }
}

/** One request by a client of its own; answers the response. */
export const askOnce = async (
  { address }: Pick<Listening, 'address'>,
  method: string,
  params: unknown
): Promise<Message> => {
  const url = address.startsWith('unix://')
    ? `ws+unix:${address.slice('unix://'.length)}:/`
    : address
  const socket = new WebSocket(url, { perMessageDeflate: false })
  await once(socket, 'open')
  const answers = new Map<unknown, (message: Message) => void>()
  socket.on('message', (data: Buffer) => {
    const message = JSON.parse(data.toString('utf8')) as Message
    answers.get(message['id'])?.(message)
  })
  const ask = (id: number, name: string, values: unknown): Promise<Message> => {
    socket.send(JSON.stringify({ id, method: name, params: values }))
    return new Promise((resolve) => answers.set(id, resolve))
  }
  const capabilities = { experimentalApi: true }
  await ask(1, 'initialize', { clientInfo: { name: 'lab', version: '1' }, capabilities })
  const answer = await ask(2, method, params)
  socket.close()
  await once(socket, 'close')
  return answer
}

/** A home for a client: the configuration of another one, and a directory it trusts, so that it asks for nothing. */
export const clientHome = (home: string, directory: string): string => {
  const own = mkdtempSync(join(tmpdir(), 'unroll-client-'))
  const text = readFileSync(join(home, 'config.toml'), 'utf8').replace(
    /^model_catalog_json.*\n/m,
    ''
  )
  writeFileSync(
    join(own, 'config.toml'),
    `${text}\n[projects."${directory}"]\ntrust_level = "trusted"\n`
  )
  return own
}
