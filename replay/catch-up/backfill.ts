/**
 * Whole-home catch-up: notice every new, changed, moved and deleted rollout, fold what is new.
 *
 * Which threads the index holds is kept in memory between calls and read again only when some process committed.
 */
import * as E from 'fp-ts/lib/Either.js'
import type { StoreError } from '../../domain/errors.ts'
import { streamId, type StreamId } from '../../domain/ids.ts'
import { checkpointTable, viewName } from '../../projections/catalogue.ts'
import { afterPrefix } from './overlay.ts'
import type { StreamInfo } from '../ports.ts'
import { catchUpAll, type Progress } from './fold-many.ts'
import { checkpointOf, isCurrent, unsettledTable, type Checkpoint, type Env } from './project.ts'

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

/** What the index knows at one generation. */
interface Known {
  /** Every stream it has folded. */
  readonly ids: ReadonlySet<string>
  /** Those that can change which threads there are without coming or going. */
  readonly unsettled: ReadonlyArray<StreamId>
  readonly checkpoint: (id: StreamId) => Checkpoint | null
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

const idsIn = (env: Env, table: string): ReadonlyArray<StreamId> =>
  env.index.keys([table], afterPrefix([table])).map((key) => streamId(key[1] as string))

/** Reads a checkpoint when it is first asked for, and keeps it. */
const checkpointsOf = (env: Env): Known['checkpoint'] => {
  const read = new Map<string, Checkpoint | null>()
  return (id) => {
    const known = read.get(id)
    if (known !== undefined) return known
    const checkpoint = checkpointOf(env, id)
    read.set(id, checkpoint)
    return checkpoint
  }
}

/** What the index knows, looked up again when it changed. */
const knowledge = (env: Env) => {
  let known: Known | null = null
  let generation = -1
  return (): Known => {
    const current = env.index.generation()
    if (known !== null && current === generation) return known
    known = {
      ids: new Set(idsIn(env, checkpointTable(viewName(env.profile, env.strict)))),
      unsettled: idsIn(env, unsettledTable(env)),
      checkpoint: checkpointsOf(env)
    }
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
  const stale = (infos: ReadonlyArray<StreamInfo>, { checkpoint }: Known) =>
    infos.filter((info) => !isCurrent(checkpoint(info.streamId), info))
  const gone = (here: ReadonlyArray<StreamId>, { ids }: Known): ReadonlyArray<StreamId> => {
    const present = new Set<string>(here)
    return [...ids].filter((id) => !present.has(id)).map(streamId)
  }

  const everything = async (): Promise<CaughtUp> => {
    const listed = env.store.streams()
    if (E.isLeft(listed)) return listed
    const known = load()
    const infos = listed.right
    const changed = stale(infos, known)
    if (changed.length === 0 && infos.length === known.ids.size) return listed
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
    const came = ids.filter((id) => !known.ids.has(id))
    const changed = stale(present(env, [...came, ...known.unsettled]), known)
    const left = came.length === 0 && ids.length === known.ids.size ? [] : gone(ids, known)
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
