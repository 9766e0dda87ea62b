// Reading threads: rows of Codex's own tests of `thread/read` and `thread/turns/list`, by their names.
import { expect } from 'chai'
import { existsSync, readFileSync } from 'node:fs'
import { join } from 'node:path'
import type { Thread } from '../../domain/protocol.ts'
import { FIXTURES, placed, readJson } from '../support/fixture-home.ts'
import { appendRollout, linesOf } from '../support/rollouts.ts'
import {
  inRoom,
  invalid,
  NOBODY,
  PLAIN,
  PLAIN_PREVIEW,
  saying,
  scriptedHost,
  type Room,
  type ThreadAnswer,
  type ThreadPage,
  type TurnPage
} from '../support/room.ts'
import { agent, done, start, user } from '../support/turn-lines.ts'

/** The turns of `PLAIN`. */
const [A, B, C] = [
  '01a1fcdb-4284-7d22-8532-e46d1ea470d1',
  '01a1fcdb-4301-7461-8875-32292a5945fa',
  '01a1fcdb-43e6-7690-98ad-721ca780c99c'
]
const ids = ({ data }: TurnPage): ReadonlyArray<string> => data.map(({ id }) => id)
const turns = (room: Room, params: object = {}): Promise<TurnPage> =>
  room.ok<TurnPage>('thread/turns/list', { threadId: PLAIN, ...params })
const pathOf = (home: string): string =>
  join(home, 'sessions/2026/11/21', `rollout-2026-11-21T06-46-30-${PLAIN}.jsonl`)
const grow = (home: string, turn: string): void =>
  appendRollout(pathOf(home), linesOf([start(turn), user(turn), agent('so'), done(turn)]))

/** What the real 0.142.5 answered about the same home. */
const recorded = (home: string, includeTurns: boolean): Thread => {
  const { steps } = readJson(join(FIXTURES, 'homes/basic-142/golden/thread-read.json')) as {
    readonly steps: ReadonlyArray<{
      readonly request: { readonly params: { readonly threadId: string; includeTurns?: boolean } }
      readonly response: { readonly result: { readonly thread: Thread } }
    }>
  }
  const step = steps.find(
    ({ request: { params } }) =>
      params.threadId === PLAIN && (params.includeTurns ?? false) === includeTurns
  )
  if (step === undefined) throw new Error('not recorded')
  return placed(step.response.result.thread, home)
}

describe('checklist: thread/read', () => {
  for (const [name, includeTurns] of [
    ['without turns', false],
    ['with turns', true]
  ] as const) {
    it(`answers as Codex did ${name}`, () =>
      inRoom('basic-142', async (room) => {
        const { thread } = await room.ok('thread/read', { threadId: PLAIN, includeTurns })
        expect(thread).to.deep.equal(recorded(room.home, includeTurns))
      }))
  }

  it('thread_read_returns_summary_without_turns: preview and metadata, not loaded', () =>
    inRoom('basic-142', async (room) => {
      const { thread } = await room.ok('thread/read', { threadId: PLAIN })
      const { id, preview, cwd, cliVersion, source, gitInfo, status, path } = thread
      expect({ id, preview, cwd, cliVersion, source, gitInfo, status, path }).to.deep.equal({
        id: PLAIN,
        preview: PLAIN_PREVIEW,
        cwd: '/workspace/demo',
        cliVersion: '0.142.5',
        source: 'vscode',
        gitInfo: null,
        status: { type: 'notLoaded' },
        path: pathOf(room.home)
      })
      expect(thread.turns).to.deep.equal([])
    }))

  it('thread_read_can_include_turns: with what was said and done', () =>
    inRoom('basic-142', async (room) => {
      const { thread } = await room.ok('thread/read', { threadId: PLAIN, includeTurns: true })
      expect(
        thread.turns.map(({ id, status, itemsView }) => [id, status, itemsView])
      ).to.deep.equal([A, B, C].map((id) => [id, 'completed', 'full']))
      expect(thread.turns[0]?.items).to.deep.equal([
        {
          type: 'userMessage',
          id: 'item-1',
          clientId: null,
          content: [{ type: 'text', text: PLAIN_PREVIEW, text_elements: [] }]
        },
        {
          type: 'agentMessage',
          id: 'item-2',
          text: 'Trim the tidy ledger near the fence. Stack the green robot in the shed.',
          phase: null,
          memoryCitation: null
        }
      ])
    }))

  it('thread_read_can_return_archived_threads_by_id: where they lie', () =>
    inRoom('fork-rollback-142', async (room) => {
      const threadId = '01a1fcde-3e53-7060-9794-586e2c2f2af6'
      const { thread } = await room.ok('thread/read', { threadId, includeTurns: true })
      expect([thread.id, thread.path, thread.turns.length]).to.deep.equal([
        threadId,
        join(room.home, 'archived_sessions', `rollout-2026-11-21T06-49-45-${threadId}.jsonl`),
        5
      ])
    }))

  it('thread_read_returns_forked_from_id_for_forked_threads: the source of the fork', () =>
    inRoom('basic-142', async (room) => {
      const fork = await room.ok('thread/fork', { threadId: PLAIN })
      const { thread } = await room.ok('thread/read', { threadId: fork.thread.id })
      expect([thread.id, thread.forkedFromId]).to.deep.equal([fork.thread.id, PLAIN])
    }))

  it('thread_read_loaded_thread_returns_precomputed_path_before_materialization: no file is there yet', () =>
    inRoom('basic-142', async (room) => {
      const { thread } = await room.ok('thread/start', {})
      const path = thread.path ?? ''
      expect(path.startsWith(join(room.home, 'sessions'))).to.equal(true)
      expect(path.endsWith(`${thread.id}.jsonl`)).to.equal(true)
      expect(existsSync(path)).to.equal(false)
      expect(await room.ok('thread/read', { threadId: thread.id })).to.deep.equal({ thread })
    }))

  it('thread_name_set_is_reflected_in_read_list_and_resume: and announced', () =>
    inRoom('basic-142', async (room) => {
      const from = room.client.received.length
      await room.ok('thread/name/set', { threadId: PLAIN, name: ' Barn work ' })
      expect(room.client.received.slice(from)[1]).to.deep.equal({
        method: 'thread/name/updated',
        params: { threadId: PLAIN, threadName: 'Barn work' }
      })
      const read = await room.ok('thread/read', { threadId: PLAIN })
      const { data } = await room.ok<ThreadPage>('thread/list')
      const resumed = await room.ok('thread/resume', { threadId: PLAIN })
      expect([
        read.thread.name,
        data.find(({ id }) => id === PLAIN)?.name,
        resumed.thread.name
      ]).to.deep.equal(['Barn work', 'Barn work', 'Barn work'])
    }))

  it('thread_read_include_turns_rejects_unmaterialized_loaded_thread: before the first message', () =>
    inRoom('basic-142', async (room) => {
      const { thread } = await room.ok('thread/start', {})
      expect(
        await room.refused('thread/read', { threadId: thread.id, includeTurns: true })
      ).to.deep.equal(
        invalid(
          `thread ${thread.id} is not materialized yet; includeTurns is unavailable before first user message`
        )
      )
    }))

  it('thread_read_reports_system_error_idle_flag_after_failed_turn: not for good', async () => {
    const { host, end } = scriptedHost()
    await inRoom(
      'basic-142',
      async (room) => {
        const status = async () => (await room.ok('thread/read', { threadId: PLAIN })).thread.status
        await room.ok('thread/resume', { threadId: PLAIN })
        for (const [how, expected] of [
          [{ status: 'failed', message: 'no network' }, { type: 'systemError' }],
          [{ status: 'completed' }, { type: 'idle' }]
        ] as const) {
          await room.ok('turn/start', { threadId: PLAIN, input: saying('go') })
          await end(room, how)
          expect(await status()).to.deep.equal(expected)
        }
      },
      { turns: host }
    )
  })

  it('read_thread_fails_without_rollout: and says that it is not loaded', () =>
    inRoom('basic-142', async (room) => {
      for (const includeTurns of [false, true]) {
        expect(await room.refused('thread/read', { threadId: NOBODY, includeTurns })).to.deep.equal(
          invalid(`thread not loaded: ${NOBODY}`)
        )
      }
    }))
})

describe('checklist: thread/turns/list', () => {
  it('thread_turns_list_can_page_backward_and_forward: and what came since, from where one began', () =>
    inRoom('basic-142', async (room) => {
      const first = await turns(room, { limit: 2 })
      const second = await turns(room, { limit: 2, cursor: first.nextCursor })
      expect([ids(first), ids(second), second.nextCursor]).to.deep.equal([[C, B], [A], null])
      grow(room.home, 'new-1')
      grow(room.home, 'new-2')
      const since = await turns(room, { cursor: first.backwardsCursor, sortDirection: 'asc' })
      expect([ids(since), since.nextCursor]).to.deep.equal([[C, 'new-1', 'new-2'], null])
    }))

  it('thread_turns_list_supports_requested_items_view: none, first and last, all', () =>
    inRoom('basic-142', async (room) => {
      const seen = async (itemsView?: string) => {
        const page = await turns(room, { cursor: null, limit: 2, sortDirection: 'asc', itemsView })
        return page.data.map(({ itemsView: view, items }) => [view, items.map(({ id }) => id)])
      }
      expect(await seen('notLoaded')).to.deep.equal([
        ['notLoaded', []],
        ['notLoaded', []]
      ])
      const summary = [
        ['summary', ['item-1', 'item-2']],
        ['summary', ['item-3', 'item-5']]
      ]
      expect(await seen('summary')).to.deep.equal(summary)
      expect(await seen()).to.deep.equal(summary)
      expect(await seen('full')).to.deep.equal([
        ['full', ['item-1', 'item-2']],
        ['full', ['item-3', 'item-4', 'item-5']]
      ])
    }))

  it('thread_resume_initial_turns_page_matches_requested_turns_list_page: the same page', () =>
    inRoom('basic-142', async (room) => {
      const page = { limit: 2, sortDirection: 'desc', itemsView: 'full' }
      const resumed = await room.ok('thread/resume', {
        threadId: PLAIN,
        excludeTurns: true,
        initialTurnsPage: page
      })
      expect(ids(resumed['initialTurnsPage'] as TurnPage)).to.deep.equal([C, B])
      expect(resumed['initialTurnsPage']).to.deep.equal(await turns(room, page))
    }))

  it('thread_turns_list_rejects_cursor_when_anchor_turn_is_rolled_back: it is no longer present', () =>
    inRoom('basic-142', async (room) => {
      const { backwardsCursor } = await turns(room, { limit: 1 })
      await room.ok('thread/resume', { threadId: PLAIN })
      await room.ok('thread/rollback', { threadId: PLAIN, numTurns: 1 })
      expect(
        await room.refused('thread/turns/list', {
          threadId: PLAIN,
          cursor: backwardsCursor,
          sortDirection: 'asc'
        })
      ).to.deep.equal(invalid('invalid cursor: anchor turn is no longer present'))
    }))

  it('thread_turns_list_rejects_unmaterialized_loaded_thread: before the first message', () =>
    inRoom('basic-142', async (room) => {
      const { thread } = await room.ok('thread/start', {})
      expect(await room.refused('thread/turns/list', { threadId: thread.id })).to.deep.equal(
        invalid(
          `thread ${thread.id} is not materialized yet; thread/turns/list is unavailable before first user message`
        )
      )
    }))

  it('thread_turns_items_list_returns_unsupported: where strict; else it is served', async () => {
    const params = { threadId: PLAIN, turnId: A }
    await inRoom('basic-142', async (room) => {
      expect(await room.refused('thread/turns/items/list', params)).to.deep.equal(
        invalid('thread/turns/items/list is not supported yet', -32601)
      )
    })
    await inRoom(
      'basic-142',
      async (room) => {
        const page = await room.ok<{ data: ReadonlyArray<{ id: string }> }>(
          'thread/turns/items/list',
          params
        )
        expect(page.data.map(({ id }) => id)).to.deep.equal(['item-1', 'item-2'])
      },
      { strict: false }
    )
  })
})

describe('checklist: summaries of stored threads', () => {
  it('read_thread_returns_rollout_path_summary: by the path of its file', () =>
    inRoom('basic-142', async (room) => {
      const rolloutPath = pathOf(room.home)
      expect(await room.ok('getConversationSummary', { rolloutPath })).to.deep.equal({
        summary: {
          conversationId: PLAIN,
          path: rolloutPath,
          preview: PLAIN_PREVIEW,
          timestamp: '2026-11-21T06:46:30.078Z',
          updatedAt: '2026-11-21T06:46:30.078Z',
          modelProvider: 'mock',
          cwd: '/workspace/demo',
          cliVersion: '0.142.5',
          source: 'vscode',
          gitInfo: null
        }
      })
    }))

  it('test_get_thread_contents: every line as it stands in the file', () =>
    inRoom('basic-142', async (room) => {
      const engine = await room.server.server.engine
      const batches = engine.events(PLAIN, { revision: 0, segment: 0, offset: 0 })
      const answer = await batches()
      if (answer._tag === 'Left') throw new Error('no lines')
      const bytes = readFileSync(pathOf(room.home))
      const texts: Array<string> = []
      for await (const { lines } of answer.right)
        for (const { offset, bytes: length } of lines)
          texts.push(bytes.subarray(offset, offset + length).toString('utf8'))
      expect(texts).to.deep.equal(bytes.toString('utf8').trimEnd().split('\n'))
    }))

  const started = async (room: Room): Promise<ThreadAnswer> => room.ok('thread/start', {})
  it('recorder_materializes_on_flush_with_pending_items: no file before something is kept', () =>
    inRoom('basic-142', async (room) => {
      const { thread } = await started(room)
      const path = thread.path ?? ''
      expect(existsSync(path)).to.equal(false)
      await room.ok('thread/inject_items', {
        threadId: thread.id,
        items: [{ type: 'message', role: 'user', content: [{ type: 'input_text', text: 'kept' }] }]
      })
      const types = readFileSync(path, 'utf8')
        .trimEnd()
        .split('\n')
        .map((text) => (JSON.parse(text) as { type: string }).type)
      expect(types).to.deep.equal(['session_meta', 'response_item'])
    }))
})
