/**
 * Measures what the number of threads costs a node that follows a store: small threads, so that their number is what is
 * measured, in the stand-in of the tests.
 *
 *     npx tsx bench/scale.ts --threads 10000,100000
 *
 * One process fills the store, and fresh ones of the same program measure, so that memory is that of a node alone. See README.md.
 */
import * as E from 'fp-ts/lib/Either.js'
import { spawn } from 'node:child_process'
import { once } from 'node:events'
import { mkdtempSync, rmSync, statSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { parseArgs } from 'node:util'
import { connectWire } from '../adapters/log/eventstore/connection/connect.ts'
import { directoryOf, type Directory } from '../adapters/log/eventstore/directory/directory.ts'
import { eventStore } from '../adapters/log/eventstore/threads/store.ts'
import type { Wire } from '../adapters/log/eventstore/wire.ts'
import { openLmdbIndex } from '../adapters/index/lmdb/index.ts'
import type { StoreError } from '../domain/errors.ts'
import { streamId } from '../domain/ids.ts'
import { eraOf, NEWEST_ERA } from '../domain/log/profile.ts'
import { threadStream } from '../adapters/log/eventstore/stream/names.ts'
import { createEngine } from '../replay/engine.ts'
import type { Index } from '../replay/ports.ts'
import { eventLog, type EventLog } from '../test/support/eventstore-server/log.ts'
import { startEventStore } from '../test/support/eventstore-server/server.ts'
import { short, tableOf } from './measure/report.ts'
import { INDEX_ENTRY_BYTES, plannedThread, recordBytes } from './store/planned.ts'
import { smallId, smallPath, smallRollout } from './store/small-thread.ts'
import { NO_WRITER } from '../test/support/no-writer.ts'

const { values } = parseArgs({
  options: {
    threads: { type: 'string', default: '10000,100000' },
    work: { type: 'string', default: tmpdir() },
    measure: { type: 'string' },
    url: { type: 'string', default: '' },
    index: { type: 'string', default: '' },
    count: { type: 'string', default: '0' }
  }
})

type Figures = Record<string, number>

const NO_NAMES: ReadonlyMap<string, string> = new Map()

const right = <A>(answer: E.Either<StoreError, A>): A => {
  if (E.isLeft(answer)) throw new Error(JSON.stringify(answer.left))
  return answer.right
}

const rss = (): number => {
  globalThis.gc?.()
  return process.memoryUsage().rss
}

const timed = async (work: () => Promise<unknown>): Promise<number> => {
  const startMs = performance.now()
  await work()
  return performance.now() - startMs
}

/** Milliseconds of processor time: what else the machine does is not in it. */
const processorMs = (): number => {
  const { user, system } = process.cpuUsage()
  return (user + system) / 1000
}

const median = (sorted: ReadonlyArray<number>): number =>
  sorted.toSorted((a, b) => a - b)[Math.floor(sorted.length / 2)] ?? 0

/** Puts so many threads into the log of a stand-in; answers what they take on a server, for each. */
const fill = (log: EventLog, from: number, until: number): Figures => {
  let logBytes = 0
  let events = 0
  for (let n = from; n < until; n++) {
    const stream = threadStream(smallId(n))
    for (const call of plannedThread(smallId(n), smallPath(n), smallRollout(n)).calls) {
      const written = call.events.map((event) => ({
        ...event,
        data: Buffer.from(event.data),
        metadata: Buffer.from(event.metadata)
      }))
      log.apply({ stream, events: written, createdMs: 1_700_000_000_000, tombstone: false })
      for (const event of call.events) logBytes += recordBytes(stream, event)
      events += call.events.length
    }
  }
  log.forgetRecentIds()
  const threads = until - from
  return {
    'events per thread': events / threads,
    'log bytes per thread': logBytes / threads,
    'server index bytes per thread': (events / threads) * INDEX_ENTRY_BYTES
  }
}

/** Asks about single threads, the way a page request begins. */
const asked = async (directory: Directory, count: number): Promise<number> => {
  const times: Array<number> = []
  for (let i = 0; i < 200; i++) {
    const id = streamId(smallId((i * 7919) % count))
    times.push(await timed(async () => right(await directory.refresh(id))))
  }
  return median(times)
}

const dataBytes = (folder: string): number => statSync(join(folder, 'data.mdb')).size

/** The directory alone: caught up from nothing, then asked, then opened again by another process. */
const measureDirectory = async (index: Index, folder: string, wire: Wire): Promise<Figures> => {
  const count = Number(values.count)
  const before = rss()
  const directory = directoryOf(wire, index)
  const isCold = values.measure === 'cold'
  const usedBeforeMs = processorMs()
  const caughtUpMs = await timed(async () => right(await directory.refresh('all')))
  const usedMs = processorMs() - usedBeforeMs
  const listedMs = await timed(async () => directory.all().size)
  const threads = directory.all().size
  if (threads < count) throw new Error(`${threads} threads instead of ${count}`)
  const idleMs: Array<number> = []
  for (let i = 0; i < 20; i++)
    idleMs.push(await timed(async () => right(await directory.refresh('all'))))
  const name = isCold ? 'cold' : 'reopened'
  return {
    [`${name}: refresh of all, ms`]: caughtUpMs,
    ...(isCold ? { 'cold: processor time per event, µs': (usedMs / threads / 4) * 1000 } : {}),
    [`${name}: every directory in memory, ms`]: listedMs,
    [`${name}: refresh of all, nothing new, ms`]: median(idleMs),
    [`${name}: refresh of one, ms`]: await asked(directory, count),
    [`${name}: memory per thread, bytes`]: (rss() - before) / threads,
    ...(isCold ? { 'directory rows per thread, bytes': dataBytes(folder) / threads } : {})
  }
}

/** An engine over the store: the first list folds every thread, the second one none. */
const measureEngine = async (index: Index, folder: string, wire: Wire): Promise<Figures> => {
  const count = Number(values.count)
  const directory = directoryOf(wire, index)
  const profile = eraOf(NEWEST_ERA, false)
  const engine = createEngine({
    writer: NO_WRITER,
    store: eventStore({ wire, directory, home: values.work, profile, strict: false }),
    ...{ index, profile, strict: false, defaultProvider: 'mock' },
    names: { nameOf: () => null, all: () => NO_NAMES },
    progress: () => undefined
  })
  const page = async () => right(await engine.listThreads({ limit: 25, modelProviders: [] })())
  const usedBeforeMs = processorMs()
  const firstMs = await timed(page)
  const usedMs = processorMs() - usedBeforeMs
  const nextMs: Array<number> = []
  for (let i = 0; i < 10; i++) nextMs.push(await timed(page))
  return {
    'engine: first list, ms': firstMs,
    'engine: processor time per thread, µs': (usedMs / count) * 1000,
    'engine: next list, ms': median(nextMs),
    'engine: index rows per thread, bytes': dataBytes(folder) / count,
    'engine: memory, MB': rss() / 1e6
  }
}

const measured = async (): Promise<Figures> => {
  const wire = right(await connectWire(values.url))
  const index = openLmdbIndex(values.index)
  try {
    const measure = values.measure === 'engine' ? measureEngine : measureDirectory
    return await measure(index, values.index, wire)
  } finally {
    await index.close()
    await wire.dispose()
  }
}

const inFreshProcess = async (
  measure: string,
  url: string,
  index: string,
  count: number
): Promise<Figures> => {
  const words = ['--measure', measure, '--url', url, '--index', index, '--count', String(count)]
  const node = ['--expose-gc', '--max-old-space-size=8192', '--import', 'tsx']
  const child = spawn(process.execPath, [...node, import.meta.filename, ...words], {
    stdio: ['ignore', 'pipe', 'inherit']
  })
  let out = ''
  child.stdout.on('data', (chunk: Buffer) => (out += chunk.toString()))
  await once(child, 'close')
  if (child.exitCode !== 0) throw new Error(`measuring ${measure} ended with ${child.exitCode}`)
  return JSON.parse(out) as Figures
}

/** What a thread more costs: the difference of two columns, for each thread between them. */
const slope = (sizes: ReadonlyArray<number>, columns: ReadonlyArray<Figures>): Figures => {
  const [first = 0, last = 0] = [sizes[0], sizes.at(-1)]
  const of = (name: string): string => {
    const sum = (size: number, column?: Figures): number => (column?.[name] ?? 0) * size
    return short((sum(last, columns.at(-1)) - sum(first, columns[0])) / (last - first))
  }
  const names = Object.keys(columns[0] ?? {}).filter((name) => name.includes('per thread, bytes'))
  return Object.fromEntries(names.map((name) => [name, Number(of(name).replaceAll(',', ''))]))
}

const simulate = async (): Promise<void> => {
  const sizes = values.threads.split(',').map(Number)
  const work = mkdtempSync(join(values.work, 'unroll-bench-scale-'))
  const log = eventLog()
  const server = await startEventStore({ log })
  const columns: Array<Figures> = []
  try {
    let have = 0
    for (const count of sizes) {
      const filled = fill(log, have, count)
      have = count
      const [directory, engine] = [join(work, `directory-${count}`), join(work, `engine-${count}`)]
      columns.push({
        ...filled,
        ...(await inFreshProcess('cold', server.url, directory, count)),
        ...(await inFreshProcess('reopened', server.url, directory, count)),
        ...(await inFreshProcess('engine', server.url, engine, count))
      })
    }
  } finally {
    await server.stop()
    rmSync(work, { recursive: true, force: true })
  }
  const more = sizes.length > 1 ? slope(sizes, columns) : {}
  const rows = Object.keys(columns[0] ?? {})
  process.stdout.write(
    tableOf([
      ['', ...sizes.map((size) => `${size} threads`), 'each thread more'],
      ...rows.map((row) => [
        row,
        ...[...columns, more].map((column) => (row in column ? short(column[row] ?? null) : ''))
      ])
    ])
  )
}

if (values.measure === undefined) await simulate()
else process.stdout.write(`${JSON.stringify(await measured())}\n`)
