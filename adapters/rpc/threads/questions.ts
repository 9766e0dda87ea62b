/**
 * Questions of this server to its clients, such as for an approval: sent to every client that follows the thread, and to those
 * that join while it waits. The first answer counts, and everybody is told that there is one.
 *
 * A server without a host that runs turns asks nothing.
 */
import type { JsonObject } from '../../../domain/json.ts'
import type { Notice, Question, Reply } from '../wire/message.ts'

/** What came of a question; aborted when its turn ended first. */
export type Asked = Reply | { readonly kind: 'aborted' }

/** Questions of one server. */
export interface Questions {
  /** Asks the followers of a thread; never rejects. `seen` is called with the question, and what it gives with the outcome. */
  readonly ask: (
    threadId: string,
    method: string,
    params: JsonObject,
    signal: AbortSignal,
    seen?: (question: Question) => (asked: Asked) => void
  ) => Promise<Asked>
  /** Takes the answer of a client that follows `threads`; false when it was not asked that. */
  readonly answer: (id: string, reply: Reply, threads: ReadonlySet<string>) => boolean
  /** What waits for an answer in a thread. */
  readonly open: (threadId: string) => ReadonlyArray<Question>
}

interface Open {
  readonly threadId: string
  readonly question: Question
  readonly end: (asked: Asked) => void
}

const resolved = (threadId: string, requestId: number): Notice => ({
  method: 'serverRequest/resolved',
  params: { threadId, requestId },
  to: { subscribersOf: threadId }
})

/** No questions yet; `send` asks the followers of a thread, `tell` tells them. */
export const createQuestions = (
  send: (threadId: string, question: Question) => void,
  tell: (notice: Notice) => void
): Questions => {
  const waiting = new Map<string, Open>()
  let next = 0
  return {
    ask: (threadId, method, params, signal, seen) => {
      if (signal.aborted) return Promise.resolve({ kind: 'aborted' })
      const id = next
      next += 1
      const question = { requestId: String(id), method, params }
      const told = seen?.(question)
      return new Promise((resolve) => {
        const aborted = (): void => waiting.get(question.requestId)?.end({ kind: 'aborted' })
        const end = (asked: Asked): void => {
          waiting.delete(question.requestId)
          signal.removeEventListener('abort', aborted)
          told?.(asked)
          tell(resolved(threadId, id))
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
