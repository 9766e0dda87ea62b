/**
 * What goes to stderr: failures with their exit codes, warnings and hints. With `--json` a failure is one envelope on
 * stdout instead.
 */
import type { Either } from 'fp-ts/lib/Either.js'
import { describe, ERROR_KIND, isRetryable, type StoreError } from '../../../domain/errors.ts'
import type { ThreadTitle } from '../../../replay/engine.ts'
import type { Io } from '../io.ts'
import { hint } from '../../hint.ts'
import { quotedAsTyped } from './as-typed.ts'
import { oneLine, wrapQuoted } from './text.ts'

/** Threads that a text means, or may have meant, and how many more there are. */
export interface MeantThreads {
  readonly threads: ReadonlyArray<ThreadTitle>
  readonly more: number
}

export interface CommandFailure {
  /** Stable name, for programs. */
  readonly kind: string
  readonly message: string
  readonly meant?: MeantThreads
  readonly hint: string
  readonly retryable: boolean
  readonly exit: number
}

/** What was asked of the engine or of the command line itself, or why there is no answer. */
export type Tried<A> = Either<StoreError | CommandFailure, A>

/** Total, so that a new kind of failure does not compile until it has a code. */
export const EXIT: Readonly<Record<StoreError['_tag'], number>> = {
  StreamNotFound: 3,
  AmbiguousThread: 2,
  InvalidRequest: 2,
  AnchorGone: 3,
  UnreadableRollout: 4,
  NotPossible: 6,
  TurnNotFound: 3,
  ItemNotFound: 3,
  OperationNotFound: 3,
  WrongExpectedRevision: 7,
  TailMoved: 7,
  IndexUnavailable: 5,
  IndexEmptied: 5,
  Busy: 7,
  StoreUnavailable: 8,
  StoreRefused: 8,
  IoFailure: 5
}

/** Kinds that only the command line has, with exit code and meaning; the others are in `ERROR_KIND`. */
export const OWN_KINDS = {
  usage: [2, 'wrong usage'],
  no_match: [3, 'nothing matches what was asked for'],
  home_not_found: [3, 'the directory given as the Codex home does not exist'],
  confirmation_needed: [9, 'a question was answered with no, or could not be asked'],
  secret_left: [4, 'an export would still show a secret; nothing was written'],
  not_an_index: [2, '`index drop` on a directory that holds something else'],
  internal: [70, 'a defect in unroll']
} as const

export const ownFailure = (
  kind: keyof typeof OWN_KINDS,
  message: string,
  next: string
): CommandFailure => ({ kind, message, hint: next, retryable: false, exit: OWN_KINDS[kind][0] })

/** Wrong usage, and what to type instead. */
export const usage = (message: string, next: string): CommandFailure =>
  ownFailure('usage', message, next)

/** A failure of the engine, in the words of the command line. */
export const failureOf = (e: StoreError | CommandFailure): CommandFailure =>
  '_tag' in e
    ? {
        kind: ERROR_KIND[e._tag],
        message: describe(e),
        hint: hint(e),
        retryable: isRetryable(e),
        exit: EXIT[e._tag]
      }
    : e

const isStoreError = (value: unknown): value is StoreError =>
  typeof value === 'object' &&
  value !== null &&
  Object.hasOwn(EXIT, (value as { readonly _tag?: string })._tag ?? '')

/** Recognised by its tag, because its class would load the index. */
const isIndexDamage = (value: unknown): value is Error =>
  value instanceof Error && (value as { readonly _tag?: unknown })._tag === 'IndexDamage'

/** What was thrown, as a failure: a store error, an error of the operating system, or a defect of ours. */
export const thrownFailure = (thrown: unknown): CommandFailure => {
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
  return ownFailure(
    'internal',
    error.stack ?? error.message,
    'please report this with the command you typed'
  )
}

/** A notice for people, which is already safe to print. */
export const note = (text: string, io: Io): void => io.err(`${text}\n`)

/** A sentence for people, broken into lines on a terminal. */
export const tell = (text: string, io: Io): void =>
  note(io.errIsTty ? wrapQuoted(oneLine(text), io.columns) : oneLine(text), io)

export const warn = (text: string, io: Io): void => tell(`unroll: ${text}`, io)

/** A hint on a line of its own, with its commands as they are typed. */
export const tellHint = (text: string, io: Io): void => tell(quotedAsTyped(text, io), io)
