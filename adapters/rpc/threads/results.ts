/**
 * Shapes of answers, as io-ts codecs: what a client of any era may rely on.
 *
 * Source: answers of app-server v2 in 0.130.0, 0.142.5 and 0.169.0. Members not every era has are optional here.
 */
import * as t from 'io-ts'
import { isJsonObject, type Json } from '../../../domain/json.ts'
import type { Thread as ThreadView } from '../../../domain/protocol.ts'

/**
 * Which turns of a thread a client of 0.169 has not seen; null for a thread without a person. Codex keeps receipts in its database
 * and nowhere in the log, so every thread here is as it is there before the first one.
 */
type ReadState = { readonly firstUnread: null; readonly revision: string } | null

const isWithoutPerson = (source: Json): boolean =>
  source === 'unknown' || (isJsonObject(source) && 'subAgent' in source)

/** The state of a thread without a receipt. */
export const unread = ({ id, source }: Pick<ThreadView, 'id' | 'source'>): ReadState =>
  isWithoutPerson(source) ? null : { firstUnread: null, revision: `initial:${id}` }

export const nullable = <C extends t.Mixed>(codec: C) => t.union([codec, t.null])
const optional = <C extends t.Mixed>(codec: C) => t.union([codec, t.undefined])

/** One thing a person sees in a turn; the members besides these depend on `type`. */
export const ThreadItem = t.type({ id: t.string, type: t.string }, 'ThreadItem')

export const Turn = t.type(
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

const GitInfo = t.type(
  { sha: nullable(t.string), branch: nullable(t.string), originUrl: nullable(t.string) },
  'GitInfo'
)

const Status = t.union([
  t.type({ type: t.keyof({ notLoaded: null, idle: null, systemError: null }) }),
  t.type({ type: t.literal('active'), activeFlags: t.array(t.string) })
])

/** One thread; times are Unix seconds. */
export const Thread = t.type(
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
    status: Status,
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

/** An answer with one thread, which has no path when nothing is stored. */
export const ofThread = (name: string) =>
  t.type(
    {
      thread: t.intersection([
        t.type({ id: t.string, preview: t.string, status: Status, cwd: t.string }),
        t.type({ ephemeral: t.boolean, path: nullable(t.string), turns: t.array(Turn) })
      ])
    },
    name
  )

/** An answer with a read state (0.169). */
export const WithReadState = t.partial({
  readState: nullable(
    t.type(
      {
        firstUnread: nullable(
          t.union([
            t.type({ type: t.literal('turn'), turnId: t.string }),
            t.type({ type: t.literal('threadStart') })
          ])
        ),
        revision: t.string
      },
      'ThreadReadState'
    )
  )
})

export const page = (element: t.Mixed) =>
  t.type(
    {
      data: t.array(element),
      nextCursor: nullable(t.string),
      backwardsCursor: nullable(t.string)
    },
    `Page<${element.name}>`
  )
