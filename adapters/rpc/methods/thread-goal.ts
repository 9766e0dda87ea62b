/**
 * `thread/goal/set`, `thread/goal/get` and `thread/goal/clear`: what a thread is to reach. Off in 0.130 unless the
 * configuration turns it on.
 */
import * as E from 'fp-ts/lib/Either.js'
import * as t from 'io-ts'
import type { Goal, GoalPatch, GoalStatus } from '../../../domain/changes/goal.ts'
import { trimmed } from '../../../domain/white-space.ts'
import { configInForce, sessionDefaults } from '../../home/config.ts'
import { otherId, refusedAs } from '../threads/identity.ts'
import { goalCleared, goalUpdated } from '../threads/notices.ts'
import { nullable } from '../threads/results.ts'
import { ask, threadOf, write, type RpcCall, type ThreadIds } from '../threads/server.ts'
import { changeable, draftOf, knownThread, threadNotFound } from '../threads/threads.ts'
import { invalidRequest, type RpcError } from '../wire/errors.ts'
import { i64, oneOf, option, patch, required, text, type ParamsOf } from '../wire/serde.ts'
import { answer, served, type Era } from './method.ts'

const OBJECTIVE_CHARS_MAX = 4000

const GoalView = t.type(
  {
    threadId: t.string,
    objective: t.string,
    status: t.string,
    tokenBudget: nullable(t.number),
    tokensUsed: t.number,
    timeUsedSeconds: t.number,
    createdAt: t.number,
    updatedAt: t.number
  },
  'ThreadGoal'
)

const WORDS = {
  ephemeral: (id: string): string => `ephemeral thread does not support goals: ${id}`,
  unknown: threadNotFound
}

const threadWithGoals = async (
  call: RpcCall,
  threadId: string,
  find = knownThread
): Promise<E.Either<RpcError, ThreadIds>> => {
  const { home, profile } = call.server
  const isOn =
    sessionDefaults(configInForce(call.server), home).feature('goals') ?? profile !== '0.130'
  if (!isOn) return E.left(invalidRequest('goals feature is disabled'))
  const thread = threadOf(call, threadId)
  if (E.isLeft(thread)) return thread
  const found = await find(call, thread.right, WORDS)
  return E.isLeft(found) ? found : thread
}

const setFields = ({ profile }: Era) => ({
  threadId: required(text),
  objective: option(text),
  status: option(
    profile === '0.130'
      ? oneOf<GoalStatus>('active', 'paused', 'budgetLimited', 'complete')
      : oneOf<GoalStatus>(
          ...(['active', 'paused', 'blocked', 'usageLimited', 'budgetLimited', 'complete'] as const)
        )
  ),
  tokenBudget: patch(i64)
})

const patchOf = ({
  objective,
  status,
  tokenBudget
}: ParamsOf<ReturnType<typeof setFields>>): E.Either<RpcError, GoalPatch> => {
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

export const threadGoalSet = served(
  'ThreadGoalSetParams',
  setFields,
  t.type({ goal: GoalView }, 'ThreadGoalSetResponse'),
  async (params, call) => {
    const known = await threadWithGoals(call, params.threadId)
    if (E.isLeft(known)) return known
    const patched = patchOf(params)
    if (E.isLeft(patched)) return patched
    const thread = await threadWithGoals(call, params.threadId, changeable)
    if (E.isLeft(thread)) return thread
    const { id, streamId } = thread.right
    const refused = await refusedAs(call, 'goal', thread.right)
    if (refused !== null) return E.left(refused)
    const before = await ask(call, (engine) => engine.goal(streamId))
    if (E.isLeft(before)) return before
    if (before.right === null && patched.right.objective === undefined)
      return E.left(invalidRequest(`cannot update goal for thread ${id}: no goal exists`))
    const set = await write(call, ({ setGoal }, options) =>
      setGoal(streamId, patched.right, options)
    )
    return E.map((goal: Goal) => ({ result: { goal }, after: [goalUpdated(goal)] }))(set)
  }
)

const fields = { threadId: required(text) }

export const threadGoalGet = served(
  'ThreadGoalGetParams',
  fields,
  t.type({ goal: nullable(GoalView) }, 'ThreadGoalGetResponse'),
  async ({ threadId }, call) => {
    const thread = await threadWithGoals(call, threadId)
    if (E.isLeft(thread)) return thread
    const isDraft = (await draftOf(call, thread.right)) !== null
    if (isDraft || (await otherId(call, thread.right)) !== null)
      return E.right(answer({ goal: null }))
    const read = await ask(call, (engine) => engine.goal(thread.right.streamId))
    return E.map((goal: Goal | null) => answer({ goal }))(read)
  }
)

export const threadGoalClear = served(
  'ThreadGoalClearParams',
  fields,
  t.type({ cleared: t.boolean }, 'ThreadGoalClearResponse'),
  async ({ threadId }, call) => {
    const thread = await threadWithGoals(call, threadId)
    if (E.isLeft(thread)) return thread
    const { id, streamId } = thread.right
    if ((await draftOf(call, thread.right)) !== null) return E.right(answer({ cleared: false }))
    const refused = await refusedAs(call, 'goal', thread.right)
    if (refused !== null)
      return call.server.profile === '0.130' ? E.right(answer({ cleared: false })) : E.left(refused)
    const done = await write(call, ({ clearGoal }, options) => clearGoal(streamId, options))
    return E.map((cleared: boolean) => ({
      result: { cleared },
      after: cleared ? [goalCleared(id)] : []
    }))(done)
  }
)
