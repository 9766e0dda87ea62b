/**
 * Catching many streams up: short ones share transactions, and when a large home is folded for the first time a
 * second thread takes streams from the far end of the queue.
 */
import * as E from 'fp-ts/lib/Either.js'
import type { StoreError } from '../../domain/errors.ts'
import type { StreamId } from '../../domain/ids.ts'
import { THREADS, TURNS, type ReadModels } from '../../projections/catalogue.ts'
import { ioFailure, isMissingFile, isShortage } from '../guarded.ts'
import { findStream, type StreamInfo, type Unreadable } from '../ports.ts'
import { stopwatch } from '../telemetry.ts'
import { placeIn, trimNotes } from './changes.ts'
import { apart, commitParts, gathered, type Gathered } from './gathered.ts'
import type { BackfillProgress } from './backfill-lease.ts'
import {
  catchUp,
  checkpointOf,
  checkpointsOfAll,
  foldStream,
  forgetStream,
  forgetThread,
  isCurrent,
  modelsOf,
  telemetryOf,
  WRITES_MAX,
  type Checkpoint,
  type Env,
  type FoldedPart
} from './project.ts'
import { type Sink } from './sink.ts'

/** Told after every stream of a long catch-up; bytes are those of the files, in all where that is known. */
export type Progress = (done: number, total: number, bytes: number, bytesTotal?: number) => void

export const bytesOf = (infos: ReadonlyArray<StreamInfo>): number =>
  infos.reduce((sum, { sizeBytes }) => sum + sizeBytes, 0)

/** A second thread pays from about this many new streams on. */
const ASIDE_STREAMS_MIN = 64
/** Bytes of rollouts handed over at a time; half as many bytes of rows are on their way back. */
const ASIDE_BYTES = 4 * 1024 * 1024

const OF_THREADS: ReadonlyArray<ReadModels> = [THREADS, TURNS]

interface Work {
  readonly env: Env
  readonly gathered: Gathered
  /** Streams nobody has begun; taken from the front here, from the end by the second thread. */
  readonly queue: Array<StreamInfo>
  /** Streams the index has never seen: only these go to the second thread. */
  readonly unseen: ReadonlySet<StreamInfo>
  /** Generation of the index as of the last commit here. */
  generation: number
  /** True when somebody else committed since this began, who may fold the same. */
  isShared: boolean
  /** Streams whose last part is in the sink or in a transaction of this round. */
  readonly together: Array<StreamInfo>
  readonly delivered: Array<FoldedPart>
  readonly tell: (info: StreamInfo) => void
  readonly unreadable: Array<Unreadable>
  /** Told after each transaction which streams it brought to their end, and which were passed over. */
  readonly settled: (infos: ReadonlyArray<StreamInfo>) => Promise<void>
  /** True when nobody waits: all of it is left to the second thread. */
  readonly isBehind: boolean
}

type Done = E.Either<StoreError, void>

/** After so many streams a transaction is closed, however few rows they have: what a kill costs. */
export const CHECKPOINT_STREAMS = 200

const isFull = ({ gathered: { sink }, together }: Work): boolean =>
  sink.size() >= WRITES_MAX || together.length >= CHECKPOINT_STREAMS

/**
 * Commits what the sink holds. Streams that another reader was folding too are left out and caught up again on their own, so
 * that one that is asked for meanwhile does not cost the others.
 */
const commit = async (work: Work, moved: boolean): Promise<Done> => {
  const { env, together } = work
  const infos = together.splice(0)
  work.isShared ||= env.index.generation() !== work.generation
  const committed = await commitParts(env.index, work.gathered.take())
  if (E.isLeft(committed)) return committed
  // Behind, whoever moved one is folding it, and must not be met again.
  const isMoved = !work.isBehind && (moved || committed.right === 'moved')
  for (const info of isMoved ? infos : []) {
    const done = await catchUp(env, info)
    if (E.isLeft(done)) return done
  }
  await work.settled(infos)
  work.generation = env.index.generation()
  return E.right(undefined)
}

const takeDelivered = async (work: Work): Promise<Done> => {
  for (let part = work.delivered.shift(); part !== undefined; part = work.delivered.shift()) {
    work.gathered.sink.add(part.writes, part.expected)
    if (!work.together.includes(part.info)) work.together.push(part.info)
    if (!isFull(work)) continue
    const done = await commit(work, false)
    if (E.isLeft(done)) return done
  }
  return E.right(undefined)
}

const attempt = (env: Env, info: StreamInfo, sink: Sink, known: Checkpoint | null) =>
  foldStream(env, info, sink, known).catch((cause: unknown) => ({
    failed: ioFailure(cause, info.path)
  }))

/** One that moved between the look at the folders and its turn is read where it is now. */
const wherever = async (env: Env, info: StreamInfo, sink: Sink, known: Checkpoint | null) => {
  const first = await attempt(env, info, sink, known)
  if (!('failed' in first) || !isMissingFile(first.failed)) return first
  const found = findStream(env.store, info.streamId)
  return E.isLeft(found) ? first : attempt(env, found.right, sink, known)
}

/** One stream; one that cannot be read is left out, so that it costs the home no more than itself. */
const foldOne = async (work: Work, info: StreamInfo): Promise<Done> => {
  const { env, gathered: gathering } = work
  // Another process may have been here since this one looked.
  const mayBeKnown = work.isShared || !work.unseen.has(info)
  const known = mayBeKnown ? checkpointOf(env, info.streamId) : null
  if (isCurrent(known, info)) {
    work.tell(info)
    work.together.push(info)
    return E.right(undefined)
  }
  const own = apart(env.index)
  const folded = await wherever(env, info, own, known)
  own.join(gathering.sink)
  work.tell(info)
  if ('failed' in folded) {
    const { failed } = folded
    if (failed._tag !== 'IoFailure' || isShortage(failed)) return E.left(failed)
    const { streamId: threadId, path } = info
    if (!isMissingFile(failed)) work.unreadable.push({ threadId, path, reason: failed.cause })
    await work.settled([info])
    return E.right(undefined)
  }
  if (E.isLeft(folded)) return folded
  work.together.push(info)
  const moved = folded.right === 'moved'
  return moved || isFull(work) ? commit(work, moved) : E.right(undefined)
}

const takeFromEnd = (work: Work): ReadonlyArray<StreamInfo> => {
  const { env, queue, unseen } = work
  if (env.isClosed?.() === true) queue.length = 0
  const taken: Array<StreamInfo> = []
  for (let bytes = 0; bytes < ASIDE_BYTES && queue.length > 1;) {
    const info = queue[queue.length - 1]
    if (info === undefined || !unseen.has(info)) break
    if (work.isShared && checkpointOf(env, info.streamId) !== null) break
    queue.pop()
    bytes += info.sizeBytes
    taken.push(info)
  }
  return taken
}

/** Lets the second thread work until the queue is empty or it fails. */
const laneBeside = async (work: Work): Promise<void> => {
  const { foldAside } = work.env
  if (foldAside === undefined) return
  for (;;) {
    const taken = takeFromEnd(work)
    if (taken.length === 0) return
    const parts: Array<FoldedPart> = []
    if (!(await foldAside(taken, (part) => parts.push(part)))) {
      telemetryOf(work.env).count('read.fallback', { reason: 'worker_failed' })
      work.queue.push(...taken)
      return
    }
    work.delivered.push(...parts)
    taken.forEach(work.tell)
    if (work.isBehind && E.isLeft(await takeDelivered(work))) work.queue.length = 0
  }
}

/** Two lists wait for the second thread at any time, so that it goes on while this one is busy. */
const foldBeside = async (work: Work): Promise<void> => {
  await Promise.all([laneBeside(work), laneBeside(work)])
}

const lane = async (work: Work): Promise<Done> => {
  for (let info = work.queue.shift(); info !== undefined; info = work.queue.shift()) {
    const done = await foldOne(work, info)
    if (E.isLeft(done)) return done
    const taken = await takeDelivered(work)
    if (E.isLeft(taken)) return taken
  }
  return E.right(undefined)
}

/** A store that is elsewhere is waited for most of the time: so many of its streams are folded at once. */
const STREAMS_AT_ONCE = 8

/** Works the queue off. A lane that fails leaves nothing to the others, and all have ended when this does. */
const drain = async (work: Work): Promise<Done> => {
  const isElsewhere = work.env.store.refresh !== undefined
  const lanes = Array.from({ length: isElsewhere ? STREAMS_AT_ONCE : 1 }, async () => {
    let done: Done | null = null
    try {
      done = await lane(work)
      return done
    } finally {
      if (done === null || E.isLeft(done)) work.queue.length = 0
    }
  })
  let failed: Done | null = null
  for (const one of await Promise.allSettled(lanes)) {
    if (one.status === 'rejected') throw one.reason
    if (E.isLeft(one.value)) failed ??= one.value
  }
  return failed ?? E.right(undefined)
}

/** Folds what is in the queue, beside the second thread when that pays, and commits it. */
const foldAll = async (work: Work): Promise<Done> => {
  const isHelped = work.isBehind || work.unseen.size >= ASIDE_STREAMS_MIN
  const beside = isHelped ? foldBeside(work) : Promise.resolve()
  if (work.isBehind) await beside
  const first = await drain(work)
  await beside
  if (E.isLeft(first)) return first
  const rest = await drain(work)
  if (E.isLeft(rest)) return rest
  const taken = await takeDelivered(work)
  return E.isLeft(taken) ? taken : commit(work, false)
}

/** Tells of a run that folded streams the index had never seen. */
const backfilled = async (work: Work): Promise<Done> => {
  const telemetry = telemetryOf(work.env)
  const stop = stopwatch(telemetry, 'backfill.duration')
  const done = await foldAll(work)
  stop({ outcome: E.isLeft(done) ? 'failed' : 'done' })
  if (E.isRight(done)) telemetry.count('backfill.threads', {}, work.unseen.size)
  return done
}

/** How a long catch-up is gone about. */
export interface Manner {
  /** Told how far it is, whenever that is in the index; streams are then folded in path order. */
  readonly reached?: (progress: BackfillProgress) => Promise<void>
  /** Begins in the middle: another process began at the front. */
  readonly fromMiddle?: boolean
  /** Nobody waits for it: newest streams first, in the second thread. */
  readonly isBehind?: boolean
}

/** Tells how far a run in path order is: up to which path everything is in the index, and how much of it. */
const frontier = (env: Env, ordered: ReadonlyArray<StreamInfo>, { reached }: Manner) => {
  const finished = new Set<StreamInfo>()
  let front = 0
  let bytes = 0
  return async (infos: ReadonlyArray<StreamInfo>): Promise<void> => {
    if (reached === undefined) return
    const known = checkpointsOfAll(
      env,
      infos.map(({ streamId }) => streamId)
    )
    for (const [i, info] of infos.entries()) {
      // Of a long one only a part may be there.
      if (known[i]?.complete === false || finished.has(info)) continue
      finished.add(info)
      bytes += info.sizeBytes
    }
    while (front < ordered.length && finished.has(ordered[front] as StreamInfo)) front += 1
    const { path = null } = ordered[front - 1] ?? {}
    const place = path === null || env.notes === undefined ? path : placeIn(env.notes.home, path)
    await reached({ watermark: place, done: finished.size, bytes })
  }
}

const queueOf = (
  infos: ReadonlyArray<StreamInfo>,
  unseen: ReadonlySet<StreamInfo>,
  { reached, fromMiddle }: Manner
): Array<StreamInfo> => {
  if (reached !== undefined) return infos.toSorted((a, b) => (a.path < b.path ? -1 : 1))
  const middle = fromMiddle === true ? Math.floor(infos.length / 2) : 0
  const turned = [...infos.slice(middle), ...infos.slice(0, middle)]
  return [
    ...turned.filter((info) => !unseen.has(info)),
    ...turned.filter((info) => unseen.has(info))
  ]
}

/**
 * Makes the read models of many streams as new as their files, and forgets the streams that are gone. What could not be read
 * is as it was, and is the answer.
 */
export const catchUpAll = async (
  env: Env,
  infos: ReadonlyArray<StreamInfo>,
  gone: ReadonlyArray<StreamId>,
  progress: Progress,
  manner: Manner = {}
): Promise<E.Either<StoreError, ReadonlyArray<Unreadable>>> => {
  const bytesTotal = bytesOf(infos)
  let done = 0
  let bytes = 0
  const tell = (info: StreamInfo): void => {
    done += 1
    bytes += info.sizeBytes
    progress(done, infos.length, bytes, bytesTotal)
  }
  const known = checkpointsOfAll(
    env,
    infos.map(({ streamId }) => streamId)
  )
  const unseen = new Set(infos.filter((_, i) => known[i] === null))
  const queue = queueOf(infos, unseen, manner)
  const work: Work = {
    env,
    gathered: gathered(),
    queue,
    unseen,
    generation: env.index.generation(),
    isShared: false,
    together: [],
    delivered: [],
    tell,
    unreadable: [],
    settled: frontier(env, [...queue], manner),
    isBehind: manner.isBehind === true
  }
  const forget = OF_THREADS.includes(modelsOf(env)) ? forgetThread : forgetStream
  for (const streamId of gone) forget(env, streamId, work.gathered.sink, true)
  const all = await (unseen.size === 0 ? foldAll(work) : backfilled(work))
  await trimNotes(env)
  return E.isLeft(all) ? all : E.right(work.unreadable)
}
