/**
 * Where threads that were forked part: the last turn that two of them begin with.
 */
import type { StreamInfo } from '../ports.ts'
import { checkpointOf, isFolded, type Env } from '../catch-up/project.ts'
import { liveTurns } from '../read/pages/turn-page.ts'

/** How many turns a thread has; null when its rows are older than its file. */
export const turnCount = (env: Env, info: StreamInfo): number | null => {
  const checkpoint = checkpointOf(env, info.streamId)
  return checkpoint !== null && isFolded(checkpoint, info) ? liveTurns(env, info).count : null
}

/** The last turn that two threads begin with; null, too, where the rows of one are older than its file. */
export const lastShared = (env: Env, one: StreamInfo, other: StreamInfo): string | null => {
  if (turnCount(env, one) === null || turnCount(env, other) === null) return null
  const [a, b] = [liveTurns(env, one), liveTurns(env, other)]
  const idAt = (live: typeof a, place: number) => live.rows(place, place + 1)[0]?.id ?? null
  let [low, high] = [0, Math.min(a.count, b.count)]
  while (low < high) {
    const middle = (low + high) >>> 1
    if (idAt(a, middle) === idAt(b, middle)) low = middle + 1
    else high = middle
  }
  return low === 0 ? null : idAt(a, low - 1)
}
