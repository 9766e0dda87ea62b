/**
 * Following a thread without loading it: its client hears what is written to it, and nothing is ever written for that.
 */
import * as E from 'fp-ts/lib/Either.js'
import * as t from 'io-ts'
import { ask } from '../../threads/server.ts'
import { threadNotFound } from '../../threads/threads.ts'
import { answer, Empty, ofThread } from '../method.ts'

export const followStart = ofThread(
  'FollowStartParams',
  {},
  t.type({ revision: t.number }, 'FollowStartResponse'),
  async ({ id, streamId }, _, call) => {
    const { server, session } = call
    const located = await ask(call, (engine) => engine.locate(streamId))
    if (E.isLeft(located)) return located
    const revision = await server.follow.join(id)
    if (revision === null) return E.left(threadNotFound(id))
    session.watched.add(id)
    return E.right(answer({ revision }))
  }
)

export const followStop = ofThread(
  'FollowStopParams',
  {},
  Empty,
  async ({ id }, _, { session }) => {
    session.watched.delete(id)
    return E.right(answer({}))
  }
)
