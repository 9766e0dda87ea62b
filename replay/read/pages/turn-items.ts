/**
 * Items of turns: folded from exactly the bytes the turn rows point at.
 */
import type { DamagedPlace, EventPlace, PlacedEvent } from '../../../domain/log/event.ts'
import {
  NO_LONG_TEXT,
  type DeliveredLine,
  type LineOf,
  type Needs
} from '../../../domain/log/needs.ts'
import {
  applyChange,
  itemList,
  type ItemList,
  type LinePlace
} from '../../../domain/thread/items/item-list.ts'
import { itemChange, namedTurn } from '../../../domain/thread/items/items.ts'
import { ITEM_NEEDS } from '../../../domain/thread/items/item-needs.ts'
import { decodable } from '../../../domain/thread/items/decodable.ts'
import type { Profile } from '../../../domain/log/profile.ts'
import type { HistoryMode, ThreadItem } from '../../../domain/protocol.ts'
import { richChange, richContext, richTurn } from '../../../domain/thread/rich/items.ts'
import {
  applyRich,
  dropGuessed,
  dropRecorded,
  type FollowedCalls
} from '../../../domain/thread/rich/list.ts'
import type { RichContext } from '../../../domain/thread/rich/types.ts'
import type { ByteRange, TurnRow } from '../../../domain/thread/turns/turn-state.ts'
import { comparePlaces, type ReadLimits, type StreamInfo } from '../../ports.ts'
import { threadRow } from '../threads/thread-row.ts'
import type { Env } from '../../catch-up/project.ts'

/** Rich items are made of every line; of a compaction nothing is shown but that it is there. */
const RICH_NEEDS = { '*': 'whole', compacted: NO_LONG_TEXT } as const satisfies Needs

/** Where only places are asked for, longer texts are cut. */
const WATCHED_TEXT_BYTES_MAX = 4096

type ItemEvent = PlacedEvent<LineOf<typeof ITEM_NEEDS>>

/** A stable id for a hook prompt that carries none: its position. Codex draws a new random one per read. */
const placeId = (line: { readonly segment: number; readonly offset: number }): string =>
  `hook-prompt-${line.segment}-${line.offset}`

const belongs = ({ line }: ItemEvent, turnId: string): boolean => {
  const named = line.type === 'event_msg' ? namedTurn(line.payload) : richTurn(line)
  return named === undefined || named === turnId
}

/** What rich items need to know besides the lines of their turn; null where they are not wanted. */
export const richStart = (env: Env, info: StreamInfo): RichContext | null => {
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
  const followed: FollowedCalls = new Map()
  let context = start
  const number = (id: string, { ordinal }: DeliveredLine): void => {
    if (ordinal !== undefined) list.ordinals.set(id, ordinal)
  }
  const noteCut = (id: string, { segment, offset }: LinePlace): void => {
    list.shortened.set(id, [...(list.shortened.get(id) ?? []), { segment, offset }])
  }
  const applyNative = (event: ItemEvent): boolean => {
    const { line } = event
    const change = itemChange(line, profile, () => placeId(event), mode)
    if (change === null) return false
    if (change.op === 'upsert') {
      if (context !== null) dropGuessed(list, change.item.id)
      if (!list.places.has(change.item.id)) number(change.item.id, line)
    }
    applyChange(list, change)
    if (event.shortened === true) {
      const last = list.items[list.items.length - 1]
      noteCut(change.op === 'upsert' ? change.item.id : (last?.id ?? ''), event)
    }
    return true
  }
  const take = (event: ItemEvent): void => void applyNative(event)
  const takeRich = (event: PlacedEvent): void => {
    const { line } = event
    if (context !== null) context = richContext(context, line)
    if (applyNative(event) || context === null) return
    const change = richChange(line, context)
    if (change === null) return
    if (change.op === 'begin' && !list.places.has(change.item.id)) number(change.item.id, line)
    applyRich(list, followed, change, profile)
  }
  const end = (): void => {
    if (context !== null) dropRecorded(list, mode)
  }
  return { take, takeRich, end }
}

/** Events after which other work may have its turn, and what one costs, as bytes that are read. */
const EVENTS_AT_ONCE = 256
const EVENT_COST_BYTES = 2048

const within = (line: EventPlace, range: ByteRange): boolean =>
  line.segment === range.segment && line.offset >= range.from && line.offset < range.until

/** Takes the lines of the next ranges from the front of an ordered list. */
const taker = <E extends EventPlace>(lines: ReadonlyArray<E | DamagedPlace>) => {
  let at = 0
  return (ranges: ReadonlyArray<ByteRange>): ReadonlyArray<E> => {
    const taken: Array<E> = []
    for (const range of ranges) {
      let before = -1
      for (let line = lines[at]; line !== undefined; line = lines[++at]) {
        if ('reason' in line) continue
        // Ranges of turns that ran at the same time overlap: a step back is the next one.
        if (!within(line, range) || line.offset <= before) break
        before = line.offset
        taken.push(line)
      }
    }
    return taken
  }
}

/** Events of turns, looked up turn by turn in the order of the log. */
const eventsOf = async <N extends Needs>(
  { store }: Env,
  info: StreamInfo,
  rows: ReadonlyArray<TurnRow>,
  needs: N,
  limits: ReadLimits | undefined
) => {
  const read = async (ranges: ReadonlyArray<ByteRange>) => {
    const lines = ranges.length === 0 ? [] : await store.readRanges(info, ranges, needs, limits)
    return taker(lines)
  }
  const own = await read(rows.flatMap((row) => row.ranges))
  const late = await read(rows.flatMap((row) => row.late))
  return { own, late }
}

/** The item of an id as a fold has it, and how many thoughts it holds: these are added to it in place. */
const faceOf = ({ items, places }: ItemList, id: string): readonly [unknown, number] => {
  const place = places.get(id)
  const item = place === undefined ? undefined : items[place]
  return [item, item?.type === 'reasoning' ? item.summary.length + item.content.length : 0]
}

/** Folds a turn line by line; `take` does so with the line, which stands before what comes next. */
async function* folding(env: Env, info: StreamInfo, row: TurnRow) {
  const rich = richStart(env, info)
  const limits: ReadLimits = { textBytesMax: WATCHED_TEXT_BYTES_MAX }
  const { own, late } = await eventsOf(env, info, [row], RICH_NEEDS, limits)
  const list = itemList(row.firstItem)
  const { take, takeRich } = folder(list, env.profile, row.mode ?? 'legacy', rich)
  const owned = own(row.ranges).filter((event) => belongs(event, row.id))
  for (const event of [...owned, ...late(row.late)])
    yield { event, list, take: () => (rich === null ? take(event) : takeRich(event)) }
}

/** Where the lines stand that made or changed an item of a turn, in the order of the log; empty where the turn has no such item. */
export const itemLinePlaces = async (
  env: Env,
  info: StreamInfo,
  row: TurnRow,
  itemId: string
): Promise<ReadonlyArray<LinePlace>> => {
  const found: Array<LinePlace> = []
  for await (const { event, list, take } of folding(env, info, row)) {
    const [before, thoughts] = faceOf(list, itemId)
    take()
    const [after, more] = faceOf(list, itemId)
    if (after !== before || thoughts !== more)
      found.push({ segment: event.segment, offset: event.offset })
  }
  return found
}

/** The items of a turn, each with where the line stands that made it, in the order of the turn. */
export const itemOrigins = async (
  env: Env,
  info: StreamInfo,
  row: TurnRow
): Promise<ReadonlyArray<readonly [itemId: string, place: LinePlace]>> => {
  const found: Array<readonly [string, LinePlace]> = []
  const seen = new Set<string>()
  for await (const { event, list, take } of folding(env, info, row)) {
    take()
    const last = list.items.at(-1)
    if (last === undefined || seen.has(last.id)) continue
    seen.add(last.id)
    found.push([last.id, { segment: event.segment, offset: event.offset }])
  }
  return found
}

/** The newest item of a turn before each of some places, which are in order; null before the first item. */
export const itemsBefore = async (
  env: Env,
  info: StreamInfo,
  row: TurnRow,
  places: ReadonlyArray<LinePlace>
): Promise<ReadonlyArray<string | null>> => {
  const found: Array<string | null> = []
  let newest: string | null = null
  for await (const { event, list, take } of folding(env, info, row)) {
    for (
      let place = places[found.length];
      place !== undefined && comparePlaces(place, event) < 0;
      place = places[found.length]
    )
      found.push(newest)
    take()
    newest = list.items.at(-1)?.id ?? null
  }
  return places.map((_, at) => (at < found.length ? (found[at] ?? null) : newest))
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
  const rich = richStart(env, info)
  const lists: Array<ItemList> = []
  const fold = async <E extends ItemEvent>(
    { own, late }: Record<'own' | 'late', (ranges: ReadonlyArray<ByteRange>) => ReadonlyArray<E>>,
    takerOf: (folded: ReturnType<typeof folder>) => (event: E) => void
  ): Promise<void> => {
    let taken = 0
    for (const row of rows) {
      const list = itemList(row.firstItem)
      const folded = folder(list, env.profile, row.mode ?? 'legacy', rich)
      const take = takerOf(folded)
      const owned = own(row.ranges).filter((event) => belongs(event, row.id))
      const added = late(row.late)
      for (const event of added.length === 0 ? owned : [...owned, ...added]) {
        take(event)
        if (++taken % EVENTS_AT_ONCE === 0) await env.giveWay?.(EVENTS_AT_ONCE * EVENT_COST_BYTES)
      }
      folded.end()
      lists.push(list)
    }
  }
  if (rich === null)
    await fold(await eventsOf(env, info, rows, ITEM_NEEDS, limits), ({ take }) => take)
  else await fold(await eventsOf(env, info, rows, RICH_NEEDS, limits), ({ takeRich }) => takeRich)
  return lists
}

/** Items as the readers of an environment decode them; what they have no word for is left out. */
export const shownItems = (
  { profile, absolute }: Pick<Env, 'profile' | 'absolute'>,
  items: ReadonlyArray<ThreadItem>
): ReadonlyArray<ThreadItem> => {
  if (absolute === undefined) return items
  const decoder = { profile, absolute }
  const shown: Array<ThreadItem> = []
  for (const item of items) {
    const one = decodable(item, decoder)
    if (one !== null) shown.push(one)
  }
  return shown
}

export const itemsOf = async (
  env: Env,
  info: StreamInfo,
  rows: ReadonlyArray<TurnRow>,
  limits?: ReadLimits
): Promise<ReadonlyArray<ReadonlyArray<ThreadItem>>> =>
  (await itemListsOf(env, info, rows, limits)).map((list) => list.items)
