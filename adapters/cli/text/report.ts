/**
 * Failures at the edge: exit codes, words for people, one envelope for programs.
 */
import { describe, ERROR_KIND, hint, isRetryable, type StoreError } from '../../../domain/errors.ts'
import type { Io } from '../io.ts'
import { oneLine, safeJson } from './text.ts'

/** A failure as the command line reports it. */
export interface Failure {
  /** Stable name, for programs. */
  readonly kind: string
  readonly message: string
  readonly hint: string
  readonly retryable: boolean
  readonly exit: number
}

/** Total, so that a new kind of failure does not compile until it has a code. */
export const EXIT: Readonly<Record<StoreError['_tag'], number>> = {
  StreamNotFound: 3,
  AmbiguousThread: 2,
  InvalidRequest: 2,
  AnchorGone: 3,
  UnreadableRollout: 4,
  NotPossible: 6,
  TurnNotFound: 3,
  WrongExpectedRevision: 7,
  TailMoved: 7,
  IndexUnavailable: 5,
  IndexEmptied: 5,
  Busy: 7,
  StoreUnavailable: 8,
  StoreRefused: 8,
  IoFailure: 5
}

/** Kinds that only the command line has; the others are in `ERROR_KIND`. */
export const OWN_KINDS = {
  usage: 'wrong usage',
  home_not_found: 'the directory given as the Codex home does not exist',
  not_an_index: '`index drop` on a directory that holds something else',
  internal: 'a defect in unroll'
} as const

const EXIT_INTERNAL = 70

/** Wrong usage, and what to type instead. */
export const usage = (message: string, hint: string): Failure => ({
  kind: 'usage',
  message,
  hint,
  retryable: false,
  exit: 2
})

/** A failure of the engine, in the words of the command line. */
export const failureOf = (e: StoreError): Failure => ({
  kind: ERROR_KIND[e._tag],
  message: describe(e),
  hint: hint(e),
  retryable: isRetryable(e),
  exit: EXIT[e._tag]
})

const isStoreError = (value: unknown): value is StoreError =>
  typeof value === 'object' &&
  value !== null &&
  Object.hasOwn(EXIT, (value as { readonly _tag?: string })._tag ?? '')

/** Told by its tag, because its class would load the index. */
const isIndexDamage = (value: unknown): value is Error =>
  value instanceof Error && (value as { readonly _tag?: unknown })._tag === 'IndexDamage'

/** What was thrown, as a failure: a store error, an error of the operating system, or a defect of ours. */
export const thrownFailure = (thrown: unknown): Failure => {
  if (isStoreError(thrown)) return failureOf(thrown)
  if (isIndexDamage(thrown)) {
    const reason = thrown.message
    return failureOf({ _tag: 'IndexUnavailable', path: 'its directory', reason })
  }
  const error = thrown instanceof Error ? thrown : new Error(String(thrown))
  const { code, errno, syscall = 'use', path = 'a file' } = error as NodeJS.ErrnoException
  if (code !== undefined && errno !== undefined) {
    return failureOf({ _tag: 'IoFailure', operation: syscall, path, cause: code })
  }
  return {
    kind: 'internal',
    message: error.stack ?? error.message,
    hint: 'please report this with the command you typed',
    retryable: false,
    exit: EXIT_INTERNAL
  }
}

/** Prints a failure and gives its exit code: the envelope on stdout with `--json`, else words on stderr. */
export const report = async (failure: Failure, json: boolean, io: Io): Promise<number> => {
  const { kind, message, hint, retryable, exit } = failure
  if (json) {
    const error = { kind, message, hint, retryable }
    await io.out(`${safeJson(JSON.stringify({ error }))}\n`)
    return exit
  }
  const typed = hint.replace(/"unroll /g, `"${io.program} `)
  io.err(`unroll: ${kind === 'internal' ? message : oneLine(message)}\n`)
  if (hint !== '') io.err(`${oneLine(typed)}\n`)
  return exit
}

/** The same for a `Left` of the engine. */
export const reportError = (e: StoreError, json: boolean, io: Io): Promise<number> =>
  report(failureOf(e), json, io)
