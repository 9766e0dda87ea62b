// Connections to a store. The goal: with every setting they come about or say why not, nothing secret is ever told, and what
// is closed is closed. The method: the stand-in with TLS and passwords, servers of other kinds, and a process that must end.
import { Server, ServerCredentials } from '@grpc/grpc-js'
import { expect } from 'chai'
import * as E from 'fp-ts/lib/Either.js'
import { spawn } from 'node:child_process'
import { once } from 'node:events'
import { createServer } from 'node:http'
import { createServer as createTcpServer, type AddressInfo, type Socket } from 'node:net'
import { join } from 'node:path'
import { inspect } from 'node:util'
import { connectWire } from '../../../../adapters/log/eventstore/connection/connect.ts'
import { hint } from '../../../../adapters/hint.ts'
import { describe as inWords, type StoreError } from '../../../../domain/errors.ts'
import {
  CERTIFICATE_FILE,
  testCertificate
} from '../../../support/eventstore-server/certificate.ts'
import { BEHAVIOURS_OF } from '../../../support/eventstore-server/behaviours.ts'
import { startCluster } from '../../../support/eventstore-server/cluster.ts'
import { sessions } from '../../../support/eventstore-server/session.ts'
import {
  everything,
  left,
  right,
  several,
  until,
  untilFailure,
  wires
} from '../../../support/wires.ts'

const FILE = encodeURIComponent(CERTIFICATE_FILE)
const SOON = { deadlineMs: 1 }
const nobody = new AbortController().signal

/** What a failure says, everywhere where somebody may look. */
const everythingSaid = (error: StoreError): string =>
  [JSON.stringify(error), inWords(error), hint(error), inspect(error, { depth: 9 })].join('\n')

describe('a connection to a store', () => {
  const { start, ends } = sessions()
  const open = wires()

  it('is made without the server, and refused without the client package', async () => {
    const wire = await open('esdb://nowhere.invalid:1')
    expect(wire.name).to.equal('esdb://nowhere.invalid:1')
    const missing = await connectWire('esdb://user:hush@h', { load: async () => null })
    expect(left(missing)).to.deep.equal({
      _tag: 'StoreRefused',
      where: 'esdb://h:2113',
      reason: 'the package @eventstore/db-client, which talks to it, is not installed',
      next: 'install it beside unroll with "npm install @eventstore/db-client@6.2.1", with -g when unroll is installed so'
    })
  })

  it('is no connection when the string cannot be read, or a file that it names', async () => {
    expect(left(await connectWire('esdb://h?colour=red'))._tag).to.equal('InvalidRequest')
    const path = join(import.meta.dirname, 'no-such.pem')
    const unread = left(await connectWire(`esdb://h?tlsCaFile=${encodeURIComponent(path)}`))
    expect(unread).to.deep.include({ _tag: 'IoFailure', operation: 'open', path })
  })

  describe('with TLS', () => {
    const secure = async () =>
      (await start({ certificate: testCertificate(), users: { admin: 'pass:w@rd/1' } })).server
    const USER = 'admin:pass%3Aw%40rd%2F1@'
    const url = ({ port }: { readonly port: number }, user: string, parameters: string): string =>
      `esdb://${user}localhost:${port}?${parameters}`

    it('takes a server whose authority is known, and sends user and password', async () => {
      const server = await secure()
      const wire = await open(url(server, USER, `tlsCaFile=${FILE}`))
      right(await wire.append('thread-a', 'no_stream', several(2)))
      expect(await everything(wire.read('thread-a', 0))).to.have.length(2)
      for await (const told of wire.subscribe(['thread-'], 'start', nobody)) {
        if (told.kind === 'caught_up') break
      }
    })

    it('takes any server when it is told not to look', async () => {
      const server = await secure()
      const wire = await open(url(server, USER, 'tlsVerifyCert=false'))
      right(await wire.append('thread-a', 'no_stream', several(2)))
    })

    it('refuses a server that it does not know, once', async () => {
      const server = await secure()
      const wire = await open(url(server, USER, 'tls=true'))
      const error = left(await wire.append('thread-a', 'no_stream', several(1)))
      expect(error).to.deep.include({ _tag: 'StoreRefused', where: wire.name })
      expect(inWords(error)).to.match(/no secure connection: .*certificate/)
      expect(hint(error)).to.match(/tlsCaFile=PATH/)
    })

    it('refuses a server without TLS, and says so', async () => {
      const { server } = await start()
      const wire = await open(`esdb://127.0.0.1:${server.port}`)
      const error = left(await wire.append('thread-a', 'no_stream', several(1)))
      expect(error._tag).to.equal('StoreRefused')
      expect(hint(error)).to.match(/for a server without TLS say tls=false/)
    })

    for (const hosts of ['127.0.0.1:PORT', '127.0.0.1:PORT,127.0.0.1:PORT'])
      it(`says of ${hosts} that it talks TLS where it is asked without, and the reverse`, async () => {
        const [secured, plain] = [await secure(), (await start()).server]
        const refused = async (port: number, tls: boolean) => {
          const at = hosts.replaceAll('PORT', String(port))
          const wire = await open(`esdb://${at}?tls=${tls}`, SOON)
          const errors = [
            left(await wire.append('thread-a', 'no_stream', several(1))),
            (await untilFailure(wire.subscribe(['thread-'], 'start', nobody))).error
          ]
          return errors.map((error) => `${inWords(error)}; ${hint(error)}`)
        }
        for (const words of await refused(secured.port, false)) {
          expect(words).to.match(/refused: it talks TLS only, .*; leave out tls=false/)
        }
        for (const words of await refused(plain.port, true)) {
          expect(words).to.match(/refused: .*; .*for a server without TLS say tls=false/)
        }
        expect([secured.log.length, plain.log.length]).to.deep.equal([0, 0])
      })

    it('is refused with a wrong password, and without one', async () => {
      const server = await secure()
      for (const user of ['admin:wrong@', '']) {
        const wire = await open(url(server, user, `tlsCaFile=${FILE}`))
        const appended = await wire.append('thread-a', 'no_stream', several(1))
        expect(left(appended)._tag).to.equal('StoreRefused')
        expect((await untilFailure(wire.read('thread-a', 0))).error._tag).to.equal('StoreRefused')
        const followed = wire.subscribe(['thread-'], 'start', nobody)
        expect((await untilFailure(followed)).error._tag).to.equal('StoreRefused')
      }
      expect(server.log).to.have.length(0)
    })
  })

  it('works with user and password where there is no TLS and nobody asks', async () => {
    const { server } = await start()
    const wire = await open(server.url.replace('//', '//admin:changeit@'))
    right(await wire.append('thread-a', 'no_stream', several(1)))
  })

  describe('to servers of all ages', () => {
    for (const version of ['22.10.5', '21.10.11', '23.6.0'])
      it(`is refused by ${version}, before anything is written`, async () => {
        const { server } = await start({ version })
        const wire = await open(server.url)
        const errors = [
          left(await wire.append('thread-a', 'any', several(1))),
          left(await wire.tombstone('thread-a')),
          (await untilFailure(wire.read('thread-a', 0))).error,
          (await untilFailure(wire.subscribe(['thread-'], 'start', nobody))).error
        ]
        for (const error of errors)
          expect({ ...error }).to.deep.equal({
            _tag: 'StoreRefused',
            where: wire.name,
            reason: `it is version ${version}, and 23.10 is the oldest that can be used`,
            next: 'upgrade the server to EventStoreDB 23.10 or newer, or to KurrentDB'
          })
        expect(server.log).to.have.length(0)
      })

    for (const behaviours of [...Object.values(BEHAVIOURS_OF), { version: '0.0.0' }])
      it(`is made to ${behaviours.version}`, async () => {
        const { server } = await start(behaviours)
        const wire = await open(server.url)
        right(await wire.append('thread-a', 'no_stream', several(2)))
        expect(await everything(wire.read('thread-a', 0))).to.have.length(2)
        expect(server.calls.features).to.equal(1)
      })

    it('asks again when the question was not answered', async () => {
      const { server } = await start()
      const wire = await open(server.url)
      for (const how of ['internal', 'unknown', 'unavailable', 'deadline'] as const)
        server.fail({ method: 'features', with: how })
      right(await wire.append('thread-a', 'no_stream', several(1)))
      expect(server.calls.features).to.equal(5)
    })
  })

  describe('to something else', () => {
    it('is refused by a gRPC server of another kind', async () => {
      const other = new Server()
      const port = await new Promise<number>((resolve, reject) =>
        other.bindAsync('127.0.0.1:0', ServerCredentials.createInsecure(), (cause, bound) =>
          cause === null ? resolve(bound) : reject(cause)
        )
      )
      const wire = await open(`esdb://127.0.0.1:${port}?tls=false`)
      const errors = [
        left(await wire.append('thread-a', 'any', several(1))),
        left(await wire.tombstone('thread-a')),
        (await untilFailure(wire.read('thread-a', 0))).error,
        (await untilFailure(wire.subscribe(['thread-'], 'start', nobody))).error,
        (await untilFailure(wire.subscribe(['thread-'], 'end', nobody))).error
      ]
      other.forceShutdown()
      for (const error of errors) {
        expect(error._tag).to.equal('StoreRefused')
        expect(hint(error)).to.match(/check that an EventStoreDB/)
      }
    })

    it('ends in time with a web server, and with one that takes connections and says nothing', async () => {
      const web = createServer((_, response) => void response.end('hello'))
      const mute = createTcpServer()
      const sockets: Socket[] = []
      mute.on('connection', (socket) => sockets.push(socket))
      for (const server of [web, mute]) {
        await once(server.listen(0, '127.0.0.1'), 'listening')
        const { port } = server.address() as AddressInfo
        const wire = await open(`esdb://127.0.0.1:${port}?tls=false&defaultDeadline=300`, SOON)
        const errors = [
          left(await wire.append('thread-a', 'any', several(1))),
          left(await wire.tombstone('thread-a')),
          (await untilFailure(wire.read('thread-a', 0))).error,
          (await untilFailure(wire.subscribe(['thread-'], 'start', nobody))).error,
          (await untilFailure(wire.subscribe(['thread-'], 'end', nobody))).error
        ]
        expect(errors.map(({ _tag }) => _tag)).to.deep.equal(errors.map(() => 'StoreUnavailable'))
        server.close()
      }
      for (const socket of sockets) socket.destroy()
    })

    it('goes to the node that answers when others take connections and say nothing', async () => {
      const { server } = await start()
      const mute = createTcpServer()
      const sockets: Socket[] = []
      mute.on('connection', (socket) => sockets.push(socket))
      await once(mute.listen(0, '127.0.0.1'), 'listening')
      const silent = `127.0.0.1:${(mute.address() as AddressInfo).port}`
      const wire = await open(
        `esdb://${silent},${silent},127.0.0.1:${server.port}?tls=false&defaultDeadline=5000`
      )
      right(await wire.append('thread-a', 'no_stream', several(1)))
      mute.close()
      for (const socket of sockets) socket.destroy()
    })

    it('ends in time with a cluster of which no node answers', async () => {
      const wire = await open('esdb://127.0.0.1:1,127.0.0.1:2?tls=false&discoveryInterval=0', SOON)
      expect(left(await wire.append('thread-a', 'any', several(1)))).to.deep.equal({
        _tag: 'StoreUnavailable',
        where: 'esdb://127.0.0.1:1,127.0.0.1:2',
        reason: 'no node of the cluster answered'
      })
    })
  })

  describe('when it is closed', () => {
    it('does nothing more, and may be closed again', async () => {
      const { server } = await start()
      const wire = await open(server.url)
      right(await wire.append('thread-a', 'no_stream', several(300)))
      const reader = wire.read('thread-a', 0)[Symbol.asyncIterator]()
      await reader.next()
      const follower = untilFailure(wire.subscribe(['thread-'], 'start', nobody))
      await until(() => server.openSubscriptions() === 1)
      await Promise.all([wire.dispose(), wire.dispose()])
      const closed = {
        _tag: 'StoreUnavailable',
        where: wire.name,
        reason: 'the connection was closed'
      }
      expect({ ...(await follower).error }).to.deep.equal(closed)
      expect(left(await wire.append('thread-a', 'any', several(1)))).to.deep.equal(closed)
      expect(left(await wire.tombstone('thread-a'))).to.deep.equal(closed)
      expect({ ...(await untilFailure(wire.read('thread-a', 0))).error }).to.deep.equal(closed)
      const again = wire.subscribe(['thread-'], 'start', nobody)
      expect({ ...(await untilFailure(again)).error }).to.deep.equal(closed)
      await until(() => server.openSubscriptions() === 0)
      expect(server.log).to.have.length(300)
      await reader.return?.()
    })

    it('ends what waits for a node of the cluster, and nothing of it comes later', async () => {
      const cluster = await startCluster(2)
      ends(cluster)
      const unhandled: unknown[] = []
      const note = (cause: unknown): void => void unhandled.push(cause)
      process.on('unhandledRejection', note)
      const wire = await open(cluster.url)
      const release = cluster.nodes.map((node) => node.hold('gossip'))
      const waiting = [
        wire.append('thread-a', 'any', several(1)).then(left),
        wire.tombstone('thread-a').then(left),
        untilFailure(wire.read('thread-a', 0)).then(({ error }) => error)
      ]
      await until(() => cluster.nodes.some((node) => node.calls.gossip > 0))
      await wire.dispose()
      for (const go of release) go()
      for (const error of await Promise.all(waiting)) {
        expect({ ...error }).to.deep.include({ reason: 'the connection was closed' })
      }
      const next = await open(cluster.url)
      right(await next.append('thread-a', 'no_stream', several(1)))
      process.off('unhandledRejection', note)
      expect(unhandled).to.deep.equal([])
      expect(cluster.nodes[0]?.log).to.have.length(1)
    })

    it('ends what waits for its next attempt', async () => {
      const wire = await open('esdb://127.0.0.1:1?tls=false')
      const appended = wire.append('thread-a', 'any', several(1))
      const read = untilFailure(wire.read('thread-a', 0))
      const followed = untilFailure(wire.subscribe(['thread-'], 'start', nobody))
      await wire.dispose()
      const errors = [left(await appended), (await read).error, (await followed).error]
      for (const error of errors) expect(error._tag).to.equal('StoreUnavailable')
    })

    it('lets the process end, whatever was going on', async () => {
      const { server } = await start()
      const entry = join(import.meta.dirname, '..', '..', '..', 'support', 'wire-entry.ts')
      const child = spawn(process.execPath, ['--import', 'tsx', entry, server.url], {
        stdio: ['ignore', 'pipe', 'inherit']
      })
      let said = ''
      child.stdout.setEncoding('utf8').on('data', (text: string) => (said += text))
      expect(await once(child, 'exit')).to.deep.equal([0, null])
      expect(said).to.equal('caught up\nthe follower was told\ndisposed\n')
    })
  })

  it('never tells its password, whatever fails', async () => {
    const password = 'Hush1/Hush2'
    const user = `user:${encodeURIComponent(password)}@`
    const { server } = await start({ certificate: testCertificate(), users: { user: 'other' } })
    const { server: plain } = await start()
    const strings = [
      `esdb://${user}localhost:${server.port}?tlsCaFile=${FILE}`,
      `esdb://${user}localhost:${server.port}`,
      `esdb://${user}127.0.0.1:1`,
      `esdb://${user}127.0.0.1:1,127.0.0.1:2?discoveryInterval=0`,
      `esdb+discover://${user}127.0.0.1:1?discoveryInterval=0`,
      `esdb://${user}nowhere.invalid`,
      `esdb://${user}127.0.0.1:${plain.port}`,
      `esdb://${user}h?tlsCaFile=/no-such-file`,
      `esdb://${user}h?colour=red`,
      `esdb://${user}h:port`
    ]
    const errors: StoreError[] = []
    for (const string of strings) {
      const connected = await connectWire(string, SOON)
      if (E.isLeft(connected)) errors.push(connected.left)
      else {
        const wire = await open(string, SOON)
        expect(wire.name).not.to.match(/Hush|user/)
        errors.push(
          left(await wire.append('thread-a', 'any', several(1))),
          (await untilFailure(wire.read('thread-a', 0))).error,
          (await untilFailure(wire.subscribe(['thread-'], 'start', nobody))).error
        )
        await connected.right.dispose()
      }
    }
    expect(errors).to.have.length(3 * 7 + 3)
    const secrets = ['Hush1', 'Hush2', Buffer.from(`user:${password}`).toString('base64')]
    for (const error of errors) {
      for (const secret of secrets) expect(everythingSaid(error)).not.to.include(secret)
    }
  })

  it('takes the password out of what a server says', async () => {
    const password = 'Hush1-Hush2'
    const other = new Server()
    const bytes = {
      responseStream: false,
      requestSerialize: (given: Buffer) => given,
      requestDeserialize: (given: Buffer) => given,
      responseSerialize: (given: Buffer) => given,
      responseDeserialize: (given: Buffer) => given
    }
    const client = '/event_store.client'
    const definition = {
      append: { ...bytes, path: `${client}.streams.Streams/Append`, requestStream: true },
      version: {
        ...bytes,
        path: `${client}.server_features.ServerFeatures/GetSupportedMethods`,
        requestStream: false
      }
    }
    const details = `no ${password} of user:${password}, nor ${Buffer.from(`user:${password}`).toString('base64')}`
    other.addService(definition, {
      append: (_: unknown, answer: (error: object) => void) => answer({ code: 7, details }),
      // Who may not ask for the version is not refused for that.
      version: (_: unknown, answer: (error: object) => void) => answer({ code: 7, details: 'no' })
    })
    const port = await new Promise<number>((resolve, reject) =>
      other.bindAsync('127.0.0.1:0', ServerCredentials.createInsecure(), (cause, bound) =>
        cause === null ? resolve(bound) : reject(cause)
      )
    )
    const wire = await open(`esdb://user:${password}@127.0.0.1:${port}?tls=false`)
    expect(left(await wire.append('thread-a', 'any', several(1)))).to.deep.include({
      reason: 'no *** of ***, nor ***'
    })
    other.forceShutdown()
  })
})
