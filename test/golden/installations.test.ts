/**
 * What the real Codex made of files `installation_id` and which id it told: this server does the same. Recorded by
 * `test/oracle/record-installations.ts`.
 */
import { expect } from 'chai'
import * as E from 'fp-ts/lib/Either.js'
import { mkdirSync, readdirSync, symlinkSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { installationId } from '../../adapters/home/installation-id.ts'
import {
  copyHome,
  FIXTURES,
  readJson,
  removeFolder,
  temporaryFolder
} from '../support/fixture-home.ts'
import { eraOfVersion } from '../support/eras.ts'
import { INSTALLATIONS, installedAt, type Installed } from '../support/installations.ts'
import { initialized } from '../support/rpc-client.ts'

interface Recorded extends Installed {
  readonly ended: boolean
}

const FOLDER = join(FIXTURES, 'host')

/** Codex writes through the link; nothing is written through one here. */
const THROUGH_LINKS = ['link to garbage', 'link to nothing']

const madeOf = async (name: string) => {
  const home = temporaryFolder()
  const path = join(home, 'installation_id')
  INSTALLATIONS[name]?.(path)
  const before = installedAtOrNot(home)
  const id = await installationId(home)
  const left = readdirSync(home).filter((entry) => !['.unroll', 'installation_id'].includes(entry))
  const after = installedAtOrNot(home, E.isRight(id) ? id.right : null)
  removeFolder(home)
  return { id, before, after, left: left.filter((entry) => entry !== 'installation_id.there') }
}

/** Null where nothing lies. */
const installedAtOrNot = (home: string, told: string | null = null): Installed | null =>
  readdirSync(home).includes('installation_id') ? installedAt(home, told) : null

for (const version of readdirSync(FOLDER)) {
  const profile = eraOfVersion(version)
  describe(`installation ids as ${version} keeps them`, () => {
    const recorded = readJson(join(FOLDER, version, 'installations.json')) as Readonly<
      Record<string, Recorded>
    >

    for (const [name, { ended, told, ...file }] of Object.entries(recorded))
      it(`${name}: leaves the file and tells the id that Codex does, or goes on without one`, async () => {
        const { id, before, after, left } = await madeOf(name)
        expect(left).to.deep.equal([])
        if (ended || THROUGH_LINKS.includes(name)) {
          expect(E.isLeft(id)).to.equal(true)
          expect(after).to.deep.equal(before)
          return
        }
        const shown = after?.told ?? null
        expect({ ...after, told: null }).to.deep.equal({ ...file, told: null })
        if (profile !== '0.130') expect(shown).to.equal(told)
      })

    it('are told to clients where Codex tells them', async () => {
      const home = copyHome('basic-142')
      const installation = 'aaaaaaaa-93a4-4d0b-8e6f-0123456789ef'
      const client = await initialized(home, { profile, installationId: installation })
      const changed = client.received.find(
        ({ method }) => method === 'remoteControl/status/changed'
      )
      const { result } = await client.ask('remoteControl/status/read')
      await client.close()
      removeFolder(home)
      const idIn = (state: unknown) =>
        (state as { readonly installationId?: string })?.installationId
      const expected = recorded['simple']?.told === null ? undefined : installation
      expect([idIn(changed?.['params']), idIn(result)]).to.deep.equal([expected, expected])
    })
  })
}

describe('an installation id', () => {
  it('is one for all who start at once, whether the home has none or a text that is none', async () => {
    for (const name of ['absent', 'garbage']) {
      const home = temporaryFolder()
      INSTALLATIONS[name]?.(join(home, 'installation_id'))
      const ids = await Promise.all(Array.from({ length: 8 }, () => installationId(home)))
      expect(new Set(ids.map((id) => JSON.stringify(id))).size, name).to.equal(1)
      expect(installedAt(home, null).text, name).to.equal('{{NEW}}')
      removeFolder(home)
    }
  })

  it('leaves no unfinished one beside it, and everything that only looks like one', async () => {
    const id = '5b2f7c1e-93a4-4d0b-8e6f-0123456789ef'
    const other = id.replace('5', '6')
    const home = temporaryFolder()
    const at = (name: string): string => join(home, `installation_id${name}`)
    writeFileSync(at(`.${id}.tmp`), id.slice(0, 7))
    writeFileSync(at(`.${id.replace('5', '7')}.tmp`), '')
    const kept = {
      [`.${other}.tmp`]: id,
      [`.${other}`]: other,
      '.tmp': '',
      '.old': id,
      [`.${id}.tmp.old`]: id
    }
    for (const [name, content] of Object.entries(kept)) writeFileSync(at(name), content)
    symlinkSync(at('.old'), at(`.${id.replace('5', '8')}.tmp`))
    mkdirSync(at(`.${id.replace('5', '9')}.tmp`))
    await installationId(home)
    const expected = [
      ...['', ...Object.keys(kept), `.${id.replace('5', '8')}.tmp`, `.${id.replace('5', '9')}.tmp`]
    ].map((name) => `installation_id${name}`)
    expect(readdirSync(home).toSorted()).to.deep.equal(expected.toSorted())
    removeFolder(home)
  })
})
