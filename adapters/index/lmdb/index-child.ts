/**
 * The child process that holds an index, seen from its parent: reads block; changes, and what is asked ahead, are awaited.
 */
import { spawn, type ChildProcess } from 'node:child_process'
import { once } from 'node:events'
import type { Socket } from 'node:net'
import { fileURLToPath } from 'node:url'
import type { IndexQuestion } from '../../../replay/ports.ts'
import { writeWhole } from '../../home/plain-file.ts'
import {
  AWAITED,
  BLOCKING,
  frameOf,
  frameReader,
  NO_VALUE,
  readChunk,
  readFrame,
  type IndexReply,
  type IndexRequest,
  VALUE
} from './messages.ts'
import { replyCache, type ReplyCache } from './reply-cache.ts'

/** What is below a stream of Node: there is no public way to block on one. */
interface Handle {
  readonly fd: number
  readonly setBlocking: (blocks: boolean) => number
  readonly readStop: () => number
}

const handleOf = (stream: unknown): Handle | null =>
  (stream as { readonly _handle: Handle | null })._handle

/** A process that holds an index. A reply is null when the process has ended. */
export interface IndexChild {
  /** Resolves when it has opened the index, or has ended; keeps this process alive until then. */
  readonly isOpen: Promise<unknown>
  /** Its first reply; blocks. */
  readonly greeting: () => IndexReply | null
  readonly read: (request: IndexRequest) => IndexReply | null
  /** Resolves when the replies to these are known, as far as they are not kept already. */
  readonly ahead: (questions: ReadonlyArray<IndexQuestion>) => Promise<void>
  /** One at a time. */
  readonly change: (request: IndexRequest) => Promise<IndexReply | null>
  readonly kill: () => void
  /** Lets it close the index; resolves when it has ended. */
  readonly end: () => Promise<void>
}

const started = (directory: string, inDoubt: boolean): ChildProcess => {
  const script = import.meta.url.endsWith('.ts') ? './index-process.ts' : './index-process.cjs'
  const path = fileURLToPath(new URL(script, import.meta.url))
  const words = [...process.execArgv, path, directory, ...(inDoubt ? ['doubt'] : [])]
  const child = spawn(process.execPath, words, {
    stdio: ['ignore', 'ignore', 'ignore', 'pipe', 'pipe']
  })
  child.on('error', () => undefined)
  for (const stream of child.stdio) {
    stream?.on('error', () => undefined)
    ;(stream as Socket | null)?.unref()
  }
  child.unref()
  const reads = handleOf(child.stdio[BLOCKING])
  reads?.setBlocking(true)
  reads?.readStop()
  return child
}

/** Replies that are awaited, in the order of their requests. */
interface AwaitedReplies {
  /** The next one; keeps this process alive until it is there. */
  readonly next: () => Promise<string | null>
  readonly outstanding: () => number
  /**
   * Takes all that are outstanding; blocks. The child writes a reply whole before it looks at the next request, so whoever blocks on a
   * later request, to send it or to get its answer, without having taken these would wait for a child that waits for him.
   */
  readonly takeAll: () => void
}

const awaitedFrom = (stream: Socket): AwaitedReplies => {
  const { push, take } = frameReader()
  const waiting: Array<(json: string | null) => void> = []
  const tell = (json: string | null): void => {
    waiting.shift()?.(json)
    if (waiting.length === 0) stream.unref()
  }
  const receive = (chunk: Buffer): void => {
    push(chunk)
    for (let text = take(); text !== null; text = take()) tell(text)
  }
  stream.on('data', receive)
  stream.once('close', () => {
    while (waiting.length > 0) tell(null)
  })
  return {
    next: () =>
      new Promise((resolve) => {
        if (stream.destroyed) return resolve(null)
        stream.ref()
        waiting.push(resolve)
      }),
    outstanding: () => waiting.length,
    takeAll: () => {
      const handle = handleOf(stream)
      if (waiting.length === 0 || handle === null) return
      handle.setBlocking(true)
      try {
        while (waiting.length > 0) {
          const chunk = readChunk(handle.fd)
          if (chunk === null) break
          receive(chunk)
        }
      } catch {
        // The process has ended; the stream tells who waits.
      } finally {
        handle.setBlocking(false)
      }
    }
  }
}

/** So many requests that nobody got the reply of fit between two processes. */
const OUTSTANDING_MAX = 64

/** True for a reply that tells what the index holds. */
const isValue = (json: string): boolean => json.startsWith(VALUE) || json === NO_VALUE

const parseReply = (json: string | null): IndexReply | null =>
  json === null ? null : (JSON.parse(json) as IndexReply)

/** Starts a process that opens the index of a directory, `inDoubt` after a verified copy of it. */
export const startIndexChild = (directory: string, inDoubt: boolean): IndexChild => {
  const child = started(directory, inDoubt)
  const awaited = awaitedFrom(child.stdio[AWAITED] as Socket)
  const received = frameReader()
  /** Runs with the file of the requests, unless the process has ended: Node closes its files then, and reuses their numbers. */
  const using = <A>(run: (file: number) => A): A | null => {
    const handle = handleOf(child.stdio[BLOCKING])
    try {
      return handle === null ? null : run(handle.fd)
    } catch {
      return null
    }
  }
  const send = (request: string): boolean =>
    using((file) => (writeWhole(file, frameOf(request)), true)) === true
  const receive = (): string | null => using((file) => readFrame(file, received))
  let cache: ReplyCache | null = null
  const forget = (): void => {
    cache?.close()
    cache = null
  }
  /** Replies are kept from the moment the index was opened. */
  const heard = (reply: IndexReply | null): IndexReply | null => {
    if (reply?.lockName !== undefined) cache = replyCache(directory, reply.lockName)
    return reply
  }
  return {
    isOpen: awaited.next(),
    greeting: () => heard(parseReply(receive())),
    read: (asked) => {
      const request = JSON.stringify(asked)
      const known = cache?.known(request)
      if (known !== undefined) return parseReply(known)
      awaited.takeAll()
      const json = send(request) ? receive() : null
      if (json !== null && isValue(json)) cache?.keep(request, json)
      return parseReply(json)
    },
    ahead: async (questions) => {
      const asked = cache
      if (asked === null) return
      const unknown = questions.filter((one) => asked.known(JSON.stringify(one)) === undefined)
      if (unknown.length === 0) return
      if (awaited.outstanding() > OUTSTANDING_MAX) awaited.takeAll()
      if (!send(JSON.stringify(['ahead', unknown]))) return
      const age = asked.age()
      const replies = await Promise.all(unknown.map(awaited.next))
      for (const [i, json] of replies.entries())
        if (json !== null && isValue(json)) asked.keep(JSON.stringify(unknown[i]), json, age)
    },
    change: async (asked) => {
      if (asked[0] === 'clear') forget()
      awaited.takeAll()
      return heard(parseReply(send(JSON.stringify(asked)) ? await awaited.next() : null))
    },
    kill: () => {
      forget()
      child.kill('SIGKILL')
    },
    end: async () => {
      forget()
      if (child.exitCode !== null || child.signalCode !== null) return
      const exit = once(child, 'exit')
      const reads = child.stdio[BLOCKING] as Socket
      child.ref()
      reads.end()
      await exit
    }
  }
}
