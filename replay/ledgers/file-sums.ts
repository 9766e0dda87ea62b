/**
 * What the patches of a thread did to each file, added up.
 */
import type { FileSum } from '../../domain/thread/difference/thread.ts'
import type { FileChange } from './blame.ts'

/** A file of a thread, and the patch that changed it last. */
export interface ThreadFile extends FileSum {
  /** Null for a patch between turns. */
  readonly lastTurnId: string | null
  readonly lastAtMs: number
}

/** Files that were changed, by path; a file that was moved counts at both places. */
export const fileSums = (patches: ReadonlyArray<FileChange>): ReadonlyArray<ThreadFile> => {
  const sums = new Map<string, ThreadFile>()
  for (const patch of patches) {
    const { path, movedTo, applied, rolledBack, linesAdded, linesDeleted } = patch
    if (applied !== true) continue
    for (const one of new Set([path, movedTo ?? path])) {
      const old = sums.get(one)
      sums.set(one, {
        path: one,
        patches: (old?.patches ?? 0) + 1,
        linesAdded: (old?.linesAdded ?? 0) + (linesAdded ?? 0),
        linesDeleted: (old?.linesDeleted ?? 0) + (linesDeleted ?? 0),
        rolledBack: (old?.rolledBack ?? 0) + (rolledBack ? 1 : 0),
        lastTurnId: patch.turnId,
        lastAtMs: patch.atMs
      })
    }
  }
  return [...sums.values()].sort((a, b) => (a.path < b.path ? -1 : 1))
}
