/**
 * Turns that a host runs for this server, and what clients are told of them.
 */
import { v7 } from 'uuid'
import type { Turn } from '../../../domain/protocol.ts'
import type { Call } from '../method.ts'
import type { TurnEnd, TurnHost } from '../turn-host.ts'
import { askingOf } from './asking.ts'
import type { LiveThread, RunningTurn } from './live.ts'
import { ofHost, turnCompleted, turnFailed, turnStarted } from './notices.ts'
import { setStatus } from './status.ts'
import { OPEN, seconds, toldTurn, turnError } from './told-turn.ts'
import type { UserInput } from './user-input.ts'

/** Lets the host run a turn, and tells those who follow the thread how it goes. */
const drive = async (
  call: Call,
  host: TurnHost,
  { id: threadId, streamId, settings }: LiveThread,
  turn: RunningTurn & { readonly turnId: string },
  input: ReadonlyArray<UserInput>
): Promise<void> => {
  const { live, log, profile } = call.server
  const { turnId, abort } = turn
  const startedAtMs = Date.now()
  const startedAt = seconds(startedAtMs)
  setStatus(live, threadId, { type: 'active', activeFlags: [] })
  live.tell(turnStarted(threadId, toldTurn(profile, turnId, { ...OPEN, startedAt })))
  let end: TurnEnd
  const over = new AbortController()
  const asking = AbortSignal.any([abort.signal, over.signal])
  try {
    end = await host.run({
      ...{ threadId: streamId, turnId, input, settings, signal: abort.signal },
      ask: askingOf(call.server, { threadId, turnId }, asking),
      fact: (fact) => call.server.analytics?.fact(fact),
      notify: (method, params) => live.tell(ofHost(threadId, method, params)),
      onSteer: (steer) => {
        const now = live.find(threadId)
        if (now?.turn?.turnId === turnId) live.put({ ...now, turn: { ...now.turn, steer } })
      }
    })
  } catch (cause) {
    const message = cause instanceof Error ? cause.message : String(cause)
    log(`a turn of ${threadId} failed: ${message}`)
    end = { status: 'failed', message }
  }
  over.abort()
  const now = live.find(threadId)
  if (now?.turn?.turnId !== turnId) return // the thread was unloaded, or changed without this turn
  live.put({ ...now, turn: null })
  setStatus(live, threadId, { type: end.status === 'failed' ? 'systemError' : 'idle' })
  const endedAtMs = Date.now()
  const error = end.status === 'failed' ? turnError(profile, end.message, end.codexErrorInfo) : null
  if (error !== null) live.tell(turnFailed(threadId, turnId, error))
  const ended = toldTurn(profile, turnId, {
    status: end.status,
    error,
    startedAt,
    completedAt: seconds(endedAtMs),
    durationMs: endedAtMs - startedAtMs
  })
  live.tell(turnCompleted(threadId, ended))
}

/** Begins a turn that a host runs; `then` lets it, once the client knows of it. */
export const beginHosted = (
  call: Call,
  host: TurnHost,
  live: LiveThread,
  input: ReadonlyArray<UserInput>
): { readonly turn: Turn; readonly then: () => void } => {
  const turnId = v7()
  const abort = new AbortController()
  let finished: () => void = () => undefined
  const ended = new Promise<void>((resolve) => (finished = resolve))
  const running: RunningTurn = { turnId, abort, ended, steer: null }
  const withTurn = { ...live, turn: running }
  call.server.live.put(withTurn)
  return {
    turn: toldTurn(call.server.profile, turnId, { ...OPEN, startedAt: null }),
    then: () => void drive(call, host, withTurn, running, input).finally(finished)
  }
}
