// Records what a real Codex lists in projects whose configuration cannot be read.
//
//     npx tsx test/oracle/record-broken-projects.ts CODEX
import { writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { askedIn, BROKEN_PROJECTS, plantedProject, shortList } from '../support/broken-projects.ts'
import { removeFolder } from '../support/fixture-home.ts'
import { askedCodex, startCodex } from './codex.ts'

const { codex, version } = askedCodex('record-broken-projects.ts CODEX')
const recorded: Record<string, unknown> = {}
for (const project of BROKEN_PROJECTS) {
  const root = plantedProject(project)
  const env = { HOME: join(root, 'user') }
  const real = await startCodex(codex, join(root, 'user/.codex'), { experimentalApi: true }, env)
  const { result } = await real.answer('skills/list', { cwds: askedIn(root) })
  await real.stop()
  recorded[project.name] = shortList((result as { data: [] }).data, root)
  removeFolder(root)
}
const folder = join(import.meta.dirname, '..', 'fixtures', 'skill-projects')
writeFileSync(join(folder, `${version}.json`), `${JSON.stringify(recorded, null, 1)}\n`)
