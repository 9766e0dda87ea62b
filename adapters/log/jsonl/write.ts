/**
 * The write of an append, and what became of it.
 *
 * Every write goes to the end of the file as it is then, in one piece. Where a program that knows no locks wrote to the same file
 * at the same moment, its bytes stand before ours or behind them, and what is looked for is one run of bytes.
 */
import * as E from 'fp-ts/lib/Either.js'
import { EVERY_LINE } from '../../../domain/log/needs.ts'
import { fstatSync } from 'node:fs'
import type { StoreError } from '../../../domain/errors.ts'
import { ioFailure } from '../../../replay/guarded.ts'
import { isDamaged, type Appended, type Position, type StreamInfo } from '../../../replay/ports.ts'
import type { FileCalls } from './file-calls.ts'
import { readStream } from './read.ts'
import type { PlannedAppend, RolloutAppend, WritePlan } from './request.ts'
import { openSource, type Tail, type TailReader } from './tail.ts'

/** How much of a write the system took, and why not all of it. */
export interface WriteResult {
  readonly bytes: number
  readonly failure: unknown
}

/** Writes with one call, and with more only when the system took a part. */
export const writeAll = (calls: FileCalls, file: number, bytes: Buffer): WriteResult => {
  let done = 0
  try {
    while (done < bytes.length) {
      const taken = calls.write(file, done === 0 ? bytes : bytes.subarray(done))
      if (taken === 0)
        throw Object.assign(new Error('the system takes no more bytes'), {
          code: 'ENOSPC',
          syscall: 'write'
        })
      done += taken
    }
  } catch (failure) {
    return { bytes: done, failure }
  }
  return { bytes: done, failure: null }
}

interface Landing {
  /** Where the block begins, in bytes of the file. */
  readonly at: number
  /** Revision of the line that begins a number of bytes behind `at`; null when it is lost in an unfinished line. */
  readonly revisionAt: (start: number) => number | null
  /** True when the file ends with a newline. */
  readonly closed: boolean
}

/** Finds a block that was written behind a place; null when it is nowhere whole. */
const findLanding = async (
  { parts, info, file }: WriteParts,
  tail: Tail,
  block: Buffer
): Promise<Landing | null> => {
  const { size } = fstatSync(file)
  const region = Buffer.allocUnsafe(Math.max(0, size - tail.sizeBytes))
  const read = openSource(file).read(region, 0, region.length, tail.sizeBytes)
  const found = region.subarray(0, read).indexOf(block)
  if (found === -1) return null
  const at = tail.sizeBytes + found
  const { profile, skipsBom } = parts
  const lines: Array<{ from: number; until: number; revision: number; damaged: boolean }> = []
  for await (const batch of readStream(
    info.streamId,
    tail.lineage,
    tail.next,
    EVERY_LINE,
    profile,
    skipsBom
  ))
    for (const line of batch.lines) {
      const { offset: from, bytes, revision } = line
      if (from + bytes >= at)
        lines.push({ from, until: from + bytes, revision, damaged: isDamaged(line) })
    }
  return {
    at,
    closed: read > 0 && region[read - 1] === 10,
    revisionAt: (start) => {
      const line = lines.find(({ from, until }) => from <= at + start && at + start < until)
      return line === undefined || (line.from < at + start && line.damaged) ? null : line.revision
    }
  }
}

/** Answers that may be given once the file is on disk. */
export interface SettledWrite {
  readonly done: ReadonlyArray<{
    readonly request: RolloutAppend
    readonly answer: E.Either<StoreError, Appended>
  }>
  /** True when everything stands where it was planned, and nothing else came between. */
  readonly isClean: boolean
  readonly modifiedAtMs: number
}

/** The file of a write, and its end before that. */
interface WriteParts {
  readonly parts: TailReader & { readonly calls: FileCalls }
  readonly info: StreamInfo
  readonly file: number
  readonly tail: Tail
}

const appendedAt = (
  { streamId, path }: StreamInfo,
  from: Position,
  next: Position
): E.Either<StoreError, Appended> => E.right({ streamId, from, next, path })

const unclear = ({ path }: StreamInfo, cause: string): E.Either<StoreError, never> =>
  E.left({
    _tag: 'IoFailure',
    operation: 'append to',
    path,
    cause: `another program wrote to it at the same moment: ${cause}`
  })

/** How often a lost line is written again. */
const AGAIN_MAX = 3

/** Writes a lone line again that was lost in somebody else's unfinished one. */
const writeAgain = async (
  write: WriteParts,
  one: PlannedAppend,
  line: Buffer,
  landing: Landing,
  again: number
): Promise<E.Either<StoreError, Appended>> => {
  const { parts, file, info } = write
  if (again === AGAIN_MAX) return unclear(info, 'the event was lost each time')
  const before = fstatSync(file).size
  const bytes = landing.closed ? line : Buffer.concat([Buffer.from('\n'), line])
  const written = writeAll(parts.calls, file, bytes)
  if (written.failure !== null) return E.left(ioFailure(written.failure, info.path))
  const found = await findLanding(write, { ...write.tail, sizeBytes: before }, bytes)
  if (found === null) return unclear(info, 'the event is not there whole')
  const shifted = { ...one, start: bytes.length - line.length, end: bytes.length }
  return settleOne(write, shifted, line, found, again + 1)
}

/** The true place of one request; written again when that loses and doubles nothing. */
const settleOne = async (
  write: WriteParts,
  one: PlannedAppend,
  lines: Buffer,
  landing: Landing,
  again: number
): Promise<E.Either<StoreError, Appended>> => {
  const { info } = write
  const { expected, events } = one.request
  const revision = landing.revisionAt(one.start)
  if (revision === null) {
    if (events.length === 1) return writeAgain(write, one, lines, landing, again)
    const others = `the first of ${events.length} events was lost in a line that it did not finish`
    return unclear(info, `${others}, the others were written`)
  }
  if (typeof expected === 'number' && revision !== one.from.revision)
    return E.left({ _tag: 'TailMoved', streamId: info.streamId, expected, actual: revision })
  const { segment } = one.from
  return appendedAt(
    info,
    { revision, segment, offset: landing.at + one.start },
    { revision: revision + events.length, segment, offset: landing.at + one.end }
  )
}

/** Finds out where the bytes of a write stand, and what each request is to be told. */
export const settle = async (
  write: WriteParts,
  plan: WritePlan,
  written: WriteResult
): Promise<SettledWrite> => {
  const { info, file, tail } = write
  const { size, nlink, mtimeMs: modifiedAtMs } = fstatSync(file)
  const settled = async (
    isClean: boolean,
    answer: (one: PlannedAppend) => E.Either<StoreError, Appended> | ReturnType<typeof settleOne>
  ): Promise<SettledWrite> => {
    const done: Array<SettledWrite['done'][number]> = []
    for (const one of plan.accepted) {
      const isWhole = one.end <= written.bytes
      const cut = (): E.Either<StoreError, never> => E.left(ioFailure(written.failure, info.path))
      done.push({ request: one.request, answer: isWhole ? await answer(one) : cut() })
    }
    return { done, isClean, modifiedAtMs }
  }
  if (nlink === 0) return settled(false, () => unclear(info, 'the file was deleted or replaced'))
  if (size === tail.sizeBytes + written.bytes)
    return settled(written.failure === null, (one) => appendedAt(info, one.from, one.next))
  const landing = await findLanding(write, tail, plan.bytes.subarray(0, written.bytes))
  return settled(false, (one) =>
    landing === null
      ? unclear(info, 'the events are not there whole')
      : settleOne(write, one, plan.bytes.subarray(one.start, one.end), landing, 0)
  )
}
