/**
 * Items of turns: folded from exactly the bytes the turn rows point at.
 */
import type { DamagedLine, RecordedEvent } from '../domain/event.ts'
import { applyChange, itemChange, itemList, namedTurn, type ItemList } from '../domain/items.ts'
import type { Profile } from '../domain/profile.ts'
import type { HistoryMode, ThreadItem } from '../domain/protocol.ts'
import type { ByteRange, TurnRow } from '../domain/turn-state.ts'
import { isDamaged, type EventStore, type StreamInfo } from './ports.ts'

type Line = RecordedEvent | DamagedLine

/** A stable id for a hook prompt that carries none: where it stands. Codex draws a new random one per read. */
const placeId = (line: RecordedEvent): string => `hook-prompt-${line.segment}-${line.offset}`

const belongs = (line: RecordedEvent, turnId: string): boolean => {
  const named = line.line.type === 'event_msg' ? namedTurn(line.line.payload) : undefined
  return named === undefined || named === turnId
}

const fold = (
  list: ItemList,
  lines: ReadonlyArray<Line>,
  profile: Profile,
  mode: HistoryMode
): void => {
  for (const line of lines) {
    if (isDamaged(line)) continue
    const change = itemChange(line.line, profile, placeId(line), mode)
    if (change !== null) applyChange(list, change)
  }
}

const within = (line: Line, range: ByteRange): boolean =>
  line.segment === range.segment && line.offset >= range.from && line.offset < range.until

/** Takes the lines of the next ranges from the front of an ordered list. */
const taker = (lines: ReadonlyArray<Line>) => {
  let at = 0
  return (ranges: ReadonlyArray<ByteRange>): ReadonlyArray<Line> => {
    const taken: Array<Line> = []
    for (const range of ranges) {
      for (let line = lines[at]; line !== undefined && within(line, range); line = lines[++at])
        taken.push(line)
    }
    return taken
  }
}

/** The items of some turns, given in the order of the log. */
export const itemsOf = async (
  store: EventStore,
  info: StreamInfo,
  rows: ReadonlyArray<TurnRow>,
  profile: Profile
): Promise<ReadonlyArray<ReadonlyArray<ThreadItem>>> => {
  const lines = await store.readRanges(
    info,
    rows.flatMap((row) => row.ranges)
  )
  const late = rows.flatMap((row) => row.late)
  const lateLines = late.length === 0 ? [] : await store.readRanges(info, late)
  const next = taker(lines)
  const nextLate = taker(lateLines)
  return rows.map((row) => {
    const list = itemList(row.firstItem)
    const own = next(row.ranges).filter((line) => isDamaged(line) || belongs(line, row.id))
    const mode = row.mode ?? 'legacy'
    fold(list, own, profile, mode)
    fold(list, nextLate(row.late), profile, mode)
    return list.items
  })
}
