// What a node knows of a store: learned with few questions, the same however it was learned, and never twice.
import { expect } from 'chai'
import * as E from 'fp-ts/lib/Either.js'
import { v7 } from 'uuid'
import {
  directoryOf,
  type Directory
} from '../../../../adapters/log/eventstore/directory/directory.ts'
import { LOST_REASONS } from '../../../../adapters/log/eventstore/directory/lost.ts'
import { followLog } from '../../../../adapters/log/eventstore/directory/follow.ts'
import type { StoredEvent } from '../../../../adapters/log/eventstore/stream/stored.ts'
import type { Wire } from '../../../../adapters/log/eventstore/wire.ts'
import { memoryIndex } from '../../../../adapters/index/memory/index.ts'
import { streamId, type StreamId } from '../../../../domain/ids.ts'
import { EMPTY, evolve } from '../../../../adapters/log/eventstore/stream/directory.ts'
import { threadStream } from '../../../../adapters/log/eventstore/stream/names.ts'
import { right } from '../../../support/engines.ts'
import { placedAt, putLines, writeSteps } from '../../../support/event-streams.ts'
import { copyHome, homeNames, removeFolder } from '../../../support/fixture-home.ts'
import { memoryWire } from '../../../support/memory-wire.ts'
import { storeHome } from '../../../support/stored-home.ts'

const newId = (): StreamId => streamId(v7())
const path = (id: StreamId, day = '01') =>
  `sessions/2026/05/${day}/rollout-2026-05-01T10-00-00-${id}.jsonl`

/** A wire that keeps a list of what it was asked. */
const listened = (wire: Wire): { readonly wire: Wire; readonly asked: Array<string> } => {
  const asked: Array<string> = []
  return {
    asked,
    wire: {
      ...wire,
      read: (...call) => {
        asked.push('read')
        return wire.read(...call)
      },
      readBackwards: (...call) => {
        asked.push('last')
        return wire.readBackwards(...call)
      },
      subscribe: (...call) => {
        asked.push('subscribe')
        return wire.subscribe(...call)
      }
    }
  }
}

const threadsIn = (directory: Directory) => [...directory.all().keys()].toSorted()

describe('the directory of a store', () => {
  it('asks for one event to learn that a thread is as it was, and commits nothing', async () => {
    const { wire, asked } = listened(memoryWire())
    const id = newId()
    await putLines(wire, id, ['{"a":1}', '{"b":2}'])
    const index = memoryIndex()
    await right(() => directoryOf(wire, index).refresh(id))
    const directory = directoryOf(wire, index)
    const generation = index.generation()
    asked.length = 0
    await right(() => directory.refresh(id))
    expect([asked, index.generation()]).to.deep.equal([['last'], generation])
    expect(directory.get(id)?.segments[0]?.lines).to.equal(2)
  })

  it('opens a thread it never saw with two events, however long it is', async () => {
    const { wire, asked } = listened(memoryWire())
    const id = newId()
    await putLines(
      wire,
      id,
      Array.from({ length: 500 }, (_, i) => `{"line":${i}}`)
    )
    const directory = directoryOf(wire, memoryIndex())
    asked.length = 0
    await right(() => directory.refresh(id))
    expect(asked).to.deep.equal(['last', 'last'])
    expect(directory.get(id)?.segments[0]?.lines).to.equal(500)
  })

  it('does not know a thread that is not there, and that is no failure', async () => {
    const directory = directoryOf(memoryWire(), memoryIndex())
    const id = newId()
    expect(await directory.refresh(id)).to.deep.equal(E.right(undefined))
    expect([directory.get(id), directory.all().size]).to.deep.equal([null, 0])
  })

  for (const name of homeNames().filter((home) => home.endsWith('169')))
    it(`is the same learned thread by thread, all at once, or from every event: ${name}`, async () => {
      const home = copyHome(name)
      const wire = memoryWire()
      await storeHome(wire, home)
      removeFolder(home)
      const everything = directoryOf(wire, memoryIndex())
      await right(() => everything.refresh('all'))
      const one = directoryOf(wire, memoryIndex())
      for (const stream of wire.streamNames()) {
        await right(() => one.refreshStream(stream))
        const folded = wire.eventsOf(stream).reduce(evolve, EMPTY)
        expect([one.stream(stream), everything.stream(stream)]).to.deep.equal([folded, folded])
      }
      expect(threadsIn(one)).to.deep.equal(threadsIn(everything))
    })

  it('goes on where it was when it learns everything again, also in another process', async () => {
    const wire = memoryWire()
    const [first, second] = [newId(), newId()]
    await putLines(wire, first, ['{}'])
    const index = memoryIndex()
    await right(() => directoryOf(wire, index).refresh('all'))
    await putLines(wire, second, ['{}'])
    const froms: Array<unknown> = []
    const spied: Wire = {
      ...wire,
      subscribe: (prefixes, from, signal) => {
        froms.push(from)
        return wire.subscribe(prefixes, from, signal)
      }
    }
    const directory = directoryOf(spied, index)
    await right(() => directory.refresh('all'))
    expect(threadsIn(directory)).to.deep.equal([first, second].toSorted())
    expect(froms).to.deep.equal([wire.eventsOf(threadStream(first)).at(-1)?.position])
  })

  it('begins anew when the index was emptied', async () => {
    const wire = memoryWire()
    const id = newId()
    await putLines(wire, id, ['{}'])
    const index = memoryIndex()
    const directory = directoryOf(wire, index)
    await right(() => directory.refresh('all'))
    await right(index.clear())
    expect(directory.all().size).to.equal(0)
    await right(() => directory.refresh('all'))
    expect(threadsIn(directory)).to.deep.equal([id])
  })

  it('of one process shows what another one learned into the same index', async () => {
    const wire = memoryWire()
    const ids = [newId(), newId(), newId()]
    for (const id of ids) await putLines(wire, id, ['{}'])
    const index = memoryIndex()
    const [one, other] = [directoryOf(wire, index), directoryOf(wire, index)]
    expect(other.all().size).to.equal(0)
    await Promise.all([
      right(() => one.refresh(ids[0] as StreamId)),
      right(() => other.refresh(ids[1] as StreamId)),
      right(() => one.refresh('all'))
    ])
    expect(threadsIn(other)).to.deep.equal(ids.toSorted())
    const stamp = other.stamp()
    await putLines(wire, ids[2] as StreamId, ['{"more":1}'])
    await right(() => one.refresh('all'))
    expect(other.get(ids[2] as StreamId)?.segments[0]?.lines).to.equal(2)
    expect(other.stamp()).to.be.greaterThan(stamp)
  })

  it('names its membership anew when files come, go or move, and not when they grow', async () => {
    const wire = memoryWire()
    const id = newId()
    const directory = directoryOf(wire, memoryIndex())
    const said: Array<string> = []
    const say = async () => {
      await right(() => directory.refresh('all'))
      said.push(directory.membership())
    }
    await putLines(wire, id, ['{}'])
    await say()
    await putLines(wire, id, ['{}'])
    await say()
    await writeSteps(wire, threadStream(id), [placedAt(id, path(id, '02'))])
    await say()
    await putLines(wire, newId(), ['{}'])
    await say()
    expect(said[0]).to.equal(said[1])
    expect(new Set(said).size).to.equal(3)
  })

  it('forgets a thread whose stream is gone for good', async () => {
    const wire = memoryWire()
    const id = newId()
    await putLines(wire, id, ['{}'])
    const directory = directoryOf(wire, memoryIndex())
    await right(() => directory.refresh(id))
    await right(() => wire.tombstone(threadStream(id)))
    await right(() => directory.refresh(id))
    expect([directory.get(id), directory.all().size]).to.deep.equal([null, 0])
  })

  /** A server that dropped the events of a stream below a revision, as after a limit was set to it and it was scavenged. */
  const cutBelow = (wire: Wire, stream: string, revision: number): Wire => {
    const isKept = (event: StoredEvent): boolean =>
      event.stream !== stream || event.revision >= revision
    const kept = async function* (events: AsyncIterable<StoredEvent>) {
      for await (const event of events) if (isKept(event)) yield event
    }
    return {
      ...wire,
      read: (name, from, limit) =>
        wire.read(name, name === stream ? Math.max(from, revision) : from, limit),
      readBackwards: (...call) => kept(wire.readBackwards(...call)),
      subscribe: async function* (...call) {
        for await (const told of wire.subscribe(...call))
          if (told.kind !== 'event' || isKept(told.event)) yield told
      }
    }
  }
  const lostIn = (directory: Directory) =>
    directory.lost().map(({ threadId, reason }) => [threadId, reason])

  it('tells a thread whose stream somebody deleted for good, also in a process that never saw it', async () => {
    const wire = memoryWire()
    const [id, other] = [newId(), newId()]
    for (const thread of [id, other]) await putLines(wire, thread, ['{}'])
    const index = memoryIndex()
    const before = directoryOf(wire, index)
    await right(() => before.refresh('all'))
    await right(() => wire.tombstone(threadStream(id)))
    for (const directory of [before, directoryOf(wire, index), directoryOf(wire, memoryIndex())]) {
      await right(() => directory.refresh('all'))
      expect(threadsIn(directory)).to.deep.equal([other])
      expect(lostIn(directory)).to.deep.equal([[id, LOST_REASONS.ended]])
      const generation = index.generation()
      await right(() => directory.refresh('all'))
      expect(index.generation()).to.equal(generation)
    }
  })

  it('tells nothing of a thread that was deleted for good by a fact, and forgets it', async () => {
    const wire = memoryWire()
    const id = newId()
    await putLines(wire, id, ['{}'])
    await writeSteps(wire, threadStream(id), [
      { fact: { type: 'unroll-deleted', data: { files: [], purged: true } } }
    ])
    await right(() => wire.tombstone(threadStream(id)))
    const directory = directoryOf(wire, memoryIndex())
    await right(() => directory.refresh('all'))
    expect([directory.all().size, lostIn(directory)]).to.deep.equal([0, []])
  })

  it('tells a thread of which the server dropped the facts, however it is learned, and finds it again', async () => {
    const wire = memoryWire()
    const id = newId()
    await putLines(wire, id, ['{}', '{}', '{}'])
    const cut = cutBelow(wire, threadStream(id), 2)
    const told = [[id, LOST_REASONS.cut]]
    const index = memoryIndex()
    const directory = directoryOf(cut, index)
    await right(() => directory.refresh('all'))
    expect([directory.get(id), lostIn(directory)]).to.deep.equal([null, told])
    const alone = directoryOf(cut, memoryIndex())
    await right(() => alone.refresh(id))
    expect([alone.get(id), lostIn(alone)]).to.deep.equal([null, told])
    const mended = directoryOf(wire, index)
    await right(() => mended.refresh(id))
    expect([mended.get(id)?.segments[0]?.lines, lostIn(mended)]).to.deep.equal([3, []])
  })

  it('finds the thread of a segment that is not named after it', async () => {
    const wire = memoryWire()
    const [id, segment] = [newId(), newId()]
    await putLines(wire, id, ['{}'])
    const file = { segment, path: path(segment), modifiedAtMs: 0 }
    await writeSteps(wire, threadStream(id), [
      { fact: { type: 'unroll-placed', data: { files: [file] } } }
    ])
    const directory = directoryOf(wire, memoryIndex())
    await right(() => directory.refresh(id))
    await putLines(wire, id, ['{}'])
    await right(() => directory.refresh(segment))
    expect([directory.threadOf(segment), directory.get(segment)]).to.deep.equal([
      id,
      directory.get(id)
    ])
    expect(directory.get(id)?.segments[0]?.lines).to.equal(2)
  })

  it('asks for a stream whose events do not follow what it knows', async () => {
    const wire = memoryWire()
    const id = newId()
    await putLines(wire, id, ['{}', '{}', '{}'])
    const directory = directoryOf(wire, memoryIndex())
    const last = wire.eventsOf(threadStream(id)).at(-1)
    if (last === undefined) throw new Error('there is no event')
    await right(() => directory.ingest([last], null))
    expect(directory.get(id)?.segments[0]?.lines).to.equal(3)
  })

  it('keeps every name anybody gave, once, in the order of their times', async () => {
    const wire = memoryWire()
    const [one, other] = [newId(), newId()]
    const named = (name: string, updatedAt: string) =>
      ({ fact: { type: 'unroll-named', data: { name, updatedAt } } }) as const
    for (const id of [one, other]) await putLines(wire, id, ['{}'])
    await writeSteps(wire, threadStream(one), [named('a', '2026-01-03')])
    await writeSteps(wire, threadStream(other), [named('b', '2026-01-02')])
    await writeSteps(wire, threadStream(one), [named('c', '2026-01-04')])
    const directory = directoryOf(wire, memoryIndex())
    await right(() => directory.refresh(one))
    await right(() => directory.refresh('all'))
    await right(() => directory.refresh('all'))
    expect(directory.named().map(({ threadId, name }) => [threadId, name])).to.deep.equal([
      [other, 'b'],
      [one, 'a'],
      [one, 'c']
    ])
    expect(directory.get(one)?.name).to.deep.equal({ name: 'c', updatedAt: '2026-01-04' })
  })
})

describe('a warm node', () => {
  it('takes in what others append, until it is told to end', async () => {
    const wire = memoryWire()
    const id = newId()
    await putLines(wire, id, ['{}'])
    const directory = directoryOf(wire, memoryIndex())
    const ending = new AbortController()
    let wake = (): void => undefined
    const until = async (lines: number) => {
      while (directory.get(id)?.segments[0]?.lines !== lines)
        await new Promise<void>((resolve) => (wake = resolve))
    }
    const following = followLog(wire, directory, ending.signal, {
      onCaughtUp: () => wake(),
      onIngested: () => wake()
    })
    await until(1)
    for (let lines = 2; lines < 20; lines++) {
      await putLines(wire, id, ['{}'])
      await until(lines)
    }
    ending.abort()
    expect(await following).to.deep.equal(E.right(undefined))
  })

  it('ends with the failure when the server is gone', async () => {
    const error = { _tag: 'StoreUnavailable', where: 'memory', reason: 'it is gone' } as const
    const wire: Wire = {
      ...memoryWire(),
      subscribe: async function* () {
        throw Object.assign(new Error('gone', { cause: error }), error)
      }
    }
    const directory = directoryOf(wire, memoryIndex())
    expect([
      await followLog(wire, directory, new AbortController().signal),
      await directory.refresh('all')
    ]).to.deep.equal([E.left(error), E.left(error)])
  })
})
