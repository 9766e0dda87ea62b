/**
 * `turn/start`, `turn/steer` and `turn/interrupt`. This server runs no model; it hands turns to a host that was registered
 * with it, and speaks for that host. Without one, a turn is refused.
 */
import * as E from 'fp-ts/lib/Either.js'
import * as t from 'io-ts'
import { GATED_FIELDS } from './gated-fields.ts'
import { v7 } from 'uuid'
import type { SteerRefusal } from '../../../domain/analytics/vocabulary.ts'
import { PROFILES, type ProfileName } from '../../../domain/profile.ts'
import type { Turn } from '../../../domain/protocol.ts'
import { threadKey } from '../connection/keys.ts'
import { invalidRequest, type RpcError } from '../wire/errors.ts'
import type { LiveThread, RunningTurn } from '../threads/live.ts'
import { EVERY_PROFILE, type Call, type Method } from '../method.ts'
import { ofHost, settingsUpdated, turnCompleted, turnStarted } from '../threads/notices.ts'
import { noModel } from '../wire/refusals.ts'
import * as results from '../threads/results.ts'
import {
  absolutePath,
  anything,
  ignored,
  list,
  option,
  required,
  struct,
  text,
  type ValueOf
} from '../wire/serde.ts'
import { checkEnvironments, environmentsField } from '../threads/overrides.ts'
import { askingOf } from '../threads/asking.ts'
import { setStatus } from '../threads/status.ts'
import { loadedThread, subscribe } from '../threads/threads.ts'
import type { TurnEnd, TurnHost } from '../turn-host.ts'
import {
  changedSettings,
  checkInput,
  settingsFields,
  userInputs,
  type UserInput
} from '../threads/user-input.ts'

const startFieldsOf = (profile: ProfileName) => ({
  threadId: required(text),
  input: required(userInputs(profile)),
  responsesapiClientMetadata: option(anything),
  environments: environmentsField(profile),
  runtimeWorkspaceRoots:
    profile === '0.130' ? ignored<ReadonlyArray<string>>() : option(list(absolutePath)),
  ...settingsFields(profile),
  outputSchema: option(anything)
})
type StartParams = ValueOf<ReturnType<typeof startFieldsOf>>

const turnOf = (
  { server }: Call,
  id: string,
  rest: Pick<Turn, 'status' | 'error' | 'startedAt' | 'completedAt' | 'durationMs'>
): Turn => ({
  id,
  ...(PROFILES[server.profile].members169 ? { rootTurnId: id } : {}),
  items: [],
  itemsView: 'notLoaded',
  ...rest
})

const OPEN = { status: 'inProgress', error: null, completedAt: null, durationMs: null } as const
const seconds = (ms: number): number => Math.floor(ms / 1000)

const errorOf = (end: TurnEnd): Turn['error'] =>
  end.status === 'failed'
    ? {
        message: end.message,
        codexErrorInfo: end.codexErrorInfo ?? 'other',
        additionalDetails: null
      }
    : null

/** Lets the host run a turn, and tells those who follow the thread how it goes. */
const drive = async (
  call: Call,
  host: TurnHost,
  { id: threadId, settings }: LiveThread,
  turn: RunningTurn & { readonly turnId: string },
  input: ReadonlyArray<UserInput>
): Promise<void> => {
  const { live, log } = call.server
  const { turnId, abort } = turn
  const startedAtMs = Date.now()
  const startedAt = seconds(startedAtMs)
  setStatus(live, threadId, { type: 'active', activeFlags: [] })
  live.tell(turnStarted(threadId, turnOf(call, turnId, { ...OPEN, startedAt })))
  let end: TurnEnd
  const over = new AbortController()
  const asking = AbortSignal.any([abort.signal, over.signal])
  try {
    end = await host.run({
      ...{ threadId, turnId, input, settings, signal: abort.signal },
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
  const ended = turnOf(call, turnId, {
    status: end.status,
    error: errorOf(end),
    startedAt,
    completedAt: seconds(endedAtMs),
    durationMs: endedAtMs - startedAtMs
  })
  live.tell(turnCompleted(threadId, ended))
}

const begin = (
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
    turn: turnOf(call, turnId, { ...OPEN, startedAt: null }),
    then: () => void drive(call, host, withTurn, running, input).finally(finished)
  }
}

/** The row of `turn/start`. */
export const turnStart: Method<StartParams, { readonly turn: Turn }> = {
  name: 'turn/start',
  profiles: EVERY_PROFILE,
  experimentalFields: GATED_FIELDS['turn/start'],
  params: (profile) => struct('TurnStartParams', startFieldsOf(profile)),
  result: t.type({ turn: results.Turn }, 'TurnStartResponse'),
  key: threadKey,
  handler: (params, call) => async () => {
    const { live: all, profile, turns: host } = call.server
    const found = loadedThread(call, params.threadId)
    if (E.isLeft(found)) return found
    const input = checkInput(params.input)
    if (E.isLeft(input)) return input
    const environments = checkEnvironments(params.environments)
    if (E.isLeft(environments)) return environments
    const live = found.right
    const changed = changedSettings(live.settings, params, profile)
    if (E.isLeft(changed)) return changed
    if (host === undefined) return E.left(noModel('turn/start'))
    if (live.turn !== null)
      return E.left(invalidRequest(`turn ${live.turn.turnId} is still running: steer it instead`))
    const { recorded } = changed.right
    const roots = params.runtimeWorkspaceRoots ?? changed.right.settings.runtimeWorkspaceRoots
    const settings = { ...changed.right.settings, runtimeWorkspaceRoots: roots }
    const isOther = Object.keys(recorded).length > 0
    subscribe(call, live.id)
    const { turn, then } = begin(call, host, { ...live, settings }, input.right)
    return E.right({
      result: { turn },
      after: isOther && profile !== '0.130' ? [settingsUpdated(live.id, settings, profile)] : [],
      then: () => {
        if (all.find(live.id) !== null) then()
      }
    })
  }
}

const steerFieldsOf = (profile: ProfileName) => ({
  threadId: required(text),
  input: required(userInputs(profile)),
  expectedTurnId: required(text)
})

const refused = (message: string, refusal: SteerRefusal): E.Either<RpcError, never> =>
  E.left({ ...invalidRequest(message), refusal })

/** The row of `turn/steer`. */
export const turnSteer: Method<
  ValueOf<ReturnType<typeof steerFieldsOf>>,
  { readonly turnId: string }
> = {
  name: 'turn/steer',
  profiles: EVERY_PROFILE,
  experimentalFields: GATED_FIELDS['turn/steer'],
  params: (profile) => struct('TurnSteerParams', steerFieldsOf(profile)),
  result: t.type({ turnId: t.string }, 'TurnSteerResponse'),
  key: threadKey,
  handler: (params, call) => async () => {
    const live = loadedThread(call, params.threadId)
    if (E.isLeft(live)) return live
    const input = checkInput(params.input)
    if (E.isLeft(input)) return input
    const { turn } = live.right
    if (turn === null) return refused('no active turn to steer', 'no_active_turn')
    const { turnId, steer } = turn
    if (params.expectedTurnId !== turnId)
      return refused(
        `expected active turn id \`${params.expectedTurnId}\` but found \`${turnId}\``,
        'expected_turn_mismatch'
      )
    if (params.input.length === 0) return refused('input must not be empty', 'empty_input')
    if (steer === null) return E.left(invalidRequest('the running turn takes no more input'))
    steer(input.right)
    return E.right({ result: { turnId } })
  }
}

const interruptFields = { threadId: required(text), turnId: required(text) }

const interruptible = (
  turn: RunningTurn | null,
  turnId: string
): E.Either<RpcError, RunningTurn> =>
  turn === null
    ? E.left(invalidRequest('no active turn to interrupt'))
    : turn.turnId === turnId || turnId === ''
      ? E.right(turn)
      : E.left(invalidRequest(`expected active turn id ${turnId} but found ${turn.turnId}`))

/** The row of `turn/interrupt`. Without an id, and with nothing running, there is nothing to do. */
export const turnInterrupt: Method<ValueOf<typeof interruptFields>, object> = {
  name: 'turn/interrupt',
  profiles: EVERY_PROFILE,
  params: () => struct('TurnInterruptParams', interruptFields),
  result: t.type({}, 'TurnInterruptResponse'),
  key: threadKey,
  handler:
    ({ threadId, turnId }, call) =>
    async () => {
      const live = loadedThread(call, threadId)
      if (E.isLeft(live)) return live
      if (turnId === '' && live.right.turn === null) return E.right({ result: {} })
      const turn = interruptible(live.right.turn, turnId)
      if (E.isLeft(turn)) return turn
      return E.right({ result: {}, then: () => turn.right.abort.abort() })
    }
}
