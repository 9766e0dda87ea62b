// Archiving, deleting and bringing back: rows of Codex's own tests of `thread/archive`, `thread/delete` and
// `thread/unarchive`, by their names.
import { expect } from 'chai'
import { existsSync, mkdirSync, readFileSync, rmSync, statSync } from 'node:fs'
import { basename, join } from 'node:path'
import { right } from '../support/engines.ts'
import { said } from '../support/appending.ts'
import {
  inRoom,
  invalid,
  madeHome,
  PLAIN,
  putThread,
  type Room,
  type ThreadPage
} from '../support/room.ts'
import { idOf } from '../support/rollouts.ts'

const DAY = 'sessions/2026/11/21'
const NAME = `rollout-2026-11-21T06-46-30-${PLAIN}.jsonl`
const spawned = (id: string, parent: string, second: number) => ({
  id,
  at: `2026-05-01T10:00:0${second}.000Z`,
  meta: {
    parent_thread_id: parent,
    thread_source: 'subagent',
    source: {
      subagent: {
        thread_spawn: {
          parent_thread_id: parent,
          depth: second,
          agent_path: null,
          agent_nickname: null,
          agent_role: null
        }
      }
    }
  }
})
const [PARENT, CHILD, GRANDCHILD] = [idOf(1), idOf(2), idOf(3)]
/** A parent, its child and its grandchild. */
const family = (): string =>
  madeHome(
    { id: PARENT, at: '2026-05-01T10:00:00.000Z' },
    spawned(CHILD, PARENT, 1),
    spawned(GRANDCHILD, CHILD, 2)
  )
const fileOf = (id: string, second: number): string =>
  `rollout-2026-05-01T10-00-0${second}-${id}.jsonl`
const FILES = [fileOf(PARENT, 0), fileOf(CHILD, 1), fileOf(GRANDCHILD, 2)]
const isIn = (room: Room, folder: string): ReadonlyArray<boolean> =>
  FILES.map((name) => existsSync(join(room.home, folder, name)))

/** What a client was told, of which thread. */
const told = async (room: Room, method: string, threadId: string) => {
  const from = room.client.received.length
  await room.ok(method, { threadId })
  return room.client.received
    .slice(from)
    .map(({ method: name, params }) =>
      name === undefined ? 'response' : [name, (params as { threadId: string }).threadId]
    )
}

const archived = async (room: Room): Promise<ReadonlyArray<string>> =>
  (
    await room.ok<ThreadPage>('thread/list', {
      archived: true,
      sourceKinds: ['cli', 'vscode', 'subAgent']
    })
  ).data.map(({ id }) => id)

describe('checklist: thread/archive', () => {
  it('thread_archive_requires_materialized_rollout: refused before, moved after', () =>
    inRoom('basic-142', async (room) => {
      const { thread } = await room.ok('thread/start', {})
      const { id: threadId } = thread
      expect(await room.refused('thread/archive', { threadId })).to.deep.equal(
        invalid(`no rollout found for thread id ${threadId}`)
      )
      await room.ok('thread/name/set', { threadId, name: 'kept' })
      const path = thread.path ?? ''
      expect(existsSync(path)).to.equal(true)
      expect(await told(room, 'thread/archive', threadId)).to.deep.equal([
        ['thread/status/changed', threadId],
        'response',
        ['thread/archived', threadId]
      ])
      expect([
        existsSync(path),
        existsSync(join(room.home, 'archived_sessions', basename(path)))
      ]).to.deep.equal([false, true])
    }))

  it('thread_archive_archives_spawned_descendants: all of them, the thread itself first', () =>
    inRoom(family(), async (room) => {
      expect(await told(room, 'thread/archive', PARENT)).to.deep.equal([
        'response',
        ['thread/archived', PARENT],
        ['thread/archived', GRANDCHILD],
        ['thread/archived', CHILD]
      ])
      expect(isIn(room, 'archived_sessions')).to.deep.equal([true, true, true])
      expect(isIn(room, 'sessions/2026/05/01')).to.deep.equal([false, false, false])
      expect(await archived(room)).to.deep.equal([GRANDCHILD, CHILD, PARENT])
    }))

  it('thread_archive_succeeds_when_descendant_archive_fails: the others go', () =>
    inRoom(family(), async (room) => {
      mkdirSync(join(room.home, 'archived_sessions', FILES[1] ?? ''), { recursive: true })
      await room.ok('thread/archive', { threadId: PARENT })
      expect(isIn(room, 'sessions/2026/05/01')).to.deep.equal([false, true, false])
    }))

  it('thread_archive_succeeds_when_spawned_descendant_is_missing: the others go', () =>
    inRoom(family(), async (room) => {
      await room.ok('thread/list')
      rmSync(join(room.home, 'sessions/2026/05/01', FILES[2] ?? ''))
      expect(await told(room, 'thread/archive', PARENT)).to.deep.equal([
        'response',
        ['thread/archived', PARENT],
        ['thread/archived', CHILD]
      ])
      expect(isIn(room, 'archived_sessions')).to.deep.equal([true, true, false])
    }))

  it('archive_thread_moves_rollout_to_archived_collection: byte by byte', () =>
    inRoom('basic-142', async (room) => {
      const before = readFileSync(join(room.home, DAY, NAME))
      await room.ok('thread/archive', { threadId: PLAIN })
      expect(existsSync(join(room.home, DAY, NAME))).to.equal(false)
      expect(readFileSync(join(room.home, 'archived_sessions', NAME)).equals(before)).to.equal(true)
    }))

  it('archive_thread_updates_sqlite_metadata_when_present: the row is archived, with the new path', () =>
    inRoom('basic-142', async (room) => {
      expect(await archived(room)).to.deep.equal([])
      await room.ok('thread/archive', { threadId: PLAIN })
      const { data } = await room.ok<ThreadPage>('thread/list', { archived: true })
      expect(data.map(({ id, path }) => [id, path])).to.deep.equal([
        [PLAIN, join(room.home, 'archived_sessions', NAME)]
      ])
    }))
})

describe('checklist: thread/delete', () => {
  it('thread_delete_deletes_spawned_descendants: files and rows, the deepest first', () =>
    inRoom(family(), async (room) => {
      expect(await told(room, 'thread/delete', PARENT)).to.deep.equal([
        'response',
        ['thread/deleted', GRANDCHILD],
        ['thread/deleted', CHILD],
        ['thread/deleted', PARENT]
      ])
      expect(isIn(room, 'sessions/2026/05/01')).to.deep.equal([false, false, false])
      const all = { sourceKinds: ['cli', 'vscode', 'subAgent'] }
      expect((await room.ok<ThreadPage>('thread/list', all)).data).to.deep.equal([])
      for (const threadId of [PARENT, CHILD, GRANDCHILD])
        expect(await room.refused('thread/read', { threadId })).to.deep.equal(
          invalid(`thread not loaded: ${threadId}`)
        )
    }))

  it('thread_delete_handles_live_threads_before_rollout_exists: as if it had never begun', () =>
    inRoom('basic-142', async (room) => {
      const { thread } = await room.ok('thread/start', {})
      expect(await told(room, 'thread/delete', thread.id)).to.deep.equal([
        ['thread/status/changed', thread.id],
        'response',
        ['thread/deleted', thread.id]
      ])
      expect(await room.refused('thread/read', { threadId: thread.id })).to.deep.equal(
        invalid(`thread not loaded: ${thread.id}`)
      )
      const ephemeral = await room.ok('thread/start', { ephemeral: true })
      expect(await room.refused('thread/delete', { threadId: ephemeral.thread.id })).to.deep.equal(
        invalid(`thread is not persisted and cannot be deleted: ${ephemeral.thread.id}`)
      )
    }))
})

describe('checklist: thread/unarchive', () => {
  it('thread_unarchive_moves_rollout_back_into_sessions_directory: to its day, with a new time', () =>
    inRoom('fork-rollback-142', async (room) => {
      const threadId = '01a1fcde-3e53-7060-9794-586e2c2f2af6'
      const name = `rollout-2026-11-21T06-49-45-${threadId}.jsonl`
      const from = join(room.home, 'archived_sessions', name)
      const before = statSync(from).mtimeMs
      const message = room.client.received.length
      const { thread } = await room.ok('thread/unarchive', { threadId })
      const path = join(room.home, DAY, name)
      expect([thread.path, existsSync(path), existsSync(from)]).to.deep.equal([path, true, false])
      const { data } = await room.ok<ThreadPage>('thread/list')
      expect(data.find(({ id }) => id === threadId)?.updatedAt).to.equal(
        Math.floor(statSync(path).mtimeMs / 1000)
      )
      expect(statSync(path).mtimeMs).to.be.greaterThan(before)
      expect(room.client.received[message + 1]).to.deep.equal({
        method: 'thread/unarchived',
        params: { threadId }
      })
    }))

  it('unarchive_thread_restores_rollout_and_returns_updated_thread: the answer is what lists show', () =>
    inRoom('fork-rollback-142', async (room) => {
      const threadId = '01a1fcde-3e53-7060-9794-586e2c2f2af6'
      const { thread } = await room.ok('thread/unarchive', { threadId })
      const { data } = await room.ok<ThreadPage>('thread/list')
      const row = data.find(({ id }) => id === threadId)
      expect({ ...thread, updatedAt: 0, recencyAt: 0 }).to.deep.equal({
        ...row,
        updatedAt: 0,
        recencyAt: 0
      })
    }))

  it('unarchive_thread_updates_sqlite_metadata_when_present: the row is active again', () =>
    inRoom('basic-142', async (room) => {
      await room.ok('thread/archive', { threadId: PLAIN })
      await room.ok('thread/unarchive', { threadId: PLAIN })
      expect(await archived(room)).to.deep.equal([])
      const { data } = await room.ok<ThreadPage>('thread/list', { useStateDbOnly: true })
      expect(data.find(({ id }) => id === PLAIN)?.path).to.equal(join(room.home, DAY, NAME))
    }))

  it('rollout_date_parts_extracts_directory_components: the day is that of the name, not of the move', () =>
    inRoom(madeHome(), async (room) => {
      putThread(room.home, { id: idOf(5), at: '2025-02-03T04:05:06.000Z', archived: true })
      const { thread } = await room.ok('thread/unarchive', { threadId: idOf(5) })
      expect(thread.path).to.equal(
        join(room.home, 'sessions/2025/02/03', `rollout-2025-02-03T04-05-06-${idOf(5)}.jsonl`)
      )
    }))
})

describe('checklist: archived threads stay archived', () => {
  const isArchived = async (room: Room, id: string): Promise<boolean> =>
    (await archived(room)).includes(id)

  it('update_thread_metadata_keeps_archived_thread_archived_in_sqlite: whatever is changed about it', () =>
    inRoom('basic-142', async (room) => {
      await room.ok('thread/archive', { threadId: PLAIN })
      await room.ok('thread/metadata/update', { threadId: PLAIN, gitInfo: { branch: 'b' } })
      await room.ok('thread/memoryMode/set', { threadId: PLAIN, mode: 'disabled' })
      expect(await isArchived(room, PLAIN)).to.equal(true)
    }))

  it('update_thread_metadata_keeps_live_archived_thread_archived_in_sqlite: while it grows, too', () =>
    inRoom('basic-142', async (room) => {
      await room.ok('thread/archive', { threadId: PLAIN })
      const engine = await room.server.server.engine
      await right(engine.append(PLAIN, [said('one more')]))
      expect(await isArchived(room, PLAIN)).to.equal(true)
      const { thread } = await room.ok('thread/read', { threadId: PLAIN, includeTurns: true })
      expect(thread.path).to.equal(join(room.home, 'archived_sessions', NAME))
      expect(thread.turns.at(-1)?.items.at(-1)?.type).to.equal('userMessage')
    }))
})
