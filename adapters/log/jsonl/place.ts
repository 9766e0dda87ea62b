/**
 * Where a rollout file lies and what its name says.
 */
import { basename, join } from 'node:path'
import type { StreamId } from '../../../domain/ids.ts'

export interface Place {
  readonly streamId: StreamId
  /** The id in the file name's last place; the thread's own for its first file. */
  readonly segmentId: string
  readonly path: string
  readonly archived: boolean
  readonly compressed: boolean
}

/** Of two segments of one thread the one with the later name is its head: names begin with the time they were made. */
export const isNewer = (a: Place, b: Place): boolean =>
  a.archived === b.archived ? basename(a.path) > basename(b.path) : b.archived

/** A number of a date or time as names spell it. */
export const twoDigits = (value: number): string => String(value).padStart(2, '0')

/** Where Codex puts what it makes on a day, by local time. */
export const dayOf = (home: string, ms: number): string => {
  const at = new Date(ms)
  const [month, day] = [twoDigits(at.getMonth() + 1), twoDigits(at.getDate())]
  return join(home, 'sessions', String(at.getFullYear()), month, day)
}
