/**
 * Where an event stands: in which turn, read how, whose it is, and when. Derived once; ledgers take it and know nothing else
 * about turns.
 */
import type { RecordedEvent, RolloutLine } from '../../log/event.ts'
import { both, type DeliveredLine, type LineOf } from '../../log/needs.ts'
import {
  evolveInheritance,
  INHERITANCE_NEEDS,
  inheritedBy,
  isToldByTime,
  namedTurnId,
  unknownHead,
  uuid7Ms,
  type Inheritance,
  type InheritanceRule
} from '../../log/inherited.ts'
import type { Profile } from '../../log/profile.ts'
import type { HistoryMode } from '../../protocol.ts'
import {
  evolveLifecycle,
  IMPLICIT_ID,
  initialLifecycle,
  isCopy,
  LIFECYCLE_NEEDS,
  type Lifecycle,
  type LiveTurn,
  type LiveTurns,
  type TurnChange
} from './lifecycle.ts'

/** What is needed to situate an event. */
export const SITUATE_NEEDS = both(LIFECYCLE_NEEDS, INHERITANCE_NEEDS)

/** A line as far as it is needed here. */
export type SituatedLine = LineOf<typeof SITUATE_NEEDS>

/** What is known between two events of a stream; small, whatever its length. */
export interface Situation {
  readonly lifecycle: Lifecycle
  readonly inheritance: Inheritance
  /** Time of the newest event that had one. */
  readonly atMs: number
  /** The greatest id so far of a turn that got a place. */
  readonly greatestId: string
}

/** False for an id that is made of an index: those do not grow as texts. */
export const countsInOrder = (id: string): boolean => !IMPLICIT_ID.test(id)

/** The greatest id of a turn with a place, after a change. */
export const greatestAfter = (greatest: string, change: TurnChange): string => {
  if (change.op !== 'close' && change.op !== 'spill') return greatest
  const { id } = change.turn
  return change.place !== null && id !== null && id > greatest && countsInOrder(id) ? id : greatest
}

/** Before the first event; `seesAll` tells whether every event will be delivered. */
export const initialSituation = (seesAll: boolean): Situation => ({
  lifecycle: initialLifecycle(seesAll),
  inheritance: unknownHead(seesAll),
  atMs: 0,
  greatestId: ''
})

/** An event with everything that ledgers ask of it. */
export interface SituatedEvent<L extends DeliveredLine = RolloutLine> extends RecordedEvent<L> {
  readonly mode: HistoryMode
  /** The turn that goes on after the event; null between turns. Its id is null where only counting every event could tell it. */
  readonly turn: Pick<LiveTurn, 'id' | 'explicit'> | null
  /** The turn that the line names, as far as it is one; null when it names none. */
  readonly namedTurnId: string | null
  /** Number of live turns before that one, or of all between turns. */
  readonly turnPlace: number
  /** Id of the turn that the event ends; null when it ends none. */
  readonly endedTurnId: string | null
  /** Ids of the turns that the event rolls back, oldest first. */
  readonly hiddenTurnIds: ReadonlyArray<string>
  readonly turnChanges: ReadonlyArray<TurnChange>
  readonly origin: 'own' | 'inherited' | 'restored_copy'
  /** Why it is inherited; null when it is not. */
  readonly inheritedBy: InheritanceRule | null
  /** True for the line that says whose file it is. */
  readonly isHead: boolean
  /** True when only the time of the line could tell whose it is. */
  readonly isToldByTime: boolean
  /** Milliseconds since 1970; of an event without a time, that of the one before. */
  readonly atMs: number
}

const NO_IDS: ReadonlyArray<string> = []

const endedIn = (
  before: Lifecycle,
  after: Lifecycle,
  changes: ReadonlyArray<TurnChange>,
  turns: LiveTurns
): string | null => {
  for (const change of changes) {
    if (change.op === 'reopen') return after.open?.id ?? null
    if (change.op !== 'end') continue
    if (change.place !== null) return turns.at(change.place)?.id ?? null
    return (after.open ?? before.open)?.id ?? null
  }
  return null
}

/** Turn ids that an answer of injected history names are no turns. */
const namedIn = (
  { line }: RecordedEvent<SituatedLine>,
  { open, early }: Lifecycle,
  turns: LiveTurns
): string | null => {
  const id = namedTurnId(line)
  if (id === null || id === open?.id) return id
  const isTurn =
    uuid7Ms(id) !== null || turns.placeOf(id) !== null || early.some((turn) => turn.id === id)
  return isTurn ? id : null
}

const hiddenIn = (changes: ReadonlyArray<TurnChange>, turns: LiveTurns): ReadonlyArray<string> => {
  const hide = changes.find((change) => change.op === 'hide')
  if (hide?.op !== 'hide') return NO_IDS
  const closed = changes.find((change) => change.op === 'close')
  const ids: Array<string> = []
  for (let place = hide.from; place < hide.until; place++) {
    const isClosed = closed?.op === 'close' && closed.place === place
    const id = isClosed ? closed.turn.id : (turns.at(place)?.id ?? null)
    if (id !== null) ids.push(id)
  }
  return ids
}

/** One event; pure and total. `turns` are the live turns as they stand before it. */
export const situate = <L extends SituatedLine>(
  before: Situation,
  event: RecordedEvent<L>,
  turns: LiveTurns,
  profile: Profile
): readonly [Situation, SituatedEvent<L>] => {
  const [lifecycle, turnChanges] = evolveLifecycle(before.lifecycle, event, turns, profile)
  const inheritance = evolveInheritance(before.inheritance, event)
  const ms = Date.parse(event.line.timestamp)
  const atMs = Number.isNaN(ms) ? before.atMs : ms
  const isHead = before.inheritance.headMs === null && inheritance.headMs !== null
  const rule = isHead ? null : inheritedBy(inheritance, event)
  const own = isCopy(before.lifecycle, event) ? 'restored_copy' : 'own'
  const { open } = lifecycle
  // Member by member and not spread: V8 makes a spread that gains members several times slower, and this is every line.
  const situated: SituatedEvent<L> = {
    streamId: event.streamId,
    revision: event.revision,
    segment: event.segment,
    offset: event.offset,
    bytes: event.bytes,
    line: event.line,
    mode: lifecycle.mode,
    turn: open === null || open.ended === 'completed' ? null : open,
    namedTurnId: namedIn(event, lifecycle, turns),
    turnPlace: lifecycle.live,
    endedTurnId: endedIn(before.lifecycle, lifecycle, turnChanges, turns),
    hiddenTurnIds: hiddenIn(turnChanges, turns),
    turnChanges,
    origin: rule === null ? own : 'inherited',
    inheritedBy: rule,
    isHead,
    isToldByTime: isToldByTime(inheritance),
    atMs
  }
  let { greatestId } = before
  for (const change of turnChanges) greatestId = greatestAfter(greatestId, change)
  return [{ lifecycle, inheritance, atMs, greatestId }, withFlags(situated, event)]
}

/** Id of the turn that the event begins; null when it begins none, or only shows something outside of one. */
export const begunTurnId = ({ turnChanges }: Pick<SituatedEvent, 'turnChanges'>): string | null => {
  for (const change of turnChanges) if (change.op === 'open' && change.explicit) return change.id
  return null
}

/**
 * True when the event ends this turn, or closes whatever is open because turns are hidden or brought back. A turn of a review
 * may open beside the one it stands in, which still has its own end: being the open one does not tell.
 */
export const isOverAfter = (
  id: string,
  { endedTurnId, turnChanges }: Pick<SituatedEvent, 'endedTurnId' | 'turnChanges'>
): boolean =>
  endedTurnId === id ||
  turnChanges.some(({ op }) => op === 'hide' || op === 'restore' || op === 'detach')

/** What few events have. */
const withFlags = <L extends DeliveredLine>(
  situated: SituatedEvent<L>,
  { inherited, shortened }: RecordedEvent<L>
): SituatedEvent<L> =>
  inherited === undefined && shortened === undefined
    ? situated
    : {
        ...situated,
        ...(inherited === undefined ? {} : { inherited }),
        ...(shortened === undefined ? {} : { shortened })
      }
