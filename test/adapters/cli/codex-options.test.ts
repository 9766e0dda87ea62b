// Options that clients of Codex pass to `codex app-server`: all are taken, and what has nothing to act on is named.
import * as E from 'fp-ts/lib/Either.js'
import { expect } from 'chai'
import { parseCommandLine } from '../../../adapters/cli/args.ts'
import { codexOptions } from '../../../adapters/cli/commands/app-server/codex-options.ts'
import type { JsonObject } from '../../../domain/json.ts'
import { inRoom, PLAIN } from '../../support/room.ts'

const read = (...argv: ReadonlyArray<string>) => {
  const parsed = parseCommandLine(argv)
  if (!parsed.ok) throw new Error(parsed.failure.message)
  return codexOptions(parsed.input)
}

describe('options of codex app-server', () => {
  it('are taken before and after the command, and those without effect are named without their values', () => {
    const options = read(
      ...['-c', 'model="lab-b"', '--config=mcp_servers.x.env.KEY=secret', 'app-server'],
      ...['--analytics-default-enabled', '--strict-config', '-cpersonality=pragmatic'],
      ...['--enable', 'goals', '--enable', 'code_mode', '--disable=web_search', '--remote-control']
    )
    expect(options).to.deep.equal(
      E.right({
        overrides: { model: 'lab-b', personality: 'pragmatic', 'features.goals': true },
        idle: [
          '--analytics-default-enabled',
          '--strict-config',
          '--remote-control',
          '-c mcp_servers.x.env.KEY',
          '--enable code_mode',
          '--disable web_search'
        ]
      })
    )
  })

  it('take values as TOML, or as they stand', () => {
    const given = ['sandbox_mode=read-only', 'projects={"/x"={trust_level="trusted"}}', "model='q'"]
    const options = read('app-server', ...given.flatMap((text) => ['-c', text]))
    const overrides = {
      sandbox_mode: 'read-only',
      projects: { '/x': { trust_level: 'trusted' } },
      model: 'q'
    }
    expect(options).to.deep.equal(E.right({ overrides, idle: [] }))
  })

  it("are refused in Codex's words when they are no values", () => {
    expect(read('app-server', '-c', 'nonsense')).to.deep.equal(
      E.left("Invalid override (missing '='): nonsense")
    )
    expect(read('app-server', '-c', '=x')).to.deep.equal(E.left('Empty key in override: =x'))
  })

  it('go before config.toml, and a request goes before them', () =>
    inRoom(
      'basic-142',
      async ({ ok }) => {
        const started = (config: JsonObject) => ok<JsonObject>('thread/start', { config })
        expect(await started({})).to.include({ model: 'lab-z', serviceTier: 'flex' })
        expect(await started({ model: 'lab-q' })).to.include({ model: 'lab-q' })
      },
      { overrides: { model: 'lab-z', service_tier: 'flex' } }
    ))

  it('turn goals on where they are off', async () => {
    const goal = { threadId: PLAIN, objective: 'Mend the fence' }
    await inRoom(
      'basic-142',
      async ({ refused }) => {
        expect(await refused('thread/goal/set', goal)).to.have.property(
          'message',
          'goals feature is disabled'
        )
      },
      { profile: '0.130' }
    )
    await inRoom(
      'basic-142',
      async ({ ok }) => {
        expect(await ok<object>('thread/goal/set', goal)).to.have.property('goal')
      },
      { profile: '0.130', overrides: { 'features.goals': true } }
    )
  })

  it('show in config/read with what sessions begin with, and nothing else of the configuration', () =>
    inRoom(
      'basic-142',
      async ({ ok }) => {
        expect(await ok<object>('config/read')).to.deep.equal({
          config: { model: 'lab-z', model_provider: 'mock', service_tier: null },
          origins: {}
        })
      },
      { overrides: { model: 'lab-z' } }
    ))
})
