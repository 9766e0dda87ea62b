/**
 * `THREAD@POINT` wherever a thread is read, and points of a thread that only the thread as it is now can tell.
 */
import * as E from 'fp-ts/lib/Either.js'
import { isUuid } from '../../../domain/ids.ts'
import type { PastPoint } from '../../../replay/past/time-travel/past.ts'
import { textOf, type Input } from '../args.ts'
import type { Io } from '../io.ts'
import { asked } from './threads.ts'
import { pastPoint, threadIn, withThread } from '../options.ts'
import { placeOf, type CommandEnd, type CommandPlace, type OpenEngine } from '../session.ts'
import { LAST_LIKE, threadNamed } from './thread-name.ts'
import { isOrdinal, turnNamed } from './turn-name.ts'
import { hereOf } from '../text/clock.ts'
import { failureOf, usage } from '../text/report.ts'

/** Where the present is asked. */
interface Asking {
  readonly input: Input
  readonly io: Io
  readonly now: CommandPlace
  readonly open: OpenEngine
}

/** A `Left` is how the command ends. */
type Unless<A> = E.Either<CommandEnd, A>

const ID_LIKE = /^[0-9a-f]{8}[0-9a-f-]*$/i

/** True when a thread of now is called by a text. */
const isCalled = async (
  { input, io, now, open }: Asking,
  text: string
): Promise<Unless<boolean>> => {
  const found = await asked(input, io, now, open, async (engine) => {
    const named = await threadNamed(engine, text)
    if (E.isRight(named)) return E.right('called')
    const { kind } = failureOf(named.left)
    return kind === 'thread_not_found' ? E.right('unknown') : named
  })
  return E.map((word: string) => word === 'called')(found)
}

/** A text as a thread and a point of it. Names may hold an @ themselves: what is called by the whole text goes first. */
const split = async (
  asking: Asking,
  text: string
): Promise<Unless<{ readonly thread: string; readonly point: string | null }>> => {
  const end = text.lastIndexOf('@')
  const whole = { thread: text, point: null }
  if (end < 1 || end === text.length - 1) return E.right(whole)
  const pointed = { thread: text.slice(0, end), point: text.slice(end + 1) }
  if (ID_LIKE.test(pointed.thread) || LAST_LIKE.test(pointed.thread)) return E.right(pointed)
  return E.map((called: boolean) => (called ? whole : pointed))(await isCalled(asking, text))
}

/** The newest threads are those of now, also where they are looked at as they were. */
const placedNow = async (
  { input, io, now, open }: Asking,
  thread: string
): Promise<Unless<string>> =>
  LAST_LIKE.test(thread)
    ? asked<string>(input, io, now, open, (engine) => threadNamed(engine, thread))
    : E.right(thread)

/** A point whose thread and turn are named by their ids, where anything else names them. */
const settled = async (
  { input, io, now, open }: Asking,
  at: Exclude<PastPoint, { readonly timeMs: number }>
): Promise<Unless<typeof at>> => {
  const isNumber = 'turn' in at && isOrdinal(at.turn)
  if (!isNumber && ID_LIKE.test(at.threadId)) return E.right(at)
  return asked<typeof at>(input, io, now, open, async (engine) => {
    const named = await threadNamed(engine, at.threadId)
    if (E.isLeft(named)) return named
    const threadId = named.right
    if (!isNumber) return E.right({ ...at, threadId })
    const turn = await turnNamed(engine, threadId, at.turn)
    return E.isLeft(turn) ? turn : E.right({ threadId, turn: turn.right.id })
  })
}

/** A thread with the point that was typed behind it. */
interface PointedThread {
  readonly thread: string
  readonly at?: PastPoint
}

/** A point and its thread as an engine takes them. */
const located = async (
  asking: Asking,
  thread: string,
  at: PastPoint
): Promise<Unless<Required<PointedThread>>> => {
  if ('timeMs' in at)
    return E.map((named: string) => ({ thread: named, at }))(await placedNow(asking, thread))
  const point = await settled(asking, at)
  return E.map((found: typeof at) => ({ thread: found.threadId, at: found }))(point)
}

/** Reads `THREAD@POINT`. */
export const pointedThread = async (
  asking: Asking,
  text: string
): Promise<Unless<PointedThread>> => {
  const typed = await split(asking, text)
  if (E.isLeft(typed)) return typed
  const { thread, point } = typed.right
  if (point === null) return E.right({ thread })
  const read = pastPoint(point, thread, hereOf(asking.input, asking.io))
  if (E.isLeft(read)) return E.left(read)
  return located(asking, thread, read.right)
}

/** The command line with the point behind its thread as its `--at`. */
const withPoint = async (asking: Asking): Promise<Unless<Input>> => {
  const { input } = asking
  const text = threadIn(input)
  if (text === undefined || !input.form.options.some(({ name }) => name === 'at'))
    return E.right(input)
  const typed = await split(asking, text)
  if (E.isLeft(typed)) return typed
  const { thread, point } = typed.right
  if (point === null) return E.right(input)
  const excluded = (input.command.conflicts ?? []).filter((pair) => pair.includes('at')).flat()
  const other = ['at', ...excluded.filter((name) => name !== 'at')].find((name) =>
    input.values.has(name)
  )
  if (other !== undefined)
    return E.left(E.left(usage(`@${point} and --${other} exclude each other`, '')))
  return E.right(withThread({ ...input, values: new Map(input.values).set('at', [point]) }, thread))
}

/** Where a command reads, and its command line with the point in time that it names in any way. */
export const pointedPlace = async (
  given: Input,
  io: Io,
  open: OpenEngine
): Promise<Unless<{ readonly input: Input; readonly place: CommandPlace }>> => {
  const values = new Map([...given.values].filter(([name]) => name !== 'at'))
  const now = await placeOf({ ...given, values }, io)
  if (E.isLeft(now)) return E.left(now)
  const asking: Asking = { input: given, io, now: now.right, open }
  const pointed = await withPoint(asking)
  if (E.isLeft(pointed)) return pointed
  const input = pointed.right
  if (textOf(input, 'at') === undefined) return E.right({ input, place: now.right })
  const placed = await placeOf(input, io)
  if (E.isLeft(placed)) return E.left(placed)
  const { at } = placed.right
  if (at === undefined) return E.right({ input, place: placed.right })
  const point = await located(asking, threadIn(input) ?? '', at)
  if (E.isLeft(point)) return point
  const { thread } = point.right
  const place = { ...now.right, at: point.right.at }
  return E.right({ input: isUuid(thread) ? withThread(input, thread) : input, place })
}
