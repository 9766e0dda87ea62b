/**
 * Ports that are measured: the commits of an index, the appends of an event store.
 */
import * as E from 'fp-ts/lib/Either.js'
import type { StoreError } from '../../domain/errors.ts'
import type { LabelsOf } from '../../replay/metrics.ts'
import type { Appended, EventStore, Index } from '../../replay/ports.ts'
import { stopwatch, type Telemetry } from '../../replay/telemetry.ts'

/** The same index; commits are timed. */
export const measuredIndex = (index: Index, telemetry: Telemetry): Index => ({
  ...index,
  commit: (writes, expected) => async () => {
    const stop = stopwatch(telemetry, 'index.commit.duration')
    const done = await index.commit(writes, expected)()
    stop({ outcome: E.isLeft(done) ? 'failed' : done.right })
    return done
  }
})

type AppendOutcome = LabelsOf<'append.requests'>['outcome']

const OUTCOMES: Readonly<Partial<Record<StoreError['_tag'], AppendOutcome>>> = {
  WrongExpectedRevision: 'wrong_revision',
  TailMoved: 'wrong_revision',
  Busy: 'busy',
  IoFailure: 'failed'
}

const outcomeOf = (answer: E.Either<StoreError, Appended>): AppendOutcome =>
  E.isRight(answer) ? 'written' : (OUTCOMES[answer.left._tag] ?? 'refused')

/** The same store; appends are counted. */
export const measuredStore = (store: EventStore, telemetry: Telemetry): EventStore => ({
  ...store,
  append: (streamId, expected, events, known) => async () => {
    const answer = await store.append(streamId, expected, events, known)()
    telemetry.count('append.requests', { outcome: outcomeOf(answer) })
    if (E.isRight(answer)) {
      const { from, next } = answer.right
      telemetry.count('append.lines', {}, events.length)
      telemetry.count('append.bytes', {}, next.offset - from.offset)
    }
    return answer
  }
})
