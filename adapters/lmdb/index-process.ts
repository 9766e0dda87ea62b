/**
 * Run as a child process: holds the index of a directory for the process that started it, so that a file that is damaged while it
 * is mapped ends this process and not that one. Answers one question after the other until stdin ends.
 *
 * usage: index-process <index directory> [doubt]; a first answer on stdout and the end of file descriptor 3 say that it is open
 */
import * as E from 'fp-ts/lib/Either.js'
import { closeSync } from 'node:fs'
import { performance } from 'node:perf_hooks'
import type { Index } from '../../replay/ports.ts'
import { IndexDamage } from '../../replay/ports.ts'
import type { Telemetry } from '../../replay/telemetry.ts'
import { frameOf, frameSplitter } from './frames.ts'
import { openLmdbIndex, type LmdbIndex } from './index.ts'

/** A question: the name of a method of the index, and what it is given. */
export type Question =
  | readonly ['get', ...Parameters<Index['get']>]
  | readonly ['range', ...Parameters<Index['range']>]
  | readonly ['keys', ...Parameters<Index['keys']>]
  | readonly ['commit', ...Parameters<Index['commit']>]
  | readonly ['generation' | 'clear' | 'close']

/** What was told to the telemetry here, to be told there. */
export type Told =
  | readonly ['count', ...Parameters<Telemetry['count']>]
  | readonly ['time', ...Parameters<Telemetry['time']>]

/** An answer: a value, or why there is none. */
export interface Answer {
  readonly value?: unknown
  readonly damage?: string
  readonly unusable?: string
  readonly told: ReadonlyArray<Told>
}

const READY = 3

let told: ReadonlyArray<Told> = []
const telemetry: Telemetry = {
  count: (...given) => void (told = [...told, ['count', ...given]]),
  time: (...given) => void (told = [...told, ['time', ...given]]),
  nowMs: () => performance.now()
}

const answer = (given: Omit<Answer, 'told'>, then: () => void = () => undefined): void => {
  const whole: Answer = { ...given, told }
  told = []
  process.stdout.write(frameOf(whole), then)
}

const valueOf = async (index: LmdbIndex, question: Question): Promise<unknown> => {
  switch (question[0]) {
    case 'get':
      return index.get(question[1])
    case 'range':
      // JSON has no Infinity.
      return index.range(question[1], question[2], question[3] ?? Infinity, question[4])
    case 'keys':
      return index.keys(question[1], question[2])
    case 'commit':
      return index.commit(question[1], question[2])()
    case 'generation':
      return index.generation()
    case 'clear':
      return index.clear()()
    case 'close':
      return index.close()
  }
}

/** Ends where the file was changed by somebody who is no index: what was read, or would be written over, is not to be trusted. */
const mustBeAsLeft = (index: LmdbIndex): void => {
  if (!index.isAsLeft()) process.exit(1)
}

const answered = async (index: LmdbIndex, question: Question): Promise<void> => {
  const [method] = question
  try {
    if (method === 'commit') mustBeAsLeft(index)
    const value = await valueOf(index, question)
    if (method !== 'commit' && method !== 'clear' && method !== 'close') mustBeAsLeft(index)
    answer({ value }, method === 'close' ? () => process.exit(0) : undefined)
  } catch (cause) {
    if (!(cause instanceof IndexDamage)) throw cause
    answer({ damage: cause.message })
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

// Who started this process says when it ends; a Ctrl-C goes to both.
for (const signal of ['SIGINT', 'SIGTERM', 'SIGHUP'] as const) process.on(signal, () => undefined)

const index = opened()
answer(E.isLeft(index) ? { unusable: index.left } : {}, () => {
  closeSync(READY)
  if (E.isLeft(index)) return process.exit(1)
  const take = (question: unknown): void => void answered(index.right, question as Question)
  process.stdin.on('data', frameSplitter(take))
  process.stdin.once('end', () => void index.right.close().then(() => process.exit(0)))
})
