/**
 * Words of settings that clients of an era decode; a rollout or a configuration may hold others.
 *
 * Source: ReasoningEffort, AskForApproval and ApprovalsReviewer of app-server v2 in 0.130.0, 0.142.5 and 0.169.0.
 */
import * as t from 'io-ts'
import { defaulted, oneOf } from './log/codec.ts'
import type { Json } from './json.ts'
import type { Profile } from './log/profile.ts'

const EFFORTS_130 = oneOf('none', 'minimal', 'low', 'medium', 'high', 'xhigh')

/** Reasoning effort: one of six words up to 0.130, any since; null for another. */
export const effortOf = (
  effort: string | null,
  { members142 }: Pick<Profile, 'members142'>
): string | null => {
  const isKnown = members142 ? effort !== '' : EFFORTS_130.is(effort)
  return isKnown ? effort : null
}

const flag = defaulted(t.boolean)
const Granular = t.type({
  granular: t.intersection([
    t.type({ mcp_elicitations: t.boolean, rules: t.boolean, sandbox_approval: t.boolean }),
    t.partial({ request_permissions: flag, skill_approval: flag })
  ])
})
const POLICIES = oneOf('untrusted', 'on-request', 'never')

/** Approval policy; null for a form that clients do not know. */
export const approvalPolicyOf = (
  policy: Json,
  { members169 }: Pick<Profile, 'members169'>
): Json => {
  const isKnown =
    POLICIES.is(policy) || (!members169 && policy === 'on-failure') || Granular.is(policy)
  return isKnown ? policy : null
}

const Reviewer = oneOf('user', 'auto_review', 'guardian_subagent')

/** Approvals reviewer; null for one that clients do not know. */
export const approvalsReviewerOf = (reviewer: string | null): string | null =>
  Reviewer.is(reviewer) ? reviewer : null
