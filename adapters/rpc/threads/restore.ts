/**
 * What resume and fork tell of a thread's past: its settings, its tokens and its goal.
 */
import * as E from 'fp-ts/lib/Either.js'
import type { Page, Turn } from '../../../domain/protocol.ts'
import { START } from '../../../replay/ports.ts'
import type { TurnPageRequest } from '../../../replay/pages/turn-page.ts'
import { ask, type Call } from '../method.ts'
import type { Notice } from '../wire/message.ts'
import { goalCleared, goalUpdated, tokenUsageUpdated } from './notices.ts'
import { NOTHING, restoredBy, restoredFrom, type Restored, type RestoredUsage } from './restored.ts'
import type { Settings } from './settings.ts'

/**
 * What the log of a thread says about its session; nothing when it cannot be read. Strict answers of the old eras also
 * tell which turns never ended, and for that every line is read.
 */
export const restoredOf = async (call: Call, threadId: string): Promise<Restored> => {
  const { strict, profile } = call.server
  if (!strict || profile === '0.169') {
    const lines = await ask(call, (engine) => engine.session(threadId))
    return E.isLeft(lines) ? NOTHING : restoredBy(lines.right.events, lines.right.usageTurnId)
  }
  const batches = await ask(call, (engine) => engine.events(threadId, START))
  return E.isLeft(batches) ? NOTHING : restoredFrom(batches.right)
}

/**
 * Turns as Codex up to 0.142 answers a fork or a rollback: those that never ended are still shown as running, but for the
 * last one of a fork, which was ended by it. What is said about them later, and by us, is that they were interrupted.
 */
export const asBuilt = (
  { server }: Call,
  turns: ReadonlyArray<Turn>,
  { openTurnId, leftOpen }: Restored,
  isFork: boolean
): ReadonlyArray<Turn> => {
  if (!server.strict || server.profile === '0.169') return turns
  const running = new Set([...leftOpen, ...(isFork || openTurnId === null ? [] : [openTurnId])])
  return turns.map((turn) =>
    running.has(turn.id) && turn.status === 'interrupted' ? { ...turn, status: 'inProgress' } : turn
  )
}

const PAGE = 100

/** Every turn of a thread, without items, oldest first. */
const bareTurns = async (call: Call, threadId: string): Promise<ReadonlyArray<Turn>> => {
  const all: Array<Turn> = []
  let cursor: string | null = null
  for (;;) {
    const request: TurnPageRequest = {
      cursor,
      limit: PAGE,
      sortDirection: 'asc',
      itemsView: 'notLoaded'
    }
    const page: E.Either<unknown, Page<Turn>> = await ask(call, (engine) =>
      engine.listTurns(threadId, request)
    )
    if (E.isLeft(page)) return all
    all.push(...page.right.data)
    cursor = page.right.nextCursor
    if (cursor === null) return all
  }
}

/** The turn a count is shown with: the one it was made in if that is still there, else the last that ended, else the last. */
const turnOf = (usage: RestoredUsage, turns: ReadonlyArray<Turn>): string => {
  const own = turns.find(({ id }) => id === usage.turnId)
  const ended = turns.findLast(({ status }) => status === 'completed' || status === 'failed')
  return (own ?? ended ?? turns[turns.length - 1])?.id ?? ''
}

/** How many tokens a thread has used, for the client that loads it; nothing when it never told. */
export const usageReplay = async (
  call: Call,
  threadId: string,
  { usage }: Restored,
  known: ReadonlyArray<Turn> | null,
  from = threadId
): Promise<ReadonlyArray<Notice>> => {
  if (usage === null) return []
  const turnId =
    usage.isResolved === true
      ? (usage.turnId ?? '')
      : turnOf(usage, known ?? (await bareTurns(call, from)))
  const { profile } = call.server
  return [tokenUsageUpdated(threadId, turnId, usage.info, profile, 'requester')]
}

/** What a client that resumes a thread is told about its goal, where goals are on. */
export const goalReplay = async (
  call: Call,
  threadId: string,
  { goals }: Settings
): Promise<ReadonlyArray<Notice>> => {
  if (!goals) return []
  const goal = await ask(call, (engine) => engine.goal(threadId))
  return [E.isRight(goal) && goal.right !== null ? goalUpdated(goal.right) : goalCleared(threadId)]
}
