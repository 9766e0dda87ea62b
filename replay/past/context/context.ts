/**
 * What a thread's model knows, and what Codex writes about it when a rollback changes it.
 *
 * Both are read from the end of the thread and end at the newest compaction that counts, so their cost follows the
 * context and not the history. Nothing here comes from the turns a person sees, but for the name of the turn that the
 * token counts belong to.
 */
import * as E from 'fp-ts/lib/Either.js'
import { contextTokens, countedItem, itemTokens } from '../../../domain/thread/context/estimate.ts'
import { withoutTurns } from '../../../domain/thread/context/size.ts'
import { tokensOfText } from '../../../domain/thread/context/text.ts'
import {
  contextReader,
  type ModelContext,
  type TokenInfo
} from '../../../domain/thread/context/reader.ts'
import type { PlacedEvent } from '../../../domain/log/event.ts'
import { isJsonObject, textIn, type Json, type JsonObject } from '../../../domain/json.ts'
import type { TurnContext } from '../../../domain/log/turn-context.ts'
import type { ByteRange, TurnRow } from '../../../domain/thread/turns/turn-state.ts'
import { hasSize, sizeOfContext } from './size.ts'
import type { FilePlace, StreamInfo } from '../../ports.ts'
import type { Env } from '../../catch-up/project.ts'
import { endOfThread, placeOfRevision, readBack } from './read-back.ts'
import { firstMetas, tailEvents } from '../../read/threads/lines.ts'
import { liveTurns } from '../../read/pages/turn-page.ts'
import { inPieces } from '../../catch-up/pieces.ts'
import type { Result } from '../../result.ts'

export type { TokenInfo } from '../../../domain/thread/context/reader.ts'

/** When a context is asked for: at the end of a turn, or before the event with a number. */
export type ContextPoint = { readonly turnId: string } | { readonly revision: number }

/** The settings of a turn, under the names the app-server gives them. */
export interface ContextSettings {
  readonly model: string
  readonly effort: string | null
  readonly cwd: string
  readonly approvalPolicy: Json
  readonly sandboxPolicy: Json
  readonly permissionProfile: Json
  readonly collaborationMode: Json
  readonly personality: Json
  readonly summary: Json
  /** The whole line they were taken from. */
  readonly turnContext: JsonObject
}

/** Tokens as Codex counted them last. */
export interface ContextUsage {
  /** Null in a thread without turns. */
  readonly turnId: string | null
  readonly info: TokenInfo
}

/** What the model gets when a thread is resumed. */
export interface ThreadContext {
  /** Response items as the files hold them, oldest first; `modelInput` of the library makes what a request carries. */
  readonly items: ReadonlyArray<JsonObject>
  readonly itemTokens: ReadonlyArray<number>
  /** Tokens Codex would estimate for the items and the instructions in the thread's metadata. */
  readonly estimatedTokens: number
  /** Settings of the newest turn of the model that was not rolled back; null when no turn says any. */
  readonly settings: ContextSettings | null
  /** What Codex resumes with by default: the newest there was, rolled back or not. */
  readonly resumesWith: { readonly model: string; readonly effort: string | null } | null
  /** The `turn_context` the next turn is compared with; null when the next turn sends everything again. */
  readonly turnContext: JsonObject | null
  /** Null when no model ever answered. */
  readonly tokenUsage: ContextUsage | null
}

const json = (value: unknown): Json => (value ?? null) as Json

const settingsOf = (raw: TurnContext): ContextSettings => {
  const turnContext = raw as unknown as JsonObject
  return {
    model: raw.model,
    effort: raw.effort ?? null,
    cwd: raw.cwd,
    approvalPolicy: json(raw.approval_policy),
    sandboxPolicy: json(raw.sandbox_policy),
    permissionProfile: json(raw.permission_profile),
    collaborationMode: json(turnContext['collaboration_mode']),
    personality: json(turnContext['personality']),
    summary: json(raw.summary),
    turnContext
  }
}

const HEAD_BYTES = [64 * 1024, 1024 * 1024]

/** The instructions in the first metadata that has any; empty when there are none. */
const instructionsOf = async (env: Env, info: StreamInfo): Promise<string> => {
  for (const bytes of HEAD_BYTES)
    for (const { base_instructions: instructions } of await firstMetas(env, info, bytes))
      if (isJsonObject(instructions)) return textIn(instructions['text'])
  return ''
}

/** Events that say nothing about which turn is open, and show nothing. */
const SILENT: ReadonlySet<string> = new Set([
  'token_count',
  'turn_aborted',
  'thread_goal_updated',
  'thread_settings_applied',
  'sub_agent_activity'
])

/** What was open at a place: a turn by id, an implicit turn by one of its events, or nothing. */
type OpenThere = { readonly turnId: string } | { readonly event: PlacedEvent } | null

/** Looks back from a place to the line that began or ended a turn. */
const openAt = async (env: Env, info: StreamInfo, at: ByteRange): Promise<OpenThere> => {
  let shown: PlacedEvent | null = null
  let begun: string | null = null
  await readBack(env, info, { segment: at.segment, offset: at.from }, (event) => {
    if (event.line.type !== 'event_msg') return false
    const { payload } = event.line
    if (payload.type === 'task_started') begun = payload.turn_id
    if (payload.type === 'task_started') return true
    if (payload.type === 'task_complete' || payload.type === 'thread_rolled_back') return true
    if (!SILENT.has(payload.type)) shown ??= event
    return false
  })
  if (begun !== null) return { turnId: begun }
  return shown === null ? null : { event: shown }
}

const holds = ({ ranges }: TurnRow, { segment, offset }: PlacedEvent): boolean =>
  ranges.some((range) => range.segment === segment && range.from <= offset && offset < range.until)

const ROWS_AT_ONCE = 100

/** The newest live turn that a test holds for, or null. */
const newestTurn = (
  { count, rows }: ReturnType<typeof liveTurns>,
  fits: (row: TurnRow) => boolean
): TurnRow | null => {
  for (let until = count; until > 0; until -= ROWS_AT_ONCE) {
    const some = rows(Math.max(0, until - ROWS_AT_ONCE), until)
    for (let i = some.length - 1; i >= 0; i--) {
      const row = some[i]
      if (row !== undefined && fits(row)) return row
    }
  }
  return null
}

/**
 * The turn that token counts belong to, as Codex names it after a resume: the one that was open where they were
 * counted; when there was none, the newest that ended, or else the newest. The thread must be caught up.
 */
export const usageTurnId = async (
  env: Env,
  info: StreamInfo,
  countedAt: ByteRange
): Promise<string | null> => {
  const live = liveTurns(env, info)
  const open = await openAt(env, info, countedAt)
  if (open !== null && 'turnId' in open && live.places(open.turnId, 1).length > 0)
    return open.turnId
  if (open !== null && 'event' in open) {
    const row = newestTurn(live, (turn) => holds(turn, open.event))
    if (row !== null) return row.id
  }
  const ended = newestTurn(live, ({ status }) => status === 'completed' || status === 'failed')
  return (ended ?? newestTurn(live, () => true))?.id ?? null
}

const endOfTurn = async (
  env: Env,
  info: StreamInfo,
  turnId: string
): Promise<Result<FilePlace>> => {
  const live = liveTurns(env, info)
  const place = live.places(turnId, 1)[0]
  const row = place === undefined ? undefined : live.rows(place, place + 1)[0]
  const last = [...(row?.ranges ?? []), ...(row?.late ?? [])].pop()
  return last === undefined
    ? E.left({ _tag: 'TurnNotFound', streamId: info.streamId, turnId })
    : E.right({ segment: last.segment, offset: last.until })
}

const placeOf = async (
  env: Env,
  info: StreamInfo,
  at: ContextPoint | undefined
): Promise<Result<FilePlace>> => {
  if (at === undefined) return E.right(await endOfThread(env, info))
  return 'turnId' in at
    ? endOfTurn(env, info, at.turnId)
    : E.right(await placeOfRevision(env, info, at.revision))
}

const answer = async (
  env: Env,
  info: StreamInfo,
  { items, settings, newest, turnContext, usage }: ModelContext
): Promise<ThreadContext> => {
  const tokens: Array<number> = []
  await inPieces(env, items, (item) => tokens.push(itemTokens(item, env.profile)))
  const ofInstructions = tokensOfText(await instructionsOf(env, info))
  return {
    items,
    itemTokens: tokens,
    estimatedTokens: tokens.reduce((sum, one) => sum + one, ofInstructions),
    settings: settings === null ? null : settingsOf(settings),
    resumesWith: newest === null ? null : { model: newest.model, effort: newest.effort ?? null },
    turnContext: turnContext as unknown as JsonObject | null,
    tokenUsage:
      usage === null
        ? null
        : { turnId: await usageTurnId(env, info, usage.countedAt), info: usage.info }
  }
}

/**
 * The model context of a caught-up thread: at its end, at the end of a turn, or before an event. A turn that was
 * rolled back is `TurnNotFound`.
 */
export const threadContext = async (
  env: Env,
  info: StreamInfo,
  at?: ContextPoint
): Promise<Result<ThreadContext>> => {
  const place = await placeOf(env, info, at)
  if (E.isLeft(place)) return place
  const reader = contextReader(env.profile, { settings: true, usage: true })
  await readBack(env, info, place.right, reader.older)
  return E.right(await answer(env, info, reader.context()))
}

/** What a thread's counts are before a model ever answered. */
const NO_USAGE = {
  input_tokens: 0,
  cached_input_tokens: 0,
  output_tokens: 0,
  reasoning_output_tokens: 0,
  total_tokens: 0
}

/** Tokens the model of the newest turn can be sent; null when nothing near the end says. */
const lastWindow = async (env: Env, info: StreamInfo): Promise<number | null> => {
  const events = await tailEvents(env, info)
  const started = events.findLast(
    ({ line }) => line.type === 'event_msg' && line.payload.type === 'task_started'
  )
  const window = (started?.line.payload as JsonObject | undefined)?.['model_context_window']
  return typeof window === 'number' ? window : null
}

/** The counts after the model is sent other items from now on: the total as it was, and an estimate of these. */
export const estimateOf = async (
  env: Env,
  info: StreamInfo,
  items: ReadonlyArray<JsonObject>
): Promise<TokenInfo> => {
  const reader = contextReader(env.profile, { settings: false, usage: true })
  await readBack(env, info, await endOfThread(env, info), reader.older)
  const { usage } = reader.context()
  const total_tokens = contextTokens(items, await instructionsOf(env, info), env.profile)
  return {
    total_token_usage: usage?.info.total_token_usage ?? NO_USAGE,
    last_token_usage: { ...NO_USAGE, total_tokens },
    model_context_window: usage?.info.model_context_window ?? (await lastWindow(env, info))
  }
}

/** A context that begins further away than this is counted forward instead, and the count kept. */
const NEAR_BYTES = 16 * 1024 * 1024

interface LeftSize {
  readonly usage: TokenInfo | null
  /** Tokens of the items that are left. */
  readonly tokens: number
}

/** Reads back until the context is whole, or to a limit: then null, unless the thread is shorter. */
const leftByReading = async (
  env: Env,
  info: StreamInfo,
  turns: number,
  limitBytes: number
): Promise<Pick<LeftSize, 'usage'> & { readonly tokens: number | null }> => {
  const keep = (item: JsonObject): JsonObject => countedItem(item, env.profile)
  const wanted = { settings: false, usage: true, rollback: turns, keep }
  const reader = contextReader(env.profile, wanted)
  const end = await endOfThread(env, info)
  let isCut = false
  await readBack(env, info, end, (event) => {
    const isWhole = reader.older(event)
    isCut = !isWhole && end.offset - event.offset > limitBytes
    return isWhole || isCut
  })
  const { items, usage } = reader.context()
  const tokens = isCut ? null : contextTokens(items, '', env.profile)
  return { usage: usage?.info ?? null, tokens }
}

const newestUsage = async (env: Env, info: StreamInfo): Promise<TokenInfo | null> => {
  let usage: TokenInfo | null = null
  await readBack(env, info, await endOfThread(env, info), ({ line }) => {
    if (line.type === 'event_msg' && line.payload.type === 'token_count')
      usage = line.payload.info ?? null
    return usage !== null
  })
  return usage
}

const leftAfter = async (env: Env, info: StreamInfo, turns: number): Promise<LeftSize> => {
  const isCounted = await hasSize(env, info)
  if (!isCounted) {
    const near = await leftByReading(env, info, turns, NEAR_BYTES)
    if (near.tokens !== null) return { usage: near.usage, tokens: near.tokens }
  }
  const size = await sizeOfContext(env, info)
  if (size !== null) {
    const { tokens } = withoutTurns(size, turns)
    return { usage: await newestUsage(env, info), tokens }
  }
  const whole = await leftByReading(env, info, turns, Infinity)
  return { usage: whole.usage, tokens: whole.tokens ?? 0 }
}

/**
 * The counts that a rollback of some turns writes before its own line: the total as it was, and for the last answer
 * nothing but an estimate of the context that is left. `instructions` are those of the model, for a
 * thread whose metadata holds none. The context window is the one written last; Codex takes that of the model in use.
 */
export const estimateAfterRollback = async (
  env: Env,
  info: StreamInfo,
  turns: number,
  instructions = ''
): Promise<TokenInfo> => {
  const { usage, tokens } = await leftAfter(env, info, turns)
  const own = await instructionsOf(env, info)
  return {
    total_token_usage: usage?.total_token_usage ?? NO_USAGE,
    last_token_usage: {
      ...NO_USAGE,
      total_tokens: tokens + tokensOfText(own === '' ? instructions : own)
    },
    model_context_window: usage?.model_context_window ?? (await lastWindow(env, info))
  }
}
