// Goals of threads: rows of Codex's own tests of `thread/resume` and `thread/goal/*`, by their names.
import { expect } from 'chai'
import type { Goal } from '../../domain/changes/goal.ts'
import { inRoom, PLAIN, type Room } from '../support/room.ts'
import { clientOf, serverOf, shaken } from '../support/rpc-client.ts'

interface GoalAnswer {
  readonly goal: Goal
}
const PAUSED = '01a1fce0-6ab0-7a83-a73d-151c2e291a9f'
const set = async (room: Room, patch: object, threadId = PLAIN): Promise<Goal> =>
  (await room.ok<GoalAnswer>('thread/goal/set', { threadId, ...patch })).goal
const get = async (room: Room, threadId = PLAIN): Promise<Goal | null> =>
  (await room.ok<{ readonly goal: Goal | null }>('thread/goal/get', { threadId })).goal

/** What a server that starts later answers about the same home. */
const later = async (room: Room, method: string, params: object): Promise<unknown> => {
  const server = serverOf(room.home)
  const client = await shaken(clientOf(server))
  try {
    return (await client.ask(method, params))['result']
  } finally {
    await server.close()
  }
}

describe('checklist: goals', () => {
  it('thread_goal_get_rejects_unmaterialized_thread: there is none yet, as 0.142 answers', () =>
    inRoom('basic-142', async (room) => {
      const { thread } = await room.ok('thread/start', {})
      expect(await get(room, thread.id)).to.equal(null)
      expect(await room.ok('thread/goal/clear', { threadId: thread.id })).to.deep.equal({
        cleared: false
      })
    }))

  it('thread_resume_keeps_paused_goal_paused: and tells of it', () =>
    inRoom('goals-settings-142', async (room) => {
      const goal = await set(room, { objective: 'rest', status: 'paused' }, PAUSED)
      const from = room.client.received.length
      await room.ok('thread/resume', { threadId: PAUSED })
      const last = room.client.received.slice(from).at(-1)
      expect(last).to.deep.equal({
        method: 'thread/goal/updated',
        params: { threadId: PAUSED, turnId: null, goal }
      })
      expect([(await get(room, PAUSED))?.status, goal.status]).to.deep.equal(['paused', 'paused'])
    }))

  it('thread_goal_set_preserves_budget_limited_same_objective: neither pausing nor blocking lifts it', () =>
    inRoom('basic-142', async (room) => {
      const goal = await set(room, { objective: 'o', status: 'budgetLimited', tokenBudget: 5 })
      for (const patch of [{ objective: 'o' }, { status: 'paused' }, { status: 'blocked' }]) {
        const again = await set(room, patch)
        expect(again).to.deep.equal({ ...goal, updatedAt: again.updatedAt })
      }
      expect((await set(room, { status: 'active' })).status).to.equal('active')
    }))

  it('thread_goal_set_persists_resumable_stopped_statuses: for the server that starts next', () =>
    inRoom('basic-142', async (room) => {
      for (const status of ['paused', 'blocked', 'usageLimited', 'complete', 'budgetLimited']) {
        const goal = await set(room, { objective: 'o', status })
        expect(goal.status).to.equal(status)
        expect(await later(room, 'thread/goal/get', { threadId: PLAIN })).to.deep.equal({ goal })
      }
    }))

  it('thread_goal_set_edits_objective_without_resetting_usage: another objective of the same goal', () =>
    inRoom(
      'goals-settings-142',
      async (room) => {
        const threadId = '01a1fce0-660e-7303-8eb8-3397a555cf4c'
        const before = await get(room, threadId)
        const after = await set(room, { objective: 'another one' }, threadId)
        expect(after).to.deep.equal({
          ...before,
          objective: 'another one',
          updatedAt: after.updatedAt
        })
      },
      // The home has no database, and strict answers know goals of Codex from there alone.
      { strict: false }
    ))

  it('thread_goal_lifecycle_emits_analytics_and_clear_deletes_goal: set, changed, cleared, gone', () =>
    inRoom('basic-142', async (room) => {
      const from = room.client.received.length
      const first = await set(room, { objective: 'o' })
      const second = await set(room, { status: 'complete' })
      expect(await room.ok('thread/goal/clear', { threadId: PLAIN })).to.deep.equal({
        cleared: true
      })
      expect(await room.ok('thread/goal/clear', { threadId: PLAIN })).to.deep.equal({
        cleared: false
      })
      expect(await get(room)).to.equal(null)
      expect(
        room.client.received
          .slice(from)
          .flatMap(({ method, params }) => (method === undefined ? [] : [[method, params]]))
      ).to.deep.equal([
        ['thread/goal/updated', { threadId: PLAIN, turnId: null, goal: first }],
        ['thread/goal/updated', { threadId: PLAIN, turnId: null, goal: second }],
        ['thread/goal/cleared', { threadId: PLAIN }]
      ])
    }))

  it('is another one when the objective is, for Codex 0.130', () =>
    inRoom(
      'goals-settings-130',
      async (room) => {
        const { data } = await room.ok<{ data: ReadonlyArray<{ id: string }> }>('thread/list')
        const threadId = data[0]?.id
        await room.ok('thread/goal/set', {
          threadId,
          objective: 'o',
          status: 'paused',
          tokenBudget: 5
        })
        const goal = await set(room, { objective: 'new' }, threadId)
        expect(goal).to.deep.equal({
          threadId,
          objective: 'new',
          status: 'active',
          tokenBudget: null,
          tokensUsed: 0,
          timeUsedSeconds: 0,
          createdAt: goal.createdAt,
          updatedAt: goal.createdAt
        })
      },
      { profile: '0.130' }
    ))
})
