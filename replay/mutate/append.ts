/**
 * Appending through the engine: the index knows how far a thread was read, so that the store need not count again.
 */
import * as E from 'fp-ts/lib/Either.js'
import type { StoreError } from '../../domain/errors.ts'
import { streamId } from '../../domain/ids.ts'
import type { NewEvent } from '../../domain/changes/new-event.ts'
import { refuseBare, type Life, type MutationOptions } from '../life/life.ts'
import type { OpenThread } from '../threads/open-thread.ts'
import type { Appended, ExpectedRevision, KnownPlace } from '../ports.ts'
import { checkpointOf, type Env } from '../catch-up/project.ts'
import { recorded } from '../life/recorded.ts'

/** How far a caught-up thread is folded; undefined where the next reader would look again anyway. */
const knownPlace = (env: Env, threadId: string): KnownPlace | undefined => {
  const checkpoint = checkpointOf(env, threadId)
  return checkpoint === null || checkpoint.hasGap || !checkpoint.complete ? undefined : checkpoint
}

const REST = {
  none: 'events are never taken out of a rollout: hide whole turns with "unroll rollback"'
}

/**
 * Catches a thread up and appends events to it, or begins it; whatever is read afterwards shows them. A `Left` of
 * `StreamNotFound` when there is no such thread and the events do not begin one.
 */
export const appendEvents = async (
  life: Life,
  threadId: string,
  events: ReadonlyArray<NewEvent>,
  expected: ExpectedRevision,
  { actor = life.actor ?? 'library' }: MutationOptions
): Promise<E.Either<StoreError, Appended>> => {
  const opened = await life.open(threadId, false)
  if (E.isLeft(opened) && opened.left._tag !== 'StreamNotFound') return opened
  const changeable = E.chain(({ info }: OpenThread) => refuseBare(life, info))(opened)
  if (E.isRight(opened) && E.isLeft(changeable)) return changeable
  const known = E.isLeft(opened) ? undefined : knownPlace(life, threadId)
  const request = {
    operation: 'append',
    threadId,
    arguments: { threadId, events: events.length },
    actor
  }
  return recorded(life, request, known?.next ?? null, async () => {
    const done = await life.store.append(streamId(threadId), expected, events, known)()
    return E.map((appended: Appended) => ({
      answer: appended,
      after: appended.next,
      inverse: REST
    }))(done)
  })
}
