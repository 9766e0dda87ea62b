/**
 * A client of any app-server over stdio. A call's time ends when the last byte of the reply has arrived; what the
 * client does with the reply is not counted.
 */
import { spawn, type ChildProcess } from 'node:child_process'
import { readFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { performance } from 'node:perf_hooks'

/** A reply. */
export interface Reply {
  readonly ms: number
  readonly bytes: number
  /** The message of the error, when it was one. */
  readonly error: string | null
  /** Parsed only when asked for. */
  readonly result: () => any // oxlint-disable-line typescript/no-explicit-any
}

/** How to start a server. */
export interface Command {
  readonly argv: ReadonlyArray<string>
  readonly env: NodeJS.ProcessEnv
}

interface Waiting {
  readonly sentMs: number
  readonly resolve: (reply: Reply) => void
  readonly reject: (cause: Error) => void
}

const LINE_FEED = 10
/** Parsing a reply would take the client as long as some servers take for it; a shorter one may be no reply. */
const SMALL_LINE_BYTES = 512
const HEAD_BYTES = 200
const CALL_MS_MAX = 300_000
const CLOSE_MS_MAX = 3000

/** High-water mark of a process's resident memory; 0 where the system does not tell. */
export const peakMbOf = (pid: number | undefined): number => {
  try {
    const status = readFileSync(`/proc/${pid}/status`, 'utf8')
    return Number(/VmHWM:\s+(\d+)/.exec(status)?.[1] ?? 0) / 1024
  } catch {
    return 0
  }
}

/** A server that uses so little in a second rests. */
const QUIET_TICKS = 3

/** Processor time a process has used, in ticks of the system; 0 when it is gone. */
const ticksOf = (pid: number | undefined): number => {
  try {
    const words = readFileSync(`/proc/${pid}/stat`, 'utf8').split(') ')[1]?.split(' ') ?? []
    return Number(words[11]) + Number(words[12])
  } catch {
    return 0
  }
}

const childrenOf = (pid: number | undefined): ReadonlyArray<number> => {
  try {
    const ids = readFileSync(`/proc/${pid}/task/${pid}/children`, 'utf8')
    return ids.split(' ').filter(Boolean).map(Number)
  } catch {
    return []
  }
}

/** The same for a process and everything it has started. */
export const peakMbOfTree = (pid: number | undefined): number =>
  childrenOf(pid).reduce((sum, child) => sum + peakMbOfTree(child), peakMbOf(pid))

/** Id of a reply without parsing it: every server puts it at the front, before the result. */
const idOfHead = (line: Buffer): number | null => {
  const head = line.subarray(0, HEAD_BYTES).toString('latin1')
  const id = /^\{(?:"jsonrpc":"2\.0",)?"id":(\d+),"result":/.exec(head)?.[1]
  return id === undefined ? null : Number(id)
}

/** A running server. */
export class Connection {
  readonly startedMs = performance.now()
  private readonly child: ChildProcess
  private readonly exited: Promise<void>
  private readonly waiting = new Map<number, Waiting>()
  private pieces: Buffer[] = []
  private complaints = ''
  private lastId = 0

  constructor({ argv, env }: Command) {
    const [program = '', ...rest] = argv
    this.child = spawn(program, rest, { cwd: tmpdir(), env, stdio: 'pipe' })
    this.child.stdout?.on('data', (bytes: Buffer) => this.receive(bytes))
    this.child.stderr?.on('data', (bytes: Buffer) => {
      this.complaints = (this.complaints + bytes.toString()).slice(-2000)
    })
    this.child.stdin?.on('error', () => undefined) // the exit says more
    this.exited = new Promise((resolve) => {
      const gone = (why: string): void => {
        const cause = new Error(`${why} ${this.complaints.trim().slice(-300)}`)
        for (const { reject } of this.waiting.values()) reject(cause)
        this.waiting.clear()
        resolve()
      }
      this.child.once('error', (cause) => gone(cause.message))
      this.child.once('exit', (code, signal) => gone(`the server ended (${code ?? signal})`))
    })
  }

  private receive(bytes: Buffer): void {
    const nowMs = performance.now()
    let start = 0
    for (let end = bytes.indexOf(LINE_FEED); end >= 0; end = bytes.indexOf(LINE_FEED, start)) {
      this.pieces.push(bytes.subarray(start, end))
      const line = Buffer.concat(this.pieces)
      this.pieces = []
      start = end + 1
      this.line(line, nowMs)
    }
    if (start < bytes.length) this.pieces.push(bytes.subarray(start))
  }

  private line(line: Buffer, nowMs: number): void {
    const longId = line.length > SMALL_LINE_BYTES ? idOfHead(line) : null
    const parse = () => JSON.parse(line.toString('utf8'))
    if (longId !== null) {
      this.settle(longId, { nowMs, bytes: line.length, error: null, result: () => parse().result })
      return
    }
    const message = parse()
    if (message.method === undefined) {
      const error = message.error === undefined ? null : String(message.error.message)
      const result = () => message.result
      this.settle(message.id, { nowMs, bytes: line.length, error, result })
    } else if (message.id !== undefined) this.send({ id: message.id, result: {} })
  }

  private settle(id: number, reply: Omit<Reply, 'ms'> & { nowMs: number }): void {
    const one = this.waiting.get(id)
    this.waiting.delete(id)
    const { nowMs, ...rest } = reply
    one?.resolve({ ...rest, ms: nowMs - one.sentMs })
  }

  private send(message: unknown): void {
    this.child.stdin?.write(JSON.stringify(message) + '\n')
  }

  /** Sends a request. Rejects when the server ends or takes minutes. */
  async call(method: string, params: unknown): Promise<Reply> {
    const id = ++this.lastId
    let timer: NodeJS.Timeout | undefined
    const reply = new Promise<Reply>((resolve, reject) => {
      timer = setTimeout(() => reject(new Error(`no reply to ${method}`)), CALL_MS_MAX)
      this.waiting.set(id, { sentMs: performance.now(), resolve, reject })
      this.send({ id, method, params })
    })
    return reply.finally(() => clearTimeout(timer))
  }

  /** Says hello; answers the time since the start of the process. */
  async initialize(): Promise<number> {
    const clientInfo = { name: 'bench', title: 'bench', version: '1.0.0' }
    const capabilities = { experimentalApi: true }
    const reply = await this.call('initialize', { clientInfo, capabilities })
    if (reply.error !== null) throw new Error(reply.error)
    const ms = performance.now() - this.startedMs
    this.send({ method: 'initialized' })
    return ms
  }

  /** Resolves when the server has nothing left to do behind its answers; Linux only. */
  async settled(): Promise<void> {
    const ticks = (): number => ticksOf(this.child.pid)
    for (
      let before = -Infinity, now = ticks();
      now - before > QUIET_TICKS;
      before = now, now = ticks()
    )
      await new Promise((wake) => setTimeout(wake, 1000))
  }

  /** Ends the server; answers the most memory it ever held, in MB. */
  async close(): Promise<number> {
    const peakMb = peakMbOf(this.child.pid)
    this.child.stdin?.end()
    const timer = setTimeout(() => this.child.kill('SIGKILL'), CLOSE_MS_MAX)
    await this.exited
    clearTimeout(timer)
    return peakMb
  }
}
