/**
 * Catching many streams up: short ones share transactions, and when a large home is folded for the first time a
 * second thread takes streams from the far end of the queue.
 */
import * as E from 'fp-ts/lib/Either.js'
import type { StoreError } from '../../domain/errors.ts'
import type { StreamId } from '../../domain/ids.ts'
import { ioFailure } from '../guarded.ts'
import type { Index, StreamInfo } from '../ports.ts'
import { stopwatch } from '../telemetry.ts'
import { trimNotes } from './changes.ts'
import {
  catchUp,
  checkpointOf,
  foldStream,
  forgetStream,
  indexSink,
  telemetryOf,
  WRITES_MAX,
  type Env,
  type FoldedPart,
  type Sink
} from './project.ts'

/** Told after every stream of a long catch-up. */
export type Progress = (done: number, total: number, bytes: number) => void

/** A second thread pays from about this many new streams on. */
const ASIDE_STREAMS_MIN = 64
/** Bytes of rollouts handed over at a time. */
const ASIDE_BYTES = 8 * 1024 * 1024

interface Work {
  readonly env: Env
  readonly sink: Sink
  /** Streams nobody has begun; taken from the front here, from the end by the second thread. */
  readonly queue: Array<StreamInfo>
  /** Streams the index has never seen: only these go to the second thread. */
  readonly unseen: ReadonlySet<StreamInfo>
  /** Streams whose last part is in the sink or in a transaction of this round. */
  readonly together: Array<StreamInfo>
  readonly delivered: Array<FoldedPart>
  readonly tell: (info: StreamInfo) => void
  readonly unreadable: Array<Unreadable>
}

type Done = E.Either<StoreError, void>

/** A rollout that could not be read, and why. */
export interface Unreadable {
  readonly threadId: string
  readonly path: string
  readonly reason: string
}

/** Commits what the sink holds; streams that another process was folding too are caught up again on their own. */
const commit = async ({ env, sink, together }: Work, moved: boolean): Promise<Done> => {
  const alone = together.splice(0)
  const flushed = await sink.flush()
  if (E.isLeft(flushed)) return flushed
  if (!moved && flushed.right === 'committed') return E.right(undefined)
  for (const info of alone) {
    const done = await catchUp(env, info)
    if (E.isLeft(done)) return done
  }
  return E.right(undefined)
}

const takeDelivered = async (work: Work): Promise<Done> => {
  for (let part = work.delivered.shift(); part !== undefined; part = work.delivered.shift()) {
    work.sink.add(part.writes, part.expected)
    if (!work.together.includes(part.info)) work.together.push(part.info)
    if (work.sink.size() < WRITES_MAX) continue
    const done = await commit(work, false)
    if (E.isLeft(done)) return done
  }
  return E.right(undefined)
}

/** A sink of one stream among several that are folded at once: what it holds at the end joins the others. */
const apart = (index: Index): Sink & { readonly join: (sink: Sink) => void } => {
  let held: Array<Parameters<Sink['add']>> = []
  const take = (sink: Sink): void => {
    for (const part of held) sink.add(...part)
    held = []
  }
  return {
    add: (...part) => void held.push(part),
    size: () => held.reduce((sum, [writes]) => sum + writes.length, 0),
    flush: () => {
      const own = indexSink(index)
      take(own)
      return own.flush()
    },
    join: take
  }
}

/** What lies with the process or the machine, not with a file: going on would leave out one file after the other. */
const SHORTAGE = /^(?:EMFILE|ENFILE|ENOMEM)\b/
const GONE = /^ENOENT\b/

interface Failed {
  readonly failed: StoreError
}

const attempt = (env: Env, info: StreamInfo, sink: Sink) =>
  foldStream(env, info, sink).catch((cause: unknown): Failed => ({
    failed: ioFailure(cause, info.path)
  }))

/** One that moved between the look at the folders and its turn is read where it is now. */
const wherever = async (env: Env, info: StreamInfo, sink: Sink) => {
  const first = await attempt(env, info, sink)
  if (!('failed' in first) || first.failed._tag !== 'IoFailure' || !GONE.test(first.failed.cause))
    return first
  const found = env.store.find(info.streamId)
  return E.isLeft(found) ? first : attempt(env, found.right, sink)
}

/** One stream; one that cannot be read is left out, so that it costs the home no more than itself. */
const foldOne = async (work: Work, info: StreamInfo): Promise<Done> => {
  const own = apart(work.env.index)
  const folded = await wherever(work.env, info, own)
  own.join(work.sink)
  work.tell(info)
  if ('failed' in folded) {
    const { failed } = folded
    if (failed._tag !== 'IoFailure' || SHORTAGE.test(failed.cause)) return E.left(failed)
    const { streamId: threadId, path } = info
    if (!GONE.test(failed.cause)) work.unreadable.push({ threadId, path, reason: failed.cause })
    return E.right(undefined)
  }
  if (E.isLeft(folded)) return folded
  work.together.push(info)
  const moved = folded.right === 'moved'
  return moved || work.sink.size() >= WRITES_MAX ? commit(work, moved) : E.right(undefined)
}

const takeFromEnd = ({ queue, unseen }: Work): ReadonlyArray<StreamInfo> => {
  const taken: Array<StreamInfo> = []
  for (let bytes = 0; bytes < ASIDE_BYTES && queue.length > 1;) {
    const info = queue[queue.length - 1]
    if (info === undefined || !unseen.has(info)) break
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
  const beside = work.unseen.size >= ASIDE_STREAMS_MIN ? foldBeside(work) : Promise.resolve()
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

/**
 * Makes the read models of many streams as new as their files, and forgets the streams that are gone. What could not be read
 * is as it was, and is the answer.
 */
export const catchUpAll = async (
  env: Env,
  infos: ReadonlyArray<StreamInfo>,
  gone: ReadonlyArray<StreamId>,
  progress: Progress
): Promise<E.Either<StoreError, ReadonlyArray<Unreadable>>> => {
  const sink = indexSink(env.index)
  let done = 0
  let bytes = 0
  const tell = (info: StreamInfo): void => {
    done += 1
    bytes += info.sizeBytes
    progress(done, infos.length, bytes)
  }
  const isUnseen = (info: StreamInfo): boolean => checkpointOf(env, info.streamId) === null
  const seen = infos.filter((info) => !isUnseen(info))
  const unseen = infos.filter(isUnseen)
  const queue = [...seen, ...unseen]
  const work: Work = {
    env,
    sink,
    queue,
    unseen: new Set(unseen),
    together: [],
    delivered: [],
    tell,
    unreadable: []
  }
  for (const streamId of gone) forgetStream(env, streamId, sink, true)
  const all = await (unseen.length === 0 ? foldAll(work) : backfilled(work))
  await trimNotes(env)
  return E.isLeft(all) ? all : E.right(work.unreadable)
}
