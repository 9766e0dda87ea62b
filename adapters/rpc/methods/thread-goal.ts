/**
 * `thread/goal/set`, `thread/goal/get` and `thread/goal/clear`: what a thread is to reach. Off in 0.130 unless the
 * configuration turns it on.
 */
import * as E from 'fp-ts/lib/Either.js'
import * as t from 'io-ts'
import type { ProfileName } from '../../../domain/profile.ts'
import type { Goal, GoalPatch, GoalStatus } from '../../../domain/changes/goal.ts'
import { configInForce, sessionDefaults } from '../../home/config.ts'
import { threadKey } from '../connection/keys.ts'
import { invalidRequest, type RpcError } from '../wire/errors.ts'
import { ask, EVERY_PROFILE, type Call, type Method } from '../method.ts'
import { goalCleared, goalUpdated } from '../threads/notices.ts'
import { i64, oneOf, option, patch, required, struct, text, type ValueOf } from '../wire/serde.ts'
import { isNamedByFile, refusedAs } from '../threads/identity.ts'
import { changeable, draftOf, knownThread, threadNotFound } from '../threads/threads.ts'
import { write } from '../threads/writes.ts'
import { trimmed } from '../../../domain/white-space.ts'

const OBJECTIVE_CHARS_MAX = 4000

const GoalView = t.type(
  {
    threadId: t.string,
    objective: t.string,
    status: t.string,
    tokenBudget: t.union([t.number, t.null]),
    tokensUsed: t.number,
    timeUsedSeconds: t.number,
    createdAt: t.number,
    updatedAt: t.number
  },
  'ThreadGoal'
) as unknown as t.Type<Goal, unknown, unknown>

const WORDS = {
  ephemeral: (id: string): string => `ephemeral thread does not support goals: ${id}`,
  unknown: threadNotFound
}

const threadOf = async (
  call: Call,
  threadId: string,
  find = knownThread
): Promise<E.Either<RpcError, string>> => {
  const { home, profile } = call.server
  const isOn =
    sessionDefaults(configInForce(call.server), home).feature('goals') ?? profile !== '0.130'
  return isOn ? find(call, threadId, WORDS) : E.left(invalidRequest('goals feature is disabled'))
}

const statusesOf = (profile: ProfileName) =>
  profile === '0.130'
    ? oneOf<GoalStatus>('active', 'paused', 'budgetLimited', 'complete')
    : oneOf<GoalStatus>('active', 'paused', 'blocked', 'usageLimited', 'budgetLimited', 'complete')

const setFieldsOf = (profile: ProfileName) => ({
  threadId: required(text),
  objective: option(text),
  status: option(statusesOf(profile)),
  tokenBudget: patch(i64)
})
type SetParams = ValueOf<ReturnType<typeof setFieldsOf>>

const patchOf = ({ objective, status, tokenBudget }: SetParams): E.Either<RpcError, GoalPatch> => {
  const asked = typeof objective === 'string' ? trimmed(objective) : null
  if (asked === '') return E.left(invalidRequest('goal objective must not be empty'))
  if (asked !== null && [...asked].length > OBJECTIVE_CHARS_MAX)
    return E.left(
      invalidRequest(`goal objective must be at most ${OBJECTIVE_CHARS_MAX} characters`)
    )
  if (typeof tokenBudget === 'number' && tokenBudget <= 0)
    return E.left(invalidRequest('goal budgets must be positive when provided'))
  return E.right({
    ...(asked === null ? {} : { objective: asked }),
    ...(status === null ? {} : { status }),
    ...(tokenBudget === undefined ? {} : { tokenBudget })
  })
}

/** The row of `thread/goal/set`. */
export const threadGoalSet: Method<SetParams, { readonly goal: Goal }> = {
  name: 'thread/goal/set',
  profiles: EVERY_PROFILE,
  experimental: ['0.130'],
  params: (profile) => struct('ThreadGoalSetParams', setFieldsOf(profile)),
  result: t.type({ goal: GoalView }, 'ThreadGoalSetResponse'),
  key: threadKey,
  handler: (params, call) => async () => {
    const known = await threadOf(call, params.threadId)
    if (E.isLeft(known)) return known
    const patched = patchOf(params)
    if (E.isLeft(patched)) return patched
    const id = await threadOf(call, params.threadId, changeable)
    if (E.isLeft(id)) return id
    const refused = await refusedAs(call, 'goal', id.right)
    if (refused !== null) return E.left(refused)
    const before = await ask(call, (engine) => engine.goal(id.right))
    if (E.isLeft(before)) return before
    if (before.right === null && patched.right.objective === undefined)
      return E.left(invalidRequest(`cannot update goal for thread ${id.right}: no goal exists`))
    const set = await write(call, ({ setGoal }, options) =>
      setGoal(id.right, patched.right, options)
    )
    return E.map((goal: Goal) => ({ result: { goal }, after: [goalUpdated(goal)] }))(set)
  }
}

const fields = { threadId: required(text) }

/** The row of `thread/goal/get`. */
export const threadGoalGet: Method<ValueOf<typeof fields>, { readonly goal: Goal | null }> = {
  name: 'thread/goal/get',
  profiles: EVERY_PROFILE,
  experimental: ['0.130'],
  params: () => struct('ThreadGoalGetParams', fields),
  result: t.type({ goal: t.union([GoalView, t.null]) }, 'ThreadGoalGetResponse'),
  key: threadKey,
  handler:
    ({ threadId }, call) =>
    async () => {
      const id = await threadOf(call, threadId)
      if (E.isLeft(id)) return id
      const hasNone =
        (await draftOf(call, id.right)) !== null || (await isNamedByFile(call, id.right))
      if (hasNone) return E.right({ result: { goal: null } })
      const read = await ask(call, (engine) => engine.goal(id.right))
      return E.map((goal: Goal | null) => ({ result: { goal } }))(read)
    }
}

/** The row of `thread/goal/clear`. */
export const threadGoalClear: Method<ValueOf<typeof fields>, { readonly cleared: boolean }> = {
  name: 'thread/goal/clear',
  profiles: EVERY_PROFILE,
  experimental: ['0.130'],
  params: () => struct('ThreadGoalClearParams', fields),
  result: t.type({ cleared: t.boolean }, 'ThreadGoalClearResponse'),
  key: threadKey,
  handler:
    ({ threadId }, call) =>
    async () => {
      const id = await threadOf(call, threadId)
      if (E.isLeft(id)) return id
      if ((await draftOf(call, id.right)) !== null) return E.right({ result: { cleared: false } })
      const refused = await refusedAs(call, 'goal', id.right)
      if (refused !== null)
        return call.server.profile === '0.130'
          ? E.right({ result: { cleared: false } })
          : E.left(refused)
      const done = await write(call, ({ clearGoal }, options) => clearGoal(id.right, options))
      return E.map((cleared: boolean) => ({
        result: { cleared },
        after: cleared ? [goalCleared(id.right)] : []
      }))(done)
    }
}
