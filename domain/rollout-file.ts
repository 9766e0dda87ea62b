/**
 * Files that carry the same id in their names, and which of them is read.
 *
 * A copy by hand, an archived thread that was restored from a backup, or a compressed file that stayed beside its plain
 * twin: which one is read depends on nothing but their names, so that every process reads the same one.
 */

/** Where a rollout stands. */
interface RolloutPlace {
  readonly path: string
  readonly archived: boolean
  readonly compressed: boolean
}

/** True for a rollout of the TypeScript client: one JSON document, whose lines are made on reading. */
export const isDocument = (path: string): boolean => /\.json$/i.test(path)

/** The file of a rollout, by the path shown for it. */
export const fileOf = ({
  path,
  compressed
}: {
  readonly path: string
  readonly compressed: boolean
}): string => (compressed && !isDocument(path) ? `${path}.zst` : path)

/** A path without its `.zst`: a compressed file is the same rollout as its plain twin. */
export const plainPath = (path: string): string => path.replace(/\.zst$/i, '')

/**
 * True when the first of two files for one id is the one that is read: one in `sessions` before one in
 * `archived_sessions`; of two with the same name the plain one before the compressed one; else the one whose path comes
 * later.
 */
export const isReadBefore = (a: RolloutPlace, b: RolloutPlace): boolean => {
  if (a.archived !== b.archived) return !a.archived
  const [one, other] = [plainPath(a.path), plainPath(b.path)]
  return one === other ? !a.compressed : one > other
}
