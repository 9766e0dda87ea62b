// Every recorded home goes into one store and comes out of it. The goal: byte for byte, with the same names, also where two equal
// pushes run at once. The method: connections of their own, and the files on both sides; a real server may have other threads.
import { expect } from 'chai'
import { existsSync, readFileSync } from 'node:fs'
import { join } from 'node:path'
import type { Wire } from '../../../../../adapters/log/eventstore/wire.ts'
import { homeFiles } from '../../../../../adapters/log/eventstore/sync/home.ts'
import { pull } from '../../../../../adapters/log/eventstore/sync/pull.ts'
import { right } from '../../../../support/engines.ts'
import {
  copyHome,
  homeNames,
  removeFolder,
  temporaryFolder
} from '../../../../support/fixture-home.ts'
import { connected } from '../../../../support/store-lines.ts'
import {
  SERVER_NAME,
  storeUnderTest,
  type ServerUnderTest
} from '../../../../support/store-under-test.ts'
import { homeBytes, pushed } from '../../../../support/syncing.ts'

const namesIn = (home: string): string => {
  const path = join(home, 'session_index.jsonl')
  return existsSync(path) ? readFileSync(path, 'utf8') : ''
}

describe(`a home that goes through ${SERVER_NAME}`, function () {
  this.timeout(900_000)
  let server: ServerUnderTest
  let wires: ReadonlyArray<Wire> = []
  before(async () => {
    server = await storeUnderTest()
    wires = [await connected(server.url), await connected(server.url)]
  })
  after(async () => {
    for (const wire of wires) await wire.dispose()
    await server.stop()
  })

  for (const name of homeNames())
    it(`comes back byte for byte when it is pushed twice at once: ${name}`, async () => {
      const [first, second] = wires as readonly [Wire, Wire]
      const [home, target] = [copyHome(name), temporaryFolder()]
      const threads = homeFiles(home)
        .threads()
        .map(({ thread }) => thread)
      try {
        const pushes = await Promise.all([pushed(home, first), pushed(home, second)])
        expect(pushes.map(({ problems }) => problems)).to.deep.equal([[], []])
        expect(await pushed(home, second)).to.include({ changedThreads: 0, lines: 0, bytes: 0 })
        const { signal } = new AbortController()
        const how = { home: target, wire: first, threads, isAll: false, signal }
        const { problems } = await right(() => pull({ ...how, onProgress: () => undefined }))
        expect(problems).to.deep.equal([])
        expect(homeBytes(target)).to.deep.equal(homeBytes(home))
        expect(namesIn(target)).to.equal(namesIn(home))
      } finally {
        removeFolder(home)
        removeFolder(target)
      }
    })
})
