/**
 * The write of an append, and what became of it.
 */
import * as E from 'fp-ts/lib/Either.js'
import { fstatSync } from 'node:fs'
import type { StoreError } from '../../domain/errors.ts'
import { ioFailure } from '../../replay/guarded.ts'
import type { Appended, Position, StreamInfo } from '../../replay/ports.ts'
import type { FileCalls } from './file-calls.ts'
import { findLanding, type Landing } from './landing.ts'
import type { Accepted, Plan, Request } from './plan.ts'
import type { Tail, TailReader } from './tail.ts'

/** How much of a write the system took, and why not all of it. */
export interface Written {
  readonly bytes: number
  readonly failure: unknown
}

/** Writes with one call, and with more only when the system took a part. */
export const writeAll = (calls: FileCalls, file: number, bytes: Buffer): Written => {
  let done = 0
  try {
    while (done < bytes.length) {
      const taken = calls.write(file, done === 0 ? bytes : bytes.subarray(done))
      if (taken === 0) return { bytes: done, failure: diskFull() }
      done += taken
    }
  } catch (failure) {
    return { bytes: done, failure }
  }
  return { bytes: done, failure: null }
}

const diskFull = (): Error =>
  Object.assign(new Error('the system takes no more bytes'), { code: 'ENOSPC', syscall: 'write' })

/** Answers that may be given once the file is on disk. */
export interface Outcome {
  readonly done: ReadonlyArray<{
    readonly request: Request
    readonly answer: E.Either<StoreError, Appended>
  }>
  /** True when everything stands where it was planned, and nothing else came between. */
  readonly isClean: boolean
  readonly modifiedAtMs: number
}

interface Settling {
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

const unclear = ({ path }: StreamInfo, cause: string): StoreError => ({
  _tag: 'IoFailure',
  operation: 'append to',
  path,
  cause: `another program wrote to it at the same moment: ${cause}`
})

/** How often a lost line is written again. */
const AGAIN_MAX = 3

/** Writes a lone line again that was lost in somebody else's unfinished one. */
const writeAgain = async (
  settling: Settling,
  one: Accepted,
  line: Buffer,
  landing: Landing,
  again: number
): Promise<E.Either<StoreError, Appended>> => {
  const { parts, file, info } = settling
  if (again === AGAIN_MAX) return E.left(unclear(info, 'the event was lost each time'))
  const before = fstatSync(file).size
  const bytes = landing.closed ? line : Buffer.concat([Buffer.from('\n'), line])
  const written = writeAll(parts.calls, file, bytes)
  if (written.failure !== null) return E.left(ioFailure(written.failure, info.path))
  const start = bytes.length - line.length
  const tail = { ...settling.tail, sizeBytes: before }
  const found = await findLanding(info.streamId, tail, file, bytes, parts)
  if (found === null) return E.left(unclear(info, 'the event is not there whole'))
  const shifted = { ...one, start, end: bytes.length }
  return place(settling, shifted, line, found, again + 1)
}

/** The true place of one request; written again when that loses and doubles nothing. */
const place = async (
  settling: Settling,
  one: Accepted,
  lines: Buffer,
  landing: Landing,
  again: number
): Promise<E.Either<StoreError, Appended>> => {
  const { info } = settling
  const { expected, events } = one.request
  const revision = landing.revisionAt(one.start)
  if (revision === null) {
    if (events.length === 1) return writeAgain(settling, one, lines, landing, again)
    const others = `the first of ${events.length} events was lost in a line that it did not finish`
    return E.left(unclear(info, `${others}, the others were written`))
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
  parts: Settling['parts'],
  info: StreamInfo,
  file: number,
  tail: Tail,
  plan: Plan,
  written: Written
): Promise<Outcome> => {
  const settling = { parts, info, file, tail }
  const { size, nlink, mtimeMs: modifiedAtMs } = fstatSync(file)
  const isWhole = ({ end }: Accepted): boolean => end <= written.bytes
  const done: Array<Outcome['done'][number]> = []
  const answerAll = async (
    answer: (one: Accepted) => Promise<E.Either<StoreError, Appended>>
  ): Promise<void> => {
    for (const one of plan.accepted) {
      const cut = isWhole(one) ? null : ioFailure(written.failure, info.path)
      done.push({ request: one.request, answer: cut === null ? await answer(one) : E.left(cut) })
    }
  }
  if (nlink === 0) {
    const gone = E.left(unclear(info, 'the file was deleted or replaced'))
    await answerAll(async () => gone)
    return { done, isClean: false, modifiedAtMs }
  }
  if (size === tail.sizeBytes + written.bytes) {
    await answerAll(async (one) => appendedAt(info, one.from, one.next))
    return { done, isClean: written.failure === null, modifiedAtMs }
  }
  const block = plan.bytes.subarray(0, written.bytes)
  const landing = await findLanding(info.streamId, tail, file, block, parts)
  await answerAll(async (one) =>
    landing === null
      ? E.left(unclear(info, 'the events are not there whole'))
      : place(settling, one, plan.bytes.subarray(one.start, one.end), landing, 0)
  )
  return { done, isClean: false, modifiedAtMs }
}
