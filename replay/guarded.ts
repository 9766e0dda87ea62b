/**
 * The edge where throwing ends: what adapters throw becomes data, and a damaged index is built again.
 */
import * as E from 'fp-ts/lib/Either.js'
import { describe, ERROR_KIND, type StoreError } from '../domain/errors.ts'
import { IndexDamage, type Index } from './ports.ts'
import { noTelemetry, type Telemetry } from './telemetry.ts'
import type { Answer, Result } from './result.ts'

interface SystemError {
  readonly code: string
  readonly message: string
  readonly syscall?: string
  readonly path?: string
}

const isSystemError = (cause: unknown): cause is SystemError =>
  cause instanceof Error && typeof (cause as { code?: unknown }).code === 'string'

const unusable = (reason: string): StoreError => ({
  _tag: 'IndexUnavailable',
  path: 'the index',
  reason
})

/** A failure as it is thrown where no `Either` can be answered: an error that has the members of the failure. */
export const thrown = (error: StoreError): Error & StoreError =>
  Object.assign(new Error(describe(error)), error)

/** The failure that was thrown as such; null for anything else. */
export const failureIn = (cause: unknown): StoreError | null =>
  cause instanceof Error && String((cause as { _tag?: unknown })._tag) in ERROR_KIND
    ? ({ ...cause } as unknown as StoreError)
    : null

/** Runs what reads; a failure that was thrown as such is `Left`, anything else is thrown on. */
export const attempted = async <A>(run: () => Promise<Result<A>>): Promise<Result<A>> => {
  try {
    return await run()
  } catch (cause) {
    const failure = failureIn(cause)
    if (failure !== null) return E.left(failure)
    throw cause
  }
}

/** A failed system call, or a thrown failure, as data; anything else is a programmer error and is thrown on. */
export const ioFailure = (cause: unknown, path: string): StoreError => {
  const failure = failureIn(cause)
  if (failure !== null) return failure
  if (!isSystemError(cause)) throw cause
  return {
    _tag: 'IoFailure',
    operation: cause.syscall ?? 'read',
    path: cause.path ?? path,
    cause: cause.message,
    systemCode: cause.code
  }
}

const SHORTAGES: ReadonlyArray<string | undefined> = ['EMFILE', 'ENFILE', 'ENOMEM']

/** True for what lies with the process or the machine, not with a file: going on would leave out one file after the other. */
export const isShortage = (failure: StoreError): boolean =>
  failure._tag === 'IoFailure' && SHORTAGES.includes(failure.systemCode)

/** True for a file that is not there, or not any more. */
export const isMissingFile = (failure: StoreError): boolean =>
  failure._tag === 'IoFailure' && failure.systemCode === 'ENOENT'

export interface Guarded {
  readonly index: Index
  readonly isFallback?: boolean
  readonly telemetry?: Telemetry
}

/** Empties a damaged index, unless it was put right since the question was asked. */
const emptied = async (
  { index, telemetry = noTelemetry }: Guarded,
  { isMended }: IndexDamage,
  epoch: number
): Promise<Result<void>> => {
  if (isMended || index.epoch() !== epoch) return E.right(undefined)
  const cleared = await index.clear()()
  if (E.isRight(cleared)) telemetry.count('repairs', { what: 'index_emptied' })
  return cleared
}

const ATTEMPTS_MAX = 3

/**
 * Runs a use case. A damaged index is cleared and the use case run again; so is one whose file moved away between
 * being found and being opened.
 */
export const guarded =
  <A>(
    { index, isFallback = false, telemetry = noTelemetry }: Guarded,
    task: Answer<A>
  ): Answer<A> =>
  async () => {
    if (isFallback) telemetry.count('read.fallback', { reason: 'index_unavailable' })
    for (let attempt = 1; ; attempt++) {
      const epoch = index.epoch()
      try {
        return await task()
      } catch (cause) {
        const damaged = cause instanceof IndexDamage
        if (attempt === ATTEMPTS_MAX) {
          return E.left(damaged ? unusable(cause.message) : ioFailure(cause, ''))
        }
        if (!damaged && !(isSystemError(cause) && cause.code === 'ENOENT'))
          return E.left(ioFailure(cause, ''))
        const cleared = damaged
          ? await emptied({ index, telemetry }, cause, epoch)
          : E.right(undefined)
        if (E.isLeft(cleared)) return cleared
        telemetry.count('read.fallback', { reason: damaged ? 'index_damaged' : 'file_moved' })
      }
    }
  }

const mixed = (): IndexDamage => new IndexDamage('the index was rebuilt while it was read', true)

/**
 * A check for what writes after several reads: it throws when the index was emptied or opened anew since, so that nothing is
 * written that follows from rows of two indexes, and `guarded` runs the use case again.
 */
export const sameIndexSince = (index: Pick<Index, 'epoch'>): (() => void) => {
  const epoch = index.epoch()
  return () => {
    if (index.epoch() !== epoch) throw mixed()
  }
}

/**
 * Runs a use case that only reads; retries when another use case found damage meanwhile and the index was emptied or opened
 * anew: what was read then are rows of two indexes, of which one may be empty.
 */
export const guardedRead = <A>(parts: Guarded, task: Answer<A>): Answer<A> =>
  guarded(parts, async () => {
    const epoch = parts.index.epoch()
    const isMixed = (): boolean => parts.index.epoch() !== epoch
    const done = await task().catch((cause: unknown) => {
      throw isMixed() ? mixed() : cause
    })
    if (isMixed()) throw mixed()
    return done
  })

/**
 * Rows of an answer that are read as they are asked for. When the index turns out to be damaged, what was given cannot be
 * taken back: the index is emptied, and the rows end with a `StoreError` that is thrown; asked again, they are whole.
 */
export async function* guardedRows<A>(parts: Guarded, rows: AsyncIterable<A>): AsyncGenerator<A> {
  const epoch = parts.index.epoch()
  try {
    yield* rows
    if (parts.index.epoch() !== epoch) throw mixed()
  } catch (cause) {
    if (!(cause instanceof IndexDamage)) throw cause
    const cleared = await emptied(parts, cause, epoch)
    const error = { _tag: 'IndexEmptied', reason: cause.message } as const
    throw thrown(E.isLeft(cleared) ? cleared.left : error)
  }
}
