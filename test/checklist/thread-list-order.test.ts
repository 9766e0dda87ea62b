// The order of lists of threads: rows of Codex's own tests, by their names.
import { expect } from 'chai'
import { idOf } from '../support/rollouts.ts'
import { inRoom, madeHome, putThread, type Room } from '../support/room.ts'
import { ids, list, listed, second, threads } from '../support/made-lists.ts'

describe('checklist: thread/list, order', () => {
  const crossed = (): string =>
    threads(3, (n) => ({ at: second(n), changedAt: second([41, 42, 40][n] ?? 0) }))

  it('thread_list_default_sorts_by_created_at: newest first', () =>
    inRoom(crossed(), async (room) => {
      expect(await listed(room)).to.deep.equal([idOf(2), idOf(1), idOf(0)])
    }))

  it('test_list_conversations_latest_first: newest first, whatever the folders', () =>
    inRoom(
      madeHome(
        { id: idOf(1), at: '2026-05-01T10:00:00.000Z' },
        { id: idOf(2), at: '2026-06-01T10:00:00.000Z' },
        { id: idOf(3), at: '2025-12-31T10:00:00.000Z' }
      ),
      async (room) => {
        expect(await listed(room)).to.deep.equal([idOf(2), idOf(1), idOf(3)])
      }
    ))

  it('thread_list_sort_updated_at_orders_by_mtime: whatever was created first', () =>
    inRoom(crossed(), async (room) => {
      expect(await listed(room, { sortKey: 'updated_at' })).to.deep.equal([
        idOf(1),
        idOf(0),
        idOf(2)
      ])
      expect(await listed(room, { sortKey: 'updated_at', sortDirection: 'asc' })).to.deep.equal([
        idOf(2),
        idOf(0),
        idOf(1)
      ])
    }))

  it('thread_list_updated_at_paginates_with_cursor: page by page', () =>
    inRoom(crossed(), async (room) => {
      const first = await list(room, { sortKey: 'updated_at', limit: 2 })
      const next = await list(room, {
        sortKey: 'updated_at',
        limit: 2,
        cursor: first.nextCursor
      })
      expect([ids(first), ids(next), next.nextCursor]).to.deep.equal([
        [idOf(1), idOf(0)],
        [idOf(2)],
        null
      ])
    }))

  it('thread_list_backwards_cursor_can_seed_forward_delta_sync: only what came since', () =>
    inRoom(
      threads(2, (n) => ({ at: `2026-05-01T10:00:0${n}.500Z` })),
      async (room) => {
        const { backwardsCursor } = await list(room)
        putThread(room.home, { id: idOf(7), at: '2026-05-01T10:00:30.500Z' })
        expect(await listed(room, { cursor: backwardsCursor, sortDirection: 'asc' })).to.deep.equal(
          [idOf(7)]
        )
      }
    ))

  it('thread_list_created_at_tie_breaks_by_uuid: the larger first', () =>
    inRoom(
      threads(3, () => ({ at: second(5) })),
      async (room) => {
        expect(await listed(room)).to.deep.equal([idOf(2), idOf(1), idOf(0)])
      }
    ))

  it('thread_list_updated_at_tie_breaks_by_uuid: the larger first', () =>
    inRoom(
      threads(3, (n) => ({ at: second(9 - n), changedAt: second(30) })),
      async (room) => {
        expect(await listed(room, { sortKey: 'updated_at' })).to.deep.equal([
          idOf(2),
          idOf(1),
          idOf(0)
        ])
      }
    ))

  const followsTheFile = () =>
    inRoom(
      threads(1, () => ({ changedAt: '2026-07-01T00:00:07.000Z' })),
      async (room) => {
        for (const sortKey of ['created_at', 'updated_at']) {
          const { data } = await list(room, { sortKey })
          expect(data.map(({ createdAt, updatedAt }) => [createdAt, updatedAt])).to.deep.equal([
            [Date.parse(second(0)) / 1000, Date.parse('2026-07-01T00:00:07.000Z') / 1000]
          ])
        }
      }
    )
  it('thread_list_updated_at_uses_mtime: that of a touched file', followsTheFile)
  it('test_updated_at_uses_file_mtime: not the time of the last event', followsTheFile)
  it('test_created_at_sort_uses_file_mtime_for_updated_at: in every order', followsTheFile)

  it('test_timestamp_only_cursor_skips_same_second_filesystem_ties: as Codex does when strict; else none is lost', async () => {
    const ties = (): string => threads(3, () => ({ at: second(5) }))
    const pages = async (room: Room) => {
      const first = await list(room, { limit: 2 })
      const rest =
        first.nextCursor === null ? [] : await listed(room, { limit: 2, cursor: first.nextCursor })
      return [ids(first), rest]
    }
    await inRoom(ties(), async (room) => {
      expect(await pages(room)).to.deep.equal([[idOf(2), idOf(1)], []])
    })
    await inRoom(
      ties(),
      async (room) => {
        expect(await pages(room)).to.deep.equal([[idOf(2), idOf(1)], [idOf(0)]])
      },
      { strict: false }
    )
  })

  it('thread_list_archived_filter: two disjoint lists', () =>
    inRoom('fork-rollback-142', async (room) => {
      const [active, archived] = [await listed(room), await listed(room, { archived: true })]
      expect(archived).to.deep.equal(['01a1fcde-3e53-7060-9794-586e2c2f2af6'])
      expect(active).to.deep.equal([
        '01a1fcde-3f39-74b1-80dd-83941c9e01f1',
        '01a1fcde-3cb0-7011-8079-af112c16e46e',
        '01a1fcde-3abc-7921-ae69-8e353aa02221',
        '01a1fcde-3637-7ba1-aa47-0e35fef05fe1'
      ])
    }))

  it('list_threads_selects_active_or_archived_collection: by one flag', () =>
    inRoom(madeHome({ id: idOf(1) }, { id: idOf(2), archived: true }), async (room) => {
      expect(await listed(room, { archived: false })).to.deep.equal([idOf(1)])
      expect(await listed(room, { archived: true })).to.deep.equal([idOf(2)])
    }))
})
