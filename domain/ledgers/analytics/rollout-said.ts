/**
 * What people say in a rollout: the first message of a turn, more of them while it runs, and what they name; and goals.
 */
import type { RecordedEvent } from '../../log/event.ts'
import type { SituatedEvent } from '../../thread/turns/situate.ts'
import type { ThreadGoalUpdated } from '../../log/payloads.ts'
import { itemChange } from '../../thread/items/items.ts'
import type { Profile } from '../../log/profile.ts'
import type { UserContent } from '../../protocol.ts'
import type { Fact } from './fact.ts'
import { namedInputs, namedSkill } from './rollout-named.ts'
import {
  ROLLOUT_CONNECTION,
  silent,
  type FactWrite,
  type RolloutTurn,
  type RolloutState,
  type RolloutStep
} from './rollout-state.ts'
import { configuredFact } from './rollout-turns.ts'

const contentOf = (
  { line, mode }: SituatedEvent,
  profile: Profile
): ReadonlyArray<UserContent> | null => {
  if (line.type !== 'event_msg') return null
  const { payload } = line
  const isMessage =
    payload.type === 'user_message' ||
    (payload.type === 'item_completed' && payload.item.type === 'UserMessage')
  const change = isMessage ? itemChange(line, profile, () => '', mode) : null
  if (change === null || change.op === 'reason') return null
  return change.item.type === 'userMessage' ? change.item.content : null
}

const imagesIn = (content: ReadonlyArray<UserContent>): number =>
  content.filter(({ type }) => type === 'image' || type === 'localImage').length

const steered = (
  { threadId }: RolloutState,
  { turnId }: RolloutTurn,
  event: RecordedEvent,
  imageCount: number,
  atMs: number
): ReadonlyArray<FactWrite> => {
  const { revision } = event
  const request = { connectionId: ROLLOUT_CONNECTION, requestId: `steer-${revision}`, atMs }
  const facts: ReadonlyArray<Fact> = [
    { kind: 'steer_requested', ...request, threadId, expectedTurnId: turnId, imageCount },
    { kind: 'steer_accepted', ...request, turnId }
  ]
  return facts.map((fact, index) => ({ place: { revision, index }, fact }))
}

const NAMED_MAX = 64

/** What a line names for the first time in its turn. */
const naming = (
  state: RolloutState,
  event: RecordedEvent,
  content: ReadonlyArray<UserContent> | null,
  atMs: number
): RolloutStep => {
  const { turn, threadId } = state
  if (turn === null) return silent(state)
  const at = { atMs, threadId, turnId: turn.turnId }
  const block = namedSkill(event.line, state, at)
  const named = content === null ? (block === null ? [] : [block]) : namedInputs(content, state, at)
  const fresh = named.filter(({ key }) => !turn.named.includes(key))
  if (fresh.length === 0) return silent(state)
  const keys = [...turn.named, ...fresh.map(({ key }) => key)].slice(-NAMED_MAX)
  const { revision } = event
  return {
    state: { ...state, turn: { ...turn, named: keys } },
    writes: fresh.map(({ fact }, i) => ({ place: { revision, index: 16 + i }, fact }))
  }
}

/** A message of a person: the turn's own, with its images, or a steer; and what it names. */
export const said = (before: RolloutState, event: SituatedEvent, profile: Profile): RolloutStep => {
  const { atMs } = event
  const content = before.turn === null ? null : contentOf(event, profile)
  const first = naming(before, event, content, atMs)
  const second = messaged(first.state, event, content, atMs)
  return { state: second.state, writes: [...first.writes, ...second.writes] }
}

const messaged = (
  state: RolloutState,
  event: RecordedEvent,
  content: ReadonlyArray<UserContent> | null,
  atMs: number
): RolloutStep => {
  const { turn } = state
  if (turn === null || content === null || state.inReview) return silent(state)
  const images = imagesIn(content)
  const next = { ...turn, messages: turn.messages + 1 }
  if (turn.messages > 0)
    return {
      state: { ...state, turn: next },
      writes: turn.settings === null ? [] : steered(state, turn, event, images, atMs)
    }
  const first = { ...next, imageCount: images }
  const fact = images === 0 ? null : configuredFact(state, first, atMs)
  const { configuredAt } = turn
  return {
    state: { ...state, turn: first },
    writes: fact === null || configuredAt === null ? [] : [{ place: configuredAt, fact }]
  }
}

/** A goal as a line records it: made, used or changed. No line records that one was cleared. */
export const goalChanged = (
  state: RolloutState,
  { goal, turnId }: ThreadGoalUpdated,
  event: RecordedEvent,
  atMs: number
): RolloutStep => {
  const { objective, status } = goal
  const before = state.goal
  const change =
    before?.objective !== objective
      ? 'created'
      : before.status !== status
        ? 'status_changed'
        : 'usage_accounted'
  const fact: Fact = {
    kind: 'goal',
    atMs,
    threadId: state.threadId,
    turnId: turnId ?? null,
    goalId: null,
    change,
    status: status.replace(/[A-Z]/g, (letter) => `_${letter.toLowerCase()}`),
    hasTokenBudget: goal.tokenBudget != null,
    cumulativeTokens: change === 'usage_accounted' ? (goal.tokensUsed ?? null) : null,
    cumulativeSeconds: change === 'usage_accounted' ? (goal.timeUsedSeconds ?? null) : null
  }
  return {
    state: { ...state, goal: { objective, status } },
    writes: [{ place: { revision: event.revision, index: 0 }, fact }]
  }
}
