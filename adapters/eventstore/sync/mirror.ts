/**
 * Keeping a store up to a home that a Codex is writing: first a push, then what changes, about a second later at most.
 *
 * While files are written only whole lines are brought; when a thread was quiet for a moment its unfinished line and the time of
 * its file follow. When the server is away the changes wait in the files.
 */
import * as E from 'fp-ts/lib/Either.js'
import type { StoreError } from '../../../domain/errors.ts'
import type { Wire } from '../wire.ts'
import { homeFiles, type SegmentFile, type ThreadFiles } from './files.ts'
import { homeIdOf } from './home-id.ts'
import { homeNews } from './home-news.ts'
import { pushLogs } from './log-push.ts'
import type { Problem } from './problems.ts'
import { pushThreads, type Beside } from './push.ts'
import { newLimits } from './send.ts'
import type { Pusher, ThreadPushed } from './thread-push.ts'
import { watchHome } from './watch.ts'

/** What a mirror tells. */
export type MirrorNews =
  | {
      readonly kind: 'pushed'
      readonly thread: string
      readonly lines: number
      readonly bytes: number
      readonly names: number
    }
  | { readonly kind: 'problem'; readonly problem: Problem }
  /** The home was gone through once. */
  | { readonly kind: 'caught_up'; readonly threads: number }
  /** The server is away; it is tried again after so many milliseconds. */
  | { readonly kind: 'waiting'; readonly error: StoreError; readonly pauseMs: number }
  | { readonly kind: 'back' }

/** What a mirror is asked. */
export interface MirrorOptions {
  readonly home: string
  readonly wire: Wire
  /** Ends it, between two calls. */
  readonly signal: AbortSignal
  readonly onNews: (news: MirrorNews) => void
  /** Tests have their own. */
  readonly pace?: MirrorPace
}

/** How often a mirror looks. */
export interface MirrorPace {
  /** After a change: so that several writes are one look. */
  readonly gatherMs: number
  /** Without any change. */
  readonly pollMs: number
  /** A thread that did not change for so long is quiet. */
  readonly quietMs: number
  readonly pauseMsMin: number
  readonly pauseMsMax: number
}

/** What a mirror brought. */
export interface MirrorSummary {
  readonly home: string
  readonly store: string
  readonly changes: number
  readonly lines: number
  readonly bytes: number
  readonly names: number
  readonly records: number
  /** Those that still stand. */
  readonly problems: ReadonlyArray<Problem>
}

const PACE: MirrorPace = {
  gatherMs: 150,
  pollMs: 5000,
  quietMs: 2000,
  pauseMsMin: 500,
  pauseMsMax: 30_000
}
/** Looking takes at most a fifth of the time, however large the home is. */
const REST_PER_LOOK = 4

/** Sleeps until it is woken, the time is over, or the signal comes. */
const sleeper = (signal: AbortSignal) => {
  let wake = (): void => undefined
  let isAwake = false
  return {
    wake: () => {
      isAwake = true
      wake()
    },
    sleep: (ms: number, isDeep = false): Promise<void> =>
      new Promise((resolve) => {
        const end = (): void => {
          clearTimeout(timer)
          signal.removeEventListener('abort', end)
          wake = () => undefined
          if (!isDeep) isAwake = false
          resolve()
        }
        const timer = setTimeout(end, ms)
        if (signal.aborted || (isAwake && !isDeep)) end()
        else {
          signal.addEventListener('abort', end)
          if (!isDeep) wake = end
        }
      })
  }
}

const looksOf = (files: ReadonlyArray<SegmentFile>): string =>
  files
    .map(({ path, sizeBytes, modifiedAtMs }) => `${path} ${sizeBytes} ${modifiedAtMs}`)
    .join('\n')

/** A thread as it was pushed last. */
interface Known {
  readonly looks: string
  readonly beside: string
  readonly changedAtMs: number
  /** True when its unfinished line and time are in the store too. */
  readonly isSettled: boolean
}

interface Mirror {
  readonly options: MirrorOptions
  readonly pusher: Pusher
  readonly pace: MirrorPace
  readonly news: ReturnType<typeof homeNews>
  readonly known: Map<string, Known>
  readonly problems: Map<string, ReadonlyArray<Problem>>
  readonly sums: { changes: number; lines: number; bytes: number; names: number; records: number }
}

interface Due extends ThreadFiles {
  readonly looks: string
  readonly besides: string
  readonly isHot: boolean
  readonly changedAtMs: number
}

/** Threads that are not as they were pushed. */
const dueOf = (
  { pusher, known, pace }: Mirror,
  { names, imports }: Beside,
  nowMs: number,
  isFirst: boolean
): ReadonlyArray<Due> =>
  pusher.files.threads().flatMap((one) => {
    const before = known.get(one.thread)
    const looks = looksOf(one.files)
    const besides = JSON.stringify([
      names.get(one.thread)?.at(-1) ?? null,
      imports.get(one.thread)?.length ?? 0
    ])
    const isSame = before?.looks === looks
    const changedAtMs = isSame ? before.changedAtMs : nowMs
    // What was written long ago is not being written now.
    const lastMs = Math.max(...one.files.map(({ modifiedAtMs }) => modifiedAtMs))
    const isHot = !isFirst && nowMs - changedAtMs < pace.quietMs && nowMs - lastMs < pace.quietMs
    const isDue = !isSame || before.beside !== besides || (!before.isSettled && !isHot)
    return isDue ? [{ ...one, looks, besides, isHot, changedAtMs }] : []
  })

const take = (mirror: Mirror, due: Due, pushed: ThreadPushed): void => {
  const { options, known, problems, sums } = mirror
  const { thread, lines, bytes, names, isChanged } = pushed
  const { looks, besides: beside, changedAtMs, isHot } = due
  known.set(thread, { looks, beside, changedAtMs, isSettled: !isHot })
  const before = problems.get(thread) ?? []
  problems.set(thread, pushed.problems)
  if (isChanged) {
    sums.changes += 1
    sums.lines += lines
    sums.bytes += bytes
    sums.names += names
    options.onNews({ kind: 'pushed', thread, lines, bytes, names })
  }
  for (const problem of pushed.problems)
    if (!before.some(({ kind, segment }) => kind === problem.kind && segment === problem.segment))
      options.onNews({ kind: 'problem', problem })
}

/** What a look came to: how many threads were brought, and how long it took to see which. */
interface Looked {
  readonly threads: number
  readonly tookMs: number
}

/** Brings what changed. */
const look = async (mirror: Mirror, isFirst: boolean): Promise<E.Either<StoreError, Looked>> => {
  const { pusher, options, sums, news } = mirror
  const begunMs = performance.now()
  const beside = await news.beside()
  const due = new Map(
    dueOf(mirror, beside, Date.now(), isFirst).map((one) => [one.thread, one] as const)
  )
  const tookMs = performance.now() - begunMs
  const isHot = (thread: string): boolean => due.get(thread)?.isHot === true
  const done = await pushThreads(pusher, [...due.values()], beside, isHot, (pushed) => {
    const one = due.get(pushed.thread)
    if (one !== undefined) take(mirror, one, pushed)
  })
  if (E.isLeft(done)) return done
  const logs = news.logs()
  if (logs !== null && !pusher.signal.aborted) {
    const records = await pushLogs(pusher, options.home)
    if (E.isLeft(records)) return records
    sums.records += records.right
    logs.done()
  }
  return E.right({ threads: due.size, tookMs })
}

const isAnyUnsettled = ({ known }: Mirror): boolean =>
  [...known.values()].some(({ isSettled }) => !isSettled)

/** Follows a home until the signal comes. `Left` when the server refuses; while it is away it is waited for. */
export const mirror = async (
  options: MirrorOptions
): Promise<E.Either<StoreError, MirrorSummary>> => {
  const { home, wire, signal, onNews, pace = PACE } = options
  const homeId = homeIdOf(home)
  const limits = newLimits()
  const base = { wire, homeId, limits, dryRun: false, signal, onBytes: () => undefined }
  const sums = { changes: 0, lines: 0, bytes: 0, names: 0, records: 0 }
  const state: Mirror = {
    ...{ options, pusher: { ...base, files: homeFiles(home) }, pace, sums },
    ...{ news: homeNews(home), known: new Map(), problems: new Map() }
  }
  const { wake, sleep } = sleeper(signal)
  const watching = watchHome(home, wake)
  let pauseMs = 0
  let isFirst = true
  try {
    while (!signal.aborted) {
      const isWatched = watching.look()
      const looked = await look(state, isFirst)
      if (E.isLeft(looked)) {
        if (looked.left._tag !== 'StoreUnavailable') return looked
        pauseMs = Math.min(pace.pauseMsMax, Math.max(pace.pauseMsMin, pauseMs * 2))
        onNews({ kind: 'waiting', error: looked.left, pauseMs })
        await sleep(pauseMs, true)
        continue
      }
      if (pauseMs > 0) onNews({ kind: 'back' })
      pauseMs = 0
      if (isFirst) onNews({ kind: 'caught_up', threads: looked.right.threads })
      isFirst = false
      // A folder that came while it was looked at is found by the next look.
      const isQuiet = isWatched && !isAnyUnsettled(state)
      await sleep(isQuiet ? pace.pollMs : Math.min(pace.pollMs, pace.quietMs / 2))
      await sleep(Math.max(pace.gatherMs, REST_PER_LOOK * looked.right.tookMs), true)
    }
  } finally {
    watching.close()
  }
  const problems = [...state.problems.values()].flat()
  return E.right({ home, store: wire.name, ...sums, problems })
}
