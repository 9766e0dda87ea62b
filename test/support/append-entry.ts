/**
 * Run as a child process: appends to threads of a home as it is told, and prints what was acknowledged.
 *
 *     once <home> <thread>                     one event; prints the answer as JSON
 *     many <home> <thread> <name> <count>      one event after the other, each at the revision the last answer gave;
 *                                              begins anew after a refusal; prints `<revision> <name>-<n>` for each,
 *                                              and `<kind> <times>` of the refusals to the other pipe at the end;
 *                                              ends early when it is sent SIGTERM
 *     fault <home> <name> <seed> <thread>...   to all threads at once; dies at a random point of a random write;
 *                                              prints `<thread> <revision> <message>` for each
 */
import * as E from 'fp-ts/lib/Either.js'
import { writeSync } from 'node:fs'
import { systemCalls, type FileCalls } from '../../adapters/log/jsonl/file-calls.ts'
import { jsonlStore } from '../../adapters/log/jsonl/store.ts'
import { streamId } from '../../domain/ids.ts'
import type { NewEvent } from '../../domain/changes/new-event.ts'
import { DEFAULT_PROFILE } from '../../domain/log/profile.ts'
import type { ExpectedRevision } from '../../replay/ports.ts'
import { random } from './random.ts'

const said = (message: string): NewEvent => ({
  timestamp: new Date().toISOString(),
  type: 'event_msg',
  payload: { type: 'user_message', message }
})

const storeOf = (home: string, calls: FileCalls = systemCalls()) =>
  jsonlStore({ home, profile: DEFAULT_PROFILE, strict: false, calls })

/** Writes to a pipe, also when its reader is slow. */
const say = (pipe: 1 | 2, text: string): void => {
  for (;;) {
    try {
      writeSync(pipe, text)
      return
    } catch (cause) {
      if ((cause as NodeJS.ErrnoException).code !== 'EAGAIN') throw cause
    }
  }
}

const once = async (home: string, thread: string): Promise<void> => {
  const answer = await storeOf(home).append(streamId(thread), 'any', [said('once')])()
  say(1, `${JSON.stringify(answer)}\n`)
}

const REFUSALS = new Set(['WrongExpectedRevision', 'TailMoved', 'Busy'])

const many = async (home: string, thread: string, name: string, count: number): Promise<void> => {
  const store = storeOf(home)
  let expected: ExpectedRevision = 'stream_exists'
  let isStopped = false
  const refusals = new Map<string, number>()
  process.once('SIGTERM', () => (isStopped = true))
  for (let n = 0; n < count && !isStopped;) {
    const answer = await store.append(streamId(thread), expected, [said(`${name}-${n}`)])()
    if (E.isRight(answer)) {
      expected = answer.right.next.revision
      say(1, `${answer.right.from.revision} ${name}-${n++}\n`)
      continue
    }
    const { _tag } = answer.left
    if (!REFUSALS.has(_tag)) throw new Error(JSON.stringify(answer.left))
    refusals.set(_tag, (refusals.get(_tag) ?? 0) + 1)
    // The events of a moved tail are in the file.
    if (answer.left._tag === 'TailMoved') say(1, `${answer.left.actual} ${name}-${n++}\n`)
    expected = 'stream_exists'
  }
  for (const [kind, times] of refusals) say(2, `${kind} ${times}\n`)
}

const WRITES_MAX = 200

/** Calls that end the process at one point: before a write, within it, or around the sync that follows. */
const fatalCalls = (next: () => number): FileCalls => {
  const { write, sync } = systemCalls()
  const die = () => process.kill(process.pid, 'SIGKILL')
  const fatal = Math.floor(next() * WRITES_MAX)
  const point = Math.floor(next() * 4)
  let writes = 0
  return {
    write: (file, bytes) => {
      const isFatal = writes++ === fatal
      if (isFatal && point === 0) die()
      if (isFatal && point === 1) {
        write(file, bytes.subarray(0, Math.floor(next() * bytes.length)))
        die()
      }
      return write(file, bytes)
    },
    sync: async (file) => {
      if (writes === fatal + 1 && point === 2) die()
      await sync(file)
      if (writes === fatal + 1 && point === 3) die()
    }
  }
}

const fault = async (
  home: string,
  name: string,
  seed: number,
  threads: ReadonlyArray<string>
): Promise<void> => {
  const next = random(seed)
  const store = storeOf(home, fatalCalls(next))
  const one = async (thread: string): Promise<void> => {
    for (let n = 0; ; n++) {
      const message = `${name}-${n} ${'x'.repeat(Math.floor(next() * 2000))}`
      const answer = await store.append(streamId(thread), 'any', [said(message)])()
      if (E.isLeft(answer)) throw new Error(JSON.stringify(answer.left))
      say(1, `${thread} ${answer.right.from.revision} ${message}\n`)
    }
  }
  await Promise.all(threads.map(one))
}

const main = async (): Promise<void> => {
  const [kind, home = '', ...rest] = process.argv.slice(process.argv[1] === 'once' ? 1 : 2)
  const [a = '', b = '', c = ''] = rest
  if (kind === 'once') await once(home, a)
  else if (kind === 'many') await many(home, a, b, Number(c))
  else await fault(home, a, Number(b), rest.slice(2))
}

void main().catch((thrown: unknown) => {
  say(2, `${String(thrown)}\n`)
  process.exitCode = 1
})
