/**
 * Asks the real Codex at a path which version of a plugin it uses, for several sets of versions, and prints where
 * unroll says otherwise. Up to 0.130 Codex compared texts. Then it asks for the skill of a plugin that unroll installed.
 *
 * usage: npm run oracle:plugins -- CODEX
 */
import { renameSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { homePlugins } from '../../adapters/upkeep/plugins/plugins.ts'
import { activeVersion } from '../../domain/ledgers/plugins/version.ts'
import { removeFolder, temporaryFolder } from '../support/fixture-home.ts'
import { pluginDir, write } from '../support/plugin-tree.ts'
import { startCodex } from './codex.ts'

const SETS: ReadonlyArray<ReadonlyArray<string>> = [
  ['1.9.0', '1.10.0'],
  ['1.9', '1.10'],
  ['v2.0.0', '10.0.0'],
  ['9.9.9', 'local'],
  ['1.0.0-rc.1', '1.0.0', '1.0.0+1'],
  ['1.0.0-alpha.2', '1.0.0-alpha.10'],
  ['2.0.0', 'a', '10.0.0']
]

const PLUGIN = { name: 'linear', marketplace: 'mine' }

const homeWith = (versions: ReadonlyArray<string>): string => {
  const home = temporaryFolder()
  for (const version of versions) {
    const folder = join(pluginDir(home, PLUGIN), version)
    const manifest = JSON.stringify({ name: PLUGIN.name, version })
    write(join(folder, '.codex-plugin/plugin.json'), manifest)
    write(join(folder, 'skills/hello/SKILL.md'), '---\nname: hello\ndescription: d\n---\nhi\n')
  }
  const config = '[features]\nplugins = true\n[plugins."linear@mine"]\nenabled = true\n'
  writeFileSync(join(home, 'config.toml'), config)
  return home
}

interface Skills {
  readonly data?: ReadonlyArray<{ readonly skills: ReadonlyArray<{ readonly path: string }> }>
}

/** The version whose skill Codex lists. */
const askedOf = async (codex: string, home: string): Promise<string | null> => {
  const server = await startCodex(codex, home)
  const { result } = await server.answer('skills/list', { cwds: [home] })
  await server.stop()
  const { data = [] } = (result ?? {}) as Skills
  const paths = data.flatMap(({ skills }) => skills.map(({ path }) => path)).join('\n')
  return /plugins\/cache\/mine\/linear\/([^/]+)\//.exec(paths)?.[1] ?? null
}

const [codex = ''] = process.argv.slice(2)
let differences = 0
for (const versions of SETS) {
  const home = homeWith(versions)
  const theirs = await askedOf(codex, home)
  const ours = activeVersion(versions)
  if (theirs !== ours) differences += 1
  const verdict = theirs === ours ? 'same' : `unroll says ${ours ?? 'none'}`
  process.stdout.write(`${versions.join(' ')}: ${theirs ?? 'none'}, ${verdict}\n`)
  removeFolder(home)
}
for (const config of ['', '[plugins."linear@mine"]\nenabled = false # off\n']) {
  const home = homeWith(['1.0.0'])
  const from = join(home, 'bundle')
  renameSync(join(pluginDir(home, PLUGIN), '1.0.0'), from)
  writeFileSync(join(home, 'config.toml'), `[features]\nplugins = true\n${config}`)
  const installed = await homePlugins(home).installLocal('linear@mine', from)
  const theirs = await askedOf(codex, home)
  if (theirs !== '1.0.0') differences += 1
  process.stdout.write(`installed by unroll: ${installed._tag}, Codex uses ${theirs ?? 'none'}\n`)
  removeFolder(home)
}
process.exitCode = differences === 0 ? 0 : 1
