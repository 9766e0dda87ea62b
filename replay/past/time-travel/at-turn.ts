/**
 * Where a turn ended, as it was logged: also one that was rolled back since, or left behind by a revert.
 */
import * as E from 'fp-ts/lib/Either.js'
import { counting } from '../../../domain/log/needs.ts'
import type { Profile } from '../../../domain/log/profile.ts'
import type { TurnRow, TurnsState } from '../../../domain/thread/turns/turn-state.ts'
import type { RowWrite } from '../../../projections/projection.ts'
import { tableOf, viewName } from '../../../projections/catalogue.ts'
import { takenIdPrefix } from '../../../projections/taken-turns.ts'
import { turnIdKey, turns } from '../../../projections/turns.ts'
import { afterPrefix, NO_ROWS, overlay } from '../../catch-up/overlay.ts'
import { checkpointOf, isFolded, type Env } from '../../catch-up/project.ts'
import {
  comparePlaces,
  isDamaged,
  START,
  type EventStore,
  type FilePlace,
  type StreamInfo
} from '../../ports.ts'
import { liveTurns } from '../../read/pages/turn-page.ts'
import { beforeRevert } from '../../read/threads/before-revert.ts'
import { invalidRequest, type Result } from '../../result.ts'

/** A turn, the stream it was seen in, and the place behind its last line there. */
interface LoggedTurn extends FilePlace {
  readonly info: StreamInfo
}

const endOf = ({ ranges }: TurnRow): FilePlace | null => {
  const ends = ranges.map(({ segment, until }) => ({ segment, offset: until }))
  return ends.sort(comparePlaces).at(-1) ?? null
}

const isTurn = (value: unknown): value is TurnRow =>
  typeof value === 'object' && value !== null && 'ranges' in value

/** The ends of turns as they are folded, of those whose id begins with a text. */
const noting = (text: string) => {
  const ends = new Map<string, FilePlace>()
  const note = (turn: TurnRow): void => {
    if (!turn.id.startsWith(text)) return
    const end = endOf(turn)
    const before = ends.get(turn.id)
    if (end !== null && (before === undefined || comparePlaces(end, before) > 0))
      ends.set(turn.id, end)
  }
  return {
    ends,
    noteAll: (state: TurnsState, writes: ReadonlyArray<RowWrite>): void => {
      if (state.open !== null) note(state.open)
      for (const early of state.early) note(early)
      for (const { value } of writes) if (isTurn(value)) note(value)
    }
  }
}

/** Where the turns of a stream ended whose id begins with a text; null when every line has to be counted for that. */
const endsIn = async (
  store: EventStore,
  info: StreamInfo,
  text: string,
  profile: Profile,
  counts: boolean
): Promise<ReadonlyMap<string, FilePlace> | null> => {
  const rows = overlay(NO_ROWS)
  const { ends, noteAll } = noting(text)
  let state = turns.initial(counts)
  const needs = counts ? counting(turns.needs) : turns.needs
  for await (const { lines } of store.read(info, START, needs)) {
    for (const line of lines) {
      if (isDamaged(line)) continue
      const [next, writes] = turns.evolve(state, line, { rows, table: 'turns', profile })
      state = next
      rows.put(writes)
      noteAll(state, writes)
    }
    if (state.needsEveryEvent) return null
  }
  return ends
}

const chosen = (ends: ReadonlyMap<string, FilePlace>, text: string): Result<FilePlace | null> => {
  const exact = ends.get(text)
  if (exact !== undefined) return E.right(exact)
  if (ends.size < 2) return E.right([...ends.values()][0] ?? null)
  const ids = [...ends.keys()].slice(0, 5).join(', ')
  return invalidRequest(`"${text}" names ${ends.size} turns: ${ids}`)
}

/** Where a turn with this id ends; null for a text that names none so surely. */
export type KnownEnd = (now: StreamInfo, turnId: string) => FilePlace | null

/**
 * The ends of turns as rows tell them: of threads whose rows are as new as their files. Of the last turn, which may go on, and of ids that
 * more than one turn had, only the log tells.
 */
export const endsInRows =
  (env: Env): KnownEnd =>
  (now, turnId) => {
    const checkpoint = checkpointOf(env, now.streamId)
    if (checkpoint === null || !isFolded(checkpoint, now)) return null
    const live = liveTurns(env, now)
    const [place, another] = live.places(turnId, 2)
    if (place === undefined || another !== undefined || place >= live.count - 1) return null
    const table = tableOf(turns, viewName(env.profile, env.strict))
    const taken = takenIdPrefix(table, now.streamId, turnIdKey(turnId))
    if (env.index.keys(taken, afterPrefix(taken)).length > 0) return null
    const [row] = live.rows(place, place + 1)
    return row === undefined ? null : endOf(row)
  }

export const loggedTurn = async (
  store: EventStore,
  now: StreamInfo,
  text: string,
  profile: Profile,
  knownEnd: KnownEnd
): Promise<Result<LoggedTurn>> => {
  const known = knownEnd(now, text)
  if (known !== null) return E.right({ ...known, info: now })
  const older = store.segments(now.streamId).slice(0, -1).reverse()
  for (const left of [null, ...older]) {
    const info = left === null ? now : beforeRevert(store, now, left.id, left.end.offset)
    const ends =
      (await endsIn(store, info, text, profile, false)) ??
      (await endsIn(store, info, text, profile, true)) ??
      new Map<string, FilePlace>()
    const end = chosen(ends, text)
    if (E.isLeft(end)) return end
    if (end.right !== null) return E.right({ ...end.right, info })
  }
  return E.left({ _tag: 'TurnNotFound', streamId: now.streamId, turnId: text, about: 'point' })
}
