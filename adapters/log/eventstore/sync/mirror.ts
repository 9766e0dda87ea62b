/**
 * Keeping a store up to a home that a Codex is writing: a push, and another one of what changed, about a second later at most.
 *
 * While files are written only whole lines are brought; when a thread was quiet for a moment its unfinished line and the time of
 * its file follow. When the server is away the changes wait in the files.
 */
import * as E from 'fp-ts/lib/Either.js'
import { statSync } from 'node:fs'
import { join } from 'node:path'
import type { StoreError } from '../../../../domain/errors.ts'
import { pause, realPace } from '../connection/pace.ts'
import type { Wire } from '../wire.ts'
import {
  homeFiles,
  homeIdOf,
  NOTE_FILES,
  notesOf,
  type HomeNotes,
  type ThreadFiles
} from './home.ts'
import { LOG_NAMES, logPath, pushLogs } from './log-push.ts'
import type { Problem } from './problems.ts'
import { pushThreads } from './push.ts'
import type { Pusher } from './thread-difference.ts'
import type { ThreadPushed } from './thread-push.ts'
import { watchHome } from './watch.ts'

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

export interface MirrorOptions {
  readonly home: string
  readonly wire: Wire
  /** Ends it, between two calls. */
  readonly signal: AbortSignal
  readonly onNews: (news: MirrorNews) => void
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

const stampOf = (home: string, paths: ReadonlyArray<string>): string =>
  paths
    .map((path) => {
      const stat = statSync(join(home, path), { throwIfNoEntry: false })
      return stat === undefined ? '' : `${stat.size} ${stat.mtimeMs} ${stat.ino}`
    })
    .join('\n')

interface PushedState {
  readonly fileStamp: string
  readonly noteStamp: string
  readonly changedAtMs: number
  /** True when its unfinished line and time are in the store too. */
  readonly isSettled: boolean
  readonly problems: ReadonlyArray<Problem>
}

/** A thread that is not as it was pushed; it is hot while it is being written. */
interface DueThread
  extends ThreadFiles, Pick<PushedState, 'fileStamp' | 'noteStamp' | 'changedAtMs'> {
  readonly isHot: boolean
}

class Mirror {
  readonly #options: MirrorOptions
  readonly #pace: MirrorPace
  readonly #pusher: Pusher
  readonly #pushed = new Map<string, PushedState>()
  readonly #sums = { changes: 0, lines: 0, bytes: 0, names: 0, records: 0 }
  #notes: { readonly stamp: string; readonly notes: HomeNotes } | null = null
  #logStamp = ''
  #isFirst = true

  constructor(options: MirrorOptions) {
    const { home, wire, signal, pace = PACE } = options
    const base = { dryRun: false, signal, onBytes: () => undefined }
    this.#options = options
    this.#pace = pace
    this.#pusher = { ...base, wire, homeId: homeIdOf(home), files: homeFiles(home) }
  }

  get isSettled(): boolean {
    return [...this.#pushed.values()].every(({ isSettled }) => isSettled)
  }

  summary(): MirrorSummary {
    const { home, wire } = this.#options
    const problems = [...this.#pushed.values()].flatMap((state) => state.problems)
    return { home, store: wire.name, ...this.#sums, problems }
  }

  /** Brings what changed; answers how many threads that were, and how long it took to see which. */
  async push(): Promise<
    E.Either<StoreError, { readonly threads: number; readonly tookMs: number }>
  > {
    const { home } = this.#options
    const begunMs = performance.now()
    const notes = await this.#currentNotes()
    const due = new Map(this.#dueThreads(notes, Date.now()).map((one) => [one.thread, one]))
    const tookMs = performance.now() - begunMs
    const isHot = (thread: string): boolean => due.get(thread)?.isHot === true
    const done = await pushThreads(this.#pusher, [...due.values()], notes, isHot, (pushed) => {
      const thread = due.get(pushed.thread)
      if (thread !== undefined) this.#take(thread, pushed)
    })
    if (E.isLeft(done)) return done
    const logStamp = stampOf(home, LOG_NAMES.map(logPath))
    if (logStamp !== this.#logStamp && !this.#pusher.signal.aborted) {
      const records = await pushLogs(this.#pusher, home)
      if (E.isLeft(records)) return records
      this.#sums.records += records.right
      this.#logStamp = logStamp
    }
    this.#isFirst = false
    return E.right({ threads: due.size, tookMs })
  }

  async #currentNotes(): Promise<HomeNotes> {
    const { home } = this.#options
    const stamp = stampOf(home, NOTE_FILES)
    if (this.#notes?.stamp !== stamp) this.#notes = { stamp, notes: await notesOf(home) }
    return this.#notes.notes
  }

  #dueThreads({ names, imports }: HomeNotes, nowMs: number): ReadonlyArray<DueThread> {
    const { quietMs } = this.#pace
    return this.#pusher.files.threads().flatMap((one) => {
      const { thread, files } = one
      const before = this.#pushed.get(thread)
      const fileStamp = JSON.stringify(
        files.map(({ path, sizeBytes, modifiedAtMs }) => [path, sizeBytes, modifiedAtMs])
      )
      const noteStamp = JSON.stringify([
        names.get(thread)?.at(-1) ?? null,
        imports.get(thread)?.length ?? 0
      ])
      const isSame = before?.fileStamp === fileStamp
      const changedAtMs = isSame ? before.changedAtMs : nowMs
      // What was written long ago is not being written now.
      const writtenAtMs = Math.max(...files.map(({ modifiedAtMs }) => modifiedAtMs))
      const isHot = !this.#isFirst && nowMs - changedAtMs < quietMs && nowMs - writtenAtMs < quietMs
      const isDue = !isSame || before.noteStamp !== noteStamp || (!before.isSettled && !isHot)
      return isDue ? [{ ...one, fileStamp, noteStamp, changedAtMs, isHot }] : []
    })
  }

  #take(due: DueThread, pushed: ThreadPushed): void {
    const { fileStamp, noteStamp, changedAtMs, isHot } = due
    const { onNews } = this.#options
    const { thread, lines, bytes, names, problems } = pushed
    const known = this.#pushed.get(thread)?.problems ?? []
    const isSettled = !isHot
    this.#pushed.set(thread, { fileStamp, noteStamp, changedAtMs, isSettled, problems })
    if (pushed.isChanged) {
      this.#sums.changes += 1
      this.#sums.lines += lines
      this.#sums.bytes += bytes
      this.#sums.names += names
      onNews({ kind: 'pushed', thread, lines, bytes, names })
    }
    for (const problem of problems)
      if (!known.some(({ kind, segment }) => kind === problem.kind && segment === problem.segment))
        onNews({ kind: 'problem', problem })
  }
}

/** Follows a home until the signal comes. `Left` when the server refuses; while it is away it is waited for. */
export const mirror = async (
  options: MirrorOptions
): Promise<E.Either<StoreError, MirrorSummary>> => {
  const { home, signal, onNews, pace = PACE } = options
  const mirroring = new Mirror(options)
  let changed = new AbortController()
  const wake = (): void => changed.abort()
  signal.addEventListener('abort', wake)
  const watching = watchHome(home, wake)
  let pauseMs = 0
  let isFirst = true
  try {
    while (!signal.aborted) {
      const isWatched = watching.look()
      const pushed = await mirroring.push()
      if (E.isLeft(pushed)) {
        if (pushed.left._tag !== 'StoreUnavailable') return pushed
        pauseMs = Math.min(pace.pauseMsMax, Math.max(pace.pauseMsMin, pauseMs * 2))
        onNews({ kind: 'waiting', error: pushed.left, pauseMs })
        await pause(realPace, pauseMs, signal)
        continue
      }
      if (pauseMs > 0) onNews({ kind: 'back' })
      pauseMs = 0
      const { threads, tookMs } = pushed.right
      if (isFirst) onNews({ kind: 'caught_up', threads })
      isFirst = false
      // A folder that came while it was looked at is found by the next look.
      const isQuiet = isWatched && mirroring.isSettled
      const idleMs = isQuiet ? pace.pollMs : Math.min(pace.pollMs, pace.quietMs / 2)
      await pause(realPace, idleMs, changed.signal)
      if (!signal.aborted) changed = new AbortController()
      await pause(realPace, Math.max(pace.gatherMs, REST_PER_LOOK * tookMs), signal)
    }
  } finally {
    watching.close()
    signal.removeEventListener('abort', wake)
  }
  return E.right(mirroring.summary())
}
