/**
 * The model context of a thread: what Codex tells the model after it has loaded the thread again.
 *
 * Lines are read newest first, until nothing older can matter: the newest compaction that was not rolled back holds
 * everything the model still knows of what came before it.
 *
 * The turns here are those of the model, not those a person sees (`turns/lifecycle.ts`), and the two disagree: a rollback counts
 * what the model was asked, and Codex, reading backwards, chooses the compaction to begin at before it knows whether that one was
 * rolled back with its turn. So this fold cannot follow the lifecycle, which reads forward.
 *
 * Source: checked against what Codex 0.130.0 and 0.142.5 send to a model, rollout by rollout.
 */
import { rangeOf, type ByteRange } from '../turns/turn-state.ts'
import type { PlacedEvent, RolloutLine } from '../../log/event.ts'
import type { JsonObject } from '../../json.ts'
import type { TokenCount } from '../../log/payloads.ts'
import type { TurnContext } from '../../log/turn-context.ts'
import type { Profile } from '../../log/profile.ts'
import { isBoundary } from './boundary.ts'
import { isItemLine, replacementOf, replayItems, type ItemLine } from './replay.ts'

/** Token counts as a line holds them. */
export type TokenInfo = NonNullable<TokenCount['info']>

/** The counts a thread goes on with. */
interface RestoredUsage {
  readonly info: TokenInfo
  /** Where the newest `token_count` stands, with or without counts: it belongs to the turn that was open there. */
  readonly countedAt: ByteRange
}

/** What the model knows and which settings hold, when a thread is loaded again. */
export interface ModelContext {
  /** Response items as their lines hold them, oldest first. */
  readonly items: ReadonlyArray<JsonObject>
  /** The `turn_context` of the newest turn of the model that has one and was not rolled back. */
  readonly settings: TurnContext | null
  /** The newest `turn_context` of all, even of a turn that was rolled back: Codex goes on with its model. */
  readonly newest: TurnContext | null
  /**
   * The `turn_context` the next turn is compared with. Null when there is none, or a compaction came after it: the next
   * turn then tells the model everything again.
   */
  readonly turnContext: TurnContext | null
  /** Null when no model ever answered. */
  readonly usage: RestoredUsage | null
}

interface ContextReader {
  /** Takes the line before those it got; true when no older one matters. */
  readonly older: (event: PlacedEvent) => boolean
  /** The context. The reader must not be used afterwards. */
  readonly context: () => ModelContext
}

interface ContextWish {
  /** False when only the items are needed, which may end the reading earlier. */
  readonly settings: boolean
  readonly usage: boolean
  /** Turns of the model to take away as if they had just been rolled back. */
  readonly rollback?: number
  /** What is kept of an item; all of it unless told otherwise. */
  readonly keep?: (item: JsonObject) => JsonObject
}

/** `unknown`: nothing seen yet; `cleared`: a compaction came after whatever there was. */
type Reference = TurnContext | 'unknown' | 'cleared'

/** The lines of one turn, as far as they were read. */
interface Span {
  turnId: string | null
  isTurn: boolean
  settings: TurnContext | null
  reference: Reference
  base: ReadonlyArray<JsonObject> | null
}

interface ReaderState {
  readonly profile: Profile
  readonly keep: (item: JsonObject) => JsonObject
  /** Turns that are still to be left out. */
  pending: number
  span: Span | null
  base: ReadonlyArray<JsonObject> | null
  settings: TurnContext | null
  newest: TurnContext | null
  reference: Reference
  /** Lines of the forward half, newest first. */
  readonly lines: Array<ItemLine>
  /** How many of them stand behind the oldest compaction that could be the base. */
  kept: number | null
  info: TokenInfo | null
  countedAt: ByteRange | null
}

const spanOf = (state: ReaderState): Span =>
  (state.span ??= {
    turnId: null,
    isTurn: false,
    settings: null,
    reference: 'unknown',
    base: null
  })

const closeSpan = (state: ReaderState): void => {
  const { span } = state
  state.span = null
  if (span === null) return
  if (state.pending > 0) {
    if (span.isTurn) state.pending -= 1
    return
  }
  state.base ??= span.base
  if (span.isTurn) state.settings ??= span.settings
  if (state.reference === 'unknown' && (span.isTurn || span.reference === 'cleared'))
    state.reference = span.reference
}

const fits = (span: Span, turnId: string | null | undefined): boolean =>
  span.turnId === null || (turnId ?? span.turnId) === span.turnId

const olderEvent = (
  state: ReaderState,
  payload: Extract<RolloutLine, { readonly type: 'event_msg' }>['payload'],
  event: PlacedEvent
): void => {
  switch (payload.type) {
    case 'thread_rolled_back':
      state.pending += payload.num_turns
      return
    case 'task_complete':
      spanOf(state).turnId ??= payload.turn_id
      return
    case 'turn_aborted':
      if (state.span !== null || (payload.turn_id ?? null) !== null)
        spanOf(state).turnId ??= payload.turn_id ?? null
      return
    case 'user_message':
      spanOf(state).isTurn = true
      return
    case 'task_started':
      if (state.span !== null && fits(state.span, payload.turn_id)) closeSpan(state)
      return
    case 'token_count':
      state.countedAt ??= rangeOf(event)
      state.info ??= payload.info ?? null
      return
    default:
  }
}

const olderTurnContext = (state: ReaderState, payload: TurnContext): void => {
  const span = spanOf(state)
  state.newest ??= payload
  span.turnId ??= payload.turn_id ?? null
  if (!fits(span, payload.turn_id)) return
  span.settings = payload
  if (span.reference === 'unknown') span.reference = payload
}

const olderCompaction = (state: ReaderState, payload: JsonObject): void => {
  const span = spanOf(state)
  if (span.reference === 'unknown') span.reference = 'cleared'
  const replacement = replacementOf(payload, state.profile)
  if (span.base !== null || replacement === null) return
  span.base = replacement
  // The place is taken at once, even if the compaction turns out to be rolled back with its turn.
  if (state.base === null) state.kept = state.lines.length
}

const kept = ({ keep }: ReaderState, line: ItemLine): ItemLine =>
  line.type === 'response_item' && line.payload['role'] !== 'system'
    ? { timestamp: '', type: 'response_item', payload: keep(line.payload) }
    : line

const olderLine = (state: ReaderState, event: PlacedEvent): void => {
  const { line } = event
  switch (line.type) {
    case 'event_msg':
      olderEvent(state, line.payload, event)
      break
    case 'turn_context':
      olderTurnContext(state, line.payload)
      break
    case 'compacted':
      olderCompaction(state, line.payload)
      break
    case 'response_item':
      if (isBoundary(line.payload, state.profile)) spanOf(state).isTurn = true
      else spanOf(state)
      break
    case 'inter_agent_communication':
      spanOf(state).isTurn = true
      break
    default:
  }
  // Once the base is known, older lines say nothing about the items any more.
  if (state.base === null && isItemLine(line)) state.lines.push(kept(state, line))
}

const isDone = (state: ReaderState, wish: ContextWish): boolean =>
  state.base !== null &&
  (!wish.usage || state.info !== null) &&
  (!wish.settings || (state.settings !== null && state.reference !== 'unknown'))

const finish = (state: ReaderState): ModelContext => {
  closeSpan(state)
  const { base, lines, kept, info, countedAt, settings, newest, reference, profile } = state
  const forward = lines.slice(0, kept ?? lines.length).reverse()
  const { items, sawPlainCompaction } = replayItems(base ?? [], forward, profile)
  return {
    items,
    settings,
    newest,
    turnContext: sawPlainCompaction || typeof reference === 'string' ? null : reference,
    usage: info === null || countedAt === null ? null : { info, countedAt }
  }
}

/** A reader of the context of one thread, to be given its lines newest first. */
export const contextReader = (profile: Profile, wish: ContextWish): ContextReader => {
  const { rollback, keep = (item) => item } = wish
  const lines: Array<ItemLine> = []
  if (rollback !== undefined) {
    const payload = { type: 'thread_rolled_back', num_turns: rollback } as const
    lines.push({ timestamp: '', type: 'event_msg', payload })
  }
  const state: ReaderState = {
    profile,
    keep,
    pending: rollback ?? 0,
    span: null,
    base: null,
    settings: null,
    newest: null,
    reference: 'unknown',
    lines,
    kept: null,
    info: null,
    countedAt: null
  }
  return {
    older: (event) => {
      olderLine(state, event)
      return isDone(state, wish)
    },
    context: () => finish(state)
  }
}
