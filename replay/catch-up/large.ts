/**
 * A catch-up of a part of a home; a large one is done under a lease.
 */
import * as E from 'fp-ts/lib/Either.js'
import type { StoreError } from '../../domain/errors.ts'
import type { StreamId } from '../../domain/ids.ts'
import type { StreamInfo, Unreadable } from '../ports.ts'
import { bytesOf, catchUpAll, type Manner, type Progress } from './fold-many.ts'
import { checkpointOf, checkpointsOf, telemetryOf, type Env } from './project.ts'
import { acquireBackfill, sweepBackfill, type HeldBackfill } from './backfill-lease.ts'

/** From so many rollouts on, or so many bytes to read, the lease is worth its while. */
const STREAMS_MIN = 64
const BYTES_MIN = 64 * 1024 * 1024

const bytesAhead = (env: Env, info: StreamInfo): number => {
  const known = checkpointOf(env, info.streamId)
  const isSame = known !== null && known.inode === info.inode && known.path === info.path
  return info.sizeBytes - (isSame ? Math.min(info.sizeBytes, known.sizeBytes) : 0)
}

const isLarge = (env: Env, infos: ReadonlyArray<StreamInfo>): boolean => {
  if (infos.length >= STREAMS_MIN) return true
  return infos.reduce((bytes, info) => bytes + bytesAhead(env, info), 0) >= BYTES_MIN
}

/** What a catch-up came to: what could not be read, or that another process worked meanwhile. */
export type FoldOutcome = E.Either<StoreError, ReadonlyArray<Unreadable> | 'look again'>

export interface LargeCatchUp {
  /**
   * Waits for another process that does it, when that is worth it and `isPatient`; what is left then has to be looked for
   * again.
   */
  readonly fold: (
    infos: ReadonlyArray<StreamInfo>,
    gone: ReadonlyArray<StreamId>,
    isPatient: boolean,
    manner?: Pick<Manner, 'isBehind'>
  ) => Promise<FoldOutcome>
  readonly end: () => Promise<void>
}

export const largeCatchUp = (env: Env, progress: Progress): LargeCatchUp => {
  let held: HeldBackfill | null = null
  const end = async (): Promise<void> => {
    const lease = held
    held = null
    await lease?.release()
  }
  return {
    fold: async (infos, gone, isPatient, asked = {}) => {
      const { lessee, index } = env
      const plain = (manner: Manner = {}) =>
        catchUpAll(env, infos, gone, progress, { ...manner, ...asked })
      if (lessee === undefined) return plain()
      const key = [`${checkpointsOf(env)}.backfill`]
      if (!isLarge(env, infos)) {
        await sweepBackfill({ index, key, lessee })
        return plain()
      }
      const acquired = await acquireBackfill(
        {
          index,
          key,
          lessee,
          telemetry: telemetryOf(env),
          waitMsMax: isPatient ? undefined : 0,
          onWait: ({ done, total, bytes, bytesTotal }) => progress(done, total, bytes, bytesTotal)
        },
        { total: infos.length, bytesTotal: bytesOf(infos) }
      )
      if (E.isLeft(acquired)) return acquired
      if (acquired.right === 'released') return E.right('look again')
      if (acquired.right === 'timed_out')
        return asked.isBehind === true ? E.right('look again') : plain({ fromMiddle: true })
      held = acquired.right
      try {
        return await plain({ reached: held.renew })
      } finally {
        await end()
      }
    },
    end
  }
}
