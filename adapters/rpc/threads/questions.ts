/**
 * Questions of this server to its clients, such as for an approval: sent to every client that follows the thread, and to those
 * that join while it waits. The first answer counts, and everyone is notified of it. Only hosts that run turns ask.
 */
import type { JsonObject } from '../../../domain/json.ts'
import type { ClientReply, Notice, ServerQuestion } from '../wire/message.ts'

/** What came of a question; aborted when its turn ended first. */
export type QuestionOutcome = ClientReply | { readonly kind: 'aborted' }

export interface Questions {
  /** Asks the followers of a thread; never rejects. `seen` is called with the question, and what it returns with the outcome. */
  readonly ask: (
    threadId: string,
    method: string,
    params: JsonObject,
    signal: AbortSignal,
    seen?: (question: ServerQuestion) => (asked: QuestionOutcome) => void
  ) => Promise<QuestionOutcome>
  /** Takes the answer of a client that follows `threads`; false when it was not asked that. */
  readonly answer: (id: string, reply: ClientReply, threads: ReadonlySet<string>) => boolean
  /** What waits for an answer in a thread. */
  readonly open: (threadId: string) => ReadonlyArray<ServerQuestion>
}

interface OpenQuestion {
  readonly threadId: string
  readonly question: ServerQuestion
  readonly end: (asked: QuestionOutcome) => void
}

const resolved = (threadId: string, requestId: number): Notice => ({
  method: 'serverRequest/resolved',
  params: { threadId, requestId },
  to: { subscribersOf: threadId }
})

/** No questions yet; `send` asks the followers of a thread, `notify` notifies them. */
export const createQuestions = (
  send: (threadId: string, question: ServerQuestion) => void,
  notify: (notice: Notice) => void
): Questions => {
  const waiting = new Map<string, OpenQuestion>()
  let next = 0
  return {
    ask: (threadId, method, params, signal, seen) => {
      if (signal.aborted) return Promise.resolve({ kind: 'aborted' })
      const id = next
      next += 1
      const question = { requestId: String(id), method, params }
      const observe = seen?.(question)
      return new Promise((resolve) => {
        const aborted = (): void => waiting.get(question.requestId)?.end({ kind: 'aborted' })
        const end = (asked: QuestionOutcome): void => {
          waiting.delete(question.requestId)
          signal.removeEventListener('abort', aborted)
          observe?.(asked)
          notify(resolved(threadId, id))
          resolve(asked)
        }
        waiting.set(question.requestId, { threadId, question, end })
        signal.addEventListener('abort', aborted)
        send(threadId, question)
      })
    },
    answer: (id, reply, threads) => {
      const open = waiting.get(id)
      if (open === undefined || !threads.has(open.threadId)) return false
      open.end(reply)
      return true
    },
    open: (threadId) =>
      [...waiting.values()]
        .filter((open) => open.threadId === threadId)
        .map(({ question }) => question)
  }
}
