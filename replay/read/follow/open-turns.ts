/**
 * The open turns of a followed thread, and what is emitted when one begins or ends.
 */
import type { ThreadItem, TurnStatus } from '../../../domain/protocol.ts'
import { lastAnswer } from '../../../domain/thread/turns/paginated-turns.ts'
import { IMPLICIT_ID } from '../../../domain/thread/turns/lifecycle.ts'
import type { RichContext } from '../../../domain/thread/rich/types.ts'
import type { TurnRow } from '../../../domain/thread/turns/turn-state.ts'
import type { Env } from '../../catch-up/project.ts'
import { render } from '../pages/turn-page.ts'
import type { ThreadChange } from './changes.ts'
import { settleReasoning, turnKey, type TurnLists } from './turn-lists.ts'

type TurnChanges = ReadonlyArray<ThreadChange>
const NOTHING: TurnChanges = []

/** A turn that was begun and is not known to be over. */
interface FollowedTurn {
  readonly row: TurnRow
  /** True once others wrote a line of it. */
  readonly isOthers: boolean
}

/** What is known of the turns of a thread between two looks. */
export interface OpenTurns {
  readonly env: Env
  readonly lists: TurnLists
  open: ReadonlyMap<string, FollowedTurn>
  /** The newest turns that ended: they do not begin or end again. */
  over: ReadonlyArray<string>
  newestId: string
  /** What rich items need to know; null where they are not reported. */
  rich: RichContext | null
}

const OVER_MAX = 64

/** True for a turn that no line begins or ends. */
export const isImplicit = ({ id }: TurnRow): boolean => IMPLICIT_ID.test(id)

const othersOf = ({ open }: OpenTurns): ReadonlyArray<FollowedTurn> =>
  [...open.values()].filter(({ isOthers }) => isOthers)

/** The newest turn that others began or went on with, and that is not over. */
export const runningTurnId = (turns: OpenTurns): string | null =>
  othersOf(turns).at(-1)?.row.id ?? null

/** A turn without items; `status` instead of what the log knows by now. */
const shown = ({ env }: OpenTurns, row: TurnRow, status: TurnStatus | null) => {
  const turn = render(row, [], 'notLoaded', env)
  return status === null ? turn : { ...turn, status }
}

/** A turn and those inside it: 0.169 writes no end of the turn a reviewer works in, which is over with its review. */
const withInner = ({ open }: OpenTurns, row: TurnRow): ReadonlyArray<string> => [
  turnKey(row),
  ...[...open].flatMap(([key, { row: other }]) =>
    other.id !== row.id && other.rootTurnId === row.id ? [key] : []
  )
]

/** Ends a turn; `isCut`: because nothing else will. */
export const endTurn = (
  turns: OpenTurns,
  row: TurnRow,
  atMs: number,
  isCut: boolean
): TurnChanges => {
  if (turns.over.includes(turnKey(row))) return NOTHING
  const keys = withInner(turns, row)
  turns.open = new Map([...turns.open].filter(([other]) => !keys.includes(other)))
  turns.over = [...turns.over, ...keys].slice(-OVER_MAX)
  const followed = turns.lists.known(row)
  const items = followed?.list.items ?? []
  const answer = items.reduce<ThreadItem | null>(lastAnswer, null)
  return [
    ...(followed === null ? [] : settleReasoning(followed, row.id, atMs)),
    { type: 'turn_ended', turn: shown(turns, row, isCut ? 'interrupted' : null), answer }
  ]
}

/** Legacy turns that nothing ended are over when the next one begins: cut short, unless nothing began them either. */
const endOthers = (turns: OpenTurns, key: string, atMs: number): TurnChanges =>
  [...turns.open]
    .filter(([other, { row }]) => other !== key && row.mode !== 'paginated')
    .flatMap(([, { row }]) => endTurn(turns, row, atMs, row.status === 'inProgress'))

export const beginTurn = (
  turns: OpenTurns,
  row: TurnRow,
  atMs: number,
  isOthers: boolean
): TurnChanges => {
  const key = turnKey(row)
  if (turns.open.has(key) || turns.over.includes(key)) return NOTHING
  const ended = endOthers(turns, key, atMs)
  turns.open = new Map([...turns.open, [key, { row, isOthers }]])
  turns.newestId = row.id
  if (turns.lists.known(row) === null) turns.lists.begin(row)
  const { error: _, hiddenError: __, ...bare } = row
  const unended = { ...bare, completedAt: null, durationMs: null }
  return [...ended, { type: 'turn_started', turn: shown(turns, unended, 'inProgress') }]
}

export const resumeTurn = (turns: OpenTurns, row: TurnRow, isOthers: boolean): TurnChanges => {
  const key = turnKey(row)
  const known = turns.open.get(key)
  if (!isOthers || known === undefined || known.isOthers) return NOTHING
  turns.open = new Map([...turns.open, [key, { ...known, isOthers }]])
  return [{ type: 'turn_resumed', turnId: row.id }]
}

/** The turn before the first look: it may be continued, and is where lines of it follow. */
export const seedTurns = (turns: OpenTurns, row: TurnRow, continues: boolean): void => {
  turns.newestId = row.id
  if (continues || row.status === 'inProgress' || isImplicit(row))
    turns.open = new Map([[turnKey(row), { row, isOthers: false }]])
}

export const forgetTurns = (turns: OpenTurns): void => {
  turns.lists.clear()
  turns.open = new Map()
  turns.over = []
}

/** Ends the implicit turns at the end of the log: no line will. */
export const endImplicit = (turns: OpenTurns): TurnChanges =>
  othersOf(turns)
    .filter(({ row }) => isImplicit(row))
    .flatMap(({ row }) => endTurn(turns, row, 0, false))

/** Ends all turns that others began, because their writer is gone. If one is continued, it is emitted as resumed. */
export const cutTurnsShort = (turns: OpenTurns, atMs: number): TurnChanges =>
  othersOf(turns).flatMap(({ row }) => {
    const key = turnKey(row)
    const ended = endTurn(turns, row, atMs, true)
    turns.over = turns.over.filter((other) => other !== key)
    turns.open = new Map([...turns.open, [key, { row, isOthers: false }]])
    return ended
  })
