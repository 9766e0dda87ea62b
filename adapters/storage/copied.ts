/**
 * Bytes at the beginning of a file that were copied from another thread, by the rules of `domain/turns/situate.ts`.
 */
import type { RecordedEvent } from '../../domain/events/event.ts'
import { streamId } from '../../domain/ids.ts'
import type { Inheritance } from '../../domain/inherited.ts'
import { PROFILES } from '../../domain/profile.ts'
import { initialSituation, situate } from '../../domain/turns/situate.ts'
import { parseLine } from '../jsonl/lines.ts'
import type { OnLine } from './measure.ts'

/** Counts what is copied while lines come by. */
export interface CopiedBytes {
  readonly onLine: OnLine
  readonly bytes: () => number
}

const PROFILE = PROFILES['0.169']

/** Whose a line is does not depend on which turns are live. */
const NO_TURNS = { placeOf: () => null, at: () => null }

/** True when no later line can be a copy: the file is no fork, or its own first turn has begun. */
const isOver = (state: Inheritance, { line }: RecordedEvent): boolean => {
  if (state.headMs === null) return false
  if ((line.ordinal ?? Infinity) < state.startOrdinal) return false
  const begins = line.type === 'event_msg' && line.payload.type === 'task_started'
  return !state.forked || (begins && state.turn === null)
}

/** A counter for one file; lines behind the copies are not parsed. */
export const copiedBytes = (threadId: string): CopiedBytes => {
  let state = initialSituation(true)
  let over = false
  let sum = 0
  let revision = 0
  return {
    bytes: () => sum,
    onLine: (bytes, offset) => {
      if (over) return
      const line = parseLine(bytes, PROFILE)
      if (typeof line === 'string') return
      const event: RecordedEvent = {
        ...{ streamId: streamId(threadId), revision: revision++, segment: 0, offset },
        ...{ bytes: bytes.length, line }
      }
      const [next, { origin }] = situate(state, event, NO_TURNS, PROFILE)
      state = next
      if (origin === 'inherited') sum += bytes.length + 1
      over = isOver(state.inheritance, event)
    }
  }
}
