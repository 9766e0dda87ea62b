/**
 * unroll fork, revert, rollback, unrollback: a thread goes on from a place in its history.
 */
import * as E from 'fp-ts/lib/Either.js'
import { printEvent } from '../../../domain/changes/new-event.ts'
import type { StoreError } from '../../../domain/errors.ts'
import type { Thread, Turn } from '../../../domain/protocol.ts'
import type { Engine } from '../../../replay/engine.ts'
import type { Written } from '../../../replay/change/mutate/mutations.ts'
import { flagOf, type Input, numberOf } from '../args.ts'
import type { Io } from '../io.ts'
import { ofThread } from '../naming/threads.ts'
import { mutationOptions } from '../options.ts'
import type { CommandEnd } from '../session.ts'
import { refusedBy } from '../terminal/confirm.ts'
import { turnIn, type NamedTurn } from '../naming/turn-name.ts'
import { calledName, printChange, type Change } from './changed.ts'
import { printJson, walkPages, type FetchPage } from '../text/print.ts'
import { clockOf } from '../text/clock.ts'
import { table } from '../text/table.ts'
import { painter } from '../text/style.ts'
import { usage } from '../text/report.ts'
import { oneLine, plural } from '../text/text.ts'

/** Prints the lines that a dry run did not write. */
export const printUnwritten = async (events: Written['events'], io: Io): Promise<number> => {
  await io.out(events.map((event) => `${oneLine(printEvent(event, null))}\n`).join(''))
  return 0
}

/** Prints the new revision, or what a person wants to know; after a dry run the lines. */
export const printWritten = async (
  done: E.Either<StoreError, Written>,
  change: Pick<Change, 'did' | 'undo'>,
  input: Input,
  io: Io,
  would?: string
): Promise<CommandEnd> => {
  if (E.isLeft(done)) return done
  if (input.json) return printJson(done.right, io)
  const { events, appended } = done.right
  if (flagOf(input, 'dry-run') && would !== undefined && io.outIsTty) {
    await io.out(would)
    return 0
  }
  if (flagOf(input, 'dry-run')) return printUnwritten(events, io)
  if (appended !== null)
    return printChange({ ...change, lines: [`revision ${appended.next.revision}`] }, input, io)
  await io.out('nothing to write\n')
  return 0
}

const printThread = async (
  made: E.Either<StoreError, Thread>,
  did: (thread: Thread) => string,
  would: string,
  input: Input,
  io: Io
): Promise<CommandEnd> => {
  if (E.isLeft(made)) return made
  const thread = made.right
  if (input.json) return printJson(thread, io)
  if (flagOf(input, 'dry-run')) {
    await io.out(`${would}\n`)
    return 0
  }
  const lines = [thread.id, oneLine(thread.path)]
  const more = `continue with: codex resume ${thread.id}`
  return printChange({ did: did(thread), more, lines }, input, io)
}

/** How much of a thread a fork takes. */
const turnsTaken = async (
  engine: Engine,
  id: string,
  { last, before }: Readonly<Record<'last' | 'before', NamedTurn | undefined>>
): Promise<E.Either<StoreError, string>> => {
  const counted = await engine.turnPlaces(id, 0, 0)()
  if (E.isLeft(counted)) return counted
  const { count } = counted.right
  const taken = last !== undefined ? last.place + 1 : (before?.place ?? count)
  return E.right(taken === count ? plural(count, 'turn') : `${taken} of ${plural(count, 'turn')}`)
}

export const forkCommand = ofThread(async (id, input, io, engine) => {
  const last = await turnIn(input, engine, id, 'last-turn')
  if (E.isLeft(last)) return last
  const before = await turnIn(input, engine, id, 'before-turn')
  if (E.isLeft(before)) return before
  const taken = await turnsTaken(engine, id, { last: last.right, before: before.right })
  if (E.isLeft(taken)) return taken
  const point = { lastTurnId: last.right?.id, beforeTurnId: before.right?.id }
  const what = `${await calledName(engine, id)} (${taken.right})`
  const made = await engine.fork(id, point, mutationOptions(input))()
  const did = ({ id: fork }: Thread): string => `Forked ${what} to ${fork}`
  return printThread(made, did, `would fork ${what}`, input, io)
})

export const revertCommand = ofThread(async (id, input, io, engine) => {
  const before = await turnIn(input, engine, id, 'before-turn')
  if (E.isLeft(before)) return before
  if (before.right === undefined) return E.left(usage('revert needs --before-turn TURN', ''))
  const { id: turnId, place, count } = before.right
  const name = await calledName(engine, id)
  const made = await engine.revert(id, turnId, mutationOptions(input))()
  const to = `${name} to before turn ${place + 1} of ${count}`
  return printThread(made, () => `Rewound ${to}`, `would rewind ${to}`, input, io)
})

/** So many turns are hidden without a question, unless they are all of several. */
const UNASKED_TURNS_MAX = 5

/** How many turns a rollback of so many hides, and whether they are all. */
const turnsHidden = async (
  engine: Engine,
  id: string,
  asked: number
): Promise<E.Either<StoreError, { readonly count: number; readonly areAll: boolean }>> => {
  let count = 0
  const fetch: FetchPage<unknown> = (cursor, limit) =>
    engine.listTurns(id, { itemsView: 'notLoaded', cursor, limit })
  for await (const page of walkPages(fetch, { limit: asked + 1 })) {
    if (E.isLeft(page)) return page
    count += page.right.data.length
  }
  return E.right({ count: Math.min(count, asked), areAll: count > 0 && count <= asked })
}

/** The newest turns as `turns` lists them, oldest first: those that would be hidden. */
const turnsText = async (
  engine: Engine,
  id: string,
  count: number,
  input: Input,
  io: Io
): Promise<E.Either<StoreError, string>> => {
  const turns: Array<Turn> = []
  const fetch: FetchPage<Turn> = (cursor, limit) =>
    engine.listTurns(id, { itemsView: 'summary', cursor, limit })
  for await (const page of walkPages(fetch, { limit: count })) {
    if (E.isLeft(page)) return page
    turns.push(...page.right.data)
  }
  const { TURNS } = await import('./turns.ts')
  const head = `would hide ${plural(count, 'turn')}:\n`
  return E.right(
    head + table(TURNS, turns.toReversed(), io.columns, painter(input, io), clockOf(input, io))
  )
}

export const rollbackCommand = ofThread(async (id, input, io, engine) => {
  const hidden = await turnsHidden(engine, id, numberOf(input, 'turns') ?? 1)
  if (E.isLeft(hidden)) return hidden
  const { count, areAll } = hidden.right
  const name = await calledName(engine, id)
  const many = areAll ? `all ${plural(count, 'turn')}` : plural(count, 'turn')
  if (count > UNASKED_TURNS_MAX || (areAll && count > 1)) {
    const refused = await refusedBy({ text: `Hide ${many} of ${name}?` }, input, io)
    if (refused !== null) return E.left(refused)
  }
  const done = await engine.rollback(id, numberOf(input, 'turns') ?? 1, mutationOptions(input))()
  const isShown = flagOf(input, 'dry-run') && io.outIsTty && !input.json
  const turns = isShown ? await turnsText(engine, id, count, input, io) : E.right(undefined)
  if (E.isLeft(turns)) return turns
  return printWritten(done, { did: `Hid ${many} of ${name}` }, input, io, turns.right)
})

export const unrollbackCommand = ofThread(async (id, input, io, engine) => {
  const name = await calledName(engine, id)
  const done = await engine.unrollback(id, mutationOptions(input))()
  const did = `Restored the turns of ${name} that were hidden last`
  return printWritten(done, { did }, input, io)
})
