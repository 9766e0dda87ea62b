/**
 * Ending a turn that was left open: by a process that died, or by a host that was told to stop.
 */
import * as E from 'fp-ts/lib/Either.js'
import { turnAborted } from '../../../domain/changes/turn-events.ts'
import { liveTurns } from '../../read/pages/turn-page.ts'
import type { MutationOptions } from '../life/life.ts'
import { type Written, SAID, written, type MutationEnv } from './write.ts'
import { idInMetadata } from '../../read/threads/identity.ts'
import { modeOf, momentOf } from './turn-context.ts'
import { impossible, type Answer } from '../../result.ts'

export const interrupt = (
  env: MutationEnv,
  threadId: string,
  options: MutationOptions
): Answer<Written> =>
  written(env, threadId, options, {
    operation: 'interrupt',
    arguments: {},
    plan: async ({ info, row }) => {
      const live = liveTurns(env, info)
      const last = live.rows(Math.max(0, live.count - 1), live.count)[0]
      if (last?.status !== 'inProgress')
        return impossible('no turn of this thread is open', {
          kind: 'see_own_turns',
          threadId: info.streamId
        })
      const moment = momentOf(env.writer)
      const startedAt = last.startedAt ?? Math.floor(moment.nowMs / 1000)
      const turn = {
        threadId: idInMetadata(row(), info),
        turnId: last.id,
        rootTurnId: last.rootTurnId ?? last.id,
        mode: await modeOf(env, info),
        startedAt
      }
      const events = turnAborted(turn, startedAt * 1000, moment)
      return E.right({ events, inverse: { none: SAID } })
    }
  })
