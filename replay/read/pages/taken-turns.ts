/**
 * All turns of a thread: the live ones, and those that were taken back, each where it stood. Rollbacks leave rows behind; what a
 * revert left behind is in files that the history no longer leads through, and is folded from there: the first question about it costs
 * the bytes that were left behind, any other a page and a row for each place where something was taken back.
 */
import * as E from 'fp-ts/lib/Either.js'
import type { Turn } from '../../../domain/protocol.ts'
import {
  closedTurn,
  shownOpen,
  TURN_NEEDS,
  type ByteRange,
  type TurnRow,
  type TurnSummary
} from '../../../domain/thread/turns/turn-state.ts'
import { tableOf, viewName } from '../../../projections/catalogue.ts'
import {
  stretchTable,
  takenIdPrefix,
  takenTable,
  type TakenStretchRow,
  type TakenRow
} from '../../../projections/taken-turns.ts'
import { turnIdKey, turns } from '../../../projections/turns.ts'
import { NO_ROWS, overlay, rowsUnder } from '../../catch-up/overlay.ts'
import { checkpointOf, type Env } from '../../catch-up/project.ts'
import type { EventStore, StreamInfo, WrittenSegment } from '../../ports.ts'
import type { Result } from '../../result.ts'
import { beforeRevert } from '../threads/before-revert.ts'
import { budgetOf, limitsOf, turnsWithin } from './budget.ts'
import { itemsOf } from './turn-items.ts'
import {
  liveTurns,
  rangePlaces,
  render,
  summariesOf,
  turnsBefore,
  type IndexedTurns,
  type TurnRange,
  type TurnRangeRequest
} from './turn-page.ts'
import type { ItemsView } from '../../../domain/protocol.ts'
import type { ReadLimits } from '../../ports.ts'

/** A turn, and where its lines are. */
export interface TurnOfAll {
  /** Its place among all turns. */
  readonly n: number
  readonly row: TurnRow
  readonly summary: TurnSummary
  /** The stream as its lines are found in it. */
  readonly info: StreamInfo
  readonly isTaken: boolean
}

/** The turns of a thread, those that were taken back among them. */
export interface AllTurns {
  readonly count: number
  readonly placed: (from: number, until: number) => Promise<ReadonlyArray<TurnOfAll>>
  /** The place of a live turn with this id, else of one that was taken back. */
  readonly placeOf: (turnId: string) => number | null
}

/** Turns that were taken back and have no live turn between them. */
interface TakenPart {
  /** The live turn they stand before. */
  readonly before: number
  readonly count: number
  readonly info: StreamInfo
  readonly rows: (from: number, until: number) => ReadonlyArray<TakenRow>
  readonly places: (turnId: string) => ReadonlyArray<number>
}

const rolledBackParts = (env: Env, info: StreamInfo): ReadonlyArray<TakenPart> => {
  const { streamId } = info
  const table = tableOf(turns, viewName(env.profile, env.strict))
  const taken = takenTable(table)
  return rowsUnder(env.index, [stretchTable(table), streamId]).map(([, value]) => {
    const { before, earlier, count } = value as TakenStretchRow
    const first = before + earlier
    return {
      ...{ before, count, info },
      rows: (from, until) =>
        env.index
          .range(
            [taken, streamId, first + from],
            [taken, streamId, first + until],
            until - from,
            false
          )
          .map(([, row]) => row as TakenRow),
      places: (turnId) => {
        const prefix = takenIdPrefix(table, streamId, turnIdKey(turnId))
        return env.index
          .keys([...prefix, first], [...prefix, first + count])
          .map((key) => Number(key[3]) - first)
      }
    }
  })
}

/** The turns that some bytes make by themselves. */
const foldedIn = async (
  { store, profile }: Env,
  info: StreamInfo,
  range: ByteRange
): Promise<ReadonlyArray<TakenRow>> => {
  const rows = overlay(NO_ROWS)
  const around = { rows, table: 'turns', profile }
  let state = turns.initial(true)
  for (const line of await store.readRanges(info, [range], TURN_NEEDS)) {
    if ('reason' in line) continue
    // Turns of paginated threads are not numbered by their lines.
    const [next, writes] = turns.evolve(state, { ...line, revision: 0 }, around)
    state = next
    rows.put(writes)
  }
  const closed = rows.scan(['turns', info.streamId], Infinity).map(([key, row]) => ({
    row: row as TurnRow,
    summary: (rows.get(['turns.summary', info.streamId, key[2] ?? 0]) as TurnSummary) ?? null
  }))
  return [shownOpen(state), ...state.early].reduce(
    (all, turn) => (turn === null ? all : [...all, closedTurn(turn)]),
    closed
  )
}

const FOLDED_MAX = 32
const foldedOf = new WeakMap<EventStore, Map<string, Promise<ReadonlyArray<TakenRow>>>>()

/** The same, kept: files that were left behind do not change. */
const foldedOnce = (
  env: Env,
  info: StreamInfo,
  range: ByteRange,
  segmentId: string
): Promise<ReadonlyArray<TakenRow>> => {
  const known = foldedOf.get(env.store) ?? new Map<string, Promise<ReadonlyArray<TakenRow>>>()
  foldedOf.set(env.store, known)
  const view = viewName(env.profile, env.strict)
  const name = JSON.stringify([view, info.streamId, segmentId, range.from, range.until])
  const folded = known.get(name) ?? foldedIn(env, info, range)
  known.delete(name)
  known.set(name, folded)
  for (const oldest of known.keys()) if (known.size > FOLDED_MAX) known.delete(oldest)
  folded.catch(() => known.delete(name))
  return folded
}

/** Where the history of a thread went on from each file behind one. */
const cutBehind = (
  segments: ReadonlyArray<WrittenSegment>,
  lineage: ReadonlySet<string>,
  at: number
): number =>
  segments
    .slice(at + 1)
    .filter(({ id }) => lineage.has(id))
    .reduce((least, { base }) => Math.min(least, base?.end_ordinal_exclusive ?? 0), Infinity)

const leftBehindParts = async (
  env: Env,
  info: StreamInfo,
  live: IndexedTurns
): Promise<ReadonlyArray<TakenPart>> => {
  const { store } = env
  const segments = store.segments(info.streamId)
  if (segments.length < 2) return []
  const lineage = store.lineage(info)
  const leads = new Set(lineage.map(({ id }) => id))
  const parts: Array<TakenPart> = []
  for (const [at, { id, end }] of segments.slice(0, -1).entries()) {
    const shown = lineage.find((segment) => segment.id === id)
    const from = shown === undefined ? 0 : (shown.until ?? Infinity)
    if (from >= end.offset) continue
    const then = beforeRevert(store, info, id, end.offset)
    const range = { segment: store.lineage(then).length - 1, from, until: end.offset }
    const taken = await foldedOnce(env, then, range, id)
    if (taken.length === 0) continue
    const cut = cutBehind(segments, leads, at)
    parts.push({
      before: cut === Infinity ? live.count : turnsBefore(live, cut, false),
      count: taken.length,
      info: then,
      rows: (first, until) => taken.slice(first, until),
      places: (turnId) => taken.flatMap(({ row }, place) => (row.id === turnId ? [place] : []))
    })
  }
  return parts
}

/** All turns of a caught-up stream. */
export const allTurnsOf = async (env: Env, info: StreamInfo): Promise<AllTurns> => {
  const live = liveTurns(env, info)
  const parts = [...rolledBackParts(env, info), ...(await leftBehindParts(env, info, live))].sort(
    (a, b) => a.before - b.before
  )
  const liveBetween = (from: number, until: number, taken: number): ReadonlyArray<TurnOfAll> => {
    const summaries = live.summaries(from, until)
    return live.rows(from, until).map((row, at) => ({
      ...{ n: from + at + taken, row, info, isTaken: false },
      summary: summaries[at] ?? null
    }))
  }
  const placed: AllTurns['placed'] = async (from, until) => {
    const found: Array<TurnOfAll> = []
    let [taken, done] = [0, 0]
    const takeLive = async (end: number): Promise<void> => {
      const [first, last] = [Math.max(done, from - taken), Math.min(end, until - taken)]
      done = end
      if (first >= last) return
      await live.ahead(first, last, 'summary')
      found.push(...liveBetween(first, last, taken))
    }
    for (const part of parts) {
      await takeLive(Math.min(part.before, live.count))
      const start = done + taken
      const [first, last] = [Math.max(0, from - start), Math.min(part.count, until - start)]
      if (first < last)
        for (const [at, one] of part.rows(first, last).entries())
          found.push({ n: start + first + at, ...one, info: part.info, isTaken: true })
      taken += part.count
    }
    await takeLive(live.count)
    return found
  }
  return {
    count: parts.reduce((sum, { count }) => sum + count, live.count),
    placed,
    placeOf: (turnId) => {
      const place = live.places(turnId, 1)[0]
      let taken = 0
      let found: number | null = null
      for (const part of parts) {
        if (place !== undefined && part.before > place) break
        const at: number | undefined = place === undefined ? part.places(turnId)[0] : undefined
        if (at !== undefined) found ??= part.before + taken + at
        taken += part.count
      }
      return place === undefined ? found : place + taken
    }
  }
}

/** Turns that are neighbours and whose lines are in the same files. */
const groupsOf = (
  placed: ReadonlyArray<TurnOfAll>
): ReadonlyArray<readonly [TurnOfAll, ...ReadonlyArray<TurnOfAll>]> => {
  const groups: Array<[TurnOfAll, ...Array<TurnOfAll>]> = []
  for (const turn of placed) {
    const last = groups.at(-1)
    if (last?.[0].info === turn.info) last.push(turn)
    else groups.push([turn])
  }
  return groups
}

/** First user and last agent messages of some turns. */
export const placedSummaries = async (
  env: Env,
  placed: ReadonlyArray<TurnOfAll>,
  limits?: ReadLimits
): Promise<ReturnType<typeof summariesOf> extends Promise<infer S> ? S : never> => {
  const all = []
  for (const group of groupsOf(placed)) {
    const rows = group.map(({ row }) => row)
    const kept = group.map(({ summary }) => summary)
    all.push(...(await summariesOf(env, group[0].info, rows, kept, limits)))
  }
  return all
}

const rendered = async (
  env: Env,
  placed: ReadonlyArray<TurnOfAll>,
  view: ItemsView,
  limits?: ReadLimits
): Promise<ReadonlyArray<Turn>> => {
  if (view === 'notLoaded') return placed.map(({ row }) => render(row, [], view, env))
  if (view === 'summary') {
    const said = await placedSummaries(env, placed, limits)
    return placed.map(({ row }, at) => render(row, said[at] ?? [], view, env))
  }
  const shown: Array<Turn> = []
  for (const group of groupsOf(placed)) {
    const rows = group.map(({ row }) => row)
    const items = await itemsOf(env, group[0].info, rows, limits)
    shown.push(...rows.map((row, at) => render(row, items[at] ?? [], view, env)))
  }
  return shown
}

/** Turns by their places among all turns, oldest first. */
export const allTurnRange = async (
  env: Env,
  info: StreamInfo,
  request: TurnRangeRequest
): Promise<Result<TurnRange>> => {
  const all = await allTurnsOf(env, info)
  const found = rangePlaces(info, request, all.count, all.placeOf)
  if (E.isLeft(found)) return found
  const { from, until } = found.right
  const { itemsView, maxBytes } = request
  const revision = checkpointOf(env, info.streamId)?.next.revision ?? 0
  const placed = await all.placed(from, until)
  const view = itemsView ?? 'summary'
  const bytesMax = budgetOf(maxBytes)
  const shown =
    bytesMax === null
      ? await rendered(env, placed, view)
      : await turnsWithin(
          env,
          placed.map(({ row }) => row),
          bytesMax,
          (some, at) => rendered(env, placed.slice(at, at + some.length), view, limitsOf(bytesMax))
        )
  const taken = placed.slice(0, shown.length).map(({ isTaken }) => isTaken)
  return E.right({ total: all.count, revision, from, turns: shown, taken })
}
