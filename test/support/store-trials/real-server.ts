/**
 * A real server that trials start and kill. They know it by what the caller says: `EVENTSTORE_URL` is where it answers, and
 * `EVENTSTORE_START` has a command for each host of it, one a line, which runs that node until it is killed.
 */
import { spawn, type ChildProcess } from 'node:child_process'
import { once } from 'node:events'
import { request as plainRequest } from 'node:http'
import { request as secureRequest } from 'node:https'

const READY_MS = 600_000

/** Nodes of one server, by the place of their host in the connection string. */
export interface RealServer {
  readonly url: string
  readonly nodes: number
  readonly leader: () => Promise<number>
  /** SIGKILL, to the command and everything it started. */
  readonly kill: (node: number) => Promise<void>
  /** Starts a node that is not running, and waits until all nodes work together. */
  readonly start: (node: number) => Promise<void>
  /** Kills every node and starts them again: a server in memory is empty afterwards. */
  readonly startAnew: () => Promise<void>
  readonly stop: () => Promise<void>
}

interface Member {
  readonly port: number
  readonly state: string
  readonly isAlive: boolean
}

/** Where a connection string leads, as far as trials need it. */
const addressOf = (url: string) => {
  const [, user = '', hosts = '', query = ''] =
    /^[^:]+:\/\/(?:([^@/]*)@)?([^/?]+)\/?(?:\?(.*))?$/.exec(url) ?? []
  return {
    user: decodeURIComponent(user),
    hosts: hosts.split(','),
    isPlain: /tls=false/i.test(query)
  }
}

/** What a node says of all nodes; none while it does not answer. */
const membersSeenBy = async (url: string, node: number): Promise<ReadonlyArray<Member>> => {
  const { user, hosts, isPlain } = addressOf(url)
  const ask = isPlain ? plainRequest : secureRequest
  const asked = ask(`${isPlain ? 'http' : 'https'}://${hosts[node] ?? ''}/gossip`, {
    ...{ headers: { accept: 'application/json' }, timeout: 2000, rejectUnauthorized: false },
    ...(user === '' ? {} : { auth: user })
  })
  try {
    asked.on('timeout', () => asked.destroy())
    asked.end()
    const [answer] = (await once(asked, 'response')) as [AsyncIterable<Buffer>]
    const pieces: Array<Buffer> = []
    for await (const piece of answer) pieces.push(piece)
    const { members } = JSON.parse(Buffer.concat(pieces).toString()) as {
      readonly members: ReadonlyArray<{
        readonly httpEndPointPort: number
        readonly state: string
        readonly isAlive: boolean
      }>
    }
    return members.map(({ httpEndPointPort: port, state, isAlive }) => ({ port, state, isAlive }))
  } catch {
    return []
  }
}

const isReady = async (url: string, nodes: number): Promise<boolean> => {
  for (let node = 0; node < nodes; node++) {
    const alive = (await membersSeenBy(url, node)).filter(({ isAlive }) => isAlive)
    const states = alive
      .map(({ state }) => state)
      .filter((state) => /^(Leader|Follower)$/.test(state))
    if (states.length !== nodes || states.filter((state) => state === 'Leader').length !== 1)
      return false
  }
  return true
}

const pause = (ms: number): Promise<void> => new Promise((done) => setTimeout(done, ms))

const untilReady = async (url: string, nodes: number): Promise<void> => {
  for (const end = Date.now() + READY_MS; Date.now() < end; await pause(200))
    if (await isReady(url, nodes)) return
  throw new Error(`no server answers at ${addressOf(url).hosts.join(',')}`)
}

/** Starts what `EVENTSTORE_START` says; null where nothing is said. */
export const realServer = async (): Promise<RealServer | null> => {
  const url = process.env['EVENTSTORE_URL']
  const commands = (process.env['EVENTSTORE_START'] ?? '').split('\n').filter(Boolean)
  if (url === undefined || commands.length === 0) return null
  const running: Array<ChildProcess | undefined> = commands.map(() => undefined)
  // A server takes variables that begin like these for options of its own, and does not start.
  const { EVENTSTORE_URL: _url, EVENTSTORE_START: _start, ...env } = process.env
  const launch = (node: number): void => {
    const how = { shell: true, detached: true, stdio: 'ignore', env } as const
    running[node] = spawn(commands[node] ?? '', how)
  }
  const kill = async (node: number): Promise<void> => {
    const child = running[node]
    running[node] = undefined
    if (child?.pid === undefined || child.exitCode !== null || child.signalCode !== null) return
    const gone = once(child, 'exit')
    process.kill(-child.pid, 'SIGKILL')
    await gone
  }
  const all = commands.map((_, node) => node)
  const startAnew = async (): Promise<void> => {
    for (const node of all) await kill(node)
    for (const node of all) launch(node)
    await untilReady(url, commands.length)
  }
  const leader = async (): Promise<number> => {
    for (const node of all)
      for (const { port, state, isAlive } of await membersSeenBy(url, node))
        if (isAlive && state === 'Leader')
          return addressOf(url).hosts.findIndex((host) => host.endsWith(`:${port}`))
    throw new Error('there is no leader')
  }
  const stop = async (): Promise<void> => {
    for (const node of all) await kill(node)
  }
  const start = async (node: number): Promise<void> => {
    launch(node)
    await untilReady(url, commands.length)
  }
  process.once('exit', () => {
    for (const child of running)
      if (child?.exitCode === null && child.pid !== undefined) process.kill(-child.pid, 'SIGKILL')
  })
  // Else the trials would talk to that one, and kill another.
  for (const node of all)
    if ((await membersSeenBy(url, node)).length > 0)
      throw new Error(`a server answers at ${addressOf(url).hosts[node]} already`)
  await startAnew()
  return { url, nodes: commands.length, leader, kill, start, startAnew, stop }
}
