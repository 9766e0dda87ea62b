/**
 * Appending to the rollouts of a home.
 *
 * One writer at a time per thread: a queue within the process, a lock between processes. Under the lock the thread's newest
 * file is looked up again, its end found, the expectation compared, and everything that waits is written with one call
 * behind the last byte, put on disk, and only then acknowledged. Bytes in a file are never changed or cut off:
 * an unfinished last line gets a newline, and what a full disk cut short stays as such a line.
 *
 * Codex before 0.148 takes no locks. What it writes at the same moment is noticed by the size of the file, and the answer then
 * has the true positions.
 */
import * as E from 'fp-ts/lib/Either.js'
import { closeSync } from 'node:fs'
import type { StoreError } from '../../../domain/errors.ts'
import type { StreamId } from '../../../domain/ids.ts'
import { ioFailure } from '../../../replay/guarded.ts'
import { appendProblem } from '../../../replay/change/mutate/new-events.ts'
import type { Appended, EventStore, KnownPlace, StreamInfo } from '../../../replay/ports.ts'
import { stopwatch, type Telemetry } from '../../../replay/telemetry.ts'
import { infoOf } from './listed.ts'
import { beginStream, type StreamBeginner } from './begin.ts'
import { isCompressing, isHeldByCodex } from '../../home/codex-lock.ts'
import type { FileCalls } from './file-calls.ts'
import { LinkRefused } from '../../home/plain-file.ts'
import { expand, openHead, type OpenRollout } from './head.ts'
import {
  checkRequest,
  failAll,
  planGroup,
  takeGroup,
  type RolloutAppend,
  type WritePlan
} from './request.ts'
import { guardOf } from './guard.ts'
import { findTail, isCurrentTail, type Tail } from './tail.ts'
import { lockWriter, pause } from './writer-lock.ts'
import { settle, writeAll } from './write.ts'

export interface AppenderParts extends StreamBeginner {
  readonly calls: FileCalls
  /** How long to wait for another process; `lockWriter` has the default. */
  readonly waitMsMax?: number | undefined
  readonly telemetry: Telemetry
}

/** A process that always has more events releases the lock after this long, for others to acquire it. */
const HOLD_MS_MAX = 200
const PAUSE_MS_MAX = 8

/**
 * Under the lock the newest file is looked up again after this long. Only Codex could replace it then, and would have to load the
 * thread, revert it and leave it again in that time.
 */
const FOUND_MS_MAX = 10

/** Requests are written together up to this many bytes of the first ones. */
const GROUP_BYTES_MAX = 4 * 1024 * 1024

const nextTurn = (): Promise<void> => new Promise((resolve) => setImmediate(resolve))

class ThreadWriter {
  readonly #id: StreamId
  readonly #parts: AppenderParts
  readonly #queue: Array<RolloutAppend> = []
  #running = false
  #tail: Tail | null = null
  #head: OpenRollout | null = null
  #found: { readonly info: StreamInfo; readonly atMs: number } | null = null

  constructor(id: StreamId, parts: AppenderParts) {
    this.#id = id
    this.#parts = parts
  }

  push(request: RolloutAppend): void {
    this.#queue.push(request)
    if (!this.#running) void this.#drain()
  }

  /** Writes what is queued. The lock is kept until a turn of the event loop brings no more requests. */
  async #drain(): Promise<void> {
    this.#running = true
    while (this.#queue.length > 0) {
      const { home, waitMsMax, telemetry } = this.#parts
      const lock = await lockWriter(home, this.#id, waitMsMax, telemetry).catch((cause: unknown) =>
        E.left(this.#failure(cause))
      )
      if (E.isLeft(lock)) {
        for (const request of this.#queue.splice(0)) request.answer(lock)
        continue
      }
      const endMs = performance.now() + HOLD_MS_MAX
      try {
        do {
          await this.#commit(takeGroup(this.#queue, GROUP_BYTES_MAX))
          if (this.#queue.length === 0) await nextTurn()
        } while (this.#queue.length > 0 && performance.now() < endMs)
      } finally {
        this.#close()
        lock.right.release()
      }
      if (this.#queue.length > 0) await pause(PAUSE_MS_MAX)
    }
    this.#running = false
  }

  #failure(cause: unknown): StoreError {
    if (!(cause instanceof LinkRefused))
      return ioFailure(cause, this.#head?.path ?? this.#parts.home)
    return {
      _tag: 'NotPossible',
      reason: `${cause.message}; unroll writes to no file outside the home`,
      next: 'put the files themselves into the home'
    }
  }

  async #commit(group: ReadonlyArray<RolloutAppend>): Promise<void> {
    try {
      const info = await this.#find()
      if (E.isLeft(info)) for (const request of group) request.answer(info)
      else if (info.right === null) await this.#begin(group)
      else await this.#append(info.right, group)
    } catch (cause) {
      this.#tail = null
      failAll(group, () => this.#failure(cause))
    }
  }

  /** The file that was found just now, with its size as of now; null when it has to be looked up. */
  #sameInfo(): StreamInfo | null {
    const found = this.#found
    if (found === null || performance.now() - found.atMs > FOUND_MS_MAX) return null
    const { streamId, path, archived, compressed, inode } = found.info
    if (archived || compressed) return null
    const info = infoOf({ streamId, segmentId: streamId, path, archived, compressed })
    return info?.inode === inode ? info : null
  }

  /** The stream as it is under the lock, its newest file plain; null when there is none. */
  async #find(): Promise<E.Either<StoreError, StreamInfo | null>> {
    const { home, places } = this.#parts
    if (isHeldByCodex(home, this.#id))
      return E.left({ _tag: 'Busy', what: `thread ${this.#id}, loaded by Codex,` })
    const same = this.#sameInfo()
    if (same !== null) return E.right(same)
    const info = places.find(this.#id)
    this.#found = info === null ? null : { info, atMs: performance.now() }
    if (info === null || !(info.archived || info.compressed)) return E.right(info)
    if (isCompressing(home))
      return E.left({ _tag: 'Busy', what: `thread ${this.#id}, being compressed by Codex,` })
    if (!info.compressed) return E.right(info)
    await expand(home, info.path)
    this.#parts.telemetry.count('repairs', { what: 'rollout_expanded' })
    return E.right(places.find(this.#id))
  }

  /** The first request creates the stream or is refused; the others are tried again after it. */
  async #begin([first, ...others]: ReadonlyArray<RolloutAppend>): Promise<void> {
    this.#queue.unshift(...others)
    if (first === undefined) return
    const { expected, events } = first
    const why = appendProblem(this.#id, expected, null, events)
    if (why !== null) return first.answer(E.left(why))
    try {
      first.answer(await beginStream(this.#parts, this.#id, events))
    } catch (cause) {
      first.answer(E.left(this.#failure(cause)))
    }
  }

  #close(): void {
    if (this.#head !== null) closeSync(this.#head.file)
    this.#head = null
    this.#found = null
  }

  /** The newest file, open; opened again when it was replaced. */
  #open({ path, inode }: StreamInfo): OpenRollout {
    if (this.#head?.path === path && this.#head.inode === inode) return this.#head
    this.#close()
    return (this.#head = openHead(this.#parts.home, path))
  }

  async #tailOf(
    info: StreamInfo,
    head: OpenRollout,
    group: ReadonlyArray<RolloutAppend>
  ): Promise<Tail> {
    if (this.#tail !== null && isCurrentTail(this.#tail, info)) return this.#tail
    const lineage = this.#parts.places.lineage(info)
    const known: Array<KnownPlace> = this.#tail?.path === info.path ? [this.#tail] : []
    for (const request of group) if (request.known !== undefined) known.push(request.known)
    return findTail(info, lineage, head.file, known, this.#parts)
  }

  async #append(info: StreamInfo, group: ReadonlyArray<RolloutAppend>): Promise<void> {
    const head = this.#open(info)
    const tail = await this.#tailOf(info, head, group)
    this.#tail = tail
    const plan = planGroup(this.#id, tail, group)
    const isClean = plan.accepted.length === 0 || (await this.#write(info, head, tail, plan))
    if (isClean) for (const { request, why } of plan.refused) request.answer(E.left(why))
    else this.#queue.unshift(...plan.refused.map(({ request }) => request))
  }

  /** True when every line is where it was planned. */
  async #write(info: StreamInfo, head: OpenRollout, tail: Tail, plan: WritePlan): Promise<boolean> {
    this.#tail = null
    const { calls, telemetry } = this.#parts
    const written = writeAll(calls, head.file, plan.bytes)
    if (!tail.closed && written.bytes > 0) telemetry.count('repairs', { what: 'line_closed' })
    const write = { parts: this.#parts, info, file: head.file, tail }
    const settled = await settle(write, plan, written)
    if (settled.done.some(({ answer }) => E.isRight(answer) || answer.left._tag === 'TailMoved')) {
      const stop = stopwatch(telemetry, 'append.sync.duration')
      await calls.sync(head.file)
      stop({})
    }
    for (const { request, answer } of settled.done) request.answer(answer)
    this.#tail = settled.isClean ? this.#tailBehind(tail, plan, settled.modifiedAtMs) : tail
    return settled.isClean
  }

  #tailBehind(tail: Tail, { bytes, next, ordinal }: WritePlan, modifiedAtMs: number): Tail {
    // The planned size: if others wrote meanwhile the real one differs, and the tail is found again.
    const { offset: sizeBytes } = next
    const from = bytes.lastIndexOf(10, bytes.length - 2) + 1
    const guard = guardOf(bytes.subarray(from, -1), next.offset - (bytes.length - from), true)
    return { ...tail, sizeBytes, modifiedAtMs, next, guard, closed: true, torn: 0, ordinal }
  }
}

export const appender = (parts: AppenderParts): EventStore['append'] => {
  const writers = new Map<StreamId, ThreadWriter>()
  return (streamId, expected, events, known) => async () => {
    const checked = checkRequest(streamId, events, parts.profile)
    if (E.isLeft(checked)) return checked
    const writer = writers.get(streamId) ?? new ThreadWriter(streamId, parts)
    writers.set(streamId, writer)
    return new Promise<E.Either<StoreError, Appended>>((answer, reject) =>
      writer.push({ expected, events: checked.right, known, answer, reject })
    )
  }
}
