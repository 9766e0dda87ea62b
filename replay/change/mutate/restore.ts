/**
 * Taking a rollback of a legacy thread back: its hidden lines are written again, behind an event of our own. A Codex sees
 * the same turns as before; unroll gives them also the counted ids they had.
 */
import * as E from 'fp-ts/lib/Either.js'
import { isBoundary } from '../../../domain/thread/context/boundary.ts'
import { isItemLine, replayItems } from '../../../domain/thread/context/replay.ts'
import { copiedEvent } from '../../../domain/changes/new-event.ts'
import { HOOK_PROMPT_MARK } from '../../../domain/thread/items/hook-prompt.ts'
import type { PlacedEvent } from '../../../domain/log/event.ts'
import type { JsonObject } from '../../../domain/json.ts'
import type { Profile } from '../../../domain/log/profile.ts'
import { IMPLICIT_ID } from '../../../domain/thread/turns/lifecycle.ts'
import type {
  HiddenTurns,
  RestoringTurns,
  TurnsState
} from '../../../domain/thread/turns/turn-state.ts'
import { turns } from '../../../projections/turns.ts'
import { threadContext, type ContextPoint } from '../../past/context/context.ts'
import type { StreamInfo } from '../../ports.ts'
import { eventsIn } from '../../read/threads/lines.ts'
import { stateOf } from '../../catch-up/project.ts'
import { liveTurns } from '../../read/pages/turn-page.ts'
import type { MutationEnv, MutationPlan, MutationTarget } from './write.ts'
import { impossible, type Result } from '../../result.ts'

/** What is copied must fit into memory. */
const RESTORED_BYTES_MAX = 256 * 1024 * 1024

const isContext = ({ line }: PlacedEvent): boolean =>
  line.type === 'turn_context' ||
  (line.type === 'response_item' &&
    line.payload['type'] === 'message' &&
    (line.payload['role'] === 'user' || line.payload['role'] === 'developer'))

const isRecount = (event: PlacedEvent | undefined): boolean => {
  const line = event?.line
  if (line?.type !== 'event_msg' || line.payload.type !== 'token_count') return false
  const last = line.payload.info?.last_token_usage
  return last !== undefined && last.input_tokens === 0 && last.output_tokens === 0
}

/** A turn without a beginning starts with its first event; what the model was sent for it comes before. */
const leadIn = async (
  env: MutationEnv,
  info: StreamInfo,
  { live, from, implicit }: HiddenTurns
): Promise<ReadonlyArray<PlacedEvent>> => {
  if (implicit?.offset !== from.offset) return []
  const before = liveTurns(env, info)
    .rows(Math.max(0, live - 1), live)[0]
    ?.ranges.at(-1)
  const begin = before?.segment === from.segment ? before.until : 0
  const range = { segment: from.segment, from: begin, until: from.offset }
  const lines = await eventsIn(env, info, [range])
  const last = lines.findLastIndex((event) => !isContext(event))
  return lines.slice(last + 1)
}

/** The index that the first copy must have for implicit turns to get their names back. */
const firstIndex = (
  { implicit }: HiddenTurns,
  copies: ReadonlyArray<PlacedEvent>
): number | null => {
  if (implicit === null) return null
  const before = copies.filter(
    ({ offset, line }) => offset < implicit.offset && line.type !== 'ignored'
  )
  return Math.max(0, implicit.index - before.length)
}

const hasUsage = ({ line }: PlacedEvent): boolean =>
  line.type === 'event_msg' && line.payload.type === 'token_count' && line.payload.info != null

const USAGE_BYTES = 1024 * 1024

/** The usage that held before the hidden turns, when they brought none of their own. */
const usageBefore = async (
  env: MutationEnv,
  info: StreamInfo,
  { from }: HiddenTurns,
  copies: ReadonlyArray<PlacedEvent>
): Promise<ReadonlyArray<PlacedEvent>> => {
  if (copies.some(hasUsage)) return []
  const { segment, offset: until } = from
  const range = { segment, from: Math.max(0, until - USAGE_BYTES), until }
  const lines = await eventsIn(env, info, [range])
  return lines.filter(hasUsage).slice(-1)
}

interface Copies {
  /** Items the model lost although their turns stayed: it counts turns otherwise than a person does. */
  readonly items: ReadonlyArray<JsonObject>
  readonly lines: ReadonlyArray<PlacedEvent>
}

const itemsAfter = (
  base: ReadonlyArray<JsonObject>,
  lines: ReadonlyArray<PlacedEvent>,
  profile: Profile
): ReadonlyArray<JsonObject> =>
  replayItems(base, lines.map(({ line }) => line).filter(isItemLine), profile).items

/** True for an item that is visible in any position. */
const isPrompt = (item: JsonObject): boolean => JSON.stringify(item).includes(HOOK_PROMPT_MARK)

const isShown = (item: JsonObject): boolean =>
  isPrompt(item) || JSON.stringify(item).includes('<user_shell_command>')

/**
 * Without what the model is sent before its first turn: a rollback past that turn leaves it, and a copy would repeat it.
 * What is shown stays.
 */
const withoutPreamble = (
  lines: ReadonlyArray<PlacedEvent>,
  profile: Profile
): ReadonlyArray<PlacedEvent> => {
  const isItem = ({ line }: PlacedEvent) => line.type === 'response_item'
  const first = lines.findIndex(
    (event) => isItem(event) && isBoundary(event.line.payload as JsonObject, profile)
  )
  return lines.filter(
    (event, i) => i >= first || !isItem(event) || isShown(event.line.payload as JsonObject)
  )
}

/**
 * Tries the ways there are, and takes the one after which the model knows what it knew, or is nearest to it; `now` are
 * the items it is left with, `before` those it had.
 */
const forModel = (
  lines: ReadonlyArray<PlacedEvent>,
  now: ReadonlyArray<JsonObject>,
  before: ReadonlyArray<JsonObject>,
  profile: Profile
): Copies => {
  const wanted = JSON.stringify(before)
  let best: Copies = { items: [], lines }
  let distance = Infinity
  for (const some of [lines, withoutPreamble(lines, profile)]) {
    const carried = itemsAfter([], some, profile).length
    const lost = before.slice(now.length, Math.max(now.length, before.length - carried))
    for (const items of [[], lost.filter((item) => !isPrompt(item))]) {
      const known = itemsAfter([...now, ...items], some, profile)
      if (JSON.stringify(known) === wanted) return { items, lines: some }
      const off = Math.abs(known.length - before.length)
      if (off < distance) best = { items, lines: some }
      distance = Math.min(distance, off)
    }
  }
  return best
}

const UNEVEN: ReadonlySet<string> = new Set(['thread_rolled_back', 'entered_review_mode'])

/** How many turns of the model each turn of a person contains; null where they cannot be distinguished. */
const turnsOfModel = (
  lines: ReadonlyArray<PlacedEvent>,
  profile: Profile
): ReadonlyArray<number> | null => {
  const counts: Array<number> = []
  for (const { line } of lines) {
    if (line.type === 'event_msg' && line.payload.type === 'task_started') counts.push(0)
    else if (line.type === 'event_msg' && UNEVEN.has(line.payload.type)) return null
    else if (line.type === 'compacted' || line.type === 'inter_agent_communication') return null
    else if (line.type === 'response_item' && isBoundary(line.payload, profile)) {
      if (counts.length === 0) return null
      counts[counts.length - 1] = (counts.at(-1) ?? 0) + 1
    }
  }
  return counts
}

/** Longer runs of turns without a beginning are not searched. */
const LOOKED_BACK = 16

/** True when the model lost exactly the turns that a person lost: then they come back unchanged. */
const isAlike = (
  env: MutationEnv,
  info: StreamInfo,
  { live, turns: count }: HiddenTurns,
  lines: ReadonlyArray<PlacedEvent>
): boolean => {
  // What the model is told of an interruption goes with the turn that follows it; a turn that nobody began, as a review mark
  // opens one, is none to the model.
  const rows = liveTurns(env, info).rows(Math.max(0, live - LOOKED_BACK), live)
  const last = rows.findLast(({ id }) => !IMPLICIT_ID.test(id)) ?? rows.at(-1)
  if (last?.status !== 'completed') return false
  const counts = turnsOfModel(lines, env.profile)
  return counts?.length === count && counts.every((turns) => turns === 1)
}

const copiesOf = async (
  env: MutationEnv,
  info: StreamInfo,
  hidden: HiddenTurns,
  lines: ReadonlyArray<PlacedEvent>,
  left: ContextPoint | undefined
): Promise<Result<Copies>> => {
  if (isAlike(env, info, hidden, lines)) return E.right({ items: [], lines })
  const now = await threadContext(env, info, left)
  if (E.isLeft(now)) return now
  const before = await threadContext(env, info, { revision: hidden.revision })
  if (E.isLeft(before)) return before
  return E.right(forModel(lines, now.right.items, before.right.items, env.profile))
}

/** What brings hidden turns back: items for the model, then the mark, then copies. */
interface Restoration {
  readonly items: ReadonlyArray<JsonObject>
  readonly copies: ReadonlyArray<PlacedEvent>
  readonly index: number | null
}

/** `left`: where the thread stood when it was to be brought back; now, unless that was tried before. */
const restorationOf = async (
  env: MutationEnv,
  target: MutationTarget,
  hidden: HiddenTurns,
  left?: ContextPoint
): Promise<Result<Restoration>> => {
  const { info } = target
  const { from, at: marker } = hidden
  if (marker.segment !== from.segment || marker.from - from.offset > RESTORED_BYTES_MAX)
    return impossible('what was rolled back is too much to be written again', {
      kind: 'see_events',
      threadId: info.streamId
    })
  const range = { segment: from.segment, from: from.offset, until: marker.from }
  const lines = await eventsIn(env, info, [range])
  const leading = await leadIn(env, info, hidden)
  const kept = isRecount(lines.at(-1)) ? lines.slice(0, -1) : lines
  const all = [...leading, ...kept].filter(({ line }) => line.type !== 'session_meta')
  const known = await copiesOf(env, info, hidden, all, left)
  if (E.isLeft(known)) return known
  const { items, lines: own } = known.right
  const copies = [...own, ...(await usageBefore(env, info, hidden, own))]
  return E.right({ items, copies, index: firstIndex(hidden, own) })
}

/** Partial lines between copies: one for each attempt that was cut off. */
const TRIES_MAX = 8

/** Copies that are missing since a process was killed while it wrote them; none when nothing was cut off. */
const missingCopies = async (
  env: MutationEnv,
  target: MutationTarget,
  restoring: RestoringTurns,
  until: number
): Promise<Result<ReadonlyArray<PlacedEvent>>> => {
  const { hidden, revision, from } = restoring
  const { next } = target.checkpoint
  if (hidden === null || next.segment !== from.segment || next.revision > until + TRIES_MAX)
    return E.right([])
  const restored = await restorationOf(env, target, hidden, { revision })
  if (E.isLeft(restored)) return restored
  const range = { segment: from.segment, from: from.offset, until: next.offset }
  const there = await eventsIn(env, target.info, [range])
  const { copies } = restored.right
  const [wanted, written] = [copies, there].map((some) =>
    some.map((event) => JSON.stringify(copiedEvent(event)))
  )
  const isCopied = written?.every((text, at) => text === wanted?.[at]) === true
  return E.right(isCopied ? copies.slice(there.length) : [])
}

/** The events that bring back what the last rollback of a legacy thread hid, or the rest of them. */
export const restorePlan =
  (env: MutationEnv) =>
  async (target: MutationTarget): Promise<Result<MutationPlan>> => {
    const { info, at } = target
    const state = stateOf(env, turns.name, info.streamId) as TurnsState | undefined
    const inverseOf = ({ turns: count }: HiddenTurns) => ({
      operation: 'rollback',
      arguments: { threadId: info.streamId, turns: count }
    })
    const restoring = state?.restoring ?? null
    const until = state?.lifecycle.copies?.until ?? -1
    const missing = restoring === null ? null : await missingCopies(env, target, restoring, until)
    if (missing !== null && E.isLeft(missing)) return missing
    if (restoring?.hidden && missing !== null && missing.right.length > 0) {
      const events = missing.right.map(copiedEvent)
      return E.right({ events, inverse: inverseOf(restoring.hidden) })
    }
    const hidden = state?.hidden.at(-1)
    if (hidden === undefined)
      return impossible('nothing was rolled back since the last turn', {
        kind: 'see_turns',
        threadId: info.streamId
      })
    const restored = await restorationOf(env, target, hidden)
    if (E.isLeft(restored)) return restored
    const { items, copies, index } = restored.right
    const payload = {
      type: 'unroll_turns_restored',
      num_turns: hidden.turns,
      lines: copies.length,
      next_item: hidden.nextItem,
      ...(index === null ? {} : { index })
    }
    const events = [
      ...items.map((item) => ({ timestamp: at, type: 'response_item', payload: item })),
      { timestamp: at, type: 'event_msg', payload },
      ...copies.map(copiedEvent)
    ]
    return E.right({ events, inverse: inverseOf(hidden) })
  }
