/**
 * Reviews: what is reviewed, and what a reviewer said.
 */

/** What is to be reviewed. */
export type ReviewTarget =
  | { readonly type: 'uncommittedChanges' }
  | { readonly type: 'baseBranch'; readonly branch: string }
  | { readonly type: 'commit'; readonly sha: string; readonly title?: string | null }
  | { readonly type: 'custom'; readonly instructions: string }

/** One finding. */
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

/** What a reviewer said, as Codex records it. */
export interface ReviewOutput {
  readonly findings: ReadonlyArray<ReviewFinding>
  readonly overall_correctness: string
  readonly overall_explanation: string
  readonly overall_confidence_score: number
}
