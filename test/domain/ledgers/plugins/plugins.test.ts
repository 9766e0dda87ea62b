// Rules about plugins that need no disk. What Codex does is from measurements of its binaries; the events are those of
// the three contracts.
import { expect } from 'chai'
import fc from 'fast-check'
import * as E from 'fp-ts/lib/Either.js'
import { CONTRACTS } from '../../../../domain/ledgers/analytics/vocabulary.ts'
import { toldBy } from '../../../../domain/ledgers/analytics/read-plugin-event.ts'
import { capturedIn } from '../../../support/captured-runs.ts'
import {
  isSegment,
  marketplaceOf,
  parsePluginId,
  printPluginId,
  sidesOf
} from '../../../../domain/ledgers/plugins/ids.ts'
import { manifestFor, parseManifest, placeIn } from '../../../../domain/ledgers/plugins/manifest.ts'
import { resolveRemoteId } from '../../../../domain/ledgers/plugins/resolution.ts'
import { parseSidecar, printSidecar } from '../../../../domain/ledgers/plugins/sidecar.ts'
import { parseListed, snapshotOf } from '../../../../domain/ledgers/plugins/snapshot.ts'
import { metadataOf, pluginEvent } from '../../../../domain/ledgers/analytics/plugin-events.ts'
import { activeVersion, compareVersions } from '../../../../domain/ledgers/plugins/version.ts'
import { isVersion } from '../../../../domain/ledgers/plugins/version-name.ts'

const PLUGIN_RUNS = ['130', '142', '169'].flatMap((era) => [`plugin-${era}`, `plugin-gone-${era}`])

describe('a plugin id', () => {
  it('is split at the last @, and both sides can be folders', () => {
    expect(parsePluginId('a-b_1@Market')).to.deep.equal(
      E.right({ name: 'a-b_1', marketplace: 'Market' })
    )
    const refused = [
      '',
      'a',
      '@',
      'a@',
      '@m',
      'a@b@c',
      'a.b@m',
      'a@m.n',
      '../a@m',
      'a/b@m',
      'ä@m',
      'a @m'
    ]
    expect(refused.filter((text) => E.isRight(parsePluginId(text)))).to.deep.equal([])
  })

  it('is printed as it is read, for every pair of sides', () => {
    const side = fc.stringMatching(/^[A-Za-z0-9_-]{1,12}$/)
    fc.assert(
      fc.property(side, side, (name, marketplace) => {
        const id = { name, marketplace }
        expect(parsePluginId(printPluginId(id))).to.deep.equal(E.right(id))
      })
    )
  })

  it('never leads out of its folder, whatever the text', () => {
    fc.assert(
      fc.property(fc.string(), (text) => {
        const id = parsePluginId(text)
        if (E.isRight(id))
          expect(isSegment(id.right.name) && isSegment(id.right.marketplace)).to.equal(true)
      })
    )
  })

  it('that somebody else wrote may have dots, and is split at the last @ too', () => {
    expect(sidesOf('a.b@x@m')).to.deep.equal({ name: 'a.b@x', marketplace: 'm' })
    expect([sidesOf('@m'), sidesOf('m@'), sidesOf('m')]).to.deep.equal([null, null, null])
  })

  it('of the backend is in the marketplace of its scope', () => {
    expect(
      [
        ['GLOBAL', null],
        ['GLOBAL', 'PRIVATE'],
        ['USER', null],
        ['USER', 'PRIVATE'],
        ['USER', 'LISTED'],
        ['WORKSPACE', 'LISTED'],
        ['WORKSPACE', 'PRIVATE'],
        ['WORKSPACE', 'UNLISTED'],
        ['WORKSPACE', null],
        ['WORKSPACE', 'FOO'],
        ['OTHER', null]
      ].map(([scope, found]) => marketplaceOf(scope as string, found as string | null))
    ).to.deep.equal([
      'openai-curated-remote',
      'openai-curated-remote',
      'created-by-me-remote',
      'created-by-me-remote',
      'created-by-me-remote',
      'workspace-directory',
      'workspace-shared-with-me',
      'workspace-shared-with-me',
      null,
      null,
      null
    ])
  })
})

describe('the active version', () => {
  it('is `local` if it is there, else the newest by its numbers, else the last by text', () => {
    expect(activeVersion([])).to.equal(null)
    expect(activeVersion(['9.9.9', 'local', '1.0.0'])).to.equal('local')
    expect(activeVersion(['1.9.0', '1.10.0', '1.2.0'])).to.equal('1.10.0')
    expect(activeVersion(['1.0.0', '1.0.0-rc.1'])).to.equal('1.0.0')
    expect(activeVersion(['1.0.0+1', '1.0.0+2'])).to.equal('1.0.0+2')
    // Not semantic versions: nothing is left out of those, and no letter comes before.
    expect(activeVersion(['1.9', '1.10'])).to.equal('1.9')
    expect(activeVersion(['v2.0.0', '10.0.0'])).to.equal('v2.0.0')
  })

  it('is one of them, and none of them is newer, in whatever order they are listed', () => {
    const version = fc.oneof(
      fc.tuple(fc.nat(30), fc.nat(30), fc.nat(30)).map((numbers) => numbers.join('.')),
      fc.constantFrom('1.0.0-a', '1.0.0-b', '1.0.0')
    )
    fc.assert(
      fc.property(fc.uniqueArray(version, { minLength: 1, maxLength: 6 }), (versions) => {
        const best = activeVersion(versions) as string
        expect(versions).to.include(best)
        expect(versions.filter((other) => compareVersions(other, best) > 0)).to.deep.equal([])
        expect(activeVersion([...versions].reverse())).to.equal(best)
      })
    )
  })

  it('can be a folder', () => {
    expect(['1.0.0', 'a_b-c+d.e', '..x'].filter(isVersion)).to.have.length(3)
    expect(['', '.', '..', 'a/b', 'a b', 'ä'].filter(isVersion)).to.deep.equal([])
  })
})

describe('a sidecar', () => {
  it('gives back every id it was printed with, trimmed', () => {
    fc.assert(
      fc.property(fc.string({ unit: 'grapheme', maxLength: 200 }), (id) => {
        const text = printSidecar(id)
        if (E.isLeft(text)) expect(id.trim()).to.equal('')
        else
          expect(parseSidecar(text.right)).to.deep.equal(
            E.right(JSON.parse(text.right).remote_plugin_id)
          )
      })
    )
  })

  it('is data or an error for any text', () => {
    fc.assert(
      fc.property(fc.oneof(fc.string(), fc.json()), (text) => {
        const read = parseSidecar(text)
        if (E.isRight(read)) expect(read.right.trim()).to.not.equal('')
      })
    )
  })

  it('is not printed so long that nobody would read it', () => {
    expect(printSidecar('x'.repeat(4096))).to.deep.equal(
      E.left({ _tag: 'SidecarTooLarge', bytes: 4148, bytesMax: 4096 })
    )
  })
})

describe('the remote id of a plugin', () => {
  const sidecar = () => E.right('from-sidecar')

  it('is that of the list once it was loaded, also when the plugin is not in it', () => {
    const list = new Map([['a@m', 'from-list']])
    expect(resolveRemoteId('a@m', list, sidecar)).to.deep.equal({
      remoteId: 'from-list',
      source: 'snapshot',
      warning: null
    })
    expect(resolveRemoteId('b@m', list, sidecar).remoteId).to.equal(null)
  })

  it('is that of the sidecar without a list, and none with a warning when it cannot be read', () => {
    expect(resolveRemoteId('a@m', null, sidecar)).to.deep.equal({
      remoteId: 'from-sidecar',
      source: 'sidecar',
      warning: null
    })
    expect(
      resolveRemoteId('a@m', null, () => E.left({ _tag: 'SidecarUnsupported', version: 2 }))
    ).to.deep.equal({
      remoteId: null,
      source: null,
      warning: 'the sidecar has schema version 2, only 1 is known'
    })
    expect(resolveRemoteId('a@m', null, () => E.right(null)).warning).to.equal(null)
  })
})

const CAPABILITIES = { hasSkills: true, mcpServerNames: ['s'], connectorIds: ['c'] }

describe('a plugin event', () => {
  const both = metadataOf('a@m', 'remote', CAPABILITIES)
  const rest = {
    plugin_name: 'a',
    marketplace_name: 'm',
    has_skills: true,
    mcp_server_count: 1,
    connector_ids: ['c'],
    product_client_id: 'client'
  }

  it('up to 0.142 has the remote id in the place of the local one', () => {
    for (const contract of ['0.130', '0.142'] as const) {
      expect(pluginEvent({ kind: 'installed' }, both, contract, 'client')).to.deep.equal({
        event_type: 'codex_plugin_installed',
        event_params: { plugin_id: 'remote', ...rest }
      })
      const local = metadataOf('a@m', null, CAPABILITIES)
      expect(
        pluginEvent({ kind: 'enabled' }, local, contract, 'client')?.event_params
      ).to.deep.equal({
        plugin_id: 'a@m',
        ...rest
      })
    }
  })

  it('later has both ids, each null when there is none', () => {
    expect(
      pluginEvent({ kind: 'uninstalled' }, both, '0.169', 'client')?.event_params
    ).to.deep.equal({
      plugin_id: 'a@m',
      remote_plugin_id: 'remote',
      ...rest
    })
    const failed = {
      kind: 'install_failed',
      errorType: 'x',
      source: 'manual',
      subErrorType: null
    } as const
    expect(pluginEvent(failed, metadataOf(null, 'remote', null), '0.169', null)).to.deep.equal({
      event_type: 'codex_plugin_install_failed',
      event_params: {
        plugin_id: null,
        remote_plugin_id: 'remote',
        plugin_name: null,
        marketplace_name: null,
        has_skills: null,
        mcp_server_count: null,
        connector_ids: null,
        product_client_id: null,
        source: 'manual',
        error_type: 'x',
        sub_error_type: null
      }
    })
    expect(pluginEvent(failed, both, '0.130', null)).to.equal(null)
  })

  it('of a use names the turn, and from 0.142 on the servers', () => {
    const used = { kind: 'used', threadId: 't', turnId: 'u', model: 'm1' } as const
    const keys = (contract: '0.130' | '0.142') =>
      Object.keys(pluginEvent(used, both, contract, null)?.event_params ?? {})
    expect(keys('0.142').filter((key) => !keys('0.130').includes(key))).to.deep.equal([
      'mcp_server_names'
    ])
    expect(pluginEvent(used, both, '0.142', null)?.event_params).to.include({
      thread_id: 't',
      turn_id: 'u',
      model_slug: 'm1'
    })
  })
})

describe('an event of a capture about a plugin', () => {
  const events = PLUGIN_RUNS.flatMap((run) => capturedIn(run).map(({ event }) => event))

  it('is read back as it was made, under every contract', () => {
    const metadata = [
      metadataOf('a@m', 'r', null),
      metadataOf('a@m', null, null),
      metadataOf(null, 'r', null)
    ]
    const used = { kind: 'used', threadId: 't', turnId: 'u', model: null } as const
    const failed = {
      kind: 'install_failed',
      errorType: 'e',
      source: null,
      subErrorType: null
    } as const
    const plain = (['installed', 'uninstalled', 'enabled', 'disabled'] as const).map((kind) => ({
      kind
    }))
    for (const contract of CONTRACTS)
      for (const { localId, remoteId, ...rest } of metadata)
        for (const happening of [used, failed, ...plain]) {
          const event = pluginEvent(happening, { localId, remoteId, ...rest }, contract, null)
          if (event === null) continue
          expect(toldBy(event)).to.deep.equal({
            localId,
            remoteId,
            news: happening.kind,
            errorType: happening.kind === 'install_failed' ? 'e' : null,
            threadId: happening.kind === 'used' ? 't' : null,
            turnId: happening.kind === 'used' ? 'u' : null
          })
        }
  })

  it('tells nothing when it is of another type, or names no plugin', () => {
    const others = events.filter(({ event_type }) => !event_type.startsWith('codex_plugin_'))
    expect(others.map(toldBy).filter((told) => told !== null)).to.deep.equal([])
    for (const event_params of [{}, { plugin_id: null, remote_plugin_id: null }, { plugin_id: 1 }])
      expect(toldBy({ event_type: 'codex_plugin_enabled', event_params })).to.equal(null)
    expect(toldBy({ event_type: '__proto__', event_params: { plugin_id: 'a@m' } })).to.equal(null)
  })

  it('tells in recorded runs of the plugin that was there, and of the one that was not', () => {
    const told = events.flatMap((event) => toldBy(event) ?? [])
    expect(
      [...new Set(told.map(({ localId, news }) => `${localId} ${news}`))].toSorted()
    ).to.deep.equal([
      'labplug@labmarket disabled',
      'labplug@labmarket enabled',
      'labplug@labmarket installed',
      'labplug@labmarket uninstalled',
      'labplug@labmarket used',
      'nosuch@labmarket install_failed'
    ])
  })
})

describe('a manifest', () => {
  it('has a version, or is local; one that cannot be used says why', () => {
    const read = (text: string) =>
      E.match(
        (fault: { readonly _tag: string }) => fault._tag,
        ({ version }: { readonly version: string }) => version
      )(parseManifest(text, 'p'))
    expect(
      [
        '{"name":"a"}',
        '{"name":"a","version":" 1.0 "}',
        '{"name":"a","version":null}',
        '{"name":"a","version":""}',
        '{"name":"a","version":1}',
        '{"name":"a","version":"a/b"}',
        '{}',
        '[]',
        '{'
      ].map(read)
    ).to.deep.equal([
      'local',
      '1.0',
      'local',
      'BadManifest',
      'BadManifest',
      'BadVersion',
      'BadManifest',
      'BadManifest',
      'BadManifest'
    ])
  })

  it('is that of the plugin by its name', () => {
    const manifest = { name: 'b', version: 'local', members: {} }
    expect(manifestFor(manifest, { name: 'a', marketplace: 'm' })).to.deep.equal(
      E.left({ _tag: 'WrongName', wanted: 'a', found: 'b' })
    )
  })

  it('places files inside of the bundle only', () => {
    const at = (value: string) => placeIn({ skills: value }, 'skills', 'usual')
    expect(['./x/y/', './../x', '/etc', 'x', './'].map(at)).to.deep.equal([
      'x/y',
      'usual',
      'usual',
      'usual',
      'usual'
    ])
  })
})

describe('a list of installed plugins', () => {
  it('makes the snapshot, with the plugins whose release cannot be used', () => {
    const list = parseListed(
      JSON.stringify([
        { id: ' r1 ', name: 'a', scope: 'GLOBAL', release: { version: '1' } },
        { id: 'r2', name: 'b', scope: 'USER' },
        { id: '', name: 'c', scope: 'USER' },
        { id: 'r4', name: '../d', scope: 'USER' }
      ])
    )
    if (E.isLeft(list)) throw new Error('unreadable')
    expect([...snapshotOf(list.right)]).to.deep.equal([
      ['a@openai-curated-remote', 'r1'],
      ['b@created-by-me-remote', 'r2']
    ])
    expect(list.right.failed.map(({ remoteId, pluginId }) => [remoteId, pluginId])).to.deep.equal([
      ['', { name: 'c', marketplace: 'created-by-me-remote' }],
      ['r4', null]
    ])
    expect([E.isLeft(parseListed('{}')), E.isLeft(parseListed('x'))]).to.deep.equal([true, true])
  })
})
