/**
 * Two lists of analytics events side by side: what a capture holds, and what was made again from the log.
 *
 * Events are paired by type and by the ids they name; repeats of one key in the order they stand. A difference gets a reason only
 * when one is known and the evidence for it is there: in the two events, in others of either side, in the trail of the home. A value
 * that contradicts its own side has none. What is left without a reason is a mistake of one of the two.
 */
import { grouped } from '../../grouped.ts'
import { isJsonObject, type Json, type JsonObject } from '../../json.ts'
import type { ProfileName } from '../../log/profile.ts'
import type { PostedEvent } from './envelope.ts'
import { own } from '../../own.ts'
import {
  indexOf,
  NO_HOME_EVIDENCE,
  timeInId,
  type Evidence,
  type HomeEvidence
} from './evidence.ts'
import { contradicted } from './laws.ts'

/** How both sides of a field, or of a whole event, relate. */
export type AgreementVerdict =
  | 'equal'
  | 'differs'
  | 'only_in_capture'
  | 'only_reconstructed'
  | 'not_reconstructable'

/** Both sides of one field; `undefined` where the key, or the whole event, is missing. */
export interface Sides {
  readonly captured: Json | undefined
  readonly reconstructed: Json | undefined
  readonly capturedEvent: PostedEvent | null
  readonly reconstructedEvent: PostedEvent | null
}

/** A difference that is known, with its reason. Of several rows that fit, the first counts. */
export interface KnownDifference {
  /** Type of the event; absent: every type. */
  readonly event?: string
  /** Path of the field, `a.b` inside objects; absent: the whole event stands on one side only. */
  readonly field?: string
  /** Absent: every contract. */
  readonly contracts?: ReadonlyArray<ProfileName>
  /** True: no log holds it, and the reconstruction says null (or has no such event); else a difference of another kind. */
  readonly notReconstructable?: true
  /** What must be so for the reason to count. */
  readonly when?: (sides: Sides, evidence: Evidence) => boolean
  /** Why they differ, as a sentence for people. */
  readonly reason: string
}

/** One field of both sides. */
export interface ComparedField {
  readonly field: string
  readonly verdict: AgreementVerdict
  readonly captured: Json | undefined
  readonly reconstructed: Json | undefined
  /** Why they differ; null when they are equal, or nobody knows. */
  readonly reason: string | null
}

export interface ComparedEvent {
  readonly eventType: string
  /** The ids that paired it. */
  readonly ids: JsonObject
  readonly verdict: AgreementVerdict
  readonly reason: string | null
  /** Empty for an event that stands on one side only. */
  readonly fields: ReadonlyArray<ComparedField>
}

export interface CaptureComparison {
  readonly events: ReadonlyArray<ComparedEvent>
  /** Differences without a reason: fields of pairs, and events on one side only. */
  readonly unexplained: number
}

const THREAD_OF_NOBODY = 'the capture holds nothing of this thread'

const IDS = ['thread_id', 'turn_id', 'item_id', 'review_id', 'goal_id', 'import_id']
const PLUGIN_IDS = ['plugin_name', 'marketplace_name', 'plugin_id', 'thread_id', 'turn_id']
const IDS_OF: Readonly<Record<string, ReadonlyArray<string>>> = {
  codex_thread_initialized: ['thread_id', 'initialization_mode'],
  codex_thread_archive_event: ['thread_id', 'action'],
  codex_turn_steer_event: ['thread_id', 'accepted_turn_id', 'result'],
  codex_goal_event: ['thread_id', 'turn_id', 'goal_status', 'event_kind'],
  codex_plugin_installed: PLUGIN_IDS,
  codex_plugin_uninstalled: PLUGIN_IDS,
  codex_plugin_enabled: PLUGIN_IDS,
  codex_plugin_disabled: PLUGIN_IDS,
  codex_plugin_used: PLUGIN_IDS,
  codex_plugin_install_failed: PLUGIN_IDS,
  codex_app_used: ['thread_id', 'turn_id', 'connector_id'],
  codex_app_mentioned: ['thread_id', 'turn_id', 'connector_id'],
  codex_hook_run: ['thread_id', 'turn_id', 'hook_name'],
  skill_invocation: ['thread_id', 'turn_id', 'skill_name'],
  codex_onboarding_external_agent_import_complete: ['import_id', 'type'],
  codex_onboarding_external_agent_import_failure: ['import_id', 'type', 'failure_stage']
}

const membersOf = ({ event_params, skill_id, skill_name }: PostedEvent): JsonObject => ({
  ...event_params,
  ...(skill_id === undefined ? {} : { skill_id }),
  ...(skill_name === undefined ? {} : { skill_name })
})

const idsOf = (event: PostedEvent): JsonObject => {
  const members = membersOf(event)
  const names = own(IDS_OF, event.event_type) ?? IDS
  return Object.fromEntries(
    names.flatMap((name) => {
      const value = members[name]
      return value === undefined || value === null ? [] : [[name, value]]
    })
  )
}

type Leaf = Pick<ComparedField, 'field' | 'captured' | 'reconstructed'>

/** The fields of two objects by path; objects on both sides are descended into, arrays are not. */
const leaves = (left: JsonObject, right: JsonObject, prefix = ''): ReadonlyArray<Leaf> =>
  [...new Set([...Object.keys(left), ...Object.keys(right)])].flatMap((name) => {
    const [captured, reconstructed, field] = [left[name], right[name], `${prefix}${name}`]
    return isJsonObject(captured) && isJsonObject(reconstructed)
      ? leaves(captured, reconstructed, `${field}.`)
      : [{ field, captured, reconstructed }]
  })

/** A JSON value as text that does not depend on the order of members. */
const canonical = (value: Json): string =>
  JSON.stringify(value, (_, inner: Json) =>
    isJsonObject(inner)
      ? Object.fromEntries(Object.entries(inner).sort(([a], [b]) => (a < b ? -1 : 1)))
      : inner
  )

const isSame = (a: Json, b: Json): boolean => a === b || canonical(a) === canonical(b)

type FindReason = (
  event: string,
  field: string | undefined,
  sides: Sides
) => KnownDifference | undefined

const keyOfRow = (event: string | undefined, field: string | undefined): string =>
  JSON.stringify([event ?? null, field ?? null])

const knownIn = (
  rows: ReadonlyArray<KnownDifference>,
  contract: ProfileName,
  evidence: Evidence
): FindReason => {
  const places = new Map<string, Array<readonly [number, KnownDifference]>>()
  rows.forEach((row, i) => {
    if (row.contracts !== undefined && !row.contracts.includes(contract)) return
    const key = keyOfRow(row.event, row.field)
    places.set(key, [...(places.get(key) ?? []), [i, row]])
  })
  return (event, field, sides) =>
    [
      ...(places.get(keyOfRow(event, field)) ?? []),
      ...(places.get(keyOfRow(undefined, field)) ?? [])
    ]
      .sort(([a], [b]) => a - b)
      .map(([, row]) => row)
      .find(
        (row) =>
          // A value that was made all the same must be right.
          (row.notReconstructable !== true || (sides.reconstructed ?? null) === null) &&
          (row.when === undefined || row.when(sides, evidence))
      )
}

const plainVerdict = ({ captured, reconstructed }: Sides): AgreementVerdict => {
  if (captured === undefined) return 'only_reconstructed'
  if (reconstructed === undefined) return 'only_in_capture'
  return isSame(captured, reconstructed) ? 'equal' : 'differs'
}

const comparedField = (
  event: string,
  field: string,
  sides: Sides,
  known: FindReason,
  isWrong: boolean
): ComparedField => {
  const { captured, reconstructed } = sides
  // Where the log tells nothing, null is as good as any value, unless the capture itself says otherwise.
  const isMissing = isWrong && captured === null && reconstructed === null
  const plain = isMissing ? 'differs' : plainVerdict(sides)
  const row = plain === 'equal' ? undefined : known(event, field, sides)
  const verdict = row?.notReconstructable === true ? 'not_reconstructable' : plain
  return { field, verdict, captured, reconstructed, reason: row?.reason ?? null }
}

const NO_FIELDS: ReadonlySet<string> = new Set()

/** Fields that contradict the capture; asked only of one that belongs to the home. */
const mistakesIn = (event: PostedEvent, evidence: Evidence): ReadonlySet<string> =>
  evidence.isOfHome ? contradicted(event, evidence.captured) : NO_FIELDS

const NO_REASON: FindReason = () => undefined

const comparedPair = (
  capturedEvent: PostedEvent,
  reconstructedEvent: PostedEvent,
  known: FindReason,
  evidence: Evidence
): ComparedEvent => {
  const eventType = capturedEvent.event_type
  const wrong = mistakesIn(capturedEvent, evidence)
  const fields = leaves(membersOf(capturedEvent), membersOf(reconstructedEvent)).map(
    ({ field, ...sides }) =>
      comparedField(
        eventType,
        field,
        { ...sides, capturedEvent, reconstructedEvent },
        wrong.has(field) ? NO_REASON : known,
        wrong.has(field)
      )
  )
  const verdict = fields.every((field) => field.verdict === 'equal') ? 'equal' : 'differs'
  return { eventType, ids: idsOf(capturedEvent), verdict, reason: null, fields }
}

/** True for a turn that either side has, or whose id was made between its thread and this event. */
const isOfTurn = ({ event_params }: PostedEvent, { captured, reconstructed }: Evidence) => {
  const { thread_id, turn_id, completed_at, completed_at_ms, created_at } = event_params
  const isTold = [captured, reconstructed].some(
    (side) => side.turn(thread_id, turn_id) !== undefined
  )
  if (isTold) return true
  const [born, madeAt] = [timeInId(thread_id), timeInId(turn_id)]
  const seconds = Number(completed_at ?? created_at) + 1
  const until = typeof completed_at_ms === 'number' ? completed_at_ms : seconds * 1000
  return born !== null && madeAt !== null && madeAt >= born && madeAt <= until
}

/** True when neither the log nor the capture itself has the thread or the turn. */
const isOfNothing = (event: PostedEvent, evidence: Evidence): boolean => {
  const { thread_id, turn_id } = event.event_params
  if (!evidence.isOfHome || typeof thread_id !== 'string') return false
  const { captured, reconstructed } = evidence
  if (!reconstructed.knows(thread_id) && captured.openings(thread_id).length === 0) return true
  const isFree = typeof turn_id !== 'string' || event.event_type === 'codex_turn_event'
  return !isFree && !isOfTurn(event, evidence)
}

/** Types of which a turn or an item has only one event. */
const ONCE = /^codex_(turn|thread_initialized|accepted_line_fingerprints)(_event)?$/

/** True for a repetition; only opening a thread again may repeat. */
const isRepeated = ({ event_type, event_params }: PostedEvent, place: number): boolean =>
  place > 0 &&
  event_params['initialization_mode'] !== 'resumed' &&
  (ONCE.test(event_type) || typeof event_params['item_id'] === 'string')

const alone = (
  event: PostedEvent,
  side: 'only_in_capture' | 'only_reconstructed',
  evidence: Evidence,
  known: FindReason,
  place: number
): ComparedEvent => {
  const isCaptured = side === 'only_in_capture'
  const isWrong =
    isRepeated(event, place) ||
    (isCaptured && (mistakesIn(event, evidence).size > 0 || isOfNothing(event, evidence)))
  const row = (isWrong ? NO_REASON : known)(event.event_type, undefined, {
    captured: undefined,
    reconstructed: undefined,
    capturedEvent: isCaptured ? event : null,
    reconstructedEvent: isCaptured ? null : event
  })
  const thread = event.event_params['thread_id']
  const isOther =
    !isCaptured && place === 0 && typeof thread === 'string' && !evidence.captured.knows(thread)
  return {
    eventType: event.event_type,
    ids: idsOf(event),
    verdict: isCaptured && row?.notReconstructable === true ? 'not_reconstructable' : side,
    reason: row?.reason ?? (isOther ? THREAD_OF_NOBODY : null),
    fields: []
  }
}

const keyOf = (event: PostedEvent): string => `${event.event_type} ${canonical(idsOf(event))}`

export const isUnexplained = ({
  verdict,
  reason
}: Pick<ComparedField, 'verdict' | 'reason'>): boolean =>
  verdict !== 'equal' && verdict !== 'not_reconstructable' && reason === null

const unexplainedIn = (event: ComparedEvent): number =>
  event.fields.length > 0 ? event.fields.filter(isUnexplained).length : isUnexplained(event) ? 1 : 0

/**
 * Compares a capture with what was reconstructed under the same contract, in the order of the capture; events that were only
 * reconstructed come last. Those of a thread that the capture never names are explained by that. `home` is what is known of the home
 * that the capture is of; without it a capture is not asked to agree with itself.
 */
export const compareAnalytics = (
  captured: ReadonlyArray<PostedEvent>,
  reconstructed: ReadonlyArray<PostedEvent>,
  contract: ProfileName,
  rows: ReadonlyArray<KnownDifference>,
  home: HomeEvidence | null = null
): CaptureComparison => {
  const evidence = {
    ...(home ?? NO_HOME_EVIDENCE),
    isOfHome: home !== null,
    captured: indexOf(captured),
    reconstructed: indexOf(reconstructed)
  }
  const known = knownIn(rows, contract, evidence)
  const rights = grouped(reconstructed, keyOf)
  const used = new Map<string, number>()
  const events: Array<ComparedEvent> = []
  for (const event of captured) {
    const key = keyOf(event)
    const place = used.get(key) ?? 0
    used.set(key, place + 1)
    const right = rights.get(key)?.[place]
    events.push(
      right === undefined
        ? alone(event, 'only_in_capture', evidence, known, place)
        : comparedPair(event, right, known, evidence)
    )
  }
  for (const [key, group] of rights)
    group.forEach((event, place) => {
      if (place >= (used.get(key) ?? 0))
        events.push(alone(event, 'only_reconstructed', evidence, known, place))
    })
  return { events, unexplained: events.reduce((sum, event) => sum + unexplainedIn(event), 0) }
}
