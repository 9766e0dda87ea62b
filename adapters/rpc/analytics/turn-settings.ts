/**
 * The settings of a turn in the words of usage analytics.
 */
import type { TurnSettings } from '../../../domain/analytics/fact.ts'
import { textIn, type JsonObject } from '../../../domain/json.ts'
import type { Settings } from '../threads/settings.ts'

const SANDBOXES: Readonly<Record<string, NonNullable<TurnSettings['sandboxPolicy']>>> = {
  dangerFullAccess: 'full_access',
  externalSandbox: 'external_sandbox',
  readOnly: 'read_only',
  workspaceWrite: 'workspace_write'
}

const hasNetwork = ({ type, networkAccess }: JsonObject): boolean =>
  type === 'dangerFullAccess' || networkAccess === true || networkAccess === 'enabled'

const unlessNone = (value: string | null): string | null => (value === 'none' ? null : value)

/** The settings a turn begins with, in the words of the analytics; what the server does not know is null. */
export const turnSettings = (
  { sandbox, approvalPolicy, ...settings }: Settings,
  turn: { readonly turnId: string; readonly isFirst: boolean; readonly ephemeral: boolean }
): TurnSettings => ({
  model: settings.model,
  modelProvider: settings.modelProvider,
  sandboxPolicy: SANDBOXES[textIn(sandbox['type'])] ?? null,
  sandboxNetworkAccess: hasNetwork(sandbox),
  reasoningEffort: settings.reasoningEffort,
  reasoningSummary: unlessNone(settings.reasoningSummary),
  serviceTier: settings.serviceTier,
  approvalPolicy: typeof approvalPolicy === 'string' ? approvalPolicy : 'granular',
  approvalsReviewer: settings.approvalsReviewer,
  collaborationMode: 'default',
  personality: unlessNone(settings.personality),
  workspaceKind: null,
  isFirstTurn: turn.isFirst,
  ephemeral: turn.ephemeral,
  rootTurnId: turn.turnId,
  turnTrigger: null,
  turnSource: null,
  multiAgentVersion: 'v1',
  guardianV2Enabled: false,
  activePluginIds: []
})
