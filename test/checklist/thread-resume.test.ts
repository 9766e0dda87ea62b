// Resuming threads: rows of Codex's own tests of `thread/resume`, by their names.
import { expect } from 'chai'
import { readFileSync, rmSync, statSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { right } from '../support/engines.ts'
import { appendRollout, linesOf } from '../support/rollouts.ts'
import {
  GIT,
  inRoom,
  invalid,
  PLAIN,
  PLAIN_PREVIEW,
  saying,
  scriptedHost,
  type Room,
  type ThreadPage,
  type TurnPage
} from '../support/room.ts'
import { event, start, user } from '../support/turn-lines.ts'
import { said } from '../support/appending.ts'

/** The turns of `PLAIN`. */
const [A, B, C] = [
  '01a1fcdb-4284-7d22-8532-e46d1ea470d1',
  '01a1fcdb-4301-7461-8875-32292a5945fa',
  '01a1fcdb-43e6-7690-98ad-721ca780c99c'
]
const pathOf = (home: string, id = PLAIN, second = '30'): string =>
  join(home, 'sessions/2026/11/21', `rollout-2026-11-21T06-46-${second}-${id}.jsonl`)
const gitPath = (home: string): string => pathOf(home, GIT, '31')

/** What the client was told while it resumed a thread. */
const told = async (room: Room, params: object): Promise<ReadonlyArray<unknown>> => {
  const from = room.client.received.length
  await room.ok('thread/resume', params)
  return room.client.received
    .slice(from)
    .map(({ method, params: told }) => (method === undefined ? 'response' : [method, told]))
}

/** The same, with the turns of the answer. */
const toldOf = async (room: Room) => {
  const messages = await told(room, { threadId: PLAIN })
  const { thread } = await room.ok('thread/resume', { threadId: PLAIN })
  return { messages, turns: thread.turns.map(({ id }) => id) }
}

const counts = (totalTokens: number, inputTokens: number, rest: ReadonlyArray<number>) => ({
  totalTokens,
  inputTokens,
  cachedInputTokens: rest[0],
  outputTokens: rest[1],
  reasoningOutputTokens: rest[2]
})
const USAGE = {
  total: counts(8808, 8380, [361, 428, 46]),
  last: counts(3896, 3752, [132, 144, 16]),
  modelContextWindow: 95000
}
const usageOf = (turnId: string | undefined) => [
  'thread/tokenUsage/updated',
  { threadId: PLAIN, turnId, tokenUsage: USAGE }
]
const IDLE = ['thread/status/changed', { threadId: PLAIN, status: { type: 'idle' } }]
const NO_GOAL = ['thread/goal/cleared', { threadId: PLAIN }]

describe('checklist: thread/resume of a stored thread', () => {
  it('thread_resume_returns_rollout_history: turns, preview, idle', () =>
    inRoom('basic-142', async (room) => {
      const { thread } = await room.ok('thread/resume', { threadId: PLAIN })
      const read = await room.ok('thread/read', { threadId: PLAIN, includeTurns: true })
      expect([thread.id, thread.preview, thread.status, thread.path]).to.deep.equal([
        PLAIN,
        PLAIN_PREVIEW,
        { type: 'idle' },
        pathOf(room.home)
      ])
      expect(thread.turns.map(({ id, status, items }) => [id, status, items.length])).to.deep.equal(
        [
          [A, 'completed', 2],
          [B, 'completed', 3],
          [C, 'completed', 2]
        ]
      )
      expect(thread.turns).to.deep.equal(read.thread.turns)
    }))

  it('thread_resume_rejects_unmaterialized_thread: for another client too', () =>
    inRoom('basic-142', async (room) => {
      const { thread } = await room.ok('thread/start', {})
      const other = await room.another({ experimentalApi: true })
      expect(await room.refused('thread/resume', { threadId: thread.id }, other)).to.deep.equal(
        invalid(`no rollout found for thread id ${thread.id}`)
      )
    }))

  it('thread_resume_can_skip_turns_for_metadata_only_resume: and is told no tokens', () =>
    inRoom('basic-142', async (room) => {
      const { thread } = await room.ok('thread/resume', { threadId: PLAIN, excludeTurns: true })
      expect([thread.preview, thread.turns]).to.deep.equal([PLAIN_PREVIEW, []])
    }))

  it('thread_resume_rejects_archived_session_by_id: and says how to bring it back', () =>
    inRoom('fork-rollback-142', async (room) => {
      const threadId = '01a1fcde-3e53-7060-9794-586e2c2f2af6'
      expect(await room.refused('thread/resume', { threadId })).to.deep.equal(
        invalid(
          `session ${threadId} is archived. Run \`codex unarchive ${threadId}\` to unarchive it first.`
        )
      )
    }))

  it('thread_resume_prefers_persisted_git_metadata_for_local_threads: to those it began with', () =>
    inRoom('basic-142', async (room) => {
      await room.ok('thread/metadata/update', {
        threadId: GIT,
        gitInfo: { branch: 'kept', sha: 'feedc0de' }
      })
      const { thread } = await room.ok('thread/resume', { threadId: GIT, excludeTurns: true })
      expect(thread.gitInfo).to.deep.equal({
        sha: 'feedc0de',
        branch: 'kept',
        originUrl: 'https://example.invalid/lab/repo.git'
      })
    }))

  it('thread_resume_and_read_interrupt_incomplete_rollout_turn_when_thread_is_idle: nobody goes on with it', () =>
    inRoom('crash-142', async (room) => {
      const threadId = '01a1fce2-01b0-7f12-b42d-7ce6eb466ec6'
      const read = await room.ok('thread/read', { threadId, includeTurns: true })
      const resumed = await room.ok('thread/resume', { threadId })
      const page = await room.ok<TurnPage>('thread/turns/list', { threadId })
      for (const turns of [read.thread.turns, resumed.thread.turns, page.data])
        expect(turns.map(({ status }) => status)).to.deep.equal(['interrupted'])
      expect(resumed.thread.status).to.deep.equal({ type: 'idle' })
    }))

  const untouchedUntilSaid = (overrides: object) =>
    inRoom('basic-142', async (room) => {
      const path = pathOf(room.home)
      const updatedAt = async () =>
        (await room.ok<ThreadPage>('thread/list')).data.find(({ id }) => id === PLAIN)?.updatedAt ??
        0
      const [before, bytes] = [statSync(path).mtimeMs, readFileSync(path)]
      const was = await updatedAt()
      await room.ok('thread/resume', { threadId: PLAIN, ...overrides })
      expect([statSync(path).mtimeMs, readFileSync(path).equals(bytes)]).to.deep.equal([
        before,
        true
      ])
      expect(await updatedAt()).to.equal(was)
      const engine = await room.server.server.engine
      await right(engine.append(PLAIN, [said('and now')]))
      const seconds = Math.floor(statSync(path).mtimeMs / 1000)
      expect([await updatedAt(), seconds > was]).to.deep.equal([seconds, true])
    })
  it('thread_resume_defers_updated_at_until_turn_start: no byte and no time of the file changes', () =>
    untouchedUntilSaid({}))
  it('thread_resume_with_overrides_defers_updated_at_until_turn_start: other settings neither', () =>
    untouchedUntilSaid({ model: 'lab-b', cwd: '/elsewhere', approvalPolicy: 'on-request' }))

  it('thread_resume_uses_path_over_non_running_thread_id: the path names the thread', () =>
    inRoom('basic-142', async (room) => {
      const { thread } = await room.ok('thread/resume', {
        threadId: PLAIN,
        path: gitPath(room.home)
      })
      expect(thread.id).to.equal(GIT)
    }))

  it('thread_resume_can_load_source_by_external_path: is refused, only rollouts of the home are taken', () =>
    inRoom('basic-142', async (room) => {
      const outside = join(room.home, '..', `rollout-2026-11-21T06-46-30-${PLAIN}.jsonl`)
      writeFileSync(outside, readFileSync(pathOf(room.home)))
      expect(await room.refused('thread/resume', { threadId: PLAIN, path: outside })).to.deep.equal(
        invalid(`failed to resolve rollout path \`${outside}\`: not a rollout of this home`)
      )
      rmSync(outside)
    }))

  it('thread_resume_supports_history_and_overrides: a new thread of raw items', () =>
    inRoom('basic-142', async (room) => {
      const answer = await room.ok('thread/resume', {
        threadId: PLAIN,
        history: [
          { type: 'message', role: 'user', content: [{ type: 'input_text', text: 'Hello there' }] }
        ],
        model: 'lab-b',
        modelProvider: 'mock'
      })
      const { thread, model, modelProvider } = answer
      expect([thread.id === PLAIN, thread.preview, thread.turns]).to.deep.equal([
        false,
        'Hello there',
        []
      ])
      expect([model, modelProvider]).to.deep.equal(['lab-b', 'mock'])
    }))
})

describe('checklist: tokens told after a resume', () => {
  it('thread_resume_emits_restored_token_usage_before_next_turn: to the turn they were counted in', () =>
    inRoom('basic-142', async (room) => {
      expect(await told(room, { threadId: PLAIN })).to.deep.equal([
        IDLE,
        'response',
        usageOf(C),
        NO_GOAL
      ])
    }))

  it('thread_resume_skips_restored_token_usage_when_turns_are_excluded: none are told', () =>
    inRoom('basic-142', async (room) => {
      expect(await told(room, { threadId: PLAIN, excludeTurns: true })).to.deep.equal([
        IDLE,
        'response',
        NO_GOAL
      ])
    }))

  it('thread_resume_token_usage_replay_ignores_stale_interrupted_tail_turn: a turn that was left open counts nothing', () =>
    inRoom('basic-142', async (room) => {
      appendRollout(pathOf(room.home), linesOf([start('tail'), user('never answered')]))
      expect(await told(room, { threadId: PLAIN })).to.deep.include(usageOf(C))
    }))

  it('replay_attribution_falls_back_to_rebuilt_turn_position: where no line names a turn', () =>
    inRoom('basic-142', async (room) => {
      const path = pathOf(room.home)
      const unnamed = readFileSync(path, 'utf8')
        .trimEnd()
        .split('\n')
        .filter((line) => !/task_started|task_complete|turn_context/.test(line))
      writeFileSync(path, linesOf(unnamed))
      const told = await toldOf(room)
      expect(told.turns).to.deep.equal(['rollout-4', 'rollout-9', 'rollout-16'])
      expect(told.messages).to.deep.include(usageOf('rollout-16'))
    }))

  it('thread_resume_token_usage_replay_can_belong_to_interrupted_turn: if it was counted there', () =>
    inRoom('basic-142', async (room) => {
      const path = pathOf(room.home)
      const counted = readFileSync(path, 'utf8')
        .split('\n')
        .findLast((line) => line.includes('"token_count"'))
      appendRollout(
        path,
        linesOf([
          start('cut'),
          user('go on'),
          counted ?? '',
          event('turn_aborted', { turn_id: 'cut', reason: 'interrupted' })
        ])
      )
      expect(await told(room, { threadId: PLAIN })).to.deep.include(usageOf('cut'))
    }))
})

describe('checklist: thread/resume of a loaded thread', () => {
  const loaded = async (room: Room) => {
    await room.ok('thread/resume', { threadId: PLAIN })
    return room.another({ experimentalApi: true })
  }

  it('thread_resume_with_empty_path_uses_running_thread_id: as if no path was given', () =>
    inRoom('basic-142', async (room) => {
      const other = await loaded(room)
      const { thread } = await room.ok('thread/resume', { threadId: PLAIN, path: '' }, other)
      expect(thread.id).to.equal(PLAIN)
    }))

  it('thread_resume_running_thread_uses_cached_instruction_sources: as it was loaded', () =>
    inRoom('basic-142', async (room) => {
      const file = join(room.home, 'AGENTS.md')
      const first = await room.ok('thread/resume', { threadId: PLAIN })
      expect(first['instructionSources']).to.deep.equal([file])
      rmSync(file)
      const joined = await room.ok('thread/resume', { threadId: PLAIN })
      expect(joined['instructionSources']).to.deep.equal([file])
    }))

  it('turn_start_updates_runtime_workspace_roots_for_loaded_thread: a later resume tells them', async () => {
    const { host, last, end } = scriptedHost()
    await inRoom(
      'basic-142',
      async (room) => {
        const before = await room.ok('thread/resume', { threadId: PLAIN })
        expect(before['runtimeWorkspaceRoots']).to.deep.equal(['/workspace/demo'])
        const runtimeWorkspaceRoots = ['/workspace/demo', '/workspace/more']
        await room.ok('turn/start', {
          threadId: PLAIN,
          input: saying('go'),
          runtimeWorkspaceRoots
        })
        expect(last().settings.runtimeWorkspaceRoots).to.deep.equal(runtimeWorkspaceRoots)
        await end(room)
        const after = await room.ok('thread/resume', { threadId: PLAIN })
        expect(after['runtimeWorkspaceRoots']).to.deep.equal(runtimeWorkspaceRoots)
      },
      { turns: host }
    )
  })

  it('thread_resume_keeps_in_flight_turn_streaming: whoever joins hears the rest', async () => {
    const { host, last, end } = scriptedHost()
    await inRoom(
      'basic-142',
      async (room) => {
        await room.ok('thread/resume', { threadId: PLAIN })
        await room.ok('turn/start', { threadId: PLAIN, input: saying('go') })
        const other = await room.another({ experimentalApi: true })
        const { thread } = await room.ok('thread/resume', { threadId: PLAIN }, other)
        expect(thread.status).to.deep.equal({ type: 'active', activeFlags: [] })
        const rest = async () => {
          last().notify('item/agentMessage/delta', { delta: 'still here' })
          await end(room)
        }
        const [first, second] = await room.heard([room.client, other], rest)
        expect(second).to.deep.equal([
          'item/agentMessage/delta',
          'thread/status/changed',
          'turn/completed'
        ])
        expect(first).to.deep.equal(second)
      },
      { turns: host }
    )
  })

  it('thread_resume_rejects_history_when_thread_is_running: one or the other', () =>
    inRoom('basic-142', async (room) => {
      await loaded(room)
      const history = [{ type: 'message', role: 'user', content: [] }]
      expect(await room.refused('thread/resume', { threadId: PLAIN, history })).to.deep.equal(
        invalid(`cannot resume thread ${PLAIN} with history while it is already running`)
      )
    }))

  it('thread_resume_rejects_mismatched_path_for_running_thread_id: and names both', () =>
    inRoom('basic-142', async (room) => {
      await loaded(room)
      const path = gitPath(room.home)
      expect(await room.refused('thread/resume', { threadId: PLAIN, path })).to.deep.equal(
        invalid(
          `cannot resume running thread ${PLAIN} with stale path: requested \`${path}\`, active \`${pathOf(room.home)}\``
        )
      )
    }))

  it('thread_resume_rejoins_running_thread_even_with_override_mismatch: what runs is what is told', () =>
    inRoom('basic-142', async (room) => {
      const other = await loaded(room)
      const asked = { threadId: PLAIN, model: 'not-the-running-model', cwd: '/tmp' }
      const { model, cwd } = await room.ok('thread/resume', asked, other)
      expect([model, cwd]).to.deep.equal(['lab-a', '/workspace/demo'])
    }))

  it('thread_resume_can_skip_turns_when_thread_is_running: as when it was loaded', () =>
    inRoom('basic-142', async (room) => {
      const other = await loaded(room)
      const params = { threadId: PLAIN, excludeTurns: true }
      const from = other.received.length
      const { thread } = await room.ok('thread/resume', params, other)
      expect([thread.id, thread.status, thread.turns]).to.deep.equal([PLAIN, { type: 'idle' }, []])
      expect(other.received.slice(from).map(({ method }) => method ?? 'response')).to.deep.equal([
        'response',
        'thread/goal/cleared'
      ])
    }))

  it('thread_resume_accepts_personality_override: and hands it to whoever runs the turn', async () => {
    const { host, last, end } = scriptedHost()
    await inRoom(
      'basic-142',
      async (room) => {
        await room.ok('thread/resume', { threadId: PLAIN, personality: 'friendly' })
        await room.ok('turn/start', { threadId: PLAIN, input: saying('hi') })
        expect(last().settings.personality).to.equal('friendly')
        await end(room)
      },
      { turns: host }
    )
  })

  it('resume_history_keeps_derived_metadata_pending_until_applied: a resume writes nothing anywhere in the home', () =>
    inRoom('basic-142', async (room) => {
      const files = () => [pathOf, gitPath].map((of) => readFileSync(of(room.home), 'utf8'))
      const before = files()
      const list = await room.ok('thread/list')
      await loaded(room)
      expect(files()).to.deep.equal(before)
      await room.ok('thread/unsubscribe', { threadId: PLAIN })
      const after = await room.ok<{ data: ReadonlyArray<{ id: string; status: unknown }> }>(
        'thread/list'
      )
      expect({
        ...after,
        data: after.data.map((row) => ({ ...row, status: { type: 'notLoaded' } }))
      }).to.deep.equal(list)
    }))
})
