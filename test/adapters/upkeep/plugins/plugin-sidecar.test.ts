// The sidecar of a plugin on a real directory tree, and a sync that writes it. The rows "measured" are what Codex 0.142.5 and 0.169 did
// in the same situation.
import { expect } from 'chai'
import * as E from 'fp-ts/lib/Either.js'
import {
  existsSync,
  lstatSync,
  mkdirSync,
  readdirSync,
  readFileSync,
  rmSync,
  statSync,
  symlinkSync,
  writeFileSync
} from 'node:fs'
import { execFileSync } from 'node:child_process'
import { join } from 'node:path'
import { scanPlugins } from '../../../../adapters/upkeep/plugins/scan.ts'
import {
  clearSidecar,
  readSidecar,
  writeSidecar
} from '../../../../adapters/upkeep/plugins/sidecar-file.ts'
import type { PluginFault } from '../../../../domain/ledgers/plugins/fault.ts'
import { parseListed } from '../../../../domain/ledgers/plugins/snapshot.ts'
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
  bundle,
  placed,
  versions,
  sidecarOf,
  item,
  right,
  sync,
  NOTHING,
  ID
} from '../../../support/plugin-tree.ts'

after(removeFresh)

describe('the sidecar of a plugin', () => {
  it('has the bytes and the mode that Codex gives it, whatever the umask', () => {
    const home = fresh()
    placed(home, LINEAR, '1.0.0')
    const before = process.umask(0)
    try {
      expect(writeSidecar(home, LINEAR, `  ${REMOTE}\n`)).to.deep.equal(E.right(undefined))
    } finally {
      process.umask(before)
    }
    expect(sidecarOf(home, LINEAR)).to.equal(bytesFor(REMOTE))
    expect(statSync(join(pluginDir(home, LINEAR), SIDECAR)).mode & 0o777).to.equal(0o600)
    expect(readdirSync(pluginDir(home, LINEAR)).toSorted()).to.deep.equal([SIDECAR, '1.0.0'])
    expect(readSidecar(home, LINEAR)).to.deep.equal(E.right(REMOTE))
  })

  it('is refused for a plugin that is not installed and for a blank id', () => {
    const home = fresh()
    expect(writeSidecar(home, LINEAR, REMOTE)).to.deep.equal(
      E.left({ _tag: 'NotInstalled', pluginId: ID })
    )
    write(join(pluginDir(home, LINEAR), SIDECAR), bytesFor(REMOTE))
    expect(writeSidecar(home, LINEAR, 'other')).to.deep.equal(
      E.left({ _tag: 'NotInstalled', pluginId: ID })
    )
    placed(home, LINEAR, '1.0.0')
    expect(writeSidecar(home, LINEAR, ' \u0085\n')).to.deep.equal(E.left({ _tag: 'BlankRemoteId' }))
    expect(sidecarOf(home, LINEAR)).to.equal(bytesFor(REMOTE))
  })

  it('is none when it is missing or the plugin is not installed', () => {
    const home = fresh()
    expect(readSidecar(home, LINEAR)).to.deep.equal(E.right(null))
    write(join(pluginDir(home, LINEAR), SIDECAR), bytesFor(REMOTE))
    expect(readSidecar(home, LINEAR)).to.deep.equal(E.right(null))
    placed(home, LOCAL, '1.0.0')
    expect(readSidecar(home, LOCAL)).to.deep.equal(E.right(null))
  })

  const contents: ReadonlyArray<readonly [string, string | Buffer, E.Either<PluginFault, string>]> =
    [
      [
        'padding and unknown members',
        '{ "remote_plugin_id": "  x\\t", "schema_version": 1, "a": 2 }',
        E.right('x')
      ],
      [
        'another schema',
        '{"schema_version":2,"remote_plugin_id":"x"}',
        E.left({ _tag: 'SidecarUnsupported', version: 2 })
      ],
      [
        'a schema that is no byte',
        '{"schema_version":256,"remote_plugin_id":"x"}',
        E.left({ _tag: 'SidecarMalformed', reason: 'schema_version is not a number from 0 to 255' })
      ],
      [
        'no id',
        '{"schema_version":1}',
        E.left({ _tag: 'SidecarMalformed', reason: 'remote_plugin_id is no text' })
      ],
      [
        'a blank id',
        '{"schema_version":1,"remote_plugin_id":" "}',
        E.left({ _tag: 'BlankRemoteId' })
      ],
      [
        'half a file',
        bytesFor(REMOTE).slice(0, 40),
        E.left({ _tag: 'SidecarMalformed', reason: 'it is not JSON' })
      ],
      ['nothing', '', E.left({ _tag: 'SidecarMalformed', reason: 'it is not JSON' })],
      [
        'bytes that are not UTF-8',
        Buffer.from([0x7b, 0xff, 0x7d]),
        E.left({ _tag: 'SidecarMalformed', reason: 'it is not UTF-8' })
      ],
      ['4096 bytes', bytesFor('x').padEnd(4096), E.right('x')],
      [
        '4097 bytes',
        bytesFor('x').padEnd(4097),
        E.left({ _tag: 'SidecarTooLarge', bytes: 4097, bytesMax: 4096 })
      ]
    ]
  for (const [name, content, expected] of contents)
    it(`with ${name} is read as ${JSON.stringify(E.isLeft(expected) ? expected.left._tag : expected.right)}`, () => {
      const home = fresh()
      placed(home, LINEAR, '1.0.0')
      writeFileSync(join(pluginDir(home, LINEAR), SIDECAR), content)
      expect(readSidecar(home, LINEAR)).to.deep.equal(expected)
    })

  it('is never read through a link, from a pipe or from a folder', () => {
    const home = fresh()
    placed(home, LINEAR, '1.0.0')
    const path = join(pluginDir(home, LINEAR), SIDECAR)
    const real = join(fresh(), 'sidecar')
    write(real, bytesFor(REMOTE))
    const reasonOf = (): string => {
      const read = readSidecar(home, LINEAR)
      return E.isLeft(read) && read.left._tag === 'UnsafePath' ? read.left.reason : 'read'
    }
    symlinkSync(real, path)
    expect(reasonOf()).to.equal('it is a symbolic link')
    // Writing puts a file in the place of the link, and what the link meant stays.
    expect(writeSidecar(home, LINEAR, 'new')).to.deep.equal(E.right(undefined))
    expect([lstatSync(path).isFile(), readFileSync(real, 'utf8')]).to.deep.equal([
      true,
      bytesFor(REMOTE)
    ])
    expect(clearSidecar(home, LINEAR)).to.deep.equal(E.right(undefined))
    mkdirSync(path)
    expect(reasonOf()).to.equal('it is no regular file')
    // A folder cannot be replaced by a file, and what was written beside it is gone again.
    expect(E.isLeft(writeSidecar(home, LINEAR, 'new'))).to.equal(true)
    expect(readdirSync(pluginDir(home, LINEAR)).toSorted()).to.deep.equal([SIDECAR, '1.0.0'])
    rmSync(path, { recursive: true })
    execFileSync('mkfifo', [path])
    expect(reasonOf()).to.equal('it is no regular file')
  })

  it('is neither read nor written below a folder that is a link, or an id that is no folder name', () => {
    const home = fresh()
    const elsewhere = fresh()
    placed(elsewhere, LINEAR, '1.0.0', bytesFor(REMOTE))
    mkdirSync(join(home, 'plugins/cache/openai-curated-remote'), { recursive: true })
    symlinkSync(pluginDir(elsewhere, LINEAR), pluginDir(home, LINEAR))
    const link: PluginFault = {
      _tag: 'UnsafePath',
      path: pluginDir(home, LINEAR),
      reason: 'it is a symbolic link'
    }
    expect(readSidecar(home, LINEAR)).to.deep.equal(E.left(link))
    expect(writeSidecar(home, LINEAR, 'x')).to.deep.equal(E.left(link))
    expect(sidecarOf(elsewhere, LINEAR)).to.equal(bytesFor(REMOTE))
    for (const name of ['..', 'a/b', 'a.b', ''])
      expect(readSidecar(home, { name, marketplace: 'm' })).to.deep.equal(
        E.left({ _tag: 'BadPluginId', text: `${name}@m` })
      )
  })

  it('takes no version that is a link for an installed one', () => {
    const home = fresh()
    mkdirSync(pluginDir(home, LINEAR), { recursive: true })
    symlinkSync(bundle('1.0.0'), join(pluginDir(home, LINEAR), '1.0.0'))
    write(join(pluginDir(home, LINEAR), SIDECAR), bytesFor(REMOTE))
    expect(readSidecar(home, LINEAR)).to.deep.equal(E.right(null))
  })
})

describe('a sync', () => {
  it('measured: a current bundle without a sidecar gets one', async () => {
    const home = fresh()
    placed(home, LINEAR, '1.0.0')
    expect(await sync(home, [item(' 1.0.0 ')])).to.deep.equal({ ...NOTHING, noted: [ID] })
    expect(sidecarOf(home, LINEAR)).to.equal(bytesFor(REMOTE))
  })

  for (const old of ['{"schema_version":2,"remote_plugin_id":"x"}', 'garbage'])
    it(`measured: a current bundle with the sidecar ${old} has it overwritten`, async () => {
      const home = fresh()
      placed(home, LINEAR, '1.0.0', old)
      expect(await sync(home, [item('1.0.0')])).to.deep.equal({ ...NOTHING, noted: [ID] })
      expect(sidecarOf(home, LINEAR)).to.equal(bytesFor(REMOTE))
    })

  it('measured: a sidecar that is right is written anew, and that is no change', async () => {
    const home = fresh()
    placed(home, LINEAR, '1.0.0', bytesFor(REMOTE))
    const path = join(pluginDir(home, LINEAR), SIDECAR)
    const before = statSync(path).ino
    expect(await sync(home, [item('1.0.0')])).to.deep.equal(NOTHING)
    expect(sidecarOf(home, LINEAR)).to.equal(bytesFor(REMOTE))
    expect(statSync(path).ino).to.not.equal(before)
  })

  it('measured: without a list nothing is touched, padding and unknown members included', () => {
    const home = fresh()
    const padded = '{"schema_version":1,"remote_plugin_id":" x ","more":1}'
    placed(home, LINEAR, '1.0.0', padded)
    expect(E.isLeft(parseListed('down'))).to.equal(true)
    expect(right(scanPlugins(home)).plugins.map(({ seen }) => seen.remoteId)).to.deep.equal(['x'])
    expect(sidecarOf(home, LINEAR)).to.equal(padded)
  })

  it('measured: a newer version that cannot be had leaves bundle and sidecar, and fails', async () => {
    const home = fresh()
    placed(home, LINEAR, '1.0.0', bytesFor('old'))
    const { failed, ...others } = await sync(home, [item('2.0.0')])
    expect(others).to.deep.equal({ installed: [], noted: [], removed: [] })
    expect(failed.map(({ remoteId }) => remoteId)).to.deep.equal([REMOTE])
    expect([versions(home, LINEAR), sidecarOf(home, LINEAR)]).to.deep.equal([
      ['1.0.0'],
      bytesFor('old')
    ])
  })

  it('measured: a plugin that is not in the list is removed, and strangers of that marketplace too', async () => {
    const home = fresh()
    const stranger = { ...LINEAR, name: 'stranger' }
    const other = { name: 'x', marketplace: 'created-by-me-remote' }
    for (const id of [LINEAR, stranger, other, LOCAL]) placed(home, id, '1.0.0', bytesFor('a'))
    write(join(pluginDir(home, { ...LINEAR, name: 'empty' }), 'note'), '')
    const { removed } = await sync(home, [item('1.0.0')])
    expect(removed).to.deep.equal([
      'x@created-by-me-remote',
      'empty@openai-curated-remote',
      'stranger@openai-curated-remote'
    ])
    expect([LINEAR, LOCAL, stranger, other].map((id) => versions(home, id))).to.deep.equal([
      ['1.0.0'],
      ['1.0.0'],
      [],
      []
    ])
    expect(existsSync(join(home, 'plugins/cache/created-by-me-remote'))).to.equal(true)
  })

  it('measured: every scope and discoverability keeps its plugin where Codex has it, and the other five marketplaces are cleared', async () => {
    const home = fresh()
    const markets = [
      'openai-curated-remote',
      'workspace-directory',
      'workspace-shared-with-me',
      'workspace-shared-with-me-private',
      'workspace-shared-with-me-unlisted',
      'created-by-me-remote'
    ]
    const listed = (
      [
        ['g', 'GLOBAL', null],
        ['gp', 'GLOBAL', 'PRIVATE'],
        ['u', 'USER', null],
        ['up', 'USER', 'PRIVATE'],
        ['wl', 'WORKSPACE', 'LISTED'],
        ['wp', 'WORKSPACE', 'PRIVATE'],
        ['wu', 'WORKSPACE', 'UNLISTED']
      ] as const
    ).map(([name, scope, discoverability]) => ({
      ...item('1.0.0', {}, `plugins~Plugin_${name}`),
      ...{ name, scope, discoverability }
    }))
    for (const marketplace of [...markets, 'labmarket'])
      for (const { name } of listed) placed(home, { name, marketplace }, '1.0.0')
    const { failed } = await sync(home, listed)
    const left = Object.fromEntries(
      [...markets, 'labmarket'].map((market) => [
        market,
        readdirSync(join(home, 'plugins/cache', market))
          .toSorted()
          .join(' ')
      ])
    )
    expect({ failed, left }).to.deep.equal({
      failed: [],
      left: {
        'openai-curated-remote': 'g gp',
        'workspace-directory': 'wl',
        'workspace-shared-with-me': 'wp wu',
        'workspace-shared-with-me-private': '',
        'workspace-shared-with-me-unlisted': '',
        'created-by-me-remote': 'u up',
        labmarket: 'g gp u up wl wp wu'
      }
    })
  })

  const UNKNOWN: ReadonlyArray<readonly [string, object | number]> = [
    ['is no object', 7],
    ['has no name', { ...item('1.0.0'), name: undefined }],
    ['has a name that is no folder', { ...item('1.0.0'), name: 'a b' }],
    ['has an unknown scope', { ...item('1.0.0'), scope: 'FOO' }],
    ['is of a workspace and says no more', { ...item('1.0.0'), scope: 'WORKSPACE' }]
  ]
  for (const [name, odd] of UNKNOWN)
    it(`measured: a list with an item that ${name} removes nothing`, async () => {
      const home = fresh()
      placed(home, LINEAR, '1.0.0')
      placed(home, { ...LINEAR, name: 'stranger' }, '1.0.0')
      const { removed } = await sync(home, [item('1.0.0'), odd as object])
      expect(removed).to.deep.equal([])
      expect(versions(home, { ...LINEAR, name: 'stranger' })).to.deep.equal(['1.0.0'])
    })

  it('measured: an item with a blank id or version keeps its plugin, and the rest is removed', async () => {
    for (const odd of [
      { ...item('1.0.0', {}, ' '), name: 'odd' },
      { ...item(' '), name: 'odd' }
    ]) {
      const home = fresh()
      for (const name of ['linear', 'odd', 'stranger'])
        placed(home, { ...LINEAR, name }, '1.0.0', bytesFor('old'))
      const { removed, failed } = await sync(home, [item('1.0.0'), odd])
      expect([removed, failed.length]).to.deep.equal([['stranger@openai-curated-remote'], 1])
      expect(sidecarOf(home, { ...LINEAR, name: 'odd' })).to.equal(bytesFor('old'))
    }
  })

  it('installs a newer version from a bundle that the list names, and notes its id', async () => {
    const home = fresh()
    placed(home, LINEAR, '1.0.0', bytesFor('old'))
    const bundlePath = bundle('2.0.0')
    expect(await sync(home, [item('2.0.0', { bundle_path: bundlePath })])).to.deep.equal({
      ...NOTHING,
      installed: [ID]
    })
    expect([versions(home, LINEAR), sidecarOf(home, LINEAR)]).to.deep.equal([
      ['2.0.0'],
      bytesFor(REMOTE)
    ])
  })

  it('of a bundle that is another plugin leaves everything as it was', async () => {
    const home = fresh()
    placed(home, LINEAR, '1.0.0', bytesFor('old'))
    const bundlePath = bundle('2.0.0', 'other')
    const { failed } = await sync(home, [item('2.0.0', { bundle_path: bundlePath })])
    expect(failed).to.deep.equal([
      { remoteId: REMOTE, reason: 'the manifest names "other", not "linear"' }
    ])
    expect([versions(home, LINEAR), sidecarOf(home, LINEAR)]).to.deep.equal([
      ['1.0.0'],
      bytesFor('old')
    ])
  })

  it('keeps what an item without a marketplace may mean, and goes on', async () => {
    const home = fresh()
    placed(home, LINEAR, '1.0.0')
    placed(home, { ...LINEAR, name: 'shared' }, '1.0.0')
    const odd = { id: 'r2', name: 'shared', scope: 'WORKSPACE', release: { version: '1.0.0' } }
    const { removed, noted, failed } = await sync(home, [odd, item('1.0.0'), []])
    expect({ removed, noted }).to.deep.equal({ removed: [], noted: [ID] })
    expect(failed.map(({ remoteId }) => remoteId)).to.deep.equal(['r2', null])
  })

  it('only tells with a dry run', async () => {
    const home = fresh()
    placed(home, LINEAR, '1.0.0')
    placed(home, { ...LINEAR, name: 'stranger' }, '1.0.0')
    expect(await sync(home, [item('1.0.0')], true)).to.deep.equal({
      ...NOTHING,
      noted: [ID],
      removed: ['stranger@openai-curated-remote']
    })
    expect([
      sidecarOf(home, LINEAR),
      versions(home, { ...LINEAR, name: 'stranger' })
    ]).to.deep.equal([null, ['1.0.0']])
    expect(existsSync(join(home, '.unroll'))).to.equal(false)
  })
})
