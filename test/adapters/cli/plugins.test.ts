// The commands for plugins, as a person types them.
import { expect } from 'chai'
import { mkdirSync, readFileSync, symlinkSync } from 'node:fs'
import { join } from 'node:path'
import {
  bundle,
  bytesFor,
  fresh,
  LINEAR,
  LOCAL,
  placed,
  pluginDir,
  removeFresh,
  sidecarOf,
  versions,
  write
} from '../../support/plugin-tree.ts'
import { printPluginId } from '../../../domain/ledgers/plugins/ids.ts'
import { inHome, jsonLines } from './console.ts'

const NOTHING_PRINTED = { out: '', err: '' }

describe('command line: plugins', () => {
  let home: string
  const unroll = inHome(() => home)
  const plugins = (...words: ReadonlyArray<string>) => unroll(['plugins', ...words])

  beforeEach(() => {
    home = fresh()
  })
  after(removeFresh)

  it('lists what is installed and what is configured', async () => {
    placed(home, LINEAR, '1.0.0', bytesFor('remote'))
    placed(home, LINEAR, '0.9.0')
    write(
      join(home, 'config.toml'),
      '[plugins."linear@openai-curated-remote"]\nenabled = true\n[plugins."ghost@m"]\nenabled = false\n'
    )
    expect(await plugins('list')).to.deep.equal({
      code: 0,
      out:
        'ghost@m\t\tno\t\t\tabsent\t\n' +
        'linear@openai-curated-remote\t1.0.0\tyes\tremote\tsidecar\tok\t0.9.0\n',
      err: ''
    })
    expect(await unroll(['plugins', 'list', '--color', 'never'], { tty: true })).to.deep.equal({
      code: 0,
      out:
        'PLUGIN                        VERSION  ENABLED  REMOTE ID  FROM     SIDECAR  OTHER VERSIONS\n' +
        'ghost@m                                no                           absent\n' +
        'linear@openai-curated-remote  1.0.0    yes      remote     sidecar  ok       0.9.0\n',
      err: ''
    })
    const [, linear] = jsonLines((await plugins('list', '--json')).out)
    expect(linear).to.deep.equal({
      localId: 'linear@openai-curated-remote',
      seen: {
        installed: true,
        versions: ['0.9.0', '1.0.0'],
        activeVersion: '1.0.0',
        enabled: true,
        remoteId: 'remote',
        remoteIdSource: 'sidecar',
        sidecar: 'ok',
        manifestPath: 'plugins/cache/openai-curated-remote/linear/1.0.0/.codex-plugin/plugin.json',
        hasSkills: true,
        mcpServerCount: 1
      },
      faults: []
    })
  })

  it('finds what is not as it should be, says what to type next, and ends with 1', async () => {
    placed(home, LINEAR, '1.0.0', '{"schema_version":3,"remote_plugin_id":"x"}')
    placed(home, LOCAL, '1.0.0')
    write(join(pluginDir(home, LOCAL), '.remote-plugin.json'), '{"remotePluginId":"x"}')
    placed(home, { ...LINEAR, name: 'other' }, '1.0.0', bytesFor('y'))
    mkdirSync(join(pluginDir(home, LOCAL), '../plugin-install-ab12cd'))
    symlinkSync('/etc', join(pluginDir(home, LOCAL), '../link'))
    write(join(home, 'config.toml'), '[plugins."ghost@m"]\nenabled = true\n')
    const { code, out } = await plugins('verify', '--json')
    expect(code).to.equal(1)
    expect(jsonLines(out).map(({ kind, pluginId }) => [kind, pluginId])).to.deep.equal([
      ['not_installed', 'ghost@m'],
      ['not_configured', 'linear@labmarket'],
      ['sidecar_unsupported', 'linear@openai-curated-remote'],
      ['plugin_name_mismatch', 'other@openai-curated-remote'],
      ['stray_sidecar', null],
      ['symlink', null],
      ['leftover', null]
    ])
    expect(jsonLines(out)[2]).to.deep.equal({
      kind: 'sidecar_unsupported',
      pluginId: 'linear@openai-curated-remote',
      path: null,
      message: 'the sidecar has schema version 3, only 1 is known',
      next: 'unroll plugins sync FILE, with the list of the backend'
    })
  })

  it('is content with a home that has no plugins, and changes nothing by looking', async () => {
    expect(await plugins('verify')).to.deep.equal({ code: 0, ...NOTHING_PRINTED })
    expect(await plugins('list')).to.deep.equal({ code: 0, ...NOTHING_PRINTED })
    expect(await plugins('history')).to.deep.equal({ code: 0, ...NOTHING_PRINTED })
    expect(() => readFileSync(join(home, '.unroll'))).to.throw('ENOENT')
  })

  it('installs, tells what changed, and removes again', async () => {
    const folder = bundle('2.0.0')
    const id = 'linear@openai-curated-remote'
    const install = ['install-remote', id, folder, '--remote-id', 'remote']
    expect(await plugins(...install, '--dry-run')).to.deep.equal({
      code: 0,
      out: `${id} 2.0.0 would be installed\n`,
      err: ''
    })
    expect(versions(home, LINEAR)).to.deep.equal([])
    const { out } = await plugins(...install, '--json', '--profile', '0.142')
    const [done] = jsonLines(out)
    expect(done.event.event_params.plugin_id).to.equal('remote')
    expect(done.changes.map(({ change }: { change: string }) => change)).to.deep.equal([
      'installed',
      'remote_id_set'
    ])
    expect([versions(home, LINEAR), sidecarOf(home, LINEAR)]).to.deep.equal([
      ['2.0.0'],
      bytesFor('remote')
    ])
    expect((await plugins('uninstall', id, '--yes')).out).to.equal(
      `${id} uninstalled, without 2.0.0\n`
    )
    expect(versions(home, LINEAR)).to.deep.equal([])
    const history = (await plugins('history')).out.split('\n').map((line) => line.split('\t')[2])
    expect(history).to.deep.equal([
      'installed',
      'remote_id_set',
      'uninstalled',
      'remote_id_lost',
      undefined
    ])
  })

  it('enables what it installs from this machine, and then finds nothing wrong', async () => {
    const id = printPluginId(LOCAL)
    write(join(home, 'config.toml'), `[plugins."${id}"]\nenabled = false\n`)
    const { code, out } = await plugins('install-local', id, bundle('1.0.0'), '--json')
    const [{ changes }] = jsonLines(out) as [{ changes: ReadonlyArray<{ change: string }> }]
    expect([code, changes.map(({ change }) => change)]).to.deep.equal([0, ['installed', 'enabled']])
    expect(await plugins('verify')).to.deep.equal({ code: 0, ...NOTHING_PRINTED })
    write(join(home, 'config.toml'), '')
    const { code: found, out: finding } = await plugins('verify', '--json')
    expect([found, jsonLines(finding)[0].kind]).to.deep.equal([1, 'not_configured'])
  })

  it('installs by the rules of the profile', async () => {
    const from = fresh()
    write(join(from, '.cursor-plugin/plugin.json'), '{"name":"linear","version":"3.0.0"}')
    const versionBy = async (...profile: ReadonlyArray<string>) => {
      const words = ['install-local', printPluginId(LOCAL), from, '--dry-run', '--json']
      const { code, out } = await plugins(...words, ...profile)
      return code === 0 ? jsonLines(out)[0].version : code
    }
    expect([
      await versionBy(),
      await versionBy('--profile', '0.142'),
      await versionBy('--profile', '0.130')
    ]).to.deep.equal(['3.0.0', 'local', 3])
  })

  it('notes a failed install, and says why it failed', async () => {
    const { code, err } = await plugins('install-local', 'other@m', bundle('1.0.0'))
    expect([code, err]).to.deep.equal([
      6,
      'unroll: the manifest names "linear", not "other"\ninstall it under the name of its manifest\n'
    ])
    const [row] = jsonLines((await plugins('history', 'other@m', '--json')).out)
    expect([row.change, row.to]).to.deep.equal(['install_failed', 'plugin_name_mismatch'])
  })

  it('syncs from stdin; what fails is told, and the code is 1', async () => {
    placed(home, LINEAR, '1.0.0')
    const release = { version: '1.0.0' }
    const input = JSON.stringify({
      plugins: [
        { id: 'r', name: 'linear', scope: 'GLOBAL', release },
        { id: 's', name: 'x', scope: 'USER', release }
      ]
    })
    expect(await unroll(['plugins', 'sync', '-', '--yes'], { input })).to.deep.equal({
      code: 1,
      out: 'noted linear@openai-curated-remote\n',
      err: 'unroll: s: version 1.0.0 is not here and nothing is downloaded: give release.bundle_path in the list\n'
    })
    const [row] = jsonLines((await plugins('history', '--json')).out).slice(-1)
    expect([row.change, row.to, row.source]).to.deep.equal(['remote_id_set', 'r', 'sync'])
  })

  it('observes with list --record what others changed meanwhile', async () => {
    placed(home, LOCAL, '1.0.0')
    await plugins('list', '--record')
    placed(home, LOCAL, '1.1.0')
    await plugins('list', '--record')
    await plugins('list', '--record')
    const rows = jsonLines((await plugins('history', 'linear@labmarket', '--json')).out)
    expect(rows.map(({ change, from, to }) => [change, from, to])).to.deep.equal([
      ['installed', null, '1.0.0'],
      ['version_changed', '1.0.0', '1.1.0']
    ])
  })

  it('refuses words that do not fit, and ids that are none', async () => {
    for (const words of [
      ['frob'],
      ['list', 'x'],
      ['uninstall'],
      ['install-local', 'a@m'],
      ['install-remote', 'a@m', 'dir'],
      ['sync'],
      ['uninstall', '../x@m'],
      ['list', '--remote-id', 'x']
    ])
      expect((await plugins(...words)).code, words.join(' ')).to.equal(2)
    expect(await plugins('uninstall', 'a@m', '--yes')).to.deep.equal({
      code: 0,
      out: 'a@m is not installed, nothing to remove\n',
      err: ''
    })
    expect(jsonLines((await plugins('uninstall', 'a@m', '--yes', '--json')).out)[0].event).to.equal(
      null
    )
  })

  it('notes what a capture tells; what they imply has no time, and is no change of what is on the disk', async () => {
    placed(home, LOCAL, '1.0.0')
    const capture = join(home, 'capture.jsonl')
    const { name, marketplace } = LOCAL
    const of = (kind: string, more: object = {}) => ({
      event_type: `codex_plugin_${kind}`,
      event_params: {
        plugin_id: printPluginId(LOCAL),
        plugin_name: name,
        marketplace_name: marketplace,
        ...more
      }
    })
    const events = [of('installed'), of('disabled'), of('disabled'), of('uninstalled')]
    write(capture, `${JSON.stringify({ events })}\nno JSON\n`)
    expect((await plugins('import-capture', capture, '--dry-run')).out).to.equal(
      '4 events about plugins would be noted\n'
    )
    expect((await plugins('history')).out).to.equal('')
    const { code, out, err } = await plugins('import-capture', capture, '--json')
    const [{ events: count, damagedLines, changes }] = jsonLines(out) as [
      { events: number; damagedLines: number; changes: ReadonlyArray<Record<string, unknown>> }
    ]
    expect([code, count, damagedLines, err.split('\n')[0]?.slice(0, 32)]).to.deep.equal([
      0,
      4,
      1,
      'unroll: line 2 of the capture: n'
    ])
    expect(
      changes.map(({ change, to, source, certainty, at }) => [change, to, source, certainty, at])
    ).to.deep.equal([
      ['installed', null, 'analytics', 'inferred', null],
      ['disabled', 'false', 'analytics', 'inferred', null],
      ['noop', 'disabled', 'analytics', 'inferred', null],
      ['uninstalled', null, 'analytics', 'inferred', null]
    ])
    const [first] = (await plugins('history')).out.split('\n')
    expect(first).to.match(/^\d{4}-.*\tlinear@labmarket\tinstalled\t\t1\.0\.0\tscan$/)
    const last = (await plugins('history')).out.split('\n').at(-2)
    expect(last).to.equal('\tlinear@labmarket\tuninstalled\t\t\tanalytics')
    expect((await plugins('import-capture')).code).to.equal(2)
    expect((await plugins('import-capture', join(home, 'nowhere'))).code).to.equal(5)
  })
})
