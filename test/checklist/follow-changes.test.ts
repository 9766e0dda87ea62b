// What changed since the last look: rows of Codex's own tests of change sets, by their names. Here a follower is told
// what others wrote; Codex makes the same of lines it has just written itself.
import { expect } from 'chai'
import type { Look, ThreadChange } from '../../adapters/library.ts'
import { right, withEngine } from '../support/engines.ts'
import { removeFolder } from '../support/fixture-home.ts'
import {
  appendRollout,
  emptyHome,
  linesOf,
  metaLine,
  rolloutPath,
  THREAD,
  writeRollout
} from '../support/rollouts.ts'
import { agent, done, patch, rollback, start, think, user } from '../support/turn-lines.ts'

type Write = (...lines: ReadonlyArray<string>) => Promise<ReadonlyArray<ThreadChange>>

/** Follows a thread to which some lines are written; what is written then is told back as changes. */
const following = async (lines: ReadonlyArray<string>, use: (write: Write) => Promise<void>) => {
  const home = emptyHome()
  const path = rolloutPath(home, THREAD)
  writeRollout(path, linesOf([metaLine(THREAD)]))
  try {
    await withEngine({ home, profile: '0.142', rich: false }, async (engine) => {
      const follower = await right(engine.follow(THREAD))
      const write: Write = async (...more) => {
        appendRollout(path, linesOf(more))
        const all: Array<ThreadChange> = []
        let look: Look
        do {
          look = await right(follower.look)
          all.push(...look.changes)
        } while (look.hasMore)
        return all
      }
      await write(...lines)
      await use(write)
      follower.close()
    })
  } finally {
    removeFolder(home)
  }
}

/** A change in a few words. */
const words = (change: ThreadChange): string => {
  switch (change.type) {
    case 'turn_started':
    case 'turn_ended':
      return `${change.type} ${change.turn.id} ${change.turn.status}`
    case 'item_added':
    case 'item_changed': {
      const { id, type } = change.item
      const status = 'status' in change.item ? ` ${String(change.item.status)}` : ''
      return `${change.type} ${change.turnId} ${id} ${type}${status}`
    }
    case 'reasoning_added':
      return `${change.type} ${change.itemId} ${change.part} ${change.index} ${change.text}`
    default:
      return change.type
  }
}
const said = (changes: ReadonlyArray<ThreadChange>): ReadonlyArray<string> => changes.map(words)

describe('checklist: what changed since the last look', () => {
  it('changed_rollout_item_reports_new: the item, in its turn', () =>
    following([start('a')], async (write) => {
      const [change, ...rest] = await write(user('hi'))
      expect(rest).to.deep.equal([])
      expect(change).to.deep.equal({
        type: 'item_added',
        turnId: 'a',
        item: {
          type: 'userMessage',
          id: 'item-1',
          clientId: null,
          content: [{ type: 'text', text: 'hi', text_elements: [] }]
        },
        grows: false,
        atMs: Date.parse('2026-05-01T10:00:00.000Z'),
        revision: 2
      })
    }))

  it('changed_rollout_item_reports_updated_existing: the item as it is now', () =>
    following([start('a'), user('hi'), patch('p', 'a', 'failed')], async (write) => {
      expect(said(await write(patch('p', 'a', 'completed')))).to.deep.equal([
        'item_changed a p fileChange completed'
      ])
    }))

  it('changed_rollout_item_reports_streaming_item_mutation: what a growing item grew by', () =>
    following([start('a'), user('hi')], async (write) => {
      expect(said(await write(think('one')))).to.deep.equal([
        'item_added a item-2 reasoning',
        'reasoning_added item-2 summary 0 one'
      ])
      expect(said(await write(think('two')))).to.deep.equal([
        'reasoning_added item-2 summary 1 two'
      ])
      expect(said(await write(agent('so')))).to.deep.equal([
        'item_changed a item-2 reasoning',
        'item_added a item-3 agentMessage'
      ])
    }))

  it('changed_rollout_item_reports_turn_completion_metadata: status and times', () =>
    following([start('a'), user('hi')], async (write) => {
      const [change, ...rest] = await write(done('a'))
      expect(rest).to.deep.equal([])
      expect(change).to.deep.equal({
        type: 'turn_ended',
        answer: null,
        turn: {
          id: 'a',
          items: [],
          itemsView: 'notLoaded',
          status: 'completed',
          error: null,
          startedAt: 10,
          completedAt: 20,
          durationMs: 30
        }
      })
    }))

  it('changed_rollout_items_dedupe_updated_item_snapshots: each state is told once, the last one last', () =>
    following([start('a'), user('hi'), patch('p', 'a', 'failed')], async (write) => {
      expect(
        said(await write(patch('p', 'a', 'declined'), patch('p', 'a', 'completed')))
      ).to.deep.equal([
        'item_changed a p fileChange declined',
        'item_changed a p fileChange completed'
      ])
    }))

  it('changed_rollout_items_dedupe_turn_metadata_snapshots: a turn ends once', () =>
    following([start('a'), user('hi')], async (write) => {
      expect(said(await write(done('a'), done('a')))).to.deep.equal(['turn_ended a completed'])
    }))

  it('changed_rollout_items_drop_prior_changes_for_removed_turns: who shows them reads again', () =>
    following([start('a'), user('hi'), done('a')], async (write) => {
      expect(
        said(await write(start('b'), user('no'), done('b'), rollback(1), start('c'), user('yes')))
      ).to.deep.equal(['rewound', 'turn_started c inProgress', 'item_added c item-2 userMessage'])
    }))
})
