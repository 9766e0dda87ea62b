// Programs of clients: whose they are, how they end, and when none is started at all.
import { expect } from 'chai'
import { readFileSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { removeFolder } from '../../support/fixture-home.ts'
import { configuredHome } from '../../support/host-questions.ts'
import { initialized, type Message, type ServerOptions } from '../../support/rpc-client.ts'
import { openInitialized, wsServerOf } from '../../support/ws-client.ts'

const SHELL = (script: string, more: object = {}) => ({
  ...{ command: ['sh', '-c', script], processHandle: 'p', cwd: '/tmp' },
  ...more
})
const FULL = { sandboxPolicy: { type: 'dangerFullAccess' } }
const POWERFUL: ServerOptions = { profile: '0.169', powers: ['processes'] }

const isExit = ({ method }: Message): boolean => method === 'process/exited'

const isAlive = (pid: number): boolean => {
  try {
    return !/^State:\s+Z/m.test(readFileSync(`/proc/${pid}/status`, 'utf8'))
  } catch {
    return false
  }
}

/** Resolves when a process is gone; the limit of the test is that of the wait. */
const gone = async (pid: number): Promise<void> => {
  while (isAlive(pid)) await new Promise((wake) => setTimeout(wake, 5))
}

const textOf = ({ params }: Message): string =>
  Buffer.from((params as { deltaBase64: string }).deltaBase64, 'base64').toString()

describe('programs of clients', function () {
  this.timeout(20_000)
  let home = ''
  beforeEach(() => (home = configuredHome('')))
  afterEach(() => removeFolder(home))

  it('are refused without the power, and none starts', async () => {
    const mark = join(home, 'ran')
    const client = await initialized(home, { profile: '0.169', powers: ['import', 'skills'] })
    const command = ['touch', mark]
    const answers = [
      await client.ask('process/spawn', { command, processHandle: 'p', cwd: '/tmp' }),
      await client.ask('command/exec', { command, ...FULL })
    ]
    await client.close()
    expect(answers).to.deep.equal(
      ['process/spawn', 'command/exec'].map((method) => ({
        error: {
          code: -32600,
          message: `${method} needs the power "processes", and this server was not given it`
        }
      }))
    )
    expect(() => readFileSync(mark)).to.throw('ENOENT')
  })

  it('of command/exec run only where no sandbox would keep anything from them', async () => {
    const client = await initialized(home, POWERFUL)
    const command = ['printf', 'ran']
    const run = (more: object) => client.ask('command/exec', { command, ...more })
    const refused = {
      error: { code: -32600, message: 'command/exec needs a sandbox, and this server has none' }
    }
    const ran = { result: { exitCode: 0, stdout: 'ran', stderr: '' } }
    expect([
      await run({}),
      await run({ sandboxPolicy: { type: 'readOnly' } }),
      await run({ sandboxPolicy: { type: 'workspaceWrite' } }),
      await run({ permissionProfile: ':workspace' }),
      await run({ sandboxPolicy: { type: 'externalSandbox' } }),
      await run(FULL)
    ]).to.deep.equal([refused, refused, refused, refused, ran, ran])
    writeFileSync(join(home, 'config.toml'), 'sandbox_mode = "danger-full-access"\n')
    expect([await run({}), await run({ sandboxPolicy: { type: 'readOnly' } })]).to.deep.equal([
      ran,
      refused
    ])
    await client.close()
  })

  it('belong to their connection: names are its own, and they end with it', async () => {
    const running = await wsServerOf(home, POWERFUL)
    const [one, two] = [await openInitialized(running.url), await openInitialized(running.url)]
    const waits = SHELL('echo $$; exec sleep 600', { streamStdoutStderr: true, timeoutMs: null })
    expect(await one.ask('process/spawn', waits)).to.deep.equal({ result: {} })
    const told = await one.next(({ method }) => method === 'process/outputDelta')
    expect(await two.ask('process/kill', { processHandle: 'p' })).to.deep.equal({
      error: { code: -32600, message: 'no active process for process handle "p"' }
    })
    expect(await two.ask('process/spawn', SHELL('exit 5'))).to.deep.equal({ result: {} })
    const { params } = await two.next(isExit)
    expect((params as { exitCode: number }).exitCode).to.equal(5)
    expect(one.received.filter(isExit)).to.deep.equal([])
    const pid = Number(textOf(told))
    expect(isAlive(pid)).to.equal(true)
    one.socket.terminate()
    await gone(pid)
    await running.stop()
  })

  it('are killed when the server ends, though they ignore signals', async () => {
    const running = await wsServerOf(home, POWERFUL)
    const client = await openInitialized(running.url)
    const stubborn = SHELL("trap '' TERM HUP INT; echo $$; while :; do sleep 600; done", {
      streamStdoutStderr: true,
      timeoutMs: null
    })
    await client.ask('process/spawn', stubborn)
    const pid = Number(textOf(await client.next(({ method }) => method === 'process/outputDelta')))
    await running.stop()
    await gone(pid)
  })

  it('are at most 64 of a client; one that ended makes room', async () => {
    const running = await wsServerOf(home, POWERFUL)
    const client = await openInitialized(running.url)
    const spawn = (processHandle: string) =>
      client.ask('process/spawn', SHELL('exec sleep 600', { processHandle, timeoutMs: null }))
    const begun: Array<Message> = []
    for (let at = 0; at < 64; at += 1) begun.push(await spawn(`p${at}`))
    expect(begun).to.deep.equal(begun.map(() => ({ result: {} })))
    expect(await spawn('more')).to.deep.equal({
      error: { code: -32600, message: 'a client may run 64 programs at a time' }
    })
    await client.ask('process/kill', { processHandle: 'p7' })
    await client.next(isExit)
    expect(await spawn('more')).to.deep.equal({ result: {} })
    client.socket.close()
    await running.stop()
  })

  it('get the environment of the server without what is its own', async () => {
    process.env['UNROLL_SECRET'] = 'hunter2'
    process.env['SHARED'] = 'shared'
    try {
      const client = await initialized(home, POWERFUL)
      const command = ['sh', '-c', 'echo "${UNROLL_SECRET-none} $SHARED"']
      expect(await client.ask('command/exec', { command, ...FULL })).to.deep.equal({
        result: { exitCode: 0, stdout: 'none shared\n', stderr: '' }
      })
      await client.close()
    } finally {
      delete process.env['UNROLL_SECRET']
      delete process.env['SHARED']
    }
  })

  it('are operations of the log, which tells their names and nothing else of them', async () => {
    const client = await initialized(home, POWERFUL)
    const command = ['/bin/sh', '-c', 'exit 3', 'hunter2']
    await client.ask('command/exec', { command, env: { TOKEN: 'hunter2' }, ...FULL })
    await client.close()
    const text = readFileSync(join(home, '.unroll', 'operations.jsonl'), 'utf8')
    const records = text
      .trim()
      .split('\n')
      .map((line) => JSON.parse(line) as Record<string, unknown>)
    expect(
      records.map(({ record, operation, outcome }) => [record, operation ?? outcome])
    ).to.deep.equal([
      ['began', 'run-program'],
      ['ended', 'done']
    ])
    expect(Object.keys(records[0]?.['arguments'] as object)).to.deep.equal([
      'program',
      'argvSha256'
    ])
    expect(text + client.logged.join('')).not.to.include('hunter2')
  })
})
