// Threads whose metadata come twice, and spawned ones in which nothing was said: strict answers say of them what the real
// binaries said (`test/oracle/record-told-twice.ts`).
import { expect } from 'chai'
import { readdirSync } from 'node:fs'
import { join } from 'node:path'
import { eraOfVersion } from '../support/agreement.ts'
import { FIXTURES, readJson, removeFolder } from '../support/fixture-home.ts'
import { initialized } from '../support/rpc-client.ts'
import { toldOf, toldTwiceHome, toldTwiceQuestions } from '../support/told-twice.ts'

describe('threads whose metadata come twice, and threads in which nothing was said', () => {
  for (const file of readdirSync(join(FIXTURES, 'told-twice')))
    it(`are told as Codex ${file.replace('.json', '')} does`, async () => {
      const profile = eraOfVersion(file.replace('.json', ''))
      const home = toldTwiceHome(profile)
      const client = await initialized(home, { profile })
      const answers: Array<unknown> = []
      for (const [method, params] of toldTwiceQuestions(profile, home))
        answers.push(toldOf(await client.ask(method, params)))
      await client.close()
      removeFolder(home)
      expect(answers).to.deep.equal(readJson(join(FIXTURES, 'told-twice', file)))
    })
})
