/**
 * A request that begins a turn and that no Codex could take: answered, and told as a turn that failed.
 */
import { printResult } from '../wire/message.ts'
import { done, serveHere, tellClient, type BothServers, type TakenOver } from './both.ts'
import { failedTurn } from './failed.ts'
import { BEGINS_TURN, threadIn } from './routes.ts'

/** Fails such a request; unroll answers any other. */
export const failHere = (both: BothServers, request: TakenOver, why: string): void => {
  const { core, server, send, id } = both
  const threadId = threadIn(request.params)
  done(both, request.number)
  if (threadId === null || !BEGINS_TURN.has(request.method))
    return serveHere(both, request, request.line)
  const isQuiet = server.live.writtenTurn(threadId) === null
  const { result, notices } = failedTurn(server.profile, request, threadId, why, isQuiet)
  send([...printResult(request.id, result)].join(''))
  const others = core.desk.followersOf(threadId).filter((client) => client.id !== id)
  for (const notice of notices) {
    tellClient(both, notice)
    for (const client of others) client.tell(notice)
  }
}
