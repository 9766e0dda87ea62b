// The first list of a store: one read of the log, whatever the number of threads; a window of it at a time when it is large; and
// what was cut off goes on where it was.
import { expect } from 'chai'
import * as E from 'fp-ts/lib/Either.js'
import { v7 } from 'uuid'
import { memoryIndex } from '../../../../adapters/index/memory/index.ts'
import { eventsAtHand } from '../../../../adapters/log/eventstore/directory/at-hand.ts'
import {
  directoryOf,
  type FollowWindow
} from '../../../../adapters/log/eventstore/directory/directory.ts'
import type { StoredEvent } from '../../../../adapters/log/eventstore/stream/stored.ts'
import { eventStore } from '../../../../adapters/log/eventstore/threads/store.ts'
import type { Wire } from '../../../../adapters/log/eventstore/wire.ts'
import { streamId } from '../../../../domain/ids.ts'
import { DEFAULT_PROFILE } from '../../../../domain/log/profile.ts'
import type { Index } from '../../../../replay/ports.ts'
import { smallRollout } from '../../../../bench/store/small-thread.ts'
import { engineOver } from '../../../support/engine-over.ts'
import { right } from '../../../support/engines.ts'
import { NO_HOME, putLines } from '../../../support/event-streams.ts'
import { memoryWire } from '../../../support/memory-wire.ts'
import { everything, numbered, several } from '../../../support/wires.ts'

const eventOf = (stream: string, revision: number, bytes = 100): StoredEvent => ({
  ...{ stream, revision, id: v7(), type: 'event_msg', data: { json: { revision } } },
  ...{ metadata: { bytes }, createdAtMs: 0 }
})

/** A wire that counts what is read of single streams, and which events a subscription told. */
const counting = (wire: Wire) => {
  const reads: Array<readonly [string, number, number | undefined]> = []
  const told: Array<string> = []
  const counted: Wire = {
    ...wire,
    read: (...call) => {
      reads.push([call[0], call[1], call[2]])
      return wire.read(...call)
    },
    readBackwards: (...call) => {
      reads.push([call[0], call[2] ?? -1, call[1]])
      return wire.readBackwards(...call)
    },
    async *subscribe(...call) {
      for await (const message of wire.subscribe(...call)) {
        if (message.kind === 'event') told.push(message.event.stream)
        yield message
      }
    }
  }
  return { wire: counted, reads, told }
}

/** A number of small threads, newest last. */
const filled = async (count: number): Promise<{ wire: Wire; ids: ReadonlyArray<string> }> => {
  const wire = memoryWire()
  const ids: Array<string> = []
  for (let n = 0; n < count; n += 1) {
    const id = streamId(v7())
    const lines = smallRollout(n)
      .toString()
      .replaceAll(/"id":"[^"]*"/g, `"id":"${id}"`)
    await putLines(wire, id, lines.trimEnd().split('\n'))
    ids.push(id)
  }
  return { wire, ids }
}

const engineOf = (wire: Wire, index: Index, window?: FollowWindow) => {
  const directory = directoryOf(wire, index, window)
  const options = { wire, directory, home: NO_HOME, profile: DEFAULT_PROFILE, strict: false }
  return engineOver(NO_HOME, { store: eventStore(options), index, profile: DEFAULT_PROFILE })
}

/** Ids of all threads and what they begin with, oldest change last. */
const listed = async (wire: Wire, index: Index, window?: FollowWindow) => {
  const engine = engineOf(wire, index, window)
  const page = await right(
    engine.listThreads({ limit: 100, sortKey: 'updated_at', modelProviders: [] })
  )
  return page.data.map(({ id, preview }) => [id, preview]).toSorted()
}

const questions = (ids: ReadonlyArray<string>) =>
  ids.map((id, n) => [id, `question ${n}: what is there to do here?`]).toSorted()

const SMALL: FollowWindow = { size: 20_000, batchEvents: 10 }

describe('events at hand', () => {
  it('are read without the server as far as they go', async () => {
    const { wire, reads } = counting(memoryWire())
    await wire.append('thread-a', 'any', several(6))
    const atHand = eventsAtHand(wire)
    for (const revision of [1, 2, 3]) atHand.keep(eventOf('thread-a', revision))
    const revisions = async (from: number, limit?: number) =>
      (await everything(atHand.read('thread-a', from, limit))).map(({ revision }) => revision)
    expect(await revisions(1, 3)).to.deep.equal([1, 2, 3])
    expect(await revisions(2, 1)).to.deep.equal([2])
    expect(reads).to.deep.equal([])
    expect(await revisions(2, 3)).to.deep.equal([2, 3, 4])
    expect(await revisions(0, 2)).to.deep.equal([0, 1])
    expect(await revisions(3)).to.deep.equal([3, 4, 5])
    expect(reads).to.deep.equal([
      ['thread-a', 4, 1],
      ['thread-a', 0, 2],
      ['thread-a', 4, Infinity]
    ])
  })

  it('begin anew behind a gap, and are not kept twice', async () => {
    const { wire, reads } = counting(memoryWire())
    const atHand = eventsAtHand(wire)
    const events = [0, 1, 1, 0, 5, 6].map((revision) => eventOf('thread-a', revision))
    for (const event of events) atHand.keep(event)
    expect(await everything(atHand.read('thread-a', 5, 2))).to.deep.equal(events.slice(4))
    expect(reads).to.deep.equal([])
    await everything(atHand.read('thread-a', 0, 2))
    expect(reads).to.deep.equal([['thread-a', 0, 2]])
  })

  it('give way, those of the first stream first, and never take more than they may', () => {
    const wire = memoryWire()
    const atHand = eventsAtHand(wire, 10_000)
    for (let n = 0; n < 50; n += 1) {
      atHand.keep(eventOf(`thread-${n}`, 0, 3000))
      expect(atHand.size()).to.be.at.most(10_000)
    }
    expect(atHand.size()).to.equal(2 * (3000 + 1024))
    atHand.keep(eventOf('thread-large', 0, 20_000))
    expect(atHand.size()).to.equal(0)
  })
})

describe('the first list of a store', () => {
  it('reads the log once and no stream', async () => {
    const { wire, ids } = await filled(40)
    const { wire: counted, reads, told } = counting(wire)
    expect(await listed(counted, memoryIndex())).to.deep.equal(questions(ids))
    expect(reads).to.deep.equal([])
    expect(told.length).to.equal(40 * 4)
  })

  it('does so a window at a time, with threads that go on in a later window', async () => {
    const { wire, ids } = await filled(30)
    for (const [n, id] of ids.entries())
      if (n % 3 === 0)
        await putLines(wire, streamId(id), [
          `{"timestamp":"2026-05-01T11:00:0${n % 10}.000Z","type":"event_msg","payload":{"type":"agent_message","message":"more"}}`
        ])
    const { wire: counted, told } = counting(wire)
    expect(await listed(counted, memoryIndex(), SMALL)).to.deep.equal(questions(ids))
    expect(told.length).to.equal(30 * 4 + 10)
  })

  it('that was cut off goes on where it was', async () => {
    const { wire, ids } = await filled(30)
    const index = memoryIndex()
    const first = directoryOf(wire, index, SMALL)
    let windows = 0
    const cut = await first.refresh('all', async () => {
      windows += 1
      return windows < 2
        ? E.right(undefined)
        : E.left({ _tag: 'InvalidRequest' as const, message: 'cut off' })
    })
    expect(cut).to.deep.equal(E.left({ _tag: 'InvalidRequest', message: 'cut off' }))
    const { wire: counted, told } = counting(wire)
    expect(await listed(counted, index)).to.deep.equal(questions(ids))
    expect(told.length).to.be.lessThan(30 * 4)
  })

  it('forgets what a stream held that is another one now', async () => {
    const { wire } = counting(memoryWire())
    const atHand = eventsAtHand(wire)
    atHand.keep(eventOf('thread-a', 0))
    atHand.forget('thread-a')
    await wire.append('thread-a', 'any', [numbered(1)])
    expect((await everything(atHand.read('thread-a', 0, 1))).length).to.equal(1)
    expect(atHand.size()).to.equal(0)
  })
})
