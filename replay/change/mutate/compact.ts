/**
 * Recording a compaction that a host made.
 */
import * as E from 'fp-ts/lib/Either.js'
import { compactionEvents, type Compaction } from '../../../domain/changes/compaction.ts'
import { classifyResponseItem } from '../../../domain/log/response-item.ts'
import { estimateOf } from '../../past/context/context.ts'
import type { MutationOptions } from '../life/life.ts'
import { type Written, SAID, written, type MutationEnv } from './write.ts'
import { idInMetadata } from '../../read/threads/identity.ts'
import { modeOf, momentOf, newTurn } from './turn-context.ts'
import { invalidRequest, type Answer } from '../../result.ts'

export const compact = (
  env: MutationEnv,
  threadId: string,
  compaction: Compaction,
  options: MutationOptions
): Answer<Written> => {
  const bad = compaction.replacementHistory.findIndex(
    (item) => classifyResponseItem(item, env.profile) !== 'persisted'
  )
  if (bad !== -1) {
    const message = `replacementHistory[${bad}] is not a valid response item`
    return async () => invalidRequest(message)
  }
  return written(env, threadId, options, {
    operation: 'compact',
    arguments: { summary: compaction.summary },
    plan: async ({ info, row }) => {
      const moment = momentOf(env.writer)
      const turn = newTurn(idInMetadata(row(), info), await modeOf(env, info), moment)
      const counts = await estimateOf(env, info, compaction.replacementHistory)
      const events = compactionEvents(turn, compaction, counts, moment)
      return E.right({ events, inverse: { none: SAID } })
    }
  })
}
