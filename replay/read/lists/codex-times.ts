/**
 * The times Codex's database gives threads when it first sees a home (strict mode only).
 *
 * It hands out times that grow: a file whose time lies at most a second before the newest one handed out so far
 * gets the newest plus one millisecond. Recency is handed out once, in path order; the update time is handed out
 * again, newest path first, when the first list looks at the files of threads that have a preview.
 */
import type { StreamInfo } from '../../ports.ts'

/** Milliseconds by thread id. */
export interface CodexTimes {
  readonly recencyMs: ReadonlyMap<string, number>
  readonly updatedMs: ReadonlyMap<string, number>
}

const WINDOW_MS = 1000

/** Times of a home's threads as Codex 0.130 and 0.142 would show them after a first start. */
export const codexTimes = (
  infos: ReadonlyArray<StreamInfo>,
  isListed: (streamId: string) => boolean
): CodexTimes => {
  const ordered = [...infos].sort((a, b) => (a.path < b.path ? -1 : 1))
  let newest = -Infinity
  const handOut = (infosInTurn: ReadonlyArray<StreamInfo>): ReadonlyMap<string, number> =>
    new Map(
      infosInTurn.map(({ streamId, modifiedAtMs }) => {
        const candidate = Math.floor(modifiedAtMs)
        const ms = candidate <= newest && newest - candidate <= WINDOW_MS ? newest + 1 : candidate
        newest = Math.max(newest, ms)
        return [streamId, ms]
      })
    )
  const recencyMs = handOut(ordered)
  const again = handOut([...ordered].reverse().filter(({ streamId }) => isListed(streamId)))
  return { recencyMs, updatedMs: new Map([...recencyMs, ...again]) }
}
