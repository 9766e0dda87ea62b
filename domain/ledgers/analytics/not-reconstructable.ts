/**
 * What no rollout tells of analytics, and where a reconstruction differs from what Codex posts although it is right.
 *
 * Rows with `notReconstructable` name fields that are null in a reconstruction, or events that are not in it. The others
 * name differences with a reason, and the evidence that must be there for it; test/golden/analytics-agreement.md lists them.
 * A difference that no row explains is a mistake.
 */
import type { KnownDifference } from './compare.ts'
import { OTHER_DIFFERENCES } from './known-others.ts'
import { TOOL_DIFFERENCES } from './known-tools.ts'
import { THREAD_DIFFERENCES } from './known-turns.ts'
import type { Contract, EventType } from './vocabulary.ts'

/** Every known difference between what Codex posts and what a rollout holds; the first that fits counts. */
export const KNOWN_DIFFERENCES: ReadonlyArray<KnownDifference> = [
  ...THREAD_DIFFERENCES,
  ...TOOL_DIFFERENCES,
  ...OTHER_DIFFERENCES
]

/** What no rollout holds of one event type in one contract. */
export const notReconstructable = (
  event: EventType,
  contract: Contract
): ReadonlyArray<KnownDifference> =>
  KNOWN_DIFFERENCES.filter(
    (row) =>
      row.notReconstructable === true &&
      (row.event === undefined || row.event === event) &&
      (row.contracts === undefined || row.contracts.includes(contract))
  )
