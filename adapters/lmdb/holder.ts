/**
 * The child process that holds an index, and talking to it: what is read is waited for, what changes the index is awaited.
 */
import { spawn, type ChildProcess } from 'node:child_process'
import { once } from 'node:events'
import type { Socket } from 'node:net'
import { fileURLToPath } from 'node:url'
import { writeWhole } from '../plain-file.ts'
import { frameOf, frames, readFrame } from './frames.ts'
import type { Answer, Question } from './index-process.ts'
import { remembered, type Remembered } from './remembered.ts'

/** What Node has below a stream to another process. Nothing public waits for one without going back to the event loop. */
interface Handle {
  readonly fd: number
  readonly setBlocking: (blocks: boolean) => number
  readonly readStop: () => number
}

const handleOf = (stream: unknown): Handle | null =>
  (stream as { readonly _handle: Handle | null })._handle

/** A process that holds an index. An answer is null when the process has ended. */
export interface Holder {
  /** Resolves when it has opened the index, or has ended; keeps this process alive until then. */
  readonly isOpen: Promise<unknown>
  /** Its first answer, waited for. */
  readonly greeting: () => Answer | null
  readonly read: (question: Question) => Answer | null
  /** One at a time. */
  readonly change: (question: Question) => Promise<Answer | null>
  readonly kill: () => void
  /** Lets it close the index, and resolves when it is gone. */
  readonly end: () => Promise<void>
}

/** Files of the child: those of its streams are none of ours, since whoever names `process.stdout` there may change how it is written. */
const READS = 3
const CHANGES = 4

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
  const reads = handleOf(child.stdio[READS])
  reads?.setBlocking(true)
  reads?.readStop()
  return child
}

/** Answers that come when they come, in the order they are awaited; keeps this process alive while one is. */
const laterFrom = (stream: Socket): (() => Promise<Answer | null>) => {
  const { push, take } = frames()
  const waiting: Array<(answer: Answer | null) => void> = []
  const tell = (answer: Answer | null): void => {
    waiting.shift()?.(answer)
    if (waiting.length === 0) stream.unref()
  }
  stream.on('data', (chunk: Buffer) => {
    push(chunk)
    for (let text = take(); text !== null; text = take()) tell(JSON.parse(text) as Answer)
  })
  stream.once('close', () => {
    while (waiting.length > 0) tell(null)
  })
  return () =>
    new Promise((resolve) => {
      if (stream.destroyed) return resolve(null)
      stream.ref()
      waiting.push(resolve)
    })
}

const answerIn = (json: string | null): Answer | null =>
  json === null ? null : (JSON.parse(json) as Answer)

/** Starts a process that opens the index of a directory; in doubt it makes sure of the file first. */
export const holderOf = (directory: string, inDoubt: boolean): Holder => {
  const child = started(directory, inDoubt)
  const later = laterFrom(child.stdio[CHANGES] as Socket)
  const received = frames()
  /** Does it with the file of the questions, unless the process has ended: Node closes its files then, and their numbers go to others. */
  const using = <A>(run: (file: number) => A): A | null => {
    const handle = handleOf(child.stdio[READS])
    try {
      return handle === null ? null : run(handle.fd)
    } catch {
      return null
    }
  }
  const send = (question: string): boolean =>
    using((file) => {
      writeWhole(file, frameOf(question))
      return true
    }) === true
  const receive = (): string | null => using((file) => readFrame(file, received))
  let memory: Remembered | null = null
  const forget = (): void => {
    memory?.close()
    memory = null
  }
  /** What was opened just now begins to be remembered. */
  const heard = (answer: Answer | null): Answer | null => {
    if (answer?.lockName !== undefined) memory = remembered(directory, answer.lockName)
    return answer
  }
  return {
    isOpen: later(),
    greeting: () => heard(answerIn(receive())),
    read: (asked) => {
      const question = JSON.stringify(asked)
      const known = memory?.known(question)
      if (known !== undefined) return answerIn(known)
      const json = send(question) ? receive() : null
      const answer = answerIn(json)
      if (json !== null && answer?.damage === undefined) memory?.keep(question, json)
      return answer
    },
    change: async (asked) => {
      if (asked[0] === 'clear') forget()
      return heard(send(JSON.stringify(asked)) ? await later() : null)
    },
    kill: () => {
      forget()
      child.kill('SIGKILL')
    },
    end: async () => {
      forget()
      if (child.exitCode !== null || child.signalCode !== null) return
      const exit = once(child, 'exit')
      const reads = child.stdio[READS] as Socket
      child.ref()
      reads.end()
      await exit
    }
  }
}
