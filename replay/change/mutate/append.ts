/**
 * Appending through the engine: the index knows how far a thread was read, so that the store need not count again.
 */
import * as E from 'fp-ts/lib/Either.js'
import { streamId } from '../../../domain/ids.ts'
import type { NewEvent } from '../../../domain/changes/new-event.ts'
import { heldByCodex, isHeldAs, refuseBare, type MutationOptions } from '../life/life.ts'
import type { OpenThread } from '../../read/threads/open-thread.ts'
import type { Appended, ExpectedRevision, KnownPlace } from '../../ports.ts'
import { checkpointOf, type Env } from '../../catch-up/project.ts'
import { recorded, requestOf } from '../life/recorded.ts'
import type { MutationEnv } from './write.ts'
import type { Result } from '../../result.ts'

/** How far a caught-up thread is folded; undefined where the next reader would look again anyway. */
const knownPlace = (env: Env, threadId: string): KnownPlace | undefined => {
  const checkpoint = checkpointOf(env, threadId)
  return checkpoint === null || checkpoint.hasGap || !checkpoint.complete ? undefined : checkpoint
}

/**
 * Catches a thread up and appends events to it, or begins it; whatever is read afterwards shows them. A `Left` of
 * `StreamNotFound` when there is no such thread and the events do not begin one.
 */
export const appendEvents = async (
  life: MutationEnv,
  threadId: string,
  events: ReadonlyArray<NewEvent>,
  expected: ExpectedRevision,
  { actor }: MutationOptions
): Promise<Result<Appended>> => {
  const begins = events[0]?.type === 'session_meta'
  const opened = await (begins ? life.openNamed : life.open)(threadId, false)
  if (E.isLeft(opened) && opened.left._tag !== 'StreamNotFound') return opened
  const changeable = E.chain(({ info }: OpenThread) => refuseBare(life, info))(opened)
  if (E.isRight(opened) && E.isLeft(changeable)) return changeable
  const id = E.isLeft(opened) ? streamId(threadId) : opened.right.info.streamId
  const known = E.isLeft(opened) ? undefined : knownPlace(life, id)
  if (E.isRight(opened) && isHeldAs(life, life.writer, id)) return E.left(heldByCodex(id))
  const request = requestOf(id, 'append', { events: events.length }, { actor })
  return recorded(life, request, known?.next ?? null, async () => {
    const done = await life.store.append(id, expected, events, known)()
    const inverse = {
      none: 'events are never taken out of a rollout: roll whole turns back to hide them'
    }
    return E.map((answer: Appended) => ({ answer, after: answer.next, inverse }))(done)
  })
}
