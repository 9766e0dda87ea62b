/**
 * Members of parameters that need the experimental API, as the binaries of each era refuse them, in their order: of several that
 * are set, the first is named.
 */
import type { ProfileName } from '../../../domain/log/profile.ts'

/** A member (`a.b` is one of another), or one that Codex calls by another name when it refuses it. */
export type GatedField = string | { readonly field: string; readonly calledField: string }

type GatedFields = Readonly<Partial<Record<ProfileName, ReadonlyArray<GatedField>>>>

const words = (text: string): ReadonlyArray<GatedField> =>
  text
    .trim()
    .split(/\s+/)
    .map((field) =>
      field === 'persistFullHistory'
        ? { field: 'persistExtendedHistory', calledField: 'persistFullHistory' }
        : field
    )

export const GATED_FIELDS: Readonly<Record<string, GatedFields>> = {
  'thread/start': {
    '0.130':
      words(`permissions environments dynamicTools mockExperimentalField experimentalRawEvents
      persistFullHistory`),
    '0.142': words(`runtimeWorkspaceRoots permissions multiAgentMode environments dynamicTools
      selectedCapabilityRoots mockExperimentalField experimentalRawEvents`),
    '0.169': words(`allowProviderModelFallback runtimeWorkspaceRoots permissions multiAgentMode
      historyMode projectId daybreakEnabled environments dynamicTools
      selectedCapabilityRoots mockExperimentalField experimentalRawEvents`)
  },
  'thread/resume': {
    '0.130': words(`history path permissions excludeTurns persistFullHistory`),
    '0.142': words(`history path runtimeWorkspaceRoots permissions excludeTurns initialTurnsPage`),
    '0.169': words(`history path runtimeWorkspaceRoots permissions initialTurnsPage`)
  },
  'thread/fork': {
    '0.130': words(`path permissions excludeTurns persistFullHistory`),
    '0.142': words(`path runtimeWorkspaceRoots permissions excludeTurns`),
    '0.169': words(`experimentalPredictionMode experimentalDisablePredictionMcp beforeTurnId path
      runtimeWorkspaceRoots permissions attachToSource deferGoalContinuation`)
  },
  'turn/start': {
    '0.130': words(`responsesapiClientMetadata environments permissions collaborationMode`),
    '0.142': words(`responsesapiClientMetadata additionalContext environments runtimeWorkspaceRoots
      permissions collaborationMode multiAgentMode`),
    '0.169': words(`responsesapiClientMetadata responsesapiClientMetadataPatch additionalContext
      environments runtimeWorkspaceRoots permissions collaborationMode multiAgentMode
      cyberAccessProgram`)
  },
  'turn/steer': {
    '0.130': words(`responsesapiClientMetadata`),
    '0.142': words(`responsesapiClientMetadata additionalContext`),
    '0.169': words(`responsesapiClientMetadata responsesapiClientMetadataPatch additionalContext`)
  },
  'thread/list': {
    '0.142': words(`parentThreadId`),
    '0.169': words(
      `includeAttachedThreads projectId parentThreadId ancestorThreadId attachedToThreadId`
    )
  },
  'thread/metadata/update': {
    '0.169': words(`projectId daybreakEnabled`)
  },
  'thread/items/list': {
    '0.169': words(`deferOutput.commandExecution deferOutput.mcpToolCall`)
  }
}
