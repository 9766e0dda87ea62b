// The server as a process that listens, started by its command line.
import { expect } from 'chai'
import { spawn, type ChildProcess } from 'node:child_process'
import { once } from 'node:events'
import { existsSync } from 'node:fs'
import { join } from 'node:path'
import { copyHome, removeFolder } from '../../support/fixture-home.ts'
import { openClient, openInitialized, UPGRADE } from '../../support/ws-client.ts'

const MAIN = join(import.meta.dirname, '..', '..', '..', 'adapters', 'cli', 'main.ts')

interface Started {
  readonly child: ChildProcess
  readonly heard: () => string
  /** Resolves with the exit code, or the name of the signal. */
  readonly exited: Promise<number | string | null>
}

describe('a listening process', () => {
  let home = ''
  let children: Array<ChildProcess> = []
  before(() => {
    home = copyHome('basic-142')
  })
  after(() => removeFolder(home))
  afterEach(() => {
    for (const child of children) child.kill('SIGKILL')
    children = []
  })

  const start = (...words: ReadonlyArray<string>): Started => {
    const all = [
      '--import',
      'tsx',
      MAIN,
      'app-server',
      '--home',
      home,
      '--index',
      'memory',
      ...words
    ]
    const child = spawn(process.execPath, all)
    children.push(child)
    let heard = ''
    child.stderr.on('data', (bytes: Buffer) => (heard += bytes.toString()))
    const exited = once(child, 'close').then(
      ([code, signal]) => (code ?? signal) as number | string | null
    )
    return { child, heard: () => heard, exited }
  }

  const urlOf = async ({ child, heard }: Started): Promise<string> => {
    for (;;) {
      const url = /listening on: (ws:\S+)/.exec(heard())?.[1]
      if (url !== undefined) return url
      await once(child.stderr as NodeJS.ReadableStream, 'data')
    }
  }

  /** A server at a socket file says nothing; it is there when its file is. */
  const appeared = async (path: string): Promise<void> => {
    while (!existsSync(path)) await new Promise(setImmediate)
  }

  for (const signal of ['SIGTERM', 'SIGINT'] as const) {
    it(`serves on a free port and exits with 0 on ${signal}, its clients seeing 1006`, async () => {
      const server = start('--listen', 'ws://127.0.0.1:0')
      const client = await openInitialized(await urlOf(server))
      expect((await client.ask('thread/list', { limit: 1 }))['result']).to.have.property('data')
      server.child.kill(signal)
      expect(await client.closed).to.equal(1006)
      expect(await server.exited).to.equal(0)
    })
  }

  it('serves at the socket of its home, refuses a second server there, and takes the file away', async () => {
    const path = join(home, 'app-server-control', 'app-server-control.sock')
    const server = start('--listen', 'unix://')
    await appeared(path)
    const second = start('--listen', 'unix://')
    expect(await second.exited).to.equal(1)
    expect(second.heard()).to.equal(
      `unroll app-server: app-server control socket is already in use at ${path}\n`
    )
    const { socket } = await openClient(`ws+unix:${path}:/`)
    const pipe = start('proxy')
    pipe.child.stdin?.write(
      ['GET / HTTP/1.1', 'Host: x', ...UPGRADE.map((header) => header.join(': ')), '', ''].join(
        '\r\n'
      )
    )
    const [head] = (await once(pipe.child.stdout as NodeJS.ReadableStream, 'data')) as [Buffer]
    expect(head.toString()).to.match(/^HTTP\/1\.1 101 /)
    server.child.kill('SIGTERM')
    expect(await server.exited).to.equal(0)
    expect(await pipe.exited).to.equal(0)
    expect(existsSync(path)).to.equal(false)
    socket.terminate()
  })

  it('takes over the socket of a server that was killed', async () => {
    const path = join(home, 'killed.sock')
    const first = start('--listen', `unix://${path}`)
    await appeared(path)
    first.child.kill('SIGKILL')
    await first.exited
    const second = start('--listen', `unix://${path}`)
    for (;;) {
      const client = await openClient(`ws+unix:${path}:/`).catch(() => null)
      if (client === null) continue
      client.socket.close()
      break
    }
    second.child.kill('SIGTERM')
    expect(await second.exited).to.equal(0)
    expect(existsSync(path)).to.equal(false)
  })

  it('exits with 1 when nothing is to be listened at, and with 2 when the URL is none', async () => {
    const [off, bad, both, auth] = [
      start('--listen', 'off'),
      start('--listen', 'tcp://x'),
      start('--listen', 'off', '--stdio'),
      start('--ws-issuer', 'me')
    ]
    expect(await Promise.all([off, bad, both, auth].map(({ exited }) => exited))).to.deep.equal([
      1, 2, 2, 1
    ])
    expect(off?.heard()).to.equal(
      'unroll app-server: no transport configured; use --listen or enable remote control\n'
    )
    expect(bad?.heard()).to.contain(
      'unsupported --listen URL `tcp://x`; expected `stdio://`, `unix://`, `unix://PATH`, `ws://IP:PORT`, or `off`'
    )
    expect(auth?.heard()).to.contain('websocket auth flags require `--ws-auth capability-token`')
  })
})
