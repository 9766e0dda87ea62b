/**
 * Reviews: what is reviewed, and what a reviewer said.
 */
import { isJsonObject, parsedObject } from '../json.ts'
import { isBlank, trimmed } from '../white-space.ts'

export type ReviewTarget =
  | { readonly type: 'uncommittedChanges' }
  | { readonly type: 'baseBranch'; readonly branch: string }
  | { readonly type: 'commit'; readonly sha: string; readonly title?: string | null }
  | { readonly type: 'custom'; readonly instructions: string }

export interface ReviewFinding {
  readonly title: string
  readonly body: string
  readonly confidence_score: number
  readonly priority: number
  readonly code_location: {
    readonly absolute_file_path: string
    readonly line_range: { readonly start: number; readonly end: number }
  }
}

/** The answer of a reviewer, as Codex records it. */
export interface ReviewOutput {
  readonly findings: ReadonlyArray<ReviewFinding>
  readonly overall_correctness: string
  readonly overall_explanation: string
  readonly overall_confidence_score: number
}

/** Why a target cannot be reviewed, in Codex's words; null when it can. */
export const targetRefusal = (target: ReviewTarget): string | null => {
  switch (target.type) {
    case 'uncommittedChanges':
      return null
    case 'baseBranch':
      return isBlank(target.branch) ? 'branch must not be empty' : null
    case 'commit':
      return isBlank(target.sha) ? 'sha must not be empty' : null
    case 'custom':
      return isBlank(target.instructions) ? 'instructions must not be empty' : null
  }
}

const SHORT_SHA_CHARACTERS = 7

/** The target trimmed, as it is recorded. */
export const trimmedTarget = (target: ReviewTarget): ReviewTarget => {
  switch (target.type) {
    case 'uncommittedChanges':
      return target
    case 'baseBranch':
      return { ...target, branch: trimmed(target.branch) }
    case 'commit':
      return {
        type: 'commit',
        sha: trimmed(target.sha),
        title: trimmed(target.title ?? '') || null
      }
    case 'custom':
      return { ...target, instructions: trimmed(target.instructions) }
  }
}

/** The target as a person sees it. */
export const reviewHint = (target: ReviewTarget): string => {
  switch (target.type) {
    case 'uncommittedChanges':
      return 'current changes'
    case 'baseBranch':
      return `changes against '${target.branch}'`
    case 'commit': {
      const sha = target.sha.slice(0, SHORT_SHA_CHARACTERS)
      return target.title ? `commit ${sha}: ${target.title}` : `commit ${sha}`
    }
    case 'custom':
      return target.instructions
  }
}

/** The prompt of the reviewer; for a custom review the instructions themselves. */
export const reviewPrompt = (target: ReviewTarget): string =>
  target.type === 'custom'
    ? target.instructions
    : `Please review the ${reviewHint(target)} and report what should be fixed.`

const isFinding = (value: unknown): value is ReviewFinding =>
  isJsonObject(value) && typeof value['title'] === 'string' && typeof value['body'] === 'string'

/** An answer as a review output: its JSON, or plain text without findings; null when it is empty. */
export const reviewOutputOf = (said: ReviewOutput | string | null): ReviewOutput | null => {
  if (said === null || typeof said !== 'string') return said
  const parsed = parsedObject(said)
  if (parsed !== null) {
    const { findings, overall_explanation: explanation } = parsed
    if (Array.isArray(findings) && findings.every(isFinding) && typeof explanation === 'string')
      return parsed as unknown as ReviewOutput
  }
  if (isBlank(said)) return null
  return {
    findings: [],
    overall_correctness: '',
    overall_explanation: said,
    overall_confidence_score: 0
  }
}
