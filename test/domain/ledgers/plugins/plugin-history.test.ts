// What is known of a plugin after each record, and what changed by it.
import { expect } from 'chai'
import fc from 'fast-check'
import {
  NOTHING_KNOWN,
  stepOf,
  type PluginKnown
} from '../../../../domain/ledgers/plugins/history.ts'
import {
  NOTHING_SEEN,
  sameContent,
  toPluginRecord,
  type PluginNews,
  type PluginRecord,
  type PluginSeen
} from '../../../../domain/ledgers/plugins/observed.ts'

const HEAD = { id: 'i', at: '2026-11-21T00:00:00.000Z', by: { pid: 1, user: 'u', actor: 'a' } }

const observed = (seen: Partial<PluginSeen>): PluginRecord => ({
  record: 'plugin.observed',
  ...HEAD,
  localId: 'a@m',
  source: 'scan',
  seen: { ...NOTHING_SEEN, ...seen }
})

const told = (news: PluginNews, remoteId: string | null = null): PluginRecord => ({
  record: 'plugin.told',
  ...HEAD,
  localId: 'a@m',
  remoteId,
  source: 'analytics',
  news,
  errorType: news === 'install_failed' ? 'plugin_not_found' : null,
  threadId: null,
  turnId: news === 'used' ? 'turn' : null
})

/** Every change of some records, in words. */
const changes = (...records: ReadonlyArray<PluginRecord>): ReadonlyArray<string> => {
  let known: PluginKnown = NOTHING_KNOWN
  return records.flatMap((record) => {
    const step = stepOf(known, record)
    known = step
    return step.changes.map(({ change, from, to }) => `${change} ${from ?? '-'} ${to ?? '-'}`)
  })
}

const V1 = { installed: true, versions: ['1'], activeVersion: '1' }
const V2 = { installed: true, versions: ['2'], activeVersion: '2' }

describe('the history of a plugin', () => {
  it('has a change for what differs, and none for what is the same', () => {
    expect(
      changes(
        observed(V1),
        observed({ ...V1, remoteId: 'x' }),
        observed({ ...V1, remoteId: 'x', remoteIdSource: 'snapshot' }),
        observed({ ...V2, remoteId: 'y', enabled: true }),
        observed({ ...V2, enabled: false }),
        observed({})
      )
    ).to.deep.equal([
      'installed - 1',
      'remote_id_set - x',
      'version_changed 1 2',
      'remote_id_changed x y',
      'enabled - true',
      'remote_id_lost y -',
      'disabled true false',
      'uninstalled 2 -'
    ])
  })

  it('calls an attempt that changes nothing a noop', () => {
    expect(
      changes(
        told('enabled'),
        told('enabled'),
        told('disabled'),
        told('disabled'),
        told('installed'),
        told('installed')
      )
    ).to.deep.equal([
      'enabled - true',
      'noop - enabled',
      'disabled true false',
      'noop - disabled',
      'installed - -',
      'noop - installed'
    ])
  })

  it('takes a plugin for there that was uninstalled: Codex tells of no other', () => {
    expect(changes(told('uninstalled'), told('uninstalled'))).to.deep.equal([
      'uninstalled - -',
      'uninstalled - -'
    ])
  })

  it('keeps what a capture tells apart from what is seen: neither is a change of the other', () => {
    expect(
      changes(
        told('installed', 'x'),
        told('enabled'),
        observed({}),
        observed({ ...V1, enabled: false }),
        told('disabled'),
        observed({ ...V1, enabled: false })
      )
    ).to.deep.equal([
      'installed - -',
      'remote_id_set - x',
      'enabled - true',
      'installed - 1',
      'disabled - false',
      'disabled true false'
    ])
  })

  it('tells uses and failures each time', () => {
    expect(changes(told('used'), told('used'), told('install_failed'))).to.deep.equal([
      'used - turn',
      'used - turn',
      'install_failed - plugin_not_found'
    ])
  })

  it('takes the remote id that was told last', () => {
    expect(changes(told('installed', 'x'), told('enabled', 'y'))).to.deep.equal([
      'installed - -',
      'remote_id_set - x',
      'remote_id_changed x y',
      'enabled - true'
    ])
  })

  it('reaches what was seen last from any state, and then nothing changes any more', () => {
    const seen = fc.record({
      installed: fc.boolean(),
      enabled: fc.constantFrom(null, true, false),
      remoteId: fc.constantFrom(null, 'x', 'y')
    })
    fc.assert(
      fc.property(seen, seen, (first, second) => {
        const full = (part: Partial<PluginSeen>): PluginSeen => ({
          ...NOTHING_SEEN,
          ...part,
          ...(part.installed === true ? V1 : {})
        })
        const record = observed(full(second))
        const step = stepOf({ ...NOTHING_KNOWN, seen: full(first) }, record)
        expect(sameContent(step.seen, full(second))).to.equal(true)
        expect(stepOf(step, record).changes).to.deep.equal([])
      })
    )
  })

  it('is made of records alone: any other line is passed over', () => {
    const lines = [
      '',
      '{',
      '[]',
      '{"record":"plugin.observed"}',
      '{"record":"began","id":"a","at":"b"}',
      '{"record":"plugin.told","id":"a","at":"b","news":"x","localId":null,"remoteId":null}'
    ]
    expect(lines.map(toPluginRecord)).to.deep.equal(lines.map(() => null))
    expect(toPluginRecord(JSON.stringify(observed(V1)))).to.deep.equal(observed(V1))
  })
})
