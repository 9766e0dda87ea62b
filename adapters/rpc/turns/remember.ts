/**
 * What has to be remembered of a request that was answered, wherever that was.
 */
import { printQuestion } from '../wire/message.ts'
import type { BothServers, Request } from './both.ts'
import { threadIn } from './routes.ts'

/** Asks unroll something for the client, which does not see the answer. */
export const askHere = (both: BothServers, method: string, threadId: string, more: object = {}) => {
  const requestId = JSON.stringify(`unroll:${both.id}:${both.next()}`)
  return new Promise<void>((resolve) => {
    both.own.set(requestId, resolve)
    both.inner().receive(printQuestion({ requestId, method, params: { threadId, ...more } }))
  })
}

const OPENS: ReadonlySet<string> = new Set(['thread/resume', 'thread/start', 'thread/fork'])

export const remember = (
  both: BothServers,
  { method, params }: Pick<Request, 'method' | 'params'>,
  result: unknown,
  where: 'unroll' | 'child'
): void => {
  const { core, id, memory } = both
  const isAnswered = OPENS.has(method)
  const threadId = (isAnswered ? threadIn(result) : null) ?? threadIn(params)
  if (threadId === null) return
  if (where === 'child') core.answered(method, threadId, result)
  if (method === 'thread/settings/update' && where === 'unroll')
    memory.settingsChanged(threadId, params)
  if (method === 'thread/unsubscribe') {
    core.desk.step(threadId, { type: 'unfollows', client: id })
    if (where === 'child') void askHere(both, method, threadId)
  }
  if (!isAnswered) return
  core.desk.step(threadId, { type: 'follows', client: id, where })
  if (where === 'child') return
  memory.opened(threadId, params)
  // What follows the answer is sent first.
  setImmediate(() => core.opened(threadId, id, both.hello))
}
