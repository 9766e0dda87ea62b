/** Wires to servers of a test, which end with it; and what they tell, as lists. */
import { randomUUID } from 'node:crypto'
import * as E from 'fp-ts/lib/Either.js'
import {
  connectWire,
  type ConnectOptions
} from '../../adapters/log/eventstore/connection/connect.ts'
import type { SubscriptionMessage, Wire } from '../../adapters/log/eventstore/wire.ts'
import { describe as inWords, type StoreError } from '../../domain/errors.ts'
import type { ProposedEvent } from '../../adapters/log/eventstore/stream/stored.ts'

/** JSON as the bytes it is. */
export const asBytes = (json: object): Uint8Array => Buffer.from(JSON.stringify(json))

/** An event whose data say its number. */
export const numbered = (number: number, id: string = randomUUID()): ProposedEvent => ({
  id,
  type: 'event_msg/user_message',
  isJson: true,
  data: asBytes({ number }),
  metadata: asBytes({ line: number })
})

/** Events with the numbers from `from` on. */
export const several = (count: number, from = 0): ReadonlyArray<ProposedEvent> =>
  Array.from({ length: count }, (_, index) => numbered(from + index))

/** Attempts that are given up soon; how many are made is another setting. */
export const HASTY = '&defaultDeadline=400'

/** Longer than anything may take on a busy machine. */
const PATIENCE_MS = 60_000

/** The answer of a call that is expected to succeed. */
export const right = <A>(answer: E.Either<StoreError, A>): A => {
  if (E.isLeft(answer)) throw new Error(inWords(answer.left))
  return answer.right
}

/** The failure of a call that is expected to fail. */
export const left = (answer: E.Either<StoreError, unknown>): StoreError => {
  if (E.isRight(answer)) throw new Error('It did not fail.')
  return answer.left
}

/** What a reader gives, all of it. */
export const everything = async <T>(reader: AsyncIterable<T>): Promise<T[]> => {
  const given: T[] = []
  for await (const one of reader) given.push(one)
  return given
}

/** The failure a reader ends with, and what it gave before. */
export const untilFailure = async <T>(
  reader: AsyncIterable<T>
): Promise<{ readonly given: ReadonlyArray<T>; readonly error: StoreError & Error }> => {
  const given: T[] = []
  try {
    for await (const one of reader) given.push(one)
  } catch (cause) {
    return { given, error: cause as StoreError & Error }
  }
  throw new Error('It did not fail.')
}

/** The number of an event in a message, or the kind of any other message. */
export const wordOf = (told: SubscriptionMessage): unknown =>
  told.kind === 'event' ? told.event.data.json?.['number'] : told.kind

/** Waits until something holds, looking again whenever other work was done. */
export const until = async (holds: () => boolean): Promise<void> => {
  while (!holds()) await new Promise((resolve) => setImmediate(resolve))
}

/** Opens wires that are closed after each test of the `describe` it is called in. */
export const wires = () => {
  const open: Wire[] = []
  afterEach(async () => {
    await Promise.all(open.splice(0).map((wire) => wire.dispose()))
  })
  return async (url: string, options: ConnectOptions = {}): Promise<Wire> => {
    const wire = right(await connectWire(url, { deadlineMs: PATIENCE_MS, ...options }))
    open.push(wire)
    return wire
  }
}
