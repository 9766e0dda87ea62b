/**
 * Threads of which the server keeps nothing, or not enough, though nobody deleted them with unroll: somebody deleted their
 * streams there, or set a limit to them, and the server dropped what was above it.
 *
 * Key: `[store-lost@1, thread]` -> {path, reason}; the path is relative to the home.
 */
import * as E from 'fp-ts/lib/Either.js'
import type { StoreError } from '../../../../domain/errors.ts'
import type { StreamId } from '../../../../domain/ids.ts'
import { thrown } from '../../../../replay/guarded.ts'
import { afterPrefix, toStored } from '../../../../replay/catch-up/overlay.ts'
import type { Index, StoredRow } from '../../../../replay/ports.ts'
import { lineMetadata } from '../stream/event-kind.ts'
import { limitsStream, threadOfStream } from '../stream/names.ts'
import type { StoredEvent, StreamDirectory } from '../stream/stored.ts'
import type { Wire } from '../wire.ts'
import { eventAt, firstEvent } from './read-directory.ts'

const LOST = 'store-lost@1'

export const LOST_REASONS = {
  ended: 'its stream was deleted for good at the server, and not by unroll',
  deleted: 'its stream was deleted at the server, and not by unroll',
  cut: 'somebody set a limit to its stream, above which the server drops its events'
} as const

export type LostReason = keyof typeof LOST_REASONS

export interface LostThread {
  readonly threadId: StreamId
  readonly path: string
  readonly reason: string
}

/** True when the last event of a stream names a fact that the server dropped. */
export const isCut = (last: StoredEvent, { facts, open }: StreamDirectory): boolean =>
  facts < 0 && open === null && (lineMetadata(last)?.facts ?? -1) >= 0

/** True when the server dropped the first events of a stream; also where the others are those of another beginning. */
export const lacksBeginning = async (wire: Wire, stream: string): Promise<boolean> =>
  ((await firstEvent(wire, stream))?.revision ?? 0) > 0

/** The largest number that a server knows: a stream that is truncated before it was deleted softly. */
const EVERYTHING = 2 ** 62

const LIMITS = ['$tb', '$maxCount', '$maxAge']

/**
 * Why a stream tells of no thread, asked of the server itself: null when nobody took anything away there. A tombstone is told by
 * the log only, see `LostThread`.
 */
export const lossOf = async (
  wire: Wire,
  stream: string,
  directory: Pick<StreamDirectory, 'revision' | 'facts'>
): Promise<Exclude<LostReason, 'ended'> | null> => {
  if (directory.facts >= 0) return null
  if (directory.revision >= 0 && (await lacksBeginning(wire, stream))) return 'cut'
  const limits = (await eventAt(wire, limitsStream(stream), 'end'))?.data.json ?? {}
  if (Number(limits['$tb']) > EVERYTHING) return 'deleted'
  return LIMITS.some((limit) => Number(limits[limit] ?? 0) > 0) ? 'cut' : null
}

/** The row of a thread that was there and is lost, or that was lost and is there again; none for any other. */
export const lostRows = (
  index: Index,
  stream: string,
  before: StreamDirectory | null,
  lost: LostReason | null
): ReadonlyArray<StoredRow> => {
  const thread = threadOfStream(stream)
  if (thread === null) return []
  const key = [LOST, thread]
  if (lost === null) return index.get(key) === undefined ? [] : [toStored({ key, value: null })]
  const isKnown = before !== null && before.facts >= 0 && !before.purged
  if (!isKnown && lost !== 'cut') return []
  const path = before?.segments.at(-1)?.path ?? stream
  return [toStored({ key, value: { path, reason: LOST_REASONS[lost] } })]
}

export const isLost = (index: Index, stream: string): boolean => {
  const thread = threadOfStream(stream)
  return thread !== null && index.get([LOST, thread]) !== undefined
}

export const lostIn = (index: Index): ReadonlyArray<LostThread> =>
  index.range([LOST], afterPrefix([LOST]), Infinity, false).map(([key, value]) => ({
    threadId: key[1] as StreamId,
    ...(value as Omit<LostThread, 'threadId'>)
  }))

/** Asks which threads are lost, as the log tells it. */
export type AskLost = () => Promise<E.Either<StoreError, ReadonlyArray<LostThread>>>

/** Looks threads up in what is asked once, with the first of them. Throws the error of the store. */
export const lostLookup = (
  ask: AskLost | undefined
): ((thread: string) => Promise<LostThread | undefined>) => {
  let asked: ReturnType<AskLost> | null = null
  return async (thread) => {
    const all = await (asked ??= ask?.() ?? Promise.resolve(E.right([])))
    if (E.isLeft(all)) throw thrown(all.left)
    return all.right.find(({ threadId }) => threadId === thread)
  }
}
