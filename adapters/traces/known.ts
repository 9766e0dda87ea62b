/**
 * What the ledgers know of a thread, by turn: spends, calls and events, of turns that were rolled back too.
 */
import * as E from 'fp-ts/lib/Either.js'
import type { StoreError } from '../../domain/errors.ts'
import type { AuditAction, AuditRow } from '../../domain/ledgers/audit/row.ts'
import type { ToolCall } from '../../domain/ledgers/tools/tool-call.ts'
import type { Spend } from '../../domain/ledgers/usage/spend.ts'
import type { OutlinedTurn } from '../../domain/unroll-protocol.ts'
import type { Engine } from '../../replay/engine.ts'

/** Ends a walk in the middle. */
export class TraceFailed extends Error {
  readonly failure: StoreError
  constructor(failure: StoreError) {
    super(failure._tag)
    this.failure = failure
  }
}

export const got = <A>(answer: E.Either<StoreError, A>): A => {
  if (E.isLeft(answer)) throw new TraceFailed(answer.left)
  return answer.right
}

/** Everything of one turn; `turn` is null for one that is not in the thread any more, and `turnId` for what is between turns. */
export interface KnownTurn {
  readonly turnId: string | null
  readonly turn: OutlinedTurn | null
  readonly spends: ReadonlyArray<Spend>
  readonly calls: ReadonlyArray<ToolCall>
  readonly events: ReadonlyArray<AuditRow>
}

const PAGE = 1000
const TOLD: ReadonlyArray<AuditAction> = [
  'compacted',
  'rolled_back',
  'turns_restored',
  'reverted',
  'asked',
  'answered',
  'review_started',
  'reviewed'
]

interface OpenKnown {
  turn: OutlinedTurn | null
  readonly spends: Array<Spend>
  readonly calls: Array<ToolCall>
  readonly events: Array<AuditRow>
}

/** The turns of a thread in the order in which anything of them is known. */
export const knownTurns = async (
  engine: Engine,
  threadId: string
): Promise<ReadonlyArray<KnownTurn>> => {
  const turns = new Map<string | null, OpenKnown>()
  const of = (turnId: string | null): OpenKnown => {
    const known = turns.get(turnId)
    if (known !== undefined) return known
    const made = { turn: null, spends: [], calls: [], events: [] }
    turns.set(turnId, made)
    return made
  }
  for (let from = 0, total = 1; from < total; from += PAGE) {
    const page = got(await engine.outline(threadId, { from, count: PAGE })())
    ;({ total } = page)
    for (const turn of page.turns) of(turn.id).turn = turn
  }
  for await (const spend of got(await engine.usageRows({ by: 'total', threadId })()))
    of(spend.turnId).spends.push(spend)
  for (let cursor: string | null | undefined; cursor !== null;) {
    const asked = { threadId, order: 'asc', limit: PAGE, cursor: cursor ?? null } as const
    const page = got(await engine.tools(asked)())
    for (const call of page.data) of(call.turnId).calls.push(call)
    cursor = page.nextCursor
  }
  for (let cursor: string | null | undefined; cursor !== null;) {
    const asked = { threadId, actions: TOLD, limit: PAGE, cursor: cursor ?? null }
    const page = got(await engine.auditTrail(asked)())
    // What happened between turns and belongs to none has no span of its own.
    for (const row of page.data)
      if (row.turnId !== null && turns.has(row.turnId)) of(row.turnId).events.push(row)
    cursor = page.nextCursor
  }
  return [...turns].map(([turnId, known]) => ({ turnId, ...known }))
}
