/**
 * Opening: an index, the place where the threads live, and an engine over both.
 */
import * as E from 'fp-ts/lib/Either.js'
import { resolve } from 'node:path'
import type { StoreError } from '../domain/errors.ts'
import { eraOf, NEWEST_ERA, type Profile, type ProfileName } from '../domain/log/profile.ts'
import type { Progress } from '../replay/catch-up/fold-many.ts'
import { createEngine, type Engine } from '../replay/engine.ts'
import { guarded } from '../replay/guarded.ts'
import type { Index } from '../replay/ports.ts'
import type { PastPoint } from '../replay/past/time-travel/past.ts'
import { noTelemetry, stopwatch, type Telemetry } from '../replay/telemetry.ts'
import type { OpenStore } from './log/eventstore/open.ts'
import { bounded } from './bounded.ts'
import { systemLessee } from './home/lessee.ts'
import { homeSource } from './home-source.ts'
import { indexDirectory } from './index-directory.ts'
import { fallingBack } from './index/memory/falling-back.ts'
import { spillingIndex } from './index/memory/spilling.ts'
import { memoryIndex } from './index/memory/index.ts'
import type { Source } from './log/source.ts'
import { giveWay } from './log/jsonl/bytes.ts'
import { measuredIndex, measuredStore } from './telemetry/measured.ts'

/** How a home or a store is opened; only `home` is required. */
export interface EngineOptions {
  /** Path of `$CODEX_HOME`. Reading never changes it; see `Engine` for what does. */
  readonly home: string
  /**
   * Connection string of an EventStoreDB or KurrentDB server that holds the threads, `esdb://…`; `home` then says only where
   * configuration and paths come from, and need not be there. Default: the files of the home.
   */
  readonly store?: string
  /** Directory of the index, or `memory` for one that ends with the process. Default: under `$XDG_CACHE_HOME/unroll`. */
  readonly index?: string
  /**
   * Hold the index in a process of its own. Its files are mapped into memory: when another program cuts or overwrites them at that
   * moment, the process that holds them ends by a signal, and without this option that is the caller's. Costs some 12 MB, and
   * 20 to 100 µs for each look into the index that was not made since the last commit; with `soon` it is opened here first, since
   * starting the other process takes 0.1 s.
   * Default false.
   */
  readonly indexApart?: boolean | 'soon'
  /** Era whose answers are given; default `0.169`, which reads every older one. */
  readonly profile?: ProfileName
  /** Reproduce Codex's whole-file failures and cursors instead of isolating what is damaged. Default false. */
  readonly strict?: boolean
  /** Also show commands, tool calls and failures that the log holds and Codex of its time hides; default: unless strict. */
  readonly rich?: boolean
  /**
   * Everything is answered as it would have been at this point, and nothing can be changed. Read models are made anew, in
   * memory or in a temporary folder; `index` is not used.
   */
  readonly at?: PastPoint
  /**
   * Makes the paths absolute that clients of Codex decode in no other way; without it they are answered as they stand in the log.
   */
  readonly absolute?: (path: string) => string
  /** Provider of threads that name none; default: the one of `config.toml`. */
  readonly defaultProvider?: string
  /**
   * Hear from the system which rollouts change, where it tells (Linux, local file systems), instead of looking at every file for
   * each list; it begins a moment after the first list. For processes that run for long. Default false.
   */
  readonly follows?: boolean
  /** Who uses the engine, for the operation log; default `library`. */
  readonly actor?: string
  /** Told after every rollout of a long catch-up. */
  readonly onProgress?: Progress
  /** Memory for pages of turns that are asked for again, in bytes; without it none is kept. */
  readonly keptBytesMax?: number
  /** Where numbers go; default nowhere. */
  readonly telemetry?: Telemetry
  /**
   * Told why the index cannot be opened, or not be written any more; the engine then goes on with one in memory. Without it
   * opening answers with `IndexUnavailable`, and a use case with the failed write.
   */
  readonly onUnusableIndex?: (why: StoreError) => void
  /**
   * Told why the server of a store does not answer, once in each silence of more than two seconds, and for how many milliseconds
   * it is still tried; null without an end.
   */
  readonly onSilentStore?: (why: StoreError, leftMs: number | null) => void
}

export interface OpenedEngine {
  /** Closing it closes everything. */
  readonly engine: Engine
  /** The store whose threads it reads; null for those of a home. */
  readonly store: OpenStore | null
  /** An engine over the same files as they were; closing it closes nothing else. */
  readonly at: (point: PastPoint) => Promise<E.Either<StoreError, Engine>>
}

const openIndex = async (
  directory: string,
  telemetry: Telemetry,
  apart: EngineOptions['indexApart'] = false
): Promise<Index | StoreError> => {
  const stop = stopwatch(telemetry, 'index.open.duration')
  if (directory === 'memory') {
    stop({ how: 'memory' })
    return memoryIndex()
  }
  try {
    const openApart = async (): Promise<Index> =>
      (await import('./index/lmdb/apart.ts')).openIndexApart(directory, telemetry)
    if (apart === true) return await openApart()
    const index = (await import('./index/lmdb/index.ts')).openLmdbIndex(directory, telemetry)
    return apart === 'soon'
      ? (await import('./index/lmdb/soon-apart.ts')).soonApart(index, openApart)
      : index
  } catch (cause) {
    stop({ how: 'failed' })
    const reason = cause instanceof Error ? cause.message : String(cause)
    return { _tag: 'IndexUnavailable', path: directory, reason }
  }
}

interface OpenedAs {
  readonly home: string
  readonly profile: Profile
  readonly strict: boolean
  readonly telemetry: Telemetry
}

const openSource = async (
  asked: OpenedAs,
  { store: connection, onSilentStore: onSilence, follows = false }: EngineOptions,
  index: Index
): Promise<E.Either<StoreError, { readonly source: Source; readonly store: OpenStore | null }>> => {
  if (connection === undefined)
    return E.right({ source: homeSource({ ...asked, follows }), store: null })
  const { openStore } = await import('./log/eventstore/open.ts')
  const store = await openStore({ connection, home: asked.home, index, onSilence })
  return E.isLeft(store)
    ? store
    : E.right({ source: store.right.source(asked), store: store.right })
}

interface OpenParts {
  readonly source: Source
  readonly store: OpenStore | null
  readonly index: Index
  readonly isFallback: boolean
}

const engineOf = (
  options: EngineOptions,
  { home, profile, strict, telemetry }: OpenedAs,
  source: Source,
  index: Index,
  isFallback: boolean
): Engine =>
  createEngine({
    ...source,
    defaultProvider: options.defaultProvider ?? source.defaultProvider,
    store: measuredStore(source.store, telemetry),
    actor: options.actor ?? 'library',
    index,
    lessee: systemLessee(),
    giveWay,
    notes: { home, nowMs: () => Date.now(), tally: { sinceTrimmed: 0 } },
    isFallback,
    telemetry,
    profile,
    strict,
    rich: options.rich ?? !strict,
    bounded,
    progress: options.onProgress ?? (() => undefined),
    ...(options.absolute === undefined ? {} : { absolute: options.absolute }),
    ...(options.keptBytesMax === undefined ? {} : { keptBytesMax: options.keptBytesMax })
  })

/** An index that ends with the engine: in memory, and where that would be much, on disk without a name. */
const pastIndex = (): Index =>
  spillingIndex(async () => {
    const { passingIndex } = await import('./index/lmdb/index.ts')
    return fallingBack(passingIndex(), () => undefined)
  })

/** An engine over the past: what it reads is cut at the point. */
const engineAt = async (
  options: EngineOptions,
  asked: OpenedAs,
  { source, index }: OpenParts,
  at: PastPoint
): Promise<E.Either<StoreError, Engine>> => {
  const { pastOf } = await import('../replay/past/time-travel/past.ts')
  const { endsInRows } = await import('../replay/past/time-travel/at-turn.ts')
  const { foldBeside: _aside, remembered: _now, close: _close, ...present } = source
  const { profile, strict } = asked
  const reading = { profile, knownEnd: endsInRows({ store: source.store, index, profile, strict }) }
  const past = await guarded({ index }, () => pastOf(present, at, reading))()
  if (E.isLeft(past)) return past
  const { resolve: found, ...parts } = past.right
  const engine = engineOf(options, asked, { ...present, ...parts }, pastIndex(), false)
  // Which ids stand in metadata, the past itself tells.
  const resolve: Engine['resolve'] = (text) => async () => {
    const named = await guarded({ index }, () => found(text))()
    return E.isLeft(named) && named.left._tag === 'StreamNotFound' ? engine.resolve(text)() : named
  }
  // How each thread was called then costs reading all of them.
  const { titlesNow } = engineOf(options, asked, source, index, false)
  return E.right({ ...engine, resolve, titlesNow })
}

const openParts = async (
  options: EngineOptions,
  asked: OpenedAs
): Promise<E.Either<StoreError, OpenParts>> => {
  const directory = indexDirectory(asked.home, options)
  if (E.isLeft(directory)) return directory
  const { onUnusableIndex } = options
  const opened = await openIndex(directory.right, asked.telemetry, options.indexApart)
  const isFallback = !('get' in opened)
  if (isFallback && onUnusableIndex === undefined) return E.left(opened)
  if (isFallback) onUnusableIndex?.(opened)
  const kept = isFallback || !onUnusableIndex ? opened : fallingBack(opened, onUnusableIndex)
  const index = measuredIndex('get' in kept ? kept : memoryIndex(), asked.telemetry)
  const place = await openSource(asked, options, index)
  if (E.isRight(place)) return E.right({ ...place.right, index, isFallback })
  await index.close()
  return place
}

/**
 * Opens a home or a store. `Left` says why it cannot be opened: `IndexUnavailable`, why the connection string or the client package
 * cannot be used, or that there is no such point `at` which to look. A server that is not there is no such thing: the next question
 * tries again.
 */
export const openAll = async (
  options: EngineOptions
): Promise<E.Either<StoreError, OpenedEngine>> => {
  const strict = options.strict ?? false
  const asked: OpenedAs = {
    home: resolve(options.home),
    profile: eraOf(options.profile ?? NEWEST_ERA, strict),
    strict,
    telemetry: options.telemetry ?? noTelemetry
  }
  const opened = await openParts(options, asked)
  if (E.isLeft(opened)) return opened
  const parts = opened.right
  const { source, store, index, isFallback } = parts
  const { at } = options
  const engine =
    at === undefined
      ? E.right(engineOf(options, asked, source, index, isFallback))
      : await engineAt(options, asked, parts, at)
  const close = async (): Promise<void> => {
    if (E.isRight(engine)) await engine.right.close()
    if (at !== undefined || E.isLeft(engine)) await index.close()
    await store?.close()
    source.close?.()
  }
  if (E.isRight(engine))
    return E.right({
      engine: { ...engine.right, close },
      store,
      at: (point) => engineAt(options, asked, parts, point)
    })
  await close()
  return engine
}
