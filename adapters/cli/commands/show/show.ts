/**
 * unroll show: what a thread is, and what was said in it.
 */
import * as E from 'fp-ts/lib/Either.js'
import type { StoreError } from '../../../../domain/errors.ts'
import type { Thread, Turn } from '../../../../domain/protocol.ts'
import type { Engine } from '../../../../replay/engine.ts'
import { flagOf, numberOf, textOf, type Input } from '../../args.ts'
import type { Io } from '../../io.ts'
import { ofThread } from '../../naming/threads.ts'
import { rolledBackTurns } from '../../../export/rolled-back.ts'
import { withPager } from '../../terminal/pager.ts'
import { openPast, type CommandEnd } from '../../session.ts'
import { itemRows, type TranscriptView } from '../../text/item-rows.ts'
import { clockOf } from '../../text/clock.ts'
import { printJson, printJsonLines, walkPages, type FetchPage } from '../../text/print.ts'
import { note } from '../../text/report.ts'
import { painter } from '../../text/style.ts'
import { painted } from '../../text/styled.ts'
import { usualView, wholeView } from '../../text/turn-text.ts'
import { turnNamed, type NamedTurn } from '../../naming/turn-name.ts'
import { itemNamed } from './item.ts'
import {
  countsOf,
  damageNotice,
  printThread,
  printTurns,
  type TranscriptPrinter
} from './thread.ts'

const TURNS_DEFAULT = 3

/** The newest turns with all their items, oldest first. */
const newestTurns = async (
  engine: Engine,
  id: string,
  limit: number
): Promise<E.Either<StoreError, ReadonlyArray<Turn>>> => {
  const turns: Array<Turn> = []
  const fetch: FetchPage<Turn> = (cursor, size) =>
    engine.listTurns(id, { itemsView: 'full', limit: size, cursor })
  for await (const page of walkPages(fetch, { limit })) {
    if (E.isLeft(page)) return page
    turns.push(...page.right.data)
  }
  return E.right(turns.reverse())
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
  return E.isLeft(read) ? read : E.right({ ...thread.right, turns: read.right })
}

/** The Thread object with one of its turns. */
const threadWithTurn = async (
  engine: Engine,
  id: string,
  { cursor }: NamedTurn
): Promise<E.Either<StoreError, Thread>> => {
  const thread = await engine.readThread(id, false)()
  if (E.isLeft(thread)) return thread
  const request = { itemsView: 'full', sortDirection: 'asc', limit: 1, cursor } as const
  const page = await engine.listTurns(id, request)()
  return E.isLeft(page) ? page : E.right({ ...thread.right, turns: page.right.data })
}

/** Turns to print: those of the command line, or all where nobody waits at a terminal. */
const limitOf = (input: Input, io: Io): number =>
  flagOf(input, 'all') || (!input.json && !io.outIsTty && numberOf(input, 'limit') === undefined)
    ? Infinity
    : (numberOf(input, 'limit') ?? TURNS_DEFAULT)

/** How the command line wants to see items. A pipe gets the same words, whole and as they were written. */
const viewOf = (input: Input, io: Io): TranscriptView => {
  const asked = numberOf(input, 'wrap')
  const width = asked ?? (io.outIsTty ? io.columns : Infinity)
  const colours = painter(input, io)('bold', '') !== ''
  const usual = {
    ...usualView(width, colours, clockOf(input, io)),
    isPlain: flagOf(input, 'plain') || (!io.outIsTty && asked === undefined),
    showsReasoning: flagOf(input, 'reasoning'),
    only: (textOf(input, 'only') ?? null) as TranscriptView['only']
  }
  if (flagOf(input, 'full') || !io.outIsTty) return wholeView(usual)
  return flagOf(input, 'diff') ? { ...usual, diffMax: Infinity } : usual
}

const showJson = async (
  id: string,
  turn: NamedTurn | null,
  input: Input,
  io: Io,
  engine: Engine
): Promise<CommandEnd> => {
  const thread =
    turn === null
      ? await threadWithTurns(engine, id, limitOf(input, io), flagOf(input, 'strict'))
      : await threadWithTurn(engine, id, turn)
  if (E.isLeft(thread)) return thread
  const damage = await engine.damage(id)()
  if (E.isRight(damage) && damage.right.length > 0) note(`${damageNotice(damage.right)}`, io)
  await printJsonLines(io, [thread.right])
  return 0
}

const showItem = async (
  id: string,
  turnId: string | undefined,
  input: Input,
  io: Io,
  engine: Engine
): Promise<CommandEnd> => {
  const found = await itemNamed(engine, id, turnId, textOf(input, 'item') ?? '')
  if (E.isLeft(found)) return found
  if (input.json) return printJson(found.right, io)
  const paint = painter(input, io)
  const view = { ...wholeView(viewOf(input, io)), showsReasoning: true, only: null }
  await withPager(input, io, async (paged) => {
    for (const row of itemRows(found.right.item, view)) {
      if (paged.isLeft()) return
      await paged.out(`${painted(row, paint)}\n`)
    }
  })
  return 0
}

const showText = async (
  id: string,
  turn: NamedTurn | null,
  input: Input,
  io: Io,
  engine: Engine
): Promise<CommandEnd> => {
  const thread = await engine.readThread(id, false)()
  if (E.isLeft(thread)) return thread
  const hidden = flagOf(input, 'rolled-back')
    ? await rolledBackTurns(engine, id, openPast(input, io))
    : E.right([])
  if (E.isLeft(hidden)) return hidden
  return withPager(input, io, async (paged): Promise<CommandEnd> => {
    const printer: TranscriptPrinter = {
      input,
      io: paged,
      paint: painter(input, io),
      view: { ...viewOf(input, io), cwd: io.outIsTty ? thread.right.cwd : '' }
    }
    const rolledBack = hidden.right
    if (turn === null) {
      return printThread(engine, thread.right, limitOf(input, io), printer, rolledBack)
    }
    const counts = await countsOf(engine, id)
    if (E.isLeft(counts)) return counts
    const range = { from: turn.place, until: turn.place + 1, begins: true }
    return printTurns(engine, id, range, counts.right.tokensOf, printer, rolledBack)
  })
}

export const showCommand = ofThread(async (id, input, io, engine) => {
  const text = textOf(input, 'turn')
  const turn = text === undefined ? E.right(null) : await turnNamed(engine, id, text)
  if (E.isLeft(turn)) return turn
  if (flagOf(input, 'item')) return showItem(id, turn.right?.id, input, io, engine)
  return input.json
    ? showJson(id, turn.right, input, io, engine)
    : showText(id, turn.right, input, io, engine)
})
