// Executors that clients name by a URL: what is kept of it, and how many there may be.
import { expect } from 'chai'
import { spawnSync } from 'node:child_process'
import { readdirSync, readFileSync, statSync } from 'node:fs'
import { join } from 'node:path'
import { openAnalytics } from '../../../adapters/rpc/analytics/observer.ts'
import type { HostedTurn } from '../../../adapters/rpc/threads/turn-host.ts'
import { metricsPages } from '../../../adapters/telemetry/process.ts'
import { copyHome, removeFolder } from '../../support/fixture-home.ts'
import { configuredHome } from '../../support/host-questions.ts'
import { tickingMeter } from '../../support/numbers.ts'
import { clientOf, initialized, MODES, serverOf, shaken } from '../../support/rpc-client.ts'
import { unroll } from '../cli/console.ts'

const SECRET = 'hunter2'
const URL = `wss://someone:${SECRET}@executor.invalid/?token=${SECRET}`

const PLAIN = '01a1fcdb-41be-7f61-8f33-9491f71ecc78'
const GO = [{ type: 'text', text: 'go' }]
const AT_E1 = { environments: [{ environmentId: 'e1', cwd: '/tmp' }] }

/** Everything in which a URL may be named, and everything that shows what is known of an environment afterwards. */
const QUESTIONS: ReadonlyArray<readonly [string, object]> = [
  ...[
    { environmentId: 'e1', execServerUrl: URL },
    { environmentId: '', execServerUrl: URL },
    { environmentId: 'local', execServerUrl: URL },
    { environmentId: 5, execServerUrl: URL },
    { environmentId: 'e1', execServerUrl: [URL] },
    { environmentId: 'e1', execServerUrl: { url: URL } },
    { environmentId: 'e1', execServerUrl: URL, connectTimeoutMs: -1 },
    { environmentId: 'e1', execServerURL: URL }
  ].map((params) => ['environment/add', params] as const),
  ['environment/status', { environmentId: 'e1' }],
  ['environment/info', { environmentId: 'e1' }],
  ['thread/start', AT_E1],
  ['thread/resume', { threadId: PLAIN }],
  ['thread/settings/update', { threadId: PLAIN, model: 'other' }],
  ['turn/start', { threadId: PLAIN, input: GO }],
  ['turn/start', { threadId: PLAIN, input: GO, ...AT_E1 }],
  ['thread/fork', { threadId: PLAIN }],
  ['thread/name/set', { threadId: PLAIN, name: 'e1' }],
  ['thread/read', { threadId: PLAIN, includeTurns: true }],
  ['thread/list', {}],
  ['thread/loaded/list', {}],
  ['config/read', {}],
  ['unroll/audit/list', { threadId: PLAIN }],
  ['unroll/analytics/list', { threadId: PLAIN }],
  ['server/diagnostics', {}]
]

const filesBelow = (folder: string): ReadonlyArray<string> =>
  (readdirSync(folder, { recursive: true }) as ReadonlyArray<string>)
    .map((name) => join(folder, name))
    .filter((path) => statSync(path).isFile())
    .map((path) => readFileSync(path, 'latin1'))

/** What a server and the command line show to anybody when a client named a URL, by where it is shown. */
const shownOf = async (profile: '0.130' | '0.142' | '0.169', mode: keyof typeof MODES) => {
  const home = copyHome('basic-142')
  const capturePath = join(home, 'captured.jsonl')
  const telemetry = tickingMeter()
  const ran: Array<HostedTurn> = []
  const turns = {
    run: async (turn: HostedTurn) => {
      ran.push(turn)
      return { status: 'completed' } as const
    }
  }
  const test = serverOf(home, { profile, ...MODES[mode], turns, telemetry })
  const { live, log } = test.server
  const parts = {
    outlet: { capturePath },
    live,
    profile,
    transport: 'stdio',
    nowMs: () => 0
  } as const
  const analytics = openAnalytics(parts, log, telemetry)
  const observed = analytics === null ? {} : ({ analytics: analytics.observer } as const)
  const server = { ...test, server: { ...test.server, ...observed } }
  const client = await shaken(clientOf(server))
  const other = await shaken(clientOf(server))
  await other.ask('thread/resume', { threadId: PLAIN })
  for (const [method, params] of QUESTIONS) await client.ask(method, params)
  await live.find(PLAIN)?.turn?.ended
  await analytics?.close()
  await client.close()
  const cli = await Promise.all(
    [['audit', PLAIN], ['log'], ['threads', '--all'], ['check']].map((words) =>
      unroll([...words, '--home', home, '--index', 'memory'])
    )
  )
  const shown = {
    answers: client.received,
    'answers of another': other.received,
    'what the host of turns gets': ran,
    stderr: test.logged,
    files: filesBelow(home),
    metrics: [metricsPages(telemetry)['/metrics'].body()],
    'command line': cli
  }
  removeFolder(home)
  return Object.entries(shown).map(([where, values]) => [where, JSON.stringify(values)] as const)
}

describe('environments', () => {
  for (const profile of ['0.130', '0.142', '0.169'] as const)
    it(`of ${profile} show nobody who a URL is for and what is in it`, async () => {
      for (const mode of ['strict', 'rich'] as const) {
        const shown = await shownOf(profile, mode)
        const leaks = shown.filter(([, text]) => text.includes(SECRET) || text.includes('someone'))
        expect(
          leaks.map(([where]) => where),
          mode
        ).to.deep.equal([])
        const isShown = (where: string, what: string) =>
          shown.some(([name, text]) => name === where && text.includes(what))
        expect(
          [
            isShown('answers of another', 'turn/started'),
            isShown('metrics', 'turn/start'),
            isShown('files', 'codex_turn_event'),
            isShown('command line', PLAIN),
            isShown('what the host of turns gets', profile === '0.130' ? 'local' : 'e1')
          ],
          mode
        ).to.deep.equal([true, true, true, true, true])
      }
    })

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
