/**
 * What a thread recorded about its session: the settings a resume goes on with, its tokens and its goal.
 */
import * as E from 'fp-ts/lib/Either.js'
import type { DamagedLine, PlacedEvent } from '../../../domain/log/event.ts'
import { isJsonObject, type Json, type JsonObject } from '../../../domain/json.ts'
import type { Page, Turn } from '../../../domain/protocol.ts'
import type { TurnPageRequest } from '../../../replay/read/pages/turn-page.ts'
import { START, isDamaged, type Batch } from '../../../replay/ports.ts'
import type { Notice } from '../wire/message.ts'
import { goalCleared, goalUpdated, tokenUsageUpdated } from './notices.ts'
import { ask, type RpcCall, type ThreadIds } from './server.ts'
import type { RestoredSettings, SessionSettings } from './settings.ts'

/** The last count of tokens and the turn it was made in; null when it was made in none. */
interface LastUsage {
  readonly turnId: string | null
  /** True when `turnId` is the turn to be shown, and not only the one that was open. */
  readonly isResolved?: boolean
  /** `info` of the event, as the log has it. */
  readonly info: JsonObject
}

/** What a resume needs to know of a thread beside its turns. */
export interface Restored {
  readonly settings: RestoredSettings
  readonly usage: LastUsage | null
  /** What a client said the thread is for; the first metadata counts. */
  readonly threadSource: string | null
  /** The last turn that began, when nothing says that it ended. */
  readonly openTurnId: string | null
  /** Turns before it that began and never ended. */
  readonly leftOpen: ReadonlyArray<string>
}

/** What a thread says that recorded nothing. */
const NOTHING_RECORDED: Restored = {
  settings: {
    model: null,
    reasoningEffort: null,
    serviceTier: null,
    cwd: null,
    approvalPolicy: null,
    approvalsReviewer: null
  },
  usage: null,
  threadSource: null,
  openTurnId: null,
  leftOpen: []
}

const textOf = (value: Json | undefined): string | null =>
  typeof value === 'string' ? value : null

const memberOf = (value: Json | undefined, member: string): Json =>
  isJsonObject(value) ? (value[member] ?? null) : null

const ofContext = (payload: JsonObject, before: RestoredSettings): RestoredSettings => ({
  ...before,
  model: textOf(payload['model']) ?? before.model,
  reasoningEffort: textOf(payload['effort'])
})

const ofSettings = (settings: JsonObject): RestoredSettings => {
  const collaboration = memberOf(settings['collaboration_mode'], 'settings')
  return {
    model: textOf(settings['model']),
    reasoningEffort: textOf(memberOf(collaboration, 'reasoning_effort')),
    serviceTier: textOf(settings['service_tier']),
    cwd: textOf(settings['cwd']),
    approvalPolicy: settings['approval_policy'] ?? null,
    approvalsReviewer: textOf(settings['approvals_reviewer'])
  }
}

const withEvent = (restored: Restored, type: string | null, payload: JsonObject): Restored => {
  switch (type) {
    case 'task_started':
      return {
        ...restored,
        openTurnId: textOf(payload['turn_id']),
        leftOpen:
          restored.openTurnId === null
            ? restored.leftOpen
            : [...restored.leftOpen, restored.openTurnId]
      }
    case 'task_complete':
    case 'turn_aborted':
      return { ...restored, openTurnId: null }
    case 'token_count': {
      const { info } = payload
      return isJsonObject(info)
        ? { ...restored, usage: { turnId: restored.openTurnId, info } }
        : restored
    }
    case 'thread_settings_applied': {
      const settings = payload['thread_settings']
      return isJsonObject(settings) ? { ...restored, settings: ofSettings(settings) } : restored
    }
    default:
      return restored
  }
}

const withLine = (restored: Restored, recorded: PlacedEvent | DamagedLine): Restored => {
  if (isDamaged(recorded)) return restored
  const { type, payload } = recorded.line as unknown as {
    readonly type: string
    readonly payload: JsonObject
  }
  switch (type) {
    case 'event_msg':
      return withEvent(restored, textOf(payload['type']), payload)
    case 'turn_context':
      return { ...restored, settings: ofContext(payload, restored.settings) }
    case 'session_meta':
      return {
        ...restored,
        threadSource: restored.threadSource ?? textOf(payload['thread_source'])
      }
    default:
      return restored
  }
}

/** What the lines that matter say; the turn of the counts is known. */
const restoredBy = (events: ReadonlyArray<PlacedEvent>, usageTurnId: string | null): Restored => {
  const { settings, usage } = events.reduce(withLine, NOTHING_RECORDED)
  const counted = usage === null ? null : { ...usage, turnId: usageTurnId, isResolved: true }
  return { ...NOTHING_RECORDED, settings, usage: counted }
}

/** What the lines of a thread say, read from the first to the last. */
const restoredFrom = async (batches: AsyncIterable<Batch>): Promise<Restored> => {
  let restored = NOTHING_RECORDED
  for await (const { lines } of batches) restored = lines.reduce(withLine, restored)
  return restored
}

/**
 * What the log of a thread says about its session; nothing when it cannot be read. Strict answers of the old eras also
 * tell which turns never ended, and for that every line is read.
 */
export const restoredOf = async (call: RpcCall, { streamId }: ThreadIds): Promise<Restored> => {
  const { strict, profile } = call.server
  if (!strict || profile === '0.169') {
    const lines = await ask(call, (engine) => engine.session(streamId))
    return E.isLeft(lines)
      ? NOTHING_RECORDED
      : restoredBy(lines.right.events, lines.right.usageTurnId)
  }
  const batches = await ask(call, (engine) => engine.events(streamId, START))
  return E.isLeft(batches) ? NOTHING_RECORDED : restoredFrom(batches.right)
}

/**
 * Turns as Codex up to 0.142 answers a fork or a rollback: those that never ended are still shown as running, but for the
 * last one of a fork, which was ended by it. What is said about them later, and by us, is that they were interrupted.
 */
export const asBuilt = (
  { server }: RpcCall,
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

const BARE = { limit: 100, sortDirection: 'asc', itemsView: 'notLoaded' } as const

/** Every turn of a thread, without items, oldest first. */
const bareTurns = async (call: RpcCall, { streamId }: ThreadIds): Promise<ReadonlyArray<Turn>> => {
  const all: Array<Turn> = []
  let cursor: string | null = null
  for (;;) {
    const request: TurnPageRequest = { ...BARE, cursor }
    const page: E.Either<unknown, Page<Turn>> = await ask(call, (engine) =>
      engine.listTurns(streamId, request)
    )
    if (E.isLeft(page)) return all
    all.push(...page.right.data)
    cursor = page.right.nextCursor
    if (cursor === null) return all
  }
}

/** The turn a count is shown with: the one it was made in if that is still there, else the last that ended, else the last. */
const turnOf = (usage: LastUsage, turns: ReadonlyArray<Turn>): string => {
  const own = turns.find(({ id }) => id === usage.turnId)
  const ended = turns.findLast(({ status }) => status === 'completed' || status === 'failed')
  return (own ?? ended ?? turns[turns.length - 1])?.id ?? ''
}

/** The tokens a thread has used, for the client that loads it; nothing when none were recorded. */
export const usageReplay = async (
  call: RpcCall,
  thread: ThreadIds,
  { usage }: Restored,
  known: ReadonlyArray<Turn> | null
): Promise<ReadonlyArray<Notice>> => {
  if (usage === null) return []
  const turnId =
    usage.isResolved === true
      ? (usage.turnId ?? '')
      : turnOf(usage, known ?? (await bareTurns(call, thread)))
  const { profile } = call.server
  return [tokenUsageUpdated(thread.id, turnId, usage.info, profile, 'requester')]
}

/** The goal of a thread, for the client that resumes it, where goals are on. */
export const goalReplay = async (
  call: RpcCall,
  { id, streamId }: ThreadIds,
  { goals }: SessionSettings
): Promise<ReadonlyArray<Notice>> => {
  if (!goals) return []
  const goal = await ask(call, (engine) => engine.goal(streamId))
  return [E.isRight(goal) && goal.right !== null ? goalUpdated(goal.right) : goalCleared(id)]
}
