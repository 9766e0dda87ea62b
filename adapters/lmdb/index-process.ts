/**
 * Run as a child process: holds the index of a directory for the process that started it, so that a file that is damaged while it
 * is mapped ends this process and not that one. Answers one question after the other until there are no more.
 *
 * It waits for the next question without going back to the event loop, which makes an answer twice as fast. Questions come in file
 * 3. Who asked waits there in the same way for what is read; what changes the index is answered in file 4, for whoever comes back to it.
 *
 * usage: index-process <index directory> [doubt]; a first answer in file 3, and one in file 4 behind it, say that it is open
 */
import * as E from 'fp-ts/lib/Either.js'
import { performance } from 'node:perf_hooks'
import type { Index } from '../../replay/ports.ts'
import { IndexDamage } from '../../replay/ports.ts'
import type { Telemetry } from '../../replay/telemetry.ts'
import { writeWhole } from '../plain-file.ts'
import { frameOf, frames, readFrame } from './frames.ts'
import { openLmdbIndex, type LmdbIndex } from './index.ts'

/** A question: the name of a method of the index, and what it is given. */
export type Question =
  | readonly ['get', ...Parameters<Index['get']>]
  | readonly ['range', ...Parameters<Index['range']>]
  | readonly ['keys', ...Parameters<Index['keys']>]
  | readonly ['commit', ...Parameters<Index['commit']>]
  | readonly ['generation' | 'clear']

/** What was told to the telemetry here, to be told there. */
export type Told =
  | readonly ['count', ...Parameters<Telemetry['count']>]
  | readonly ['time', ...Parameters<Telemetry['time']>]

/** An answer: a value, or why there is none. */
export interface Answer {
  readonly value?: unknown
  readonly damage?: string
  readonly unusable?: string
  /** The name of the lock file of the index, when it was opened just now. */
  readonly lockName?: string
  readonly told?: ReadonlyArray<Told>
}

const READS = 3
const CHANGES = 4

let told: ReadonlyArray<Told> = []
const telemetry: Telemetry = {
  count: (...given) => void (told = [...told, ['count', ...given]]),
  time: (...given) => void (told = [...told, ['time', ...given]]),
  nowMs: () => performance.now()
}

/** False when nobody is there any more to take it. */
const answer = (file: number, json: string): boolean => {
  try {
    writeWhole(file, frameOf(json))
    return true
  } catch {
    return false
  }
}

/** An answer with what was told since the last one. */
const telling = (given: Omit<Answer, 'told'>): string => {
  const whole: Answer = { ...given, told }
  told = []
  return JSON.stringify(whole)
}

/** Ends where the file was changed by somebody who is no index: what was read, or would be written over, is not to be trusted. */
const mustBeAsLeft = (index: LmdbIndex): void => {
  if (!index.isAsLeft()) process.exit(1)
}

/** What is read, as JSON, in which rows stay the JSON they are stored as; null for a row that is not there. */
const readJson = ({ texts, keys, generation }: LmdbIndex, question: Question): string | null => {
  switch (question[0]) {
    case 'get':
      return texts.get(question[1])
    case 'range': {
      // JSON has no Infinity.
      const rows = texts.range(question[1], question[2], question[3] ?? Infinity, question[4])
      return `[${rows.map(([key, json]) => `[${JSON.stringify(key)},${json}]`).join()}]`
    }
    case 'keys':
      return JSON.stringify(keys(question[1], question[2]))
    default:
      return String(generation())
  }
}

const answerTo = async (index: LmdbIndex, question: Question): Promise<string> => {
  try {
    if (question[0] === 'clear') {
      const value = await index.clear()()
      return telling({ value, lockName: index.lockName() })
    }
    if (question[0] === 'commit') {
      mustBeAsLeft(index)
      return telling({ value: await index.commit(question[1], question[2])() })
    }
    const json = readJson(index, question)
    mustBeAsLeft(index)
    return json === null ? '{}' : `{"value":${json}}`
  } catch (cause) {
    if (!(cause instanceof IndexDamage)) throw cause
    return telling({ damage: cause.message })
  }
}

/** Timers of the driver are let go by a turn of the event loop, which each look at a state of the file sets one of. */
const QUESTIONS_PER_TURN = 256

/** Answers until nobody asks any more. */
const serve = async (index: LmdbIndex): Promise<void> => {
  const received = frames()
  for (let asked = 1; ; asked++) {
    const text = readFrame(READS, received)
    if (text === null) return
    const question = JSON.parse(text) as Question
    const changes = question[0] === 'commit' || question[0] === 'clear'
    const isHeard = answer(changes ? CHANGES : READS, await answerTo(index, question))
    if (changes) index.seal()
    else index.letGo()
    if (!isHeard) return
    if (asked % QUESTIONS_PER_TURN === 0) await new Promise(setImmediate)
  }
}

const opened = (): E.Either<string, LmdbIndex> => {
  const [directory = '', doubt] = process.argv.slice(2)
  try {
    return E.right(openLmdbIndex(directory, telemetry, doubt !== undefined))
  } catch (cause) {
    return E.left(cause instanceof Error ? cause.message : String(cause))
  }
}

const run = async (): Promise<void> => {
  const index = opened()
  answer(
    READS,
    telling(E.isLeft(index) ? { unusable: index.left } : { lockName: index.right.lockName() })
  )
  answer(CHANGES, '{}')
  if (E.isLeft(index)) return process.exit(1)
  index.right.seal()
  await serve(index.right)
  await index.right.close()
  process.exit(0)
}

// Who started this process says when it ends; a Ctrl-C goes to both.
for (const signal of ['SIGINT', 'SIGTERM', 'SIGHUP'] as const) process.on(signal, () => undefined)

void run()
