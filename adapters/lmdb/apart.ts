/**
 * An index that is held by a child process. LMDB maps its file: when somebody cuts or overwrites it meanwhile, the process that
 * looks at it ends by a signal, and nothing can be done about that from within. Here the child ends; another one takes its place,
 * copies or rebuilds the file, and the use case is run again.
 *
 * Reads of the index are synchronous, so questions are written to a socket and answers waited for: some 20 µs each.
 */
import * as E from 'fp-ts/lib/Either.js'
import { spawn, type ChildProcess } from 'node:child_process'
import { once } from 'node:events'
import { fileURLToPath } from 'node:url'
import type { Readable } from 'node:stream'
import type { StoreError } from '../../domain/errors.ts'
import { IndexDamage, type Committed, type Index } from '../../replay/ports.ts'
import { noTelemetry, type Telemetry } from '../../replay/telemetry.ts'
import { writeWhole } from '../plain-file.ts'
import { frameOf, readFrame } from './frames.ts'
import type { Answer, Question } from './index-process.ts'

/** What Node has below a stream to another process. Nothing public waits for one without going back to the event loop. */
interface Handle {
  readonly fd: number
  readonly setBlocking: (blocks: boolean) => number
  readonly readStop: () => number
}

const handleOf = (stream: unknown): Handle | null =>
  (stream as { readonly _handle: Handle | null })._handle

/** Starts a child; what comes from it is read by nobody but `exchanged`. */
const started = (directory: string, inDoubt: boolean): ChildProcess => {
  const script = import.meta.url.endsWith('.ts') ? './index-process.ts' : './index-process.cjs'
  const path = fileURLToPath(new URL(script, import.meta.url))
  const words = [...process.execArgv, path, directory, ...(inDoubt ? ['doubt'] : [])]
  const child = spawn(process.execPath, words, { stdio: ['pipe', 'pipe', 'ignore', 'pipe'] })
  child.on('error', () => undefined)
  for (const stream of child.stdio) {
    stream?.on('error', () => undefined)
    ;(stream as { unref?: () => void } | null)?.unref?.()
  }
  child.unref()
  for (const handle of [child.stdin, child.stdout].map(handleOf)) handle?.setBlocking(true)
  handleOf(child.stdout)?.readStop()
  return child
}

/** The next answer of a child, after a question if there is one; null when it has ended. */
const exchanged = (child: ChildProcess, question?: Question): Answer | null => {
  // Asked for each time: Node closes the files of a child that ended, and their numbers go to others.
  const [to, from] = [handleOf(child.stdin), handleOf(child.stdout)]
  if (to === null || from === null) return null
  try {
    if (question !== undefined) writeWhole(to.fd, frameOf(question))
    return readFrame(from.fd) as Answer | null
  } catch {
    return null
  }
}

const ENDED = 'the process that held the index has ended'

/** Takes the first answer of a child; throws why it holds no index. */
const greeted = (child: ChildProcess, telemetry: Telemetry): void => {
  const answer = exchanged(child)
  tell(telemetry, answer)
  if (answer === null) child.kill('SIGKILL')
  if (answer === null || answer.unusable !== undefined) throw new Error(answer?.unusable ?? ENDED)
}

const tell = (telemetry: Telemetry, answer: Answer | null): void => {
  for (const [kind, ...given] of answer?.told ?? [])
    (telemetry[kind] as (...given: ReadonlyArray<unknown>) => void)(...given)
}

const failure = (directory: string, cause: unknown): StoreError => ({
  _tag: 'IndexUnavailable',
  path: directory,
  reason: cause instanceof Error ? cause.message : String(cause)
})

/** Asks one child after the other: when one ends, the next one has made sure of the file before the question fails. */
const asker = (directory: string, telemetry: Telemetry, first: ChildProcess) => {
  let child = first
  let epoch = 0
  const renew = (): void => {
    epoch += 1
    child.kill('SIGKILL')
    try {
      child = started(directory, true)
      greeted(child, telemetry)
    } catch (cause) {
      throw new IndexDamage(cause instanceof Error ? cause.message : ENDED)
    }
    throw new IndexDamage(ENDED, true)
  }
  return {
    child: () => child,
    epoch: () => epoch,
    ask: (...question: Question): unknown => {
      if (question[0] === 'clear') epoch += 1
      const answer = exchanged(child, question)
      if (answer === null) return renew()
      tell(telemetry, answer)
      if (answer.damage !== undefined) throw new IndexDamage(answer.damage)
      return answer.value
    }
  }
}

/** Opens the index of a directory in a child process; throws when the directory cannot be used. */
export const openIndexApart = async (
  directory: string,
  telemetry: Telemetry = noTelemetry
): Promise<Index> => {
  const first = started(directory, false)
  const ready = first.stdio[3] as Readable
  ;(ready as Readable & { ref: () => void }).ref()
  await once(ready.resume(), 'close')
  greeted(first, telemetry)
  const { ask, child, epoch } = asker(directory, telemetry, first)
  const clear = (): E.Either<StoreError, void> => {
    try {
      return ask('clear') as E.Either<StoreError, void>
    } catch (cause) {
      return E.left(failure(directory, cause))
    }
  }
  return {
    get: (key) => ask('get', key),
    range: (...asked) => ask('range', ...asked) as ReturnType<Index['range']>,
    keys: (...asked) => ask('keys', ...asked) as ReturnType<Index['keys']>,
    commit: (writes, expected) => async () =>
      Promise.resolve(ask('commit', writes, expected) as E.Either<StoreError, Committed>),
    generation: () => ask('generation') as number,
    epoch,
    clear: () => async () => {
      const cleared = clear()
      return Promise.resolve(E.isRight(cleared) ? cleared : clear())
    },
    close: async () => {
      const last = child()
      const ended = last.exitCode ?? last.signalCode
      if (ended !== null) return
      const exit = once(last, 'exit')
      last.ref()
      exchanged(last, ['close'])
      await exit
    }
  }
}
