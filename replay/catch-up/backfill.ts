/**
 * Whole-home catch-up: notice every new, changed, moved and deleted rollout, fold what is new.
 */
import * as E from 'fp-ts/lib/Either.js'
import { streamId } from '../../domain/ids.ts'
import type { SpareFile, StreamInfo, StreamList, Unreadable } from '../ports.ts'
import { inTurn } from '../in-turn.ts'
import { refreshed } from '../refreshed.ts'
import { catchUpAll, type Progress } from './fold-many.ts'
import { largeCatchUp, type LargeCatchUp } from './large.ts'
import { homeKnowledge, streamsMissingFrom, type KnownStreams } from './known.ts'
import { spareNotes } from './spares.ts'
import { checkpointOf, isCurrent, isFolded, type Env } from './project.ts'
import type { Result } from '../result.ts'

export type CaughtUp = Result<ReadonlyArray<StreamInfo>>

/** Ways to catch a home up; calls that overlap share one run. */
export interface HomeCatchUp {
  /** Every rollout: one `stat` each. */
  readonly everything: () => Promise<CaughtUp>
  /**
   * Only what can change which threads there are: rollouts that came, went, were archived or brought back, or show
   * nothing yet. A thread that is listed stays listed under its first facts, so a list by creation time needs no more
   * than this and the rollouts it shows.
   */
  readonly membership: () => Promise<Result<void>>
  /** Folds what nobody asked for yet in the second thread; nothing where there is none, or where another process does it. */
  readonly behind: () => Promise<Result<void>>
  /** To be called at the end: lets the next process begin where this one was. */
  readonly close: () => Promise<Result<void>>
  /** These threads of the membership; false when all of them were as the index has them. */
  readonly shown: (ids: ReadonlyArray<string>) => Promise<Result<boolean>>
  /** As of when everything was caught up last. */
  readonly leftOut: () => LeftOut
}

/** The rows that every thread has. */
export interface HomeRows {
  /** What lists are served from. */
  readonly lists: HomeCatchUp
  /** That, and what pages are served from. */
  readonly whole: HomeCatchUp
}

export interface LeftOut {
  readonly unreadable: ReadonlyArray<Unreadable>
  readonly spares: ReadonlyArray<SpareFile>
}

const areSame = (some: ReadonlyArray<StreamInfo>, others: ReadonlyArray<StreamInfo>): boolean =>
  some === others ||
  (some.length === others.length &&
    some.every((one, i) => {
      const other = others[i]
      return (
        one === other ||
        (other !== undefined &&
          one.path === other.path &&
          one.compressed === other.compressed &&
          one.sizeBytes === other.sizeBytes &&
          one.modifiedAtMs === other.modifiedAtMs &&
          one.inode === other.inode &&
          one.archived === other.archived &&
          one.earlier === other.earlier)
      )
    }))

/** Lists the streams; the same array as long as all of them look the same. */
const lister = ({ store }: Env): (() => Result<StreamList>) => {
  let looked: ReadonlyArray<StreamInfo> = []
  return () =>
    E.map(({ streams, ...others }: StreamList) => {
      if (!areSame(looked, streams)) looked = streams
      return { streams: looked, ...others }
    })(store.list())
}

/** False for a stream that was only looked at again because history is missing there, and is missing still. */
const isOther = (env: Env, info: StreamInfo, { checkpoints }: KnownStreams): boolean => {
  const [before = null] = checkpoints([info.streamId])
  const now = checkpointOf(env, info.streamId)
  return before === null || !isFolded(before, info) || before.lineage !== now?.lineage
}

const stale = (
  infos: Iterable<StreamInfo>,
  { checkpoints }: KnownStreams
): ReadonlyArray<StreamInfo> => {
  const all = [...infos]
  const known = checkpoints(all.map((info) => info.streamId))
  return all.filter((info, i) => !isCurrent(known[i] ?? null, info))
}

/** Leaves to the second thread what is not as new as its file. */
const foldBehind = async (
  env: Env,
  list: () => Result<StreamList>,
  load: () => KnownStreams,
  fold: LargeCatchUp['fold']
): Promise<Result<void>> => {
  const ready = await refreshed(env.store, 'all')
  if (E.isLeft(ready)) return ready
  const listed = list()
  if (E.isLeft(listed)) return listed
  const changed = stale(listed.right.streams, load())
  if (changed.length === 0 || env.foldAside === undefined) return E.right(undefined)
  const done = await fold(changed, [], false, { isBehind: true })
  return E.isLeft(done) ? done : E.right(undefined)
}

/** Catches up streams that a list shows. */
const shownFrom =
  (env: Env, load: () => KnownStreams, progress: Progress): HomeCatchUp['shown'] =>
  async (ids) => {
    const known = load()
    const there = env.store.find(ids.map(streamId))
    if (E.isLeft(there)) return there
    const changed = stale(there.right.values(), known)
    if (changed.length === 0) return E.right(false)
    const done = await catchUpAll(env, changed, [], progress)
    return E.isLeft(done) ? done : E.right(changed.some((info) => isOther(env, info, known)))
  }

export const homeCatchUp = (env: Env, progress: Progress): HomeCatchUp => {
  const { load, compare, remember } = homeKnowledge(env)
  const noteSpares = spareNotes(env)
  const list = lister(env)
  let leftOut: LeftOut = { unreadable: [], spares: [] }
  let settled: { readonly infos: ReadonlyArray<StreamInfo>; readonly known: KnownStreams } | null =
    null

  const { fold, end } = largeCatchUp(env, progress)
  const shown = shownFrom(env, load, progress)

  /** Who was waited for once is not waited for again. */
  const everything = async (isPatient = true): Promise<CaughtUp> => {
    const ready = await refreshed(env.store, 'all', shown)
    if (E.isLeft(ready)) return ready
    const known = load()
    const listed = list()
    if (E.isLeft(listed)) return listed
    const { streams: infos, spares, lost = [] } = listed.right
    leftOut = { ...leftOut, spares }
    if (settled?.infos === infos && settled.known === known) return E.right(infos)
    const changed = stale(infos, known)
    await noteSpares(spares)
    leftOut = { unreadable: lost, spares }
    if (changed.length === 0 && infos.length === known.streams().size) {
      settled = { infos, known }
      return E.right(infos)
    }
    const left = streamsMissingFrom(new Set(infos.map((info) => info.streamId)), known)
    const done = await fold(changed, left, isPatient)
    if (E.isLeft(done)) return done
    // Another process did it, or a part of it.
    if (done.right === 'look again') return everything(false)
    leftOut = { unreadable: [...lost, ...done.right], spares }
    return E.right(infos)
  }

  const membership = async (isPatient = true): Promise<Result<void>> => {
    const ready = await refreshed(env.store, 'all', shown)
    if (E.isLeft(ready)) return ready
    const known = load()
    const found = compare(known)
    if (E.isLeft(found)) return found
    const { left, spares } = found.right
    const there = env.store.find([...found.right.stale, ...known.unsettled])
    if (E.isLeft(there)) return there
    const changed = stale(there.right.values(), known)
    if (spares !== null) await noteSpares(spares)
    if (changed.length + left.length === 0) return E.right(undefined)
    const done = await fold(changed, left, isPatient)
    if (E.isLeft(done)) return done
    return done.right === 'look again' ? membership(false) : E.right(undefined)
  }

  /** What runs when the engine is closed ends first. */
  let isBehind: Promise<unknown> = Promise.resolve()
  return {
    behind: () => {
      const running = foldBehind(env, list, load, fold)
      isBehind = running.catch(() => undefined)
      return running
    },
    everything: inTurn(() => everything()),
    membership: inTurn(() => membership()),
    leftOut: () => leftOut,
    close: async () => {
      await isBehind
      await end()
      await remember()
      return E.right(undefined)
    },
    shown
  }
}

/** Lists come first, so that a thread is listed though its turns cannot be read. */
export const homeRows = (lists: HomeCatchUp, turns: HomeCatchUp): HomeRows => ({
  lists,
  whole: {
    everything: async () => {
      const listed = await lists.everything()
      return E.isLeft(listed) ? listed : turns.everything()
    },
    membership: lists.membership,
    shown: async (ids) => {
      const listed = await lists.shown(ids)
      if (E.isLeft(listed)) return listed
      const others = await turns.shown(ids)
      return E.isLeft(others) ? others : listed
    },
    leftOut: lists.leftOut,
    behind: async () => {
      const listed = await lists.membership()
      return E.isLeft(listed) ? listed : turns.behind()
    },
    close: async () => {
      const closed = await turns.close()
      return E.isLeft(closed) ? closed : lists.close()
    }
  }
})
