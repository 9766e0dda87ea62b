/**
 * What commands that follow threads do in rounds: wait, look which files differ, and find threads that were written to.
 */
import * as E from 'fp-ts/lib/Either.js'
import type { StoreError } from '../../../../domain/errors.ts'
import type { Thread } from '../../../../domain/protocol.ts'
import type { Engine } from '../../../../replay/engine.ts'
import { systemWatch } from '../../../home/file-watch.ts'
import type { CommandPlace } from '../../session.ts'
import { EVERY_SOURCE } from '../threads/filters.ts'
import type { TailClock } from './thread.ts'

const ROUND_MS = 100
/** File times are this coarse. */
const SLACK_MS = 3000
const PAGE = 100
const EVERYTHING = { sourceKinds: EVERY_SOURCE, modelProviders: [] } as const

/** Waits, less where the process is told to stop. */
export const sleep = (ms: number, stop: AbortSignal): Promise<void> =>
  new Promise((resolve) => {
    const end = (): void => {
      clearTimeout(timer)
      stop.removeEventListener('abort', end)
      resolve()
    }
    const timer = setTimeout(end, ms)
    stop.addEventListener('abort', end)
  })

/** Waits for the next round. */
export const pause = (stop: AbortSignal): Promise<void> => sleep(ROUND_MS, stop)

/** Differs when a file does. A store has no stamp: its engine says at once whether there is something new. */
export const stampOf = (
  place: Pick<CommandPlace, 'home' | 'store'>,
  nowMs: () => number
): TailClock['stamp'] => {
  if (place.store !== undefined) return () => String(Math.floor(nowMs() / 300))
  const { stamp } = systemWatch(place.home)
  return (path) => stamp(path, '')
}

/** Threads of the home that were written to since a time, newest first. */
export const writtenSince = async (
  engine: Engine,
  ms: number,
  most = Infinity
): Promise<E.Either<StoreError, ReadonlyArray<Thread>>> => {
  const found: Array<Thread> = []
  let cursor: string | null = null
  for (;;) {
    const request = { ...EVERYTHING, sortKey: 'updated_at', limit: Math.min(PAGE, most) } as const
    const page = await engine.listThreads({ ...request, cursor })()
    if (E.isLeft(page)) return page
    const wanted = page.right.data.filter(({ updatedAt }) => updatedAt * 1000 >= ms - SLACK_MS)
    found.push(...wanted)
    cursor = page.right.nextCursor
    if (cursor === null || wanted.length < page.right.data.length || found.length >= most)
      return E.right(found)
  }
}
