/**
 * Threads that may be meant, a line each: short id, time of the last event, name or preview.
 */
import type { Io } from '../io.ts'
import { localClock } from './clock.ts'
import type { MeantThreads } from './report.ts'
import { shortIds } from './short-id.ts'
import { cut, oneLine } from './text.ts'

export const meantText = ({ threads, more }: MeantThreads, io: Io): string => {
  const clock = localClock(io)
  const ids = shortIds(threads.map(({ threadId }) => threadId))
  const rows = threads.map(({ name, preview, lastEventAtMs }, at) => {
    const when = clock.lone(lastEventAtMs)
    const called = oneLine(name ?? preview)
    return cut(`  ${ids[at]}  ${when}  ${called}`.trimEnd(), io.columns)
  })
  return [...rows, ...(more > 0 ? [`  and ${more} more`] : [])].join('\n')
}
