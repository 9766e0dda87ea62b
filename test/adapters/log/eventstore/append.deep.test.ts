// Appending to streams: the answers are those of files, one of several writers wins each revision, and nothing is in halves.
import { expect } from 'chai'
import { EVERY_LINE } from '../../../../domain/log/needs.ts'
import * as E from 'fp-ts/lib/Either.js'
import { v7 } from 'uuid'
import { directoryOf } from '../../../../adapters/log/eventstore/directory/directory.ts'
import { eventStore } from '../../../../adapters/log/eventstore/threads/store.ts'
import type { Wire } from '../../../../adapters/log/eventstore/wire.ts'
import { jsonlStore } from '../../../../adapters/log/jsonl/store.ts'
import { memoryIndex } from '../../../../adapters/index/memory/index.ts'
import type { NewEvent } from '../../../../domain/changes/new-event.ts'
import { streamId, type StreamId } from '../../../../domain/ids.ts'
import { PROFILES } from '../../../../domain/log/profile.ts'
import {
  findStream,
  isDamaged,
  START,
  type Appended,
  type EventStore
} from '../../../../replay/ports.ts'
import { right } from '../../../support/engines.ts'
import { storeOver } from '../../../support/event-streams.ts'
import { copyHome, homeNames, removeFolder } from '../../../support/fixture-home.ts'
import { memoryWire } from '../../../support/memory-wire.ts'
import { compareStores } from '../../../support/same-stores.ts'
import { storeHome } from '../../../support/stored-home.ts'

const said = (message: string): NewEvent => ({
  timestamp: '2026-05-01T10:00:00.000Z',
  type: 'event_msg',
  payload: { type: 'user_message', message }
})

const metadata = (id: StreamId, members: object = {}): NewEvent => ({
  timestamp: '2026-05-01T10:00:00.000Z',
  type: 'session_meta',
  payload: {
    ...{ id, timestamp: '2026-05-01T10:00:00.000Z', cwd: '/work', originator: 'o' },
    ...{ cli_version: '1', source: 'cli', model_provider: 'mock' },
    ...members
  }
})

const messagesOf = async (store: EventStore, id: StreamId): Promise<ReadonlyArray<string>> => {
  await right(() => store.refresh?.(id) ?? Promise.resolve(E.right(undefined)))
  const info = await right(async () => findStream(store, id))
  const messages: Array<string> = []
  for await (const { lines } of store.read(info, START, EVERY_LINE))
    for (const one of lines)
      if (
        !isDamaged(one) &&
        one.line.type === 'event_msg' &&
        one.line.payload.type === 'user_message'
      )
        messages.push(one.line.payload.message)
  return messages
}

/** A wire that does something else before the calls it makes. */
const before = (wire: Wire, act: () => Promise<void>): Wire => ({
  ...wire,
  append: async (...call) => {
    await act()
    return wire.append(...call)
  }
})

const begin = async (wire: Wire): Promise<StreamId> => {
  const id = streamId(v7())
  await right(storeOver(wire).store.append(id, 'no_stream', [metadata(id)]))
  return id
}

describe('appending to the streams of a home', () => {
  for (const name of homeNames())
    it(`answers and leaves what files do: ${name}`, async () => {
      const home = copyHome(name)
      try {
        const wire = memoryWire()
        await storeHome(wire, home)
        const directory = directoryOf(wire, memoryIndex())
        await right(() => directory.refresh('all'))
        const options = { home, profile: PROFILES['0.169'], strict: false }
        const files = jsonlStore(options)
        const streams = eventStore({ ...options, wire, directory })
        const { streams: infos } = await right(async () => files.list())
        for (const { streamId: id } of infos) {
          const both = async (...call: Parameters<EventStore['append']>) => {
            const answers = [await streams.append(...call)(), await files.append(...call)()]
            expect(answers[0]).to.deep.equal(answers[1])
            return answers[1] as E.Either<unknown, Appended>
          }
          await both(id, 1_000_000, [said('no')])
          await both(id, 'no_stream', [metadata(id)])
          const first = await both(id, 'any', [said('one'), said('two')])
          if (E.isRight(first)) await both(id, first.right.next.revision, [said('three')])
        }
        await right(() => directory.refresh('all'))
        await compareStores(files, streams, { isTimeless: true })
      } finally {
        removeFolder(home)
      }
    })
})

describe('several writers of one stream', () => {
  it('all write what they have to, each in its order, nothing twice', async () => {
    const wire = memoryWire()
    const id = await begin(wire)
    const nodes = ['a', 'b', 'c'].map((node) => ({ node, store: storeOver(wire).store }))
    await Promise.all(
      nodes.map(async ({ node, store }) => {
        for (let i = 0; i < 20; i++) await right(store.append(id, 'any', [said(`${node}${i}`)]))
      })
    )
    const messages = await messagesOf(storeOver(wire).store, id)
    for (const { node } of nodes)
      expect(messages.filter((message) => message.startsWith(node))).to.deep.equal(
        Array.from({ length: 20 }, (_, i) => `${node}${i}`)
      )
    expect(messages).to.have.length(60)
  })

  it('are told the truth when they expected the same revision: one wins each', async () => {
    const wire = memoryWire()
    const id = await begin(wire)
    const nodes = Array.from({ length: 4 }, () => storeOver(wire).store)
    for (const store of nodes)
      await right(() => store.refresh?.(id) ?? Promise.resolve(E.right(undefined)))
    for (let revision = 1; revision < 12; revision++) {
      const answers = await Promise.all(
        nodes.map((store) => store.append(id, revision, [said(`at ${revision}`)])())
      )
      expect(answers.filter(E.isRight)).to.have.length(1)
      expect(answers.filter(E.isLeft)).to.deep.equal(
        Array.from({ length: 3 }, () =>
          E.left({
            _tag: 'WrongExpectedRevision',
            streamId: id,
            expected: revision,
            actual: revision + 1
          })
        )
      )
    }
    expect(await messagesOf(storeOver(wire).store, id)).to.have.length(11)
  })

  it('begin it once', async () => {
    const wire = memoryWire()
    const id = streamId(v7())
    const nodes = Array.from({ length: 3 }, () => storeOver(wire).store)
    const answers = await Promise.all(
      nodes.map((store, i) => store.append(id, 'no_stream', [metadata(id), said(`${i}`)])())
    )
    expect(answers.filter(E.isRight)).to.have.length(1)
    expect(await messagesOf(storeOver(wire).store, id)).to.have.length(1)
  })

  it('share one call when they are of one process', async () => {
    let calls = 0
    const wire = before(memoryWire(), async () => {
      calls += 1
    })
    const id = await begin(wire)
    const { store } = storeOver(wire)
    await right(() => store.refresh?.(id) ?? Promise.resolve(E.right(undefined)))
    calls = 0
    const answers = await Promise.all(
      Array.from({ length: 100 }, (_, i) => right(store.append(id, i + 1, [said(`${i}`)])))
    )
    expect(answers.map(({ from }) => from.revision)).to.deep.equal(
      Array.from({ length: 100 }, (_, i) => i + 1)
    )
    expect(calls).to.equal(1)
  })
})

describe('an append to a server', () => {
  it('that takes less in a call than usual is made in several, and counts at once', async () => {
    const wire = memoryWire({ bytesMax: 20_000 })
    const id = await begin(wire)
    const { store } = storeOver(wire)
    const long = Array.from({ length: 12 }, (_, i) => `${i} ${'é'.repeat(4000 + i)}`)
    await right(store.append(id, 1, long.map(said)))
    await right(store.append(id, 13, [said('x'.repeat(70_000))]))
    expect(await messagesOf(storeOver(wire).store, id)).to.deep.equal([...long, 'x'.repeat(70_000)])
  })

  it('that is lost in the middle leaves nothing, and the next one goes on', async () => {
    const inner = memoryWire({ bytesMax: 20_000 })
    const id = await begin(inner)
    let left = Infinity
    const wire: Wire = {
      ...inner,
      append: async (...call) => {
        left -= 1
        return left < 0
          ? E.left({ _tag: 'StoreUnavailable', where: 'memory', reason: 'it is gone' })
          : inner.append(...call)
      }
    }
    const { store } = storeOver(wire)
    await right(store.append(id, 1, [said('x'.repeat(30_000))]))
    left = 2
    const lost = await store.append(id, 2, [said('y'.repeat(90_000))])()
    expect(lost).to.deep.equal(
      E.left({ _tag: 'StoreUnavailable', where: 'memory', reason: 'it is gone' })
    )
    left = Infinity
    expect(await messagesOf(storeOver(wire).store, id)).to.deep.equal(['x'.repeat(30_000)])
    await right(store.append(id, 2, [said('z')]))
    expect(await messagesOf(store, id)).to.deep.equal(['x'.repeat(30_000), 'z'])
  })

  it('goes on in the history of a fork that names another thread', async () => {
    const wire = memoryWire()
    const parent = streamId(v7())
    const { store } = storeOver(wire)
    const paginated = { history_mode: 'paginated' }
    const begun = await right(
      store.append(parent, 'no_stream', [metadata(parent, paginated), said('a'), said('b')])
    )
    const cut = await right(async () => findStream(store, parent)).then(async (info) => {
      for await (const { lines } of store.read(info, START, EVERY_LINE))
        return lines[2]?.offset ?? 0
      return 0
    })
    const fork = streamId(v7())
    const base = { thread_id: parent, end_ordinal_exclusive: 2, end_byte_offset: cut }
    const other = storeOver(wire).store
    const { from, next } = await right(
      other.append(fork, 'no_stream', [
        metadata(fork, { ...paginated, forked_from_id: parent, history_base: base }),
        said('c')
      ])
    )
    expect([begun.next.revision, from.revision, next.revision]).to.deep.equal([3, 2, 4])
    expect(await messagesOf(storeOver(wire).store, fork)).to.deep.equal(['a', 'c'])
    const more = await right(storeOver(wire).store.append(fork, 4, [said('d')]))
    expect(more.next.revision).to.equal(5)
  })
})

describe('a stream that lost events', () => {
  it('is not read as if it were whole: the failure names its file', async () => {
    const inner = memoryWire()
    const id = await begin(inner)
    const { store } = storeOver(inner)
    await right(store.append(id, 1, [said('a'), said('b')]))
    const wire: Wire = {
      ...inner,
      read: async function* (...call) {
        for await (const event of inner.read(...call)) if (event.revision !== 2) yield event
      }
    }
    const broken = storeOver(wire).store
    await right(() => broken.refresh?.(id) ?? Promise.resolve(E.right(undefined)))
    const info = await right(async () => findStream(broken, id))
    const reading = async () => {
      for await (const batch of broken.read(info, START, EVERY_LINE))
        expect(batch.lines).to.be.an('array')
    }
    const failure = await reading().then(
      () => null,
      (cause: unknown) => cause
    )
    expect(failure).to.include({ _tag: 'IoFailure', path: info.path })
  })
})
