/**
 * A thread for people: its facts, then its turns one by one, oldest first. At most a page of turns is held.
 */
import * as E from 'fp-ts/lib/Either.js'
import { statSync } from 'node:fs'
import { BASE_REMEDY, type StoreError } from '../../../../domain/errors.ts'
import type { Thread, Turn } from '../../../../domain/protocol.ts'
import type { Engine, ThreadDamage } from '../../../../replay/engine.ts'
import { KEPT, nextCommand, type Input } from '../../args.ts'
import type { PagedIo } from '../../terminal/pager.ts'
import { shortIds, title } from '../../naming/threads.ts'
import type { TranscriptView } from '../../text/item-rows.ts'
import { linker } from '../../text/link.ts'
import { factLines, type Paint } from '../../text/style.ts'
import { cut, msOf, oneLine, plural, tokenCount, wrap } from '../../text/text.ts'
import { hasShown, turnText, type TurnFacts } from '../../text/turn-text.ts'
import type { RolledBack } from '../../../export/rolled-back.ts'
import { sourceLabel } from '../threads/threads.ts'

const PLACES_SHOWN = 5
const FACT_WIDTH = 12
/** How a person wants to see turns, which holds for the earlier ones too. */
const VIEW_OPTIONS = ['only', 'rolled-back', 'full', 'diff', 'reasoning', 'plain', 'wrap']
/** What a page of turns may take; of a larger turn the texts are shortened. */
const PAGE_BYTES = 1024 * 1024

/** What was isolated, in one sentence; empty when nothing was. */
export const damageNotice = (places: ReadonlyArray<ThreadDamage>): string => {
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

/** What the ledgers know of a thread. */
export interface ThreadCounts {
  readonly turns: number
  readonly rolledBack: number
  readonly reverts: number
  readonly tokens: number
  readonly isLowerBound: boolean
  readonly tokensOf: ReadonlyMap<string, number>
}

const HISTORY = ['rolled_back', 'turns_restored', 'reverted'] as const

/** How many turns were rolled back and not brought back since, and how often the thread was reverted. */
const historyOf = async (engine: Engine, threadId: string) => {
  let rolledBack = 0
  let reverts = 0
  for (let cursor: string | null | undefined; cursor !== null;) {
    const page = await engine.auditTrail({ threadId, actions: HISTORY, cursor: cursor ?? null })()
    if (E.isLeft(page)) return page
    for (const { action, after } of page.right.data) {
      const turns = typeof after?.['turns'] === 'number' ? after['turns'] : 0
      if (action === 'reverted') reverts += 1
      else rolledBack += action === 'rolled_back' ? turns : -turns
    }
    cursor = page.right.nextCursor
  }
  return E.right({ rolledBack: Math.max(0, rolledBack), reverts })
}

export const countsOf = async (
  engine: Engine,
  threadId: string
): Promise<E.Either<StoreError, ThreadCounts>> => {
  const places = await engine.turnPlaces(threadId, 0, 0)()
  if (E.isLeft(places)) return places
  const usage = await engine.usage({ by: 'turn', threadId })()
  if (E.isLeft(usage)) return usage
  const history = await historyOf(engine, threadId)
  if (E.isLeft(history)) return history
  const { groups, total } = usage.right
  return E.right({
    ...history.right,
    turns: places.right.count,
    tokens: total.totalTokens,
    isLowerBound: total.lowerBound,
    tokensOf: new Map(
      groups.map((one) => [one.key.slice(one.key.indexOf('/') + 1), one.totalTokens])
    )
  })
}

/** The counts of a thread in one line. */
const countsText = (counts: ThreadCounts): string =>
  [
    plural(counts.turns, 'turn'),
    counts.rolledBack === 0 ? '' : `${counts.rolledBack} rolled back`,
    counts.reverts === 0 ? '' : plural(counts.reverts, 'revert'),
    counts.tokens === 0
      ? ''
      : `${counts.isLowerBound ? '≥ ' : ''}${tokenCount(counts.tokens)} tokens`
  ]
    .filter((part) => part !== '')
    .join(', ')

/** What is said of a thread without a name and without a message. */
const unsaid = ({ path }: Thread): string =>
  statSync(path, { throwIfNoEntry: false })?.size === 0 ? '(empty file)' : '(nothing said yet)'

/** The facts of a thread, one per line. */
const threadFacts = (
  thread: Thread,
  counts: ThreadCounts,
  { input, io, paint, view: { clock, width } }: TranscriptPrinter
): string => {
  const { gitInfo, agentNickname, agentRole } = thread
  const git = [gitInfo?.branch ?? '', (gitInfo?.sha ?? '').slice(0, 10)].join(' ').trim()
  const agent = [agentNickname, agentRole].filter((text) => text !== null).join(', ')
  // A path is copied whole; a text with spaces is none that a shell took.
  const fitted = (text: string): string => cut(oneLine(text), Math.max(1, width - FACT_WIDTH))
  const { cwd } = thread
  const facts: Parameters<typeof factLines>[0] = [
    ['id', thread.id, thread.path],
    ['created', clock.lone(msOf(thread.createdAt))],
    ['updated', clock.lone(msOf(thread.updatedAt))],
    ['directory', /\s/.test(cwd) ? fitted(cwd) : cwd],
    ['git', fitted(git)],
    ['source', fitted(origin(thread))],
    ['agent', fitted(agent)],
    ['forked from', thread.forkedFromId ?? ''],
    ['spawned by', thread.parentThreadId ?? ''],
    ['file', thread.path, thread.path]
  ]
  const head = wrap(oneLine(title(thread)) || unsaid(thread), 0, width)
  const told = factLines(facts, FACT_WIDTH, paint, Infinity, linker(input, io))
  return `${paint('bold', head)}\n${countsText(counts)}\n${told}`
}

/** What printing a thread needs besides the thread. */
export interface TranscriptPrinter {
  readonly input: Input
  readonly io: PagedIo
  readonly paint: Paint
  readonly view: TranscriptView
}

/** Which turns are printed, by their place. */
export interface AskedTurns {
  readonly from: number
  readonly until: number
  /** True when nothing is printed before them. */
  readonly begins?: boolean
}

/** The turn whole, where the view shows all of it. */
const wholeTurn = async (
  engine: Engine,
  threadId: string,
  turn: Turn,
  place: number,
  { outputMax, diffMax }: TranscriptView
): Promise<E.Either<StoreError, Turn>> => {
  const wants = outputMax === Infinity || diffMax === Infinity
  const isCut =
    turn.truncated !== undefined || turn.items.some((one) => one.truncated !== undefined)
  if (!wants || !isCut) return E.right(turn)
  const found = await engine.turnPlaces(threadId, place, place + 1)()
  if (E.isLeft(found)) return found
  const cursor = found.right.turns[0]?.cursor
  const request = { itemsView: 'full', sortDirection: 'asc', limit: 1, cursor } as const
  return E.map(({ data }: { readonly data: ReadonlyArray<Turn> }) => data[0] ?? turn)(
    await engine.listTurns(threadId, request)()
  )
}

/** Prints turns one by one, oldest first, and those rolled back where they were. */
export const printTurns = async (
  engine: Engine,
  threadId: string,
  { from, until, begins = false }: AskedTurns,
  tokensOf: ReadonlyMap<string, number>,
  { io, paint, view }: TranscriptPrinter,
  rolledBack: ReadonlyArray<RolledBack> = []
): Promise<E.Either<StoreError, number>> => {
  let place = from
  let gap = begins ? '' : '\n'
  let printed = 0
  const print = async (turn: Turn, ordinal: TurnFacts['ordinal']): Promise<void> => {
    if (view.only !== null && !hasShown(turn, view)) return
    printed += 1
    const tokens = tokensOf.get(turn.id) ?? null
    await io.out(gap + turnText(turn, { ordinal, tokens }, view, paint))
    gap = '\n'
  }
  const printHidden = async (at: number): Promise<void> => {
    for (const one of rolledBack) if (one.place === at) await print(one.turn, 'rolled back')
  }
  const first = await engine.turnPlaces(threadId, from, from + 1)()
  if (E.isLeft(first)) return first
  let cursor: string | null = first.right.turns[0]?.cursor ?? null
  while (cursor !== null && place < until && !io.isLeft()) {
    const page = await engine.listTurns(threadId, {
      itemsView: 'full',
      sortDirection: 'asc',
      limit: Math.min(until - place, 100),
      cursor,
      maxBytes: PAGE_BYTES
    })()
    if (E.isLeft(page)) return page
    for (const turn of page.right.data) {
      const whole = await wholeTurn(engine, threadId, turn, place, view)
      if (E.isLeft(whole)) return whole
      await printHidden(place)
      await print(whole.right, place + 1)
      place += 1
      if (io.isLeft()) break
    }
    cursor = page.right.nextCursor
  }
  if (place === first.right.count) await printHidden(place)
  if (printed === 0 && view.only !== null) {
    const where = from === 0 && until === first.right.count ? 'the thread' : 'these turns'
    await io.out(`${gap}no ${view.only} in ${where}\n`)
  }
  return E.right(0)
}

/** Prints a thread and its newest turns for a person; also the second half of `unroll start`. */
export const printThread = async (
  engine: Engine,
  thread: Thread,
  limit: number,
  printer: TranscriptPrinter,
  rolledBack: ReadonlyArray<RolledBack> = []
): Promise<E.Either<StoreError, number>> => {
  const { input, io, paint } = printer
  const counts = await countsOf(engine, thread.id)
  if (E.isLeft(counts)) return counts
  const damage = await engine.damage(thread.id)()
  if (E.isLeft(damage)) return damage
  await io.out(threadFacts(thread, counts.right, printer))
  const notice = damageNotice(damage.right)
  const notices = notice === '' ? [] : [notice, ...remedies(damage.right)]
  for (const one of notices) await io.out(`${paint('yellow', one)}\n`)
  const { turns, tokensOf } = counts.right
  const from = Math.max(0, turns - limit)
  if (from > 0) {
    const [id = thread.id] = shortIds([thread.id])
    const command = nextCommand(input, io, ['show', id, '--all'], [...KEPT, ...VIEW_OPTIONS])
    await io.out(`\n${paint('dim', `earlier turns: ${command}`)}\n`)
  }
  return printTurns(engine, thread.id, { from, until: turns }, tokensOf, printer, rolledBack)
}
