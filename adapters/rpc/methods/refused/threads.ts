/**
 * Threads as a model would use them, and what Codex keeps of them in its database: all refused.
 */
import { always, exclusive, noKey } from '../../connection/keys.ts'
import { EVERY_PROFILE, SINCE_142, SINCE_169 } from '../../method.ts'
import { CODE, invalidRequest, type RpcError } from '../../wire/errors.ts'
import { noDatabase, noMemories, noModel, noRewrites } from '../../wire/refusals.ts'
import { anything, items, text } from '../../wire/serde.ts'
import { of, ofLoaded, ofThread, rows, unit, type Refused, type Values } from './row.ts'

const memory = always(exclusive('memory'))

const noVoice = (_: string, { threadId }: Values): RpcError =>
  invalidRequest(`thread ${String(threadId)} does not support realtime conversation`)

const notImplemented = (method: string): RpcError => ({
  code: CODE.unsupported,
  message: `${method} is not implemented yet`
})

const noSuch =
  (what: string, member: string) =>
  (_: string, params: Values): RpcError => ({
    code: CODE.invalidParams,
    message: `${what} not found: ${String(params[member])}`
  })

const noProject = noSuch('project', 'projectId')
const noSection = noSuch('thread section', 'sectionId')

/** The rows. */
export const OF_THREADS: ReadonlyArray<Refused> = [
  ...rows(
    { eras: SINCE_169, experimental: true, why: noModel, key: ofThread },
    {
      'thread/sample': of('ThreadSampleParams', {
        threadId: text,
        expectedTurnId: text,
        prompt: text
      }),
      'thread/queue/add': of('ThreadQueueAddParams', {
        threadId: text,
        input: items,
        clientUserMessageId: text
      }),
      'thread/queue/update': of('ThreadQueueUpdateParams', {
        threadId: text,
        queuedSubmissionId: text,
        input: items
      }),
      'thread/queue/delete': of('ThreadQueueDeleteParams', {
        threadId: text,
        queuedSubmissionId: text
      }),
      'thread/queue/reorder': of('ThreadQueueReorderParams', {
        threadId: text,
        queuedSubmissionIds: items
      }),
      'thread/queue/start': of('ThreadQueueStartParams', { threadId: text })
    }
  ),
  ...rows(
    { eras: SINCE_169, experimental: true, why: ofLoaded(noModel), key: ofThread },
    {
      'thread/guardianReview': of('ThreadGuardianReviewParams', { threadId: text }),
      'thread/prepareApprovedPlan': of('ThreadPrepareApprovedPlanParams', {
        threadId: text,
        markdown: text
      }),
      'turn/settings/update': of('TurnSettingsUpdateParams', { threadId: text, turnId: text })
    }
  ),
  ...rows(
    { eras: SINCE_169, experimental: true, why: notImplemented, key: ofThread },
    {
      'thread/prediction/request': of('ThreadPredictionRequestParams', {
        threadId: text,
        sourceTurnId: text
      })
    }
  ),
  ...rows(
    { eras: SINCE_169, experimental: true, why: noModel, key: noKey },
    {
      'thread/sample/cancel': of('ThreadSampleCancelParams', { requestId: anything })
    }
  ),
  ...rows(
    { eras: SINCE_169, why: noDatabase, key: ofThread },
    {
      'thread/attachment/add': of('ThreadAttachmentAddParams', {
        threadId: text,
        attachmentType: text,
        identityKey: text,
        payload: anything
      }),
      'thread/attachment/list': of('ThreadAttachmentListParams', { threadId: text }),
      'thread/attachment/remove': of('ThreadAttachmentRemoveParams', {
        threadId: text,
        attachmentType: text,
        identityKey: text
      }),
      'thread/section/move': of('ThreadSectionMoveParams', { threadId: text })
    }
  ),
  ...rows(
    { eras: SINCE_169, experimental: true, why: ofLoaded(noMemories), key: ofThread },
    {
      'thread/memory/read': of('ThreadMemoryReadParams', { threadId: text })
    }
  ),
  ...rows(
    { eras: SINCE_169, experimental: true, why: noMemories, key: memory },
    {
      'memory/status': of('MemoryStatusParams')
    }
  ),
  ...rows(
    { eras: EVERY_PROFILE, experimental: true, why: noMemories, key: memory },
    {
      'memory/reset': unit
    }
  ),
  ...rows(
    { eras: SINCE_169, experimental: true, why: noRewrites, key: noKey },
    {
      'rollout/compress': unit
    }
  ),
  ...rows(
    { eras: EVERY_PROFILE, why: noModel, key: ofThread },
    {
      'thread/approveGuardianDeniedAction': of('ThreadApproveGuardianDeniedActionParams', {
        threadId: text,
        event: anything
      })
    }
  ),
  ...rows(
    { eras: SINCE_142, experimental: true, why: noModel, key: ofThread },
    {
      'thread/backgroundTerminals/terminate': of('ThreadBackgroundTerminalsTerminateParams', {
        threadId: text,
        processId: text
      })
    }
  ),
  ...rows(
    { eras: SINCE_169, experimental: true, why: noProject, key: noKey },
    {
      'project/read': of('ProjectReadParams', { projectId: text }),
      'project/update': of('ProjectUpdateParams', { projectId: text }),
      'project/move': of('ProjectMoveParams', { projectId: text }),
      'project/delete': of('ProjectDeleteParams', { projectId: text })
    }
  ),
  ...rows(
    { eras: SINCE_169, experimental: true, why: noDatabase, key: noKey },
    {
      'project/create': of('ProjectCreateParams', {
        name: text,
        roots: items,
        idempotencyKey: text
      }),
      'project/import': of('ProjectImportParams', {
        name: text,
        roots: items,
        idempotencyKey: text
      })
    }
  ),
  ...rows(
    { eras: SINCE_169, why: noDatabase, key: noKey },
    {
      'thread/attachmentOwner/list': of('ThreadAttachmentOwnerListParams', {
        attachmentType: text,
        identityKey: text
      }),
      'threadSection/create': of('ThreadSectionCreateParams', { name: text })
    }
  ),
  ...rows(
    { eras: SINCE_169, why: noSection, key: noKey },
    {
      'threadSection/update': of('ThreadSectionUpdateParams', { sectionId: text, name: text }),
      'threadSection/delete': of('ThreadSectionDeleteParams', { sectionId: text })
    }
  ),
  ...rows(
    { eras: SINCE_169, experimental: true, why: noDatabase, key: ofThread },
    {
      'thread/readState/update': of('ThreadReadStateUpdateParams', {
        threadId: text,
        operation: anything,
        expectedRevision: text
      })
    }
  ),
  ...rows(
    { eras: EVERY_PROFILE, experimental: true, why: ofLoaded(noVoice), key: ofThread },
    {
      'thread/realtime/start': of('ThreadRealtimeStartParams', {
        threadId: text,
        outputModality: anything
      }),
      'thread/realtime/appendAudio': of('ThreadRealtimeAppendAudioParams', {
        threadId: text,
        audio: anything
      }),
      'thread/realtime/appendText': of('ThreadRealtimeAppendTextParams', {
        threadId: text,
        text: text
      }),
      'thread/realtime/stop': of('ThreadRealtimeStopParams', { threadId: text })
    }
  ),
  ...rows(
    { eras: SINCE_142, experimental: true, why: ofLoaded(noVoice), key: ofThread },
    {
      'thread/realtime/appendSpeech': of('ThreadRealtimeAppendSpeechParams', {
        threadId: text,
        text: text
      })
    }
  ),
  ...rows(
    { eras: EVERY_PROFILE, experimental: true, why: noModel, key: noKey },
    {
      'thread/realtime/listVoices': of('ThreadRealtimeListVoicesParams')
    }
  )
]
