/**
 * Turns of this server: those a host runs, and those that nothing here can run. Clients are sent turns without items, which
 * have notifications of their own.
 */
import { setMaxListeners } from 'node:events'
import { v7 } from 'uuid'
import type { Json, JsonObject } from '../../../domain/json.ts'
import { PROFILES, type ProfileName } from '../../../domain/log/profile.ts'
import type { ThreadStatus, Turn, TurnError } from '../../../domain/protocol.ts'
import { reasonOf } from '../wire/errors.ts'
import type { Notice, ServerQuestion } from '../wire/message.ts'
import { attestingOf } from './attesting.ts'
import type { LiveThread, RunningTurn } from './live.ts'
import {
  ofHost,
  setStatus,
  statusChanged,
  turnCompleted,
  turnFailed,
  turnStarted
} from './notices.ts'
import type { QuestionOutcome } from './questions.ts'
import type { RpcCall, Server } from './server.ts'
import type { HostedTurn, TurnEnd, TurnHost } from './turn-host.ts'

/** A turn that has no end yet. */
export const UNENDED = {
  status: 'inProgress',
  error: null,
  completedAt: null,
  durationMs: null
} as const

/** A turn; a reviewer's has the review as its root. */
export const shownTurn = (
  profile: ProfileName,
  id: string,
  progress: Pick<Turn, 'status' | 'error' | 'startedAt' | 'completedAt' | 'durationMs'>,
  rootTurnId: string | null = id
): Turn => ({
  id,
  ...(PROFILES[profile].members169 ? { rootTurnId } : {}),
  items: [],
  itemsView: 'notLoaded',
  ...progress
})

export const turnError = (
  profile: ProfileName,
  message: string,
  codexErrorInfo: Json = 'other'
): TurnError => ({
  message,
  codexErrorInfo,
  additionalDetails: null,
  ...(PROFILES[profile].members169 ? { misalignment: null } : {})
})

/** Times of turns are in seconds. */
export const seconds = (ms: number): number => Math.floor(ms / 1000)

type ActiveFlag = Extract<ThreadStatus, { readonly type: 'active' }>['activeFlags'][number]

const flagOf = ({ method }: Pick<ServerQuestion, 'method'>): ReadonlyArray<ActiveFlag> => {
  if (method.endsWith('/requestApproval')) return ['waitingOnApproval']
  return method === 'item/tool/requestUserInput' ? ['waitingOnUserInput'] : []
}

const ELICITATION = 'mcpServer/elicitation/request'
const DECLINED: QuestionOutcome = { kind: 'result', result: { action: 'decline' } }

/** The function by which a turn asks. It never rejects; when the signal is aborted its questions are given up. */
const askingOf =
  (
    { live }: Server,
    { threadId, turnId }: { readonly threadId: string; readonly turnId: string },
    signal: AbortSignal
  ) =>
  async (method: string, params: JsonObject): Promise<QuestionOutcome> => {
    if (signal.aborted) return { kind: 'aborted' }
    const { behaviours } = live.find(threadId) ?? {}
    if (method === ELICITATION && behaviours?.has('declinesElicitations') === true) return DECLINED
    const show = (more: ReadonlyArray<ActiveFlag>): void => {
      if (live.find(threadId)?.turn?.turnId !== turnId) return
      const waiting = live.questions.open(threadId).flatMap(flagOf)
      setStatus(live, threadId, {
        type: 'active',
        activeFlags: [...new Set([...waiting, ...more])].sort()
      })
    }
    show(flagOf({ method }))
    const asked = await live.questions.ask({ threadId, turnId, method, params, signal })
    show([])
    return asked
  }

/** What a client asks of a turn, and the settings it runs with. */
type AskedTurn = Pick<HostedTurn, 'input' | 'settings'>

/** Lets the host run a turn, and notifies those who follow the thread. */
const drive = async (
  call: RpcCall,
  host: TurnHost,
  { id: threadId, streamId }: LiveThread,
  turn: RunningTurn,
  asked: AskedTurn
): Promise<void> => {
  const { live, log, profile } = call.server
  const { turnId, abort } = turn
  const startedAtMs = Date.now()
  const startedAt = seconds(startedAtMs)
  setStatus(live, threadId, { type: 'active', activeFlags: [] })
  live.notify(turnStarted(threadId, shownTurn(profile, turnId, { ...UNENDED, startedAt })))
  let end: TurnEnd
  const over = new AbortController()
  const asking = AbortSignal.any([abort.signal, over.signal])
  // Each open question listens to it, and a turn may have many.
  setMaxListeners(0, asking)
  try {
    end = await host.run({
      ...{ threadId: streamId, turnId, ...asked, signal: abort.signal },
      ask: askingOf(call.server, { threadId, turnId }, asking),
      attest: attestingOf(call.server, { threadId, turnId }, asking),
      fact: (fact) => call.server.analytics?.fact(fact),
      notify: (method, params) => live.notify(ofHost(threadId, method, params)),
      onSteer: (steer) => {
        const now = live.find(threadId)
        if (now?.turn?.turnId === turnId) live.put({ ...now, turn: { ...now.turn, steer } })
      }
    })
  } catch (cause) {
    const message = reasonOf(cause)
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
  if (error !== null) live.notify(turnFailed(threadId, turnId, error))
  const ended = shownTurn(profile, turnId, {
    status: end.status,
    error,
    startedAt,
    completedAt: seconds(endedAtMs),
    durationMs: endedAtMs - startedAtMs
  })
  live.notify(turnCompleted(threadId, ended))
}

/** Begins a turn that a host runs; `then` lets it, once the client knows of it. */
export const beginHosted = (
  call: RpcCall,
  host: TurnHost,
  live: LiveThread,
  asked: AskedTurn
): { readonly turn: Turn; readonly then: () => void } => {
  const turnId = v7()
  const abort = new AbortController()
  let finished: () => void = () => undefined
  const ended = new Promise<void>((resolve) => (finished = resolve))
  const running: RunningTurn = { turnId, abort, ended, steer: null }
  const withTurn = { ...live, turn: running }
  call.server.live.put(withTurn)
  return {
    turn: shownTurn(call.server.profile, turnId, { ...UNENDED, startedAt: null }),
    then: () => void drive(call, host, withTurn, running, asked).finally(finished)
  }
}

/** A turn that nothing here can run. */
interface UnrunTurn {
  readonly turnId: string
  /** Id of the turn inside it that is shown to begin: a reviewer's. */
  readonly innerTurnId?: string
  /** Why it fails, in one sentence. */
  readonly reason: string
  /** Sent between its beginning and its failure. */
  readonly items?: ReadonlyArray<Notice>
  /** Sent between its failure and its end. */
  readonly closing?: ReadonlyArray<Notice>
}

/**
 * The notifications of a turn that nothing here can run. Codex takes such a request and shows a turn that failed, as it does when
 * it cannot reach its model; terminal interfaces exit when a request of theirs is refused. Nothing is written, and another turn
 * that runs in the thread keeps its state.
 */
export const unrunTurn = (
  { server: { live, profile } }: RpcCall,
  thread: LiveThread,
  { turnId, innerTurnId = turnId, reason, items = [], closing = [] }: UnrunTurn
): ReadonlyArray<Notice> => {
  const { id } = thread
  const isQuiet = thread.turn === null && thread.writtenTurnId === null
  const failed = { type: 'systemError' } as const
  if (isQuiet) live.put({ ...thread, status: failed })
  const startedAt = seconds(Date.now())
  const error = turnError(profile, reason)
  const end = { status: 'failed', error, startedAt, completedAt: startedAt, durationMs: 0 } as const
  return [
    ...(isQuiet ? [statusChanged(id, { type: 'active', activeFlags: [] })] : []),
    turnStarted(id, shownTurn(profile, innerTurnId, { ...UNENDED, startedAt }, turnId)),
    ...items,
    ...(isQuiet ? [statusChanged(id, failed)] : []),
    turnFailed(id, turnId, error),
    ...closing,
    turnCompleted(id, shownTurn(profile, turnId, end))
  ]
}

/** Why a turn fails at once that a client began, and how a person continues the thread. */
const unrun =
  (what: string) =>
  ({ id, draft }: Pick<LiveThread, 'id' | 'draft'>): string =>
    `${what}; nothing was written. Go on in Codex itself: ${draft === null ? `codex resume ${id}` : 'codex'}`

export const noAnswer = unrun('This server runs no model, so nobody answers here')
export const noCompaction = unrun('This server runs no model, so it cannot compact a thread')
export const noReview = unrun('This server runs no model, so it cannot review')
export const noShell = unrun('This server runs no commands')
