/**
 * A ledger: a group of read models that is folded on demand, for one thread or for the home.
 *
 * Ledgers are the same for every era a client may want answers of: they are read as the newest era reads, which knows
 * every older line.
 */
import * as E from 'fp-ts/lib/Either.js'
import { streamId } from '../../domain/ids.ts'
import type { Profile } from '../../domain/log/profile.ts'
import { tableOf, viewName, type GroupName, type ReadModels } from '../../projections/catalogue.ts'
import type { LedgerProjection } from '../../projections/projection.ts'
import { homeCatchUp, type CaughtUp } from '../catch-up/backfill.ts'
import type { Progress } from '../catch-up/fold-many.ts'
import type { Env, FoldAside } from '../catch-up/project.ts'
import type { AuditHome, HomeLogs } from '../home-ports.ts'
import { findStream, type EventStore, type StreamInfo } from '../ports.ts'
import { refreshed } from '../refreshed.ts'
import { sharedCatchUp } from '../read/threads/open-thread.ts'
import type { Answer, Result } from '../result.ts'

export interface LedgerSource {
  readonly store: EventStore
  readonly profile: Profile
  /** The same home with each file as a stream of its own; absent where every thread is one file. */
  readonly files?: EventStore
  /** A second thread for the first fold of a group; absent where one is enough. */
  readonly foldAside?: (models: GroupName) => FoldAside
}

export interface LedgerParts extends Env {
  readonly progress: Progress
  /** Absent where the threads are read as ledgers are. */
  readonly ledgerSource?: LedgerSource
  /** The logs of the home; absent where there is no home. */
  readonly homeLogs?: HomeLogs
  /** What the audit trail takes from elsewhere; absent where there is no home. */
  readonly auditHome?: AuditHome
}

/** Runs a use case so that a damaged index is built again. */
export type Safely = <A>(task: Answer<A>) => Answer<A>

export interface Ledger {
  /** What its rows are read with. */
  readonly env: Env
  readonly table: (projection: Pick<LedgerProjection<unknown>, 'name' | 'version'>) => string
  /** Makes the rows of every thread as new as its file: one `stat` each, and a fold of what is new. */
  readonly everything: () => Promise<CaughtUp>
  readonly one: (threadId: string) => Promise<Result<StreamInfo>>
  /** The same of one thread, or of every thread. */
  readonly some: (threadId: string | undefined) => Promise<CaughtUp>
}

const envOf = (parts: LedgerParts, models: ReadModels): Env => {
  const { foldAside: _threads, ledgerSource, ...env } = parts
  const { profile } = ledgerSource ?? parts
  const threads = ledgerSource?.store ?? parts.store
  const store = models.byFile === true ? (ledgerSource?.files ?? threads) : threads
  const foldAside = ledgerSource?.foldAside?.(models.name)
  const aside = foldAside === undefined ? {} : { foldAside }
  return { ...env, store, profile, strict: false, models, ...aside }
}

/** Makes a ledger; nothing is read before it is asked. */
export const ledgerOf = (parts: LedgerParts, models: ReadModels): Ledger => {
  const env = envOf(parts, models)
  const { everything } = homeCatchUp(env, parts.progress)
  const fresh = sharedCatchUp(env)
  const view = viewName(env.profile, env.strict)
  const one = async (threadId: string): Promise<Result<StreamInfo>> => {
    const id = streamId(threadId)
    const ready = await refreshed(env.store, id)
    if (E.isLeft(ready)) return ready
    const found = findStream(env.store, id)
    if (E.isLeft(found)) return found
    const caughtUp = await fresh(found.right)
    return E.isLeft(caughtUp) ? caughtUp : found
  }
  return {
    env,
    table: (projection) => tableOf(projection, view),
    everything,
    one,
    some: async (threadId) =>
      threadId === undefined
        ? everything()
        : E.map((info: StreamInfo) => [info])(await one(threadId))
  }
}
