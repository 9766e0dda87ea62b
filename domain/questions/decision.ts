/**
 * What a client decided when a server asked it something: one word of a fixed list, whatever else the answer holds.
 *
 * Source: schemas of the answers of 0.130.0, 0.142.5 and 0.169.0.
 */
import { isJsonObject, type Json, type JsonObject } from '../json.ts'

/** Methods by which a server asks for an approval in a turn. */
export const APPROVAL_METHODS = {
  command: 'item/commandExecution/requestApproval',
  fileChange: 'item/fileChange/requestApproval',
  permissions: 'item/permissions/requestApproval'
} as const

const APPROVAL = [
  'accept',
  'acceptForSession',
  'acceptWithExecpolicyAmendment',
  'applyNetworkPolicyAmendment:allow',
  'applyNetworkPolicyAmendment:deny',
  'decline',
  'cancel'
] as const

/** Answers about permissions have no word of their own: they list what is granted. */
const PERMISSIONS = ['grant', 'grantForSession', 'decline'] as const

const ELICITATION = ['accept', 'decline', 'cancel'] as const

/** Words of `execCommandApproval` and `applyPatchApproval`, which older clients are asked. */
const OLDER = [
  'approved',
  'approved_execpolicy_amendment',
  'approved_for_session',
  'approved_mcp_policy_amendment',
  'network_policy_amendment:allow',
  'network_policy_amendment:deny',
  'denied',
  'timed_out',
  'abort'
] as const

/** Every word a decision can be. */
export const DECISIONS = [...new Set([...APPROVAL, ...PERMISSIONS, ...ELICITATION, ...OLDER])]

export type Decision =
  | (typeof APPROVAL)[number]
  | (typeof PERMISSIONS)[number]
  | (typeof ELICITATION)[number]
  | (typeof OLDER)[number]

/** What a decision comes to for what was asked. */
export type DecisionStatus = 'approved' | 'denied' | 'aborted' | 'timed_out'

const STATUSES: Readonly<Record<Decision, DecisionStatus>> = {
  accept: 'approved',
  acceptForSession: 'approved',
  acceptWithExecpolicyAmendment: 'approved',
  'applyNetworkPolicyAmendment:allow': 'approved',
  'applyNetworkPolicyAmendment:deny': 'denied',
  grant: 'approved',
  grantForSession: 'approved',
  decline: 'denied',
  cancel: 'aborted',
  approved: 'approved',
  approved_execpolicy_amendment: 'approved',
  approved_for_session: 'approved',
  approved_mcp_policy_amendment: 'approved',
  'network_policy_amendment:allow': 'approved',
  'network_policy_amendment:deny': 'denied',
  denied: 'denied',
  timed_out: 'timed_out',
  abort: 'aborted'
}

/** Whether a decision approves; one that ends the turn is `aborted`. */
export const statusOfDecision = (decision: Decision): DecisionStatus => STATUSES[decision]

const among = (words: ReadonlyArray<Decision>, word: unknown): Decision | null =>
  words.find((one) => one === word) ?? null

/** Rules for the network say in their depth whether they allow. */
const NETWORK: ReadonlyArray<string> = ['applyNetworkPolicyAmendment', 'network_policy_amendment']

const ruled = (rule: string, given: JsonObject): string => {
  const amendment = given['network_policy_amendment']
  const allows = isJsonObject(amendment) && amendment['action'] === 'allow'
  return `${rule}:${allows ? 'allow' : 'deny'}`
}

/** A word, or an object that has one as its only member. */
const worded = (words: ReadonlyArray<Decision>, decision: Json | undefined): Decision | null => {
  if (!isJsonObject(decision)) return among(words, decision)
  const rule = NETWORK.find((name) => isJsonObject(decision[name]))
  return rule === undefined
    ? among(words, Object.keys(decision)[0])
    : among(words, ruled(rule, decision[rule] as JsonObject))
}

const isGiven = (value: Json | undefined): boolean => value !== undefined && value !== null

const granted = ({ permissions, scope }: JsonObject): Decision => {
  if (!isJsonObject(permissions) || !Object.values(permissions).some(isGiven)) return 'decline'
  return scope === 'session' ? 'grantForSession' : 'grant'
}

/** What the result of an answer decided; null where nothing is decided, or in a word that is none of the protocol's. */
export const decisionOf = (method: string, result: Json | null): Decision | null => {
  if (!isJsonObject(result)) return null
  switch (method) {
    case APPROVAL_METHODS.command:
    case APPROVAL_METHODS.fileChange:
      return worded(APPROVAL, result['decision'])
    case APPROVAL_METHODS.permissions:
      return granted(result)
    case 'mcpServer/elicitation/request':
      return among(ELICITATION, result['action'])
    case 'execCommandApproval':
    case 'applyPatchApproval':
      return worded(OLDER, result['decision'])
    default:
      return null
  }
}
