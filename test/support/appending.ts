/**
 * A home with one thread to append to, and what stands in it afterwards.
 */
import * as E from 'fp-ts/lib/Either.js'
import { EVERY_LINE } from '../../domain/log/needs.ts'
import { systemCalls, type FileCalls } from '../../adapters/log/jsonl/file-calls.ts'
import { jsonlStore } from '../../adapters/log/jsonl/store.ts'
import type { DamagedLine, RecordedEvent } from '../../domain/log/event.ts'
import { streamId } from '../../domain/ids.ts'
import type { NewEvent } from '../../domain/changes/new-event.ts'
import { DEFAULT_PROFILE } from '../../domain/log/profile.ts'
import { findStream, isDamaged, START, type EventStore } from '../../replay/ports.ts'
import { idOf } from './rollouts.ts'

/** The thread of the home. */
export const ID = streamId(idOf(1))
/** A message of a person. */
export const said = (message: string): NewEvent => ({
  timestamp: '2026-05-01T10:00:00.000Z',
  type: 'event_msg',
  payload: { type: 'user_message', message }
})

/** A lock is kept for one turn of the event loop, in case more is appended. */
export const untilReleased = async (): Promise<void> => {
  for (let turns = 0; turns < 4; turns++) await new Promise((resolve) => setImmediate(resolve))
}

/** A store with other system calls; it waits only briefly for others. */
export const storeOf = (home: string, calls: Partial<FileCalls> = {}): EventStore =>
  jsonlStore({
    home,
    profile: DEFAULT_PROFILE,
    strict: false,
    calls: { ...systemCalls(), ...calls },
    waitMsMax: 20
  })

/** Every line of a thread, as a fresh store reads it. */
export const linesIn = async (home: string, id = ID) => {
  const store = storeOf(home)
  const found = findStream(store, id)
  if (E.isLeft(found)) throw new Error('the thread is not there')
  const lines: Array<RecordedEvent | DamagedLine> = []
  for await (const batch of store.read(found.right, START, EVERY_LINE)) lines.push(...batch.lines)
  return lines
}

/** The messages of the thread; of damaged lines the reasons. */
export const shown = async (home: string) =>
  (await linesIn(home)).map((line) => {
    if (isDamaged(line)) return line.reason
    return line.line.type === 'session_meta' ? 'meta' : (line.line.payload as any).message // oxlint-disable-line typescript/no-explicit-any
  })

/** Where the events of an answer begin, or why they do not. */
export const revisions = (
  answer: E.Either<unknown, { from: { revision: number }; next: object }>
) => (E.isRight(answer) ? answer.right.from.revision : answer.left)
