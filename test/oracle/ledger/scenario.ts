/**
 * A scenario: a thing to record.
 */
import type { Settings } from './home.ts'
import type { Run } from './run.ts'

/** What is played on which versions. */
export interface Scenario {
  readonly settings?: Settings
  /** All, when nothing is said. */
  readonly eras?: ReadonlyArray<number>
  /** Played only when an earlier version is there too. */
  readonly hasEarlier?: true
  /** Only the rollouts are kept, and the input of so many requests at the end. */
  readonly asked?: number
  readonly play: (run: Run) => Promise<void>
}
