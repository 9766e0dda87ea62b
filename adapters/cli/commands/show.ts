/**
 * unroll show: what a thread is, and what was said in it.
 */
import * as E from 'fp-ts/lib/Either.js'
import { BASE_REMEDY, type StoreError } from '../../../domain/errors.ts'
import type { Thread, Turn } from '../../../domain/protocol.ts'
import type { ThreadDamage, Engine } from '../../../replay/engine.ts'
import { flagOf, nextCommand, numberOf, type Input } from '../args.ts'
import type { Io } from '../io.ts'
import { ofThread, title } from '../naming.ts'
import { printJsonLines, walkPages, type FetchPage } from '../text/print.ts'
import { factLines, painter, type Paint } from '../text/style.ts'
import { localMinute, oneLine, plural } from '../text/text.ts'
import { sourceLabel } from './threads.ts'
import { everything, turnText, type Most } from '../text/turn-text.ts'
import { note } from '../text/report.ts'

const TURNS_DEFAULT = 3
const PLACES_SHOWN = 5
const FACT_WIDTH = 12

/** The newest turns with all their items, oldest first, and whether there are earlier ones. */
const newestTurns = async (
  engine: Engine,
  id: string,
  limit: number
): Promise<
  E.Either<StoreError, { readonly turns: ReadonlyArray<Turn>; readonly earlier: boolean }>
> => {
  const turns: Array<Turn> = []
  let earlier = false
  const fetch: FetchPage<Turn> = (cursor, size) =>
    engine.listTurns(id, { itemsView: 'full', limit: size, cursor })
  for await (const page of walkPages(fetch, { limit })) {
    if (E.isLeft(page)) return page
    turns.push(...page.right.data)
    earlier = page.right.nextCursor !== null
  }
  return E.right({ turns: turns.reverse(), earlier })
}

/** What was isolated, in one sentence; empty when nothing was. */
const damageNotice = (places: ReadonlyArray<ThreadDamage>): string => {
  if (places.length === 0) return ''
  const named = places
    .slice(0, PLACES_SHOWN)
    .map(({ revision, reason }) => `revision ${revision} (${reason})`)
  const rest = places.length > PLACES_SHOWN ? [`${places.length - PLACES_SHOWN} more`] : []
  const verb = places.length === 1 ? 'was' : 'were'
  return `${plural(places.length, 'damaged line')} ${verb} isolated: ${[...named, ...rest].join(', ')}`
}

const isBase = (reason: string): reason is keyof typeof BASE_REMEDY => reason in BASE_REMEDY

/** What to do about missing history, one line each. */
const remedies = (places: ReadonlyArray<ThreadDamage>): ReadonlyArray<string> => {
  const reasons = new Set(places.map(({ reason }) => reason).filter(isBase))
  return [...reasons].map((reason) => `${reason}: ${BASE_REMEDY[reason]}`)
}

/** Where a thread comes from: only the metadata line records it. */
const origin = ({ source, cliVersion, modelProvider }: Thread): string =>
  cliVersion === ''
    ? 'unknown: the rollout names no client'
    : `${sourceLabel(source)}, Codex ${cliVersion}, ${modelProvider}`

/** The facts of a thread, one per line. */
const threadFacts = (thread: Thread, paint: Paint): string => {
  const { gitInfo, agentNickname, agentRole } = thread
  const git = [gitInfo?.branch ?? '', (gitInfo?.sha ?? '').slice(0, 10)].join(' ').trim()
  const agent = [agentNickname, agentRole].filter((text) => text !== null).join(', ')
  const facts: ReadonlyArray<readonly [string, string]> = [
    ['id', thread.id],
    ['created', localMinute(thread.createdAt)],
    ['updated', localMinute(thread.updatedAt)],
    ['directory', thread.cwd],
    ['git', git],
    ['source', origin(thread)],
    ['agent', agent],
    ['forked from', thread.forkedFromId ?? ''],
    ['spawned by', thread.parentThreadId ?? ''],
    ['file', thread.path]
  ]
  const head = paint('bold', oneLine(title(thread)) || '(nothing said yet)')
  return `${head}\n${factLines(facts, FACT_WIDTH, paint)}`
}

/** What printing a thread needs besides the thread. */
interface Printer {
  readonly input: Input
  readonly io: Io
  readonly paint: Paint
  readonly most: Most
}

/** Prints a thread and its newest turns for a person; also the second half of `unroll start`. */
export const printThread = async (
  engine: Engine,
  thread: Thread,
  limit: number,
  { input, io, paint, most }: Printer
): Promise<E.Either<StoreError, number>> => {
  const read = await newestTurns(engine, thread.id, limit)
  if (E.isLeft(read)) return read
  const damage = await engine.damage(thread.id)()
  if (E.isLeft(damage)) return damage
  await io.out(threadFacts(thread, paint))
  const notice = damageNotice(damage.right)
  const notices = notice === '' ? [] : [notice, ...remedies(damage.right)]
  for (const one of notices) await io.out(`${paint('yellow', one)}\n`)
  const { turns, earlier } = read.right
  if (earlier) {
    const command = nextCommand(input, io, ['show', thread.id, '--all'])
    await io.out(`\n${paint('dim', `earlier turns: ${command}`)}\n`)
  }
  for (const turn of turns) await io.out(`\n${turnText(turn, most, paint)}`)
  return E.right(0)
}

/**
 * The Thread object with its newest turns. Strict mode gives the facts Codex gives when it is asked for turns,
 * and those come with all of them.
 */
const threadWithTurns = async (
  engine: Engine,
  id: string,
  limit: number,
  strict: boolean
): Promise<E.Either<StoreError, Thread>> => {
  const whole = strict || limit === Infinity
  const thread = await engine.readThread(id, whole)()
  if (E.isLeft(thread)) return thread
  if (whole) {
    const { turns } = thread.right
    return E.right({ ...thread.right, turns: turns.slice(Math.max(0, turns.length - limit)) })
  }
  const read = await newestTurns(engine, id, limit)
  return E.isLeft(read) ? read : E.right({ ...thread.right, turns: read.right.turns })
}

export const showCommand = ofThread(async (id, input, io, engine) => {
  const limit = flagOf(input, 'all') ? Infinity : (numberOf(input, 'limit') ?? TURNS_DEFAULT)
  if (input.json) {
    const thread = await threadWithTurns(engine, id, limit, flagOf(input, 'strict'))
    if (E.isLeft(thread)) return thread
    const damage = await engine.damage(id)()
    if (E.isRight(damage) && damage.right.length > 0) note(`${damageNotice(damage.right)}`, io)
    await printJsonLines(io, [thread.right])
    return 0
  }
  const thread = await engine.readThread(id, false)()
  if (E.isLeft(thread)) return thread
  const most = everything(io.outIsTty ? io.columns : Infinity)
  const printer = { input, io, paint: painter(input, io), most }
  return printThread(engine, thread.right, limit, printer)
})
