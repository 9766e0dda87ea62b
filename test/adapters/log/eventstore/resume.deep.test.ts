// Going on where a subscription was. The goal: no event is lost where others were dropped by the server meanwhile, at the cost of one
// look at most. The method: a stand-in that scavenges, with the behaviours of several versions.
import { EventStoreDBClient } from '@eventstore/db-client'
import { expect } from 'chai'
import type { SubscriptionMessage, Wire } from '../../../../adapters/log/eventstore/wire.ts'
import { BEHAVIOURS_OF } from '../../../support/eventstore-server/behaviours.ts'
import { sessions } from '../../../support/eventstore-server/session.ts'
import { followed, untilCaughtUp } from '../../../support/followed-wire.ts'
import { numbered, right, until, wires, wordOf } from '../../../support/wires.ts'

/** Lets a server keep so many events of a stream. */
const setLimit = async (url: string, stream: string, maxCount: number): Promise<void> => {
  const client = EventStoreDBClient.connectionString(url)
  await client.setStreamMetadata(stream, { maxCount })
  await client.dispose()
}

describe('a subscription that goes on', () => {
  const { start } = sessions()
  const open = wires()

  /** Appends the numbers from `from` to `to` one by one, to streams in turn. */
  const fill = async (wire: Wire, from: number, to: number): Promise<void> => {
    for (let number = from; number < to; number += 1)
      right(await wire.append(`thread-${number % 3}`, 'any', [numbered(number)]))
  }

  for (const version of ['23.10', '24.10'] as const)
    it(`goes on behind an event that is gone: ${version}`, async () => {
      const { server } = await start(BEHAVIOURS_OF[version])
      const wire = await open(server.url)
      await setLimit(server.url, 'thread-2', 1)
      await fill(wire, 0, 3)
      const before = followed(wire)
      await before.heard(() => before.has('caught_up') && before.numbers().length === 3)
      await before.stop()
      const last = before.told.findLast((one) => one.kind === 'event')
      if (last?.event.position === undefined) throw new Error('an event has a place')
      const { stream, position } = last.event
      right(await wire.append(stream, 'any', [numbered(3)]))
      await fill(wire, 4, 5)
      server.scavenge()
      expect(server.log.some((event) => event.position === position.commit)).to.equal(false)
      const after = followed(wire, position)
      await after.heard(() => after.has('caught_up'))
      expect(after.numbers()).to.deep.equal([3, 4])
      // The same where the connection is lost at such a place.
      right(await wire.append(stream, 'any', [numbered(6)]))
      await after.heard(() => after.numbers().includes(6))
      const release = server.hold('subscribe')
      server.dropSubscriptions('unavailable')
      right(await wire.append(stream, 'any', [numbered(7)]))
      await until(() => server.openSubscriptions() === 0)
      server.scavenge()
      release()
      await after.heard(() => after.numbers().includes(7))
      await after.stop()
      expect(after.numbers()).to.deep.equal([3, 4, 6, 7])
    })

  it('looks once where a 23.10 goes on, and not at all with a newer one', async () => {
    for (const [version, looks] of [
      ['23.10', 1],
      ['24.2', 0],
      ['24.10', 0]
    ] as const) {
      const { server } = await start(BEHAVIOURS_OF[version])
      const wire = await open(server.url)
      await fill(wire, 0, 5)
      const [first, ...others] = await untilCaughtUp(wire)
      const position = first?.kind === 'event' ? first.event.position : undefined
      if (position === undefined) throw new Error('an event has a place')
      expect(server.calls.readAll).to.equal(0)
      const again = await untilCaughtUp(wire, position)
      const words = (told: ReadonlyArray<SubscriptionMessage>) =>
        told.map(wordOf).filter((word) => word !== 'checkpoint')
      expect([words(again), server.calls.readAll]).to.deep.equal([words(others), looks])
    }
  })
})
