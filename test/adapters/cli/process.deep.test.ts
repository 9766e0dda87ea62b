/**
 * What only a real process shows: its streams, its signals, its exit code.
 */
import { expect } from 'chai'
import { execFileSync, spawn, spawnSync, type ChildProcess } from 'node:child_process'
import { once } from 'node:events'
import { appendFileSync, existsSync, readFileSync } from 'node:fs'
import { join } from 'node:path'
import { copyHome, removeFolder, temporaryFolder } from '../../support/fixture-home.ts'

const ROOT = join(import.meta.dirname, '..', '..', '..')
const MAIN = join(ROOT, 'adapters', 'cli', 'main.ts')
const PROGRAM = ['--import', 'tsx', MAIN]
const TOOLS = '01a1fcdc-359a-7731-ae44-e79fba9fff78'

describe('command line: process', () => {
  let empty = ''
  let home = ''
  let path = ''
  let env: NodeJS.ProcessEnv = {}

  before(() => {
    empty = temporaryFolder()
    home = copyHome('tools-142')
    env = { PATH: process.env['PATH'], HOME: empty, TZ: 'UTC' }
    // Long enough to outgrow every buffer between two processes.
    path = join(home, `sessions/2026/11/21/rollout-2026-11-21T06-47-32-${TOOLS}.jsonl`)
    const message = { type: 'agent_message', message: 'word '.repeat(2000) }
    const line = { timestamp: '2026-11-21T06:50:00.000Z', type: 'event_msg', payload: message }
    appendFileSync(path, `${JSON.stringify(line)}\n`.repeat(2000))
  })
  after(() => [empty, home].forEach(removeFolder))

  const inTools = (...argv: ReadonlyArray<string>) => [
    ...PROGRAM,
    ...argv,
    ...['--home', home, '--index', 'memory']
  ]

  for (const limit of [16, 120])
    it(`lists from memory where files may not grow beyond ${limit} blocks, and says so`, () => {
      const home = copyHome('basic-142')
      const index = temporaryFolder()
      const limited = `ulimit -c 0; ulimit -f ${limit}; exec "$0" "$@"`
      const words = [...PROGRAM, 'threads', '--home', home, '--index', index]
      const { status, stdout, stderr } = spawnSync(
        'sh',
        ['-c', limited, process.execPath, ...words],
        {
          cwd: ROOT,
          env,
          encoding: 'utf8'
        }
      )
      removeFolder(home)
      removeFolder(index)
      expect([status, stdout.trimEnd().split('\n').length]).to.deep.equal([0, 2])
      expect(stderr).to.equal(
        `unroll: the index at ${index} cannot be used: EFBIG: file too large, write; using an index in memory instead\n`
      )
    })

  it('shows the sample home with start when there is no other', () => {
    const { status, stdout, stderr } = spawnSync(process.execPath, [...PROGRAM, 'start'], {
      cwd: ROOT,
      env,
      encoding: 'utf8'
    })
    expect([status, stderr]).to.deep.equal([0, ''])
    const lines = stdout.split('\n')
    expect(lines.slice(0, 12)).to.deep.equal([
      join(ROOT, 'adapters/home/sample'),
      '(the sample that comes with unroll: $CODEX_HOME is not set and ~/.codex has no',
      'sessions)',
      '',
      'ID             LAST EVENT (UTC)  THREAD',
      '01a1fcf0-7dc2  2026-11-21 07:09  Grüße aus dem Gärtchen 🌱🪴',
      '01a1fcef-e332  2026-11-21 07:09  Please sort the wooden seedling with care',
      '01a1fcde-3637  2026-11-21 06:49  Can you label the rusty gearbox after the rain…',
      '01a1fcde-3abc  2026-11-21 06:49  Early hinge 523',
      '01a1fcdc-359a  2026-11-21 06:47  Can you measure the narrow ladder near the fen…',
      '01a1fcdb-46e0  2026-11-21 06:46  Can you lift the quiet garden under the bench?…',
      '01a1fcdb-41be  2026-11-21 06:46  Spare queue 603'
    ])
    const program = `node --import tsx ${join(ROOT, 'adapters/cli/main.ts')}`
    expect(lines.slice(-3)).to.deep.equal(['  # everything else', `  ${program} help`, ''])
  })

  it('offers commands with start that work as they are', () => {
    const run = (command: string) =>
      execFileSync('sh', ['-c', command], { cwd: ROOT, env, encoding: 'utf8', stdio: 'pipe' })
    const start = run(`node --import tsx ${MAIN} start`)
    const next = start.split('\nnext:\n')[1]?.split('\n').slice(0, -1) ?? []
    const offered = next.filter((line) => !line.startsWith('  # '))
    expect(offered).to.have.length(5)
    for (const line of offered) {
      const [command = ''] = line.trim().split(/ {2,}/)
      expect(run(command)).to.not.equal('')
    }
  })

  it('prefers $CODEX_HOME with start, and says so', () => {
    const { status, stdout } = spawnSync(
      process.execPath,
      [...PROGRAM, 'start', '--index', 'memory'],
      {
        cwd: ROOT,
        env: { ...env, CODEX_HOME: home },
        encoding: 'utf8'
      }
    )
    expect([status, stdout.split('\n')[0]]).to.deep.equal([0, `${home}  ($CODEX_HOME)`])
    expect(stdout).to.match(/^ +… \d+ more items$/m)
    expect(stdout.length).to.be.lessThan(10_000)
  })

  it('answers an app-server client', () => {
    const input = `${JSON.stringify({
      id: 1,
      method: 'initialize',
      params: { clientInfo: { name: 'test', title: null, version: '1' } }
    })}\n`
    const options = ['--analytics-default-enabled', '-c', 'web_search=live']
    const words = inTools('app-server', ...options)
    const run = { cwd: ROOT, env, input, encoding: 'utf8' } as const
    const { status, stdout, stderr } = spawnSync(process.execPath, words, run)
    expect([status, JSON.parse(stdout.split('\n')[0] ?? '').id]).to.deep.equal([0, 1])
    expect(stderr).to.include('without effect here: --analytics-default-enabled, -c web_search\n')
  })

  const firstOutput = async (child: ChildProcess): Promise<void> => {
    if (child.stdout !== null) await once(child.stdout, 'data')
  }

  it('prints a rollout larger than every buffer whole, with --raw', () => {
    const { status, stdout } = spawnSync(process.execPath, inTools('events', TOOLS, '--raw'), {
      cwd: ROOT,
      env,
      maxBuffer: 1e9
    })
    expect([status, stdout.equals(readFileSync(path))]).to.deep.equal([0, true])
  })

  it('ends quietly with 0 when the reader of the pipe goes away', async () => {
    const child = spawn(process.execPath, inTools('events', TOOLS, '--raw'), { cwd: ROOT, env })
    let err = ''
    child.stderr.on('data', (text: Buffer) => (err += text.toString()))
    await firstOutput(child)
    child.stdout.destroy()
    const [code] = (await once(child, 'exit')) as [number]
    expect([code, err]).to.deep.equal([0, ''])
  })

  for (const [signal, expected] of [
    ['SIGINT', 130],
    ['SIGTERM', 143]
  ] as const) {
    it(`ends with ${expected} on ${signal} in the middle of its output`, async () => {
      const child = spawn(process.execPath, inTools('events', TOOLS, '--json'), { cwd: ROOT, env })
      await firstOutput(child)
      child.stdout.pause()
      child.kill(signal)
      const [code] = (await once(child, 'exit')) as [number]
      child.stdout.destroy()
      expect(code).to.equal(expected)
    })
  }

  const hasFullDisk = existsSync('/dev/full')
  if (hasFullDisk)
    it('ends with 5 when the disk of the output is full', () => {
      const command = `node --import tsx ${MAIN} help > /dev/full`
      const { status, stderr } = spawnSync('sh', ['-c', command], {
        cwd: ROOT,
        env,
        encoding: 'utf8'
      })
      expect([status, stderr.split(':').slice(0, 3).join(':')]).to.deep.equal([
        5,
        'unroll: cannot write: ENOSPC'
      ])
    })
})
