// Changes of threads: rows of Codex's own tests of memory modes, metadata, names, rollbacks, settings and injected
// items, by their names. What Codex says of rows in SQLite holds here for rows of the index.
import { expect } from 'chai'
import { readFileSync } from 'node:fs'
import { join } from 'node:path'
import { right } from '../support/engines.ts'
import {
  GIT,
  inRoom,
  invalid,
  madeHome,
  PLAIN,
  PLAIN_PREVIEW,
  saying,
  scriptedHost,
  type Room,
  type ThreadPage
} from '../support/room.ts'
import { idOf } from '../support/rollouts.ts'

const pathOf = (home: string, id = PLAIN, second = '30'): string =>
  join(home, 'sessions/2026/11/21', `rollout-2026-11-21T06-46-${second}-${id}.jsonl`)
interface Line {
  readonly type: string
  readonly payload: Readonly<Record<string, unknown>>
}
const lines = (path: string): ReadonlyArray<Line> =>
  readFileSync(path, 'utf8')
    .trimEnd()
    .split('\n')
    .map((text) => JSON.parse(text) as Line)
const lastLine = (path: string): Line | undefined => lines(path).at(-1)
const GIT_FACTS = {
  sha: '7f1873c1061aa7d9259f897143fd3d1e7e376dee',
  branch: 'trunk',
  originUrl: 'https://example.invalid/lab/repo.git'
}
const update = async (room: Room, threadId: string, gitInfo: object) =>
  (await room.ok('thread/metadata/update', { threadId, gitInfo })).thread
const row = async (room: Room, id: string, params: object = {}) =>
  (await room.ok<ThreadPage>('thread/list', params)).data.find((thread) => thread.id === id)
/** The index forgets everything; it is made again from the files. */
const forgotten = async (room: Room): Promise<void> => {
  await right((await room.server.server.engine).rebuild())
}

describe('checklist: thread/memoryMode/set', () => {
  const disabled = async (room: Room) => {
    await room.ok('thread/memoryMode/set', { threadId: PLAIN, mode: 'disabled' })
    const line = lastLine(pathOf(room.home))
    expect([line?.type, line?.payload['id'], line?.payload['memory_mode']]).to.deep.equal([
      'session_meta',
      PLAIN,
      'disabled'
    ])
  }

  it('thread_memory_mode_set_updates_loaded_thread_state: in its file', () =>
    inRoom('basic-142', async (room) => {
      await room.ok('thread/resume', { threadId: PLAIN })
      await disabled(room)
    }))

  it('thread_memory_mode_set_updates_stored_thread_state: in its file', () =>
    inRoom('basic-142', disabled))

  it('update_thread_metadata_sets_memory_mode_on_active_rollout: everything else as in the first line', () =>
    inRoom('basic-142', async (room) => {
      const [first] = lines(pathOf(room.home))
      await disabled(room)
      expect(lastLine(pathOf(room.home))?.payload).to.deep.equal({
        ...first?.payload,
        memory_mode: 'disabled'
      })
    }))
})

describe('checklist: thread/metadata/update', () => {
  it('thread_metadata_update_patches_git_branch_and_returns_updated_thread: and it can be read', () =>
    inRoom('basic-142', async (room) => {
      const facts = { sha: null, branch: 'feature/sidebar', originUrl: null }
      const updated = await update(room, PLAIN, { branch: 'feature/sidebar' })
      expect([updated.id, updated.gitInfo, updated.status]).to.deep.equal([
        PLAIN,
        facts,
        { type: 'notLoaded' }
      ])
      const { thread } = await room.ok('thread/read', { threadId: PLAIN })
      expect(thread.gitInfo).to.deep.equal(facts)
    }))

  it('thread_metadata_update_rejects_empty_git_info_patch: something must change', () =>
    inRoom('basic-142', async (room) => {
      const refused = (gitInfo: object) =>
        room.refused('thread/metadata/update', { threadId: PLAIN, gitInfo })
      expect(await refused({})).to.deep.equal(invalid('gitInfo must include at least one field'))
      expect(await refused({ branch: '  ' })).to.deep.equal(
        invalid('gitInfo.branch must not be empty')
      )
    }))

  it('thread_metadata_update_rejects_ephemeral_thread: there is nowhere to keep it', () =>
    inRoom('basic-142', async (room) => {
      const { thread } = await room.ok('thread/start', { ephemeral: true })
      expect(
        await room.refused('thread/metadata/update', {
          threadId: thread.id,
          gitInfo: { branch: 'x' }
        })
      ).to.deep.equal(invalid(`ephemeral thread does not support metadata updates: ${thread.id}`))
    }))

  it('thread_metadata_update_repairs_missing_sqlite_row_for_stored_thread: with all it said before', () =>
    inRoom('basic-142', async (room) => {
      const before = await row(room, GIT)
      await forgotten(room)
      await update(room, GIT, { branch: 'later' })
      const after = await row(room, GIT)
      expect(after).to.deep.equal({
        ...before,
        updatedAt: after?.updatedAt,
        recencyAt: after?.recencyAt,
        gitInfo: { ...GIT_FACTS, branch: 'later' }
      })
    }))

  it('thread_metadata_update_repairs_loaded_thread_without_resetting_summary: preview and creation stay', () =>
    inRoom('basic-142', async (room) => {
      const loaded = await room.ok('thread/resume', { threadId: PLAIN })
      await forgotten(room)
      const updated = await update(room, PLAIN, { branch: 'later' })
      expect([updated.preview, updated.createdAt, updated.status]).to.deep.equal([
        PLAIN_PREVIEW,
        loaded.thread.createdAt,
        { type: 'idle' }
      ])
    }))

  it('thread_metadata_update_repairs_missing_sqlite_row_for_archived_thread: it stays archived', () =>
    inRoom('basic-142', async (room) => {
      await room.ok('thread/archive', { threadId: GIT })
      await forgotten(room)
      await update(room, GIT, { branch: 'later' })
      expect((await row(room, GIT, { archived: true }))?.gitInfo).to.deep.equal({
        ...GIT_FACTS,
        branch: 'later'
      })
      expect(await row(room, GIT)).to.equal(undefined)
    }))

  it('update_thread_metadata_recreates_missing_archived_sqlite_row_as_archived: from its file', () =>
    inRoom('basic-142', async (room) => {
      await room.ok('thread/archive', { threadId: PLAIN })
      await forgotten(room)
      await room.ok('thread/memoryMode/set', { threadId: PLAIN, mode: 'disabled' })
      expect((await row(room, PLAIN, { archived: true }))?.path).to.equal(
        join(room.home, 'archived_sessions', `rollout-2026-11-21T06-46-30-${PLAIN}.jsonl`)
      )
    }))

  it('thread_metadata_update_can_clear_stored_git_fields: null takes one away, the others stay', () =>
    inRoom('basic-142', async (room) => {
      const updated = await update(room, GIT, { branch: null })
      expect(updated.gitInfo).to.deep.equal({ ...GIT_FACTS, branch: null })
      const line = lastLine(pathOf(room.home, GIT, '31'))
      expect(line?.payload['git']).to.deep.equal({
        commit_hash: GIT_FACTS.sha,
        repository_url: GIT_FACTS.originUrl
      })
    }))

  const patches = async (room: Room, ...all: ReadonlyArray<object>) => {
    for (const patch of all) await update(room, GIT, patch)
    return (await room.ok('thread/read', { threadId: GIT })).thread.gitInfo
  }

  it('git_info_patch_round_trips_optional_clears: absent, null and a value are three things', () =>
    inRoom('basic-142', async (room) => {
      expect(await patches(room, { sha: null, branch: 'b' })).to.deep.equal({
        sha: null,
        branch: 'b',
        originUrl: GIT_FACTS.originUrl
      })
    }))

  it('git_info_patch_accepts_missing_fields: what is absent stays', () =>
    inRoom('basic-142', async (room) => {
      expect(await patches(room, { sha: 'feedc0de' })).to.deep.equal({
        ...GIT_FACTS,
        sha: 'feedc0de'
      })
    }))

  it('thread_metadata_patch_round_trips_optional_clears: what was taken away can be set again', () =>
    inRoom('basic-142', async (room) => {
      const cleared = { sha: null, branch: null, originUrl: null }
      expect(await patches(room, cleared, { branch: 'again' })).to.deep.equal({
        ...cleared,
        branch: 'again'
      })
    }))

  it('thread_metadata_patch_merge_uses_presence_semantics: the later word counts, silence keeps', () =>
    inRoom('basic-142', async (room) => {
      expect(
        await patches(room, { sha: 'one', branch: 'one' }, { branch: null }, { sha: 'two' })
      ).to.deep.equal({ sha: 'two', branch: null, originUrl: GIT_FACTS.originUrl })
    }))

  it('update_thread_metadata_applies_combined_explicit_patch: name, git facts and memory mode hold together', () =>
    inRoom('basic-142', async (room) => {
      await room.ok('thread/name/set', { threadId: PLAIN, name: 'All' })
      await update(room, PLAIN, { branch: 'b' })
      await room.ok('thread/memoryMode/set', { threadId: PLAIN, mode: 'disabled' })
      const { thread } = await room.ok('thread/read', { threadId: PLAIN })
      expect([thread.name, thread.gitInfo]).to.deep.equal([
        'All',
        { sha: null, branch: 'b', originUrl: null }
      ])
      expect(lastLine(pathOf(room.home))?.payload['memory_mode']).to.equal('disabled')
    }))
})

describe('checklist: thread/name/set', () => {
  const bothHear = async (room: Room) => {
    const other = await room.another()
    const from = [room.client.received.length, other.received.length]
    await room.ok('thread/name/set', { threadId: PLAIN, name: 'Heard' })
    const updated = {
      method: 'thread/name/updated',
      params: { threadId: PLAIN, threadName: 'Heard' }
    }
    expect(room.client.received.slice(from[0])[1]).to.deep.equal(updated)
    expect(other.received.slice(from[1])).to.deep.equal([updated])
  }

  it('thread_name_updated_broadcasts_for_loaded_threads: to every client', () =>
    inRoom('basic-142', async (room) => {
      await room.ok('thread/resume', { threadId: PLAIN })
      await bothHear(room)
    }))

  it('thread_name_updated_broadcasts_for_not_loaded_threads: to every client', () =>
    inRoom('basic-142', bothHear))

  it('update_thread_metadata_sets_name_on_active_rollout_and_indexes_name: a line among the names, and in lists', () =>
    inRoom('basic-142', async (room) => {
      const bytes = readFileSync(pathOf(room.home))
      await room.ok('thread/name/set', { threadId: GIT, name: 'Indexed' })
      const names = readFileSync(join(room.home, 'session_index.jsonl'), 'utf8')
        .trimEnd()
        .split('\n')
        .map((text) => JSON.parse(text) as { id: string; thread_name: string })
      expect(names.map(({ id, thread_name: name }) => [id, name])).to.deep.equal([
        [PLAIN, 'Spare queue 603'],
        [GIT, 'Indexed']
      ])
      expect((await row(room, GIT))?.name).to.equal('Indexed')
      expect(readFileSync(pathOf(room.home)).equals(bytes)).to.equal(true)
    }))

  it('metadata_patch_applies_title_over_existing_name: the newest name wins', () =>
    inRoom('basic-142', async (room) => {
      for (const name of ['one', 'two']) await room.ok('thread/name/set', { threadId: PLAIN, name })
      expect((await row(room, PLAIN))?.name).to.equal('two')
    }))
})

describe('checklist: thread/rollback', () => {
  it('thread_rollback_drops_last_turns_and_persists_to_rollout: a marker, for later readers too', () =>
    inRoom('basic-142', async (room) => {
      const path = pathOf(room.home)
      const bytes = readFileSync(path)
      await room.ok('thread/resume', { threadId: PLAIN })
      const { thread } = await room.ok('thread/rollback', { threadId: PLAIN, numTurns: 1 })
      const left = ['01a1fcdb-4284-7d22-8532-e46d1ea470d1', '01a1fcdb-4301-7461-8875-32292a5945fa']
      expect(thread.turns.map(({ id }) => id)).to.deep.equal(left)
      expect(readFileSync(path).subarray(0, bytes.length).equals(bytes)).to.equal(true)
      expect(lastLine(path)?.payload).to.deep.equal({ type: 'thread_rolled_back', num_turns: 1 })
      const resumed = await room.ok('thread/resume', { threadId: PLAIN })
      expect(resumed.thread.turns).to.deep.equal(thread.turns)
    }))
})

describe('checklist: thread/settings/update', () => {
  interface Settings {
    readonly threadSettings: Readonly<Record<string, unknown>>
  }
  const changed = async (room: Room, method: string, params: object) => {
    const from = room.client.received.length
    await room.ok(method, { threadId: PLAIN, ...params })
    return room.client.received
      .slice(from)
      .flatMap(({ method: name, params: told }) =>
        name === 'thread/settings/updated' ? [(told as Settings).threadSettings] : []
      )
  }
  const withHost = async (
    use: (room: Room, host: ReturnType<typeof scriptedHost>) => Promise<void>
  ) => {
    const host = scriptedHost()
    await inRoom(
      'basic-142',
      async (room) => {
        await room.ok('thread/resume', { threadId: PLAIN })
        await use(room, host)
      },
      { turns: host.host }
    )
  }

  it('thread_settings_update_emits_notification_and_updates_future_turns: the next one runs with them', () =>
    withHost(async (room, { last, end }) => {
      const told = await changed(room, 'thread/settings/update', { model: 'lab-b' })
      expect(told.map(({ model }) => model)).to.deep.equal(['lab-b'])
      await room.ok('turn/start', { threadId: PLAIN, input: saying('go') })
      expect(last().settings.model).to.equal('lab-b')
      await end(room)
    }))

  it('thread_settings_update_cwd_retargets_default_environment: the next turn runs there', () =>
    withHost(async (room, { last, end }) => {
      const told = await changed(room, 'thread/settings/update', { cwd: '/workspace/repo' })
      expect(told.map(({ cwd }) => cwd)).to.deep.equal(['/workspace/repo'])
      await room.ok('turn/start', { threadId: PLAIN, input: saying('go') })
      const { cwd, runtimeWorkspaceRoots } = last().settings
      expect([cwd, runtimeWorkspaceRoots]).to.deep.equal(['/workspace/repo', ['/workspace/repo']])
      await end(room)
    }))

  it('thread_settings_update_while_turn_is_active_emits_notification: the running turn goes on as it was', () =>
    withHost(async (room, { last, end }) => {
      await room.ok('turn/start', { threadId: PLAIN, input: saying('go') })
      const told = await changed(room, 'thread/settings/update', { model: 'lab-b' })
      expect(told.map(({ model }) => model)).to.deep.equal(['lab-b'])
      expect(last().settings.model).to.equal('lab-a')
      await end(room)
      const after = await room.ok('thread/resume', { threadId: PLAIN })
      expect(after['model']).to.equal('lab-b')
    }))

  it('thread_settings_update_null_service_tier_uses_default: null is a wish, silence is none', () =>
    inRoom('basic-142', async (room) => {
      await room.ok('thread/resume', { threadId: PLAIN })
      const tiers = async (serviceTier: string | null) =>
        (await changed(room, 'thread/settings/update', { serviceTier })).map(
          (settings) => settings['serviceTier']
        )
      expect(await tiers('fast')).to.deep.equal(['priority'])
      expect(await changed(room, 'thread/settings/update', {})).to.deep.equal([])
      expect(await tiers(null)).to.deep.equal(['default'])
    }))

  it('thread_settings_update_rejects_sandbox_policy_with_permissions: one or the other', () =>
    inRoom('basic-142', async (room) => {
      await room.ok('thread/resume', { threadId: PLAIN })
      expect(
        await room.refused('thread/settings/update', {
          threadId: PLAIN,
          sandboxPolicy: { type: 'readOnly' },
          permissions: ':workspace'
        })
      ).to.deep.equal(invalid('`permissions` cannot be combined with `sandboxPolicy`'))
    }))

  it('turn_start_settings_override_emits_thread_settings_updated: a turn may bring its own', () =>
    withHost(async (room, { last, end }) => {
      const told = await changed(room, 'turn/start', {
        input: saying('go'),
        model: 'lab-b',
        effort: 'low'
      })
      expect(told.map(({ model, effort }) => [model, effort])).to.deep.equal([['lab-b', 'low']])
      expect([last().settings.model, last().settings.reasoningEffort]).to.deep.equal([
        'lab-b',
        'low'
      ])
      await end(room)
    }))
})

describe('checklist: thread/inject_items', () => {
  it('thread_inject_items_adds_raw_response_items_to_thread_history: the model knows them, no turn shows them', () =>
    inRoom('basic-142', async (room) => {
      const { thread } = await room.ok('thread/resume', { threadId: PLAIN })
      const item = {
        type: 'message',
        role: 'assistant',
        content: [{ type: 'output_text', text: 'Injected answer' }]
      }
      expect(
        await room.ok('thread/inject_items', { threadId: PLAIN, items: [item] })
      ).to.deep.equal({})
      const line = lastLine(pathOf(room.home))
      expect(line?.type).to.equal('response_item')
      expect(line?.payload).to.deep.include(item)
      const engine = await room.server.server.engine
      const { items } = await right(engine.context(PLAIN))
      expect(items.at(-1)).to.deep.include(item)
      const read = await room.ok('thread/read', { threadId: PLAIN, includeTurns: true })
      expect(read.thread.turns).to.deep.equal(thread.turns)
    }))
})

describe('checklist: what the first words of a thread decide', () => {
  it('goal_update_sets_preview_without_overriding_existing_preview: only where nothing was said', () =>
    inRoom('basic-142', async (room) => {
      await room.ok('thread/goal/set', { threadId: PLAIN, objective: 'Paint the barn' })
      expect((await row(room, PLAIN))?.preview).to.equal(PLAIN_PREVIEW)
      const { thread } = await room.ok('thread/start', {})
      await room.ok('thread/goal/set', { threadId: thread.id, objective: 'Paint the barn' })
      expect((await row(room, thread.id))?.preview).to.equal('Paint the barn')
    }))

  it('list_threads_preserves_sqlite_title_search_results: a thread is found by its name and by its first words', () =>
    inRoom(
      madeHome({ id: idOf(1), message: 'about needles' }, { id: idOf(2), message: 'hay' }),
      async (room) => {
        await room.ok('thread/name/set', { threadId: idOf(2), name: 'needles too' })
        const { data } = await room.ok<ThreadPage>('thread/list', { searchTerm: 'needles' })
        expect(data.map(({ id }) => id).toSorted()).to.deep.equal([idOf(1), idOf(2)])
      }
    ))
})
