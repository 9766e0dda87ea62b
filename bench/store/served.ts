/**
 * What somebody waits for who uses a server: milliseconds of each use case, over a home that is in the store.
 */
import * as E from 'fp-ts/lib/Either.js'
import { mkdtempSync, rmSync } from 'node:fs'
import { join } from 'node:path'
import { memoryIndex } from '../../adapters/index/memory/index.ts'
import { directoryOf } from '../../adapters/log/eventstore/directory/directory.ts'
import { homeFiles } from '../../adapters/log/eventstore/sync/home.ts'
import { pull } from '../../adapters/log/eventstore/sync/pull.ts'
import { isFine, verify } from '../../adapters/log/eventstore/sync/verify.ts'
import { eventStore } from '../../adapters/log/eventstore/threads/store.ts'
import type { Wire } from '../../adapters/log/eventstore/wire.ts'
import type { StoreError } from '../../domain/errors.ts'
import { eraOf, NEWEST_ERA } from '../../domain/log/profile.ts'
import { createEngine, type Engine } from '../../replay/engine.ts'
import { NO_WRITER } from '../../test/support/no-writer.ts'

const PAGES = 20

const right = <A>(answer: E.Either<StoreError, A>): A => {
  if (E.isLeft(answer)) throw new Error(JSON.stringify(answer.left))
  return answer.right
}

const newEngine = (wire: Wire, home: string): Engine => {
  const [index, profile] = [memoryIndex(), eraOf(NEWEST_ERA, false)]
  const directory = directoryOf(wire, index)
  const store = eventStore({ wire, directory, home, profile, strict: false })
  return createEngine({
    ...{ store, index, profile, strict: false, defaultProvider: 'mock', writer: NO_WRITER },
    names: { nameOf: () => null, all: () => new Map() },
    progress: () => undefined
  })
}

/** Times of one round, in milliseconds; pages are many, each of a thread that was not looked at before. */
const round = async (
  wire: Wire,
  home: string,
  work: string
): Promise<ReadonlyMap<string, ReadonlyArray<number>>> => {
  const times = new Map<string, Array<number>>()
  const timed = async <A>(name: string, run: () => Promise<A>): Promise<A> => {
    const startMs = performance.now()
    const answer = await run()
    times.set(name, [...(times.get(name) ?? []), performance.now() - startMs])
    return answer
  }
  const here = homeFiles(home).threads()
  const threads = here.map(({ thread }) => thread)
  const files = new Map(here.map((one) => [one.thread, one.files] as const))
  const { signal } = new AbortController()
  const quiet = { signal, onProgress: () => undefined }
  let isWhole = true
  const onThread = async (found: Parameters<typeof isFine>[0]): Promise<void> => {
    isWhole &&= isFine(found)
  }
  await timed('verify', async () =>
    right(await verify({ wire, threads, files, onThread, ...quiet }))
  )
  if (!isWhole) throw new Error('the store does not hold the home')
  const target = mkdtempSync(join(work, 'pulled-'))
  await timed('pull', async () =>
    right(await pull({ home: target, wire, threads, isAll: false, ...quiet }))
  )
  rmSync(target, { recursive: true })
  const engine = newEngine(wire, home)
  const { data } = await timed('first list', async () =>
    right(await engine.listThreads({ limit: PAGES, modelProviders: [] })())
  )
  await timed('next list', async () =>
    right(await engine.listThreads({ limit: PAGES, modelProviders: [] })())
  )
  for (const { id } of data)
    await timed('page of a thread', async () => right(await engine.listTurns(id, { limit: 20 })()))
  await engine.close()
  return times
}

const median = (values: ReadonlyArray<number>): number =>
  values.toSorted((a, b) => a - b)[Math.floor(values.length / 2)] ?? NaN

/** Medians of so many rounds by use case, in milliseconds. */
export const servedMs = async (
  wire: Wire,
  home: string,
  work: string,
  rounds: number
): Promise<ReadonlyMap<string, number>> => {
  const all = new Map<string, ReadonlyArray<number>>()
  for (let at = 0; at < rounds; at++)
    for (const [name, times] of await round(wire, home, work))
      all.set(name, [...(all.get(name) ?? []), ...times])
  return new Map([...all].map(([name, times]) => [name, median(times)]))
}
