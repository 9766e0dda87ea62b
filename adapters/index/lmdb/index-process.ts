/**
 * Run as a child process: holds the index of a directory for the process that started it, so that a file that is damaged while it
 * is mapped ends this process and not that one. Answers one request after the other until there are no more.
 *
 * It waits for the next request without going back to the event loop, which makes a reply twice as fast. Requests come in file 3,
 * where the parent waits in the same way for what it reads; changes of the index, and what is asked ahead, are answered in file 4,
 * which it awaits.
 *
 * usage: index-process <index directory> [doubt]; a first reply in file 3, and one in file 4 behind it, say that it is open
 */
import * as E from 'fp-ts/lib/Either.js'
import { performance } from 'node:perf_hooks'
import { IndexDamage } from '../../../replay/ports.ts'
import type { Telemetry } from '../../../replay/telemetry.ts'
import { writeWhole } from '../../home/plain-file.ts'
import { openLmdbIndex, type LmdbIndex } from './index.ts'
import {
  AWAITED,
  BLOCKING,
  frameOf,
  frameReader,
  NO_VALUE,
  readFrame,
  type IndexReply,
  type IndexRequest,
  type TelemetryCall,
  VALUE
} from './messages.ts'

let told: ReadonlyArray<TelemetryCall> = []
const telemetry: Telemetry = {
  count: (...given) => void (told = [...told, ['count', ...given]]),
  time: (...given) => void (told = [...told, ['time', ...given]]),
  nowMs: () => performance.now()
}

/** False when nobody is there any more to take it. */
const send = (file: number, ...replies: ReadonlyArray<string>): boolean => {
  try {
    writeWhole(file, Buffer.concat(replies.map(frameOf)))
    return true
  } catch {
    return false
  }
}

/** A reply with what the telemetry was told since the last one. */
const replyOf = (given: Omit<IndexReply, 'told'>): string => {
  const whole: IndexReply = { ...given, told }
  told = []
  return JSON.stringify(whole)
}

/** Ends the process when something other than an index changed the file: what was read can no longer be trusted. */
const exitUnlessIntact = (index: LmdbIndex): void => {
  if (!index.isIntact()) process.exit(1)
}

/** What is read, as JSON, in which rows stay the JSON they are stored as; null for a row that is not there. */
const readJson = ({ texts, keys, generation }: LmdbIndex, request: IndexRequest): string | null => {
  switch (request[0]) {
    case 'get':
      return texts.get(request[1])
    case 'getMany':
      // Each in a list of its own, which is empty for a row that is not there.
      return `[${request[1].map((key) => `[${texts.get(key) ?? ''}]`).join()}]`
    case 'range': {
      // JSON has no Infinity.
      const rows = texts.range(request[1], request[2], request[3] ?? Infinity, request[4])
      return `[${rows.map(([key, json]) => `[${JSON.stringify(key)},${json}]`).join()}]`
    }
    case 'keys':
      return JSON.stringify(keys(request[1], request[2]))
    default:
      return String(generation())
  }
}

const reply = async (index: LmdbIndex, request: IndexRequest): Promise<string> => {
  try {
    if (request[0] === 'clear') {
      const value = await index.clear()()
      return replyOf({ value, lockName: index.lockName() })
    }
    if (request[0] === 'commit') {
      exitUnlessIntact(index)
      return replyOf({ value: await index.commit(request[1], request[2])() })
    }
    const json = readJson(index, request)
    exitUnlessIntact(index)
    return json === null ? NO_VALUE : `${VALUE}${json}}`
  } catch (cause) {
    if (!(cause instanceof IndexDamage)) throw cause
    return replyOf({ damage: cause.message })
  }
}

/** False when nobody is there any more to take the answer. */
const answer = async (index: LmdbIndex, request: IndexRequest): Promise<boolean> => {
  if (request[0] === 'ahead') {
    const replies = await Promise.all(request[1].map((question) => reply(index, question)))
    return send(AWAITED, ...replies)
  }
  const isChange = request[0] === 'commit' || request[0] === 'clear'
  return send(isChange ? AWAITED : BLOCKING, await reply(index, request))
}

/** Each look at the state of the file sets a timer in the driver; only a turn of the event loop frees those. */
const REQUESTS_PER_TURN = 256

const serve = async (index: LmdbIndex): Promise<void> => {
  const received = frameReader()
  for (let asked = 1; ; asked++) {
    const text = readFrame(BLOCKING, received)
    if (text === null) return
    const request = JSON.parse(text) as IndexRequest
    const isHeard = await answer(index, request)
    if (request[0] === 'commit' || request[0] === 'clear') index.seal()
    else index.releaseSnapshot()
    if (!isHeard) return
    if (asked % REQUESTS_PER_TURN === 0) await new Promise(setImmediate)
  }
}

const run = async (): Promise<void> => {
  const [directory = '', doubt] = process.argv.slice(2)
  const index = E.tryCatch(
    () => openLmdbIndex(directory, telemetry, doubt !== undefined),
    (cause) => (cause instanceof Error ? cause.message : String(cause))
  )
  send(
    BLOCKING,
    replyOf(E.isLeft(index) ? { unusable: index.left } : { lockName: index.right.lockName() })
  )
  send(AWAITED, '{}')
  if (E.isLeft(index)) return process.exit(1)
  index.right.seal()
  await serve(index.right)
  await index.right.close()
  process.exit(0)
}

// Who started this process says when it ends; a Ctrl-C goes to both.
for (const signal of ['SIGINT', 'SIGTERM', 'SIGHUP'] as const) process.on(signal, () => undefined)

void run()
