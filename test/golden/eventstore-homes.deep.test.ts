// The same engine over files and over a store. The goal: every answer is the same, failures and cursors included. The method:
// every recorded home, written into a stand-in of the server, and every question asked of both.
import { expect } from 'chai'
import type { EngineOptions } from '../../adapters/library.ts'
import { startEventStore, type TestEventStore } from '../support/eventstore-server/server.ts'
import { differences, everyAnswer, type Answered } from '../support/engine-answers.ts'
import { copyHome, homeNames, removeFolder } from '../support/fixture-home.ts'
import { storeHome } from '../support/stored-home.ts'
import { connected } from '../support/store-lines.ts'
import { openedEngine } from '../support/engines.ts'

type Views = ReadonlyArray<Required<Pick<EngineOptions, 'profile' | 'strict' | 'rich'>>>

const PROFILES = ['0.130', '0.142', '0.169'] as const

/** Every way in which a home can be read. */
const EVERY: Views = PROFILES.flatMap((profile) => [
  { profile, strict: true, rich: false },
  { profile, strict: false, rich: false },
  { profile, strict: false, rich: true }
])

/** As the Codex that wrote it reads it, or by default; homes take turns. */
const usual = (name: string, at: number): Views => {
  const profile = PROFILES.find((one) => name.endsWith(one.slice(2))) ?? '0.169'
  return at % 2 === 0
    ? [{ profile, strict: true, rich: false }]
    : [{ profile: '0.169', strict: false, rich: true }]
}

const EVERY_VIEW = process.env['UNROLL_EVERY_VIEW'] === '1'

const viewsOf = (name: string, at: number): Views => (EVERY_VIEW ? EVERY : usual(name, at))

const answersOf = async (options: EngineOptions): Promise<ReadonlyArray<Answered>> => {
  const engine = await openedEngine({ index: 'memory', ...options })
  try {
    return await everyAnswer(engine)
  } finally {
    await engine.close()
  }
}

/** Every fourth home, unless all are asked for. */
const asked = homeNames().filter((name, at) => EVERY_VIEW || at % 4 === 2)

describe('a store with the threads of a home', () => {
  let server: TestEventStore
  let home = ''
  beforeEach(async () => {
    server = await startEventStore()
  })
  afterEach(async () => {
    await server.stop()
    removeFolder(home)
  })

  for (const [at, name] of asked.entries()) {
    it(`answers as its files do: ${name}`, async () => {
      home = copyHome(name)
      const wire = await connected(server.url)
      await storeHome(wire, home)
      await wire.dispose()
      for (const view of viewsOf(name, at)) {
        const files = await answersOf({ home, ...view })
        const streams = await answersOf({ home, ...view, store: server.url })
        expect(differences(files, streams), JSON.stringify(view)).to.deep.equal([])
      }
    })
  }
})
