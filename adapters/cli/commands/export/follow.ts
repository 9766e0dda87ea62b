/**
 * unroll export --to otlp --follow: the spans of each turn when it ends. Where it is, a name keeps, as for `unroll tail`: a turn is
 * told at least once, and as the same spans where it is told twice.
 */
import * as E from 'fp-ts/lib/Either.js'
import { lengthOf } from '../../../../domain/time/typed-time.ts'
import type { Engine } from '../../../../replay/engine.ts'
import { CHECKPOINT_NAME } from '../../../log/eventstore/readers/checkpoint.ts'
import type { KnownTurn } from '../../../traces/known.ts'
import { textOf, type Input } from '../../args.ts'
import type { Io } from '../../io.ts'
import type { CommandPlace } from '../../session.ts'
import { usage, type CommandFailure, type Tried } from '../../text/report.ts'
import { directoryOf } from '../index-command.ts'
import { namedPlaces, passingPlaces, type TailPlaces } from '../tail/places.ts'
import { pause, stampOf, writtenSince } from '../tail/rounds.ts'
import { REST_MS, tailThread, type TailClock, type TailedThread } from '../tail/thread.ts'

/** Tells the turns of a thread that are wanted. */
export type TellTurns = (
  threadId: string,
  isWanted: (known: KnownTurn) => boolean
) => Promise<Tried<void>>

/** What is wrong with the words, or null. */
export const followProblem = (input: Input): CommandFailure | null => {
  const name = textOf(input, 'checkpoint')
  const idle = textOf(input, 'until-idle')
  if (textOf(input, 'out') !== undefined)
    return usage('--follow has no end, so it makes no file', 'add --send, or read its stdout')
  if (name !== undefined && !CHECKPOINT_NAME.test(name))
    return usage(
      'a checkpoint is named by up to 64 letters, digits, dots, dashes and underscores',
      'name it otherwise'
    )
  if (idle !== undefined && lengthOf(idle) === null)
    return usage(`--until-idle takes a length of time, not "${idle}"`, 'write 90s, 10m or 2h')
  return null
}

interface Following {
  readonly engine: Engine
  readonly clock: TailClock
  readonly places: TailPlaces
  readonly tell: TellTurns
  readonly threads: Map<string, TailedThread>
  /** Of threads that are not followed yet, turns that began before are not told. */
  readonly sinceMs: number
  /** Whether turns of which no line tells the time count as after that; not where it is only now. */
  readonly tellsUntimed: boolean
  /** Turns that were told already. */
  readonly told: Set<string>
}

const nameOf = (threadId: string, turnId: string): string => `${threadId} ${turnId}`

/** Of a turn that nobody ended it is not known whether it goes on, though it is shown as interrupted. */
const isOver = ({ turn }: KnownTurn): boolean => turn !== null && turn.completedAtMs !== null

/** Tells turns that ended, each once. */
const tellOnce = async (
  { tell, told }: Following,
  threadId: string,
  isWanted: (known: KnownTurn) => boolean
): Promise<Tried<void>> => {
  const names: Array<string> = []
  const done = await tell(threadId, (known) => {
    const name = nameOf(threadId, known.turnId ?? '')
    const isNew = !told.has(name) && isWanted(known)
    if (isNew) names.push(name)
    return isNew
  })
  if (E.isRight(done)) for (const name of names) told.add(name)
  // Who deleted a thread ends nothing.
  return E.isLeft(done) && '_tag' in done.left && done.left._tag === 'StreamNotFound'
    ? E.right(undefined)
    : done
}

/** Begins to follow a thread where it was left; what ended since is told first. */
const begin = async (following: Following, threadId: string): Promise<Tried<void>> => {
  const { engine, clock, places, threads, sinceMs, tellsUntimed } = following
  const from = places.of(threadId)
  const began = await tailThread(engine, threadId, clock, from)
  if (E.isLeft(began)) return began
  threads.set(threadId, began.right)
  if (from !== undefined) return E.right(undefined)
  const past = await tellOnce(following, threadId, (known) => {
    const { turn } = known
    if (!isOver(known)) return false
    const at = turn?.startedAtMs ?? turn?.completedAtMs ?? null
    return at === null ? tellsUntimed : at >= sinceMs
  })
  if (E.isRight(past)) places.set(threadId, began.right.place())
  return past
}

const lookAt = async (following: Following, thread: TailedThread): Promise<Tried<void>> => {
  const news = await thread.look()
  if (E.isLeft(news)) return news
  const ended = new Set(
    news.right.flatMap((one) =>
      one.kind === 'change' && one.change.type === 'turn_ended' ? [one.change.turn.id] : []
    )
  )
  if (ended.size > 0) {
    const done = await tellOnce(following, thread.threadId, ({ turnId }) => ended.has(turnId ?? ''))
    if (E.isLeft(done)) return done
  }
  following.places.set(thread.threadId, thread.place())
  return E.right(undefined)
}

/** Threads that began, or were written to again. */
const findMore = async (following: Following, sinceMs: number): Promise<Tried<void>> => {
  const written = await writtenSince(following.engine, sinceMs)
  if (E.isLeft(written)) return written
  for (const { id } of written.right) {
    if (following.threads.has(id)) continue
    const began = await begin(following, id)
    if (E.isRight(began)) continue
    if (!('_tag' in began.left) || began.left._tag !== 'StreamNotFound') return began
  }
  return E.right(undefined)
}

/** Looks and tells until the process is told to stop, or nothing comes for as long as was said. */
const inRounds = async (
  following: Following,
  ids: ReadonlyArray<string>,
  idleMs: number,
  stop: AbortSignal
): Promise<Tried<void>> => {
  const { clock, places, threads } = following
  const startMs = clock.nowMs()
  let sweptMs = -Infinity
  while (!stop.aborted) {
    const now = clock.nowMs()
    if (ids.length === 0 && now - sweptMs >= REST_MS) {
      const found = await findMore(following, Math.max(sweptMs, following.sinceMs))
      if (E.isLeft(found)) return found
      sweptMs = now
    }
    for (const thread of threads.values()) {
      if (!thread.isDue()) continue
      const looked = await lookAt(following, thread)
      if (E.isLeft(looked)) return looked
    }
    const saved = places.save(clock.nowMs())
    if (E.isLeft(saved)) return saved
    const newest = Math.max(startMs, ...[...threads.values()].map((one) => one.lastNewsMs()))
    if (clock.nowMs() - newest >= idleMs) break
    await pause(stop)
  }
  return E.right(undefined)
}

/** Follows the threads that are named; where none is, every thread that is written to. */
export const followTurns = async (
  ids: ReadonlyArray<string>,
  sinceMs: number,
  tell: TellTurns,
  {
    input,
    io,
    place,
    engine
  }: {
    readonly input: Input
    readonly io: Io
    readonly place: CommandPlace
    readonly engine: Engine
  }
): Promise<Tried<void>> => {
  const name = textOf(input, 'checkpoint')
  if (name !== undefined && place.index === 'memory')
    return E.left(usage('an index in memory keeps no place', 'leave --index memory out'))
  const kept = name === undefined ? E.right(passingPlaces()) : namedPlaces(directoryOf(place), name)
  if (E.isLeft(kept)) return kept
  const places = kept.right
  const following: Following = {
    ...{ engine, places, tell, threads: new Map(), told: new Set() },
    clock: { nowMs: io.nowMs, stamp: stampOf(place, io.nowMs), searches: ids.length > 0 },
    sinceMs: Number.isFinite(sinceMs) ? sinceMs : (places.savedAtMs ?? io.nowMs()),
    tellsUntimed: Number.isFinite(sinceMs) || places.savedAtMs !== null
  }
  try {
    for (const id of ids) {
      const began = await begin(following, id)
      if (E.isLeft(began)) return began
    }
    const idleMs = lengthOf(textOf(input, 'until-idle') ?? '') ?? Infinity
    return await inRounds(following, ids, idleMs, io.stop)
  } finally {
    for (const thread of following.threads.values()) thread.close()
    await places.close()
  }
}
