/**
 * Outlines of threads: a line a turn, of what rows of turns, of tool calls and of spends tell. It costs the turns that are asked for,
 * wherever they are. The first question about a thread folds its ledgers; of a long one that is done behind the answer.
 */
import * as E from 'fp-ts/lib/Either.js'
import { unpacked, type SpendRow } from '../../domain/ledgers/usage/packed.ts'
import type { KeptSpend } from '../../domain/ledgers/usage/spend.ts'
import { textParts } from '../../domain/text-parts.ts'
import type { ThreadItem } from '../../domain/protocol.ts'
import type { OutlinedTurn, OutlineFlag, ThreadOutline } from '../../domain/unroll-protocol.ts'
import { TOOLS, USAGE } from '../../projections/ledgers.ts'
import { filesKey, toolCallOf, toolKey, tools, turnCallsPrefix } from '../../projections/tools.ts'
import { SPENDS_PER_ROW, spendsKey, usage } from '../../projections/usage.ts'
import type { FileTouch } from '../../domain/ledgers/tools/tool-call.ts'
import { afterPrefix } from '../catch-up/overlay.ts'
import { checkpointOf, type Env } from '../catch-up/project.ts'
import { streamId } from '../../domain/ids.ts'
import { findStream, type StreamInfo } from '../ports.ts'
import { allTurnsOf, placedSummaries, type TurnOfAll } from '../read/pages/taken-turns.ts'
import { liveTurns, render } from '../read/pages/turn-page.ts'
import {
  damageBetween,
  firstOf,
  holdsAny,
  isBefore,
  spanOf,
  type LinePoint,
  type PlaceSpan
} from '../read/pages/turn-damage.ts'
import type { Result } from '../result.ts'
import { ledgerOf, type Ledger, type LedgerParts } from './ledger.ts'
import { lastShared } from './shared-turns.ts'
import { usageThread } from './usage-rows.ts'

/** Which turns are wanted; the oldest is 0. */
export interface OutlineRequest {
  readonly from: number
  /** 200 when absent, at most 2,000. */
  readonly count?: number | null | undefined
  /** Also turns that were taken back: places are counted over all of them. */
  readonly rolledBack?: boolean | null | undefined
  /** Of these only the ones that stand out: that failed, have failed calls or a flag. What a strip of a whole thread needs. */
  readonly marked?: boolean | null | undefined
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

const toolsIn = (ledger: Ledger, threadId: string, turnId: string, isTaken: boolean): TurnCalls => {
  const { index } = ledger.env
  const table = ledger.table(tools)
  const prefix = turnCallsPrefix(table, threadId, turnId)
  const revisions = index.keys(prefix, afterPrefix(prefix)).map((key) => Number(key.at(-1)))
  const calls = index
    .getMany(revisions.map((revision) => toolKey(table, threadId, revision)))
    .map((row) => toolCallOf(row, threadId))
    .filter(({ rolledBack }) => rolledBack === isTaken)
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

const inMs = (seconds: number | null): number | null => (seconds === null ? null : seconds * 1000)

/** Of a ledger that is this far behind nobody waits for the rest. */
const BEHIND_BYTES_MAX = 2 * 1024 * 1024

/** True when what a ledger has not read yet is read while a page waits. */
const isNearlyFolded = ({ env }: Ledger, threadId: string): boolean => {
  const found = findStream(env.store, streamId(threadId))
  if (E.isLeft(found)) return true
  const next = checkpointOf(env, threadId)?.next
  const bytes = env.store.lineage(found.right).map(({ from, until }, segment) => {
    const read =
      segment === next?.segment ? next.offset : segment < (next?.segment ?? 0) ? Infinity : 0
    return Math.max(0, (until ?? found.right.sizeBytes) - Math.max(from, read))
  })
  return bytes.reduce((sum, one) => sum + one, 0) <= BEHIND_BYTES_MAX
}

/** What ledgers tell of some turns; null where they are still being folded. */
interface LedgerFacts {
  readonly spent: TurnSpends
  readonly callsOf: (turn: TurnOfAll) => TurnCalls
}

const factsIn = (
  { tools: calls, usage: spends }: OutlineLedgers,
  threadId: string,
  span: PlaceSpan | null
): LedgerFacts => ({
  spent:
    span === null
      ? { tokens: new Map(), compacted: new Set(), inherits: false }
      : spendsIn(spends, threadId, span),
  callsOf: ({ row, isTaken }) => toolsIn(calls, threadId, row.id, isTaken)
})

/** Makes the ledgers as new as the thread, unless that takes long: then it is done behind the answer. */
const caughtUp = async (
  { tools: calls, usage: spends }: OutlineLedgers,
  threadId: string,
  behind: (work: Promise<unknown>) => void
): Promise<Result<boolean>> => {
  const ledgers = [calls, spends]
  if (!ledgers.every((ledger) => isNearlyFolded(ledger, threadId))) {
    behind(Promise.all(ledgers.map((ledger) => ledger.one(threadId))))
    return E.right(false)
  }
  for (const ledger of ledgers) {
    const folded = await ledger.one(threadId)
    if (E.isLeft(folded)) return folded
  }
  return E.right(true)
}

const livePlaced = async (
  env: Env,
  info: StreamInfo,
  from: number,
  until: number
): Promise<ReadonlyArray<TurnOfAll>> => {
  const live = liveTurns(env, info)
  await live.ahead(from, until, 'summary')
  const summaries = live.summaries(from, until)
  return live.rows(from, until).map((row, at) => ({
    ...{ n: from + at, row, info, isTaken: false },
    summary: summaries[at] ?? null
  }))
}

const placedIn = async (
  env: Env,
  info: StreamInfo,
  request: OutlineRequest
): Promise<{ readonly total: number; readonly placed: ReadonlyArray<TurnOfAll> }> => {
  const all = request.rolledBack === true ? await allTurnsOf(env, info) : null
  const total = all?.count ?? liveTurns(env, info).count
  const from = Math.min(total, Math.max(0, request.from))
  const count = Math.min(COUNT_MAX, Math.max(1, request.count ?? COUNT))
  const until = Math.min(total, from + count)
  if (from >= until) return { total, placed: [] }
  return { total, placed: await (all?.placed(from, until) ?? livePlaced(env, info, from, until)) }
}

/** What an outline is made of besides rows of turns. */
export interface OutlineParts extends OutlineLedgers {
  /** The threads that were forked from one. */
  readonly forksOf: (threadId: string) => Promise<Result<ReadonlyArray<StreamInfo>>>
  /** Takes work that the answer does not wait for. */
  readonly behind: (work: Promise<unknown>) => void
}

/** A turn with what is counted of it, before its texts are read. */
interface CountedTurn {
  readonly turn: TurnOfAll
  readonly numbers: TurnCalls & Pick<OutlinedTurn, 'tokens' | 'flags'>
}

const isMarked = (env: Env, { turn, numbers }: CountedTurn): boolean =>
  numbers.flags.length > 0 ||
  (numbers.failed ?? 0) > 0 ||
  render(turn.row, [], 'notLoaded', env).status === 'failed'

const outlined = async (
  env: Env,
  counted: ReadonlyArray<CountedTurn>
): Promise<ReadonlyArray<OutlinedTurn>> => {
  const said = await placedSummaries(
    env,
    counted.map(({ turn }) => turn),
    { textBytesMax: TEXT_BYTES }
  )
  return counted.map(({ turn: { row, n }, numbers }, at) => {
    const { status, startedAt, completedAt, durationMs } = render(row, [], 'notLoaded', env)
    const items = said[at] ?? []
    return {
      ...{ n, id: row.id, startedAtMs: inMs(startedAt), completedAtMs: inMs(completedAt) },
      ...{ durationMs, status, asked: askedIn(items), answered: answeredIn(items) },
      items: row.mode === 'paginated' || env.rich === true ? null : row.itemCount,
      ...numbers
    }
  })
}

/** Turns of a caught-up thread, each in a line. */
export const threadOutline = async (
  parts: OutlineParts,
  env: Env,
  info: StreamInfo,
  request: OutlineRequest
): Promise<Result<ThreadOutline>> => {
  const id = info.streamId
  const revision = checkpointOf(env, id)?.next.revision ?? 0
  const { total, placed } = await placedIn(env, info, request)
  const here = placed.filter((turn) => turn.info === info)
  const folded = placed.length === 0 ? E.right(true) : await caughtUp(parts, id, parts.behind)
  if (E.isLeft(folded)) return folded
  const forks = placed.length === 0 ? E.right([]) : await parts.forksOf(id)
  if (E.isLeft(forks)) return forks
  const forked = new Set(forks.right.map((fork) => lastShared(env, fork, info)))
  const span = spanOf(here.map(({ row }) => row))
  const facts = folded.right ? factsIn(parts, id, span) : null
  const damaged = span === null ? [] : damageBetween(env, info, revision, span)
  const counted = placed.map((turn): CountedTurn => {
    const { row, isTaken } = turn
    const known = turn.info === info ? facts : null
    const flags: ReadonlyArray<OutlineFlag> = [
      ...(isTaken ? (['rolledBack'] as const) : []),
      ...(known?.spent.compacted.has(row.id) === true ? (['compacted'] as const) : []),
      ...(row.review === true ? (['review'] as const) : []),
      ...(turn.info === info && holdsAny(row, damaged) ? (['damaged'] as const) : []),
      ...(!isTaken && forked.has(row.id) ? (['fork'] as const) : [])
    ]
    const tokens = known?.spent.tokens.get(row.id) ?? null
    const used = known?.callsOf(turn) ?? UNKNOWN
    const isOthers = known?.spent.inherits === true && used.tools === 0 && tokens === null
    return { turn, numbers: { ...(isOthers ? UNKNOWN : used), tokens, flags } }
  })
  const shown = request.marked === true ? counted.filter((one) => isMarked(env, one)) : counted
  const turns = await outlined(env, shown)
  return E.right({ total, revision, counted: folded.right, turns })
}
