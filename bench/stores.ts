/**
 * Measures the three stores of events beside each other in one run: appending, and catching up with what was appended.
 *
 *     npm run bench:stores -- --home /path/of/S --rounds 5
 *
 * The server is the one that `EVENTSTORE_URL` names, which should be empty; else the stand-in of the tests, in a process of its
 * own, with a file that it syncs before it answers. Rounds are interleaved, each store in every round; a ratio is the median of the rounds' ratios to files. See README.md.
 */
import * as E from 'fp-ts/lib/Either.js'
import { EVERY_LINE } from '../domain/log/needs.ts'
import { cpSync, mkdirSync, mkdtempSync, rmSync, utimesSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { parseArgs } from 'node:util'
import { connectWire } from '../adapters/log/eventstore/connection/connect.ts'
import { directoryOf } from '../adapters/log/eventstore/directory/directory.ts'
import { eventStore } from '../adapters/log/eventstore/threads/store.ts'
import { push } from '../adapters/log/eventstore/sync/push.ts'
import { jsonlStore } from '../adapters/log/jsonl/store.ts'
import { memoryIndex } from '../adapters/index/memory/index.ts'
import { memoryStore } from '../adapters/log/memory/store.ts'
import type { NewEvent } from '../domain/changes/new-event.ts'
import type { StoreError } from '../domain/errors.ts'
import { streamId, type StreamId } from '../domain/ids.ts'
import type { JsonObject } from '../domain/json.ts'
import { eraOf, NEWEST_ERA } from '../domain/log/profile.ts'
import { createEngine } from '../replay/engine.ts'
import { isDamaged, START, type EventStore, type ExpectedRevision } from '../replay/ports.ts'
import { refreshed } from '../replay/refreshed.ts'
import {
  spawnEventStore,
  type SpawnedEventStore
} from '../test/support/eventstore-server/spawned.ts'
import { v7 } from 'uuid'
import { short, tableOf } from './measure/report.ts'
import { plannedHome } from './store/planned.ts'
import { servedMs } from './store/served.ts'
import { NO_WRITER } from '../test/support/no-writer.ts'

const { rounds, dir, home } = parseArgs({
  options: {
    rounds: { type: 'string', default: '5' },
    dir: { type: 'string', default: tmpdir() },
    home: { type: 'string', default: join(import.meta.dirname, 'data', 'S') }
  }
}).values

const AT = '2026-05-01T10:00:00.000Z'
const EVENTS = 640
const CALLERS = 32
const BATCH = 100
const BATCHED_EVENTS = 6400
const MESSAGE = 'a message of the length that people and models write '.repeat(8)
const profile = eraOf(NEWEST_ERA, false)

const event: NewEvent = {
  timestamp: AT,
  type: 'event_msg',
  payload: { type: 'agent_message', message: MESSAGE }
}
const metaOf = (id: string): NewEvent => ({
  timestamp: AT,
  type: 'session_meta',
  payload: {
    ...{ id, timestamp: AT, cwd: '/', originator: 'bench', cli_version: '0' },
    ...{ source: 'cli', model_provider: 'mock' }
  }
})

/** A store with everything a row needs. */
interface Contender {
  readonly name: string
  readonly store: () => EventStore
}

const newId = (): StreamId => streamId(v7())

const right = <A>(answer: E.Either<StoreError, A>): A => {
  if (E.isLeft(answer)) throw new Error(JSON.stringify(answer.left))
  return answer.right
}

const append = async (
  store: EventStore,
  id: StreamId,
  expected: ExpectedRevision,
  events: ReadonlyArray<NewEvent>
): Promise<number> => right(await store.append(id, expected, events)()).next.revision

/** Events per second. */
type Work = (store: EventStore) => Promise<number>

/** Microseconds of processor time for each event of what was timed last; the server is another process. */
let processorUs = 0

const timed = async (events: number, work: () => Promise<unknown>): Promise<number> => {
  const startMs = performance.now()
  const before = process.cpuUsage()
  await work()
  const { user, system } = process.cpuUsage(before)
  processorUs = (user + system) / events
  return (events / (performance.now() - startMs)) * 1000
}

const begun = async (store: EventStore): Promise<StreamId> => {
  const id = newId()
  await append(store, id, 'no_stream', [metaOf(id)])
  return id
}

const oneByOne: Work = async (store) => {
  const id = await begun(store)
  return timed(EVENTS, async () => {
    for (let done = 0, at = 1; done < EVENTS; done++) at = await append(store, id, at, [event])
  })
}

const callers =
  (threads: number): Work =>
  async (store) => {
    const ids: Array<StreamId> = []
    for (let i = 0; i < threads; i++) ids.push(await begun(store))
    const caller = async (_: unknown, i: number): Promise<void> => {
      for (let done = 0; done < EVENTS; done += CALLERS)
        await append(store, ids[i % threads] as StreamId, 'any', [event])
    }
    return timed(EVENTS, () => Promise.all(Array.from({ length: CALLERS }, caller)))
  }

const batches: Work = async (store) => {
  const id = await begun(store)
  const batch = Array.from({ length: BATCH }, () => event)
  return timed(BATCHED_EVENTS, async () => {
    let at = 1
    for (let done = 0; done < BATCHED_EVENTS; done += BATCH) at = await append(store, id, at, batch)
  })
}

/** Reads every line of the largest thread. */
const largest = (store: EventStore) => {
  const all = right(store.list()).streams
  return all.toSorted((a, b) => b.sizeBytes - a.sizeBytes)[0]
}

const rawRead: Work = async (store) => {
  const info = largest(store)
  if (info === undefined) throw new Error('there is no thread')
  const lines = async (): Promise<number> => {
    let count = 0
    for await (const batch of store.read(info, START, EVERY_LINE)) count += batch.lines.length
    return count
  }
  return timed(await lines(), lines)
}

const engineOver = (store: EventStore) =>
  createEngine({
    writer: NO_WRITER,
    ...{ store, index: memoryIndex(), profile, strict: false, defaultProvider: 'mock' },
    names: { nameOf: () => null, all: () => NO_NAMES },
    progress: () => undefined
  })

const coldThread: Work = async (store) => {
  const info = largest(store)
  if (info === undefined) throw new Error('there is no thread')
  let lines = 0
  for await (const batch of store.read(info, START, EVERY_LINE)) lines += batch.lines.length
  const engine = engineOver(store)
  const events = await timed(lines, async () =>
    right(await engine.listTurns(info.streamId, { limit: 20 })())
  )
  await engine.close()
  return events
}

const NO_NAMES: ReadonlyMap<StreamId, string> = new Map()

let linesOfHome = 0

const coldHome: Work = async (store) => {
  const engine = engineOver(store)
  const events = await timed(linesOfHome, async () =>
    right(await engine.listThreads({ limit: 25, modelProviders: [] })())
  )
  await engine.close()
  return events
}

const median = (values: ReadonlyArray<number>): number =>
  values.toSorted((a, b) => a - b)[Math.floor(values.length / 2)] ?? 0

type Table = Array<ReadonlyArray<string>>

const measure = async (
  table: Table,
  contenders: ReadonlyArray<Contender>,
  rows: ReadonlyArray<readonly [string, Work]>
): Promise<void> => {
  for (const [name, work] of rows) {
    const samples = new Map<string, Array<number>>()
    const used: Array<number> = []
    for (let round = -1; round < Number(rounds); round++)
      for (const { name: who, store } of contenders) {
        const rate = await work(store())
        if (round < 0) continue
        samples.set(who, [...(samples.get(who) ?? []), rate])
        if (who === 'server') used.push(processorUs)
      }
    const of = (who: string): ReadonlyArray<number> => samples.get(who) ?? []
    const [files, memory, server] = [of('files'), of('memory'), of('server')]
    const ratio = (other: ReadonlyArray<number>): string =>
      short(median(other.map((rate, i) => rate / (files[i] ?? NaN))))
    const figures = [memory, files, server].map((all) => short(median(all)))
    table.push([name, ...figures, ratio(memory), ratio(server), short(median(used))])
    process.stderr.write(`${name}\n`)
  }
}

const work = mkdtempSync(join(dir, 'unroll-bench-stores-'))
const named = process.env['EVENTSTORE_URL']

/** The real server, or a stand-in with a file of its own. */
const opened = async (journal: string): Promise<Pick<SpawnedEventStore, 'url' | 'kill'>> =>
  named === undefined
    ? spawnEventStore({ file: join(work, journal) })
    : { url: named, kill: async () => undefined }

const server = await opened('journal')
const wire = right(await connectWire(server.url))

const main = async (): Promise<void> => {
  const table: Table = [
    ['events/s', 'memory', 'files', 'server', 'memory/files', 'server/files', 'server: µs']
  ]
  const copy = join(work, 'home')
  cpSync(home, copy, { recursive: true, preserveTimestamps: true })
  utimesSync(copy, 1, 1)
  const other = await opened('journal-home')
  const otherWire = right(await connectWire(other.url))
  const startMs = performance.now()
  const before = process.cpuUsage()
  const pushed = right(
    await push({
      ...{ home: copy, wire: otherWire, words: [], dryRun: false },
      signal: new AbortController().signal,
      onProgress: () => undefined
    })
  )
  const pushMs = performance.now() - startMs
  const { user, system } = process.cpuUsage(before)
  const memory = memoryStore(profile)
  const files = jsonlStore({ home: copy, profile, strict: false })
  for (const info of right(files.list()).streams) {
    const values: Array<JsonObject> = []
    for await (const { lines } of files.read(info, START, EVERY_LINE))
      for (const line of lines)
        if (!isDamaged(line)) values.push(line.line as unknown as JsonObject)
    memory.put(info.streamId, values)
    linesOfHome += values.length
  }
  const directory = directoryOf(otherWire, memoryIndex())
  const streams = eventStore({ wire: otherWire, directory, home: copy, profile, strict: false })
  right(await refreshed(streams, 'all'))
  await measure(
    table,
    [
      { name: 'memory', store: () => memory },
      { name: 'files', store: () => files },
      { name: 'server', store: () => streams }
    ],
    [
      ['read: every line of the largest thread', rawRead],
      ['catch up: the largest thread, cold, to its first page', coldThread],
      ['catch up: every thread of the home, cold, to the first list', coldHome]
    ]
  )
  const served = await servedMs(otherWire, copy, work, Number(rounds))
  const perEvent = (user + system) / pushed.lines
  const figures = [
    `${short(pushed.bytes / pushMs / 1000)} MB/s`,
    `${short((pushed.lines / pushMs) * 1000)} events/s`,
    `${short(perEvent)} µs of processor time an event`
  ]
  process.stdout.write(`push: ${pushed.lines} lines, ${short(pushMs)} ms, ${figures.join(', ')}\n`)
  for (const [name, ms] of served) process.stdout.write(`${name}: ${short(ms)} ms\n`)
  const emptyHome = join(work, 'empty')
  mkdirSync(join(emptyHome, 'sessions'), { recursive: true })
  const empty: ReadonlyArray<Contender> = (() => {
    const memory = memoryStore(profile)
    const directory = directoryOf(wire, memoryIndex())
    const streams = eventStore({ wire, directory, home: emptyHome, profile, strict: false })
    const files = jsonlStore({ home: emptyHome, profile, strict: false })
    return [
      { name: 'memory', store: () => memory },
      { name: 'files', store: () => files },
      { name: 'server', store: () => streams }
    ]
  })()
  await measure(table, empty, [
    ['append: one caller, an event at a time', oneByOne],
    [`append: ${CALLERS} callers, one thread`, callers(1)],
    [`append: ${CALLERS} callers, a thread each`, callers(CALLERS)],
    [`append: one caller, ${BATCH} events at a time`, batches]
  ])
  process.stdout.write(tableOf(table))
  const { threads, events, rolloutBytes, logBytes, metadataBytes } = plannedHome(copy)
  const each = [events, rolloutBytes, logBytes].map((sum) => short(sum / threads))
  process.stdout.write(
    `a thread: ${each[0]} events, ${each[1]} bytes of rollout, ${each[2]} bytes in the log; ` +
      `metadata of an event: ${short(metadataBytes / events)} bytes\n`
  )
  await otherWire.dispose()
  await other.kill()
}

try {
  await main()
} finally {
  await wire.dispose()
  await server.kill()
  rmSync(work, { recursive: true, force: true })
}
