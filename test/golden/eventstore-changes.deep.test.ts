// Changes of threads over files and over a store. The goal: the same change is refused for the same reason, or leads to the
// same answers. The method: every change unroll can make, made to a thread of a recorded home and to its twin in a stand-in of
// the server, at one time of a clock that stands still; new ids are numbered.
import { expect } from 'chai'
import type { Engine, EngineOptions } from '../../adapters/library.ts'
import type { ProfileName } from '../../domain/log/profile.ts'
import { CHANGES, Refused } from '../support/changes.ts'
import { runNow } from '../support/compare-runs.ts'
import { answersAbout, differences, type Answered } from '../support/engine-answers.ts'
import { startEventStore } from '../support/eventstore-server/server.ts'
import { copyHome, removeFolder } from '../support/fixture-home.ts'
import { right, openedEngine } from '../support/engines.ts'
import { knownBefore } from '../support/mutation-replay.ts'
import { connected } from '../support/store-lines.ts'
import { storeHome } from '../support/stored-home.ts'

const MORE = [
  ['fork-rollback-130', '0.130'],
  ['fork-rollback-169', '0.169']
] as const

const EVERY_VIEW = process.env['UNROLL_EVERY_VIEW'] === '1'

const HOMES: ReadonlyArray<readonly [string, ProfileName]> = [
  ['walk-1-142', '0.142'],
  ['agents-169', '0.169'],
  ...(EVERY_VIEW ? MORE : [])
]

const subjectOf = async (engine: Engine) => {
  const page = await right(engine.listThreads({ sortKey: 'created_at', modelProviders: [] }))
  const [first] = page.data
  if (first === undefined) throw new Error('no thread')
  const { turns } = await right(engine.readThread(first.id, true))
  return { id: first.id, archived: false, turns }
}

/** Makes a change; answers its outcome, and the answers afterwards. */
const madeTo = async (options: EngineOptions, change: string): Promise<ReadonlyArray<Answered>> => {
  const engine = await openedEngine({ index: 'memory', ...options })
  try {
    const subject = await subjectOf(engine)
    let outcome = 'done'
    let touched: ReadonlyArray<string> = []
    try {
      touched = (await CHANGES[change]?.(engine, subject)) ?? []
    } catch (cause) {
      if (!(cause instanceof Refused)) throw cause
      outcome = cause.message
    }
    const answers = await answersAbout(engine, [...new Set([subject.id, ...touched])])
    return [[change, outcome], ...answers]
  } finally {
    await engine.close()
  }
}

/** Of lines with new ids. */
const withoutChecksums = <A>(answers: A): A =>
  JSON.parse(JSON.stringify(answers).replace(/"checksum":\d+/g, '"checksum":0')) as A

describe('a change of a thread in a store', () => {
  const realNow = Date.now
  before(() => {
    const atMs = realNow()
    Date.now = () => atMs
  })
  after(() => {
    Date.now = realNow
  })

  /** The twins of a home, in files and in a stand-in, after the same change. */
  const apartAfter = async (name: string, profile: ProfileName, change: string) => {
    const server = await startEventStore()
    const [files, streams] = [copyHome(name), copyHome(name)]
    try {
      const wire = await connected(server.url)
      await storeHome(wire, streams)
      await wire.dispose()
      const expected = await madeTo({ home: files, profile }, change)
      const found = await madeTo({ home: streams, profile, store: server.url }, change)
      const before = knownBefore(name)
      return differences(
        runNow(before, files).normal(withoutChecksums(expected)),
        runNow(before, streams).normal(withoutChecksums(found))
      )
    } finally {
      await server.stop()
      removeFolder(files)
      removeFolder(streams)
    }
  }

  // Every other change is made, to one home or the other; all to all of them where every view is asked for.
  for (const [at, [name, profile]] of HOMES.entries())
    for (const [nth, change] of Object.keys(CHANGES).entries())
      if (EVERY_VIEW || nth % (2 * HOMES.length) === 2 * at)
        it(`leads to what it leads to in files: ${change}, ${name}`, async () => {
          expect(await apartAfter(name, profile, change)).to.deep.equal([])
        })
})
