// Everything at once. The goal: writers, readers and a follower of one connection lose nothing and do nothing twice while the
// server fails in all its ways. The method: many of them in turn, a trouble every few appends, drawn from a printed seed.
import { expect } from 'chai'
import { random } from '../../../support/random.ts'
import { sessions } from '../../../support/eventstore-server/session.ts'
import type { TestEventStore } from '../../../support/eventstore-server/server.ts'
import { everything, numbered, right, until, wires, wordOf } from '../../../support/wires.ts'

const WRITERS = 8
const APPENDS = 20
const SEED = Number(process.env['UNROLL_SEED'] ?? Date.now() % 2 ** 31)

const HOW = ['unavailable', 'deadline', 'timeout', 'cancelled', 'internal', 'silent'] as const

describe('a store in trouble', () => {
  const { start } = sessions()
  const open = wires()
  const next = random(SEED)
  const oneOf = <T>(list: ReadonlyArray<T>): T => list[Math.floor(next() * list.length)] as T

  const troubles: ReadonlyArray<(server: TestEventStore) => unknown> = [
    (server) =>
      server.fail({
        method: 'append',
        with: oneOf(HOW),
        when: oneOf(['before', 'after'] as const)
      }),
    (server) => server.fail({ method: 'readStream', with: oneOf(HOW), events: oneOf([0, 3, 30]) }),
    (server) => server.fail({ method: 'subscribe', with: oneOf(HOW), events: oneOf([0, 3, 30]) }),
    (server) => server.dropSubscriptions(oneOf(['unavailable', 'cancelled', 'internal', 'end'])),
    (server) => server.disconnect(),
    (server) => server.stop().then(server.start)
  ]

  it(`loses nothing and does nothing twice (seed ${SEED})`, async () => {
    const { server } = await start()
    const wire = await open(`${server.url}&defaultDeadline=1000`)
    const stop = new AbortController()
    const followed: unknown[] = []
    const follower = (async () => {
      for await (const told of wire.subscribe(['thread-'], 'start', stop.signal)) {
        if (told.kind === 'event') followed.push([told.event.stream, told.event.revision])
      }
    })()
    const write = async (stream: string): Promise<void> => {
      for (let revision = 0; revision < 2 * APPENDS; revision += 2) {
        if (next() < 0.2) await oneOf(troubles)(server)
        const events = [numbered(revision), numbered(revision + 1)]
        const expected = revision === 0 ? 'no_stream' : revision - 1
        expect(right(await wire.append(stream, expected, events))).to.deep.equal({
          kind: 'appended',
          revision: revision + 1
        })
        const read = await everything(wire.read(stream, 0))
        expect(read.map((event) => wordOf({ kind: 'event', event }))).to.deep.equal(
          Array.from({ length: revision + 2 }, (_, number) => number)
        )
      }
    }
    await Promise.all(Array.from({ length: WRITERS }, (_, index) => write(`thread-${index}`)))
    await until(() => followed.length >= server.log.length)
    stop.abort()
    await follower
    expect(server.log).to.have.length(2 * WRITERS * APPENDS)
    expect(followed).to.deep.equal(server.log.map(({ stream, revision }) => [stream, revision]))
  })
})
