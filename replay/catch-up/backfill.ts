/**
 * Whole-home catch-up: notice every new, changed, moved and deleted rollout, fold what is new.
 */
import * as E from 'fp-ts/lib/Either.js'
import type { StoreError } from '../../domain/errors.ts'
import { streamId } from '../../domain/ids.ts'
import type { StreamInfo } from '../ports.ts'
import { inTurn } from '../in-turn.ts'
import { refreshed } from '../refreshed.ts'
import { catchUpAll, type Progress, type Unreadable } from './fold-many.ts'
import { largeCatchUp } from './large.ts'
import { differences, gone, knowledge, remember, type Known } from './known.ts'
import { spareNotes } from './spares.ts'
import { checkpointOf, isCurrent, isFolded, type Env } from './project.ts'

/** A home whose index is as new as its files. */
export type CaughtUp = E.Either<StoreError, ReadonlyArray<StreamInfo>>

/** Ways to catch a home up; calls that overlap share one run. */
export interface HomeCatchUp {
  /** Every rollout: one `stat` each. */
  readonly everything: () => Promise<CaughtUp>
  /**
   * Only what can change which threads there are: rollouts that came, went, were archived or brought back, or show
   * nothing yet. A thread that is listed stays listed under its first facts, so a list by creation time needs no more
   * than this and the rollouts it shows.
   */
  readonly membership: () => Promise<E.Either<StoreError, void>>
  /** To be called at the end: lets the next process begin where this one was. */
  readonly close: () => Promise<E.Either<StoreError, void>>
  /** These threads of the membership; false when all of them were as the index has them. */
  readonly shown: (ids: ReadonlyArray<string>) => Promise<E.Either<StoreError, boolean>>
  /** Rollouts that could not be read when everything was caught up last. */
  readonly unreadable: () => ReadonlyArray<Unreadable>
}

/** False for a stream that was only looked at again because history is missing there, and is missing still. */
const isOther = (env: Env, info: StreamInfo, { checkpoint }: Known): boolean => {
  const before = checkpoint(info.streamId)
  const now = checkpointOf(env, info.streamId)
  return before === null || !isFolded(before, info) || before.lineage !== now?.lineage
}

/** Those that are not as the index has them. */
const stale = (infos: Iterable<StreamInfo>, { checkpoint }: Known): ReadonlyArray<StreamInfo> =>
  [...infos].filter((info) => !isCurrent(checkpoint(info.streamId), info))

/** Makes the catch-up of a home. */
export const homeCatchUp = (env: Env, progress: Progress): HomeCatchUp => {
  const load = knowledge(env)
  const compare = differences(env)
  const noteSpares = spareNotes(env)
  let unreadable: ReadonlyArray<Unreadable> = []
  let isUsed = false
  const used =
    <A>(run: () => Promise<A>) =>
    (): Promise<A> => {
      isUsed = true
      return run()
    }
  let settled: { readonly infos: ReadonlyArray<StreamInfo>; readonly known: Known } | null = null

  const { fold, end } = largeCatchUp(env, progress)

  /** Who was waited for once is not waited for again. */
  const everything = async (isPatient = true): Promise<CaughtUp> => {
    const ready = await refreshed(env.store, 'all')
    if (E.isLeft(ready)) return ready
    const known = load()
    const listed = env.store.streams()
    if (E.isLeft(listed)) return listed
    const infos = listed.right
    if (settled?.infos === infos && settled.known === known) return listed
    const changed = stale(infos, known)
    await noteSpares()
    unreadable = []
    if (changed.length === 0 && infos.length === known.streams().size) {
      settled = { infos, known }
      return listed
    }
    const left = gone(new Set(infos.map((info) => info.streamId)), known)
    const done = await fold(changed, left, isPatient)
    if (E.isLeft(done)) return done
    // Another process did it, or a part of it.
    if (done.right === 'look again') return everything(false)
    unreadable = done.right
    return listed
  }

  const membership = async (isPatient = true): Promise<E.Either<StoreError, void>> => {
    const ready = await refreshed(env.store, 'all')
    if (E.isLeft(ready)) return ready
    const known = load()
    const found = compare(known)
    if (E.isLeft(found)) return found
    const { left } = found.right
    const ids = [...found.right.stale, ...known.unsettled]
    const changed = stale(env.store.findAll(ids).values(), known)
    if (!found.right.asRecalled) await noteSpares()
    if (changed.length + left.length === 0) return E.right(undefined)
    const done = await fold(changed, left, isPatient)
    if (E.isLeft(done)) return done
    return done.right === 'look again' ? membership(false) : E.right(undefined)
  }

  return {
    everything: inTurn(used(() => everything())),
    membership: inTurn(used(() => membership())),
    unreadable: () => unreadable,
    close: async () => {
      await end()
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
