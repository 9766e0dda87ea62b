// A fork of a thread without numbers is a copy: over a store it is byte for byte the copy that is made of a file, is never
// held whole in memory, and is not visible before it is complete.
import { expect } from 'chai'
import * as E from 'fp-ts/lib/Either.js'
import { appendFileSync, readFileSync } from 'node:fs'
import { directoryOf } from '../../adapters/log/eventstore/directory/directory.ts'
import { storeLife } from '../../adapters/log/eventstore/life/life.ts'
import { eventStore } from '../../adapters/log/eventstore/threads/store.ts'
import type { Wire } from '../../adapters/log/eventstore/wire.ts'
import { segmentWriter } from '../../adapters/log/jsonl/create.ts'
import { jsonlStore } from '../../adapters/log/jsonl/store.ts'
import { memoryIndex } from '../../adapters/index/memory/index.ts'
import { streamId } from '../../domain/ids.ts'
import { eraOf } from '../../domain/log/profile.ts'
import { dataBytes, joiner } from '../../adapters/log/eventstore/stream/join.ts'
import { eventBytes } from '../../adapters/log/eventstore/stream/event.ts'
import { threadStream } from '../../adapters/log/eventstore/stream/names.ts'
import { findStream, type EventStore, type NewSegment } from '../../replay/ports.ts'
import { copyHome, removeFolder } from '../support/fixture-home.ts'
import { memoryWire, type MemoryWire } from '../support/memory-wire.ts'
import { mortalWire } from '../support/mortal-wire.ts'
import { storeHome } from '../support/stored-home.ts'

const profile = eraOf('0.142', false)
const COPY = streamId('01a1fcff-0000-7000-8000-000000000001')

/** What stands in a segment: lines, and whatever is between them. */
const bytesIn = (wire: MemoryWire, thread: string): string => {
  const joining = joiner()
  const parts: Array<Uint8Array> = []
  for (const joined of wire.eventsOf(threadStream(thread)).flatMap((event) => joining.take(event)))
    if (joined.what === 'line' || joined.what === 'blank') {
      if (joined.data !== null) parts.push(dataBytes(joined.data))
      if (joined.what === 'line') parts.push(Buffer.from('\n'))
    }
  return Buffer.concat(parts).toString('latin1')
}

/** A server with a limit of bytes per call. */
const taking = (wire: Wire, bytesMax: number): Wire => ({
  ...wire,
  append: async (stream, expected, events) =>
    events.reduce((sum, event) => sum + eventBytes(event), 0) > bytesMax
      ? E.right({ kind: 'too_large', bytesMax })
      : wire.append(stream, expected, events)
})

const firstOf = (store: EventStore) => {
  const streams = store.list()
  const info = E.isRight(streams) ? streams.right.streams[0] : undefined
  if (info === undefined) throw new Error('the home holds a thread')
  return info
}

describe('a copy of a thread in a store', () => {
  let home = ''
  let wire: MemoryWire
  beforeEach(() => {
    home = copyHome('basic-142')
    const { path } = firstOf(jsonlStore({ home, profile, strict: false }))
    const line = JSON.stringify({ timestamp: 'no time', type: 'event_msg', payload: {} })
    const long = 'x'.repeat(30_000)
    appendFileSync(
      path,
      `\n\n  \n${line}\nno JSON \u00ff\n{"timestamp":"2026-01-01T00:00:00.000Z","l":"${long}"}\n`
    )
  })
  afterEach(() => removeFolder(home))

  const stored = async (bytesMax: number, writesMax = Infinity) => {
    wire = memoryWire()
    await storeHome(wire, home)
    const node = mortalWire(taking(wire, bytesMax), writesMax)
    const directory = directoryOf(node, memoryIndex())
    const store = eventStore({ wire: node, directory, home, profile, strict: false })
    await directory.refresh('all')
    return { store, directory, writer: storeLife({ wire: node, directory, store, home }).writer }
  }

  const segmentOf = (store: EventStore): NewSegment => {
    const info = firstOf(store)
    return {
      streamId: COPY,
      segmentId: COPY,
      atMs: Date.parse('2026-11-22T10:00:00Z'),
      lines: [
        '{"timestamp":"2026-11-22T10:00:00.000Z","type":"session_meta","payload":{}}',
        '{"a":1}'
      ],
      copied: { info, segment: 0, until: info.sizeBytes }
    }
  }

  it('has the bytes of a copy of the file, with the time of the copy on each line', async () => {
    const { store, writer } = await stored(1024 * 1024)
    expect(await writer.create(segmentOf(store))).to.deep.equal(E.right(undefined))
    const files = jsonlStore({ home, profile, strict: false })
    const segment = segmentOf(files)
    expect(await segmentWriter(home, files).create(segment)).to.deep.equal(E.right(undefined))
    const path = segmentWriter(home, files).pathOf(COPY, segment.atMs)
    expect(bytesIn(wire, COPY)).to.equal(readFileSync(path, 'latin1'))
    expect(findStream(store, COPY)).to.deep.include({ _tag: 'Right' })
    const found = findStream(store, COPY)
    expect(E.isRight(found) && found.right.path).to.equal(path)
  })

  it('is the same where the server takes little in a call', async () => {
    const { store, writer } = await stored(1024 * 1024)
    await writer.create(segmentOf(store))
    const whole = bytesIn(wire, COPY)
    const little = await stored(4 * 1024)
    expect(await little.writer.create(segmentOf(little.store))).to.deep.equal(E.right(undefined))
    expect(bytesIn(wire, COPY)).to.equal(whole)
  })

  it('is not there before all of it is, whenever the node dies', async () => {
    for (let writes = 0; ; writes++) {
      const { store, writer } = await stored(8 * 1024, writes)
      const made = await writer.create(segmentOf(store)).catch(() => null)
      const directory = directoryOf(wire, memoryIndex())
      const other = eventStore({ wire, directory, home, profile, strict: false })
      await directory.refresh('all')
      await directory.refresh(COPY)
      expect(E.isRight(findStream(other, COPY)), `after ${writes} writes`).to.equal(made !== null)
      if (made !== null) break
      expect(E.isRight(other.list()) && firstOf(other).streamId).to.not.equal(COPY)
    }
  })

  it('is refused where there is a thread of its name', async () => {
    const { store, writer } = await stored(1024 * 1024)
    await writer.create(segmentOf(store))
    const before = wire.eventsOf(threadStream(COPY)).length
    expect(await writer.create(segmentOf(store))).to.deep.include({ _tag: 'Left' })
    expect(wire.eventsOf(threadStream(COPY))).to.have.length(before)
  })
})
