/**
 * The rollout files of a home, as a comparison with Codex's database needs them.
 */

export interface InventoryFile {
  /** Relative to the home, with `/` between its parts. */
  readonly path: string
  readonly archived: boolean
  readonly sizeBytes: number
  /** The thread of its name; null when the name is not one that Codex makes. */
  readonly threadId: string | null
  /**
   * What the file is to its thread: the one that its history ends in, one from before a revert, or another with the same
   * name of a segment, which is not read.
   */
  readonly part: 'head' | 'older' | 'spare' | null
}
