/**
 * What keeps a file and a stream from being the same, as a push, a pull and a verification report it.
 */
import type { StoreError } from '../../../../domain/errors.ts'
import type { ComparisonResult } from './local-file.ts'

/** Something that was not copied as it should be. */
export interface Problem {
  readonly thread: string
  readonly segment: string | null
  readonly path: string | null
  readonly kind: SyncProblemKind
  /** The first byte that is not the same, counted from 0; null where no byte is the matter. */
  readonly atByte: number | null
  /** One sentence. */
  readonly message: string
  /** What to type next. */
  readonly next: string
}

/** Kinds of problems; the first ones are failures, the others only have to be known. */
export type SyncProblemKind =
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
  /** Somebody took its stream, or a part of it, away at the server. */
  | 'lost'
  | 'store_ahead'
  | 'home_ahead'
  | 'only_in_store'
  | 'only_in_home'
  /** Its path in the home differs from the one in the store. */
  | 'elsewhere'
  /** Deleted in the store. */
  | 'deleted'

const FAILURES: ReadonlySet<SyncProblemKind> = new Set([
  'diverged',
  'truncated',
  'failed',
  'busy',
  'refused',
  'damaged',
  'lost'
])

/** True when the exit code has to tell. */
export const isFailure = ({ kind }: Pick<Problem, 'kind'>): boolean => FAILURES.has(kind)

export interface ProblemPlace {
  readonly thread: string
  readonly segment?: string | undefined
  readonly path?: string | undefined
}

export const problemAt = (
  { thread, segment, path }: ProblemPlace,
  kind: SyncProblemKind,
  message: string,
  next: string,
  atByte: number | null = null
): Problem => ({
  ...{ thread, segment: segment ?? null, path: path ?? null },
  ...{ kind, atByte, message, next }
})

/** The problem of a file that is not what the store holds; null when it is. `isOwn`: it was pushed from this home. */
export const comparisonProblem = (
  place: ProblemPlace,
  result: ComparisonResult,
  next: { readonly diverged: string; readonly isOwn?: boolean }
): Problem | null => {
  const { thread } = place
  switch (result.kind) {
    case 'equal':
      return null
    case 'home_ahead':
      return problemAt(
        place,
        'home_ahead',
        `the file holds more than the store, from byte ${result.atByte} on`,
        'bring it there with "unroll store push"',
        result.atByte
      )
    case 'diverged':
      return problemAt(
        place,
        'diverged',
        `the file holds other bytes than the store from byte ${result.atByte} on`,
        next.diverged,
        result.atByte
      )
    case 'store_ahead':
      return next.isOwn === true
        ? problemAt(
            place,
            'truncated',
            `the file ends at byte ${result.atByte}, and held more when it was pushed`,
            `bring it back with "unroll store pull ${thread}"`,
            result.atByte
          )
        : problemAt(
            place,
            'store_ahead',
            `the store holds more than the file, from byte ${result.atByte} on`,
            `bring it here with "unroll store pull ${thread}"`,
            result.atByte
          )
  }
}

/** The problem of a thread that is not in the store any more, and not by unroll. */
export const lossProblem = (place: ProblemPlace, reason: string): Problem =>
  problemAt(
    place,
    'lost',
    reason,
    'lift that at the server; see "Streams that somebody else cuts" in docs/EVENTSTORE.md'
  )

/** The problem of a thread that another one continues, and that is not in the store. */
export const missingHistoryProblem = (place: ProblemPlace): Problem =>
  problemAt(
    place,
    'lost',
    'a thread continues it, and the store does not have it',
    'push it from a home that has it'
  )

/** True when no other thread can be copied either. */
export const endsAll = ({ _tag }: StoreError): boolean =>
  _tag === 'StoreUnavailable' || _tag === 'StoreRefused'
