// Rollouts whose metadata has another id than their name: strict answers list and read them by that id, as the real binaries do.
import { expect } from 'chai'
import { readdirSync } from 'node:fs'
import { join } from 'node:path'
import type { ProfileName } from '../../domain/profile.ts'
import { FIXTURES, readJson, removeFolder } from '../support/fixture-home.ts'
import { OTHER_IDS_QUESTIONS, otherIdsHome, whichThreads } from '../support/other-ids.ts'
import { initialized } from '../support/rpc-client.ts'

describe('files whose metadata has another id than their name', () => {
  const home = otherIdsHome()
  after(() => removeFolder(home))

  for (const file of readdirSync(join(FIXTURES, 'other-ids')))
    it(`are listed and read as Codex ${file.replace('.json', '')} does`, async () => {
      const client = await initialized(home, { profile: file.slice(0, 5) as ProfileName })
      const answers: Array<unknown> = []
      for (const [method, params] of OTHER_IDS_QUESTIONS)
        answers.push(whichThreads(await client.ask(method, params)))
      await client.close()
      expect(answers).to.deep.equal(readJson(join(FIXTURES, 'other-ids', file)))
    })
})
