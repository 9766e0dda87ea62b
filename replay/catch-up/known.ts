/**
 * What the index knows of a home at one generation, and where the folders of the home say something else.
 *
 * Which threads the index holds is kept in memory between calls and read again only when some process folded one.
 */
import * as E from 'fp-ts/lib/Either.js'
import { streamId, type StreamId } from '../../domain/ids.ts'
import { once } from '../../domain/once.ts'
import { tableOf, viewName } from '../../projections/catalogue.ts'
import type { RowKey } from '../../projections/projection.ts'
import { threads } from '../../projections/threads.ts'
import type { Membership, SpareFile } from '../ports.ts'
import { afterPrefix, toStored } from './overlay.ts'
import {
  checkpointsOf,
  checkpointsOfAll,
  modelsOf,
  unsettledTable,
  type Checkpoint,
  type Env
} from './project.ts'
import { stampOf } from './sink.ts'
import type { Result } from '../result.ts'

export interface KnownStreams {
  /** Every stream it has folded, and whether lists show it among the archived ones; null where no list is kept up. */
  readonly streams: () => ReadonlyMap<StreamId, boolean | null>
  /** Under which token the home held exactly these streams; undefined where that is not known. */
  readonly since: unknown
  /** Those that can change which threads there are without coming or going. */
  readonly unsettled: ReadonlyArray<StreamId>
  /** Those of streams, in their order. */
  readonly checkpoints: (ids: ReadonlyArray<StreamId>) => ReadonlyArray<Checkpoint | null>
}

export interface Differences {
  /** Streams that are not in the index yet, and those that lists show on the wrong side. */
  readonly stale: ReadonlyArray<StreamId>
  /** Streams of the index that are no longer in the home. */
  readonly left: ReadonlyArray<StreamId>
  /** Files that are not read; null when they are those the process before saw. */
  readonly spares: ReadonlyArray<SpareFile> | null
}

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

const checkpointReader = (env: Env): KnownStreams['checkpoints'] => {
  const read = new Map<string, Checkpoint | null>()
  return (ids) => {
    const unread = ids.filter((id) => !read.has(id))
    checkpointsOfAll(env, unread).forEach((one, i) => read.set(unread[i] ?? '', one))
    return ids.map((id) => read.get(id) ?? null)
  }
}

const foldersKey = (env: Env): RowKey => [`${checkpointsOf(env)}.folders`]

export const streamsMissingFrom = (
  here: ReadonlySet<string>,
  { streams }: KnownStreams
): ReadonlyArray<StreamId> => [...streams().keys()].filter((id) => !here.has(id))

const differencesFrom = (
  { ids, archived, spares }: Membership,
  known: KnownStreams
): Differences => {
  const streams = known.streams()
  const stale = ids.filter((id) => {
    const side = streams.get(id)
    return side === undefined || (side !== null && side !== archived.has(id))
  })
  const came = stale.reduce((count, id) => count + (streams.has(id) ? 0 : 1), 0)
  const left = ids.length - came === streams.size ? [] : streamsMissingFrom(new Set(ids), known)
  return { stale, left, spares }
}

/** What the index knows of a home, and how the home is compared with it. */
export interface HomeKnowledge {
  readonly load: () => KnownStreams
  readonly compare: (known: KnownStreams) => Result<Differences>
  /** Keeps a token for the next process, when the index holds exactly the streams that are there; nothing when none was asked for. */
  readonly remember: () => Promise<void>
}

/** Compares a home with its index; what was compared before and was the same is not compared again. */
export const homeKnowledge = (env: Env): HomeKnowledge => {
  const { store, index } = env
  let known: KnownStreams | null = null
  let generation = -1
  let stamp: string | undefined
  let token: unknown
  let wasCompared = false
  let same: { readonly version: Membership['version']; readonly known: KnownStreams } | null = null

  const load = (): KnownStreams => {
    const current = index.generation()
    if (known !== null && current === generation) return known
    const stamped = JSON.stringify(stampOf(index, checkpointsOf(env)))
    generation = current
    if (known !== null && stamped === stamp) return known
    stamp = stamped
    if (known === null) token = index.get(foldersKey(env))
    known = {
      streams: once(() => streamsIn(env)),
      since: known === null ? token : undefined,
      unsettled: unsettledIn(env),
      checkpoints: checkpointReader(env)
    }
    return known
  }

  return {
    load,
    compare: (now) => {
      wasCompared = true
      const changes = store.changes(now.since)
      if (E.isLeft(changes)) return changes
      const membership = changes.right
      if (membership === null) return E.right({ stale: [], left: [], spares: null })
      const { version, spares } = membership
      if (version !== null && same?.known === now && same.version === version)
        return E.right({ stale: [], left: [], spares })
      const found = differencesFrom(membership, now)
      if (found.stale.length + found.left.length === 0) same = { version, known: now }
      return E.right(found)
    },
    remember: async () => {
      if (!wasCompared) return
      const now = load()
      const changes = store.changes(token)
      if (E.isLeft(changes) || changes.right === null || changes.right.version === null) return
      const { stale, left } = differencesFrom(changes.right, now)
      if (stale.length + left.length > 0) return
      const again = store.changes()
      if (E.isLeft(again) || again.right?.version !== changes.right.version) return
      const row = toStored({ key: foldersKey(env), value: again.right.token() })
      await index.commit([row], [])()
    }
  }
}
