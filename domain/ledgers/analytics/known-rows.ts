/**
 * How a table of known differences is written, and the questions that reasons ask of the evidence.
 */
import { textIn, textOrNull, type Json, type JsonObject } from '../../json.ts'
import type { KnownDifference, Sides } from './compare.ts'
import { timeInId, type Evidence } from './evidence.ts'
import type { Contract, EventType } from './vocabulary.ts'

export const UP_TO_142: ReadonlyArray<Contract> = ['0.130', '0.142']
export const FROM_142: ReadonlyArray<Contract> = ['0.142', '0.169']

/** Whether the evidence for a reason is there. */
export type When = (sides: Sides, evidence: Evidence) => boolean

/** Where a reason applies. */
export interface Where {
  readonly events?: ReadonlyArray<EventType>
  readonly contracts?: ReadonlyArray<Contract>
  readonly when?: When
}

const rows = (
  fields: string | null,
  reason: string,
  { events, contracts, when }: Where,
  more: Pick<KnownDifference, 'notReconstructable'>
): ReadonlyArray<KnownDifference> => {
  const limits = {
    ...(contracts === undefined ? {} : { contracts }),
    ...(when === undefined ? {} : { when })
  }
  const names = fields === null ? [null] : fields.split(/\s+/)
  return (events ?? [null]).flatMap((event) =>
    names.map((field) => ({
      ...(event === null ? {} : { event }),
      ...(field === null ? {} : { field }),
      ...limits,
      ...more,
      reason
    }))
  )
}

/** Fields that no rollout holds. */
export const unknown = (fields: string, reason: string, where: Where = {}) =>
  rows(fields, reason, where, { notReconstructable: true })

/** Events that no rollout holds. */
export const unseen = (events: ReadonlyArray<EventType>, reason: string, where: Where = {}) =>
  rows(null, reason, { ...where, events }, { notReconstructable: true })

/** Fields that differ, and why; here evidence is mandatory. */
export const differs = (fields: string, reason: string, where: Where & { readonly when: When }) =>
  rows(fields, reason, where, {})

/** Events that stand on one side only, and why. */
export const alone = (
  events: ReadonlyArray<EventType>,
  reason: string,
  where: Where & { readonly when: When }
) => rows(null, reason, { ...where, events }, {})

/** Members of the event that is there; of the captured one where both are. */
export const paramsOf = ({ capturedEvent, reconstructedEvent }: Sides): JsonObject =>
  (capturedEvent ?? reconstructedEvent)?.event_params ?? {}

export const member = (
  sides: Sides,
  side: 'captured' | 'reconstructed',
  name: string
): Json | undefined =>
  (side === 'captured' ? sides.capturedEvent : sides.reconstructedEvent)?.event_params[name]

/** True for an event that only the capture has. */
export const isPosted = ({ reconstructedEvent }: Sides): boolean => reconstructedEvent === null

/** True for an event that only the reconstruction has. */
export const isMade = ({ capturedEvent }: Sides): boolean => capturedEvent === null

/** Both sides are numbers, and the captured one exceeds the other by `least` to `most`. */
export const isMoreBy =
  (least: number, most: number): When =>
  ({ captured, reconstructed }) => {
    if (typeof captured !== 'number' || typeof reconstructed !== 'number') return false
    return captured - reconstructed >= least && captured - reconstructed <= most
  }

/** Both sides have the turn, so that this event is one too many rather than missing. */
const isTurnOfBoth = ({ thread_id, turn_id }: JsonObject, { captured, reconstructed }: Evidence) =>
  captured.turn(thread_id, turn_id) !== undefined &&
  reconstructed.turn(thread_id, turn_id) !== undefined

/** The captured turn began before its thread was reverted to an earlier one. */
export const wasReverted: When = (sides, evidence) => {
  const { thread_id, turn_id } = paramsOf(sides)
  const madeAt = timeInId(turn_id)
  const reverts = evidence.reverts.get(textIn(thread_id)) ?? []
  const born = timeInId(thread_id) ?? Infinity
  // A revert takes the end of a thread away: nothing stands that began after this turn and before it.
  const kept = evidence.reconstructed
    .events(thread_id)
    .map(({ event_params }) => timeInId(event_params['turn_id']) ?? 0)
  const isTaken = (atMs: number, since: number) =>
    atMs >= since && !kept.some((began) => began > since && began < atMs)
  const isInTime =
    madeAt !== null && madeAt >= born && reverts.some((atMs) => isTaken(atMs, madeAt))
  return isPosted(sides) && isInTime && !isTurnOfBoth(paramsOf(sides), evidence)
}

/** The home has nothing of a thread that the capture saw begin and work. */
export const wasDeleted: When = (sides, { captured, reconstructed }) => {
  const { thread_id } = paramsOf(sides)
  const worked = captured
    .events(thread_id)
    .some(({ event_type }) => event_type === 'codex_turn_event')
  const openings = captured.openings(thread_id)
  return (
    isPosted(sides) &&
    !reconstructed.knows(thread_id) &&
    worked &&
    openings.length > 0 &&
    openings.every((one) => one['ephemeral'] === false)
  )
}

/** The `codex_thread_initialized` that says what sort of thread it is. */
const openingOf = (threadId: unknown, { captured, reconstructed }: Evidence): JsonObject =>
  reconstructed.openings(threadId)[0] ?? captured.openings(threadId)[0] ?? {}

export const isReviewer = (threadId: unknown, evidence: Evidence): boolean =>
  openingOf(threadId, evidence)['subagent_source'] === 'review'

/** The thread is that of an agent made by another agent. */
export const isNested = (threadId: unknown, evidence: Evidence): boolean => {
  const { subagent_source, parent_thread_id } = openingOf(threadId, evidence)
  const above = openingOf(parent_thread_id, evidence)['subagent_source']
  return typeof subagent_source === 'string' && typeof above === 'string'
}

/** The sub-agent kind of a thread; null for any other thread. */
export const subagentOf = (threadId: unknown, evidence: Evidence): string | null =>
  textOrNull(openingOf(threadId, evidence)['subagent_source'])
