// Reviews: rows of Codex's own tests of `review/start`, by their names. The reviewer is a model and not here: what is
// tested is how a review is set up, and what is shown when its result is handed in.
import { expect } from 'chai'
import { right } from '../support/engines.ts'
import { inRoom, invalid, PLAIN, PLAIN_PREVIEW, type Room } from '../support/room.ts'
import type { Turn } from '../../domain/protocol.ts'

interface Started {
  readonly turn: Turn
  readonly reviewThreadId: string
}
const start = async (room: Room, params: object): Promise<Started> => {
  await room.ok('thread/resume', { threadId: PLAIN })
  return room.ok<Started>('review/start', { threadId: PLAIN, ...params })
}
const refusal = async (room: Room, target: object): Promise<unknown> => {
  await room.ok('thread/resume', { threadId: PLAIN })
  return room.refused('review/start', { threadId: PLAIN, target })
}

const inReviewedRoom = (use: (room: Room) => Promise<void>) =>
  inRoom('basic-142', use, { reviews: true })

describe('checklist: review/start', () => {
  it('review_start_runs_review_turn_and_emits_code_review_item: entered, and exited with what was said', () =>
    inReviewedRoom(async (room) => {
      const from = room.client.received.length
      const { turn, reviewThreadId } = await start(room, {
        target: { type: 'commit', sha: 'abcdef1234567', title: 'Tidy the barn' },
        delivery: 'inline'
      })
      expect(reviewThreadId).to.equal(PLAIN)
      expect(turn).to.deep.equal({
        id: turn.id,
        items: [
          {
            type: 'userMessage',
            id: turn.id,
            clientId: null,
            content: [{ type: 'text', text: 'commit abcdef1: Tidy the barn', text_elements: [] }]
          }
        ],
        itemsView: 'notLoaded',
        status: 'inProgress',
        error: null,
        startedAt: null,
        completedAt: null,
        durationMs: null
      })
      const item = {
        type: 'enteredReviewMode',
        id: turn.id,
        review: 'commit abcdef1: Tidy the barn'
      }
      const items = room.client.received.slice(from).flatMap(({ method, params }) => {
        const { item: shown, turnId } = (params ?? {}) as { item?: unknown; turnId?: string }
        return String(method).startsWith('item/') ? [[method, turnId, shown]] : []
      })
      expect(items).to.deep.equal([
        ['item/started', turn.id, item],
        ['item/completed', turn.id, item]
      ])
      const engine = await room.server.server.engine
      await right(
        engine.completeReview(PLAIN, {
          findings: [],
          overall_correctness: 'patch is correct',
          overall_explanation: 'Looks tidy.',
          overall_confidence_score: 0.9
        })
      )
      const { thread } = await room.ok('thread/read', { threadId: PLAIN, includeTurns: true })
      const marks = thread.turns
        .flatMap(({ items: shown }) => shown)
        .flatMap((one) => ('review' in one ? [[one.type, one.review]] : []))
      expect(marks).to.deep.equal([
        ['enteredReviewMode', 'commit abcdef1: Tidy the barn'],
        ['exitedReviewMode', 'Looks tidy.']
      ])
    }))

  it('review_start_with_detached_delivery_returns_new_thread_id: it is announced before the answer', () =>
    inReviewedRoom(async (room) => {
      await room.ok('thread/resume', { threadId: PLAIN })
      const from = room.client.received.length
      const { reviewThreadId } = await room.ok<Started>('review/start', {
        threadId: PLAIN,
        target: { type: 'custom', instructions: 'look closely' },
        delivery: 'detached'
      })
      const received = room.client.received.slice(from)
      expect(reviewThreadId === PLAIN).to.equal(false)
      expect(received.map(({ method }) => method ?? 'response')).to.deep.equal([
        'thread/started',
        'response',
        'item/started',
        'item/completed'
      ])
      const { thread } = (received[0] as { params: { thread: Record<string, unknown> } }).params
      expect([
        thread['id'],
        thread['forkedFromId'],
        thread['preview'],
        thread['turns']
      ]).to.deep.equal([reviewThreadId, PLAIN, PLAIN_PREVIEW, []])
    }))

  it('review_start_rejects_empty_base_branch: blanks are nothing', () =>
    inRoom('basic-142', async (room) => {
      expect(await refusal(room, { type: 'baseBranch', branch: '   ' })).to.deep.equal(
        invalid('branch must not be empty')
      )
    }))

  it('review_start_rejects_empty_commit_sha: blanks are nothing', () =>
    inRoom('basic-142', async (room) => {
      expect(await refusal(room, { type: 'commit', sha: '\t' })).to.deep.equal(
        invalid('sha must not be empty')
      )
    }))

  it('review_start_rejects_empty_custom_instructions: blanks are nothing', () =>
    inRoom('basic-142', async (room) => {
      expect(await refusal(room, { type: 'custom', instructions: '\n\n' })).to.deep.equal(
        invalid('instructions must not be empty')
      )
    }))
})
