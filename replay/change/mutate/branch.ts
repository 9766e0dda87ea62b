/**
 * Fork and revert: a thread continues from a place in an existing history.
 *
 * Paginated threads branch by reference: a file of two lines, whatever the length of the history. Legacy threads are
 * copied up to the place, because no Codex reads a reference into one.
 */
import * as E from 'fp-ts/lib/Either.js'
import { branchLines, copyLines, type Branch } from '../../../domain/changes/branch.ts'
import { notPossible, type NextStep, type StoreError } from '../../../domain/errors.ts'
import type { PlacedEvent } from '../../../domain/log/event.ts'
import { streamId, type StreamId } from '../../../domain/ids.ts'
import { isJsonObject, type Json, type JsonObject } from '../../../domain/json.ts'
import type { TurnRow } from '../../../domain/thread/turns/turn-state.ts'
import { gitMember } from '../../../domain/changes/metadata.ts'
import { eventsIn, newestMeta } from '../../read/threads/lines.ts'
import type { NewSegment, SegmentWriter, StreamInfo, WrittenSegment } from '../../ports.ts'
import { checkpointOf, type Env } from '../../catch-up/project.ts'
import { sameIndexSince } from '../../guarded.ts'
import { idInMetadata } from '../../read/threads/identity.ts'
import { isHeldAs } from '../life/life.ts'
import { threadRow } from '../../read/threads/thread-row.ts'
import { liveTurns, type LiveTurnRows } from '../../read/pages/turn-page.ts'
import { cutTurnAt, type CutPlace } from './cut-turn.ts'
import { invalidRequest, impossible, type Result } from '../../result.ts'

/** Where a branch begins; without either, after everything the thread holds. */
export interface BranchPoint {
  readonly lastTurnId?: string | undefined
  readonly beforeTurnId?: string | undefined
  /** Members of metadata and settings that differ in the new session; null removes one. */
  readonly session?: { readonly meta: JsonObject; readonly settings: JsonObject } | undefined
}

const isEndOf =
  (turnId: string) =>
  ({ line }: PlacedEvent): boolean =>
    line.type === 'event_msg' &&
    (line.payload.type === 'task_complete' || line.payload.type === 'turn_aborted') &&
    (line.payload.turn_id ?? turnId) === turnId

const isStartOf =
  (turnId: string) =>
  ({ line }: PlacedEvent): boolean =>
    line.type === 'event_msg' &&
    line.payload.type === 'task_started' &&
    line.payload.turn_id === turnId

const after = (event: PlacedEvent, turns: number): CutPlace => ({
  segment: event.segment,
  offset: event.offset + event.bytes + 1,
  ordinal: event.line.ordinal === undefined ? null : event.line.ordinal + 1,
  turns
})

interface TurnLines {
  readonly place: number
  readonly row: TurnRow
  readonly lines: ReadonlyArray<PlacedEvent>
}

const turnAt = async (
  env: Env,
  info: StreamInfo,
  live: LiveTurnRows,
  turnId: string
): Promise<Result<TurnLines>> => {
  const [place = -1] = live.places(turnId, 1)
  const [row] = place === -1 ? [] : live.rows(place, place + 1)
  if (row === undefined) return E.left({ _tag: 'TurnNotFound', streamId: info.streamId, turnId })
  return E.right({ place, row, lines: await eventsIn(env, info, [...row.ranges, ...row.late]) })
}

const afterTurn = async (env: Env, info: StreamInfo, live: LiveTurnRows, turnId: string) => {
  const found = await turnAt(env, info, live, turnId)
  if (E.isLeft(found)) return found
  const { place, row, lines } = found.right
  const ends = lines.filter(isEndOf(turnId))
  const end = row.mode === 'paginated' ? ends[0] : ends.at(-1)
  if (row.status === 'inProgress')
    return impossible(
      `turn ${turnId} has not ended`,
      'wait for its end, or branch before it',
      'turn_in_progress'
    )
  const last = end ?? lines.at(-1)
  return last === undefined
    ? impossible(`turn ${turnId} has no readable line`, 'name another turn')
    : E.right(after(last, place + 1))
}

const beforeTurn = async (env: Env, info: StreamInfo, live: LiveTurnRows, turnId: string) => {
  const found = await turnAt(env, info, live, turnId)
  if (E.isLeft(found)) return found
  const { place, row, lines } = found.right
  const start = lines.find(isStartOf(turnId)) ?? (row.mode === 'paginated' ? undefined : lines[0])
  if (start === undefined)
    return impossible(
      `turn ${turnId} does not have a persisted start boundary`,
      'no line begins it, as in a review: name another turn'
    )
  const { segment, offset, line } = start
  return E.right({ segment, offset, ordinal: line.ordinal ?? null, turns: place })
}

const atTheEnd = async (
  env: Env,
  info: StreamInfo,
  live: LiveTurnRows
): Promise<Result<CutPlace>> => {
  const checkpoint = checkpointOf(env, info.streamId)
  const guard = checkpoint?.guard ?? null
  if (checkpoint === null || guard === null || !guard.terminated)
    return impossible(
      'the last line of the thread is not finished',
      'try again when Codex has written it'
    )
  const { segment, offset } = checkpoint.next
  const range = { segment, from: guard.offset, until: guard.offset + guard.bytes }
  const [last] = await eventsIn(env, info, [range])
  const before = last?.line.ordinal
  const ordinal = before === undefined ? null : before + 1
  return E.right({ segment, offset, ordinal, turns: live.count })
}

const placeOf = async (
  env: Env,
  info: StreamInfo,
  point: BranchPoint
): Promise<Result<CutPlace>> => {
  const live = liveTurns(env, info)
  const { lastTurnId, beforeTurnId } = point
  if (lastTurnId !== undefined && beforeTurnId !== undefined)
    return invalidRequest('`beforeTurnId` cannot be combined with `lastTurnId`')
  if (lastTurnId !== undefined) return afterTurn(env, info, live, lastTurnId)
  if (beforeTurnId !== undefined) return beforeTurn(env, info, live, beforeTurnId)
  return atTheEnd(env, info, live)
}

const withSession = (settings: Json, { session }: BranchPoint): Json => {
  if (session === undefined || !isJsonObject(settings)) return settings
  const all: JsonObject = { ...settings, ...session.settings }
  return Object.fromEntries(Object.entries(all).filter(([, value]) => value !== null))
}

const settingsOf = async (env: Env, info: StreamInfo): Promise<Json> => {
  const range = threadRow(env, info.streamId)?.facts.settingsAt ?? null
  const [event] = range === null ? [] : await eventsIn(env, info, [range])
  return (event?.line.payload as JsonObject | undefined)?.['thread_settings'] ?? null
}

/** A reference needs numbered lines, and more than the metadata before it. */
const cutAt = (
  env: Env,
  info: StreamInfo,
  { segment, offset, ordinal }: CutPlace
): Branch['cut'] => {
  const base = env.store.lineage(info)[segment]
  return base === undefined || ordinal === null || ordinal <= 1
    ? null
    : { thread_id: base.id, end_ordinal_exclusive: ordinal, end_byte_offset: offset }
}

interface BranchSource {
  readonly info: StreamInfo
  readonly place: CutPlace
  readonly branch: Omit<Branch, 'threadId' | 'forkedFromId'>
  readonly isPaginated: boolean
}

/** Facts that were changed later, which a paginated thread does not say in its metadata. */
const withFacts = (env: Env, info: StreamInfo, meta: JsonObject): JsonObject => {
  const facts = threadRow(env, info.streamId)?.facts
  const git = facts?.own?.git ?? null
  const before = meta['memory_mode'] ?? 'enabled'
  return {
    ...meta,
    ...(facts === undefined || facts.memoryMode === before
      ? {}
      : { memory_mode: facts.memoryMode }),
    ...(git === null ? {} : { git: gitMember(git) })
  }
}

const sourceOf = async (
  env: Env,
  writer: SegmentWriter,
  info: StreamInfo,
  point: BranchPoint
): Promise<Result<BranchSource>> => {
  const place = await placeOf(env, info, point)
  if (E.isLeft(place)) return place
  const meta = await newestMeta(env, info)
  if (meta === null)
    return impossible('the thread has no readable metadata', {
      kind: 'see_contents',
      threadId: null
    })
  const isPaginated = meta['history_mode'] === 'paginated'
  const cut = isPaginated ? cutAt(env, info, place.right) : null
  if (isPaginated && cut === null && place.right.turns > 0)
    return impossible(
      'the line before that place has no readable number, which Codex needs to continue',
      { kind: 'name_other_turn' }
    )
  return E.right({
    info,
    place: place.right,
    isPaginated,
    branch: {
      cut,
      meta: { ...(isPaginated ? withFacts(env, info, meta) : meta), ...point.session?.meta },
      namesSession: env.profile.members142,
      settings: withSession(await settingsOf(env, info), point),
      openTurn: cutTurnAt(liveTurns(env, info, true), place.right),
      at: new Date(writer.nowMs()).toISOString(),
      newId: writer.newId
    }
  })
}

const firstSegment = (source: BranchSource, branch: Branch): NewSegment => {
  const id = streamId(branch.threadId)
  const named = { streamId: id, segmentId: id, atMs: Date.parse(branch.at) }
  if (source.isPaginated) return { ...named, lines: branchLines(branch) }
  const { before, after: behind } = copyLines(branch)
  const { info, place } = source
  const copied = { info, segment: place.segment, until: place.offset }
  return { ...named, lines: [before, ...behind], copied }
}

/**
 * Runs what reads several times and then makes a segment. Nothing is made of rows of two indexes, and no refusal follows from
 * them: when the index was made anew before the segment, it is `IndexDamage`, and `guarded` runs the use case again.
 */
export const overOneIndex = async <A>(
  env: Env,
  writer: SegmentWriter,
  run: (writer: SegmentWriter) => Promise<Result<A>>
): Promise<Result<A>> => {
  const requireSameIndex = sameIndexSince(env.index)
  let isMade = false
  const create: SegmentWriter['create'] = (segment) => {
    requireSameIndex()
    isMade = true
    return writer.create(segment)
  }
  const done = await run({ ...writer, create })
  if (E.isLeft(done) && !isMade) requireSameIndex()
  return done
}

/** The id a branch records for its source: Codex uses the one in the metadata. */
const metadataIdOf = (env: Env, info: StreamInfo): string =>
  idInMetadata(threadRow(env, info.streamId), info)

/** For a dry run: answers with the thread itself when the branch could be made. */
export const checkBranch = async (
  env: Env,
  writer: SegmentWriter,
  info: StreamInfo,
  point: BranchPoint
): Promise<Result<StreamId>> => {
  const source = await sourceOf(env, writer, info, point)
  return E.isLeft(source) ? source : E.right(info.streamId)
}

/** Makes a new thread with the history of a caught-up one up to a point; answers with its id. */
export const forkThread = async (
  env: Env,
  writer: SegmentWriter,
  info: StreamInfo,
  point: BranchPoint
): Promise<Result<StreamId>> => {
  const source = await sourceOf(env, writer, info, point)
  if (E.isLeft(source)) return source
  const id = streamId(writer.newId())
  const branch = { ...source.right.branch, threadId: id, forkedFromId: metadataIdOf(env, info) }
  const made = await writer.create(firstSegment(source.right, branch))
  return E.isLeft(made) ? made : E.right(id)
}

/** Lets a thread go on in a new segment of its own. */
const continueThread = async (
  env: Env,
  writer: SegmentWriter,
  { info, branch }: BranchSource
): Promise<Result<StreamId>> => {
  const made = await writer.create({
    streamId: info.streamId,
    segmentId: writer.newId(),
    atMs: Date.parse(branch.at),
    lines: branchLines({ ...branch, threadId: metadataIdOf(env, info), forkedFromId: null })
  })
  return E.isLeft(made) ? made : E.right(info.streamId)
}

const unsafe = (
  env: Env,
  writer: SegmentWriter,
  info: StreamInfo,
  instead: NextStep,
  force: boolean
): StoreError | null => {
  if (writer.hasDatabase() && !force)
    return notPossible(
      'Codex remembers the file of this thread in state_5.sqlite and would continue the old one',
      { kind: 'or_force', instead }
    )
  if (isHeldAs(env, writer, info.streamId)) return { _tag: 'Busy', what: `thread ${info.streamId}` }
  return info.archived
    ? notPossible('the thread is archived', {
        kind: 'unarchive_in_codex',
        threadId: info.streamId
      })
    : null
}

/**
 * Lets a caught-up thread go on from before a turn; what comes after stays in its old segment. `force`: also where
 * Codex's own database would not notice.
 */
export const revertThread = async (
  env: Env,
  writer: SegmentWriter,
  info: StreamInfo,
  beforeTurnId: string,
  force: boolean
): Promise<Result<StreamId>> => {
  const asFork: NextStep = {
    kind: 'fork_before',
    threadId: info.streamId,
    turnId: beforeTurnId
  }
  const refused = unsafe(env, writer, info, asFork, force)
  if (refused !== null) return E.left(refused)
  const source = await sourceOf(env, writer, info, { beforeTurnId })
  if (E.isLeft(source)) return source
  if (!source.right.isPaginated)
    return impossible('only paginated threads can be reverted', asFork, 'not_paginated')
  return continueThread(env, writer, source.right)
}

/** The segment whose history the newest one shows: itself, or the one it was made to bring back. */
const shownSegment = (
  segments: ReadonlyArray<WrittenSegment>,
  segment: WrittenSegment
): WrittenSegment => {
  const { base } = segment
  const whole = segments.find(({ id }) => id === base?.thread_id)
  return whole !== undefined && base?.end_byte_offset === whole.end.offset
    ? shownSegment(segments, whole)
    : segment
}

/** The segment that the last revert left behind, if nothing was said since. */
const leftBehind = (env: Env, info: StreamInfo): WrittenSegment | null => {
  const segments = env.store.segments(info.streamId)
  const head = segments.at(-1)
  if (head === undefined) return null
  const live = liveTurns(env, info)
  const last = live.rows(Math.max(0, live.count - 1), live.count)[0]
  const newest = env.store.lineage(info).length - 1
  if (last?.ranges.some(({ segment }) => segment === newest) === true) return null
  const shown = shownSegment(segments, head)
  return segments[segments.indexOf(shown) - 1] ?? null
}

/** Brings back what the last revert of a caught-up paginated thread left behind; see `revertThread` for `force`. */
export const restoreThread = async (
  env: Env,
  writer: SegmentWriter,
  info: StreamInfo,
  force: boolean
): Promise<Result<StreamId>> => {
  const refused = unsafe(env, writer, info, 'its turns stay hidden', force)
  if (refused !== null) return E.left(refused)
  const segment = leftBehind(env, info)
  const source = await sourceOf(env, writer, info, {})
  if (E.isLeft(source)) return source
  if (segment?.end.ordinal == null)
    return impossible('nothing was rolled back since the last turn', {
      kind: 'see_turns',
      threadId: info.streamId
    })
  const { ordinal, offset } = segment.end
  const cut = { thread_id: segment.id, end_ordinal_exclusive: ordinal, end_byte_offset: offset }
  const branch = { ...source.right.branch, cut, openTurn: null }
  return continueThread(env, writer, { ...source.right, branch })
}
