/**
 * Rollback: hides the newest turns. In a legacy thread it is an event; a paginated thread goes on in a new segment from
 * before them. Nothing is deleted, so it can be taken back until the next turn.
 */
import * as E from 'fp-ts/lib/Either.js'
import type * as TE from 'fp-ts/lib/TaskEither.js'
import { copiedEvent } from '../../domain/copied.ts'
import type { StoreError } from '../../domain/errors.ts'
import type { RecordedEvent } from '../../domain/event.ts'
import type { StreamId } from '../../domain/ids.ts'
import type { NewEvent } from '../../domain/new-event.ts'
import type { HiddenTurns, TurnsState } from '../../domain/turn-state.ts'
import { turns } from '../../projections/turns.ts'
import { restoreThread, revertThread } from '../branch.ts'
import { liveTurns } from '../turn-page.ts'
import type { RollbackOptions, Written } from './types.ts'
import { isDamaged, type StreamInfo } from '../ports.ts'
import { checkpointOf, stateOf } from '../project.ts'
import { modeOf } from './turn-context.ts'
import { openTarget, written, type MutationEnv, type Plan } from './write.ts'

type Answer<A> = TE.TaskEither<StoreError, A>

const notPossible = (reason: string, next: string): StoreError => ({
  _tag: 'NotPossible',
  reason,
  next
})

/** Runs what makes a segment instead of appending, and tells what it came to. */
const branched = async (
  env: MutationEnv,
  info: StreamInfo,
  make: () => Promise<E.Either<StoreError, StreamId>>,
  { dryRun }: RollbackOptions
): Promise<E.Either<StoreError, Written>> => {
  const from = checkpointOf(env, info.streamId)?.next
  const answer = { threadId: info.streamId, events: [], appended: null }
  if (dryRun === true || from === undefined) return E.right(answer)
  const made = await make()
  if (E.isLeft(made)) return made
  const opened = await env.open(info.streamId, false)
  if (E.isLeft(opened)) return opened
  const next = checkpointOf(env, info.streamId)?.next ?? from
  const appended = { streamId: info.streamId, from, next, path: opened.right.info.path }
  return E.right({ ...answer, appended })
}

const rolledBack = (turnCount: number, at: string): NewEvent => ({
  timestamp: at,
  type: 'event_msg',
  payload: { type: 'thread_rolled_back', num_turns: turnCount }
})

const rollbackPlan =
  (env: MutationEnv, turnCount: number): Plan =>
  async ({ info, at }) => {
    const recount = await env.recount(info, turnCount)
    return E.right([
      { timestamp: at, type: 'event_msg', payload: recount },
      rolledBack(turnCount, at)
    ])
  }

/** Hides the last `turnCount` turns; all of them when there are fewer. */
export const rollback =
  (
    env: MutationEnv,
    threadId: string,
    turnCount: number,
    options: RollbackOptions
  ): Answer<Written> =>
  async () => {
    if (!Number.isInteger(turnCount) || turnCount < 1)
      return E.left({ _tag: 'InvalidRequest', message: 'numTurns must be >= 1' })
    const target = await openTarget(env, threadId, options)
    if (E.isLeft(target)) return target
    const { info } = target.right
    if ((await modeOf(env, info)) === 'legacy')
      return written(env, threadId, options, rollbackPlan(env, turnCount))()
    const live = liveTurns(env, info)
    const place = Math.max(0, live.count - turnCount)
    const first = live.rows(place, place + 1)[0]
    if (first === undefined)
      return E.left(notPossible('the thread has no turns', `see "unroll show ${info.streamId}"`))
    const make = () => revertThread(env, env.writer, info, first.id, options.force === true)
    return branched(env, info, make, options)
  }

/** What is copied must fit into memory. */
const RESTORED_BYTES_MAX = 256 * 1024 * 1024

const isContext = ({ line }: RecordedEvent): boolean =>
  line.type === 'turn_context' ||
  (line.type === 'response_item' &&
    line.payload['type'] === 'message' &&
    (line.payload['role'] === 'user' || line.payload['role'] === 'developer'))

const isRecount = (event: RecordedEvent | undefined): boolean => {
  const line = event?.line
  if (line?.type !== 'event_msg' || line.payload.type !== 'token_count') return false
  const last = line.payload.info?.last_token_usage
  return last !== undefined && last.input_tokens === 0 && last.output_tokens === 0
}

const linesOf = async (
  env: MutationEnv,
  info: StreamInfo,
  segment: number,
  from: number,
  until: number
): Promise<ReadonlyArray<RecordedEvent>> => {
  const lines = await env.store.readRanges(info, [{ segment, from, until }], 'all')
  return lines.flatMap((line) => (isDamaged(line) ? [] : [line]))
}

/** A turn without a beginning starts with its first event; what the model was sent for it stands before. */
const leadIn = async (
  env: MutationEnv,
  info: StreamInfo,
  { live, from, implicit }: HiddenTurns
): Promise<ReadonlyArray<RecordedEvent>> => {
  if (implicit?.offset !== from.offset) return []
  const before = liveTurns(env, info)
    .rows(Math.max(0, live - 1), live)[0]
    ?.ranges.at(-1)
  const begin = before?.segment === from.segment ? before.until : 0
  const lines = await linesOf(env, info, from.segment, begin, from.offset)
  const last = lines.findLastIndex((event) => !isContext(event))
  return lines.slice(last + 1)
}

/** The index that the first copy must have for implicit turns to get their names back. */
const firstIndex = (
  { implicit }: HiddenTurns,
  copies: ReadonlyArray<RecordedEvent>
): number | null => {
  if (implicit === null) return null
  const before = copies.filter(
    ({ offset, line }) => offset < implicit.offset && line.type !== 'ignored'
  )
  return Math.max(0, implicit.index - before.length)
}

const hasUsage = ({ line }: RecordedEvent): boolean =>
  line.type === 'event_msg' && line.payload.type === 'token_count' && line.payload.info != null

const USAGE_BYTES = 1024 * 1024

/** The usage that held before the hidden turns, when they brought none of their own. */
const usageBefore = async (
  env: MutationEnv,
  info: StreamInfo,
  { from }: HiddenTurns,
  copies: ReadonlyArray<RecordedEvent>
): Promise<ReadonlyArray<RecordedEvent>> => {
  if (copies.some(hasUsage)) return []
  const begin = Math.max(0, from.offset - USAGE_BYTES)
  const lines = await linesOf(env, info, from.segment, begin, from.offset)
  return lines.filter(hasUsage).slice(-1)
}

const restorePlan =
  (env: MutationEnv): Plan =>
  async ({ info, at }) => {
    const state = stateOf(env, turns.name, info.streamId) as TurnsState | undefined
    const hidden = state?.hidden.at(-1)
    if (hidden === undefined)
      return E.left(
        notPossible(
          'nothing was rolled back since the last turn',
          `see the turns with "unroll turns ${info.streamId}"`
        )
      )
    const { from, at: marker } = hidden
    if (marker.segment !== from.segment || marker.from - from.offset > RESTORED_BYTES_MAX)
      return E.left(
        notPossible(
          'what was rolled back is too much to be written again',
          `see it with "unroll events ${info.streamId}"`
        )
      )
    const lines = await linesOf(env, info, from.segment, from.offset, marker.from)
    const leading = await leadIn(env, info, hidden)
    const kept = isRecount(lines.at(-1)) ? lines.slice(0, -1) : lines
    const own = [...leading, ...kept].filter(({ line }) => line.type !== 'session_meta')
    const index = firstIndex(hidden, own)
    const copies = [...own, ...(await usageBefore(env, info, hidden, own))]
    const payload = {
      type: 'unroll_turns_restored',
      num_turns: hidden.turns,
      lines: copies.length,
      next_item: hidden.nextItem,
      ...(index === null ? {} : { index })
    }
    return E.right([
      { timestamp: at, type: 'event_msg', payload },
      ...copies.map((event) => copiedEvent(event, at))
    ])
  }

/** Brings back the turns that the last rollback hid. */
export const unrollback =
  (env: MutationEnv, threadId: string, options: RollbackOptions): Answer<Written> =>
  async () => {
    const target = await openTarget(env, threadId, options)
    if (E.isLeft(target)) return target
    const { info } = target.right
    if ((await modeOf(env, info)) === 'legacy')
      return written(env, threadId, options, restorePlan(env))()
    const make = () => restoreThread(env, env.writer, info, options.force === true)
    return branched(env, info, make, options)
  }
