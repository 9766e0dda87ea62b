// Projects whose own configuration cannot be read: what is listed in them is what real Codex listed, but for the reason, which is the
// parser's.
import { expect } from 'chai'
import { readdirSync, readFileSync } from 'node:fs'
import { join } from 'node:path'
import { askedIn, BROKEN_PROJECTS, plantedProject, shortList } from '../support/broken-projects.ts'
import { eraOfVersion } from '../support/eras.ts'
import { removeFolder } from '../support/fixture-home.ts'
import { initialized } from '../support/rpc-client.ts'

const FIXTURES = join(import.meta.dirname, '..', 'fixtures', 'skill-projects')

describe('skills of projects with a broken configuration, beside Codex', () => {
  for (const file of readdirSync(FIXTURES))
    for (const project of BROKEN_PROJECTS)
      it(`${file.replace('.json', '')}: ${project.name}`, async () => {
        const recorded = JSON.parse(readFileSync(join(FIXTURES, file), 'utf8')) as object
        const root = plantedProject(project)
        const client = await initialized(join(root, 'user/.codex'), {
          profile: eraOfVersion(file),
          powers: ['skills'],
          userHome: join(root, 'user')
        })
        const { result } = await client.ask('skills/list', { cwds: askedIn(root) })
        await client.close()
        const listed = shortList((result as { data: [] }).data, root)
        removeFolder(root)
        expect(listed).to.deep.equal(recorded[project.name as keyof typeof recorded])
      })
})
