/**
 * Catching up: the one way read models are built, rebuilt and kept.
 *
 * `catchUp` compares what the outside of a stream tells now (one `stat`) with what it told when the checkpoint was
 * written. Nothing changed: nothing is read. Otherwise the fold goes on from the checkpoint, or from the start when
 * the bytes before it are no longer the same. Rows, fold states and checkpoint go into one transaction, which is
 * refused when another process has moved the checkpoint meanwhile.
 *
 * The reader skips lines the folds do not need. When a fold finds that it does need them (an implicit turn is named
 * after an exact index), the stream is folded again with every line, and stays so.
 */
import * as E from 'fp-ts/lib/Either.js'
import { NO_LINES, type DeliveredLine, type Needs } from '../../domain/log/needs.ts'
import type { StoreError } from '../../domain/errors.ts'
import type { RecordedEvent } from '../../domain/log/event.ts'
import type { StreamId } from '../../domain/ids.ts'
import { once } from '../../domain/once.ts'
import type { Profile } from '../../domain/log/profile.ts'
import {
  checkpointTable,
  THREADS,
  TURNS,
  tableOf,
  viewName,
  type ReadModels
} from '../../projections/catalogue.ts'
import { threads } from '../../projections/threads.ts'
import { hasPreview, type StoredThread } from '../../projections/thread-row.ts'
import type { ThreadState } from '../../domain/thread/thread.ts'
import { previewBefore } from './older-files.ts'
import type { RowKey, Rows, RowWrite, Surroundings } from '../../projections/projection.ts'
import { noTelemetry, type Telemetry } from '../telemetry.ts'
import { notesOn, notesOnLoss, trimNotes, type ChangeNotes } from './changes.ts'
import { foldTally, type FoldTally } from './fold-tally.ts'
import { NO_ROWS, overlay, toStored, type Overlay } from './overlay.ts'
import { indexSink, type Sink } from './sink.ts'
import {
  isDamaged,
  START,
  type Batch,
  type EventStore,
  type Guard,
  type Index,
  type Lessee,
  type Lineage,
  type Position,
  type StoredRow,
  type StreamInfo
} from '../ports.ts'

/** What one stream adds to the index, or a part of it when it is long: a piece of one transaction. */
export interface FoldedPart {
  readonly info: StreamInfo
  readonly writes: ReadonlyArray<StoredRow>
  readonly expected: StoredRow
}

/**
 * Folds streams the index has never seen beside the main thread, and delivers their parts in order. False when it
 * could not: the caller then folds them itself.
 */
export type FoldAside = (
  infos: ReadonlyArray<StreamInfo>,
  deliver: (part: FoldedPart) => void
) => Promise<boolean>

export interface Env {
  readonly store: EventStore
  readonly index: Index
  readonly profile: Profile
  readonly strict: boolean
  /** Which read models are kept up; those of turns where nothing is said. */
  readonly models?: ReadModels
  /** Makes a path absolute, for readers who decode no other; without it paths are told as they stand in the log. */
  readonly absolute?: (path: string) => string
  /** Also show what the log knows and Codex of its time hides: commands, tool calls, failures. */
  readonly rich?: boolean
  /** A second thread for the first fold of a large home; absent where one is enough. */
  readonly foldAside?: FoldAside
  /** This process as one that works on a home while others wait; absent where nobody else has the index. */
  readonly lessee?: Lessee
  /** Where changes of the home are noted; absent where nobody reads them. */
  readonly notes?: ChangeNotes
  /** True when the index is in memory because its directory could not be used. */
  readonly isFallback?: boolean
  /** Where numbers go; absent where nobody listens. */
  readonly telemetry?: Telemetry
  /** True from the moment on when the engine is closed: what is being folded is left where it is. */
  readonly isClosed?: () => boolean
  /** Notes work that costs as much as reading so many bytes, and lets other work have its turn when it was much. */
  readonly giveWay?: (bytes: number) => Promise<void>
}

export const telemetryOf = ({ telemetry = noTelemetry }: Pick<Env, 'telemetry'>): Telemetry =>
  telemetry

export const modelsOf = ({ models = TURNS }: Pick<Env, 'models'>): ReadModels => models

/** How far a stream is folded, and what its outside told then. */
export interface Checkpoint {
  readonly path: string
  readonly archived: boolean
  /** True, or not there. */
  readonly compressed?: boolean
  readonly sizeBytes: number
  readonly modifiedAtMs: number
  readonly inode: number
  readonly next: Position
  readonly guard: Guard | null
  /** Which files were folded up to where, when it was more than one whole file. */
  readonly lineage: string | null
  /** True when history the stream continues was not there: then the next reader looks again. */
  readonly hasGap: boolean
  /** True when every line was delivered, because a fold needed it. */
  readonly counts: boolean
  /** False while a long stream is being folded in several transactions. */
  readonly complete: boolean
}

/** Writes of one transaction stay below this many, so that memory stays bounded. */
export const WRITES_MAX = 4096
const ATTEMPTS_MAX = 8

export const checkpointsOf = (env: Env): string =>
  checkpointTable(modelsOf(env), viewName(env.profile, env.strict))

export const checkpointKey = (env: Env, streamId: string): RowKey => [checkpointsOf(env), streamId]

const statesKey = (env: Env, streamId: string): RowKey => [`${checkpointsOf(env)}.states`, streamId]

/**
 * Table of the streams that can still change which threads there are without coming or going: they show nothing yet,
 * or are not folded to their end.
 */
export const unsettledTable = (env: Env): string => `${checkpointsOf(env)}.unsettled`

const unsettledKey = (env: Env, streamId: string): RowKey => [unsettledTable(env), streamId]

/** Reads the checkpoint of a stream, or null when it was never folded. */
export const checkpointOf = (env: Env, streamId: string): Checkpoint | null =>
  (env.index.get(checkpointKey(env, streamId)) as Checkpoint | undefined) ?? null

/** What is read of a stream that is folded to its end when it is opened: its checkpoint, and the states of its folds. */
export const keysOfStream = (env: Env, streamId: string): ReadonlyArray<RowKey> =>
  modelsOf(env).projections.every(({ stateIn }) => stateIn !== undefined)
    ? [checkpointKey(env, streamId)]
    : [checkpointKey(env, streamId), statesKey(env, streamId)]

/** Rows asked for in one question: answers stay small. */
const ASKED_MAX = 256

/** The same of many streams, in their order. */
export const checkpointsOfAll = (
  env: Env,
  ids: ReadonlyArray<string>
): ReadonlyArray<Checkpoint | null> => {
  const found: Array<Checkpoint | null> = []
  for (let at = 0; at < ids.length; at += ASKED_MAX) {
    const keys = ids.slice(at, at + ASKED_MAX).map((id) => checkpointKey(env, id))
    for (const row of env.index.getMany(keys)) found.push((row as Checkpoint | undefined) ?? null)
  }
  return found
}

/** The state of a fold, as far as it is stored by itself. */
export const stateOf = (env: Env, name: string, streamId: string): unknown =>
  (env.index.get(statesKey(env, streamId)) as Readonly<Record<string, unknown>> | undefined)?.[name]

/** True when the outside of the stream is as the checkpoint saw it. */
export const isCurrent = (checkpoint: Checkpoint | null, info: StreamInfo): boolean =>
  checkpoint !== null && !checkpoint.hasGap && isFolded(checkpoint, info)

/** The same, whether or not history was missing. */
export const isFolded = (checkpoint: Checkpoint, info: StreamInfo): boolean =>
  checkpoint.complete &&
  checkpoint.sizeBytes === info.sizeBytes &&
  checkpoint.modifiedAtMs === info.modifiedAtMs &&
  checkpoint.inode === info.inode &&
  checkpoint.path === info.path

interface Run {
  readonly env: Env
  readonly projections: ReadModels['projections']
  readonly info: StreamInfo
  readonly lineage: () => Lineage
  readonly rows: Overlay
  readonly around: ReadonlyArray<Surroundings>
  readonly tally: FoldTally
  states: Array<unknown>
  counts: boolean
  checkpoint: Checkpoint | null
}

const begin = (
  env: Env,
  info: StreamInfo,
  lineage: () => Lineage,
  old: Checkpoint | null,
  checkpoint: Checkpoint | null,
  tally: FoldTally
): Run => {
  // Nothing is there of a stream that was never folded, so nothing is looked for.
  const rows = overlay(old === null ? NO_ROWS : env.index)
  const view = viewName(env.profile, env.strict)
  const { projections } = modelsOf(env)
  const around = projections.map((p) => ({ profile: env.profile, rows, table: tableOf(p, view) }))
  const counts = checkpoint?.counts ?? false
  const states = projections.map((p, i): unknown => {
    const at = around[i]
    if (checkpoint === null || at === undefined) return p.initial(counts)
    return (
      stateOf(env, p.name, info.streamId) ?? p.stateIn?.(info.streamId, at) ?? p.initial(counts)
    )
  })
  return { env, projections, info, lineage, rows, around, tally, states, counts, checkpoint: old }
}

const forget = (run: Run): void => {
  run.projections.forEach((p, i) => {
    const around = run.around[i]
    if (around !== undefined) run.rows.put(p.forget(run.info.streamId, around))
  })
}

/** Starts over from byte 0, with every line when `counts`. */
const restart = (run: Run, counts: boolean): void => {
  forget(run)
  run.counts = counts
  run.states = run.projections.map((p): unknown => p.initial(counts))
}

/** A step of a read model, and the event as those behind it in their group are given it. */
type Folded = readonly [unknown, ReadonlyArray<RowWrite>, RecordedEvent<DeliveredLine>?]

/** Folds one batch; false when a fold needs the lines the reader skipped. */
const foldBatch = (run: Run, batch: Batch<Needs>): boolean => {
  const { projections } = run
  run.tally.add(batch)
  for (const line of batch.lines) {
    let event: RecordedEvent<DeliveredLine> | null = isDamaged(line) ? null : line
    for (let i = 0; i < projections.length; i++) {
      const projection = projections[i]
      const around = run.around[i]
      if (projection === undefined || around === undefined) continue
      if (event === null) {
        if (isDamaged(line) && projection.damaged !== undefined)
          run.rows.put(projection.damaged(line, around))
        continue
      }
      const step = projection.evolve(run.states[i], event, around) as Folded
      run.states[i] = step[0]
      if (step[1].length > 0) run.rows.put(step[1])
      if (step[2] !== undefined) event = step[2]
    }
  }
  return run.counts || !projections.some((p, i) => p.needsEveryEvent?.(run.states[i]) === true)
}

const settle = async (run: Run): Promise<void> => {
  const at = run.projections.indexOf(threads)
  const earlierPreview =
    at === -1 ? null : await previewBefore(run.env, run.info, run.states[at] as ThreadState)
  run.projections.forEach((p, i) => {
    const around = run.around[i]
    if (p.settle !== undefined && around !== undefined)
      run.rows.put(p.settle(run.states[i], { ...run.info, earlierPreview }, around))
  })
}

/** True when a thread is in the lists of those who do not ask for more, or when no list is kept up here. */
const isShown = ({ env, projections, rows, info }: Run): boolean => {
  if (!projections.includes(threads)) return true
  const row = rows.get([tableOf(threads, viewName(env.profile, env.strict)), info.streamId])
  return row !== undefined && hasPreview(row as StoredThread)
}

/** Hands the changes so far to the sink, with the checkpoint that makes them true. */
const handOver = (
  run: Run,
  sink: Sink,
  next: Position,
  guard: Guard | null,
  complete: boolean
): void => {
  const { streamId, path, archived, compressed, sizeBytes, modifiedAtMs, inode } = run.info
  const key = checkpointKey(run.env, streamId)
  const lineage = run.lineage()
  const checkpoint: Checkpoint = {
    path,
    archived,
    ...(compressed ? { compressed } : {}),
    sizeBytes,
    modifiedAtMs,
    inode,
    next,
    guard,
    lineage: signatureOf(lineage),
    hasGap: lineage.some(({ gap }) => gap !== null),
    counts: run.counts,
    complete
  }
  const states = run.projections.flatMap((p, i) =>
    complete && p.stateIn !== undefined ? [] : [[p.name, run.states[i]] as const]
  )
  if (states.length > 0 || run.checkpoint !== null)
    run.rows.put([
      {
        key: statesKey(run.env, streamId),
        value: states.length === 0 ? null : Object.fromEntries(states)
      }
    ])
  const unsettled = !complete || !isShown(run)
  if (unsettled || run.checkpoint !== null)
    run.rows.put([{ key: unsettledKey(run.env, streamId), value: unsettled ? true : null }])
  run.rows.put([{ key, value: checkpoint }])
  sink.add(run.rows.take(), toStored({ key, value: run.checkpoint }))
  run.checkpoint = checkpoint
}

/** Names the files of a lineage and where each ends; null for a stream that is one whole file. */
export const signatureOf = (lineage: Lineage): string | null =>
  lineage.length === 1 && lineage[0]?.gap === null
    ? null
    : JSON.stringify(lineage.map(({ id, until, gap }) => [id, until, gap]))

/** The checkpoint reading may go on from; null when it begins again at byte 0. */
export const startingPoint = async (
  env: Env,
  info: StreamInfo,
  lineage: Lineage,
  old: Checkpoint | null
): Promise<Checkpoint | null> => {
  if (old === null || old.path !== info.path || old.inode !== info.inode) return null
  if (old.lineage !== signatureOf(lineage)) return null
  if (old.guard === null) return old.next.offset === 0 ? old : null
  const inHead = old.next.segment === lineage.length - 1
  if (inHead && !info.compressed && info.sizeBytes < old.next.offset) return null
  if (info.compressed && info.sizeBytes !== old.sizeBytes) return null
  const reading = env.store.read(info, old.next, NO_LINES, old.guard)
  return (await reading.holds()) ? old : null
}

/**
 * Folds what is new in one stream into the sink. Long streams are committed in several transactions on the way;
 * the last part stays in the sink for the caller to flush, so that many short streams share one transaction.
 */
export const foldStream = async (
  env: Env,
  info: StreamInfo,
  sink: Sink,
  old: Checkpoint | null = checkpointOf(env, info.streamId)
): Promise<E.Either<StoreError, 'folded' | 'moved'>> => {
  // Reading a stream from its beginning tells its lineage on the way.
  const lineage = once(() => env.store.lineage(info))
  const from = old === null ? null : await startingPoint(env, info, lineage(), old)
  if (from !== null && isFolded(from, info)) return E.right('folded')
  const way = from !== null ? 'checkpoint' : old === null ? 'start' : 'again'
  const tellsDamage = modelsOf(env).projections.some(({ damaged }) => damaged !== undefined)
  const tally = foldTally(telemetryOf(env), lineage, from?.next ?? START, way, tellsDamage)
  const run = begin(env, info, lineage, old, from, tally)
  if (from === null && old !== null) restart(run, false)
  const goesOn = from !== null || old === null || old.lineage !== signatureOf(lineage())
  run.rows.put(notesOn(env, old, info, goesOn))
  const { needs, countingNeeds } = modelsOf(env)
  let next = from?.next ?? START
  let guard = from?.guard ?? null
  for (let again = true; again;) {
    again = false
    for await (const batch of env.store.read(info, next, run.counts ? countingNeeds : needs)) {
      if (!foldBatch(run, batch)) {
        restart(run, true)
        tally.startOver()
        next = START
        guard = null
        again = true
        break
      }
      next = batch.next
      // A batch without lines brought the newline that the line before it still lacked.
      guard = batch.guard ?? (guard === null ? null : { ...guard, terminated: true })
      if (env.isClosed?.() === true) return E.right('moved')
      if (run.rows.size() < WRITES_MAX) continue
      handOver(run, sink, next, guard, false)
      const flushed = await sink.flush()
      if (E.isLeft(flushed)) return flushed
      if (flushed.right === 'moved') {
        tally.tell()
        return E.right('moved')
      }
    }
  }
  await settle(run)
  handOver(run, sink, next, guard, true)
  tally.tell()
  return E.right('folded')
}

/** Deletes every row of a stream that is no longer in the home; `isNews` when that is to be noted. */
export const forgetStream = (
  env: Env,
  streamId: StreamId,
  sink: Pick<Sink, 'add'>,
  isNews = false
): void => {
  const view = viewName(env.profile, env.strict)
  const rows = overlay(env.index)
  const key = checkpointKey(env, streamId)
  for (const projection of modelsOf(env).projections) {
    const table = tableOf(projection, view)
    rows.put(projection.forget(streamId, { profile: env.profile, rows, table }))
  }
  for (const gone of [statesKey(env, streamId), unsettledKey(env, streamId), key])
    rows.put([{ key: gone, value: null }])
  const checkpoint = checkpointOf(env, streamId)
  if (isNews) rows.put(notesOnLoss(env, streamId, checkpoint))
  sink.add(rows.take(), toStored({ key, value: checkpoint }))
}

/** The same of both groups that every thread has. */
export const forgetThread = (
  env: Env,
  streamId: StreamId,
  sink: Pick<Sink, 'add'>,
  isNews = false
): void => {
  for (const models of [THREADS, TURNS]) forgetStream({ ...env, models }, streamId, sink, isNews)
}

/** Makes the read models of one stream as new as its file; those of several groups in one transaction. */
export const catchUp = async (
  env: Env,
  info: StreamInfo,
  groups: ReadonlyArray<ReadModels> = [modelsOf(env)]
): Promise<E.Either<StoreError, void>> => {
  const { streamId } = info
  const envs = groups.map((models): Env => ({ ...env, models }))
  for (let attempt = 0; attempt < ATTEMPTS_MAX; attempt++) {
    const known = envs.map((one) => checkpointOf(one, streamId))
    const behind = envs.filter((_, i) => !isCurrent(known[i] ?? null, info))
    const state = behind.length === 0 ? 'current' : 'behind'
    if (attempt === 0) telemetryOf(env).count('catch_up.checks', { state })
    if (behind.length === 0) {
      if (known[0]?.lineage === null) env.store.noteAlone?.(info)
      return E.right(undefined)
    }
    const sink = indexSink(env.index)
    let isWhole = true
    for (const one of behind) {
      const folded = await foldStream(one, info, sink)
      if (E.isLeft(folded)) return folded
      isWhole &&= folded.right === 'folded'
    }
    const flushed = await sink.flush()
    if (E.isLeft(flushed)) return flushed
    if (!isWhole || flushed.right !== 'committed') continue
    await trimNotes(env)
    return E.right(undefined)
  }
  return E.left({ _tag: 'Busy', what: `the index rows of thread ${streamId}` })
}

export const rowsOf = (index: Index): Rows => overlay(index)
