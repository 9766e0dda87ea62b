/**
 * Facts of tool calls, with the answers of the model they stand between, and the lines that patches change.
 */
import type { RecordedEvent } from '../../log/event.ts'
import type { SituatedEvent } from '../../thread/turns/situate.ts'
import { itemChange, type ItemChange } from '../../thread/items/items.ts'
import type { Profile } from '../../log/profile.ts'
import type { ThreadItem } from '../../protocol.ts'
import { lineCount } from '../tools/file-touches.ts'
import { diffLines, type DiffLines } from './diff-lines.ts'
import type { Fact, FactOf } from './fact.ts'
import { NO_LINKS, type ToolLinks } from '../tools/outcome.ts'
import { silent, type FactWrite, type RolloutState, type RolloutStep } from './rollout-state.ts'
import { calledId, evolveCalls, type EndedCall } from './rollout-tools.ts'

type ToolEnded = FactOf<'tool_ended'>

const ANSWERS_MAX = 256

/** A response of the model is complete: it made the calls before it, and follows those that have ended (0.169). */
export const answeredOnce = (state: RolloutState, responseId: string): RolloutStep => {
  const mine = new Set(state.unclaimed)
  const answers = [
    ...state.answers,
    ...state.unclaimed.map((callId) => [callId, responseId] as const)
  ].slice(-ANSWERS_MAX)
  const linked = state.unfollowed.map((write): FactWrite<ToolEnded> => {
    const { fact } = write
    const links: ToolLinks = mine.has(fact.itemId)
      ? { ...fact.outcome.links, originatingResponseId: responseId }
      : { ...fact.outcome.links, subsequentResponseId: responseId }
    return { ...write, fact: { ...fact, outcome: { ...fact.outcome, links } } }
  })
  const unfollowed = linked.filter(({ fact }) => mine.has(fact.itemId))
  return { state: { ...state, answers, unclaimed: [], unfollowed }, writes: linked }
}

/** Lines the files of a patch gain and lose; a file that is patched twice in a turn counts twice. */
const patchLines = (item: ThreadItem): DiffLines | null => {
  if (item.type !== 'fileChange' || item.status !== 'completed') return null
  let added = 0
  let deleted = 0
  for (const { kind, diff } of item.changes) {
    if (kind.type === 'add') added += lineCount(diff)
    else if (kind.type === 'delete') deleted += lineCount(diff)
    else {
      const lines = diffLines(diff)
      added += lines.added
      deleted += lines.deleted
    }
  }
  return { added, deleted }
}

const patched = (
  state: RolloutState,
  event: SituatedEvent,
  change: ItemChange | null
): RolloutStep => {
  const { atMs } = event
  const { turn, threadId, repositoryUrl } = state
  const lines = change?.op === 'upsert' ? patchLines(change.item) : null
  if (turn === null || lines === null) return silent(state)
  const sum = {
    added: (turn.lines?.added ?? 0) + lines.added,
    deleted: (turn.lines?.deleted ?? 0) + lines.deleted
  }
  const place = turn.linesAt ?? { revision: event.revision, index: 8 }
  const { turnId } = turn
  const fact: Fact = { kind: 'diff_updated', atMs, threadId, turnId, lines: sum, repositoryUrl }
  return {
    state: { ...state, turn: { ...turn, lines: sum, linesAt: place } },
    writes: [{ place, fact }]
  }
}

const ended = (state: RolloutState, call: EndedCall, event: RecordedEvent): RolloutStep => {
  const { threadId } = state
  const { callId, turnId, outcome } = call
  const answer = state.answers.find(([id]) => id === callId)
  const links = answer === undefined ? NO_LINKS : { ...NO_LINKS, originatingResponseId: answer[1] }
  const at = { threadId, turnId, itemId: callId }
  const { revision } = event
  const end: FactWrite<ToolEnded> = {
    place: { revision, index: 10 },
    fact: { kind: 'tool_ended', ...at, atMs: call.endedAtMs, outcome: { ...outcome, links } }
  }
  const start: Fact = { kind: 'tool_started', ...at, atMs: call.startedAtMs }
  const isAwaited = answer !== undefined || state.unclaimed.includes(callId)
  return {
    state: isAwaited
      ? { ...state, unfollowed: [...state.unfollowed, end].slice(-ANSWERS_MAX) }
      : state,
    writes: [{ place: { revision, index: 9 }, fact: start }, end]
  }
}

export const calls = (
  before: RolloutState,
  event: SituatedEvent,
  profile: Profile
): RolloutStep => {
  const { line, atMs, mode } = event
  // Calls of models, which an answer made; those of a person are none.
  const callId = calledId(line)
  const state =
    callId === null
      ? before
      : { ...before, unclaimed: [...before.unclaimed, callId].slice(-ANSWERS_MAX) }
  const { threadId, cwd } = state
  const dynamicTools = state.declaredTools === null ? null : new Set(state.declaredTools)
  const shown = itemChange(line, profile, () => '', mode)
  const step = evolveCalls(state.calls, {
    line,
    shown,
    atMs,
    turnId: event.namedTurnId ?? before.turn?.turnId ?? null,
    mode,
    isFree: state.turn?.settings?.sandboxPolicy === 'full_access',
    context: { threadId, cwd, dynamicTools }
  })
  const next = step.open === state.calls ? state : { ...state, calls: step.open }
  const lines = patched(next, event, shown)
  if (step.ended === null) return lines
  const end = ended(lines.state, step.ended, event)
  return { state: end.state, writes: [...lines.writes, ...end.writes] }
}
