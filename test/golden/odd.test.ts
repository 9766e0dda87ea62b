// Directories and heads of rollouts that a client of Codex cannot decode as they stand: strict answers are those of the real
// binaries, and every other mode shows the same directory.
import { expect } from 'chai'
import { readdirSync } from 'node:fs'
import { join } from 'node:path'
import { seenFrom } from '../../adapters/home/places.ts'
import type { ProfileName } from '../../domain/log/profile.ts'
import { FIXTURES, readJson, removeFolder } from '../support/fixture-home.ts'
import { oddAnswers, oddHome, type OddAnswer } from '../support/odd-home.ts'
import { initialized, MODES } from '../support/rpc-client.ts'

interface Recorded {
  readonly version: string
  readonly place: { readonly directory: string; readonly userHome: string }
  readonly threads: ReadonlyArray<OddAnswer>
}

describe('directories that are not absolute, and heads that are not there', () => {
  const home = oddHome()
  after(() => removeFolder(home))

  for (const file of readdirSync(join(FIXTURES, 'odd'))) {
    const { version, place, threads } = readJson(join(FIXTURES, 'odd', file)) as Recorded
    const profile = version.slice(0, 5) as ProfileName
    const absolute = seenFrom(place.directory, place.userHome)
    const asked = async (mode: keyof typeof MODES): Promise<ReadonlyArray<OddAnswer>> => {
      const client = await initialized(home, { profile, absolute, ...MODES[mode] })
      const answers = await oddAnswers(client.ask, home)
      await client.close()
      return answers
    }

    it(`are told as Codex ${version} tells them`, async () => {
      expect(await asked('strict')).to.deep.equal(threads)
    })

    for (const mode of ['plain', 'rich'] as const)
      it(`are told like that where Codex ${version} reads the thread, ${mode}`, async () => {
        const readable = new Set(
          threads.filter(({ turns }) => turns.startsWith('/')).map(({ title }) => title)
        )
        const lists = (rows: ReadonlyArray<OddAnswer>) =>
          rows.filter(({ title }) => readable.has(title)).map(({ title, turns }) => [title, turns])
        expect(lists(await asked(mode))).to.deep.equal(lists(threads))
      })
  }
})
