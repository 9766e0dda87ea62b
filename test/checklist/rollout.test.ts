// Rollouts and the index beside them: rows of Codex's own tests of its recorder, lists and state database, by their
// names. The database is here an index that follows the files and may be deleted.
import { expect } from 'chai'
import * as E from 'fp-ts/lib/Either.js'
import { spawn } from 'node:child_process'
import { once } from 'node:events'
import { mkdirSync, readFileSync, renameSync, rmSync } from 'node:fs'
import { basename, dirname, join } from 'node:path'
import { systemCalls } from '../../adapters/log/jsonl/file-calls.ts'
import type { Engine } from '../../adapters/library.ts'
import { streamId } from '../../domain/ids.ts'
import { isDamaged, START } from '../../replay/ports.ts'
import { said, shown, storeOf } from '../support/appending.ts'
import { right, turnsOf, withEngine } from '../support/engines.ts'
import { removeFolder, temporaryFolder } from '../support/fixture-home.ts'
import { idOf } from '../support/rollouts.ts'
import { inRoom, madeHome, madeLines, putThread } from '../support/room.ts'
import { done, event, line, start, user } from '../support/turn-lines.ts'

const [ONE, TWO] = [idOf(1), idOf(2)]
const listed = async (engine: Engine, request: object = {}) =>
  (await right(engine.listThreads(request))).data.map(({ id, path }) => [id, path])

/** Runs with an engine over a home with an index on disk; both are deleted afterwards. */
const onDisk = async (home: string, use: (home: string, index: string) => Promise<void>) => {
  const folder = temporaryFolder()
  try {
    await use(home, join(folder, 'index'))
  } finally {
    for (const path of [home, folder]) removeFolder(path)
  }
}
const inMemory = (home: string, use: (engine: Engine, home: string) => Promise<void>) =>
  withEngine({ home, profile: '0.142', rich: false }, (engine) => use(engine, home)).finally(() =>
    removeFolder(home)
  )
/** Moves a rollout to another day. */
const moved = (home: string, path: string): string => {
  const to = join(home, 'sessions/2026/07/07', basename(path))
  mkdirSync(dirname(to), { recursive: true })
  renameSync(path, to)
  return to
}
const pathOf = async (engine: Engine, id: string): Promise<string> =>
  (await right(engine.readThread(id, true))).path

describe('checklist: an index that is opened', () => {
  it('state_db_init_backfills_before_returning: the first answer has every thread', () =>
    onDisk(madeHome({ id: ONE }, { id: TWO }), async (home, index) => {
      await withEngine({ home, index }, async (engine) => {
        expect((await listed(engine)).map(([id]) => id)).to.deep.equal([TWO, ONE])
      })
    }))

  it('try_init_waits_for_concurrent_startup_backfill: two processes begin at once, both answer in full', () =>
    onDisk(
      madeHome(
        ...Array.from({ length: 40 }, (_, n) => ({
          id: idOf(n),
          at: `2026-05-01T10:00:${String(n).padStart(2, '0')}.000Z`
        }))
      ),
      async (home, index) => {
        const entry = join(import.meta.dirname, '../support/index-entry.ts')
        const other = spawn(process.execPath, ['--import', 'tsx', entry, home, index])
        let text = ''
        other.stdout.on('data', (chunk: Buffer) => (text += chunk.toString()))
        const closed = once(other, 'close')
        await once(other.stdout, 'data')
        await withEngine({ home, index }, async (engine) => {
          const ids = (await listed(engine, { limit: 100 })).map(([id]) => id)
          expect(ids).to.deep.equal(Array.from({ length: 40 }, (_, n) => idOf(39 - n)))
        })
        await closed
        expect(text).to.match(/done\n$/)
      }
    ))
})

describe('checklist: lines of older versions', () => {
  const message = (text: string) => ({
    type: 'message',
    role: 'user',
    content: [{ type: 'input_text', text }]
  })
  const GHOST = {
    type: 'ghost_snapshot',
    ghost_commit: {
      id: '7f1873c1061aa7d9259f897143fd3d1e7e376dee',
      parent: null,
      preexisting_untracked_files: [],
      preexisting_untracked_dirs: []
    }
  }
  const with_ = (...lines: ReadonlyArray<string>): string => {
    const home = madeHome()
    const [head = ''] = madeLines({ id: ONE })
    putThread(home, { id: ONE }, [head, ...lines])
    return home
  }

  it('load_rollout_items_skips_legacy_ghost_snapshot_lines: no model is told of them', () =>
    inMemory(
      with_(
        start('a'),
        user('hi'),
        line('response_item', message('hi')),
        line('response_item', GHOST),
        done('a')
      ),
      async (engine) => {
        expect((await right(engine.context(ONE))).items).to.deep.equal([message('hi')])
        expect(
          (await turnsOf(engine, ONE)).map(({ id, items }) => [id, items.length])
        ).to.deep.equal([['a', 1]])
        expect(await right(engine.damage(ONE))).to.deep.equal([])
      }
    ))

  it('load_rollout_items_filters_legacy_ghost_snapshots_from_compaction_history: there neither', () =>
    inMemory(
      with_(
        start('a'),
        user('hi'),
        line('response_item', message('hi')),
        line('compacted', { message: '', replacement_history: [message('kept'), GHOST] }),
        done('a')
      ),
      async (engine) => {
        expect((await right(engine.context(ONE))).items).to.deep.equal([message('kept')])
        expect(await right(engine.damage(ONE))).to.deep.equal([])
      }
    ))

  it('load_rollout_items_preserves_legacy_guardian_assessment_lines: they are events, and shown by none', () =>
    inMemory(
      with_(
        start('a'),
        user('hi'),
        event('guardian_assessment', { id: 'g', turn_id: 'a', status: 'approved' }),
        done('a')
      ),
      async (engine) => {
        const kinds: Array<unknown> = []
        for await (const { lines } of await right(engine.events(ONE, START)))
          kinds.push(...lines.map((one) => (isDamaged(one) ? one.reason : one.line.type)))
        expect(kinds).to.deep.equal([
          'session_meta',
          'event_msg',
          'event_msg',
          'ignored',
          'event_msg'
        ])
        expect((await turnsOf(engine, ONE)).map(({ items }) => items.length)).to.deep.equal([1])
      }
    ))
})

describe('checklist: what is written', () => {
  const writable = async (use: (home: string, path: string) => Promise<void>) => {
    const home = madeHome()
    const [head = ''] = madeLines({ id: ONE })
    const path = putThread(home, { id: ONE }, [head])
    await use(home, path)
    removeFolder(home)
  }
  const ID = streamId(ONE)
  const failing = (call: 'write' | 'sync') => {
    const calls = systemCalls()
    let fails = true
    const broken = () => {
      fails = false
      throw Object.assign(new Error('EIO: i/o error'), { code: 'EIO', syscall: call })
    }
    return {
      write: (file: number, bytes: Buffer) =>
        fails && call === 'write' ? broken() : calls.write(file, bytes),
      sync: (file: number) => (fails && call === 'sync' ? broken() : calls.sync(file))
    }
  }

  it('persist_reports_filesystem_error_and_retries_buffered_items: the error is told, and a retry writes each line once', () =>
    writable(async (home, path) => {
      const store = storeOf(home, failing('write'))
      const events = [said('one'), said('two')]
      const first = await store.append(ID, 1, events)()
      expect(E.isLeft(first) && first.left).to.deep.include({ _tag: 'IoFailure', path })
      expect((await right(store.append(ID, 1, events))).from.revision).to.equal(1)
      expect(await shown(home)).to.deep.equal(['meta', 'one', 'two'])
    }))

  it('writer_state_retries_write_error_before_reporting_flush_success: nothing is acknowledged before it is on disk', () =>
    writable(async (home, path) => {
      const store = storeOf(home, failing('sync'))
      const first = await store.append(ID, 1, [said('one')])()
      expect(E.isLeft(first) && first.left).to.deep.include({ _tag: 'IoFailure', path })
      const second = await right(store.append(ID, 'any', [said('two')]))
      expect(second.next.offset).to.equal(readFileSync(path).length)
    }))

  const copied = async (base: object | null) => {
    const home = madeHome()
    putThread(home, { id: ONE, meta: { base_instructions: base } })
    await inRoom(home, async (room) => {
      await room.ok('thread/memoryMode/set', { threadId: ONE, mode: 'disabled' })
      const { thread } = await room.ok('thread/read', { threadId: ONE })
      const last =
        readFileSync(thread.path ?? '', 'utf8')
          .trimEnd()
          .split('\n')
          .at(-1) ?? ''
      const { payload } = JSON.parse(last) as { payload: Record<string, unknown> }
      expect(payload['base_instructions']).to.deep.equal(base)
    })
  }
  it('test_base_instructions_missing_in_meta_defaults_to_null: a copy of the metadata says so', () =>
    copied(null))
  it('test_base_instructions_present_in_meta_is_preserved: a copy of the metadata has them', () =>
    copied({ text: 'Be brief.' }))
})

describe('checklist: rollouts that move', () => {
  it('list_threads_db_enabled_drops_missing_rollout_paths: a deleted file is no thread', () =>
    inMemory(madeHome({ id: ONE }, { id: TWO }), async (engine) => {
      await listed(engine)
      rmSync(await pathOf(engine, ONE))
      expect((await listed(engine)).map(([id]) => id)).to.deep.equal([TWO])
    }))

  it('list_threads_db_enabled_repairs_stale_rollout_paths: rows name the new place', () =>
    inMemory(madeHome({ id: ONE }), async (engine, home) => {
      const to = moved(home, await pathOf(engine, ONE))
      expect(await listed(engine)).to.deep.equal([[ONE, to]])
    }))

  it('list_threads_state_db_only_skips_jsonl_repair_scan: never so, the files are always looked at', () =>
    inMemory(madeHome({ id: ONE }), async (engine, home) => {
      const request = { useStateDbOnly: true }
      const to = moved(home, await pathOf(engine, ONE))
      expect(await listed(engine, request)).to.deep.equal([[ONE, to]])
      rmSync(to)
      expect(await listed(engine, request)).to.deep.equal([])
    }))

  it('list_threads_default_filter_returns_filesystem_scan_results: a file nobody told of is a thread', () =>
    inMemory(madeHome({ id: ONE }), async (engine, home) => {
      await listed(engine)
      const path = putThread(home, { id: TWO, at: '2026-05-02T10:00:00.000Z' })
      expect((await listed(engine))[0]).to.deep.equal([TWO, path])
    }))

  it('list_threads_search_repairs_stale_state_db_hits_before_returning: a hit names the new place', () =>
    inMemory(madeHome({ id: ONE, message: 'a needle' }), async (engine, home) => {
      const to = moved(home, await pathOf(engine, ONE))
      expect(await listed(engine, { searchTerm: 'needle' })).to.deep.equal([[ONE, to]])
    }))

  const afterMove = (use: (engine: Engine, to: string) => Promise<void>) =>
    onDisk(madeHome({ id: ONE, message: 'moved' }), async (home, index) => {
      const path = await withEngine({ home, index }, (engine) => pathOf(engine, ONE))
      const to = moved(home, path)
      await withEngine({ home, index }, (engine) => use(engine, to))
    })

  it('find_thread_path_falls_back_when_db_path_is_stale: also when the index was closed meanwhile', () =>
    afterMove(async (engine, to) => {
      expect(await pathOf(engine, ONE)).to.equal(to)
    }))

  it('read_thread_falls_back_to_rollout_search_when_sqlite_path_is_stale: with all that was said', () =>
    afterMove(async (engine, to) => {
      const thread = await right(engine.readThread(ONE, true))
      expect([thread.path, thread.preview, thread.turns.length]).to.deep.equal([to, 'moved', 1])
    }))

  /** An index that was made over one home, used over another. */
  const ofAnotherHome = (use: (engine: Engine, home: string) => Promise<void>) =>
    onDisk(
      madeHome({ id: ONE, message: 'there' }, { id: TWO, message: 'two' }),
      async (home, index) => {
        await withEngine({ home, index }, (engine) => listed(engine))
        const here = madeHome({ id: ONE, at: '2026-05-03T10:00:00.000Z', message: 'here' })
        await withEngine({ home: here, index }, (engine) => use(engine, here))
        removeFolder(here)
      }
    )

  it('find_thread_path_falls_back_when_db_path_points_to_another_thread: the file counts, and the row is mended', () =>
    ofAnotherHome(async (engine, home) => {
      const path = join(home, 'sessions/2026/05/03', `rollout-2026-05-03T10-00-00-${ONE}.jsonl`)
      expect(await pathOf(engine, ONE)).to.equal(path)
      expect(await listed(engine)).to.deep.equal([[ONE, path]])
    }))

  it('read_thread_falls_back_when_sqlite_path_points_to_another_thread: what it says is what the file says', () =>
    ofAnotherHome(async (engine) => {
      const thread = await right(engine.readThread(ONE, true))
      expect([thread.preview, thread.turns.length]).to.deep.equal(['here', 1])
    }))

  it('find_thread_path_repairs_missing_db_row_after_filesystem_fallback: a thread that was read is listed', () =>
    inMemory(madeHome(), async (engine, home) => {
      expect(await listed(engine)).to.deep.equal([])
      const path = putThread(home, { id: ONE })
      expect(await pathOf(engine, ONE)).to.equal(path)
      expect(await listed(engine, { useStateDbOnly: true })).to.deep.equal([[ONE, path]])
    }))

  it('find_thread_path_accepts_existing_state_db_path_without_canonical_filename: the id at the end is enough for 0.130', async () => {
    const home = madeHome()
    const made = putThread(home, { id: ONE })
    const path = join(dirname(made), `kept-${ONE}.jsonl`)
    renameSync(made, path)
    await withEngine({ home, profile: '0.130' }, async (engine) => {
      expect(await pathOf(engine, ONE)).to.equal(path)
    })
    removeFolder(home)
  })
})
