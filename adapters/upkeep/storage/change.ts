/**
 * `unroll storage compress` and `expand`: which files, under which locks, and what is recorded of it.
 */
import * as E from 'fp-ts/lib/Either.js'
import { notPossible, type StoreError } from '../../../domain/errors.ts'
import { streamId } from '../../../domain/ids.ts'
import type { JsonObject } from '../../../domain/json.ts'
import { ioFailure } from '../../../replay/guarded.ts'
import { holding, type HomeParts, type MutationOptions } from '../../../replay/change/life/life.ts'
import { recorded, type Performed } from '../../../replay/change/life/recorded.ts'
import { homeOperations } from '../../home/operations.ts'
import { homeWriter } from '../repair/home-writer.ts'
import { isCompressing, isHeldByCodex } from '../../home/codex-lock.ts'
import type { StepHook } from '../../home/relocate.ts'
import { lockWriter } from '../../log/jsonl/writer-lock.ts'
import { compressFile, FileLeft, obstacleOf, wouldCompress, expandFile } from './compress.ts'
import { byThread, filesMeant, rolloutsOf, type RolloutFile } from './files.ts'
import { decompressedContent } from '../../log/jsonl/zstd.ts'

/** What became of one rollout. */
export interface FileOutcome {
  readonly threadId: string
  /** Relative to the home, as it was before. */
  readonly path: string
  readonly outcome: 'compressed' | 'expanded' | 'left'
  /** Why it was left as it is; null when it was not. */
  readonly reason: string | null
  readonly plainBytes: number
  readonly compressedBytes: number
  /** Where it is recorded; null for a file that was left and after a dry run. */
  readonly operationId: string | null
}

export interface StorageRequest {
  readonly home: string
  /** Ids, beginnings of ids or names; none: every archived thread for `compress`, every thread for `expand`. */
  readonly threads: ReadonlyArray<string>
  readonly dryRun?: boolean
  readonly actor?: string
  /** Called with how many files are done, of how many, and how many bytes they had. */
  readonly onFile?: (done: number, total: number, bytes: number) => void
  readonly onOutcome?: (outcome: FileOutcome) => Promise<void> | void
  readonly signal?: AbortSignal
  /** Called before every step; a test kills the process there. */
  readonly step?: StepHook
  /** The operation that this one undoes. */
  readonly undoes?: string
  /** Digests that files must have, by path; for an undo. */
  readonly expected?: JsonObject
}

/** A thread in use is not waited for: it can be compressed later. */
const WAIT_MS_MAX = 200

type CompressionWork = 'compress' | 'expand'

const leftAs = (
  { threadId, path, sizeBytes, compressed }: RolloutFile,
  reason: string
): FileOutcome => ({
  ...{ threadId, path, outcome: 'left', reason },
  plainBytes: compressed ? 0 : sizeBytes,
  compressedBytes: compressed ? sizeBytes : 0,
  operationId: null
})

interface CompressionResult {
  readonly outcome: FileOutcome
  /** Digest of the content; null when the file was left. */
  readonly sha256: string | null
}

const compressOne = async (
  request: StorageRequest,
  file: RolloutFile
): Promise<CompressionResult> => {
  const { home, dryRun = false, step } = request
  const { plainBytes, compressedBytes, sha256 } = dryRun
    ? await wouldCompress(home, file.path)
    : await compressFile(home, file.path, step)
  const { threadId, path } = file
  const sizes = { plainBytes, compressedBytes, operationId: null }
  return { outcome: { threadId, path, outcome: 'compressed', reason: null, ...sizes }, sha256 }
}

const expandOne = async (
  request: StorageRequest,
  file: RolloutFile
): Promise<CompressionResult> => {
  const { home, dryRun = false, expected } = request
  const { threadId, path, sizeBytes } = file
  const digest = expected?.[path]
  const { bytes, sha256 } = dryRun
    ? await decompressedContent(`${home}/${path}`)
    : await expandFile(home, path, typeof digest === 'string' ? digest : null)
  const sizes = { plainBytes: bytes, compressedBytes: sizeBytes, operationId: null }
  return { outcome: { threadId, path, outcome: 'expanded', reason: null, ...sizes }, sha256 }
}

const one = async (
  work: CompressionWork,
  request: StorageRequest,
  file: RolloutFile
): Promise<CompressionResult> => {
  try {
    return await (work === 'compress' ? compressOne : expandOne)(request, file)
  } catch (cause) {
    if (!(cause instanceof FileLeft)) throw cause
    return { outcome: leftAs(file, cause.message), sha256: null }
  }
}

/** What undoes a compression: the files it made, with what is in them. */
const inverseOf = (
  work: CompressionWork,
  threadId: string,
  done: ReadonlyArray<CompressionResult>
): Performed<unknown>['inverse'] => {
  if (work === 'expand') return { none: 'type "unroll storage compress" to compress it again' }
  const files = Object.fromEntries(
    done.flatMap(({ outcome, sha256 }) =>
      sha256 === null ? [] : [[`${outcome.path}.zst`, sha256] as const]
    )
  )
  return Object.keys(files).length === 0
    ? { none: 'it changed nothing' }
    : { operation: 'expand', arguments: { threadId, files } }
}

/** Works on the files of one thread, which nobody writes to or moves meanwhile. */
const locked = async (
  work: CompressionWork,
  request: StorageRequest,
  threadId: string,
  files: ReadonlyArray<RolloutFile>
): Promise<E.Either<StoreError, ReadonlyArray<CompressionResult>>> => {
  const { home, actor = 'library', undoes = null } = request
  const movers: HomeParts = { homeWriter: homeWriter(home), operations: homeOperations(home) }
  return holding(movers, {}, async () => {
    const lock = await lockWriter(home, streamId(threadId), WAIT_MS_MAX)
    if (E.isLeft(lock)) return lock
    try {
      if (isHeldByCodex(home, threadId)) return E.left({ _tag: 'Busy', what: `thread ${threadId}` })
      const paths = files.map(({ path }) => path)
      const asked = { operation: work, threadId, actor, undoes }
      return await recorded(
        movers,
        { ...asked, arguments: { threadId, files: paths } },
        null,
        async (operationId) => {
          const done: Array<CompressionResult> = []
          for (const file of files) {
            const { outcome, sha256 } = await one(work, request, file)
            const isLeft = outcome.outcome === 'left'
            done.push({ outcome: isLeft ? outcome : { ...outcome, operationId }, sha256 })
          }
          return E.right({ answer: done, after: null, inverse: inverseOf(work, threadId, done) })
        }
      )
    } finally {
      lock.right.release()
    }
  })
}

const chosen = (
  work: CompressionWork,
  { home, threads }: StorageRequest
): ReadonlyMap<string, ReadonlyArray<RolloutFile>> => {
  const isNamed = threads.length > 0
  return byThread(
    filesMeant(home, threads).filter(({ archived, compressed }) =>
      work === 'expand' ? compressed : !compressed && (archived || isNamed)
    )
  )
}

const workOnThread = async (
  work: CompressionWork,
  request: StorageRequest,
  threadId: string,
  files: ReadonlyArray<RolloutFile>
): Promise<E.Either<StoreError, ReadonlyArray<FileOutcome>>> => {
  const { home, dryRun = false } = request
  const left: Array<FileOutcome> = []
  const able: Array<RolloutFile> = []
  for (const file of files) {
    const reason = work === 'compress' ? obstacleOf(home, file.path) : null
    if (reason === null) able.push(file)
    else left.push(leftAs(file, reason))
  }
  if (able.length === 0) return E.right(left)
  if (dryRun) {
    const done: Array<CompressionResult> = []
    for (const file of able) done.push(await one(work, request, file))
    return E.right([...left, ...done.map(({ outcome }) => outcome)])
  }
  const done = await locked(work, request, threadId, able)
  if (E.isRight(done)) return E.right([...left, ...done.right.map(({ outcome }) => outcome)])
  if (done.left._tag !== 'Busy') return done
  return E.right([...left, ...able.map((file) => leftAs(file, 'it is in use by another process'))])
}

const workOn = async (
  work: CompressionWork,
  request: StorageRequest
): Promise<E.Either<StoreError, ReadonlyArray<FileOutcome>>> => {
  const { home, onFile, onOutcome, signal } = request
  try {
    if (isCompressing(home))
      return E.left(notPossible('Codex is compressing rollouts of this home', 'try again later'))
    const groups = chosen(work, request)
    const total = [...groups.values()].reduce((sum, { length }) => sum + length, 0)
    const outcomes: Array<FileOutcome> = []
    let bytes = 0
    for (const [threadId, files] of groups) {
      if (signal?.aborted === true) break
      const done = await workOnThread(work, request, threadId, files)
      if (E.isLeft(done)) return done
      for (const outcome of done.right) {
        outcomes.push(outcome)
        await onOutcome?.(outcome)
      }
      bytes += files.reduce((sum, { sizeBytes }) => sum + sizeBytes, 0)
      onFile?.(outcomes.length, total, bytes)
    }
    return E.right(outcomes)
  } catch (cause) {
    return E.left(ioFailure(cause, home))
  }
}

/** Compresses rollouts. A file that must stay as it is counts as an outcome; what was done before a failure stays done. */
export const compressRollouts = (
  request: StorageRequest
): Promise<E.Either<StoreError, ReadonlyArray<FileOutcome>>> => workOn('compress', request)

/** Brings compressed rollouts back as plain ones. */
export const expandRollouts = (
  request: StorageRequest
): Promise<E.Either<StoreError, ReadonlyArray<FileOutcome>>> => workOn('expand', request)

/** Undoes a compression: every file is there and holds what was compressed, or nothing is done. */
export const undoCompression = async (
  home: string,
  threadId: string,
  expected: JsonObject,
  { actor = 'library', undoes, dryRun = false }: MutationOptions
): Promise<E.Either<StoreError, { readonly operationId: string | null }>> => {
  const paths = new Set(Object.keys(expected))
  const there = rolloutsOf(home).filter(({ path }) => paths.has(path))
  if (there.length < paths.size)
    return E.left(notPossible('what was compressed is not there any more', 'see "unroll log"'))
  const undo = undoes === undefined ? {} : { undoes }
  const request = { home, threads: [], actor, dryRun, expected, ...undo }
  const done = await workOnThread('expand', request, threadId, there)
  if (E.isLeft(done)) return done
  const left = done.right.find(({ reason }) => reason !== null)
  return left === undefined
    ? E.right({ operationId: done.right[0]?.operationId ?? null })
    : E.left(notPossible(`${left.path}: ${left.reason ?? ''}`, 'see "unroll log"'))
}
