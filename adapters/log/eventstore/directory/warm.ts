/**
 * A warm node: it follows the log of a store while it runs, and folds what is new into its index before anybody asks. So
 * a question finds little to do. Nothing depends on it: what is asked for is brought up to the store in any case.
 */
import * as E from 'fp-ts/lib/Either.js'
import { describe } from '../../../../domain/errors.ts'
import { threadOfStream } from '../stream/names.ts'
import type { StoredEvent } from '../stream/stored.ts'
import type { Engine } from '../../../../replay/engine.ts'
import { stopwatch, type Telemetry } from '../../../../replay/telemetry.ts'
import type { Directory } from './directory.ts'
import { followLog } from './follow.ts'
import { backoffMs, pause, realPace, type RetryPace } from '../connection/pace.ts'
import type { Wire } from '../wire.ts'

export interface WarmParts {
  readonly wire: Wire
  readonly directory: Directory
  readonly engine: Pick<Engine, 'summarize' | 'listThreads'>
  readonly telemetry: Telemetry
  readonly log: (line: string) => void
  readonly pace?: RetryPace
}

export interface Warm {
  /** Resolves when nothing waits to be folded. */
  readonly settled: () => Promise<void>
  /** Stops following; resolves when all work has ended. */
  readonly close: () => Promise<void>
}

/** Changes within this time are folded together. */
const GATHER_MS = 250
/** Above this many touched threads the whole store is caught up at once. */
const THREADS_MAX = 64
/** The longest pause before following is tried again. */
const AGAIN_MS_MAX = 30_000

/** Folds threads that were written to, one after the other; how many wait has a bound. */
const folder = ({ engine, telemetry, pace = realPace }: WarmParts, signal: AbortSignal) => {
  const touched = new Set<string>()
  let everything = false
  let running: Promise<void> | null = null
  const foldAll = async (): Promise<void> => {
    touched.clear()
    everything = false
    const stop = stopwatch(telemetry, 'store.warm.duration')
    // Another order than that of creation has to know every thread.
    const done = await engine.listThreads({ limit: 1, sortKey: 'updated_at', modelProviders: [] })()
    stop({ what: 'everything', outcome: E.isRight(done) ? 'done' : 'failed' })
  }
  const foldOne = async (threadId: string): Promise<void> => {
    touched.delete(threadId)
    const stop = stopwatch(telemetry, 'store.warm.duration')
    const done = await engine.summarize(threadId)()
    // A thread that was deleted meanwhile has nothing to fold.
    const isFine = E.isRight(done) || done.left._tag === 'StreamNotFound'
    stop({ what: 'thread', outcome: isFine ? 'done' : 'failed' })
  }
  const run = async (): Promise<void> => {
    while (!signal.aborted && (everything || touched.size > 0)) {
      await pause(pace, GATHER_MS, signal)
      if (signal.aborted) return
      if (everything) await foldAll()
      for (const threadId of [...touched]) if (!signal.aborted) await foldOne(threadId)
    }
  }
  const start = (): void => {
    running ??= run().finally(() => {
      running = null
      if (!signal.aborted && (everything || touched.size > 0)) start()
    })
  }
  return {
    touch: (threadIds: Iterable<string>): void => {
      for (const threadId of threadIds) touched.add(threadId)
      if (touched.size > THREADS_MAX) {
        everything = true
        touched.clear()
      }
      if (everything || touched.size > 0) start()
    },
    settled: async (): Promise<void> => {
      while (running !== null) await running
    }
  }
}

const threadsIn = (events: ReadonlyArray<StoredEvent>): ReadonlySet<string> =>
  new Set(events.flatMap(({ stream }) => threadOfStream(stream) ?? []))

/** The delay of what was just written; what comes while catching up is old. */
const measured = (
  telemetry: Telemetry,
  events: ReadonlyArray<StoredEvent>,
  live: boolean
): void => {
  telemetry.count('store.events', { when: live ? 'live' : 'catching_up' }, events.length)
  const newest = events.at(-1)
  if (live && newest !== undefined)
    telemetry.time('store.delay', {}, Math.max(0, Date.now() - newest.createdAtMs))
}

/** Begins to follow, and goes on until it is closed; what goes wrong is told to `log` once and tried again. */
export const keepWarm = (parts: WarmParts): Warm => {
  const { wire, directory, telemetry, log, pace = realPace } = parts
  const ending = new AbortController()
  const { signal } = ending
  const folding = folder(parts, signal)
  let live = false
  let isReported = false
  const setLive = (now: boolean): void => {
    if (now !== live) telemetry.count('store.following', {}, now ? 1 : -1)
    live = now
  }
  const into: Pick<Directory, 'from' | 'ingest'> = {
    from: directory.from,
    ingest: async (events, position, ended) => {
      const done = await directory.ingest(events, position, ended)
      if (E.isLeft(done)) return done
      measured(telemetry, events, live)
      folding.touch(threadsIn(events))
      return done
    }
  }
  const follow = async (): Promise<void> => {
    for (let failures = 0; !signal.aborted;) {
      const ended = await followLog(wire, into, signal, {
        onCaughtUp: () => {
          telemetry.count('store.follow', { outcome: 'caught_up' })
          setLive(true)
          failures = 0
          isReported = false
        }
      })
      setLive(false)
      if (signal.aborted || E.isRight(ended)) return
      telemetry.count('store.follow', { outcome: 'failed' })
      if (!isReported) log(`${describe(ended.left)}; trying again`)
      isReported = true
      failures += 1
      await pause(pace, Math.min(AGAIN_MS_MAX, backoffMs(failures, pace.random)), signal)
    }
  }
  const following = follow()
  return {
    settled: folding.settled,
    close: async () => {
      ending.abort()
      await following
      await folding.settled()
    }
  }
}
