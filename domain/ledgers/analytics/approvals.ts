/**
 * Reviews by people, as facts: who is asked to approve what, and what they said. That a client is asked anything at all is a
 * fact of its own (`server_request`).
 *
 * Source: protocol of 0.130.0, 0.142.5 and 0.169.0; the meaning of its members is that of Codex's own reducer.
 */
import { isJsonObject, textOrNull, type Json, type JsonObject } from '../../json.ts'
import {
  APPROVAL_METHODS,
  decisionOf,
  statusOfDecision,
  type Decision
} from '../../questions/decision.ts'
import type { FactOf } from './fact.ts'
import type { ReviewResolution, ReviewStatus, ReviewTrigger } from './vocabulary.ts'

export interface ApprovalQuestion {
  /** Id of the request, as JSON text. */
  readonly requestId: string
  readonly method: string
  readonly params: JsonObject
}

type RequestedApproval = Pick<
  FactOf<'approval_requested'>,
  'subject' | 'subjectName' | 'trigger' | 'additionalPermissions' | 'networkAccess'
>

const isThere = (value: Json | undefined): boolean => value !== undefined && value !== null

const enablesNetwork = (permissions: Json | undefined): boolean => {
  const network = isJsonObject(permissions) ? permissions['network'] : null
  return isJsonObject(network) && network['enabled'] === true
}

const triggerOf = (networkAccess: boolean, additionalPermissions: boolean): ReviewTrigger => {
  if (networkAccess) return 'network_policy_denial'
  return additionalPermissions ? 'sandbox_denial' : 'initial'
}

const command = (params: JsonObject): RequestedApproval => {
  const isStdin = params['kind'] === 'writeStdin'
  const isNetwork = isThere(params['networkApprovalContext'])
  const amendments = params['proposedNetworkPolicyAmendments']
  const networkAccess =
    isNetwork ||
    (Array.isArray(amendments) && amendments.length > 0) ||
    enablesNetwork(params['additionalPermissions'])
  const additionalPermissions = isThere(params['additionalPermissions'])
  const subject = isStdin ? 'write_stdin' : isNetwork ? 'network_access' : 'command_execution'
  const trigger = isThere(params['approvalId'])
    ? 'execve_intercept'
    : triggerOf(networkAccess, additionalPermissions)
  return {
    subject,
    subjectName: subject,
    trigger: isStdin ? 'initial' : trigger,
    additionalPermissions,
    networkAccess
  }
}

const fileChange = (params: JsonObject): RequestedApproval => {
  const additionalPermissions = isThere(params['grantRoot'])
  return {
    subject: 'file_change',
    subjectName: 'apply_patch',
    trigger: triggerOf(false, additionalPermissions),
    additionalPermissions,
    networkAccess: false
  }
}

const permissions = (params: JsonObject): RequestedApproval => {
  const asked = params['permissions']
  const networkAccess = enablesNetwork(asked)
  const additionalPermissions =
    networkAccess || (isJsonObject(asked) && isThere(asked['fileSystem']))
  return {
    subject: 'permissions',
    subjectName: 'permissions',
    trigger: triggerOf(networkAccess, additionalPermissions),
    additionalPermissions,
    networkAccess
  }
}

const KINDS: Readonly<Record<string, (params: JsonObject) => RequestedApproval>> = {
  [APPROVAL_METHODS.command]: command,
  [APPROVAL_METHODS.fileChange]: fileChange,
  [APPROVAL_METHODS.permissions]: permissions
}

/** The fact of a question; null for one that asks for no approval. It begins when the question says, else when it was sent. */
export const approvalRequested = (
  { requestId, method, params }: ApprovalQuestion,
  sentAtMs: number
): FactOf<'approval_requested'> | null => {
  const asked = Object.hasOwn(KINDS, method) ? KINDS[method]?.(params) : undefined
  const threadId = textOrNull(params['threadId'])
  const turnId = textOrNull(params['turnId'])
  if (asked === undefined || threadId === null || turnId === null) return null
  const startedAtMs = params['startedAtMs']
  return {
    kind: 'approval_requested',
    atMs: typeof startedAtMs === 'number' ? startedAtMs : sentAtMs,
    threadId,
    turnId,
    itemId: textOrNull(params['itemId']),
    reviewId: requestId,
    reviewer: 'user',
    ...asked
  }
}

const RESOLUTIONS: Readonly<Partial<Record<Decision, ReviewResolution>>> = {
  acceptForSession: 'session_approval',
  acceptWithExecpolicyAmendment: 'exec_policy_amendment',
  'applyNetworkPolicyAmendment:allow': 'network_policy_amendment',
  'applyNetworkPolicyAmendment:deny': 'network_policy_amendment',
  grantForSession: 'session_approval'
}

const resultOf = (
  decision: Decision | null
): readonly [status: ReviewStatus, resolution: ReviewResolution] =>
  decision === null
    ? ['aborted', 'none']
    : [statusOfDecision(decision), RESOLUTIONS[decision] ?? 'none']

/** The fact of an answer; a null result stands for a question that was given up, or answered with an error. */
export const approvalAnswered = (
  { requestId, method }: ApprovalQuestion,
  result: Json | null,
  atMs: number
): FactOf<'approval_answered'> | null => {
  if (!Object.hasOwn(KINDS, method)) return null
  const [status, resolution] = resultOf(decisionOf(method, result))
  return { kind: 'approval_answered', atMs, reviewId: requestId, status, resolution }
}
