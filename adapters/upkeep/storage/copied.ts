/**
 * Bytes at the beginning of a file that were copied from another thread, by the rules of `domain/thread/turns/situate.ts`.
 */
import type { RecordedEvent } from '../../../domain/log/event.ts'
import { streamId } from '../../../domain/ids.ts'
import { PROFILES } from '../../../domain/log/profile.ts'
import {
  initialSituation,
  situate,
  type SituatedEvent,
  type Situation
} from '../../../domain/thread/turns/situate.ts'
import { parseLine } from '../../log/jsonl/lines.ts'
import type { OnLine } from './measure.ts'

/** Counts what is copied while lines come by. */
interface CopiedBytes {
  readonly onLine: OnLine
  readonly bytes: () => number
}

const PROFILE = PROFILES['0.169']

/** Whose a line is does not depend on which turns are live. */
const NO_TURNS = { placeOf: () => null, at: () => null }

/** True when no later line can be a copy: the file is no fork, or its own first turn has begun. */
const isOver = ({ inheritance }: Situation, { line, turnChanges }: SituatedEvent): boolean => {
  const { headMs, startOrdinal, forked, turn } = inheritance
  if (headMs === null || (line.ordinal ?? Infinity) < startOrdinal) return false
  const begins = turnChanges.some((change) => change.op === 'open' && change.explicit)
  return !forked || (begins && turn === null)
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
      const [next, situated] = situate(state, event, NO_TURNS, PROFILE)
      state = next
      if (situated.origin === 'inherited') sum += bytes.length + 1
      over = isOver(state, situated)
    }
  }
}
