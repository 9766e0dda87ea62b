/**
 * What the index knows of a home at one generation, and where the folders of the home say something else.
 *
 * Which threads the index holds is kept in memory between calls and read again only when some process committed.
 */
import * as E from 'fp-ts/lib/Either.js'
import type { StoreError } from '../../domain/errors.ts'
import { streamId, type StreamId } from '../../domain/ids.ts'
import { once } from '../../domain/once.ts'
import { tableOf, viewName } from '../../projections/catalogue.ts'
import type { RowKey } from '../../projections/projection.ts'
import { threads } from '../../projections/threads.ts'
import { afterPrefix, toStored } from './overlay.ts'
import {
  checkpointOf,
  checkpointsOf,
  modelsOf,
  unsettledTable,
  type Checkpoint,
  type Env
} from './project.ts'

/** What the index knows at one generation. */
export interface Known {
  /** Every stream it has folded, and whether lists show it among the archived ones; null where no list is kept up. */
  readonly streams: () => ReadonlyMap<StreamId, boolean | null>
  /** True when these are the streams of the folders that the store was told to recall. */
  readonly recalled: boolean
  /** Those that can change which threads there are without coming or going. */
  readonly unsettled: ReadonlyArray<StreamId>
  readonly checkpoint: (id: StreamId) => Checkpoint | null
}

/** Where the index is not as the folders are. */
export interface Differences {
  /** Streams that are not in the index yet, and those that lists show on the wrong side. */
  readonly stale: ReadonlyArray<StreamId>
  /** Streams of the index that are no longer in the home. */
  readonly left: ReadonlyArray<StreamId>
  /** True when the folders are as the process before left them. */
  readonly asRecalled: boolean
}

const NONE: Differences = { stale: [], left: [], asRecalled: false }

const keysIn = (env: Env, table: string): ReadonlyArray<RowKey> =>
  env.index.keys([table], afterPrefix([table]))

const unsettledIn = (env: Env): ReadonlyArray<StreamId> =>
  keysIn(env, unsettledTable(env)).map((key) => streamId(key[1] as string))

/** The keys of a list tell on which side of it a thread is: `projections/threads.ts`. */
const streamsIn = (env: Env): ReadonlyMap<StreamId, boolean | null> => {
  const streams = new Map<StreamId, boolean | null>()
  if (!modelsOf(env).projections.includes(threads)) {
    for (const key of keysIn(env, checkpointsOf(env))) streams.set(streamId(key[1] as string), null)
    return streams
  }
  const listed = `${tableOf(threads, viewName(env.profile, env.strict))}.created_at`
  // A stream that is folded in part has no row in a list yet.
  for (const id of unsettledIn(env)) streams.set(id, null)
  for (const key of keysIn(env, listed)) streams.set(streamId(key[3] as string), key[1] === 1)
  return streams
}

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

const foldersKey = (env: Env): RowKey => [`${checkpointsOf(env)}.folders`]

/** Lets the store recall the folders whose streams the index holds; false when it was not told. */
const recall = ({ store, index }: Env, key: RowKey): boolean => {
  const folders = store.memory === undefined ? undefined : index.get(key)
  if (folders !== undefined) store.memory?.recall(folders)
  return folders !== undefined
}

/** What the index knows, looked up again when it changed. */
export const knowledge = (env: Env): (() => Known) => {
  let known: Known | null = null
  let generation = -1
  return () => {
    const current = env.index.generation()
    if (known !== null && current === generation) return known
    known = {
      streams: once(() => streamsIn(env)),
      recalled: known === null && recall(env, foldersKey(env)),
      unsettled: unsettledIn(env),
      checkpoint: checkpointReader(env)
    }
    generation = current
    return known
  }
}

/** Streams of the index that are not among these. */
export const gone = (here: ReadonlySet<string>, { streams }: Known): ReadonlyArray<StreamId> =>
  [...streams().keys()].filter((id) => !here.has(id))

const between = (
  ids: ReadonlyArray<StreamId>,
  archived: ReadonlySet<StreamId>,
  known: Known
): Differences => {
  const streams = known.streams()
  const stale = ids.filter((id) => {
    const side = streams.get(id)
    return side === undefined || (side !== null && side !== archived.has(id))
  })
  const came = stale.reduce((count, id) => count + (streams.has(id) ? 0 : 1), 0)
  const left = ids.length - came === streams.size ? [] : gone(new Set(ids), known)
  return { stale, left, asRecalled: false }
}

/** Tells the differences; what was compared before and was the same is not compared again. */
export const differences = (env: Env): ((known: Known) => E.Either<StoreError, Differences>) => {
  let same: { readonly ids: ReadonlyArray<StreamId>; readonly known: Known } | null = null
  return (known) => {
    if (known.recalled && env.store.memory?.look() === 0)
      return E.right({ ...NONE, asRecalled: true })
    const listed = env.store.ids()
    if (E.isLeft(listed)) return listed
    const ids = listed.right
    if (same?.known === known && same.ids === ids) return E.right(NONE)
    const found = between(ids, env.store.archived(), known)
    if (found.stale.length + found.left.length === 0) same = { ids, known }
    return E.right(found)
  }
}

/** Keeps the folders for the next process, when the index holds exactly the streams that are in them, where they are. */
export const remember = async (env: Env, known: Known): Promise<void> => {
  const { memory } = env.store
  const version = memory?.look() ?? 0
  if (memory === undefined || version === 0) return
  const found = differences(env)({ ...known, recalled: false })
  if (E.isLeft(found) || found.right.stale.length + found.right.left.length > 0) return
  if (memory.look() !== version) return
  await env.index.commit([toStored({ key: foldersKey(env), value: memory.folders() })], [])()
}
