/**
 * The damaged lines of a turn, and where they stood in it. It costs the lines of the turn.
 */
import * as E from 'fp-ts/lib/Either.js'
import type { DamagedLine } from '../../../domain/log/event.ts'
import type { ByteRange, TurnRow } from '../../../domain/thread/turns/turn-state.ts'
import { tableOf, viewName } from '../../../projections/catalogue.ts'
import { damage, type DamageRow } from '../../../projections/damage.ts'
import { afterPrefix } from '../../catch-up/overlay.ts'
import { checkpointOf, type Env } from '../../catch-up/project.ts'
import type { StreamInfo } from '../../ports.ts'
import type { Result } from '../../result.ts'
import type { ThreadDamage } from '../threads/open-thread.ts'
import type { EventPage } from './event-page.ts'
import { allTurnsOf, type TurnOfAll } from './taken-turns.ts'
import { itemsBefore } from './turn-items.ts'
import { liveTurns } from './turn-page.ts'

/** A place in the history of a thread. */
export interface LinePoint {
  readonly segment: number
  readonly offset: number
}

export const isBefore = (a: LinePoint, b: LinePoint): boolean =>
  a.segment === b.segment ? a.offset < b.offset : a.segment < b.segment

const startOf = ({ segment, from }: ByteRange): LinePoint => ({ segment, offset: from })
const endOf = ({ segment, until }: ByteRange): LinePoint => ({ segment, offset: until })

export type PlaceSpan = readonly [from: LinePoint, until: LinePoint]

/** Where the lines of some turns begin and end. */
export const spanOf = (rows: ReadonlyArray<TurnRow>): PlaceSpan | null => {
  const ranges = rows.flatMap((row) => [...row.ranges, ...row.late])
  const [first] = ranges
  if (first === undefined) return null
  return ranges.reduce<PlaceSpan>(
    ([low, high], range) => [
      isBefore(startOf(range), low) ? startOf(range) : low,
      isBefore(high, endOf(range)) ? endOf(range) : high
    ],
    [startOf(first), endOf(first)]
  )
}

/** The first of some numbers for which a test holds, which then holds for all behind it. */
export const firstOf = (count: number, test: (n: number) => boolean): number => {
  let [low, high] = [0, count]
  while (low < high) {
    const middle = (low + high) >>> 1
    if (test(middle)) high = middle
    else low = middle + 1
  }
  return low
}

const DAMAGE_AT_ONCE = 256

/** Where the damaged lines between two places are. */
export const damageBetween = (
  env: Env,
  { streamId }: StreamInfo,
  revision: number,
  [from, until]: PlaceSpan
): ReadonlyArray<ThreadDamage> => {
  const table = tableOf(damage, viewName(env.profile, env.strict))
  const behind = afterPrefix([table, streamId])
  const rowsAt = (n: number, limit: number) =>
    env.index.range([table, streamId, n], behind, limit, false)
  let next = firstOf(revision, (n) => {
    const [first] = rowsAt(n, 1)
    return first === undefined || !isBefore(first[1] as DamageRow, from)
  })
  const found: Array<ThreadDamage> = []
  for (;;) {
    const rows = rowsAt(next, DAMAGE_AT_ONCE)
    for (const [key, value] of rows) {
      const row = value as DamageRow
      if (!isBefore(row, until)) return found
      found.push({ ...row, revision: Number(key[2]) })
    }
    const last = rows.at(-1)
    if (last === undefined || rows.length < DAMAGE_AT_ONCE) return found
    next = Number(last[0][2]) + 1
  }
}

/** True when one of some places, which are in order, is among the lines of a turn. */
export const holdsAny = ({ ranges, late }: TurnRow, places: ReadonlyArray<LinePoint>): boolean =>
  [...ranges, ...late].some((range) => {
    const isReached = (at: number): boolean => !isBefore(places[at] ?? endOf(range), startOf(range))
    const first = places[firstOf(places.length, isReached)]
    return first !== undefined && isBefore(first, endOf(range))
  })

/** Of a turn with more, the first. */
const LINES_MAX = 100
/** So much of a line is shown. */
const HEAD_BYTES = 1024

/** A damaged line of a turn. */
export interface PlacedDamage extends DamagedLine {
  /** The item it stands behind; null before the first. */
  readonly after: string | null
  /** Its first bytes, in base64. */
  readonly head: string
}

const placedTurn = async (
  env: Env,
  info: StreamInfo,
  turnId: string
): Promise<Pick<TurnOfAll, 'row' | 'info'> | null> => {
  const live = liveTurns(env, info, true)
  const place = live.places(turnId, 1)[0]
  const row = place === undefined ? undefined : live.rows(place, place + 1)[0]
  if (row !== undefined) return { row, info }
  const all = await allTurnsOf(env, info)
  const n = all.placeOf(turnId)
  return n === null ? null : ((await all.placed(n, n + 1))[0] ?? null)
}

const headOf = async (
  { store }: Env,
  info: StreamInfo,
  { segment, offset, bytes }: DamageRow
): Promise<string> => {
  const until = offset + Math.min(bytes, HEAD_BYTES)
  const pieces: Array<Uint8Array> = []
  for await (const piece of store.readBytes(info, { segment, from: offset, until }))
    pieces.push(piece)
  return Buffer.concat(pieces).toString('base64')
}

/** The damaged lines of a turn as a page that is the only one. */
export const turnDamage = async (
  env: Env,
  info: StreamInfo,
  turnId: string
): Promise<Result<EventPage>> => {
  const turn = await placedTurn(env, info, turnId)
  if (turn === null) return E.left({ _tag: 'TurnNotFound', streamId: info.streamId, turnId })
  const revision = checkpointOf(env, info.streamId)?.next.revision ?? 0
  const span = turn.info === info ? spanOf([turn.row]) : null
  const found = span === null ? [] : damageBetween(env, info, revision, span)
  const lines = found.filter((line) => holdsAny(turn.row, [line])).slice(0, LINES_MAX)
  const after = lines.length === 0 ? [] : await itemsBefore(env, info, turn.row, lines)
  const data: Array<PlacedDamage> = []
  for (const [at, line] of lines.entries())
    data.push({
      ...{ streamId: info.streamId, ...line, after: after[at] ?? null },
      head: await headOf(env, info, line)
    })
  return E.right({ revision, data, next: null })
}
