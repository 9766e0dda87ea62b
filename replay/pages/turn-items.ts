/**
 * Items of turns: folded from exactly the bytes the turn rows point at.
 */
import type { DamagedLine, RecordedEvent, RolloutLine } from '../../domain/events/event.ts'
import {
  applyChange,
  itemChange,
  itemList,
  namedTurn,
  type ItemList,
  type LinePlace
} from '../../domain/items/items.ts'
import { decodable } from '../../domain/items/decodable.ts'
import type { Profile } from '../../domain/profile.ts'
import type { HistoryMode, ThreadItem } from '../../domain/protocol.ts'
import { richChange, richContext, richTurn } from '../../domain/rich/items.ts'
import { applyRich, dropGuessed, dropRecorded, type Followed } from '../../domain/rich/list.ts'
import type { RichContext } from '../../domain/rich/types.ts'
import type { ByteRange, TurnRow } from '../../domain/turns/turn-state.ts'
import { inPieces } from '../catch-up/pieces.ts'
import { isDamaged, type ReadLimits, type StreamInfo } from '../ports.ts'
import { threadRow } from '../threads/thread-row.ts'
import type { Env } from '../catch-up/project.ts'

type Line = RecordedEvent | DamagedLine

/** A stable id for a hook prompt that carries none: its position. Codex draws a new random one per read. */
const placeId = (line: { readonly segment: number; readonly offset: number }): string =>
  `hook-prompt-${line.segment}-${line.offset}`

const belongs = ({ line }: RecordedEvent, turnId: string): boolean => {
  const named = line.type === 'event_msg' ? namedTurn(line.payload) : richTurn(line)
  return named === undefined || named === turnId
}

/** What rich items need to know besides the lines of their turn; null where they are not wanted. */
const richStart = (env: Env, info: StreamInfo): RichContext | null => {
  if (env.rich !== true) return null
  const facts = threadRow(env, info.streamId)?.facts
  const tools = facts?.own?.dynamicTools ?? []
  return {
    threadId: info.streamId,
    cwd: facts?.own?.cwd ?? '',
    dynamicTools: new Set(tools)
  }
}

const folder = (list: ItemList, profile: Profile, mode: HistoryMode, start: RichContext | null) => {
  const followed: Followed = new Map()
  let context = start
  const number = (id: string, { ordinal }: RolloutLine): void => {
    if (ordinal !== undefined) list.ordinals.set(id, ordinal)
  }
  const noteCut = (id: string, { segment, offset }: LinePlace): void => {
    list.shortened.set(id, [...(list.shortened.get(id) ?? []), { segment, offset }])
  }
  const applyNative = ({ line, ...place }: RecordedEvent): boolean => {
    const change = itemChange(line, profile, placeId(place), mode)
    if (change === null) return false
    if (change.op === 'upsert') {
      if (context !== null) dropGuessed(list, change.item.id)
      if (!list.places.has(change.item.id)) number(change.item.id, line)
    }
    applyChange(list, change)
    if (place.shortened === true) {
      const last = list.items[list.items.length - 1]
      noteCut(change.op === 'upsert' ? change.item.id : (last?.id ?? ''), place)
    }
    return true
  }
  const take = (line: Line): void => {
    if (isDamaged(line)) return
    if (context !== null) context = richContext(context, line.line)
    if (applyNative(line) || context === null) return
    const change = richChange(line.line, context)
    if (change === null) return
    if (change.op === 'begin' && !list.places.has(change.item.id)) number(change.item.id, line.line)
    applyRich(list, followed, change, profile)
  }
  const end = (): void => {
    if (context !== null) dropRecorded(list, mode)
  }
  return { take, end }
}

const within = (line: Line, range: ByteRange): boolean =>
  line.segment === range.segment && line.offset >= range.from && line.offset < range.until

/** Takes the lines of the next ranges from the front of an ordered list. */
const taker = (lines: ReadonlyArray<Line>) => {
  let at = 0
  return (ranges: ReadonlyArray<ByteRange>): ReadonlyArray<Line> => {
    const taken: Array<Line> = []
    for (const range of ranges) {
      let before = -1
      for (let line = lines[at]; line !== undefined && within(line, range); line = lines[++at]) {
        // Ranges of turns that ran at the same time overlap: a step back is the next one.
        if (line.offset <= before) break
        before = line.offset
        taken.push(line)
      }
    }
    return taken
  }
}

/**
 * The items of some turns, given in the order of the log, with the numbers of their lines. With limits, texts of long lines are
 * cut and marked.
 */
export const itemListsOf = async (
  env: Env,
  info: StreamInfo,
  rows: ReadonlyArray<TurnRow>,
  limits?: ReadLimits
): Promise<ReadonlyArray<ItemList>> => {
  const { store, profile } = env
  const rich = richStart(env, info)
  const wanted = rich === null ? 'items' : 'all'
  const ranges = rows.flatMap((row) => row.ranges)
  const lines = await store.readRanges(info, ranges, wanted, limits)
  const late = rows.flatMap((row) => row.late)
  const lateLines = late.length === 0 ? [] : await store.readRanges(info, late, wanted, limits)
  const next = taker(lines)
  const nextLate = taker(lateLines)
  const lists: Array<ItemList> = []
  for (const row of rows) {
    const list = itemList(row.firstItem)
    const own = next(row.ranges).filter((line) => isDamaged(line) || belongs(line, row.id))
    const { take, end } = folder(list, profile, row.mode ?? 'legacy', rich)
    await inPieces(env, [...own, ...nextLate(row.late)], take)
    end()
    lists.push(list)
  }
  return lists
}

/** Items as the readers of an environment decode them; what they have no word for is left out. */
export const shownItems = (
  { profile, absolute }: Pick<Env, 'profile' | 'absolute'>,
  items: ReadonlyArray<ThreadItem>
): ReadonlyArray<ThreadItem> =>
  absolute === undefined
    ? items
    : items.flatMap((item) => decodable(item, { profile, absolute }) ?? [])

/** The items of some turns, given in the order of the log. */
export const itemsOf = async (
  env: Env,
  info: StreamInfo,
  rows: ReadonlyArray<TurnRow>,
  limits?: ReadLimits
): Promise<ReadonlyArray<ReadonlyArray<ThreadItem>>> =>
  (await itemListsOf(env, info, rows, limits)).map((list) => list.items)
