// Installing and uninstalling plugins on a real directory tree: what stands in the cache, in the sidecar and in config.toml
// afterwards.
import { expect } from 'chai'
import * as E from 'fp-ts/lib/Either.js'
import {
  chmodSync,
  existsSync,
  lstatSync,
  mkdirSync,
  readdirSync,
  readFileSync,
  statSync,
  symlinkSync,
  writeFileSync
} from 'node:fs'
import { execFileSync } from 'node:child_process'
import { join } from 'node:path'
import {
  installLocal,
  installRemote,
  uninstall
} from '../../../../adapters/upkeep/plugins/changes.ts'
import { pluginsManager } from '../../../../adapters/upkeep/plugins/manager.ts'
import {
  REMOTE,
  LINEAR,
  LOCAL,
  SIDECAR,
  bytesFor,
  fresh,
  removeFresh,
  write,
  pluginDir,
  manifest,
  bundle,
  placed,
  versions,
  sidecarOf,
  right
} from '../../../support/plugin-tree.ts'

after(removeFresh)

describe('installing a plugin', () => {
  it('from the machine copies the bundle and clears the remote id', async () => {
    const home = fresh()
    placed(home, LOCAL, '1.0.0', bytesFor(REMOTE))
    const done = right(await installLocal(home, pluginsManager(home), LOCAL, bundle('1.10.0')))
    expect(done).to.deep.equal({
      pluginId: 'linear@labmarket',
      happening: 'installed',
      version: '1.10.0',
      removedVersions: ['1.0.0'],
      metadata: {
        localId: 'linear@labmarket',
        remoteId: null,
        hasSkills: true,
        mcpServerCount: 1,
        mcpServerNames: ['tools'],
        connectorIds: ['c_1', 'c_2']
      }
    })
    expect([versions(home, LOCAL), sidecarOf(home, LOCAL)]).to.deep.equal([['1.10.0'], null])
  })

  it('again as the same version replaces the folder, and the remote id is gone with it', async () => {
    const home = fresh()
    placed(home, LOCAL, '1.0.0', bytesFor(REMOTE))
    write(join(pluginDir(home, LOCAL), '1.0.0/old'), '')
    right(await installLocal(home, pluginsManager(home), LOCAL, bundle('1.0.0')))
    expect([versions(home, LOCAL), sidecarOf(home, LOCAL)]).to.deep.equal([['1.0.0'], null])
    expect(existsSync(join(pluginDir(home, LOCAL), '1.0.0/old'))).to.equal(false)
    expect(readdirSync(join(pluginDir(home, LOCAL), '..'))).to.deep.equal(['linear'])
  })

  it('without a version is `local`', async () => {
    const home = fresh()
    placed(home, LOCAL, '9.0.0')
    right(await installLocal(home, pluginsManager(home), LOCAL, bundle()))
    expect(versions(home, LOCAL)).to.deep.equal(['local'])
  })

  it('of the backend notes the id it was given, trimmed', async () => {
    const home = fresh()
    const release = { remoteId: ` ${REMOTE} `, version: '3.0.0+7' }
    const done = right(
      await installRemote(home, pluginsManager(home), LINEAR, bundle('1.0.0'), release)
    )
    expect([done.version, done.metadata.remoteId]).to.deep.equal(['3.0.0+7', REMOTE])
    expect([versions(home, LINEAR), sidecarOf(home, LINEAR)]).to.deep.equal([
      ['3.0.0+7'],
      bytesFor(REMOTE)
    ])
  })

  it('is refused for a blank id, another name, a bad version and a missing manifest, and changes nothing', async () => {
    const home = fresh()
    placed(home, LINEAR, '1.0.0', bytesFor('old'))
    const manager = pluginsManager(home)
    const tagOf = async (folder: string, remoteId = REMOTE, version: string | null = null) => {
      const done = await installRemote(home, manager, LINEAR, folder, { remoteId, version })
      return E.isLeft(done) ? done.left._tag : 'installed'
    }
    const empty = fresh()
    const listing = bundle()
    write(join(listing, '.codex-plugin/plugin.json'), '[]')
    expect([
      await tagOf(bundle('2.0.0'), ' '),
      await tagOf(bundle('2.0.0', 'other')),
      await tagOf(bundle('../..')),
      await tagOf(bundle('2.0.0'), REMOTE, '..'),
      await tagOf(bundle(' ')),
      await tagOf(bundle()),
      await tagOf(empty),
      await tagOf(listing)
    ]).to.deep.equal([
      'BlankRemoteId',
      'WrongName',
      'BadVersion',
      'BadVersion',
      'BadManifest',
      'BadManifest',
      'NoManifest',
      'BadManifest'
    ])
    expect([versions(home, LINEAR), sidecarOf(home, LINEAR)]).to.deep.equal([
      ['1.0.0'],
      bytesFor('old')
    ])
  })

  // What `plugin/install` of 0.130.0, 0.142.5 and 0.169.0 did with these folders.
  const MANIFESTS = [
    ['.codex-plugin .claude-plugin', ['1.0.0', '1.0.0', '1.0.0']],
    ['.claude-plugin .cursor-plugin', ['1.0.0', '1.0.0', '1.0.0']],
    ['.cursor-plugin', ['NoManifest', 'local', '1.0.0']],
    ['', ['NoManifest', 'local', 'local']]
  ] as const
  for (const [folders, expected] of MANIFESTS)
    it(`measured: a folder with manifests in "${folders}" is what each version takes it for`, async () => {
      const made: Array<string> = []
      for (const profile of ['0.130', '0.142', '0.169'] as const) {
        const home = fresh()
        const from = fresh()
        write(join(from, 'skills/hello/SKILL.md'), 'hello')
        folders
          .split(' ')
          .filter((name) => name !== '')
          .forEach((name, i) =>
            write(join(from, name, 'plugin.json'), manifest('linear', `${i + 1}.0.0`))
          )
        const manager = pluginsManager(home, undefined, profile)
        const done = await installLocal(home, manager, LOCAL, from)
        made.push(E.isLeft(done) ? done.left._tag : versions(home, LOCAL).join())
        if (versions(home, LOCAL).join() !== 'local') continue
        const given = join(pluginDir(home, LOCAL), 'local/.codex-plugin/plugin.json')
        expect(readFileSync(given, 'utf8')).to.equal('{\n  "name": "linear"\n}')
        expect(existsSync(join(from, '.codex-plugin'))).to.equal(false)
      }
      expect(made).to.deep.equal(expected)
    })

  it('measured: enables the plugin, also a disabled one, and leaves the rest of the configuration as it was', async () => {
    const table = '[plugins."linear@labmarket"]\nenabled = true\n'
    const ways: ReadonlyArray<readonly [string | null, string]> = [
      [null, table],
      ['', table],
      ['# mine\nmodel = "x"   # spacing\n', `# mine\nmodel = "x"   # spacing\n\n${table}`],
      ['model = "x"', `model = "x"\n\n${table}`],
      ['model = "x"\r\n', `model = "x"\r\n\r\n${table.replaceAll('\n', '\r\n')}`],
      [
        '[plugins."linear@labmarket"]  # hi\nenabled = false # off\nnote = "enabled = false"\n\n# next\n[mcp_servers.x]\ncommand = "true"\nenabled = false\n',
        '[plugins."linear@labmarket"]  # hi\nenabled = true # off\nnote = "enabled = false"\n\n# next\n[mcp_servers.x]\ncommand = "true"\nenabled = false\n'
      ],
      [
        'plugins."linear@labmarket".enabled = false\n[features]\nplugins = true\n',
        'plugins."linear@labmarket".enabled = true\n[features]\nplugins = true\n'
      ],
      [
        '[plugins]\n"linear@labmarket" = { enabled = false, note = 1 }\n"keep@m" = { enabled = false }\n',
        '[plugins]\n"linear@labmarket" = { enabled = true, note = 1 }\n"keep@m" = { enabled = false }\n'
      ],
      [
        '[plugins]\n"linear@labmarket" = { note = 1 }\n',
        '[plugins]\n"linear@labmarket" = { enabled = true, note = 1 }\n'
      ],
      [
        '[plugins]\n"linear@labmarket".note = 1\n',
        '[plugins]\n"linear@labmarket".enabled = true\n"linear@labmarket".note = 1\n'
      ],
      [
        'plugins = { "keep@m" = { enabled = true } }\n',
        'plugins = { "linear@labmarket" = { enabled = true }, "keep@m" = { enabled = true } }\n'
      ],
      [
        '[plugins.\'linear@labmarket\']\n\n[plugins."linear@labmarket".mcp_servers.a]\nenabled = false\n',
        '[plugins.\'linear@labmarket\']\nenabled = true\n\n[plugins."linear@labmarket".mcp_servers.a]\nenabled = false\n'
      ],
      [
        '[plugins."linear@labmarket".mcp_servers.a]\nenabled = false\n',
        `[plugins."linear@labmarket".mcp_servers.a]\nenabled = false\n\n${table}`
      ],
      [`# kept\n${table}`, `# kept\n${table}`]
    ]
    for (const [before, expected] of ways) {
      const home = fresh()
      const config = join(home, 'config.toml')
      if (before !== null) {
        write(config, before)
        chmodSync(config, 0o640)
      }
      right(await installLocal(home, pluginsManager(home), LOCAL, bundle('1.0.0')))
      expect(readFileSync(config, 'utf8')).to.equal(expected)
      expect(statSync(config).mode & 0o777).to.equal(before === null ? 0o600 : 0o640)
      expect(readdirSync(home).toSorted()).to.deep.equal(['.unroll', 'config.toml', 'plugins'])
    }
  })

  it('is refused before anything changes when the configuration cannot be edited, and tried with a dry run', async () => {
    for (const text of [
      Buffer.from('not toml'),
      Buffer.from('plugins = 7\n'),
      Buffer.from([0x23, 0xff, 0x0a])
    ])
      for (const dryRun of [true, false]) {
        const home = fresh()
        write(join(home, 'config.toml'), '')
        writeFileSync(join(home, 'config.toml'), text)
        const manager = pluginsManager(home)
        const done = await installLocal(home, manager, LOCAL, bundle('1.0.0'), { dryRun })
        expect(E.isLeft(done) && done.left._tag).to.equal('BadConfig')
        expect(existsSync(join(home, 'plugins'))).to.equal(false)
        expect(readFileSync(join(home, 'config.toml')).equals(text)).to.equal(true)
      }
    const home = fresh()
    right(await installLocal(home, pluginsManager(home), LOCAL, bundle('1.0.0'), { dryRun: true }))
    expect(readdirSync(home)).to.deep.equal([])
  })

  it('measured: a folder in the place of the sidecar goes with an install of this machine', async () => {
    const home = fresh()
    placed(home, LOCAL, '1.0.0')
    mkdirSync(join(pluginDir(home, LOCAL), SIDECAR, 'x'), { recursive: true })
    right(await installLocal(home, pluginsManager(home), LOCAL, bundle('2.0.0')))
    expect(readdirSync(pluginDir(home, LOCAL))).to.deep.equal(['2.0.0'])
  })

  it('copies neither links nor special files, and keeps modes', async () => {
    const home = fresh()
    const from = bundle('1.0.0')
    symlinkSync('/etc/passwd', join(from, 'link'))
    symlinkSync('/etc', join(from, 'folder-link'))
    execFileSync('mkfifo', [join(from, 'pipe')])
    write(join(from, 'run.sh'), '#!/bin/sh\n')
    chmodSync(join(from, 'run.sh'), 0o755)
    write(join(from, 'read-only'), '')
    chmodSync(join(from, 'read-only'), 0o444)
    right(await installLocal(home, pluginsManager(home), LOCAL, from))
    const there = join(pluginDir(home, LOCAL), '1.0.0')
    expect(readdirSync(there).toSorted()).to.deep.equal([
      '.app.json',
      '.codex-plugin',
      '.mcp.json',
      'read-only',
      'run.sh',
      'skills'
    ])
    expect(
      ['run.sh', 'read-only'].map((name) => statSync(join(there, name)).mode & 0o777)
    ).to.deep.equal([0o755, 0o444])
  })

  it('is refused below a folder that is a link', async () => {
    const home = fresh()
    mkdirSync(join(home, 'plugins'))
    symlinkSync(fresh(), join(home, 'plugins/cache'))
    const done = await installLocal(home, pluginsManager(home), LOCAL, bundle('1.0.0'))
    expect(E.isLeft(done) && done.left._tag).to.equal('UnsafePath')
  })
})

const CONFIG = `# my settings
model = "gpt-5"   # keep this spacing

[plugins."keep@labmarket"]
enabled = true

[plugins."linear@labmarket"]  # gone soon
enabled = false
note = """
[plugins."keep@labmarket"]
"""

[plugins."linear@labmarket".settings]
depth = [
  [1],
]

# about the next one
[mcp_servers.x]
command = "true"
`

describe('uninstalling a plugin', () => {
  it('removes versions, sidecar and table, keeps the marketplace and every other byte of the configuration', async () => {
    const home = fresh()
    placed(home, LOCAL, '1.0.0', bytesFor(REMOTE))
    write(join(home, 'config.toml'), CONFIG)
    chmodSync(join(home, 'config.toml'), 0o640)
    const done = right(await uninstall(home, pluginsManager(home), LOCAL))
    expect([
      done.happening,
      done.removedVersions,
      done.metadata.remoteId,
      done.metadata.hasSkills
    ]).to.deep.equal(['uninstalled', ['1.0.0'], REMOTE, true])
    expect(readdirSync(join(home, 'plugins/cache'))).to.deep.equal(['labmarket'])
    expect(readdirSync(join(home, 'plugins/cache/labmarket'))).to.deep.equal([])
    const [start = ''] = CONFIG.split('[plugins."linear@labmarket"]')
    expect(readFileSync(join(home, 'config.toml'), 'utf8')).to.equal(
      `${start}# about the next one\n[mcp_servers.x]\ncommand = "true"\n`
    )
    expect(statSync(join(home, 'config.toml')).mode & 0o777).to.equal(0o640)
  })

  it('takes a plugin out that is only configured, in any of the ways it can be written on a line', async () => {
    const ways = [
      '[plugins]\n"linear@labmarket" = { enabled = true }\n"keep@m" = { enabled = true }\n',
      '[plugins]\n"linear@labmarket".enabled = true\n"keep@m".enabled = true\n',
      'plugins."linear@labmarket".enabled = true\nplugins."keep@m".enabled = true\n',
      '[plugins.\'linear@labmarket\']\r\nenabled = true\r\n[plugins."keep@m"]\r\nenabled = true\r\n'
    ]
    for (const text of ways) {
      const home = fresh()
      write(join(home, 'config.toml'), text)
      right(await uninstall(home, pluginsManager(home), LOCAL))
      const lines = text.split(/(?<=\n)/)
      const kept = text.includes('\r')
        ? lines.slice(2)
        : lines.filter((line) => !line.includes('linear@labmarket'))
      expect(readFileSync(join(home, 'config.toml'), 'utf8')).to.equal(kept.join(''))
    }
  })

  it('is refused before anything is deleted when the configuration cannot be edited by lines', async () => {
    for (const text of [
      'plugins = { "linear@labmarket" = { enabled = true }, "keep@m" = { enabled = true } }\n',
      'not toml'
    ]) {
      const home = fresh()
      placed(home, LOCAL, '1.0.0')
      write(join(home, 'config.toml'), text)
      const done = await uninstall(home, pluginsManager(home), LOCAL)
      expect(E.isLeft(done) && done.left._tag).to.equal('BadConfig')
      expect([
        versions(home, LOCAL),
        readFileSync(join(home, 'config.toml'), 'utf8')
      ]).to.deep.equal([['1.0.0'], text])
    }
  })

  it('measured: of a plugin that nobody has is no failure, and changes nothing', async () => {
    const home = fresh()
    const done = right(await uninstall(home, pluginsManager(home), LOCAL))
    expect([done.happening, done.removedVersions]).to.deep.equal(['unchanged', []])
  })

  it('edits the file that a linked configuration means', async () => {
    const home = fresh()
    const dotfiles = join(fresh(), 'config.toml')
    write(dotfiles, '[plugins."linear@labmarket"]\nenabled = true\n')
    symlinkSync(dotfiles, join(home, 'config.toml'))
    right(await uninstall(home, pluginsManager(home), LOCAL))
    expect([
      lstatSync(join(home, 'config.toml')).isSymbolicLink(),
      readFileSync(dotfiles, 'utf8')
    ]).to.deep.equal([true, ''])
  })
})
