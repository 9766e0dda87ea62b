// Reviews that a client sets up where somebody hands them in: they can be stopped, and then they are closed in the rollout.
import { expect } from 'chai'
import { readFileSync } from 'node:fs'
import type { ProfileName } from '../../../domain/log/profile.ts'
import { right } from '../../support/engines.ts'
import { inRoom, named, type Room } from '../../support/room.ts'
import type { Message } from '../../support/rpc-client.ts'

const target = { type: 'custom', instructions: 'Look at the fence.' }

interface Started {
  readonly turn: { readonly id: string }
}

const inThread = (
  profile: ProfileName,
  use: (room: Room, threadId: string, path: string) => Promise<void>
): Promise<void> =>
  inRoom(
    `basic-${profile.slice(2)}`,
    async (room) => {
      const { data } = await room.ok<{ data: ReadonlyArray<{ id: string; path: string }> }>(
        'thread/list',
        { modelProviders: [] }
      )
      const [{ id, path } = { id: '', path: '' }] = data
      await room.ok('thread/resume', { threadId: id })
      await use(room, id, path)
    },
    { profile, reviews: true }
  )

/** Kinds of the lines of a rollout from a place on. */
const kindsOf = (path: string, from: number): ReadonlyArray<string> =>
  readFileSync(path, 'utf8')
    .trimEnd()
    .split('\n')
    .slice(from)
    .map((line) => {
      const { type, payload } = JSON.parse(line) as {
        readonly type: string
        readonly payload: { readonly type: string; readonly item?: { readonly type: string } }
      }
      return [type, payload.type, payload.item?.type].filter(Boolean).join(' ')
    })
const linesIn = (path: string): number => readFileSync(path, 'utf8').trimEnd().split('\n').length

/** What the real ones write after the lines that set the review up, when it is interrupted. */
const CLOSING: Readonly<Record<ProfileName, ReadonlyArray<string>>> = {
  '0.130': [
    'response_item message',
    'event_msg exited_review_mode',
    'response_item message',
    'event_msg agent_message',
    'response_item message',
    'event_msg turn_aborted'
  ],
  '0.142': [
    'response_item message',
    'event_msg exited_review_mode',
    'response_item message',
    'event_msg agent_message',
    'response_item message',
    'event_msg turn_aborted'
  ],
  '0.169': [
    'response_item message',
    'event_msg item_completed ExitedReviewMode',
    'response_item message',
    'event_msg item_completed AgentMessage',
    'response_item message',
    'event_msg turn_aborted'
  ]
}

const ended = (messages: ReadonlyArray<Message>): unknown =>
  messages.flatMap(({ method, params }) => {
    if (method !== 'turn/completed') return []
    const { turn } = params as { readonly turn: { readonly id: string; readonly status: string } }
    return [[turn.id, turn.status]]
  })

describe('a review that was set up', () => {
  for (const profile of ['0.130', '0.142', '0.169'] as const) {
    it(`is stopped and closed in its rollout in ${profile}`, () =>
      inThread(profile, async (room, threadId, path) => {
        const { turn } = await room.ok<Started>('review/start', { threadId, target })
        const lines = linesIn(path)
        const from = room.client.received.length
        await room.ok('turn/interrupt', { threadId, turnId: turn.id })
        const told = room.client.received.slice(from)
        expect(named(told)).to.deep.equal([
          'item/started',
          'item/completed',
          'response',
          'turn/completed'
        ])
        expect(ended(told)).to.deep.equal([[turn.id, 'interrupted']])
        expect(kindsOf(path, lines)).to.deep.equal(CLOSING[profile])
        const { thread } = await room.ok('thread/read', { threadId, includeTurns: true })
        expect(thread.turns.filter(({ status }) => status === 'inProgress')).to.deep.equal([])
      }))
  }

  it('is stopped once, and not when its result was handed in', () =>
    inThread('0.142', async (room, threadId) => {
      const first = await room.ok<Started>('review/start', { threadId, target })
      const stop = ({ turn }: Started) =>
        room.client.ask('turn/interrupt', { threadId, turnId: turn.id })
      expect(await stop(first)).to.deep.equal({ result: {} })
      const nothing = { error: { code: -32600, message: 'no active turn to interrupt' } }
      expect(await stop(first)).to.deep.equal(nothing)
      const second = await room.ok<Started>('review/start', { threadId, target })
      const engine = await room.server.server.engine
      await right(engine.completeReview(threadId, 'All is well.'))
      expect(await stop(second)).to.deep.equal(nothing)
    }))
})
