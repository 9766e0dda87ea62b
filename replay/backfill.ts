/**
 * Whole-home catch-up: notice every new, changed, moved and deleted rollout, fold what is new.
 *
 * What the index holds is kept in memory between calls and read again only when some process committed.
 */
import * as E from 'fp-ts/lib/Either.js'
import type { StoreError } from '../domain/errors.ts'
import { streamId } from '../domain/ids.ts'
import { checkpointTable, viewName } from '../projections/catalogue.ts'
import { afterPrefix } from './overlay.ts'
import type { StreamInfo } from './ports.ts'
import { catchUpAll, isCurrent, type Checkpoint, type Env, type Progress } from './project.ts'

/** A home whose index is as new as its files. */
export type CaughtUp = E.Either<StoreError, ReadonlyArray<StreamInfo>>

/** Returns a function that catches a home up; calls that overlap share one run. */
export const homeCatchUp = (env: Env, progress: Progress): (() => Promise<CaughtUp>) => {
  let known = new Map<string, Checkpoint>()
  let generation = -1
  let running: Promise<CaughtUp> | null = null

  const load = (): void => {
    const current = env.index.generation()
    if (current === generation) return
    const table = checkpointTable(viewName(env.profile, env.strict))
    const rows = env.index.range([table], afterPrefix([table]), Infinity, false)
    known = new Map(rows.map(([key, value]) => [key[1] as string, value as Checkpoint]))
    generation = current
  }

  const run = async (): Promise<CaughtUp> => {
    const listed = env.store.streams()
    if (E.isLeft(listed)) return listed
    load()
    const infos = listed.right
    const changed = infos.filter((info) => !isCurrent(known.get(info.streamId) ?? null, info))
    if (changed.length === 0 && infos.length === known.size) return listed
    const present = new Set<string>(infos.map((info) => info.streamId))
    const gone = [...known.keys()].filter((id) => !present.has(id)).map(streamId)
    const done = await catchUpAll(env, changed, gone, progress)
    return E.isLeft(done) ? done : listed
  }

  return () => {
    running ??= run().finally(() => {
      running = null
    })
    return running
  }
}
