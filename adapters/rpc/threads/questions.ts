/**
 * Questions of this server to its clients, such as for an approval: every one goes through `ask`. Most are sent to every client
 * that follows the thread, and to those that join while it waits. The first answer counts, and everyone is notified of it.
 */
import type { JsonObject } from '../../../domain/json.ts'
import type { ClientReply, Notice, ServerQuestion } from '../wire/message.ts'

/** What came of a question; aborted when nobody answered before it was given up. */
export type QuestionOutcome = ClientReply | { readonly kind: 'aborted' }

/** A client that is asked, or that answers. */
export interface AskedClient {
  /** Stays the same while it is connected. */
  readonly connectionId: string
  /** What it called itself. */
  readonly name: string
}

/** What questions need of a client. */
export interface QuestionPeer {
  /** Stays the same while it is connected. */
  readonly connectionId: string
  readonly session: {
    readonly clientName: string
    readonly subscriptions: ReadonlySet<string>
  }
  readonly ask: (question: ServerQuestion) => void
}

/** A question, and where it belongs. */
export interface PutQuestion {
  readonly threadId: string
  readonly turnId: string
  readonly question: ServerQuestion
}

/** What happened to a question. */
export type QuestionEvent = PutQuestion &
  (
    | {
        readonly kind: 'sent'
        readonly to: ReadonlyArray<AskedClient>
        /** True for a client that joined while the question waited. */
        readonly resent: boolean
      }
    | {
        readonly kind: 'ended'
        /** Null when it was given up. */
        readonly by: AskedClient | null
        readonly outcome: QuestionOutcome
      }
  )

export interface QuestionRequest {
  readonly threadId: string
  readonly turnId: string
  readonly method: string
  readonly params: JsonObject
  /** Gives the question up. */
  readonly signal: AbortSignal
  /**
   * The one connection that is asked: nobody else may answer, hears of it, or is asked when it joins; it is given up when that
   * client leaves. Absent: every client that follows the thread.
   */
  readonly only?: string
}

export interface Questions {
  /** Never rejects. */
  readonly ask: (request: QuestionRequest) => Promise<QuestionOutcome>
  /** Takes the answer of a client; false when it was not asked that. */
  readonly answer: (id: string, reply: ClientReply, from: QuestionPeer) => boolean
  /** What waits in a thread for whoever follows it, in the order in which it was asked. */
  readonly open: (threadId: string) => ReadonlyArray<ServerQuestion>
  /** Asks a client that joined a thread what waits there. */
  readonly again: (threadId: string, peer: QuestionPeer) => void
  /** Gives up everything that waits in a thread. */
  readonly cancel: (threadId: string) => void
  /** Gives up what only a client that left could answer. */
  readonly left: (connectionId: string) => void
}

interface OpenQuestion extends PutQuestion {
  readonly only: string | null
  readonly end: (outcome: QuestionOutcome, by: AskedClient | null) => void
}

const resolved = (threadId: string, requestId: number): Notice => ({
  method: 'serverRequest/resolved',
  params: { threadId, requestId },
  to: { subscribersOf: threadId }
})

const ABORTED: QuestionOutcome = { kind: 'aborted' }

const clientOf = ({ connectionId, session }: QuestionPeer): AskedClient => ({
  connectionId,
  name: session.clientName
})

/** No questions yet. `tell` is called before clients are: it neither waits nor throws. */
export const createQuestions = (
  peers: Iterable<QuestionPeer>,
  notify: (notice: Notice) => void,
  tell: (event: QuestionEvent) => void
): Questions => {
  const waiting = new Map<string, OpenQuestion>()
  let next = 0

  const send = (put: PutQuestion, to: ReadonlyArray<QuestionPeer>, resent: boolean): void => {
    const { threadId, turnId, question } = put
    tell({ kind: 'sent', threadId, turnId, question, to: to.map(clientOf), resent })
    for (const peer of to) peer.ask(question)
  }

  const abort = (isMeant: (open: OpenQuestion) => boolean): void => {
    for (const open of [...waiting.values()]) if (isMeant(open)) open.end(ABORTED, null)
  }

  const openIn = (threadId: string): ReadonlyArray<OpenQuestion> =>
    [...waiting.values()].filter((open) => open.threadId === threadId && open.only === null)

  const asked = (threadId: string, only: string | undefined): ReadonlyArray<QuestionPeer> =>
    [...peers].filter(({ connectionId, session }) =>
      only === undefined ? session.subscriptions.has(threadId) : connectionId === only
    )

  return {
    ask: ({ threadId, turnId, method, params, signal, only }) => {
      const to = asked(threadId, only)
      if (signal.aborted || (only !== undefined && to.length === 0)) return Promise.resolve(ABORTED)
      const id = next
      next += 1
      const requestId = String(id)
      const put: PutQuestion = { threadId, turnId, question: { requestId, method, params } }
      return new Promise((resolve) => {
        const aborted = (): void => waiting.get(requestId)?.end(ABORTED, null)
        const end: OpenQuestion['end'] = (outcome, by) => {
          waiting.delete(requestId)
          signal.removeEventListener('abort', aborted)
          tell({ kind: 'ended', ...put, by, outcome })
          if (only === undefined) notify(resolved(threadId, id))
          resolve(outcome)
        }
        waiting.set(requestId, { ...put, only: only ?? null, end })
        signal.addEventListener('abort', aborted)
        send(put, to, false)
      })
    },
    answer: (id, reply, peer) => {
      const open = waiting.get(id)
      if (open === undefined) return false
      const isAsked =
        open.only === null
          ? peer.session.subscriptions.has(open.threadId)
          : open.only === peer.connectionId
      if (isAsked) open.end(reply, clientOf(peer))
      return isAsked
    },
    open: (threadId) => openIn(threadId).map(({ question }) => question),
    again: (threadId, peer) => {
      for (const open of openIn(threadId)) send(open, [peer], true)
    },
    cancel: (threadId) => abort((open) => open.threadId === threadId),
    left: (connectionId) => abort(({ only }) => only === connectionId)
  }
}
