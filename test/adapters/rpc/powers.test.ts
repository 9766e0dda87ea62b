// What a server may reach beyond its home: powers, given by name and refused by name.
import { expect } from 'chai'
import * as E from 'fp-ts/lib/Either.js'
import { COMMANDS } from '../../../adapters/cli/table/commands.ts'
import { idlePowers, METHODS } from '../../../adapters/rpc/methods/methods.ts'
import {
  grantedPowers,
  parsePowers,
  POWERS,
  type Power
} from '../../../adapters/rpc/wire/powers.ts'
import { copyHome, removeFolder } from '../../support/fixture-home.ts'
import { initialized } from '../../support/rpc-client.ts'

const parsed = (text: string) => parsePowers(text.split(','))
const UNKNOWN = 'expected import, skills, plugins, git, processes, mcp, endpoint, or none'

describe('powers of a server', () => {
  it('are a closed list, each given once, and an endpoint with its URL', () => {
    expect(parsed('git,import,git')).to.deep.equal(E.right(['git', 'import']))
    expect(parsed('none')).to.deep.equal(E.right([]))
    expect(parsed('endpoint=https://host.invalid/a=b')).to.deep.equal(
      E.right(['endpoint=https://host.invalid/a=b'])
    )
    expect(parsed('import,none')).to.deep.equal(E.left(`unknown power "none"; ${UNKNOWN}`))
    expect(parsed('Import')).to.deep.equal(E.left(`unknown power "Import"; ${UNKNOWN}`))
    expect(parsed('git=https://a.invalid')).to.deep.equal(
      E.left(`unknown power "git=https://a.invalid"; ${UNKNOWN}`)
    )
    expect(parsed('constructor')).to.deep.equal(E.left(`unknown power "constructor"; ${UNKNOWN}`))
    expect(parsed('endpoint=https://a.invalid,endpoint=https://b.invalid')).to.deep.equal(
      E.left('the power "endpoint" is given once')
    )
    for (const url of [
      '',
      '=',
      '=x',
      '=file:///a',
      '=https://u:p@a.invalid',
      '=https://a.invalid?q'
    ])
      expect(parsed(`endpoint${url}`), url).to.deep.equal(
        E.left('the power "endpoint" needs a base URL: endpoint=https://host/path')
      )
  })

  it('are those of the same user on stdio and a socket file, and none over TCP', () => {
    const ours: ReadonlyArray<Power> = ['import', 'skills', 'plugins']
    const here = { isTcp: false, hasAuth: false }
    const tcp = { isTcp: true, hasAuth: false }
    const guarded = { isTcp: true, hasAuth: true }
    expect(grantedPowers(undefined, here)).to.deep.equal(E.right(ours))
    expect(grantedPowers(undefined, tcp)).to.deep.equal(E.right([]))
    expect(grantedPowers(undefined, guarded)).to.deep.equal(E.right([]))
    expect(grantedPowers([], here)).to.deep.equal(E.right([]))
    expect(grantedPowers([], tcp)).to.deep.equal(E.right([]))
    expect(grantedPowers(['git'], here)).to.deep.equal(E.right(['git']))
    expect(grantedPowers(['import'], guarded)).to.deep.equal(E.right(['import']))
    expect(grantedPowers(['import'], tcp)).to.deep.equal(
      E.left('`--allow` on `ws://` requires `--ws-auth`; use `--allow none`')
    )
  })

  it('are named by the help where no method needs them yet', () => {
    const about = COMMANDS.find(({ name }) => name === 'app-server')?.about ?? []
    const [sentence = ''] = about.filter((text) => text.startsWith('Powers'))
    const idle = /folders\. (.*) are accepted/.exec(sentence)?.[1] ?? ''
    expect(Array.from(idle.matchAll(/`(\w+)(?:=URL)?`/g), ([, name]) => name)).to.deep.equal(
      idlePowers(Object.keys(POWERS) as ReadonlyArray<Power>)
    )
  })

  it('are asked for behind parameters and the experimental API, in strict mode too, in one wording', async () => {
    const home = copyHome('basic-142')
    try {
      for (const { name, power, profiles } of METHODS.filter((method) => method.power !== null))
        for (const strict of [true, false]) {
          const profile = profiles.at(-1) ?? '0.169'
          const client = await initialized(home, { strict, profile, powers: ['git'] })
          const list = {
            ...{ migrationItems: [], providerId: 'p', itemTypeResults: [], extraRoots: [] },
            ...{ name: 'a', enabled: true },
            ...{ command: ['true'], processHandle: 'p', cwd: '/' }
          }
          const asked = name.endsWith('readHistories') ? undefined : list
          try {
            expect(await client.ask(name, asked), name).to.deep.equal({
              error: {
                code: -32600,
                message: `${name} needs the power "${power}", and this server was not given it`
              }
            })
            expect(await client.ask('externalAgentConfig/import', {})).to.deep.equal({
              error: { code: -32600, message: 'Invalid request: missing field `migrationItems`' }
            })
          } finally {
            await client.close()
          }
        }
    } finally {
      removeFolder(home)
    }
  })
})
