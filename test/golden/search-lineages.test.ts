// What is found in threads that continue in several files: as the real 0.169 finds it once its database has seen every file.
import { expect } from 'chai'
import { join } from 'node:path'
import { copyHome, FIXTURES, readJson, removeFolder } from '../support/fixture-home.ts'
import { LINEAGE_HOMES, placesFound, type FoundPlaces } from '../support/lineage-search.ts'
import { initialized } from '../support/rpc-client.ts'

interface Recorded {
  readonly threadIds: ReadonlyArray<string>
  readonly found: ReadonlyArray<FoundPlaces>
}

describe('occurrences in threads of several files', () => {
  for (const name of LINEAGE_HOMES)
    it(`are those of Codex 0.169, ${name}`, async () => {
      const { threadIds, found } = readJson(
        join(FIXTURES, 'search-lineages', `${name}.json`)
      ) as Recorded
      const home = copyHome(name)
      const client = await initialized(home, { profile: '0.169' })
      const ours = await placesFound(client.ask, threadIds)
      await client.close()
      removeFolder(home)
      expect(ours).to.deep.equal(found)
    })
})
