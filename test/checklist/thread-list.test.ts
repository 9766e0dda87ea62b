// Lists of threads: rows of Codex's own tests of `thread/list` and `thread/loaded/list`, by their names.
import { expect } from 'chai'
import { readFileSync, renameSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import type { Thread } from '../../domain/protocol.ts'
import { idOf } from '../support/rollouts.ts'
import {
  GIT,
  inRoom,
  invalid,
  madeHome,
  PLAIN,
  PLAIN_PREVIEW,
  putThread,
  saying,
  scriptedHost,
  type PageAnswer,
  type Room,
  type ThreadPage
} from '../support/room.ts'
import { ids, list, listed, second, threads } from '../support/made-lists.ts'

describe('checklist: thread/list', () => {
  it('thread_list_basic_empty: a fresh home has an empty page', () =>
    inRoom(madeHome(), async (room) => {
      expect(await list(room, { limit: 10 })).to.deep.equal({
        data: [],
        nextCursor: null,
        backwardsCursor: null
      })
    }))

  it('thread_list_reports_system_error_idle_flag_after_failed_turn: until the next turn', async () => {
    const { host, end } = scriptedHost()
    await inRoom(
      'basic-142',
      async (room) => {
        await room.ok('thread/resume', { threadId: PLAIN })
        await room.ok('turn/start', { threadId: PLAIN, input: saying('go') })
        await end(room, { status: 'failed', message: 'no network' })
        const { data } = await list(room)
        expect(data.map(({ id, status }) => [id, status])).to.deep.equal([
          [GIT, { type: 'notLoaded' }],
          [PLAIN, { type: 'systemError' }]
        ])
      },
      { turns: host }
    )
  })

  it('thread_list_pagination_next_cursor_none_on_last_page: two and one', () =>
    inRoom(threads(3), async (room) => {
      const first = await list(room, { limit: 2 })
      expect([ids(first), first.nextCursor === null]).to.deep.equal([[idOf(2), idOf(1)], false])
      const last = await list(room, { limit: 2, cursor: first.nextCursor })
      expect([ids(last), last.nextCursor]).to.deep.equal([[idOf(0)], null])
    }))

  it('thread_list_respects_provider_filter: one of two', () =>
    inRoom(
      threads(2, (n) => ({ meta: { model_provider: n === 0 ? 'mock' : 'other' } })),
      async (room) => {
        expect(await listed(room, { modelProviders: ['other'] })).to.deep.equal([idOf(1)])
        expect(await listed(room, { modelProviders: [] })).to.deep.equal([idOf(1), idOf(0)])
        expect(await listed(room)).to.deep.equal([idOf(0)])
      }
    ))

  it('thread_list_respects_cwd_filters: as a string and as a list', () =>
    inRoom(
      threads(3, (n) => ({ meta: { cwd: `/work/${n}` } })),
      async (room) => {
        expect(await listed(room, { cwd: '/work/1' })).to.deep.equal([idOf(1)])
        expect(await listed(room, { cwd: ['/work/0', '/work/2', '/nowhere'] })).to.deep.equal([
          idOf(2),
          idOf(0)
        ])
        expect(await listed(room, { cwd: [] })).to.deep.equal([])
      }
    ))

  it('thread_list_respects_search_term_filter: a part of the name', () =>
    inRoom(threads(3), async (room) => {
      await room.ok('thread/name/set', { threadId: idOf(0), name: 'The blue needle' })
      await room.ok('thread/name/set', { threadId: idOf(2), name: 'Hay only' })
      expect(await listed(room, { searchTerm: 'needle' })).to.deep.equal([idOf(0)])
      expect(await listed(room, { searchTerm: 'straw' })).to.deep.equal([])
    }))

  it('thread_list_state_db_only_returns_sqlite_without_jsonl_repair: a row is never older than its file', () =>
    inRoom(threads(1), async (room) => {
      const params = { useStateDbOnly: true }
      expect((await list(room, params)).data.map(({ path }) => path)).to.deep.equal([
        join(room.home, 'sessions/2026/05/01', `rollout-2026-05-01T10-00-00-${idOf(0)}.jsonl`)
      ])
      const from = join(room.home, 'sessions/2026/05/01')
      const name = `rollout-2026-05-01T10-00-00-${idOf(0)}.jsonl`
      renameSync(join(from, name), join(room.home, 'sessions', name))
      expect((await list(room, params)).data.map(({ path }) => path)).to.deep.equal([
        join(room.home, 'sessions', name)
      ])
    }))

  const [PARENT, CHILD] = [
    '01a1fce0-101c-7280-bdf0-84ad5db3f957',
    '01a1fce0-1199-7110-9de7-0be90f9c5016'
  ]

  it('thread_list_parent_filter_reads_direct_children_from_state_db: not the children of children', () =>
    inRoom('agents-142', async (room) => {
      putThread(room.home, {
        id: idOf(9),
        meta: { source: spawnedBy(CHILD, 2), parent_thread_id: CHILD }
      })
      const children = await listed(room, { parentThreadId: PARENT })
      expect([...children].sort()).to.deep.equal([
        CHILD,
        '01a1fce0-14d2-7320-ab50-36a99f609cd5',
        '01a1fce0-1709-7f52-9b0c-9b3e081de7b9'
      ])
    }))

  it('thread_list_parent_filter_rejects_malformed_thread_id: with the reason', () =>
    inRoom(madeHome(), async (room) => {
      expect(await room.refused('thread/list', { parentThreadId: 'zz' })).to.deep.equal(
        invalid(
          'invalid parent thread id: invalid character: expected an optional prefix of `urn:uuid:` followed by [0-9a-fA-F-], found `z` at 1'
        )
      )
    }))
})

const spawnedBy = (parent: string, depth = 1) => ({
  subagent: {
    thread_spawn: {
      parent_thread_id: parent,
      depth,
      agent_path: null,
      agent_nickname: null,
      agent_role: null
    }
  }
})

const SOURCES: ReadonlyArray<readonly [string, unknown]> = [
  ['cli', 'cli'],
  ['vscode', 'vscode'],
  ['exec', 'exec'],
  ['appServer', 'mcp'],
  ['subAgentReview', { subagent: 'review' }],
  ['subAgentCompact', { subagent: 'compact' }],
  ['subAgentThreadSpawn', spawnedBy(PLAIN)],
  ['subAgentOther', { subagent: { other: 'guardian' } }]
]
const everySource = (): string =>
  threads(SOURCES.length, (n) => ({ meta: { source: SOURCES[n]?.[1] } }))
const withSource = (...kinds: ReadonlyArray<string>): ReadonlyArray<string> =>
  SOURCES.flatMap(([kind], n) => (kinds.includes(kind) ? [idOf(n)] : [])).reverse()

describe('checklist: thread/list by source', () => {
  it('thread_list_empty_source_kinds_defaults_to_interactive_only: as without the member', () =>
    inRoom(everySource(), async (room) => {
      expect(await listed(room, { sourceKinds: [] })).to.deep.equal(withSource('cli', 'vscode'))
      expect(await listed(room)).to.deep.equal(withSource('cli', 'vscode'))
    }))

  it('thread_list_filters_by_source_kind_subagent_thread_spawn: only spawned ones', () =>
    inRoom(everySource(), async (room) => {
      const { data } = await list(room, { sourceKinds: ['subAgentThreadSpawn'] })
      expect(data.map(({ id }) => id)).to.deep.equal(withSource('subAgentThreadSpawn'))
      expect(data.map(({ source }) => source)).to.deep.equal([
        {
          subAgent: {
            thread_spawn: {
              parent_thread_id: PLAIN,
              depth: 1,
              agent_path: null,
              agent_nickname: null,
              agent_role: null
            }
          }
        }
      ])
    }))

  it('thread_list_filters_by_subagent_variant: each alone', () =>
    inRoom(everySource(), async (room) => {
      for (const kind of SOURCES.map(([one]) => one)) {
        expect([kind, await listed(room, { sourceKinds: [kind] })]).to.deep.equal([
          kind,
          withSource(kind)
        ])
      }
      expect(await listed(room, { sourceKinds: ['subAgent'] })).to.deep.equal(
        withSource('subAgentReview', 'subAgentCompact', 'subAgentThreadSpawn', 'subAgentOther')
      )
    }))

  it('test_source_filter_excludes_non_matching_sessions: the others stay out', () =>
    inRoom(everySource(), async (room) => {
      expect(await listed(room, { sourceKinds: ['exec', 'cli'] })).to.deep.equal(
        withSource('exec', 'cli')
      )
    }))
})

describe('checklist: thread/list, how far it goes', () => {
  it('thread_list_fetches_until_limit_or_exhausted: eight of a rare provider', () =>
    inRoom(
      threads(24, (n) => ({ meta: { model_provider: n % 3 === 0 ? 'rare' : 'mock' } })),
      async (room) => {
        const page = await list(room, { limit: 8, modelProviders: ['rare'] })
        expect([ids(page), page.nextCursor]).to.deep.equal([
          [21, 18, 15, 12, 9, 6, 3, 0].map(idOf),
          null
        ])
      }
    ))

  it('thread_list_enforces_max_limit: a hundred at most', () =>
    inRoom(
      threads(105, (n) => ({
        at: `2026-05-01T10:${String(Math.floor(n / 60)).padStart(2, '0')}:${String(n % 60).padStart(2, '0')}.000Z`
      })),
      async (room) => {
        const page = await list(room, { limit: 200 })
        expect(ids(page)).to.deep.equal(Array.from({ length: 100 }, (_, n) => idOf(104 - n)))
        expect(await listed(room, { limit: 200, cursor: page.nextCursor })).to.deep.equal(
          [4, 3, 2, 1, 0].map(idOf)
        )
      }
    ))

  it('thread_list_stops_when_not_enough_filtered_results_exist: seven, and no cursor', () =>
    inRoom(
      threads(20, (n) => ({ meta: { model_provider: n < 7 ? 'rare' : 'mock' } })),
      async (room) => {
        const page = await list(room, { limit: 10, modelProviders: ['rare'] })
        expect([ids(page), page.nextCursor]).to.deep.equal([[6, 5, 4, 3, 2, 1, 0].map(idOf), null])
      }
    ))

  it('test_pagination_cursor: pages join up without gap or repeat', () =>
    inRoom(threads(7), async (room) => {
      const all: Array<string> = []
      let cursor: string | null = null
      do {
        const page: ThreadPage = await list(room, { limit: 3, cursor })
        all.push(...ids(page))
        cursor = page.nextCursor
      } while (cursor !== null)
      expect(all).to.deep.equal([6, 5, 4, 3, 2, 1, 0].map(idOf))
    }))

  it('list_threads_db_disabled_does_not_skip_paginated_items: pages from files alone are complete', () =>
    inRoom(
      threads(9, (n) => ({ at: second(n), changedAt: second(40 - n) })),
      async (room) => {
        const all: Array<string> = []
        let cursor: string | null = null
        do {
          const page: ThreadPage = await list(room, { limit: 2, sortKey: 'updated_at', cursor })
          all.push(...ids(page))
          cursor = page.nextCursor
        } while (cursor !== null)
        expect(all).to.deep.equal([0, 1, 2, 3, 4, 5, 6, 7, 8].map(idOf))
      }
    ))

  it('thread_list_invalid_cursor_returns_error: and names the cursor', () =>
    inRoom('basic-142', async (room) => {
      expect(await room.refused('thread/list', { cursor: 'zzz' })).to.deep.equal(
        invalid('invalid cursor: zzz')
      )
    }))

  it('list_threads_rejects_invalid_cursor: in every order', () =>
    inRoom('basic-142', async (room) => {
      for (const sortKey of ['created_at', 'updated_at', 'recency_at']) {
        expect(await room.refused('thread/list', { cursor: '{}', sortKey })).to.deep.equal(
          invalid('invalid cursor: {}')
        )
      }
    }))
})

describe('checklist: thread/list, what a row tells', () => {
  const rowOf = async (room: Room, id: string): Promise<Thread | undefined> =>
    (await list(room)).data.find((thread) => thread.id === id)

  it('thread_list_includes_git_info: commit, branch and origin', () =>
    inRoom('basic-142', async (room) => {
      expect((await list(room)).data.map(({ gitInfo }) => gitInfo)).to.deep.equal([
        {
          sha: '7f1873c1061aa7d9259f897143fd3d1e7e376dee',
          branch: 'trunk',
          originUrl: 'https://example.invalid/lab/repo.git'
        },
        null
      ])
    }))

  it('list_threads_returns_local_rollout_summary: the whole row', () =>
    inRoom('basic-142', async (room) => {
      const day = join(room.home, 'sessions/2026/11/21')
      expect(await rowOf(room, PLAIN)).to.deep.equal({
        id: PLAIN,
        sessionId: PLAIN,
        forkedFromId: null,
        parentThreadId: null,
        preview: PLAIN_PREVIEW,
        ephemeral: false,
        modelProvider: 'mock',
        createdAt: 1795243590,
        updatedAt: 1795243590,
        recencyAt: 1795243590,
        status: { type: 'notLoaded' },
        path: join(day, `rollout-2026-11-21T06-46-30-${PLAIN}.jsonl`),
        cwd: '/workspace/demo',
        cliVersion: '0.142.5',
        source: 'vscode',
        threadSource: null,
        agentNickname: null,
        agentRole: null,
        gitInfo: null,
        name: 'Spare queue 603',
        turns: []
      })
    }))

  it('list_threads_metadata_filter_overlays_state_db_list_metadata: name and git facts set later', () =>
    inRoom('basic-142', async (room) => {
      await room.ok('thread/name/set', { threadId: PLAIN, name: 'Later' })
      await room.ok('thread/metadata/update', { threadId: PLAIN, gitInfo: { branch: 'later' } })
      const row = await rowOf(room, PLAIN)
      expect([row?.name, row?.gitInfo]).to.deep.equal([
        'Later',
        { sha: null, branch: 'later', originUrl: null }
      ])
    }))

  it('fill_missing_thread_item_metadata_preserves_identity_and_prefers_state_git_fields: what was set later wins, the rest stays', () =>
    inRoom('basic-142', async (room) => {
      const before = await rowOf(room, GIT)
      await room.ok('thread/metadata/update', { threadId: GIT, gitInfo: { branch: 'later' } })
      const after = await rowOf(room, GIT)
      expect(after).to.deep.equal({
        ...before,
        updatedAt: after?.updatedAt,
        recencyAt: after?.recencyAt,
        gitInfo: { ...before?.gitInfo, branch: 'later' }
      })
    }))

  it('list_threads_uses_default_provider_when_rollout_omits_provider: that of the configuration', () =>
    inRoom(
      threads(1, () => ({ meta: { model_provider: null } })),
      async (room) => {
        expect((await list(room)).data.map(({ modelProvider }) => modelProvider)).to.deep.equal([
          'mock'
        ])
      }
    ))

  it('test_list_threads_scans_past_head_for_user_event: a message far behind other lines counts', () =>
    inRoom(madeHome(), async (room) => {
      const made = { id: idOf(1), message: 'at last' }
      const path = putThread(room.home, made)
      const [meta = '', started = '', ...rest] = readFileSync(path, 'utf8').trimEnd().split('\n')
      const filler = rest.find((line) => line.includes('"turn_context"')) ?? ''
      const lines = [meta, started, ...Array.from({ length: 60 }, () => filler), ...rest]
      writeFileSync(path, `${lines.join('\n')}\n`)
      expect((await list(room)).data.map(({ preview }) => preview)).to.deep.equal(['at last'])
    }))
})

describe('checklist: thread/loaded/list', () => {
  type Ids = PageAnswer<string>

  it('thread_loaded_list_returns_loaded_thread_ids: of what was started', () =>
    inRoom('basic-142', async (room) => {
      const { thread } = await room.ok('thread/start', {})
      expect(await room.ok<Ids>('thread/loaded/list')).to.deep.equal({
        data: [thread.id],
        nextCursor: null
      })
    }))

  it('thread_loaded_list_paginates: the last id is the cursor', () =>
    inRoom('basic-142', async (room) => {
      await room.ok('thread/resume', { threadId: GIT })
      await room.ok('thread/resume', { threadId: PLAIN })
      expect(await room.ok<Ids>('thread/loaded/list', { limit: 1 })).to.deep.equal({
        data: [PLAIN],
        nextCursor: PLAIN
      })
      expect(await room.ok<Ids>('thread/loaded/list', { limit: 1, cursor: PLAIN })).to.deep.equal({
        data: [GIT],
        nextCursor: null
      })
    }))
})
