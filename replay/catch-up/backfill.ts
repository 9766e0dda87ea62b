/**
 * Whole-home catch-up: notice every new, changed, moved and deleted rollout, fold what is new.
 *
 * What the index holds is kept in memory between calls and read again only when some process committed.
 */
import * as E from 'fp-ts/lib/Either.js'
import type { StoreError } from '../../domain/errors.ts'
import { streamId, type StreamId } from '../../domain/ids.ts'
import { checkpointTable, tableOf, viewName } from '../../projections/catalogue.ts'
import { threads, type ListEntry } from '../../projections/threads.ts'
import { afterPrefix } from './overlay.ts'
import type { StreamInfo } from '../ports.ts'
import { catchUpAll, type Progress } from './fold-many.ts'
import { isCurrent, type Checkpoint, type Env } from './project.ts'

/** A home whose index is as new as its files. */
export type CaughtUp = E.Either<StoreError, ReadonlyArray<StreamInfo>>

/** Ways to catch a home up; calls that overlap share one run. */
export interface HomeCatchUp {
  /** Every rollout: one `stat` each. */
  readonly everything: () => Promise<CaughtUp>
  /**
   * Only what can change which threads there are: rollouts that came, went, or show nothing yet. A thread that is
   * listed stays listed under its first facts, so a list by creation time needs no more than this and the rollouts
   * it shows.
   */
  readonly membership: () => Promise<E.Either<StoreError, void>>
  /** These threads; false when all of them were as the index has them. */
  readonly shown: (ids: ReadonlyArray<string>) => Promise<E.Either<StoreError, boolean>>
}

interface Known {
  readonly checkpoints: ReadonlyMap<string, Checkpoint>
  /** Threads that have no preview yet. */
  readonly blank: ReadonlyArray<StreamId>
}

const shared = <A>(run: () => Promise<A>): (() => Promise<A>) => {
  let running: Promise<A> | null = null
  return () => {
    running ??= run().finally(() => {
      running = null
    })
    return running
  }
}

/** Ids of the threads that have a preview, from the entries a list filters by. */
const shownThreads = (env: Env): ReadonlySet<string> => {
  const table = `${tableOf(threads, viewName(env.profile, env.strict))}.created_at`
  const entries = env.index.range([table], afterPrefix([table]), Infinity, false)
  const ids = entries
    .filter(([, entry]) => (entry as ListEntry).preview)
    .map(([key]) => key[3] as string)
  return new Set(ids)
}

/** What the index knows, read again when it changed. */
const knowledge = (env: Env) => {
  let known: Known = { checkpoints: new Map(), blank: [] }
  let generation = -1
  return (): Known => {
    const current = env.index.generation()
    if (current === generation) return known
    const table = checkpointTable(viewName(env.profile, env.strict))
    const rows = env.index.range([table], afterPrefix([table]), Infinity, false)
    const checkpoints = new Map(rows.map(([key, value]) => [key[1] as string, value as Checkpoint]))
    const listed = shownThreads(env)
    const blank = [...checkpoints.keys()].filter((id) => !listed.has(id)).map(streamId)
    known = { checkpoints, blank }
    generation = current
    return known
  }
}

const present = (env: Env, ids: ReadonlyArray<StreamId>): ReadonlyArray<StreamInfo> =>
  ids.flatMap((id) => {
    const found = env.store.find(id)
    return E.isLeft(found) ? [] : [found.right]
  })

/** Makes the catch-up of a home. */
export const homeCatchUp = (env: Env, progress: Progress): HomeCatchUp => {
  const load = knowledge(env)
  const stale = (infos: ReadonlyArray<StreamInfo>, { checkpoints }: Known) =>
    infos.filter((info) => !isCurrent(checkpoints.get(info.streamId) ?? null, info))
  const gone = (ids: ReadonlyArray<StreamId>, { checkpoints }: Known): ReadonlyArray<StreamId> => {
    const here = new Set<string>(ids)
    return [...checkpoints.keys()].filter((id) => !here.has(id)).map(streamId)
  }

  const everything = async (): Promise<CaughtUp> => {
    const listed = env.store.streams()
    if (E.isLeft(listed)) return listed
    const known = load()
    const infos = listed.right
    const changed = stale(infos, known)
    if (changed.length === 0 && infos.length === known.checkpoints.size) return listed
    const left = gone(
      infos.map((info) => info.streamId),
      known
    )
    const done = await catchUpAll(env, changed, left, progress)
    return E.isLeft(done) ? done : listed
  }

  const membership = async (): Promise<E.Either<StoreError, void>> => {
    const listed = env.store.ids()
    if (E.isLeft(listed)) return listed
    const known = load()
    const ids = listed.right
    const came = ids.filter((id) => !known.checkpoints.has(id))
    const changed = stale(present(env, [...came, ...known.blank]), known)
    const left = came.length === 0 && ids.length === known.checkpoints.size ? [] : gone(ids, known)
    return changed.length + left.length === 0
      ? E.right(undefined)
      : catchUpAll(env, changed, left, progress)
  }

  return {
    everything: shared(everything),
    membership: shared(membership),
    shown: async (ids) => {
      const changed = stale(present(env, ids.map(streamId)), load())
      if (changed.length === 0) return E.right(false)
      const done = await catchUpAll(env, changed, [], progress)
      return E.isLeft(done) ? done : E.right(true)
    }
  }
}
