/**
 * unroll tail: what is written to threads, as it comes.
 */
import * as E from 'fp-ts/lib/Either.js'
import type { StoreError } from '../../../../domain/errors.ts'
import type { Thread, Turn } from '../../../../domain/protocol.ts'
import { lengthOf } from '../../../../domain/time/typed-time.ts'
import type { Engine } from '../../../../replay/engine.ts'
import { CHECKPOINT_NAME } from '../../../log/eventstore/readers/checkpoint.ts'
import { flagOf, listOf, numberOf, textOf, type Input } from '../../args.ts'
import type { Io } from '../../io.ts'
import { threadNamed } from '../../naming/thread-name.ts'
import { title } from '../../naming/threads.ts'
import { beginIn } from '../../options.ts'
import { withEngine, type CommandEnd, type CommandPlace, type HomeCommand } from '../../session.ts'
import { note, usage, type CommandFailure } from '../../text/report.ts'
import { oneLine } from '../../text/text.ts'
import { directoryOf } from '../index-command.ts'
import { namedPlaces, passingPlaces, type TailPlaces } from './places.ts'
import { pause, stampOf, writtenSince } from './rounds.ts'
import { tailReport, type TailReport } from './report.ts'
import {
  pastTurns,
  REST_MS,
  tailThread,
  type TailClock,
  type TailedThread,
  type TailNews
} from './thread.ts'

/** Threads that are followed from the start with --all, if they were written to lately. */
const RECENT_MAX = 32
const RECENT_MS = 24 * 60 * 60 * 1000
/** With --all, threads at rest beyond this many are followed again when they are written to. */
const FOLLOWED_MAX = 64

const HELP = 'see "unroll help tail"'

/** What is wrong with the words, or null. */
const problemOf = (input: Input, { index }: CommandPlace, io: Io): CommandFailure | null => {
  const idle = textOf(input, 'until-idle')
  if (idle !== undefined && lengthOf(idle) === null)
    return usage(`--until-idle takes a length of time such as 90s, 10m or 2h, not "${idle}"`, HELP)
  const since = beginIn(input, io, 'since')
  if (E.isLeft(since)) return since.left
  const name = textOf(input, 'checkpoint')
  if (name !== undefined && !CHECKPOINT_NAME.test(name)) {
    const rule = 'a checkpoint is named by up to 64 letters, digits, dots, dashes and underscores'
    return usage(rule, HELP)
  }
  if (name !== undefined && index === 'memory')
    return usage('an index in memory keeps no place', 'leave --index memory out')
  return flagOf(input, 'all') && input.args.length > 0
    ? usage('tail takes threads or --all, not both', HELP)
    : null
}

/** The newest thread of this directory, else of the home. */
const newestThread = async (
  engine: Engine,
  cwd: string
): Promise<E.Either<StoreError | CommandFailure, Thread>> => {
  for (const within of [cwd, null]) {
    const request = { cwd: within, modelProviders: [], sortKey: 'last_event_at', limit: 1 } as const
    const page = await engine.listThreads(request)()
    if (E.isLeft(page)) return page
    const [newest] = page.right.data
    if (newest !== undefined) return E.right(newest)
  }
  const hint = 'name a thread, or type "unroll tail --all" to wait for the first one'
  const failure = { kind: 'thread_not_found', message: 'there are no threads to follow', hint }
  return E.left({ ...failure, retryable: false, exit: 3 })
}

interface TailRun {
  readonly input: Input
  readonly io: Io
  readonly engine: Engine
  readonly clock: TailClock
  readonly places: TailPlaces
  readonly report: TailReport
  readonly threads: Map<string, TailedThread>
  readonly startMs: number
  /** The last turn that ended and counts for --exit-on. */
  isOver: boolean
  sweptMs: number
}

/** Turns to print first: of people the last one, of programs none. */
const pastCount = (input: Input): number =>
  numberOf(input, 'limit') ?? (input.json || flagOf(input, 'all') || flagOf(input, 'exec') ? 0 : 1)

const pastNews = (turns: ReadonlyArray<Turn>): ReadonlyArray<TailNews> =>
  turns.flatMap((turn): ReadonlyArray<TailNews> => [
    { kind: 'past', turn, item: null },
    ...turn.items.map((item): TailNews => ({ kind: 'past', turn, item }))
  ])

/** Begins to follow a thread; prints what was said before, where its place is not known. */
const begin = async (
  tail: TailRun,
  threadId: string,
  sinceMs: number | null,
  count = pastCount(tail.input)
): Promise<E.Either<StoreError, void>> => {
  const from = tail.places.of(threadId)
  const began = await tailThread(tail.engine, threadId, tail.clock, from)
  if (E.isLeft(began)) return began
  tail.threads.set(threadId, began.right)
  if (from !== undefined) return E.right(undefined)
  const past =
    count === 0 && sinceMs === null
      ? E.right([])
      : await pastTurns(tail.engine, threadId, count, sinceMs)
  if (E.isLeft(past)) return past
  await tail.report.take(threadId, pastNews(past.right))
  tail.places.set(threadId, began.right.place())
  return E.right(undefined)
}

/** Lets go of threads at rest; where they were is remembered. */
const letGo = (tail: TailRun): void => {
  const idle = [...tail.threads.values()].sort((a, b) => a.lastNewsMs() - b.lastNewsMs())
  for (const thread of idle.slice(0, Math.max(0, idle.length - FOLLOWED_MAX))) {
    tail.places.set(thread.threadId, thread.place())
    thread.close()
    tail.threads.delete(thread.threadId)
  }
}

/** With --all: threads that began, or were written to again. */
const findMore = async (tail: TailRun): Promise<E.Either<StoreError, void>> => {
  const sinceMs = tail.sweptMs
  tail.sweptMs = tail.clock.nowMs()
  const written = await writtenSince(tail.engine, sinceMs)
  if (E.isLeft(written)) return written
  for (const { id } of written.right) {
    if (tail.threads.has(id)) continue
    const began = await begin(tail, id, tail.places.savedAtMs ?? tail.startMs)
    if (E.isLeft(began) && began.left._tag !== 'StreamNotFound') return began
  }
  letGo(tail)
  return E.right(undefined)
}

const isWanted = (input: Input, news: TailNews): boolean => {
  if (news.kind !== 'change' || news.change.type !== 'turn_ended') return false
  const { status } = news.change.turn
  return listOf(input, 'exit-on').includes(status === 'completed' ? 'completed' : 'failed')
}

const lookAt = async (tail: TailRun, thread: TailedThread): Promise<E.Either<StoreError, void>> => {
  const news = await thread.look()
  if (E.isLeft(news)) return news
  await tail.report.take(thread.threadId, news.right)
  if (!tail.io.stop.aborted) tail.places.set(thread.threadId, thread.place())
  if (news.right.some((one) => isWanted(tail.input, one))) tail.isOver = true
  return E.right(undefined)
}

const round = async (tail: TailRun): Promise<E.Either<StoreError, void>> => {
  for (const thread of tail.threads.values()) {
    if (!thread.isDue()) continue
    const looked = await lookAt(tail, thread)
    if (E.isLeft(looked)) return looked
  }
  const isRest = tail.clock.nowMs() - tail.sweptMs >= REST_MS
  if (flagOf(tail.input, 'all') && isRest) {
    const found = await findMore(tail)
    if (E.isLeft(found)) return found
  }
  tail.report.spin(tail.threads.values())
  // What a stopped process prints is thrown away.
  return tail.io.stop.aborted ? E.right(undefined) : tail.places.save(tail.clock.nowMs())
}

const isIdle = (tail: TailRun): boolean => {
  const text = textOf(tail.input, 'until-idle')
  if (text === undefined) return false
  const newest = Math.max(tail.startMs, ...[...tail.threads.values()].map((t) => t.lastNewsMs()))
  return tail.clock.nowMs() - newest >= (lengthOf(text) ?? Infinity)
}

/** The threads to begin with, by id. */
const firstThreads = async (
  tail: TailRun
): Promise<E.Either<StoreError | CommandFailure, ReadonlyArray<string>>> => {
  const { input, io, engine } = tail
  if (flagOf(input, 'all')) {
    const since = tail.places.savedAtMs ?? tail.startMs - RECENT_MS
    const most = tail.places.savedAtMs === null ? RECENT_MAX : Infinity
    const recent = await writtenSince(engine, since, most)
    return E.map((threads: ReadonlyArray<Thread>) => threads.map(({ id }) => id))(recent)
  }
  if (input.args.length === 0) {
    const newest = await newestThread(engine, io.cwd)
    if (E.isLeft(newest)) return newest
    note(`following ${oneLine(title(newest.right)) || '(empty)'} (${newest.right.id})`, io)
    return E.right([newest.right.id])
  }
  const ids: Array<string> = []
  for (const word of input.args) {
    const id = await threadNamed(engine, word)
    if (E.isLeft(id)) return id
    ids.push(id.right)
  }
  return E.right([...new Set(ids)])
}

const followAll = async (tail: TailRun): Promise<CommandEnd> => {
  const { input, io, clock } = tail
  const first = await firstThreads(tail)
  if (E.isLeft(first)) return first
  const since = beginIn(input, clock, 'since')
  const sinceMs = E.isRight(since) ? (since.right ?? null) : null
  for (const id of first.right) {
    // With --all and a checkpoint, a thread without a place began while nobody looked.
    const isNew = flagOf(input, 'all') && tail.places.savedAtMs !== null
    const began = await begin(tail, id, isNew ? tail.places.savedAtMs : sinceMs)
    if (E.isLeft(began)) return began
  }
  const saved = tail.places.save(clock.nowMs())
  if (E.isLeft(saved)) return saved
  while (!io.stop.aborted) {
    const done = await round(tail)
    if (E.isLeft(done)) return done
    if (tail.isOver || isIdle(tail)) break
    await pause(io.stop)
  }
  return 0
}

export const tailCommand: HomeCommand = async (input, io, place, open) => {
  const problem = problemOf(input, place, io)
  if (problem !== null) return E.left(problem)
  const name = textOf(input, 'checkpoint')
  const places =
    name === undefined ? E.right(passingPlaces()) : namedPlaces(directoryOf(place), name)
  if (E.isLeft(places)) return places
  const { nowMs } = io
  const many = flagOf(input, 'all') || input.args.length > 1
  try {
    return await withEngine(input, io, open, place, async (engine, quiet) => {
      const report = tailReport(input, quiet, many)
      const startMs = nowMs()
      const clock = {
        nowMs,
        stamp: stampOf(place, nowMs),
        searches: !flagOf(input, 'all')
      }
      const tail: TailRun = {
        ...{ input, io: quiet, engine, places: places.right, report, threads: new Map() },
        ...{ clock, startMs, isOver: false, sweptMs: startMs }
      }
      try {
        return await followAll(tail)
      } finally {
        report.clear()
        for (const thread of tail.threads.values()) thread.close()
      }
    })
  } finally {
    await places.right.close()
  }
}
