/**
 * Shapes of answers, as io-ts codecs: what a client of any era may rely on.
 *
 * Source: answers of app-server v2 in 0.130.0, 0.142.5 and 0.169.0. Members not every era has are optional here.
 */
import * as t from 'io-ts'
import type {
  Page,
  Thread as ThreadView,
  ThreadItem as Item,
  Turn as TurnView
} from '../../../domain/protocol.ts'
import type { ShownThread as ShownThreadView } from './live.ts'
import type { ReadState as ReadStateView } from './read-state.ts'

const nullable = <C extends t.Mixed>(codec: C) => t.union([codec, t.null])
const optional = <C extends t.Mixed>(codec: C) => t.union([codec, t.undefined])

/** A codec whose static type is the protocol's; the codec may check less than the type says. */
const typed = <A>(codec: t.Mixed): t.Type<A, unknown, unknown> => codec

/** One thing a person sees in a turn; the members besides these depend on `type`. */
export const ThreadItem = typed<Item>(t.type({ id: t.string, type: t.string }, 'ThreadItem'))

/** One turn. */
export const Turn = typed<TurnView>(
  t.type(
    {
      id: t.string,
      items: t.array(ThreadItem),
      itemsView: t.keyof({ notLoaded: null, summary: null, full: null }),
      status: t.keyof({ completed: null, interrupted: null, failed: null, inProgress: null }),
      rootTurnId: optional(nullable(t.string)),
      error: nullable(t.type({ message: t.string })),
      startedAt: nullable(t.number),
      completedAt: nullable(t.number),
      durationMs: nullable(t.number)
    },
    'Turn'
  )
)

const GitInfo = t.type(
  { sha: nullable(t.string), branch: nullable(t.string), originUrl: nullable(t.string) },
  'GitInfo'
)

const ThreadStatus = t.union([
  t.type({ type: t.keyof({ notLoaded: null, idle: null, systemError: null }) }),
  t.type({ type: t.literal('active'), activeFlags: t.array(t.string) })
])

/** One thread; times are Unix seconds. */
export const Thread = typed<ThreadView>(
  t.type(
    {
      id: t.string,
      sessionId: t.string,
      forkedFromId: nullable(t.string),
      parentThreadId: optional(nullable(t.string)),
      preview: t.string,
      ephemeral: t.boolean,
      modelProvider: t.string,
      createdAt: t.number,
      updatedAt: t.number,
      recencyAt: optional(t.number),
      status: ThreadStatus,
      path: t.string,
      cwd: t.string,
      cliVersion: t.string,
      source: t.union([t.string, t.UnknownRecord]),
      threadSource: nullable(t.string),
      agentNickname: nullable(t.string),
      agentRole: nullable(t.string),
      gitInfo: nullable(GitInfo),
      name: nullable(t.string),
      turns: t.array(Turn)
    },
    'Thread'
  )
)

/** One thread that may have no path because nothing is stored. */
export const ShownThread = typed<ShownThreadView>(
  t.intersection([
    t.type({ id: t.string, preview: t.string, status: ThreadStatus, cwd: t.string }),
    t.type({ ephemeral: t.boolean, path: nullable(t.string), turns: t.array(Turn) })
  ])
)

const UnreadPosition = t.union(
  [
    t.type({ type: t.literal('turn'), turnId: t.string }),
    t.type({ type: t.literal('threadStart') })
  ],
  'ThreadUnreadPosition'
)

/** What a client has seen of a thread (0.169). */
export const ReadState = typed<ReadStateView>(
  nullable(t.type({ firstUnread: nullable(UnreadPosition), revision: t.string }, 'ThreadReadState'))
)

/** A page of anything. */
export const page = <A>(element: t.Type<A, unknown, unknown>): t.Type<Page<A>, unknown, unknown> =>
  typed<Page<A>>(
    t.type(
      {
        data: t.array(element),
        nextCursor: nullable(t.string),
        backwardsCursor: nullable(t.string)
      },
      `Page<${element.name}>`
    )
  )
