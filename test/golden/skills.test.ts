// Skills of made folders: what is listed for each directory, and what is said of files that are none, is what real Codex listed and said.
import { expect } from 'chai'
import { readdirSync, readFileSync } from 'node:fs'
import { join } from 'node:path'
import { eraOfVersion } from '../support/eras.ts'
import { expandedSkills, type RecordedSkills } from '../support/listed-skills.ts'
import { ourSkills } from '../support/our-skills.ts'

const FIXTURES = join(import.meta.dirname, '..', 'fixtures', 'skills')

describe('skills, beside Codex', () => {
  for (const file of readdirSync(FIXTURES))
    it(`are those that ${file.replace('.json', '')} lists, with its words for files that are none`, async () => {
      const profile = eraOfVersion(file)
      const recorded = JSON.parse(
        readFileSync(join(FIXTURES, file), 'utf8')
      ) as ReadonlyArray<RecordedSkills>
      for (const one of recorded)
        expect(await ourSkills(one.seed, profile), `seed ${one.seed}`).to.deep.equal(
          expandedSkills(one)
        )
    })
})
