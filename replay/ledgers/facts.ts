/**
 * What a list shows of threads beside their titles: turns, changed files, tokens, forks, rollbacks and damage. Made of rows; of threads that
 * are not folded yet only as much is folded as fits in an answer that somebody waits for.
 */
import * as E from 'fp-ts/lib/Either.js'
import type { FileTouch } from '../../domain/ledgers/tools/tool-call.ts'
import type { ListFacts } from '../../domain/unroll-protocol.ts'
import { tableOf, viewName } from '../../projections/catalogue.ts'
import { damage } from '../../projections/damage.ts'
import { AUDIT, TOOLS, USAGE } from '../../projections/ledgers.ts'
import { filesPrefix, toolCallOf, toolKey, tools } from '../../projections/tools.ts'
import type { HomeRows } from '../catch-up/backfill.ts'
import { afterPrefix, rowsUnder } from '../catch-up/overlay.ts'
import { checkpointOf, isFolded, type Env } from '../catch-up/project.ts'
import type { StreamInfo } from '../ports.ts'
import { liveTurns } from '../read/pages/turn-page.ts'
import type { ShownParts } from '../read/threads/shown.ts'
import { threadRow } from '../read/threads/thread-row.ts'
import { invalidRequest, type Result } from '../result.ts'
import type { AuditLedger } from './audit.ts'
import { ledgerOf, type Ledger, type LedgerParts } from './ledger.ts'
import type { UsageLedger } from './usage.ts'

export interface FactParts {
  readonly parts: ShownParts & LedgerParts
  readonly home: HomeRows
  readonly usage: UsageLedger['usage']
  readonly trail: AuditLedger['auditTrail']
}

export type FactsOf = (ids: ReadonlyArray<string>) => Promise<Result<ReadonlyArray<ListFacts>>>

const IDS_MAX = 100
/** What one question folds at most; the next one goes on. */
const FOLDED_BYTES_MAX = 8 * 1024 * 1024
const ROLLBACKS_MAX = 1000

type Changes = Pick<ListFacts, 'files' | 'linesAdded' | 'linesRemoved'>
type TokenFacts = Pick<ListFacts, 'tokens' | 'tokensLowerBound'>

/** What follows from the files of one thread. */
type OwnFacts = Omit<ListFacts, 'threadId' | 'forks'>

const NOTHING: OwnFacts = {
  ...{ turns: null, files: null, linesAdded: null, linesRemoved: null },
  ...{ tokens: null, tokensLowerBound: false, rollbacks: null, damagedLines: null }
}

const sum = (numbers: ReadonlyArray<number | null>): number =>
  numbers.reduce<number>((all, n) => all + (n ?? 0), 0)

/** What patches of turns that still stand did to files. */
const changesIn = ({ env, table }: Ledger, streamId: string): Changes => {
  const name = table(tools)
  const rows = rowsUnder(env.index, filesPrefix(name, streamId))
  const calls = env.index.getMany(rows.map(([key]) => toolKey(name, streamId, Number(key.at(-1)))))
  const touches = rows.flatMap(([, value], i) => {
    const { rolledBack, status } = toolCallOf(calls[i], streamId)
    return rolledBack
      ? []
      : (value as ReadonlyArray<FileTouch>).filter(
          ({ applied = status === 'completed' }) => applied === true
        )
  })
  return {
    files: new Set(touches.map(({ path, movedTo }) => movedTo ?? path)).size,
    linesAdded: sum(touches.map(({ linesAdded }) => linesAdded)),
    linesRemoved: sum(touches.map(({ linesDeleted }) => linesDeleted))
  }
}

const damagedLines = (parts: ShownParts, streamId: string): number => {
  const prefix = [tableOf(damage, viewName(parts.profile, parts.strict)), streamId]
  return parts.index.keys(prefix, afterPrefix(prefix)).length
}

/** How many bytes a fold of a thread would read. */
const unfolded = (env: Env, info: StreamInfo): number => {
  const checkpoint = checkpointOf(env, info.streamId)
  if (checkpoint === null) return info.sizeBytes
  return isFolded(checkpoint, info) ? 0 : Math.max(1, info.sizeBytes - checkpoint.sizeBytes)
}

/** Streams of the audit trail are files, of which the first bears the name of its thread. */
const unaudited = (env: Env, info: StreamInfo): number =>
  checkpointOf(env, info.streamId) === null ? info.sizeBytes : 0

const forkCounts = (
  parts: ShownParts,
  infos: ReadonlyArray<StreamInfo>
): ReadonlyMap<string, number> => {
  const counts = new Map<string, number>()
  for (const { streamId } of infos) {
    const row = threadRow(parts, streamId)
    // An agent that began with the history of its spawner is no fork.
    if (row === null || row.entry.kind.startsWith('subAgent')) continue
    const from = row.facts.own?.forkedFromId?.toLowerCase()
    if (from !== undefined) counts.set(from, (counts.get(from) ?? 0) + 1)
  }
  return counts
}

/** The last answer for as long as it is asked for the same thing. */
const kept = <A extends object, B>(make: (of: A) => B): ((of: A) => B) => {
  let last: { readonly of: A; readonly made: B } | null = null
  return (of) => {
    if (last?.of !== of) last = { of, made: make(of) }
    return last.made
  }
}

const tokensOf = async ({ usage }: FactParts, threadId: string): Promise<Result<TokenFacts>> =>
  E.map(({ total }: { readonly total: { totalTokens: number; lowerBound: boolean } }) => ({
    tokens: total.totalTokens,
    tokensLowerBound: total.lowerBound
  }))(await usage({ by: 'total', threadId })())

const rollbacksOf = async ({ trail }: FactParts, threadId: string): Promise<Result<number>> => {
  const actions = ['rolled_back', 'reverted'] as const
  return E.map(({ data }: { readonly data: ReadonlyArray<unknown> }) => data.length)(
    await trail({ threadId, actions, limit: ROLLBACKS_MAX })()
  )
}

/** Facts of a thread that is folded, or may be. */
const ownFacts = async (
  given: FactParts,
  calls: Ledger,
  info: StreamInfo
): Promise<Result<OwnFacts>> => {
  const { parts, home } = given
  const { streamId } = info
  const shown = await home.whole.shown([streamId])
  if (E.isLeft(shown)) return shown
  const folded = await calls.one(streamId)
  if (E.isLeft(folded)) return folded
  const tokens = await tokensOf(given, streamId)
  if (E.isLeft(tokens)) return tokens
  const rollbacks = await rollbacksOf(given, streamId)
  if (E.isLeft(rollbacks)) return rollbacks
  return E.right({
    turns: liveTurns(parts, info).count,
    ...changesIn(calls, streamId),
    ...tokens.right,
    rollbacks: rollbacks.right,
    damagedLines: damagedLines(parts, streamId)
  })
}

/** What the rows of turns tell of a thread whose other rows would take long. */
const quickFacts = (parts: ShownParts, info: StreamInfo): OwnFacts => {
  const checkpoint = checkpointOf(parts, info.streamId)
  if (checkpoint === null || !isFolded(checkpoint, info)) return NOTHING
  const turns = liveTurns(parts, info).count
  return { ...NOTHING, turns, damagedLines: damagedLines(parts, info.streamId) }
}

const isSame = (a: StreamInfo, b: StreamInfo): boolean =>
  a.sizeBytes === b.sizeBytes &&
  a.modifiedAtMs === b.modifiedAtMs &&
  a.inode === b.inode &&
  a.path === b.path

/** Facts of threads by their ids, in the order they are asked for; threads that are not there are passed over. */
export const threadFacts = (given: FactParts): FactsOf => {
  const { parts, home } = given
  const calls = ledgerOf(parts, TOOLS)
  const envs = [parts, calls.env, ledgerOf(parts, USAGE).env]
  const trail = ledgerOf(parts, AUDIT).env
  const forksAmong = kept((infos: ReadonlyArray<StreamInfo>) => ({
    forks: forkCounts(parts, infos),
    byId: new Map<string, StreamInfo>(infos.map((info) => [info.streamId, info]))
  }))
  const known = new Map<string, { readonly info: StreamInfo; readonly facts: OwnFacts }>()
  return async (ids) => {
    if (ids.length > IDS_MAX) return invalidRequest(`at most ${IDS_MAX} threads at once`)
    const infos = await home.lists.everything()
    if (E.isLeft(infos)) return infos
    const { forks, byId } = forksAmong(infos.right)
    const found: Array<ListFacts> = []
    let bytesLeft = FOLDED_BYTES_MAX
    for (const threadId of new Set(ids.map((id) => id.toLowerCase()))) {
      const info = byId.get(threadId)
      if (info === undefined) continue
      const before = known.get(threadId)
      let facts = before !== undefined && isSame(before.info, info) ? before.facts : null
      const bytes = Math.max(...envs.map((env) => unfolded(env, info)), unaudited(trail, info))
      if (facts === null && bytes <= bytesLeft) {
        bytesLeft -= bytes
        const own = await ownFacts(given, calls, info)
        if (E.isLeft(own)) return own
        facts = own.right
        known.set(threadId, { info, facts })
      }
      found.push({
        threadId,
        ...(facts ?? quickFacts(parts, info)),
        forks: forks.get(threadId) ?? 0
      })
    }
    return E.right(found)
  }
}
