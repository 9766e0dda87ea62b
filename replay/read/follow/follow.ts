/**
 * Following a thread: what others write to it, from one look to the next. A look costs what was written since.
 *
 * The place of the last look is remembered with its guard, as a checkpoint is. While the line before it is still there the
 * follower continues from it, even if the file was moved, compressed or continued. Otherwise the thread was rewound.
 */
import * as E from 'fp-ts/lib/Either.js'
import { EVERY_LINE, NO_LINES } from '../../../domain/log/needs.ts'
import type { RecordedEvent } from '../../../domain/log/event.ts'
import { checkpointOf, type Env } from '../../catch-up/project.ts'
import {
  comparePlaces,
  isDamaged,
  START,
  type FilePlace,
  type KnownPlace,
  type Lineage,
  type StreamInfo
} from '../../ports.ts'
import type { TurnRow } from '../../../domain/thread/turns/turn-state.ts'
import { richStart } from '../pages/turn-items.ts'
import { liveTurns } from '../pages/turn-page.ts'
import type { OpenThread } from '../threads/open-thread.ts'
import type { Look, ThreadChange } from './changes.ts'
import type { OwnAppends } from './own.ts'
import {
  cutTurnsShort,
  endImplicit,
  forgetTurns,
  runningTurnId,
  seedTurns,
  type OpenTurns
} from './open-turns.ts'
import { readLines } from './reading.ts'
import { turnLists } from './turn-lists.ts'
import type { Answer, Result } from '../../result.ts'

export interface Follower {
  /** What others wrote since the last look, or since it began: in pieces, while `hasMore`. */
  readonly look: Answer<Look>
  /** Ends the turns of a writer that is gone; answers with the changes to emit. */
  readonly cutShort: (atMs: number) => ReadonlyArray<ThreadChange>
  /** Where the next look begins; a later process can follow from there. */
  readonly place: () => FollowedPlace
  readonly close: () => void
}

/** How a thread is followed. */
export interface FollowerOptions {
  /** Begin at this place of an earlier follower. Default: at the end. */
  readonly from?: FollowedPlace | undefined
  /** Report rich items as well: the commands and calls of old logs. */
  readonly rich?: boolean
}

export interface FollowerParts {
  readonly env: Env
  readonly open: () => Promise<Result<OpenThread>>
  readonly own: OwnAppends
}

/** A place of a thread that can be recognised after its files moved; plain data. */
export interface FollowedPlace extends KnownPlace {
  /** Names the files up to this place. */
  readonly segments: ReadonlyArray<string>
}

/** Names each file and where it ends; the last one is still open. */
const namesOf = (lineage: Lineage, until: number): ReadonlyArray<string> =>
  lineage
    .slice(0, until + 1)
    .map(({ id, until: end }, i) => (i === until ? id : `${id} ${end ?? ''}`))

const placeOf = (env: Env, info: StreamInfo, known: KnownPlace): FollowedPlace => ({
  next: known.next,
  guard: known.guard,
  segments: namesOf(env.store.lineage(info), known.next.segment)
})

/** True while the lines before a place are the ones that were read. */
const isStill = async (env: Env, info: StreamInfo, place: FollowedPlace): Promise<boolean> => {
  const lineage = env.store.lineage(info)
  const { segment, offset } = place.next
  const until = lineage[segment]?.until ?? Infinity
  const names = namesOf(lineage, segment)
  if (until < offset || names.length !== place.segments.length) return false
  if (!names.every((name, i) => name === place.segments[i])) return false
  return env.store.read(info, place.next, NO_LINES, place.guard).holds()
}

/** Where to continue in a rewound thread: at its first new file, else at its end. */
const afterRewind = (
  env: Env,
  info: StreamInfo,
  old: FollowedPlace,
  end: KnownPlace
): KnownPlace => {
  const lineage = env.store.lineage(info)
  const known = new Set(old.segments.map((name) => name.split(' ')[0]))
  const segment = lineage.findIndex(({ id }) => !known.has(id))
  const file = lineage[segment]
  return file === undefined || segment === 0
    ? end
    : { next: { revision: end.next.revision, segment, offset: file.from }, guard: null }
}

/** The next lines up to a place, and where they end; a batch at a time. */
const nextLines = async (
  { store }: Env,
  info: StreamInfo,
  from: KnownPlace,
  end: KnownPlace
): Promise<{ readonly events: ReadonlyArray<RecordedEvent>; readonly place: KnownPlace }> => {
  for await (const batch of store.read(info, from.next, EVERY_LINE)) {
    const isWithin = (line: FilePlace): boolean => comparePlaces(line, end.next) < 0
    const events = batch.lines.filter(
      (line): line is RecordedEvent => !isDamaged(line) && isWithin(line)
    )
    if (comparePlaces(batch.next, end.next) > 0) return { events, place: end }
    // A batch without lines brought the newline that the line before it still lacked.
    const guard = batch.guard ?? (from.guard === null ? null : { ...from.guard, terminated: true })
    return { events, place: { next: batch.next, guard } }
  }
  return { events: [], place: end }
}

interface FollowState {
  readonly parts: FollowerParts
  readonly turns: OpenTurns
  place: FollowedPlace
}

const endOf = (env: Env, { streamId }: StreamInfo): KnownPlace =>
  checkpointOf(env, streamId) ?? { next: START, guard: null }

/** Where a look begins, and the change to emit first when the thread was rewound. */
const resumed = async (
  { parts: { env, own }, turns, place }: FollowState,
  info: StreamInfo,
  end: KnownPlace
): Promise<{ readonly from: KnownPlace; readonly rewound: ReadonlyArray<ThreadChange> }> => {
  if (await isStill(env, info, place)) return { from: place, rewound: [] }
  forgetTurns(turns)
  const rewound: ReadonlyArray<ThreadChange> = own.tookSegment() ? [] : [{ type: 'rewound' }]
  return { from: afterRewind(env, info, place, end), rewound }
}

/** Turns of a fold that failed half-way are forgotten, not continued. */
const folded = async (
  { parts: { own }, turns }: FollowState,
  info: StreamInfo,
  from: KnownPlace,
  events: ReadonlyArray<RecordedEvent>
): Promise<ReadonlyArray<ThreadChange>> => {
  const lines = events.map((event) => ({ event, isOthers: !own.has(event) }))
  try {
    return await readLines(turns, info, from.next, lines)
  } catch (cause) {
    forgetTurns(turns)
    throw cause
  }
}

const lookAt = async (following: FollowState): Promise<Result<Look>> => {
  const { env, own, open } = following.parts
  const now = await open()
  if (E.isLeft(now)) return now
  const { info } = now.right
  const end = endOf(env, info)
  const { from, rewound } = await resumed(following, info, end)
  const { events, place } =
    comparePlaces(from.next, end.next) < 0
      ? await nextLines(env, info, from, end)
      : { events: [], place: end }
  await own.settled()
  const changes = await folded(following, info, from, events)
  following.place = placeOf(env, info, place)
  own.forget(place.next)
  const hasMore = comparePlaces(place.next, end.next) < 0
  return E.right({
    changes: [...rewound, ...changes, ...(hasMore ? [] : endImplicit(following.turns))],
    runningTurnId: runningTurnId(following.turns),
    hasMore,
    path: info.path,
    archived: info.archived
  })
}

/** The turn that was written at a place, or the newest one before it. */
const turnAt = (env: Env, info: StreamInfo, { next }: KnownPlace): TurnRow | undefined => {
  const live = liveTurns(env, info, true)
  for (let at = live.count - 1; at >= 0; at -= 1) {
    const [row] = live.rows(at, at + 1)
    const first = row?.ranges[0]
    if (first === undefined) continue
    if (comparePlaces({ segment: first.segment, offset: first.from }, next) < 0) return row
  }
  return undefined
}

export const followThread = async (
  parts: FollowerParts,
  { from, rich = false }: FollowerOptions = {}
): Promise<Result<Follower>> => {
  const { env, own } = parts
  const opened = await parts.open()
  if (E.isLeft(opened)) return opened
  const { info } = opened.right
  const turns: OpenTurns = {
    ...{ env, lists: turnLists(rich), open: new Map(), over: [], newestId: '' },
    rich: rich ? richStart({ ...env, rich }, info) : null
  }
  const place = from ?? placeOf(env, info, endOf(env, info))
  const following: FollowState = { parts, turns, place }
  const current = turnAt(env, info, place)
  if (current !== undefined) {
    const end = current.ranges.at(-1)
    const isWithin =
      end !== undefined && comparePlaces({ ...end, offset: end.until }, place.next) > 0
    seedTurns(turns, current, isWithin)
  }
  return E.right({
    look: () => lookAt(following),
    cutShort: (atMs) => cutTurnsShort(turns, atMs),
    place: () => following.place,
    close: own.close
  })
}
