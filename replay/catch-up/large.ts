/**
 * A catch-up of a part of a home that is large enough to take turns for.
 */
import * as E from 'fp-ts/lib/Either.js'
import type { StoreError } from '../../domain/errors.ts'
import type { StreamId } from '../../domain/ids.ts'
import type { StreamInfo } from '../ports.ts'
import { bytesOf, catchUpAll, type Manner, type Progress, type Unreadable } from './fold-many.ts'
import { checkpointOf, checkpointsOf, telemetryOf, type Env } from './project.ts'
import { enter, sweepLease, type Turn } from './turn.ts'

/** From so many rollouts on, or so many bytes to read, others are asked to wait. */
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
export type Folded = E.Either<StoreError, ReadonlyArray<Unreadable> | 'look again'>

/** Catches parts of a home up. */
export interface LargeCatchUp {
  /**
   * Waits for another process that is at it, when that is worth it and `isPatient`; after that it is time to look again at what is
   * left.
   */
  readonly fold: (
    infos: ReadonlyArray<StreamInfo>,
    gone: ReadonlyArray<StreamId>,
    isPatient: boolean
  ) => Promise<Folded>
  /** Gives back what is held. */
  readonly end: () => Promise<void>
}

/** Makes the catch-up of a home in turns. */
export const largeCatchUp = (env: Env, progress: Progress): LargeCatchUp => {
  let held: Turn | null = null
  const end = async (): Promise<void> => {
    const turn = held
    held = null
    await turn?.end()
  }
  return {
    fold: async (infos, gone, isPatient) => {
      const { lessee, index } = env
      const plain = (manner: Manner = {}) => catchUpAll(env, infos, gone, progress, manner)
      if (lessee === undefined) return plain()
      const key = [`${checkpointsOf(env)}.backfill`]
      if (!isLarge(env, infos)) {
        await sweepLease({ index, key, lessee })
        return plain()
      }
      const telemetry = telemetryOf(env)
      const work = { total: infos.length, bytesTotal: bytesOf(infos) }
      const entered = await enter(
        {
          index,
          key,
          lessee,
          telemetry,
          waitMsMax: isPatient ? undefined : 0,
          watching: ({ done, total, bytes, bytesTotal }) => progress(done, total, bytes, bytesTotal)
        },
        work
      )
      if (E.isLeft(entered)) return entered
      if (entered.right === 'ended') return E.right('look again')
      if (entered.right === 'alone') return plain({ fromMiddle: true })
      held = entered.right.turn
      try {
        return await plain({ reached: held.reached })
      } finally {
        await end()
      }
    },
    end
  }
}
