// WebSockets over a socket file.
import { expect } from 'chai'
import * as E from 'fp-ts/lib/Either.js'
import { once } from 'node:events'
import {
  chmodSync,
  existsSync,
  lstatSync,
  mkdirSync,
  readdirSync,
  renameSync,
  symlinkSync,
  writeFileSync
} from 'node:fs'
import { createServer } from 'node:net'
import { dirname, join } from 'node:path'
import { PassThrough } from 'node:stream'
import { controlSocketPath } from '../../../adapters/rpc/transports/listen.ts'
import { proxy } from '../../../adapters/rpc/transports/proxy.ts'
import { openUnix, SOCKET_PATH_BYTES_MAX } from '../../../adapters/rpc/transports/unix.ts'
import { copyHome, removeFolder, temporaryFolder } from '../../support/fixture-home.ts'
import { serverOf } from '../../support/rpc-client.ts'
import { openClient, openInitialized, rawHttp, UPGRADE } from '../../support/ws-client.ts'

const modeOf = (path: string): string => (lstatSync(path).mode & 0o777).toString(8)
/** All but the folder of locks. */
const filesIn = (path: string): ReadonlyArray<string> =>
  readdirSync(path).filter((name) => name !== '.unroll')
const urlOf = (path: string): string => `ws+unix:${path}:/`

describe('a socket file', () => {
  let home = ''
  let folder = ''
  let ends: Array<() => Promise<void>> = []
  before(() => {
    home = copyHome('basic-142')
  })
  after(() => removeFolder(home))
  beforeEach(() => {
    folder = temporaryFolder()
  })
  afterEach(async () => {
    for (const end of ends) await end()
    ends = []
    removeFolder(folder)
  })

  /** Serves at a path; answers why not, or how to end it. */
  const serve = async (path: string): Promise<string | (() => Promise<void>)> => {
    const opened = await openUnix({ kind: 'unix', path }, { home, routes: {} })
    if (E.isLeft(opened)) return opened.left
    const { server, close } = serverOf(home)
    const stop = new AbortController()
    const served = opened.right.serve(server, stop.signal)
    const end = async (): Promise<void> => {
      if (stop.signal.aborted) return
      stop.abort()
      await served
      await close()
    }
    ends.push(end)
    return end
  }

  /** Leaves what a server leaves that was killed: a socket nobody listens at. */
  const leaveStale = async (path: string): Promise<void> => {
    const dead = createServer().listen(`${path}-dead`)
    await once(dead, 'listening')
    renameSync(`${path}-dead`, path)
    dead.close()
    await once(dead, 'close')
  }

  it('control_socket_acceptor_forwards_websocket_text_messages_and_pings', async () => {
    const path = join(folder, 'x.sock')
    await serve(path)
    const { ask, socket } = await openInitialized(urlOf(path))
    expect(await ask('thread/loaded/list')).to.deep.equal({
      result: { data: [], nextCursor: null }
    })
    socket.ping('here')
    const [pong] = (await once(socket, 'pong')) as [Buffer]
    expect(pong.toString()).to.equal('here')
    socket.close()
  })

  it('is for its owner alone, in a folder made for it, and gone at the end', async () => {
    const path = join(folder, 'new', 'deep', 'x.sock')
    const end = await serve(path)
    expect([modeOf(path), modeOf(dirname(path))]).to.deep.equal(['600', '700'])
    expect(readdirSync(dirname(path))).to.deep.equal(['x.sock'])
    await (end as () => Promise<void>)()
    expect(readdirSync(dirname(path))).to.deep.equal([])
  })

  it('leaves the bits of a folder that is there, and closes that of the home to others', async () => {
    chmodSync(folder, 0o755)
    await serve(join(folder, 'x.sock'))
    expect(modeOf(folder)).to.equal('755')
    const path = controlSocketPath(home)
    mkdirSync(dirname(path), { mode: 0o755 })
    await serve(path)
    expect([modeOf(path), modeOf(dirname(path))]).to.deep.equal(['600', '700'])
  })

  it('of a living server is refused to a second one, which leaves it as it is', async () => {
    const path = join(folder, 'x.sock')
    await serve(path)
    const { ino } = lstatSync(path)
    expect(await serve(path)).to.equal(`app-server control socket is already in use at ${path}`)
    expect(lstatSync(path).ino).to.equal(ino)
    expect(filesIn(folder)).to.deep.equal(['x.sock'])
    const { socket } = await openClient(urlOf(path))
    socket.close()
  })

  it('of a dead server is taken over', async () => {
    const path = join(folder, 'x.sock')
    await leaveStale(path)
    await serve(path)
    const { socket } = await openClient(urlOf(path))
    expect(filesIn(folder)).to.deep.equal(['x.sock'])
    socket.close()
  })

  it('goes to one of many servers that start at the same moment', async () => {
    const path = join(folder, 'x.sock')
    await leaveStale(path)
    const outcomes = await Promise.all(Array.from({ length: 12 }, () => serve(path)))
    const refused = outcomes.filter((outcome) => typeof outcome === 'string')
    expect(new Set(refused)).to.deep.equal(
      new Set([`app-server control socket is already in use at ${path}`])
    )
    expect(refused.length).to.equal(11)
    const { socket } = await openClient(urlOf(path))
    expect(filesIn(folder)).to.deep.equal(['x.sock'])
    socket.close()
  })

  it('does not replace what is no socket', async () => {
    const path = join(folder, 'plain')
    writeFileSync(path, 'mine')
    symlinkSync(join(folder, 'nowhere'), join(folder, 'link'))
    for (const taken of [path, join(folder, 'link')])
      expect(await serve(taken)).to.equal(
        `app-server control socket path exists and is not a socket: ${taken}`
      )
    expect(readdirSync(folder).sort()).to.deep.equal(['link', 'plain'])
  })

  it('has a path that the system takes, or the start is refused', async () => {
    const path = join(folder, 'x'.repeat(SOCKET_PATH_BYTES_MAX - folder.length), 'x.sock')
    expect(await serve(path)).to.match(/^path must be shorter than SUN_LEN: /)
    expect(readdirSync(folder)).to.deep.equal([])
    const longest = join(folder, 'x'.repeat(SOCKET_PATH_BYTES_MAX - folder.length - 1))
    expect(await serve(longest)).to.be.a('function')
    const { socket } = await openClient(urlOf(longest))
    socket.close()
  })

  it('takes any Origin, because no browser comes here, and tolerates offers of compression', async () => {
    const path = join(folder, 'x.sock')
    await serve(path)
    const headers = [
      ...UPGRADE,
      ['Origin', 'http://a.example'] as const,
      ['Sec-WebSocket-Extensions', 'permessage-deflate'] as const
    ]
    const { status, headers: answered } = await rawHttp(path, 'GET', '/', headers)
    expect([status, answered['sec-websocket-extensions']]).to.deep.equal([101, undefined])
  })

  it('is reached through the proxy, byte by byte', async () => {
    const path = join(folder, 'x.sock')
    await serve(path)
    const [input, output] = [new PassThrough(), new PassThrough()]
    const ended = proxy(path, input, output)
    const lines = [['Host', 'x'] as const, ...UPGRADE].map(([name, value]) => `${name}: ${value}`)
    input.write(['GET / HTTP/1.1', ...lines, '', ''].join('\r\n'))
    const [head] = (await once(output, 'data')) as [Buffer]
    expect(head.toString()).to.match(/^HTTP\/1\.1 101 /)
    input.end()
    expect(await ended).to.equal(null)
  })

  it('that is not there is told by the proxy', async () => {
    const path = join(folder, 'none.sock')
    expect(await proxy(path, new PassThrough(), new PassThrough())).to.match(
      /^failed to connect to socket at .*none\.sock: connect ENOENT/
    )
    expect(existsSync(path)).to.equal(false)
  })
})
