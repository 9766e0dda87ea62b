// Executors that clients name by a URL: what is kept of it, and how many there may be.
import { expect } from 'chai'
import { spawnSync } from 'node:child_process'
import { readdirSync, readFileSync, statSync } from 'node:fs'
import { join } from 'node:path'
import { removeFolder } from '../../support/fixture-home.ts'
import { configuredHome } from '../../support/host-questions.ts'
import { initialized } from '../../support/rpc-client.ts'

const SECRET = 'hunter2'
const URL = `wss://someone:${SECRET}@executor.invalid/?token=${SECRET}`

describe('environments', () => {
  it('leave no trace of a URL: not in answers, on stderr, in analytics or in the home', () => {
    const home = configuredHome('')
    const requests: ReadonlyArray<readonly [string, object]> = [
      [
        'initialize',
        { clientInfo: { name: 'x', version: '1' }, capabilities: { experimentalApi: true } }
      ],
      ...[
        { environmentId: 'e1', execServerUrl: URL },
        { environmentId: '', execServerUrl: URL },
        { environmentId: 'local', execServerUrl: URL },
        { environmentId: 5, execServerUrl: URL },
        { environmentId: 'e1', execServerUrl: [URL] },
        { environmentId: 'e1', execServerUrl: URL, connectTimeoutMs: -1 }
      ].map((params) => ['environment/add', params] as const),
      ['environment/status', { environmentId: 'e1' }],
      ['environment/info', { environmentId: 'e1' }],
      ['thread/start', { environments: [{ environmentId: 'e1', cwd: '/a' }] }]
    ]
    const input = requests.map(([method, params], id) => JSON.stringify({ id, method, params }))
    const capture = join(home, 'captured.jsonl')
    const { stdout, stderr, status } = spawnSync(
      process.execPath,
      [
        '--import',
        'tsx',
        'adapters/cli/main.ts',
        'app-server',
        '--profile',
        '0.169',
        '--home',
        home
      ],
      {
        input: `${input.join('\n')}\n`,
        encoding: 'utf8',
        env: { ...process.env, CODEX_ANALYTICS_EVENTS_CAPTURE_FILE: capture }
      }
    )
    const kept = (readdirSync(home, { recursive: true }) as ReadonlyArray<string>)
      .map((name) => join(home, name))
      .filter((path) => statSync(path).isFile())
      .map((path) => readFileSync(path, 'latin1'))
    removeFolder(home)
    expect(status).to.equal(0)
    expect(stdout).to.include('"environments":[{"environmentId":"e1","cwd":"/a"')
    expect([stdout, stderr, ...kept].filter((text) => text.includes(SECRET))).to.deep.equal([])
  })

  it('are at most a thousand besides the local one; a known one is still taken', async () => {
    const home = configuredHome('')
    const client = await initialized(home, { profile: '0.169' })
    const add = (environmentId: string) =>
      client.ask('environment/add', { environmentId, execServerUrl: 'ws://a.invalid' })
    const answers: Array<unknown> = []
    for (let at = 0; at < 1000; at += 1) answers.push(await add(`e${at}`))
    const refusal = await add('more')
    const again = await add('e7')
    await client.close()
    removeFolder(home)
    expect(answers).to.deep.equal(answers.map(() => ({ result: {} })))
    expect([refusal, again]).to.deep.equal([
      {
        error: {
          code: -32600,
          message: 'exec-server protocol error: this server knows 1000 environments already'
        }
      },
      { result: {} }
    ])
  })
})
