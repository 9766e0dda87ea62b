// What a real Codex answered about made homes, asked again in strict mode; whole answers are compared. The homes hold threads
// that begin in every odd way, of every source, with metadata that is missing or was given twice.
import { expect } from 'chai'
import { join } from 'node:path'
import { eraOfVersion } from '../support/agreement.ts'
import { FIXTURES, placed, readJson, removeFolder } from '../support/fixture-home.ts'
import { listHome, madeThreads } from '../support/list-homes.ts'
import { comparableList } from '../support/list-questions.ts'
import { unpacked, type Packed } from '../support/list-recording.ts'
import { initialized } from '../support/rpc-client.ts'

interface Recorded extends Packed {
  readonly seed: number
  readonly threads: number
}

for (const version of ['0.130.0', '0.142.5', '0.169.0']) {
  describe(`lists of made homes are those of Codex ${version}`, () => {
    const profile = eraOfVersion(version)
    for (const recorded of readJson(
      join(FIXTURES, 'lists', `${version}.json`)
    ) as ReadonlyArray<Recorded>)
      it(`home ${recorded.seed}`, async () => {
        const home = listHome(madeThreads(recorded.seed, recorded.threads, profile))
        const client = await initialized(home, { profile, version })
        try {
          for (const { method, params, response } of unpacked(recorded)) {
            const answer = comparableList(
              await client.ask(method, placed(params, home)),
              home,
              profile
            )
            expect({ method, params, answer }).to.deep.equal({ method, params, answer: response })
          }
        } finally {
          await client.close()
          removeFolder(home)
        }
      })
  })
}
