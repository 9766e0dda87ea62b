/**
 * How a running turn asks clients: the thread shows that it waits for a person, and analytics hear of question and answer.
 */
import type { JsonObject } from '../../../domain/json.ts'
import type { ThreadStatus } from '../../../domain/protocol.ts'
import type { Server } from '../method.ts'
import type { Question } from '../wire/message.ts'
import type { Asked } from './questions.ts'
import { setStatus } from './status.ts'

type Flag = Extract<ThreadStatus, { readonly type: 'active' }>['activeFlags'][number]

const APPROVAL = /\/requestApproval$/

const flagOf = ({ method }: Pick<Question, 'method'>): ReadonlyArray<Flag> => {
  if (APPROVAL.test(method)) return ['waitingOnApproval']
  return method === 'item/tool/requestUserInput' ? ['waitingOnUserInput'] : []
}

/** An error answers nothing, and so does nobody. */
const answerOf = (asked: Asked) => (asked.kind === 'result' ? asked.result : null)

/** The function by which a turn asks. It never rejects; when the signal is aborted its questions are given up. */
export const askingOf =
  (
    { live, analytics }: Server,
    { threadId, turnId }: { readonly threadId: string; readonly turnId: string },
    signal: AbortSignal
  ) =>
  async (method: string, params: JsonObject): Promise<Asked> => {
    if (signal.aborted) return { kind: 'aborted' }
    const show = (more: ReadonlyArray<Flag>): void => {
      if (live.find(threadId)?.turn?.turnId !== turnId) return
      const waiting = live.questions.open(threadId).flatMap(flagOf)
      setStatus(live, threadId, {
        type: 'active',
        activeFlags: [...new Set([...waiting, ...more])].sort()
      })
    }
    show(flagOf({ method }))
    const asked = await live.questions.ask(threadId, method, params, signal, (question) => {
      const answered = analytics?.question(question)
      return (reply) => answered?.(answerOf(reply))
    })
    show([])
    return asked
  }
