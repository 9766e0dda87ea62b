/**
 * unroll append: events from a file or stdin, one per line, into a thread.
 */
import * as E from 'fp-ts/lib/Either.js'
import { isUtf8 } from 'node:buffer'
import { readFileSync } from 'node:fs'
import { resolve } from 'node:path'
import type { StoreError } from '../../../domain/errors.ts'
import { isUuid, type StreamId, streamId } from '../../../domain/ids.ts'
import { isJsonObject } from '../../../domain/json.ts'
import type { NewEvent } from '../../../domain/changes/new-event.ts'
import { PROFILES, type Profile } from '../../../domain/log/profile.ts'
import type { Engine } from '../../../replay/engine.ts'
import {
  appendProblem,
  checkEvent,
  type CheckedEvent
} from '../../../replay/change/mutate/new-events.ts'
import { START, type ExpectedRevision } from '../../../replay/ports.ts'
import { flagOf, textOf, type Input } from '../args.ts'
import type { Io } from '../io.ts'
import { threadNamed } from '../naming/thread-name.ts'
import { answers, type CommandEnd, type EngineCommand } from '../session.ts'
import { typedInput } from '../typed-input.ts'
import { calledName, printChange } from './changed.ts'
import { printJson } from '../text/print.ts'
import { usage, type Tried } from '../text/report.ts'
import { oneLine, plural } from '../text/text.ts'

const WORDS: ReadonlySet<string> = new Set(['any', 'no_stream', 'stream_exists'])

/** Null for a text that is neither a count of events nor one of the words. */
const expectedOf = (text: string): ExpectedRevision | null => {
  if (WORDS.has(text)) return text as ExpectedRevision
  return /^\d{1,15}$/.test(text) ? Number(text) : null
}

/** Reads one line of the input; a `Left` is the reason in words. */
const eventOf = (text: string, now: string, profile: Profile): E.Either<string, CheckedEvent> => {
  let value: unknown
  try {
    value = JSON.parse(text)
  } catch {
    return E.left('it is not JSON')
  }
  if (!isJsonObject(value)) return E.left('it is not an object')
  const { timestamp = now, type, payload } = value
  return checkEvent({ timestamp, type, payload } as unknown as NewEvent, profile)
}

const PROBLEMS_MAX = 5

const invalid = (message: string): E.Either<StoreError, never> =>
  E.left({ _tag: 'InvalidRequest', message })

/** The events of every line, or which lines cannot be appended; blank lines are skipped. */
const eventsOf = (
  bytes: Buffer,
  now: string,
  profile: Profile
): E.Either<StoreError, ReadonlyArray<CheckedEvent>> => {
  if (!isUtf8(bytes)) return invalid('the input is not UTF-8')
  const events: Array<CheckedEvent> = []
  const problems: Array<string> = []
  for (const [i, text] of bytes.toString('utf8').split('\n').entries()) {
    if (text.trim() === '') continue
    const event = eventOf(text, now, profile)
    if (E.isRight(event)) events.push(event.right)
    else problems.push(`line ${i + 1}: ${event.left}`)
  }
  if (problems.length > 0) {
    const more = problems.length - PROBLEMS_MAX
    const shown = problems.slice(0, PROBLEMS_MAX).join('; ')
    return invalid(more > 0 ? `${shown}; and ${more} more` : shown)
  }
  return events.length === 0 ? invalid('the input holds no event') : E.right(events)
}

/** The thread to append to; an id that no thread has yet may begin one. */
const threadOf = async (
  engine: Engine,
  text: string,
  expected: ExpectedRevision
): Promise<Tried<StreamId>> => {
  const id = text.toLowerCase()
  if (isUuid(id) && (expected === 'no_stream' || expected === 'any')) return E.right(streamId(id))
  return threadNamed(engine, text)
}

/** How many events a thread holds; null when there is none. */
const revisionOf = async (engine: Engine, id: StreamId): Promise<number | null> => {
  const batches = await engine.events(id, START)()
  if (E.isLeft(batches)) return null
  let { revision } = START
  for await (const { next } of batches.right) revision = next.revision
  return revision
}

const dryRun = async (
  engine: Engine,
  id: StreamId,
  expected: ExpectedRevision,
  events: ReadonlyArray<CheckedEvent>,
  input: Input,
  io: Io
): Promise<CommandEnd> => {
  const revision = await revisionOf(engine, id)
  const why = appendProblem(id, expected, revision, events)
  if (why !== null) return E.left(why)
  const lines = events.map(({ line }) => line)
  if (input.json) return printJson({ streamId: id, revision, lines }, io)
  await io.out(lines.map((line) => `${io.outIsTty ? oneLine(line) : line}\n`).join(''))
  return 0
}

export const appendCommand: EngineCommand = async (input, io, engine) => {
  const wanted = textOf(input, 'expected-revision') ?? 'any'
  const expected = expectedOf(wanted)
  if (expected === null) {
    const words = `a whole number, ${[...WORDS].join(', ')}`
    return E.left(usage(`--expected-revision takes ${words}, not "${wanted}"`, ''))
  }
  const path = textOf(input, 'file') ?? '-'
  const bytes =
    path === '-'
      ? await typedInput('events, one per line,', io)
      : readFileSync(resolve(io.cwd, path))
  const now = new Date(io.nowMs()).toISOString()
  const events = eventsOf(bytes, now, PROFILES[answers(input).profile])
  if (E.isLeft(events)) return events
  const found = await threadOf(engine, input.args[0] ?? '', expected)
  if (E.isLeft(found)) return found
  const id = found.right
  if (flagOf(input, 'dry-run')) return dryRun(engine, id, expected, events.right, input, io)
  const fresh = events.right.map(({ event }) => event)
  const done = await engine.append(id, fresh, expected)()
  if (E.isLeft(done)) return done
  if (input.json) return printJson(done.right, io)
  const did = `Appended ${plural(fresh.length, 'event')} to ${await calledName(engine, id)}`
  const lines = [String(done.right.next.revision)]
  return printChange({ did: `${did}; it has ${lines[0]} now`, undo: null, lines }, input, io)
}
