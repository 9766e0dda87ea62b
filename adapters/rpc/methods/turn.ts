/**
 * `turn/start`, `turn/steer` and `turn/interrupt`. This server runs no model; it hands turns to a host that was registered
 * with it, and speaks for that host. Without one, a turn is accepted and fails at once.
 */
import * as E from 'fp-ts/lib/Either.js'
import * as t from 'io-ts'
import { isDeepStrictEqual } from 'node:util'
import { v4, v7 } from 'uuid'
import type { SteerRefusal } from '../../../domain/ledgers/analytics/vocabulary.ts'
import { PROFILES } from '../../../domain/log/profile.ts'
import type { Turn } from '../../../domain/protocol.ts'
import type { LiveThread, RunningTurn } from '../threads/live.ts'
import { settingsUpdated, wholeItem, writtenElsewhere } from '../threads/notices.ts'
import { environmentsField, namedEnvironments } from '../threads/environments.ts'
import * as results from '../threads/results.ts'
import type { RpcCall } from '../threads/server.ts'
import { subscribe } from '../threads/threads.ts'
import { UNENDED, beginHosted, noAnswer, shownTurn, unrunTurn } from '../threads/turns.ts'
import {
  changedSettings,
  checkInput,
  settingsFields,
  userInputs,
  type ClientInput
} from '../threads/user-input.ts'
import { invalidRequest, type RpcError } from '../wire/errors.ts'
import type { Notice } from '../wire/message.ts'
import { absolutePath, anything, ignored, list, option, required, text } from '../wire/serde.ts'
import { Empty, ofLoaded, type Era } from './method.ts'
import { stopReview } from './review-start.ts'

/** A turn without a host: clients are sent the message, and that the turn failed. */
const unanswered = (
  call: RpcCall,
  live: LiveThread,
  input: ReadonlyArray<ClientInput>,
  clientId: string | null
): { readonly turn: Turn; readonly notices: ReadonlyArray<Notice> } => {
  const { profile } = call.server
  const { members142, members169 } = PROFILES[profile]
  const turnId = v7()
  const message = {
    type: 'userMessage',
    id: members169 ? v7() : v4(),
    ...(members142 ? { clientId } : {}),
    content: input
  }
  call.server.live.put(live)
  return {
    turn: shownTurn(profile, turnId, { ...UNENDED, startedAt: null }),
    notices: unrunTurn(call, live, {
      turnId,
      reason: noAnswer(live),
      items: wholeItem(message, { threadId: live.id, turnId }, profile)
    })
  }
}

export const turnStart = ofLoaded(
  'TurnStartParams',
  ({ profile }: Era) => ({
    clientUserMessageId: profile === '0.130' ? ignored<string>() : option(text),
    input: required(userInputs(profile)),
    responsesapiClientMetadata: option(anything),
    environments: environmentsField(profile),
    runtimeWorkspaceRoots:
      profile === '0.130' ? ignored<ReadonlyArray<string>>() : option(list(absolutePath)),
    ...settingsFields(profile),
    outputSchema: option(anything)
  }),
  t.type({ turn: results.Turn }, 'TurnStartResponse'),
  async (live, params, call) => {
    const { live: all, profile, turns: host } = call.server
    const input = checkInput(params.input)
    if (E.isLeft(input)) return input
    const environments = namedEnvironments(params.environments, call.server)
    if (E.isLeft(environments)) return environments
    const places = {
      known: all.environments.ids(),
      environments: environments.right,
      runtimeWorkspaceRoots: params.runtimeWorkspaceRoots
    }
    const changed = changedSettings(live.settings, params, profile, places)
    if (E.isLeft(changed)) return changed
    // In 0.130 environments are those of one turn.
    const lasting =
      profile === '0.130'
        ? changedSettings(live.settings, params, profile, { ...places, environments: null })
        : changed
    if (E.isLeft(lasting)) return lasting
    if (live.turn !== null)
      return E.left(invalidRequest(`turn ${live.turn.turnId} is still running: steer it instead`))
    const { settings, recorded } = changed.right
    const isElsewhere =
      profile === '0.169' && !isDeepStrictEqual(settings.environments, live.settings.environments)
    const isOther = Object.keys(recorded).length > 0 || isElsewhere
    const after =
      isOther && profile !== '0.130' ? [settingsUpdated(live.id, settings, profile)] : []
    subscribe(call, live.id)
    const changedLive = {
      ...live,
      behaviours: call.session.behaviours,
      settings: lasting.right.settings
    }
    if (host === undefined) {
      const { turn, notices } = unanswered(
        call,
        changedLive,
        input.right,
        params.clientUserMessageId
      )
      return E.right({ result: { turn }, after: [...after, ...notices] })
    }
    const { turn, then } = beginHosted(call, host, changedLive, {
      settings,
      input: input.right
    })
    return E.right({
      result: { turn },
      after,
      then: () => {
        if (all.find(live.id) !== null) then()
      }
    })
  }
)

const refused = (message: string, refusal: SteerRefusal): E.Either<RpcError, never> =>
  E.left({ ...invalidRequest(message), refusal })

/** Hands input to the turn that runs. */
export const turnSteer = ofLoaded(
  'TurnSteerParams',
  ({ profile }: Era) => ({
    input: required(userInputs(profile)),
    expectedTurnId: required(text)
  }),
  t.type({ turnId: t.string }, 'TurnSteerResponse'),
  async (live, params, call) => {
    if (params.expectedTurnId === '')
      return E.left(invalidRequest('expectedTurnId must not be empty'))
    const input = checkInput(params.input)
    if (E.isLeft(input)) return input
    const { turn } = live
    const isEmpty = params.input.length === 0
    const empty = refused('input must not be empty', 'empty_input')
    // 0.130 looks at the input before it looks for a turn.
    if (isEmpty && call.server.profile === '0.130') return empty
    if (turn === null) return refused('no active turn to steer', 'no_active_turn')
    const { turnId, steer } = turn
    if (params.expectedTurnId !== turnId)
      return refused(
        `expected active turn id \`${params.expectedTurnId}\` but found \`${turnId}\``,
        'expected_turn_mismatch'
      )
    if (isEmpty) return empty
    if (steer === null) return E.left(invalidRequest('the running turn takes no more input'))
    steer(input.right)
    return E.right({ result: { turnId } })
  }
)

const interruptible = (turn: RunningTurn | null, turnId: string): E.Either<RpcError, RunningTurn> =>
  turn === null
    ? E.left(invalidRequest('no active turn to interrupt'))
    : turn.turnId === turnId || turnId === ''
      ? E.right(turn)
      : E.left(invalidRequest(`expected active turn id ${turnId} but found ${turn.turnId}`))

const isOf = ({ review }: LiveThread, turnId: string): boolean =>
  review !== null && ['', review.turnId, review.reviewTurnId].includes(turnId)

/** Interrupts a turn. Without an id, and with nothing running, there is nothing to do. */
export const turnInterrupt = ofLoaded(
  'TurnInterruptParams',
  { turnId: required(text) },
  Empty,
  async (live, { turnId }, call) => {
    if (live.turn === null && live.review !== null && isOf(live, turnId)) {
      const stopped = await stopReview(call, live, live.review)
      if (E.isRight(stopped)) return E.right({ result: {}, ...stopped.right })
    }
    if (live.turn === null && live.writtenTurnId !== null)
      return E.right({ result: {}, after: [writtenElsewhere(live.id)] })
    if (turnId === '' && live.turn === null) return E.right({ result: {} })
    const turn = interruptible(live.turn, turnId)
    if (E.isLeft(turn)) return turn
    return E.right({ result: {}, then: () => turn.right.abort.abort() })
  }
)
