/**
 * `unroll/thread/graph`: how threads came of each other, and what was taken back in them.
 */
import * as E from 'fp-ts/lib/Either.js'
import * as t from 'io-ts'
import { nullable } from '../../threads/results.ts'
import { ask, threadOf } from '../../threads/server.ts'
import { option, text } from '../../wire/serde.ts'
import { answer, served } from '../method.ts'

const number = nullable(t.number)
const string = nullable(t.string)

const Node = t.type({
  ...{ threadId: t.string, name: string, preview: t.string, turns: number },
  ...{ startedAtMs: t.number, lastEventAtMs: t.number, archived: t.boolean, kind: t.string }
})
const Edge = t.type({
  ...{ from: t.string, to: t.string, kind: t.string, atTurn: string, atRevision: number }
})
const Rollback = t.type({
  ...{ threadId: t.string, revision: number, atMs: number },
  ...{ turnIds: nullable(t.readonlyArray(t.string)), undoneAtRevision: number }
})
const Segment = t.type({ threadId: t.string, segment: t.number, beginsAtTurn: number })

export const graphRead = served(
  'ThreadGraphParams',
  { threadId: option(text) },
  t.type(
    {
      nodes: t.readonlyArray(Node),
      edges: t.readonlyArray(Edge),
      rollbacks: t.readonlyArray(Rollback),
      segments: t.readonlyArray(Segment)
    },
    'ThreadGraph'
  ),
  async ({ threadId }, call) => {
    const thread = threadId === null ? E.right(undefined) : threadOf(call, threadId)
    if (E.isLeft(thread)) return thread
    return E.map(answer)(await ask(call, (engine) => engine.graph(thread.right?.streamId)))
  }
)
