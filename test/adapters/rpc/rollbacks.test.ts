// Rollbacks that are sent one after the other: Codex 0.130.0 and 0.142.5 refuse one that comes before the one before it is done.
import { expect } from 'chai'
import type { ProfileName } from '../../../domain/log/profile.ts'
import { inRoom, type Room, type TurnPage } from '../../support/room.ts'
import type { Message } from '../../support/rpc-client.ts'

const REFUSED = { code: -32600, message: 'rollback already in progress for this thread' }

const outcomes = (messages: ReadonlyArray<Message>): ReadonlyArray<unknown> =>
  [...messages]
    .filter((message) => 'id' in message)
    .sort((a, b) => Number(a['id']) - Number(b['id']))
    .map((message) => message['error'] ?? 'answered')

const inThread = (
  profile: ProfileName,
  use: (room: Room, threadId: string, turns: () => Promise<number>) => Promise<void>
): Promise<void> =>
  inRoom(
    `basic-${profile.slice(2)}`,
    async (room) => {
      const list = await room.ok<{ data: ReadonlyArray<{ id: string }> }>('thread/list', {
        modelProviders: []
      })
      const turnsOf = async (threadId: string): Promise<number> =>
        (await room.ok<TurnPage>('thread/turns/list', { threadId })).data.length
      for (const { id } of list.data) {
        if ((await turnsOf(id)) < 3) continue
        return use(room, id, () => turnsOf(id))
      }
      throw new Error('no thread has three turns')
    },
    { profile }
  )

const rollback = (id: number, threadId: string, numTurns = 1): string =>
  JSON.stringify({ id, method: 'thread/rollback', params: { threadId, numTurns } })

describe('rollbacks one after the other', () => {
  for (const profile of ['0.130', '0.142'] as const) {
    it(`are refused while one is in progress in ${profile}`, () =>
      inThread(profile, async ({ client }, threadId, turns) => {
        const before = await turns()
        const resume = JSON.stringify({ id: 90, method: 'thread/resume', params: { threadId } })
        const read = JSON.stringify({ id: 92, method: 'thread/read', params: { threadId } })
        const told = await client.send(
          resume,
          rollback(91, threadId),
          read,
          rollback(93, threadId),
          rollback(94, threadId)
        )
        expect(outcomes(told)).to.deep.equal(['answered', 'answered', 'answered', REFUSED, REFUSED])
        expect(await turns()).to.equal(before - 1)
      }))
  }

  it('are taken when the one before is done, or was refused itself', () =>
    inThread('0.142', async ({ client, ok }, threadId, turns) => {
      const before = await turns()
      await ok('thread/resume', { threadId })
      await ok('thread/rollback', { threadId, numTurns: 1 })
      const none = { code: -32600, message: 'numTurns must be >= 1' }
      const told = await client.send(rollback(91, threadId, 0), rollback(92, threadId))
      expect(outcomes(told)).to.deep.equal([none, 'answered'])
      expect(await turns()).to.equal(before - 2)
    }))
})
