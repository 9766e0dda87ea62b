/**
 * Outlines of threads: a line a turn, of what rows of turns, of tool calls and of spends tell. It costs the turns that are asked for,
 * wherever they are; the first question about a thread folds its ledgers.
 */
import * as E from 'fp-ts/lib/Either.js'
import { unpacked, type SpendRow } from '../../domain/ledgers/usage/packed.ts'
import type { KeptSpend } from '../../domain/ledgers/usage/spend.ts'
import { textParts } from '../../domain/text-parts.ts'
import type { ThreadItem } from '../../domain/protocol.ts'
import type { ByteRange, TurnRow } from '../../domain/thread/turns/turn-state.ts'
import type { OutlinedTurn, OutlineFlag, ThreadOutline } from '../../domain/unroll-protocol.ts'
import { tableOf, viewName } from '../../projections/catalogue.ts'
import { damage, type DamageRow } from '../../projections/damage.ts'
import { TOOLS, USAGE } from '../../projections/ledgers.ts'
import { filesKey, toolCallOf, toolKey, tools, turnCallsPrefix } from '../../projections/tools.ts'
import { SPENDS_PER_ROW, spendsKey, usage } from '../../projections/usage.ts'
import type { FileTouch } from '../../domain/ledgers/tools/tool-call.ts'
import { afterPrefix } from '../catch-up/overlay.ts'
import { checkpointOf, type Env } from '../catch-up/project.ts'
import type { StreamInfo } from '../ports.ts'
import { liveTurns, render, turnSummaries } from '../read/pages/turn-page.ts'
import type { Result } from '../result.ts'
import { ledgerOf, type Ledger, type LedgerParts } from './ledger.ts'
import { usageThread } from './usage-rows.ts'

/** Which turns are wanted; the oldest is 0. */
export interface OutlineRequest {
  readonly from: number
  /** 200 when absent, at most 2,000. */
  readonly count?: number | null | undefined
}

const COUNT = 200
const COUNT_MAX = 2000
const TEXT_CHARACTERS = 160
/** Of a long message no more is read; white space goes from it. */
const TEXT_BYTES = 4096

export interface OutlineLedgers {
  readonly tools: Ledger
  readonly usage: Ledger
}

export const open = (parts: LedgerParts): OutlineLedgers => ({
  tools: ledgerOf(parts, TOOLS),
  usage: ledgerOf(parts, USAGE)
})

/** The beginning of a text in one line; null for one that says nothing. */
const beginning = (text: string): string | null => {
  const line = text.slice(0, TEXT_BYTES).replace(/\s+/gu, ' ').trim()
  if (line === '') return null
  const [first = ''] = textParts(line, TEXT_CHARACTERS)
  return first.length > TEXT_CHARACTERS ? first.slice(0, -2) : first
}

const askedIn = (items: ReadonlyArray<ThreadItem>): string | null => {
  const first = items.find((item) => item.type === 'userMessage')
  if (first?.type !== 'userMessage') return null
  return beginning(
    first.content.flatMap((part) => (part.type === 'text' ? part.text : [])).join(' ')
  )
}

const answeredIn = (items: ReadonlyArray<ThreadItem>): string | null => {
  const last = items.findLast((item) => item.type === 'agentMessage')
  return last?.type === 'agentMessage' ? beginning(last.text) : null
}

/** A place in the history of a thread. */
interface LinePoint {
  readonly segment: number
  readonly offset: number
}

const isBefore = (a: LinePoint, b: LinePoint): boolean =>
  a.segment === b.segment ? a.offset < b.offset : a.segment < b.segment

const startOf = ({ segment, from }: ByteRange): LinePoint => ({ segment, offset: from })
const endOf = ({ segment, until }: ByteRange): LinePoint => ({ segment, offset: until })

type PlaceSpan = readonly [from: LinePoint, until: LinePoint]

/** Where the lines of some turns begin and end. */
const spanOf = (rows: ReadonlyArray<TurnRow>): PlaceSpan | null => {
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
const firstOf = (count: number, test: (n: number) => boolean): number => {
  let [low, high] = [0, count]
  while (low < high) {
    const middle = (low + high) >>> 1
    if (test(middle)) high = middle
    else low = middle + 1
  }
  return low
}

/** What the turns between two places spent. */
interface TurnSpends {
  readonly tokens: ReadonlyMap<string, number>
  readonly compacted: ReadonlySet<string>
  /** True for a thread that holds lines of another one. */
  readonly inherits: boolean
}

const pointOf = ({ place }: KeptSpend): LinePoint => ({
  segment: place.segment,
  offset: place.offsetBytes
})

/** The spends between two places, oldest first: the row that holds the first of them is looked for. */
function* spendsBetween(
  { env, table }: Ledger,
  threadId: string,
  count: number,
  [from, until]: PlaceSpan
): Generator<KeptSpend> {
  const rowAt = (n: number): ReadonlyArray<KeptSpend> => {
    const first = n * SPENDS_PER_ROW
    const row = env.index.get(spendsKey(table(usage), threadId, first)) as SpendRow | undefined
    return (row?.spends ?? []).flatMap((_, i) =>
      row === undefined ? [] : (unpacked(row, i, first + i) ?? [])
    )
  }
  const rows = Math.ceil(count / SPENDS_PER_ROW)
  const begun = firstOf(rows, (n) => rowAt(n).some((spend) => !isBefore(pointOf(spend), from)))
  for (let n = begun; n < rows; n++)
    for (const spend of rowAt(n)) {
      if (!isBefore(pointOf(spend), until)) return
      if (!isBefore(pointOf(spend), from)) yield spend
    }
}

const spendsIn = (ledger: Ledger, threadId: string, span: PlaceSpan): TurnSpends => {
  const thread = usageThread(ledger, threadId)
  const tokens = new Map<string, number>()
  const compacted = new Set<string>()
  for (const { turnId, kind, tokens: spent } of spendsBetween(
    ledger,
    threadId,
    thread?.spends ?? 0,
    span
  )) {
    if (turnId === null) continue
    if (kind === 'compaction' || kind === 'compaction_unrecorded') compacted.add(turnId)
    if (spent !== null) tokens.set(turnId, (tokens.get(turnId) ?? 0) + spent.totalTokens)
  }
  return { tokens, compacted, inherits: (thread?.inheritedBy ?? null) !== null }
}

type TurnCalls = Pick<OutlinedTurn, 'tools' | 'failed' | 'files'>

const UNKNOWN: TurnCalls = { tools: null, failed: null, files: null }

const toolsIn = (ledger: Ledger, threadId: string, turnId: string): TurnCalls => {
  const { index } = ledger.env
  const table = ledger.table(tools)
  const prefix = turnCallsPrefix(table, threadId, turnId)
  const revisions = index.keys(prefix, afterPrefix(prefix)).map((key) => Number(key.at(-1)))
  const calls = index
    .getMany(revisions.map((revision) => toolKey(table, threadId, revision)))
    .map((row) => toolCallOf(row, threadId))
    .filter(({ rolledBack }) => !rolledBack)
  const patches = calls.filter(({ kind }) => kind === 'patch')
  const touches = index
    .getMany(patches.map(({ place }) => filesKey(table, threadId, place.revision)))
    .flatMap((row, i) =>
      ((row as ReadonlyArray<FileTouch> | undefined) ?? []).filter(
        ({ applied = patches[i]?.status === 'completed' }) => applied === true
      )
    )
  return {
    tools: calls.length,
    failed: calls.filter(({ status }) => status === 'failed' || status === 'rejected').length,
    files: new Set(touches.map(({ path, movedTo }) => movedTo ?? path)).size
  }
}

const DAMAGE_AT_ONCE = 256

/** Where the damaged lines between two places are. */
const damageIn = (
  env: Env,
  { streamId }: StreamInfo,
  revision: number,
  [from, until]: PlaceSpan
): ReadonlyArray<DamageRow> => {
  const table = tableOf(damage, viewName(env.profile, env.strict))
  const behind = afterPrefix([table, streamId])
  const rowsAt = (n: number, limit: number) =>
    env.index.range([table, streamId, n], behind, limit, false)
  let next = firstOf(revision, (n) => {
    const [first] = rowsAt(n, 1)
    return first === undefined || !isBefore(first[1] as DamageRow, from)
  })
  const found: Array<DamageRow> = []
  for (;;) {
    const rows = rowsAt(next, DAMAGE_AT_ONCE)
    for (const [, row] of rows) {
      if (!isBefore(row as DamageRow, until)) return found
      found.push(row as DamageRow)
    }
    const last = rows.at(-1)
    if (last === undefined || rows.length < DAMAGE_AT_ONCE) return found
    next = Number(last[0][2]) + 1
  }
}

/** True when one of some places, which are in order, is among the lines of a turn. */
const holdsAny = ({ ranges, late }: TurnRow, places: ReadonlyArray<LinePoint>): boolean =>
  [...ranges, ...late].some((range) => {
    const isReached = (at: number): boolean => !isBefore(places[at] ?? endOf(range), startOf(range))
    const first = places[firstOf(places.length, isReached)]
    return first !== undefined && isBefore(first, endOf(range))
  })

const inMs = (seconds: number | null): number | null => (seconds === null ? null : seconds * 1000)

/** Turns of a caught-up thread, each in a line. */
export const threadOutline = async (
  { tools: calls, usage: spends }: OutlineLedgers,
  env: Env,
  info: StreamInfo,
  request: OutlineRequest
): Promise<Result<ThreadOutline>> => {
  const { streamId } = info
  const live = liveTurns(env, info)
  const revision = checkpointOf(env, streamId)?.next.revision ?? 0
  const from = Math.min(live.count, Math.max(0, request.from))
  const count = Math.min(COUNT_MAX, Math.max(1, request.count ?? COUNT))
  const until = Math.min(live.count, from + count)
  if (from < until) await live.ahead(from, until, 'summary')
  const rows = live.rows(from, until)
  const span = spanOf(rows)
  if (span === null) return E.right({ total: live.count, revision, turns: [] })
  for (const ledger of [calls, spends]) {
    const folded = await ledger.one(streamId)
    if (E.isLeft(folded)) return folded
  }
  const said = await turnSummaries(env, info, live, rows, from, { textBytesMax: TEXT_BYTES })
  const spent = spendsIn(spends, streamId, span)
  const damaged = damageIn(env, info, revision, span)
  const turns = rows.map((row, i): OutlinedTurn => {
    const { id, status, startedAt, completedAt, durationMs } = render(row, [], 'notLoaded', env)
    const items = said[i] ?? []
    const flags: ReadonlyArray<OutlineFlag> = [
      ...(spent.compacted.has(id) ? (['compacted'] as const) : []),
      ...(holdsAny(row, damaged) ? (['damaged'] as const) : [])
    ]
    const tokens = spent.tokens.get(id) ?? null
    const used = toolsIn(calls, streamId, id)
    const isOthers = spent.inherits && used.tools === 0 && tokens === null
    return {
      ...{ n: from + i, id, startedAtMs: inMs(startedAt), completedAtMs: inMs(completedAt) },
      ...{ durationMs, status, asked: askedIn(items), answered: answeredIn(items) },
      items: row.mode === 'paginated' || env.rich === true ? null : row.itemCount,
      ...(isOthers ? UNKNOWN : used),
      tokens,
      flags
    }
  })
  return E.right({ total: live.count, revision, turns })
}
