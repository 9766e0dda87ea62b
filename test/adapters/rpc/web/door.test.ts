// Tickets and the token, with a clock that only the test moves.
import { expect } from 'chai'
import { createDoor, TICKET_MS } from '../../../../adapters/rpc/web/door.ts'

const doorAt = (clock: { ms: number }, token?: string) => {
  let next = 0
  return createDoor({
    randomBytes: (count) => Buffer.alloc(count, (next += 1)),
    nowMs: () => clock.ms,
    ...(token === undefined ? {} : { token })
  })
}

describe('the door of a page', () => {
  it('exchanges a ticket for the token once', () => {
    const door = doorAt({ ms: 0 })
    const ticket = door.ticket()
    expect(ticket).to.equal(Buffer.alloc(16, 2).toString('base64url'))
    expect(door.exchange(ticket)).to.equal(Buffer.alloc(32, 1).toString('base64url'))
    expect(door.exchange(ticket)).to.equal(null)
  })

  it('takes a ticket for a minute and no longer', () => {
    const clock = { ms: 1000 }
    const door = doorAt(clock, 'secret')
    const [early, late] = [door.ticket(), door.ticket()]
    clock.ms += TICKET_MS
    expect(door.exchange(early)).to.equal('secret')
    clock.ms += 1
    expect(door.exchange(late)).to.equal(null)
  })

  it('keeps the newest 32 tickets', () => {
    const door = doorAt({ ms: 0 }, 'secret')
    const tickets = Array.from({ length: 33 }, () => door.ticket())
    expect(tickets.map((ticket) => door.exchange(ticket))).to.deep.equal([
      null,
      ...Array.from({ length: 32 }, () => 'secret')
    ])
  })

  it('knows its token and nothing else', () => {
    const door = doorAt({ ms: 0 }, 'secret')
    expect(['secret', 'Secret', 'secret ', '', 'x'.repeat(10_000)].map(door.isToken)).to.deep.equal(
      [true, false, false, false, false]
    )
  })
})
