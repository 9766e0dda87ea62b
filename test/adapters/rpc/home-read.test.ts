// What a home is described as, held against its files, its lists and its pages.
import { expect } from 'chai'
import { appendFileSync, statSync } from 'node:fs'
import type { HomeDescription } from '../../../domain/unroll-protocol.ts'
import { rolloutsOf } from '../../support/cut-home.ts'
import { copyHome, removeFolder } from '../../support/fixture-home.ts'
import { initialized, type Client } from '../../support/rpc-client.ts'
import { resultOf, turnsOf, within, type Row } from '../../support/served-home.ts'

describe('a home as a whole', () => {
  const described = async (client: Client): Promise<HomeDescription> =>
    resultOf(await client.ask('unroll/home/read', {}))

  it('is described with its counts and the values by which its threads differ', () =>
    within('fork-rollback-142', async (client, folder) => {
      const files = rolloutsOf(folder)
      const bytes = files.reduce((sum, { path }) => sum + statSync(path).size, 0)
      const facet = (value: string, count: number, lastAtMs: number) => ({ value, count, lastAtMs })
      const newest = Date.parse('2026-11-21T06:49:47.648Z')
      const older = Date.parse('2026-11-21T06:49:47.078Z')
      expect(await described(client)).to.deep.equal({
        home: folder,
        homeId: '5b2f7c1e-93a4-4d0b-8e6f-0123456789ef',
        version: '9.9.9',
        profile: '0.142',
        writable: true,
        store: null,
        timeZone: Intl.DateTimeFormat().resolvedOptions().timeZone,
        counts: {
          ...{ threads: 5, archived: 1, turns: null, damagedLines: null },
          ...{ bytes, duplicates: 0 }
        },
        facets: {
          cwd: [facet('/workspace/demo', 3, newest), facet('/workspace/repo', 1, older)],
          model: [facet('lab-a', 3, newest), facet('lab-b', 1, older)],
          provider: [facet('mock', 4, newest)],
          source: [facet('vscode', 4, newest)],
          version: [facet('0.142.5', 4, newest)],
          branch: [facet('trunk', 1, older)]
        }
      })
    }))

  it('tells its turns and damaged lines once every thread was read, and what is new at once', () =>
    within('compaction-142', async (client, folder) => {
      expect((await described(client)).counts).to.include({ turns: null, damagedLines: null })
      let turns = 0
      for (const { threadId } of rolloutsOf(folder))
        turns += (await turnsOf(client, threadId)).length
      expect((await described(client)).counts).to.include({ turns, damagedLines: 0 })
      appendFileSync(rolloutsOf(folder)[0]?.path ?? '', '{"torn')
      expect((await described(client)).counts).to.include({ turns: null, damagedLines: null })
    }))

  it('counts what every list of that value shows', () =>
    within('agents-142', async (client) => {
      const { facets } = await described(client)
      const { source } = facets
      expect(source.length).to.be.greaterThan(1)
      for (const { value, count } of source) {
        const asked = { limit: 100, modelProviders: [], sourceKinds: [value] }
        const listed = resultOf<Row>(await client.ask('thread/list', asked))
        expect([value, listed.data.length]).to.deep.equal([value, count])
      }
    }))

  it('is unknown to a strict server', async () => {
    const folder = copyHome('fork-rollback-142')
    const client = await initialized(folder, { strict: true })
    for (const method of ['unroll/home/read', 'unroll/thread/outline']) {
      const { error } = await client.ask(method, {})
      expect((error as Row).message).to.match(/^Invalid request: unknown variant/)
    }
    await client.close()
    removeFolder(folder)
  })
})
