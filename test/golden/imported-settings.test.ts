// Settings of other agents, made from seeds: what is detected, told and written is what real Codex of the era detected, told and wrote.
import { expect } from 'chai'
import { readdirSync, readFileSync } from 'node:fs'
import { join } from 'node:path'
import {
  comparableImport,
  ourImport,
  type AgentName,
  type ImportedSettings
} from '../support/imported-settings.ts'
import { eraOfVersion } from '../support/eras.ts'

const FIXTURES = join(import.meta.dirname, '..', 'fixtures', 'imported-settings')

describe('settings of other agents, beside Codex', () => {
  for (const version of readdirSync(FIXTURES))
    for (const file of readdirSync(join(FIXTURES, version)))
      it(`become what ${version} makes of them (${file})`, async () => {
        const text = readFileSync(join(FIXTURES, version, file), 'utf8')
        const profile = eraOfVersion(version)
        for (const recorded of JSON.parse(text) as ReadonlyArray<ImportedSettings>) {
          const ours = await ourImport(
            recorded.seed,
            profile,
            file.replace('.json', '') as AgentName
          )
          expect(comparableImport(ours), `seed ${recorded.seed}`).to.deep.equal(
            comparableImport(recorded)
          )
        }
      })
})
