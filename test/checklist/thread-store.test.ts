// Storing threads: rows of Codex's own tests of its thread store, by their names. What Codex keeps in SQLite is here an
// index that may be deleted; what it calls a live writer is an append under the lock of a thread.
import { expect } from 'chai'
import * as E from 'fp-ts/lib/Either.js'
import { existsSync, readFileSync, readdirSync, rmSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import type { Engine } from '../../adapters/library.ts'
import { tryLock } from '../../adapters/log/jsonl/writer-lock.ts'
import { memoryIndex } from '../../adapters/index/memory/index.ts'
import { memoryStore } from '../../adapters/log/memory/store.ts'
import type { NewEvent } from '../../domain/changes/new-event.ts'
import { streamId } from '../../domain/ids.ts'
import type { JsonObject } from '../../domain/json.ts'
import { eraOf } from '../../domain/log/profile.ts'
import { said, storeOf } from '../support/appending.ts'
import { engineOver } from '../support/engine-over.ts'
import { right, openedEngine } from '../support/engines.ts'
import { copyHome, removeFolder, temporaryFolder } from '../support/fixture-home.ts'
import { appendRollout, emptyHome, idOf, linesOf } from '../support/rollouts.ts'
import {
  GIT,
  inRoom,
  madeHome,
  madeLines,
  PLAIN,
  PLAIN_PREVIEW,
  putThread,
  type ThreadPage,
  type TurnPage
} from '../support/room.ts'

const AT = '2026-05-01T10:00:00.000Z'
const ID = idOf(1)
const metadata = (members: object = {}): NewEvent => ({
  timestamp: AT,
  type: 'session_meta',
  payload: {
    id: ID,
    timestamp: AT,
    cwd: '/work',
    originator: 'o',
    cli_version: '0.142.5',
    source: 'cli',
    model_provider: 'mock',
    ...members
  }
})
const counted = (total: number): NewEvent => {
  const usage = {
    input_tokens: total,
    cached_input_tokens: 0,
    output_tokens: 0,
    reasoning_output_tokens: 0,
    total_tokens: total
  }
  return {
    timestamp: AT,
    type: 'event_msg',
    payload: {
      type: 'token_count',
      info: { total_token_usage: usage, last_token_usage: usage, model_context_window: null },
      rate_limits: null
    }
  }
}
const failure = async (answer: () => Promise<E.Either<unknown, unknown>>): Promise<unknown> => {
  const given = await answer()
  return E.isLeft(given) ? given.left : 'answered'
}

/** Runs with an engine over a home, which is deleted afterwards. */
const over = async (home: string, use: (engine: Engine, home: string) => Promise<void>) => {
  const engine = engineOver(home)
  try {
    await use(engine, home)
  } finally {
    await engine.close()
    removeFolder(home)
  }
}
const rowOf = async (engine: Engine, id: string) =>
  (await right(engine.listThreads({ modelProviders: [] }))).data.find((thread) => thread.id === id)

describe('checklist: writing a thread', () => {
  it('live_writer_lifecycle_writes_and_closes: every line, once, in order', () =>
    over(emptyHome(), async (engine) => {
      const events = [metadata(), said('one'), said('two'), counted(7)]
      const { path } = await right(engine.append(ID, events.slice(0, 1), 'no_stream'))
      await right(engine.append(ID, events.slice(1, 3), 1))
      await right(engine.append(ID, events.slice(3)))
      expect(readFileSync(path, 'utf8')).to.equal(
        linesOf(events.map((event) => JSON.stringify(event)))
      )
    }))

  it('create_thread_rejects_missing_cwd: nothing is written', () =>
    over(emptyHome(), async (engine, home) => {
      const { cwd: _, ...payload } = metadata().payload
      const refused = await failure(engine.append(ID, [{ ...metadata(), payload }], 'no_stream'))
      expect(refused).to.deep.include({ _tag: 'InvalidRequest' })
      expect(existsSync(join(home, 'sessions'))).to.equal(false)
    }))

  it('discard_thread_drops_unmaterialized_live_writer: no file is left', () =>
    inRoom('basic-142', async (room) => {
      const files = readdirSync(room.home, { recursive: true })
      const { thread } = await room.ok('thread/start', {})
      await room.ok('thread/delete', { threadId: thread.id })
      expect(existsSync(thread.path ?? '')).to.equal(false)
      expect(readdirSync(room.home, { recursive: true })).to.deep.equal(files)
    }))

  it('create_thread_rejects_duplicate_live_writer: it is there already', () =>
    over(madeHome({ id: ID }), async (engine) => {
      expect(await failure(engine.append(ID, [metadata()], 'no_stream'))).to.deep.include({
        _tag: 'WrongExpectedRevision',
        actual: 11
      })
    }))

  it('resume_thread_rejects_duplicate_live_writer: one writer at a time', () =>
    over(madeHome({ id: ID }), async (engine, home) => {
      const lock = tryLock(home, streamId(ID))
      const store = storeOf(home)
      const busy = {
        _tag: 'Busy',
        what: `thread ${ID} (see ${join(home, '.unroll/locks')})`
      }
      expect(await failure(store.append(streamId(ID), 'any', [said('second')]))).to.deep.equal(busy)
      lock?.release()
      expect((await right(engine.append(ID, [said('second')]))).from.revision).to.equal(11)
    }))
})

describe('checklist: what an append shows', () => {
  it('live_thread_observes_appended_items_into_sqlite_metadata: preview, tokens and time', () =>
    over(emptyHome(), async (engine) => {
      await right(engine.append(ID, [metadata()], 'no_stream'))
      expect(await rowOf(engine, ID)).to.equal(undefined)
      await right(engine.append(ID, [said('first words'), counted(12)]))
      const row = await rowOf(engine, ID)
      expect([row?.preview, row?.cwd, row?.source]).to.deep.equal(['first words', '/work', 'cli'])
      const { tokenUsage } = await right(engine.context(ID))
      expect(tokenUsage?.info.total_token_usage).to.deep.include({ total_tokens: 12 })
    }))

  it('live_thread_resume_loads_history_before_observing_metadata: the first words stay the first', () =>
    over(madeHome({ id: ID, message: 'first words' }), async (engine) => {
      await right(engine.append(ID, [said('later words')]))
      expect((await rowOf(engine, ID))?.preview).to.equal('first words')
    }))

  it('later_user_messages_do_not_emit_existing_preview_fields: only times change', () =>
    over(madeHome({ id: ID }), async (engine) => {
      const before = await rowOf(engine, ID)
      await right(engine.append(ID, [said('later words')]))
      const after = await rowOf(engine, ID)
      expect(after).to.deep.equal({
        ...before,
        updatedAt: after?.updatedAt,
        recencyAt: after?.recencyAt
      })
      expect((after?.updatedAt ?? 0) > (before?.updatedAt ?? 0)).to.equal(true)
    }))

  it('metadata_irrelevant_items_coalesce_updated_at_touches: a burst is one commit', async () => {
    const home = madeHome({ id: ID })
    const index = memoryIndex()
    const engine = engineOver(home, { index })
    await right(engine.listThreads({}))
    await right(engine.readThread(ID, true))
    const before = index.generation()
    await right(
      engine.append(
        ID,
        Array.from({ length: 50 }, (_, n) => counted(n))
      )
    )
    await right(engine.listThreads({ sortKey: 'updated_at' }))
    expect(index.generation() - before).to.equal(1)
    await engine.close()
    removeFolder(home)
  })

  it('resume_history_waits_for_append_before_flushing_metadata: reading alone commits nothing', async () => {
    const home = madeHome({ id: ID })
    const index = memoryIndex()
    const engine = engineOver(home, { index })
    await right(engine.readThread(ID, true))
    const before = index.generation()
    await right(engine.readThread(ID, true))
    await right(engine.session(ID))
    await right(engine.context(ID))
    expect(index.generation()).to.equal(before)
    await right(engine.append(ID, [said('now')]))
    await right(engine.readThread(ID, true))
    expect(index.generation()).to.equal(before + 1)
    await engine.close()
    removeFolder(home)
  })

  it('observed_metadata_normalizes_cwd_for_list_filters: dots and slashes do not matter', () =>
    over(madeHome({ id: ID, meta: { cwd: '/work/a/../b/' } }), async (engine) => {
      for (const cwd of ['/work/b', '/work/./b', '/work/b/'])
        expect((await right(engine.listThreads({ cwd }))).data.map(({ id }) => id)).to.deep.equal([
          ID
        ])
      expect((await right(engine.listThreads({ cwd: '/work/a' }))).data).to.deep.equal([])
    }))

  it('metadata_patch_…latest_preview_and_first_user_message: a change of metadata touches neither', () =>
    over(madeHome({ id: ID, message: 'first words' }), async (engine) => {
      await right(engine.updateMetadata(ID, { branch: 'b' }))
      const found = await right(engine.listThreads({ searchTerm: 'first words' }))
      expect(found.data.map(({ id, preview }) => [id, preview])).to.deep.equal([
        [ID, 'first words']
      ])
    }))
})

describe('checklist: an index that cannot be used', () => {
  /** An engine whose index directory is a file. */
  const withoutIndex = async (
    use: (engine: Engine, home: string, why: ReadonlyArray<unknown>) => Promise<void>
  ) => {
    const home = madeHome({ id: ID, message: 'first words' })
    const why: Array<unknown> = []
    const index = join(home, 'index')
    writeFileSync(index, 'not a directory')
    const engine = await openedEngine({
      home,
      index,
      profile: '0.142',
      onUnusableIndex: ({ _tag }) => void why.push(_tag)
    })
    try {
      await use(engine, home, why)
    } finally {
      await engine.close()
      removeFolder(home)
    }
  }

  it('sqlite_failures_are_best_effort_for_legacy_rollout_compat_updates: names and memory modes are kept', () =>
    withoutIndex(async (engine, _, why) => {
      expect(why).to.deep.equal(['IndexUnavailable'])
      await right(engine.rename(ID, 'named'))
      await right(engine.setMemoryMode(ID, 'disabled'))
      expect((await rowOf(engine, ID))?.name).to.equal('named')
    }))

  it('sqlite_failures_are_best_effort_for_observed_metadata_updates: appends are written and shown', () =>
    withoutIndex(async (engine) => {
      await right(engine.append(ID, [said('still written')]))
      const thread = await right(engine.readThread(ID, true))
      const [content] = thread.turns.flatMap(({ items }) => items).slice(-1)
      expect(content).to.deep.include({ type: 'userMessage' })
    }))

  it('sqlite_failures_still_block_for_explicit_git_only_updates: they do not, git facts are lines too', () =>
    withoutIndex(async (engine) => {
      await right(engine.updateMetadata(ID, { branch: 'b' }))
      expect((await rowOf(engine, ID))?.gitInfo?.branch).to.equal('b')
    }))
})

describe('checklist: other stores', () => {
  const profile = eraOf('0.142', false)
  /** A server whose threads stand in no file. */
  const pathless = (use: Parameters<typeof inRoom>[1]) => {
    const store = memoryStore(profile)
    store.put(
      streamId(ID),
      madeLines({ id: ID, message: 'nowhere on disk' }).map(
        (line) => JSON.parse(line) as JsonObject
      )
    )
    const home = emptyHome()
    return inRoom(home, use, {
      strict: false,
      engine: Promise.resolve(engineOver(home, { store }))
    })
  }

  it('thread_turns_list_reads_store_history_without_rollout_path: from wherever the store has it', () =>
    pathless(async (room) => {
      const { data } = await room.ok<TurnPage>('thread/turns/list', { threadId: ID })
      expect(
        data.map(({ status, items }) => [status, items.map(({ type }) => type)])
      ).to.deep.equal([['completed', ['userMessage', 'agentMessage']]])
    }))

  it('thread_read_loaded_include_turns_reads_store_history_without_rollout_path: loaded or not', () =>
    pathless(async (room) => {
      const resumed = await room.ok('thread/resume', { threadId: ID })
      const { thread } = await room.ok('thread/read', { threadId: ID, includeTurns: true })
      expect([thread.status, thread.turns.length]).to.deep.equal([{ type: 'idle' }, 1])
      expect(thread.turns).to.deep.equal(resumed.thread.turns)
    }))

  it('thread_list_includes_store_thread_without_rollout_path: as any other', () =>
    pathless(async (room) => {
      const { data } = await room.ok<ThreadPage>('thread/list')
      expect(data.map(({ id, preview }) => [id, preview])).to.deep.equal([[ID, 'nowhere on disk']])
      expect(existsSync(data[0]?.path ?? '')).to.equal(false)
    }))

  it('thread_manager_accepts_separate_agent_graph_store_and_thread_store: store and index are chosen apart', async () => {
    const home = copyHome('agents-142')
    const parent = '01a1fce0-101c-7280-bdf0-84ad5db3f957'
    const folder = temporaryFolder()
    const answers = []
    for (const index of ['memory', join(folder, 'index')]) {
      const engine = await openedEngine({ home, index, profile: '0.142' })
      answers.push(
        (await right(engine.listThreads({ parentThreadId: parent }))).data.map(({ id }) => id)
      )
      await engine.close()
    }
    expect(answers[0]?.length).to.equal(3)
    expect(answers[1]).to.deep.equal(answers[0])
    for (const path of [home, folder]) removeFolder(path)
  })
})

describe('checklist: reading stored threads', () => {
  it('read_thread_returns_active_rollout_summary: by its id', () =>
    over(copyHome('basic-142'), async (engine) => {
      const { thread, createdAtMs } = await right(engine.summarize(PLAIN))
      expect([thread.id, thread.preview, thread.cwd, thread.modelProvider]).to.deep.equal([
        PLAIN,
        PLAIN_PREVIEW,
        '/workspace/demo',
        'mock'
      ])
      expect(new Date(createdAtMs).toISOString()).to.equal('2026-11-21T06:46:30.078Z')
    }))

  it('read_thread_by_rollout_path_prefers_sqlite_git_info: the facts that were set last', () =>
    inRoom('basic-142', async (room) => {
      await room.ok('thread/metadata/update', { threadId: GIT, gitInfo: { branch: 'later' } })
      const rolloutPath = join(
        room.home,
        'sessions/2026/11/21',
        `rollout-2026-11-21T06-46-31-${GIT}.jsonl`
      )
      const { summary } = await room.ok<{ summary: { gitInfo: unknown } }>(
        'getConversationSummary',
        {
          rolloutPath
        }
      )
      expect(summary.gitInfo).to.deep.equal({
        sha: '7f1873c1061aa7d9259f897143fd3d1e7e376dee',
        branch: 'later',
        origin_url: 'https://example.invalid/lab/repo.git'
      })
    }))

  it('read_thread_returns_forked_from_id: of a fork that Codex made', () =>
    over(copyHome('fork-rollback-142'), async (engine) => {
      const thread = await right(engine.readThread('01a1fcde-3abc-7921-ae69-8e353aa02221', false))
      expect(thread.forkedFromId).to.equal('01a1fcde-3637-7ba1-aa47-0e35fef05fe1')
    }))

  it('read_thread_returns_archived_rollout_when_requested: reads find both, lists keep them apart', () =>
    over(madeHome({ id: ID, archived: true }), async (engine) => {
      expect((await right(engine.readThread(ID, false))).id).to.equal(ID)
      expect((await right(engine.listThreads({}))).data).to.deep.equal([])
      expect(
        (await right(engine.listThreads({ archived: true }))).data.map(({ id }) => id)
      ).to.deep.equal([ID])
    }))

  it('read_thread_prefers_active_rollout_over_archived: when both are there', () =>
    over(
      madeHome({ id: ID, message: 'old', archived: true }, { id: ID, message: 'new' }),
      async (engine, home) => {
        const thread = await right(engine.readThread(ID, true))
        expect([thread.preview, thread.path.startsWith(join(home, 'sessions'))]).to.deep.equal([
          'new',
          true
        ])
      }
    ))

  it('read_thread_uses_legacy_thread_name_when_sqlite_title_is_missing: that of session_index.jsonl', () =>
    over(copyHome('basic-142'), async (engine) => {
      expect((await right(engine.readThread(PLAIN, false))).name).to.equal('Spare queue 603')
    }))

  it('read_thread_applies_sqlite_thread_name: but not one that says no more than the preview', () =>
    over(madeHome({ id: ID, message: 'first words' }), async (engine) => {
      const name = async () => (await right(engine.readThread(ID, false))).name
      await right(engine.rename(ID, 'a name'))
      expect(await name()).to.equal('a name')
      await right(engine.rename(ID, 'first words'))
      expect(await name()).to.equal(null)
    }))

  const goal = {
    timestamp: AT,
    type: 'event_msg',
    payload: {
      type: 'thread_goal_updated',
      threadId: ID,
      goal: {
        threadId: ID,
        objective: 'Paint the barn',
        status: 'active',
        tokensUsed: 0,
        timeUsedSeconds: 0,
        createdAt: 1,
        updatedAt: 1
      }
    }
  }
  const withGoal = (): string => {
    const home = madeHome()
    const [head = ''] = madeLines({ id: ID })
    putThread(home, { id: ID }, [head, JSON.stringify(goal)])
    return home
  }

  it('read_thread_uses_sqlite_metadata_for_rollout_without_user_preview: what else the log says of it', () =>
    over(withGoal(), async (engine) => {
      const thread = await right(engine.readThread(ID, false))
      expect([thread.preview, thread.cwd]).to.deep.equal(['Paint the barn', '/workspace/demo'])
    }))

  it('test_list_threads_uses_goal_objective_as_preview: where nothing was said', () =>
    over(withGoal(), async (engine) => {
      expect((await rowOf(engine, ID))?.preview).to.equal('Paint the barn')
    }))

  it('list_threads_goal_first_thread_reads_later_user_message: it is found by both', () =>
    over(withGoal(), async (engine, home) => {
      const { path } = await right(engine.readThread(ID, false))
      appendRollout(path, linesOf([JSON.stringify(said('said later'))]))
      expect((await rowOf(engine, ID))?.preview).to.equal('Paint the barn')
      for (const searchTerm of ['Paint', 'said later'])
        expect(
          (await right(engine.listThreads({ searchTerm }))).data.map(({ id }) => id)
        ).to.deep.equal([ID])
      expect(home.length).to.be.greaterThan(0)
    }))

  it('read_thread_uses_session_meta_for_rollout_without_user_preview_or_sqlite_metadata: the least there is to tell', () =>
    over(madeHome(), async (engine, home) => {
      const [head = ''] = madeLines({ id: ID })
      const path = putThread(home, { id: ID }, [head])
      const thread = await right(engine.readThread(ID, true))
      const { id, preview, cwd, modelProvider, cliVersion, turns, name } = thread
      expect({
        id,
        preview,
        cwd,
        modelProvider,
        cliVersion,
        turns,
        name,
        path: thread.path
      }).to.deep.equal({
        id: ID,
        preview: '',
        cwd: '/workspace/demo',
        modelProvider: 'mock',
        cliVersion: '0.142.5',
        turns: [],
        name: null,
        path
      })
    }))

  const gone = { _tag: 'StreamNotFound', streamId: ID }
  it('read_thread_falls_back_to_sqlite_summary: never, a row without its file is no answer', () =>
    over(madeHome({ id: ID }), async (engine) => {
      const { path } = await right(engine.readThread(ID, true))
      rmSync(path)
      expect(await failure(engine.readThread(ID, false))).to.deep.equal(gone)
    }))

  it('read_thread_sqlite_fallback_respects_include_archived: nor one of the archive', () =>
    over(madeHome({ id: ID, archived: true }), async (engine) => {
      const { path } = await right(engine.readThread(ID, true))
      rmSync(path)
      expect(await failure(engine.readThread(ID, false))).to.deep.equal(gone)
      for (const archived of [true, false])
        expect((await right(engine.listThreads({ archived }))).data).to.deep.equal([])
    }))

  it('read_thread_sqlite_fallback_loads_archived_history: from the archived file', () =>
    over(madeHome({ id: ID, archived: true }), async (engine) => {
      const { turns } = await right(engine.readThread(ID, true))
      expect(turns.map(({ status, items }) => [status, items.length])).to.deep.equal([
        ['completed', 2]
      ])
    }))
})
