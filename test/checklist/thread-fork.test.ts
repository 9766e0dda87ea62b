// Forks of threads: rows of Codex's own tests of `thread/fork`, by their names.
import { expect } from 'chai'
import { existsSync, readFileSync } from 'node:fs'
import { join } from 'node:path'
import {
  GIT,
  inRoom,
  invalid,
  PLAIN,
  PLAIN_PREVIEW,
  type Room,
  type ThreadAnswer,
  type ThreadPage
} from '../support/room.ts'

const pathOf = (home: string, id = PLAIN, second = '30'): string =>
  join(home, 'sessions/2026/11/21', `rollout-2026-11-21T06-46-${second}-${id}.jsonl`)
/** A thread in `basic-169`. */
const PAGINATED = '01a1fd04-6dfa-7a33-87cf-0c6af6b51bf7'
const LAST_TURN = '01a1fcdb-43e6-7690-98ad-721ca780c99c'

/** The answer to a fork, and everything the client was told, in order. */
const forked = async (room: Room, params: object) => {
  const from = room.client.received.length
  const { thread } = await room.ok<ThreadAnswer>('thread/fork', params)
  const told = room.client.received
    .slice(from)
    .map(({ method, params: told }) => [method ?? 'response', told] as const)
  return { thread, told, order: told.map(([name]) => name) }
}

describe('checklist: thread/fork', () => {
  it('thread_fork_creates_new_thread_and_emits_started: the source stays as it is', () =>
    inRoom('basic-142', async (room) => {
      const path = pathOf(room.home)
      const bytes = readFileSync(path)
      const { thread, told } = await forked(room, { threadId: PLAIN })
      expect([thread.id === PLAIN, thread.sessionId, thread.forkedFromId]).to.deep.equal([
        false,
        thread.id,
        PLAIN
      ])
      expect([thread.preview, thread.status, thread.turns.length]).to.deep.equal([
        PLAIN_PREVIEW,
        { type: 'idle' },
        3
      ])
      expect([thread.path === path, existsSync(thread.path ?? '')]).to.deep.equal([false, true])
      expect(readFileSync(path).equals(bytes)).to.equal(true)
      expect(told.at(-1)).to.deep.equal(['thread/started', { thread: { ...thread, turns: [] } }])
      const parent = await room.ok('thread/read', { threadId: PLAIN, includeTurns: true })
      expect(thread.turns).to.deep.equal(parent.thread.turns)
    }))

  it('thread_fork_inherits_explicit_source_name_from_session_index: since 0.142', async () => {
    await inRoom('basic-142', async (room) => {
      const { thread } = await forked(room, { threadId: PLAIN })
      expect(thread.name).to.equal('Spare queue 603')
      const names = readFileSync(join(room.home, 'session_index.jsonl'), 'utf8')
        .trimEnd()
        .split('\n')
        .map((line) => JSON.parse(line) as { id: string; thread_name: string })
      expect(names.map(({ id, thread_name: name }) => [id, name])).to.deep.equal([
        [PLAIN, 'Spare queue 603'],
        [thread.id, 'Spare queue 603']
      ])
    })
    await inRoom(
      'basic-142',
      async (room) => {
        const { thread } = await forked(room, { threadId: PLAIN })
        expect(thread.name).to.equal(null)
      },
      { profile: '0.130' }
    )
    await inRoom(
      'basic-169',
      async (room) => {
        const named = { threadId: PAGINATED }
        await room.client.ask('thread/name/set', { ...named, name: 'Two robots' })
        const { thread } = await forked(room, named)
        expect(thread.name).to.equal('Two robots')
      },
      { profile: '0.169', strict: false }
    )
  })

  it('thread_fork_can_load_source_by_path: whatever the id says', () =>
    inRoom('basic-142', async (room) => {
      const { thread } = await forked(room, {
        threadId: PLAIN,
        path: pathOf(room.home, GIT, '31')
      })
      expect(thread.forkedFromId).to.equal(GIT)
    }))

  it('thread_fork_emits_restored_token_usage_before_next_turn: between the answer and the start', () =>
    inRoom('basic-142', async (room) => {
      const { thread, told, order } = await forked(room, { threadId: PLAIN })
      expect(order).to.deep.equal(['response', 'thread/tokenUsage/updated', 'thread/started'])
      expect(told[1]?.[1]).to.deep.equal({
        threadId: thread.id,
        turnId: LAST_TURN,
        tokenUsage: {
          total: {
            totalTokens: 8808,
            inputTokens: 8380,
            cachedInputTokens: 361,
            outputTokens: 428,
            reasoningOutputTokens: 46
          },
          last: {
            totalTokens: 3896,
            inputTokens: 3752,
            cachedInputTokens: 132,
            outputTokens: 144,
            reasoningOutputTokens: 16
          },
          modelContextWindow: 95000
        }
      })
    }))

  it('thread_fork_can_exclude_turns_and_skip_restored_token_usage: no turns, no tokens', () =>
    inRoom('basic-142', async (room) => {
      const { thread, order } = await forked(room, { threadId: PLAIN, excludeTurns: true })
      expect([thread.turns, order]).to.deep.equal([[], ['response', 'thread/started']])
    }))

  it('thread_fork_rejects_unmaterialized_thread: there is nothing to fork', () =>
    inRoom('basic-142', async (room) => {
      const { thread } = await room.ok('thread/start', {})
      expect(await room.refused('thread/fork', { threadId: thread.id })).to.deep.equal(
        invalid(`no rollout found for thread id ${thread.id}`)
      )
    }))

  it('thread_fork_with_empty_path_uses_thread_id: as if no path was given', () =>
    inRoom('basic-142', async (room) => {
      const { thread } = await forked(room, { threadId: PLAIN, path: '' })
      expect(thread.forkedFromId).to.equal(PLAIN)
    }))

  it('thread_fork_ephemeral_remains_pathless_and_omits_listing: nothing is written', () =>
    inRoom('basic-142', async (room) => {
      const before = await room.ok<ThreadPage>('thread/list')
      const { thread } = await forked(room, { threadId: PLAIN, ephemeral: true })
      expect([thread.ephemeral, thread.path, thread.forkedFromId]).to.deep.equal([
        true,
        null,
        PLAIN
      ])
      expect(thread.turns.length).to.equal(3)
      expect(await room.ok<ThreadPage>('thread/list')).to.deep.equal(before)
    }))

  it('pathless_ephemeral_thread_rejects_codex_home_path_after_reload: a guessed path leads nowhere', () =>
    inRoom('basic-142', async (room) => {
      const { thread } = await forked(room, { threadId: PLAIN, ephemeral: true })
      room.server.server.live.unload(thread.id)
      expect(await room.refused('thread/read', { threadId: thread.id })).to.deep.equal(
        invalid(`thread not loaded: ${thread.id}`)
      )
      const guess = pathOf(room.home, thread.id)
      for (const method of ['thread/resume', 'thread/fork'])
        expect(await room.refused(method, { threadId: thread.id, path: guess })).to.deep.equal(
          invalid(`failed to resolve rollout path \`${guess}\`: file does not exist`)
        )
    }))
})
