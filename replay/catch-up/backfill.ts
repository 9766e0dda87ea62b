/**
 * Whole-home catch-up: notice every new, changed, moved and deleted rollout, fold what is new.
 *
 * Which threads the index holds is kept in memory between calls and read again only when some process committed.
 */
import * as E from 'fp-ts/lib/Either.js'
import type { StoreError } from '../../domain/errors.ts'
import { streamId, type StreamId } from '../../domain/ids.ts'
import { once } from '../../domain/once.ts'
import type { RowKey } from '../../projections/projection.ts'
import { afterPrefix, toStored } from './overlay.ts'
import type { StreamInfo } from '../ports.ts'
import { inTurn } from '../in-turn.ts'
import { refreshed } from '../refreshed.ts'
import { catchUpAll, type Progress } from './fold-many.ts'
import {
  checkpointOf,
  checkpointsOf,
  isCurrent,
  isFolded,
  unsettledTable,
  type Checkpoint,
  type Env
} from './project.ts'

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
  /** To be called at the end: lets the next process begin where this one was. */
  readonly close: () => Promise<E.Either<StoreError, void>>
  /** These threads of the membership; false when all of them were as the index has them. */
  readonly shown: (ids: ReadonlyArray<string>) => Promise<E.Either<StoreError, boolean>>
}

/** What the index knows at one generation. */
interface Known {
  /** Every stream it has folded. */
  readonly ids: () => ReadonlySet<string>
  /** True when these are the streams of the folders that the store was told to recall. */
  readonly recalled: boolean
  /** Those that can change which threads there are without coming or going. */
  readonly unsettled: ReadonlyArray<StreamId>
  readonly checkpoint: (id: StreamId) => Checkpoint | null
}

/** Streams that are not in the index yet, and those of the index that are no longer in the home. */
interface ComeAndGone {
  readonly came: ReadonlyArray<StreamId>
  readonly left: ReadonlyArray<StreamId>
}

const idsIn = (env: Env, table: string): ReadonlyArray<StreamId> =>
  env.index.keys([table], afterPrefix([table])).map((key) => streamId(key[1] as string))

/** Reads a checkpoint when it is first asked for, and keeps it. */
const checkpointReader = (env: Env): Known['checkpoint'] => {
  const read = new Map<string, Checkpoint | null>()
  return (id) => {
    const known = read.get(id)
    if (known !== undefined) return known
    const checkpoint = checkpointOf(env, id)
    read.set(id, checkpoint)
    return checkpoint
  }
}

const foldersKey = (env: Env): RowKey => [`${checkpointsOf(env)}.home`]

/** Lets the store recall the folders whose streams the index holds; false when it was not told. */
const recall = ({ store, index }: Env, key: RowKey): boolean => {
  const folders = store.memory === undefined ? undefined : index.get(key)
  if (folders !== undefined) store.memory?.recall(folders)
  return folders !== undefined
}

/** What the index knows, looked up again when it changed. */
const knowledge = (env: Env) => {
  let known: Known | null = null
  let generation = -1
  return (): Known => {
    const current = env.index.generation()
    if (known !== null && current === generation) return known
    known = {
      ids: once(() => new Set(idsIn(env, checkpointsOf(env)))),
      recalled: known === null && recall(env, foldersKey(env)),
      unsettled: idsIn(env, unsettledTable(env)),
      checkpoint: checkpointReader(env)
    }
    generation = current
    return known
  }
}

const gone = (here: ReadonlySet<string>, { ids }: Known): ReadonlyArray<StreamId> =>
  [...ids()].filter((id) => !here.has(id)).map(streamId)

const comeAndGone = (env: Env, known: Known): E.Either<StoreError, ComeAndGone> => {
  if (known.recalled && env.store.memory?.look() === 0) return E.right({ came: [], left: [] })
  const listed = env.store.ids()
  if (E.isLeft(listed)) return listed
  const here = new Set<string>(listed.right)
  const came = listed.right.filter((id) => !known.ids().has(id))
  const same = came.length === 0 && here.size === known.ids().size
  return E.right({ came, left: same ? [] : gone(here, known) })
}

/** Keeps the folders for the next process, when the index holds exactly the streams that are in them. */
const remember = async (env: Env, known: Known): Promise<void> => {
  const { memory } = env.store
  const version = memory?.look() ?? 0
  if (memory === undefined || version === 0) return
  const moved = comeAndGone(env, { ...known, recalled: false })
  if (E.isLeft(moved) || moved.right.came.length + moved.right.left.length > 0) return
  if (memory.look() !== version) return
  await env.index.commit([toStored({ key: foldersKey(env), value: memory.folders() })], [])()
}

/** False for a stream that was only looked at again because history is missing there, and is missing still. */
const isOther = (env: Env, info: StreamInfo, { checkpoint }: Known): boolean => {
  const before = checkpoint(info.streamId)
  const now = checkpointOf(env, info.streamId)
  return before === null || !isFolded(before, info) || before.lineage !== now?.lineage
}

/** Makes the catch-up of a home. */
export const homeCatchUp = (env: Env, progress: Progress): HomeCatchUp => {
  const load = knowledge(env)
  let isUsed = false
  const used =
    <A>(run: () => Promise<A>) =>
    (): Promise<A> => {
      isUsed = true
      return run()
    }
  const stale = (infos: Iterable<StreamInfo>, { checkpoint }: Known) =>
    [...infos].filter((info) => !isCurrent(checkpoint(info.streamId), info))

  let settled: { readonly infos: ReadonlyArray<StreamInfo>; readonly known: Known } | null = null

  const everything = async (): Promise<CaughtUp> => {
    const ready = await refreshed(env.store, 'all')
    if (E.isLeft(ready)) return ready
    const known = load()
    const listed = env.store.streams()
    if (E.isLeft(listed)) return listed
    const infos = listed.right
    if (settled?.infos === infos && settled.known === known) return listed
    const changed = stale(infos, known)
    if (changed.length === 0 && infos.length === known.ids().size) {
      settled = { infos, known }
      return listed
    }
    const left = gone(new Set(infos.map((info) => info.streamId)), known)
    const done = await catchUpAll(env, changed, left, progress)
    return E.isLeft(done) ? done : listed
  }

  const membership = async (): Promise<E.Either<StoreError, void>> => {
    const ready = await refreshed(env.store, 'all')
    if (E.isLeft(ready)) return ready
    const known = load()
    const moved = comeAndGone(env, known)
    if (E.isLeft(moved)) return moved
    const { came, left } = moved.right
    const changed = stale(env.store.findAll([...came, ...known.unsettled]).values(), known)
    return changed.length + left.length === 0
      ? E.right(undefined)
      : catchUpAll(env, changed, left, progress)
  }

  return {
    everything: inTurn(used(everything)),
    membership: inTurn(used(membership)),
    close: async () => {
      if (isUsed) await remember(env, load())
      return E.right(undefined)
    },
    shown: async (ids) => {
      const known = load()
      const changed = stale(env.store.findAll(ids.map(streamId)).values(), known)
      if (changed.length === 0) return E.right(false)
      const done = await catchUpAll(env, changed, [], progress)
      return E.isLeft(done) ? done : E.right(changed.some((info) => isOther(env, info, known)))
    }
  }
}
