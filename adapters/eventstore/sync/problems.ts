/**
 * What keeps a file and a stream from being the same, as a push, a pull and a verification report it.
 */

/** One thing to tell about one file of one thread. */
export interface Problem {
  readonly thread: string
  readonly segment: string | null
  readonly path: string | null
  readonly kind: ProblemKind
  /** The first byte that is not the same, counted from 0; null where no byte is the matter. */
  readonly atByte: number | null
  /** One sentence. */
  readonly message: string
  /** What to type next. */
  readonly next: string
}

/** Kinds of problems; the first ones are failures, the others only have to be known. */
export type ProblemKind =
  /** Both have bytes of their own. */
  | 'diverged'
  /** The file lost bytes that this home had pushed. */
  | 'truncated'
  /** It cannot be read, or is not what a store can hold. */
  | 'failed'
  /** A Codex or another process writes to the thread. */
  | 'busy'
  /** The store gave a path that is no place of a rollout. */
  | 'refused'
  /** What the store holds is not what it says. */
  | 'damaged'
  | 'store_ahead'
  | 'home_ahead'
  | 'only_in_store'
  | 'only_in_home'
  /** It lies somewhere else in the home than the store says. */
  | 'elsewhere'
  /** Deleted in the store. */
  | 'deleted'

const FAILURES: ReadonlySet<ProblemKind> = new Set([
  'diverged',
  'truncated',
  'failed',
  'busy',
  'refused',
  'damaged'
])

/** True when the exit code has to tell. */
export const isFailure = ({ kind }: Pick<Problem, 'kind'>): boolean => FAILURES.has(kind)
