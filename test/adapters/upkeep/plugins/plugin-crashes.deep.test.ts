// A process that changes plugins may be killed before any step. The method: kill it before every step, one after the other, look at
// every file, then let another process come and look again.
import { expect } from 'chai'
import { spawnSync } from 'node:child_process'
import {
  cpSync,
  existsSync,
  mkdirSync,
  readdirSync,
  readFileSync,
  statSync,
  writeFileSync
} from 'node:fs'
import { dirname, join } from 'node:path'
import * as E from 'fp-ts/lib/Either.js'
import { holdingPlugins } from '../../../../adapters/upkeep/plugins/changes.ts'
import { scanPlugins } from '../../../../adapters/upkeep/plugins/scan.ts'
import { bundleChild } from '../../../support/crashes.ts'
import { removeFolder, temporaryFolder } from '../../../support/fixture-home.ts'

const PLUGIN = 'plugins/cache/openai-curated-remote/linear'
const SIDECAR = '.codex-remote-plugin-install.json'
const CONFIG = 'model = "a"\n\n[plugins."linear@openai-curated-remote"]\nenabled = true\n'

const bytesFor = (remoteId: string): string =>
  `{\n  "schema_version": 1,\n  "remote_plugin_id": "${remoteId}"\n}\n`

const fillBundle = (folder: string, version: string): void => {
  mkdirSync(join(folder, '.codex-plugin'), { recursive: true })
  writeFileSync(
    join(folder, '.codex-plugin/plugin.json'),
    JSON.stringify({ name: 'linear', version })
  )
  for (const name of ['a', 'b']) writeFileSync(join(folder, name), version.repeat(1000))
}

/** Every regular file below a folder with its content, by path. */
const filesOf = (folder: string): Readonly<Record<string, string>> =>
  Object.fromEntries(
    existsSync(folder)
      ? (readdirSync(folder, { recursive: true }) as Array<string>)
          .toSorted()
          .filter((path) => statSync(join(folder, path)).isFile())
          .map((path) => [path, readFileSync(join(folder, path), 'utf8')])
      : []
  )

const homeWith = (): string => {
  const home = temporaryFolder()
  fillBundle(join(home, PLUGIN, '1.0.0'), '1.0.0')
  writeFileSync(join(home, PLUGIN, SIDECAR), bytesFor('old-id'))
  writeFileSync(join(home, 'config.toml'), CONFIG)
  return home
}

/** The versions of the plugin, each with its files, and the sidecar by itself. */
const stateOf = (home: string) => {
  const folder = join(home, PLUGIN)
  const names = existsSync(folder)
    ? readdirSync(folder).filter((name) => statSync(join(folder, name)).isDirectory())
    : []
  return {
    versions: names.toSorted().map((name) => JSON.stringify([name, filesOf(join(folder, name))])),
    sidecar: filesOf(folder)[SIDECAR] ?? null
  }
}

const CASES = [
  ['note', '1.0.0'],
  ['remote', '2.0.0'],
  ['remote', '1.0.0'],
  ['local', '2.0.0'],
  ['local', '1.0.0'],
  ['local', '0.9.0'],
  ['uninstall', '1.0.0']
] as const

describe('plugins after a kill', () => {
  const script = bundleChild('plugin-crash-entry')
  after(() => removeFolder(dirname(script)))

  for (const [operation, version] of CASES)
    it(`of ${operation} with version ${version} are as before or as after, never half`, async () => {
      const bundle = temporaryFolder()
      fillBundle(bundle, version)
      if (version === '1.0.0') writeFileSync(join(bundle, 'c'), 'new')
      const original = homeWith()
      const before = stateOf(original)
      const run = (home: string, step: number) =>
        spawnSync(process.execPath, [script, home, operation, bundle, String(step)], {
          encoding: 'utf8'
        })
      const twin = temporaryFolder()
      cpSync(original, twin, { recursive: true })
      const { steps } = JSON.parse(run(twin, 0).stdout) as { readonly steps: number }
      const end = stateOf(twin)
      const seen = new Set<string>()
      for (let step = 1; step <= steps; step++) {
        const home = temporaryFolder()
        cpSync(original, home, { recursive: true })
        expect(run(home, step).signal, `step ${step}`).to.equal('SIGKILL')
        // Right after the kill a sidecar is whole or not there.
        expect([null, bytesFor('old-id'), bytesFor('new-id')]).to.include(stateOf(home).sidecar)
        expect(E.isRight(await holdingPlugins(home, {}, () => E.right(null)))).to.equal(true)
        const { versions, sidecar } = stateOf(home)
        for (const each of versions)
          expect([...before.versions, ...end.versions], `step ${step}`).to.include(each)
        if (operation !== 'uninstall') expect(versions, `step ${step}`).to.not.deep.equal([])
        expect([before.sidecar, end.sidecar, null], `step ${step}`).to.include(sidecar)
        const scan = scanPlugins(home)
        const left = E.isRight(scan) ? scan.right.strays : ['unreadable']
        expect(left, `step ${step}`).to.deep.equal([])
        expect([CONFIG, 'model = "a"\n\n']).to.include(
          readFileSync(join(home, 'config.toml'), 'utf8')
        )
        // Done again it comes to its end.
        expect(run(home, 0).status).to.equal(0)
        expect(stateOf(home), `step ${step}`).to.deep.equal(end)
        seen.add(versions.join() === end.versions.join() ? 'after' : 'before')
        removeFolder(home)
      }
      for (const folder of [bundle, original, twin]) removeFolder(folder)
      if (before.versions.join() !== end.versions.join())
        expect([...seen].toSorted()).to.deep.equal(['after', 'before'])
    }).timeout(600_000)
})
