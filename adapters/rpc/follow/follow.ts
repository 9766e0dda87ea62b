/**
 * What a server does without being asked: it tells what other processes do to its threads, and unloads what nobody uses.
 */
import * as E from 'fp-ts/lib/Either.js'
import { homeNames } from '../../home/names.ts'
import type { Remote } from '../threads/server.ts'
import { BUSY_MS, REST_MS, type FollowParts } from './followed.ts'
import { createFollowers } from './followers.ts'
import { idleUnloader } from './idle.ts'
import { nameWatcher } from './names.ts'

/** The part of a server that works on its own. */
export interface Follow {
  /** Before a client joins a thread, in its queue: from here on it misses nothing that others write. */
  readonly join: (threadId: string) => Promise<void>
  /** One round; resolves when everything that was found is told. */
  readonly sweep: () => Promise<void>
  /** Ends it; resolves when no look runs any more, so that the engine may be closed. */
  readonly close: () => Promise<void>
}

/** Begins to work for a server of a home. */
export const createFollow = (
  parts: FollowParts & { readonly home: string; readonly remote?: Promise<Remote> }
): Follow => {
  const { live, watch, home, remote } = parts
  const followers = createFollowers(parts)
  // Names that were there when the store was opened are no news.
  const shownAs = async (threadId: string): Promise<string> => {
    const found = parts.strict ? null : await (await parts.engine).resolve(threadId)()
    return found !== null && E.isRight(found) ? found.right : threadId
  }
  const watched = remote?.then(({ names }) => nameWatcher(live, names, shownAs))
  watched?.catch(() => undefined)
  const names = remote === undefined ? nameWatcher(live, homeNames(home), shownAs) : undefined
  const tellNames = async (): Promise<void> => (names ?? (await watched))?.()
  const unloadIdle = idleUnloader(live, watch.nowMs)
  let restedAtMs = -Infinity
  const sweep = async (): Promise<void> => {
    const looks = followers.sweep()
    const isRest = watch.nowMs() - restedAtMs >= REST_MS
    if (isRest) restedAtMs = watch.nowMs()
    await Promise.all(isRest ? [looks, tellNames(), unloadIdle()] : [looks])
  }
  const running = new Set<Promise<void>>()
  const safely = (): void => {
    const round = sweep()
      .catch((cause: unknown) =>
        parts.log(
          `looking around failed: ${cause instanceof Error ? cause.message : String(cause)}`
        )
      )
      .finally(() => running.delete(round))
    running.add(round)
  }
  const stop = watch.every(BUSY_MS, safely)
  return {
    join: followers.join,
    sweep,
    close: async () => {
      stop()
      await Promise.all(running)
      followers.close()
    }
  }
}
