/**
 * Changing a stream by facts: looked at as it is now, and looked at again when another node was faster.
 */
import * as E from 'fp-ts/lib/Either.js'
import type { StoreError } from '../../../domain/errors.ts'
import { streamId } from '../../../domain/ids.ts'
import { EMPTY } from '../stream/directory.ts'
import { plan } from '../stream/encode.ts'
import { threadStream } from '../stream/names.ts'
import type { StreamDirectory } from '../stream/stored.ts'
import { DIGESTS } from '../threads/digests.ts'
import type { Directory } from '../directory/directory.ts'
import type { Step } from './moves.ts'
import type { Wire } from '../wire.ts'
import { callBytesMaxOf, writePlan } from '../threads/write.ts'

/** What changing a stream takes. */
export interface ChangeParts {
  readonly wire: Wire
  readonly directory: Directory
  /** A new UUID. */
  readonly newId: () => string
}

/** So often a stream is looked at again before another node is left alone with it. */
const ATTEMPTS_MAX = 32

/**
 * Appends the fact that a stream needs as it is now, if any; answers what stands in the way, or null when all is done.
 * `Busy` when others write to the stream all the time.
 */
export const changeStream = async (
  { wire, directory, newId }: ChangeParts,
  threadId: string,
  decide: (now: StreamDirectory | null) => Step
): Promise<E.Either<StoreError, string | null>> => {
  const stream = threadStream(threadId)
  for (let attempt = 0; attempt < ATTEMPTS_MAX; attempt++) {
    const refreshed = await directory.refreshStream(stream)
    if (E.isLeft(refreshed)) return refreshed
    const now = directory.get(streamId(threadId))
    const step = decide(now)
    if (step === 'done') return E.right(null)
    if ('obstacle' in step) return E.right(step.obstacle)
    const writer = { source: 'append', home: null, nonce: newId() } as const
    const callBytesMax = callBytesMaxOf(wire)
    const planned = plan(
      {
        stream,
        directory: directory.stream(stream) ?? EMPTY,
        callBytesMax,
        ...DIGESTS,
        writer,
        together: true
      },
      [{ fact: step }]
    )
    if (E.isLeft(planned)) return planned
    const written = await writePlan(wire, stream, planned.right)
    if (E.isLeft(written)) return written
    if (written.right === 'written')
      return E.map(() => null)(await directory.put(stream, planned.right.directory))
  }
  return E.left({ _tag: 'Busy', what: `thread ${threadId}` })
}
