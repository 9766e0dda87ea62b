// The plugin ledger over homes: what rollouts say about plugins in use, and what was observed of the home meanwhile. The recorded
// home is one that Codex 0.142 wrote; the made lines are those of 0.130 and 0.169.
import { expect } from 'chai'
import { readFileSync } from 'node:fs'
import { join } from 'node:path'
import { homeLog } from '../../../adapters/home/home-log.ts'
import { evidenceIn } from '../../../domain/ledgers/plugins/evidence.ts'
import type { RolloutLine } from '../../../domain/log/event.ts'
import { NOTHING_SEEN, type PluginSeen } from '../../../domain/ledgers/plugins/observed.ts'
import type { HomeLogName } from '../../../replay/home-ports.ts'
import type { Observations, PluginUse, Sighting } from '../../../replay/ledgers/plugins.ts'
import { right } from '../../support/engines.ts'
import { engineOver } from '../../support/engine-over.ts'
import { copyHome, removeFolder, temporaryFolder } from '../../support/fixture-home.ts'

const THREAD = '01a1fcec-e2b1-7861-a30b-d8c6645f2489'
const FORK = '01a1fcec-e42d-7902-bdbb-c86c769cfc35'

const words = ({ threadId, localId, version, versionCertainty, kind, detail }: PluginUse) =>
  [threadId, localId, version, versionCertainty, kind, detail].join(' ')

describe('plugins in use', () => {
  let home: string
  beforeEach(() => {
    home = copyHome('plugin-142')
  })
  afterEach(() => removeFolder(home))

  it('are found in the threads that used them; a fork has what it did itself', async () => {
    const engine = engineOver(home)
    const uses = await right(engine.pluginUse())
    expect(uses.map(words)).to.deep.equal([
      `${THREAD} labplug@labmarket  unknown mcp_tool echo`,
      `${THREAD} labplug@labmarket  unknown mcp_tool fail`,
      `${THREAD} labplug@labmarket 1.2.3 derived skill labplug:hello`,
      `${FORK} labplug@labmarket  unknown mcp_tool stats`
    ])
    expect(await right(engine.pluginUse({ threadId: FORK }))).to.deep.equal(uses.slice(3))
    expect(await right(engine.pluginUse({ plugin: 'labplug' }))).to.deep.equal(uses)
    expect(await right(engine.pluginUse({ plugin: 'other' }))).to.deep.equal([])
    await engine.close()
  })

  it('name the line that says so', async () => {
    const engine = engineOver(home)
    for (const use of await right(engine.pluginUse({ threadId: THREAD }))) {
      const file = right(engine.locate(use.threadId))
      const bytes = readFileSync((await file).path)
      const line = bytes.subarray(use.offset, use.offset + use.bytes).toString('utf8')
      expect(line).to.include(use.detail)
    }
    await engine.close()
  })

  it('have the version that was observed before, when the line does not say', async () => {
    const log = join(home, '.unroll/observations.jsonl')
    const engine = engineOver(home, { homeLogs: atTime(home, '2026-11-21T07:05:45.613Z') })
    await right(engine.recordPlugins(observed('labplug@labmarket', V1)))
    expect(readFileSync(log, 'utf8').split('\n')).to.have.length(2)
    const uses = await right(engine.pluginUse({ threadId: THREAD }))
    expect(uses.map(({ version, versionCertainty }) => [version, versionCertainty])).to.deep.equal([
      [null, 'unknown'],
      ['1.0.0', 'inferred'],
      ['1.2.3', 'derived']
    ])
    await engine.close()
  })
})

/** The logs of a home, with a clock that stands still. */
const atTime = (home: string, at: string) => {
  const logs = homeLog(home)
  return (name: HomeLogName) => ({ ...logs(name), nowMs: () => Date.parse(at) })
}

const V1: Partial<PluginSeen> = { installed: true, versions: ['1.0.0'], activeVersion: '1.0.0' }

const observed = (localId: string, seen: Partial<PluginSeen>): Observations => ({
  source: 'scan',
  complete: true,
  sightings: [{ localId, seen: { ...NOTHING_SEEN, ...seen } } satisfies Sighting]
})

const lineOf = (type: string, payload: object): RolloutLine =>
  ({ timestamp: '2026-11-21T00:00:00.000Z', type, payload }) as unknown as RolloutLine

const message = (role: string, text: string): RolloutLine =>
  lineOf('response_item', { type: 'message', role, content: [{ type: 'input_text', text }] })

const shown = (line: RolloutLine): ReadonlyArray<string> =>
  evidenceIn(line).map(({ kind, localId, name, version, detail, certainty }) =>
    [kind, localId ?? '-', name, version ?? '-', detail, certainty].join(' ')
  )

describe('a line about a plugin', () => {
  it('is a link that a person wrote, as a text or as an input of its own', () => {
    const text = 'use [@linear](plugin://linear@mine), please; not plugin://half or plugin://b@m.'
    const expected = ['mention linear@mine linear -  derived', 'mention b@m b -  derived']
    expect(shown(lineOf('event_msg', { type: 'user_message', message: text }))).to.deep.equal(
      expected
    )
    expect(shown(message('user', text))).to.deep.equal(expected)
    expect(shown(message('assistant', text))).to.deep.equal([])
    const content = [
      { type: 'mention', name: 'Linear', path: 'plugin://linear@mine' },
      { type: 'mention', name: 'App', path: 'app://x' },
      { type: 'skill', name: 's', path: '/h/plugins/cache/mine/linear/2.0.0/skills/s/SKILL.md' },
      { type: 'skill', name: 't', path: '/h/skills/t/SKILL.md' }
    ]
    const item = { type: 'UserMessage', id: 'i', content }
    expect(shown(lineOf('event_msg', { type: 'item_completed', item }))).to.deep.equal([
      'mention linear@mine linear -  recorded',
      'skill linear@mine linear 2.0.0 s recorded'
    ])
  })

  it('is what Codex told the model, in its own role only', () => {
    const text = 'Capabilities from the `linear` plugin:\n- …'
    expect(shown(message('developer', text))).to.deep.equal(['capabilities - linear -  derived'])
    expect(shown(message('user', text))).to.deep.equal([])
  })

  it('is a skill with a path in a cache, and no path that leads elsewhere', () => {
    const skill = (path: string) => `<skill>\n<name>linear:s</name>\n<path>${path}</path>\n`
    expect(
      [
        '/h/plugins/cache/mine/linear/local/skills/s/SKILL.md',
        'C:\\h\\plugins\\cache\\mine\\linear\\1.0.0\\skills\\s\\SKILL.md',
        '/h/plugins/cache/mine/../1.0.0/x',
        '/h/skills/s/SKILL.md'
      ].map((path) => shown(message('user', skill(path))))
    ).to.deep.equal([
      ['skill linear@mine linear local linear:s derived'],
      ['skill linear@mine linear 1.0.0 linear:s derived'],
      [],
      []
    ])
  })

  it('is a tool or a script that ran', () => {
    const item = (members: object) => lineOf('event_msg', { type: 'item_completed', item: members })
    expect(
      [
        { type: 'McpToolCall', server: 's', tool: 't', pluginId: 'linear@mine' },
        { type: 'McpToolCall', server: 's', tool: 't', pluginId: null },
        {
          type: 'CommandExecution',
          plugin_id: 'linear@mine',
          script_path: '/h/plugins/cache/mine/linear/3.0.0/scripts/x.sh'
        }
      ].map((members) => shown(item(members)))
    ).to.deep.equal([
      ['mcp_tool linear@mine linear - t recorded'],
      [],
      ['command linear@mine linear 3.0.0 /h/plugins/cache/mine/linear/3.0.0/scripts/x.sh recorded']
    ])
  })
})

describe('observations of a home', () => {
  let home: string
  beforeEach(() => {
    home = temporaryFolder()
  })
  afterEach(() => removeFolder(home))

  const logLines = (): number =>
    readFileSync(join(home, '.unroll/observations.jsonl'), 'utf8').split('\n').length - 1

  it('are appended when content changed, and only then', async () => {
    const engine = engineOver(home)
    const first = await right(engine.recordPlugins(observed('a@m', { ...V1, remoteId: 'x' })))
    expect(first.map(({ change, to }) => [change, to])).to.deep.equal([
      ['installed', '1.0.0'],
      ['remote_id_set', 'x']
    ])
    expect(
      await right(engine.recordPlugins(observed('a@m', { ...V1, remoteId: 'x' })))
    ).to.deep.equal([])
    expect(logLines()).to.equal(1)
    const gone = { source: 'scan', complete: true, sightings: [] } as const
    expect((await right(engine.recordPlugins(gone))).map(({ change }) => change)).to.deep.equal([
      'uninstalled',
      'remote_id_lost'
    ])
    expect(await right(engine.recordPlugins(gone))).to.deep.equal([])
    expect(logLines()).to.equal(2)
    await engine.close()
  })

  it('make the same plugins and changes in an index that is built from the log later', async () => {
    const engine = engineOver(home)
    await right(engine.recordPlugins(observed('a@m', V1)))
    const told = [
      {
        localId: 'a@m',
        remoteId: null,
        news: 'enabled',
        errorType: null,
        threadId: null,
        turnId: null
      },
      {
        localId: null,
        remoteId: 'r',
        news: 'install_failed',
        errorType: 'e',
        threadId: null,
        turnId: null
      }
    ] as const
    await right(engine.recordPlugins({ source: 'analytics', complete: false, sightings: [], told }))
    const [plugins, changes] = [await right(engine.plugins()), await right(engine.pluginHistory())]
    await engine.close()
    expect(
      plugins.map(({ localId, plugin, seen, told: implied }) => [
        ...[localId, plugin, seen.enabled, implied.enabled]
      ])
    ).to.deep.equal([['a@m', 'a', null, true]])
    expect(changes.map(({ localId, change }) => [localId, change])).to.deep.equal([
      ['a@m', 'installed'],
      ['a@m', 'enabled'],
      [null, 'install_failed']
    ])
    const other = engineOver(home)
    expect([await right(other.plugins()), await right(other.pluginHistory())]).to.deep.equal([
      plugins,
      changes
    ])
    expect(await right(other.pluginHistory('a@m'))).to.deep.equal(changes.slice(0, 2))
    await other.close()
  })
})
