// The app-server as a process: when it captures analytics, and where to.
import { expect } from 'chai'
import { spawn } from 'node:child_process'
import { once } from 'node:events'
import { existsSync, readFileSync } from 'node:fs'
import { join } from 'node:path'
import type { RequestPayload } from '../../../../domain/ledgers/analytics/envelope.ts'
import { removeFolder, temporaryFolder } from '../../../support/fixture-home.ts'

const MAIN = join(import.meta.dirname, '..', '..', '..', '..', 'adapters', 'cli', 'main.ts')
const VARIABLE = 'CODEX_ANALYTICS_EVENTS_CAPTURE_FILE'

const SESSION = [
  {
    id: 1,
    method: 'initialize',
    params: {
      clientInfo: { name: 'test', version: '1' },
      capabilities: { experimentalApi: true }
    }
  },
  { id: 2, method: 'thread/start', params: { model: 'm', cwd: '/' } }
]

describe('an app-server process', () => {
  let home = ''
  beforeEach(() => (home = temporaryFolder()))
  afterEach(() => removeFolder(home))

  /** Runs a server for one short session; the answer is what it said on stderr. */
  const serve = async (
    args: ReadonlyArray<string>,
    env: Readonly<Record<string, string>>
  ): Promise<string> => {
    const place = ['app-server', '--home', home, '--index', 'memory', '--profile', '0.142']
    const child = spawn(process.execPath, ['--import', 'tsx', MAIN, ...place, ...args], {
      env: { ...process.env, [VARIABLE]: '', ...env }
    })
    let said = ''
    child.stderr.on('data', (chunk: Buffer) => (said += chunk.toString()))
    child.stdout.resume()
    child.stdin.end(SESSION.map((message) => `${JSON.stringify(message)}\n`).join(''))
    const [code] = (await once(child, 'close')) as [number]
    expect(code).to.equal(0)
    return said
  }

  const typesIn = (path: string): ReadonlyArray<string> =>
    readFileSync(path, 'utf8')
      .trimEnd()
      .split('\n')
      .flatMap((line) => (JSON.parse(line) as RequestPayload).events)
      .map(({ event_type }) => event_type)

  it('captures nothing unless it is asked to', async () => {
    expect(await serve([], {})).to.equal('')
  })

  it('captures to the file the option names, and not to that of the environment', async () => {
    const [named, other] = [join(home, 'named'), join(home, 'other')]
    expect(await serve(['--analytics-capture', named], { [VARIABLE]: other })).to.equal('')
    expect([typesIn(named), existsSync(other)]).to.deep.equal([['codex_thread_initialized'], false])
  })

  it('captures to the file the environment names', async () => {
    const other = join(home, 'other')
    expect(await serve([], { [VARIABLE]: other })).to.equal('')
    expect(typesIn(other)).to.deep.equal(['codex_thread_initialized'])
  })

  it('serves all the same when it cannot capture, and says so once', async () => {
    expect(await serve(['--analytics-capture', home], {})).to.equal(
      `unroll app-server: analytics events cannot be captured: EISDIR: illegal operation on a directory, open '${home}'\n`
    )
  })
})
