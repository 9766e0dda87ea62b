/**
 * Changing a stream by facts: looked at as it is now, and looked at again when another node was faster.
 */
import * as E from 'fp-ts/lib/Either.js'
import type { StoreError } from '../../../../domain/errors.ts'
import { streamId } from '../../../../domain/ids.ts'
import type { Directory } from '../directory/directory.ts'
import { threadStream } from '../stream/names.ts'
import type { NewFact, StreamDirectory } from '../stream/stored.ts'
import { appendSteps } from '../threads/write.ts'
import type { Wire } from '../wire.ts'

export interface ChangeParts {
  readonly wire: Wire
  readonly directory: Directory
  readonly newId: () => string
}

/** What a stream needs: nothing any more, a fact, or why it cannot be changed. */
export type NeededChange = 'done' | NewFact | { readonly obstacle: string }

/** So often a stream is looked at again before another node is left alone with it. */
const ATTEMPTS_MAX = 32

/**
 * Appends the fact that a stream needs as it is now, if any; answers what stands in the way, or null when all is done.
 * `Busy` when others write to the stream all the time.
 */
export const changeStream = async (
  parts: ChangeParts,
  threadId: string,
  decide: (now: StreamDirectory | null) => NeededChange
): Promise<E.Either<StoreError, string | null>> => {
  const { directory, newId } = parts
  const stream = threadStream(threadId)
  for (let attempt = 0; attempt < ATTEMPTS_MAX; attempt++) {
    const refreshed = await directory.refreshStream(stream)
    if (E.isLeft(refreshed)) return refreshed
    const needed = decide(directory.get(streamId(threadId)))
    if (needed === 'done') return E.right(null)
    if ('obstacle' in needed) return E.right(needed.obstacle)
    const written = await appendSteps(parts, stream, { nonce: newId() }, [{ fact: needed }])
    if (E.isLeft(written)) return written
    if (written.right === 'written') return E.right(null)
  }
  return E.left({ _tag: 'Busy', what: `thread ${threadId}` })
}
