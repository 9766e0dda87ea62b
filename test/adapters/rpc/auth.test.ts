import { expect } from 'chai'
import * as E from 'fp-ts/lib/Either.js'
import { join } from 'node:path'
import { authOf, authSettings, type AuthOptions } from '../../../adapters/rpc/transports/auth.ts'
import { HEALTH } from '../../../adapters/rpc/transports/http.ts'
import { parseListen, type Transport } from '../../../adapters/rpc/transports/listen.ts'
import { openTcp } from '../../../adapters/rpc/transports/tcp.ts'
import { CONVERSATIONS } from '../../support/conversations.ts'
import { FIXTURES, readJson, removeFolder, temporaryFolder } from '../../support/fixture-home.ts'
import { serverOf } from '../../support/rpc-client.ts'
import {
  HTTP_GROUPS,
  KNOWN_DIFFERENCES,
  REFUSED_STARTS,
  askRow,
  writeSecrets
} from '../../support/transport-matrix.ts'
import { rawHttp } from '../../support/ws-client.ts'

// What a client meets before its first message, compared with the recorded answers of Codex 0.142.5. Groups bear the
// names of Codex's own tests where it has one.

const RECORDED = readJson(join(FIXTURES, 'transports', '0.142.5.json')) as Readonly<
  Record<string, unknown>
>
const PEER_NAMES: Readonly<Record<string, string>> = {
  'without authentication':
    'websocket_transport_serves_health_endpoints_on_same_listener, websocket_transport_rejects_browser_origin_without_auth',
  'capability token in a file': 'websocket_transport_rejects_missing_and_invalid_capability_tokens',
  'signed tokens': 'websocket_transport_verifies_signed_short_lived_bearer_tokens'
}
/** Answers of ours that are meant to differ. */
const OURS: Readonly<Record<string, unknown>> = {
  'without authentication | upgrade with a bad key': {
    status: 400,
    body: 'Missing or invalid Sec-WebSocket-Key header',
    headers: { 'content-type': 'text/html' }
  },
  'signed tokens | unknown crit': {
    status: 401,
    body: 'invalid websocket jwt',
    headers: { 'content-type': 'text/plain; charset=utf-8' }
  },
  'conversation | close': '1005',
  'conversation | close with a code': '1000 bye',
  'conversation | close with a code of one’s own': '4321',
  'start | no token file': '1: failed to read websocket auth secret {{FOLDER}}/none: ENOENT'
}

const titleOf = (key: string, name: string): string =>
  key in KNOWN_DIFFERENCES ? `${name} (other than Codex: ${KNOWN_DIFFERENCES[key]})` : name
const expected = (key: string): unknown => OURS[key] ?? RECORDED[key]

/** Opens a listener as the command line does. */
const openWith = async (
  options: AuthOptions,
  host: string,
  say: (banner: string) => void
): Promise<E.Either<string, Transport>> => {
  const settings = authSettings(options)
  if (E.isLeft(settings)) return settings
  const auth = await authOf(settings.right)
  if (E.isLeft(auth)) return auth
  const routes = {
    ...HEALTH,
    '/broken': { body: () => Promise.reject(new Error('no figures')) },
    '/here': { contentType: 'text/plain', loopbackOnly: true, body: () => 'page' } as const
  }
  return openTcp({ kind: 'websocket', host, port: 0 }, { auth: auth.right, routes, say })
}

describe('before the first message', () => {
  let folder = ''
  before(() => {
    folder = temporaryFolder()
    writeSecrets(folder)
  })
  after(() => removeFolder(folder))

  const serving = (
    options: () => AuthOptions
  ): { readonly port: () => number; readonly banner: () => string } => {
    const stop = new AbortController()
    let banner = ''
    let ended: Promise<void> = Promise.resolve()
    let close: () => Promise<void> = () => Promise.resolve()
    before(async () => {
      const opened = await openWith(options(), '127.0.0.1', (text) => (banner = text))
      if (E.isLeft(opened)) throw new Error(opened.left)
      const test = serverOf(folder)
      close = test.close
      ended = opened.right.serve(test.server, stop.signal)
    })
    after(async () => {
      stop.abort()
      await ended
      await close()
    })
    return {
      port: () => Number(/ws:\/\/127\.0\.0\.1:(\d+)/.exec(banner)?.[1]),
      banner: () => banner
    }
  }

  for (const { name, auth, rows } of HTTP_GROUPS) {
    describe(`${PEER_NAMES[name] ?? 'HTTP'}: ${name}`, () => {
      const { port } = serving(() => auth(folder))
      for (const row of rows) {
        const key = `${name} | ${row.name}`
        it(titleOf(key, row.name), async () => {
          expect(await askRow(port(), row)).to.deep.equal(expected(key))
        })
      }
    })
  }

  describe('conversations', () => {
    const { port, banner } = serving(() => ({}))
    for (const { name, outcome } of CONVERSATIONS) {
      const key = `conversation | ${name}`
      it(titleOf(key, name), async () => {
        expect(await outcome(port())).to.equal(expected(key))
      })
    }

    it('begin where the banner says', () => {
      const at = `127.0.0.1:${port()}`
      expect(banner().split('\n')).to.deep.equal([
        'unroll app-server (WebSockets)',
        `  listening on: ws://${at}`,
        `  readyz: http://${at}/readyz`,
        `  healthz: http://${at}/healthz`,
        '  note: binds localhost only (use SSH port-forwarding for remote access)',
        ''
      ])
    })

    it('leave room for pages that only this machine sees, and no browser', async () => {
      const page = await rawHttp(port(), 'GET', '/here')
      expect([page.status, page.headers['content-type'], page.body]).to.deep.equal([
        200,
        'text/plain',
        'page'
      ])
      expect((await rawHttp(port(), 'GET', '/here', [['Origin', 'null']])).status).to.equal(403)
    })

    it('go on when a page fails', async () => {
      const { status, body } = await rawHttp(port(), 'GET', '/broken')
      expect([status, body]).to.deep.equal([500, 'no figures'])
    })
  })

  describe('websocket_transport_rejects_short_signed_bearer_secret_configuration and other starts', () => {
    for (const { name, host = '127.0.0.1', auth } of REFUSED_STARTS) {
      const key = `start | ${name}`
      const peer =
        host === '0.0.0.0'
          ? 'websocket_transport_rejects_unauthenticated_non_loopback_startup: '
          : ''
      it(`${peer}${titleOf(key, name)}`, async () => {
        const opened = await openWith(auth(folder), host, () => undefined)
        const said = E.isLeft(opened) ? opened.left.replaceAll(folder, '{{FOLDER}}') : 'started'
        expect(`1: ${said}`).to.equal(expected(key))
      })
    }
  })
})

describe('--listen', () => {
  const parsed = (url: string) => parseListen(url, { home: '/home/me', cwd: '/work' })

  it('listen_off_parses_as_off_transport', () => {
    expect(parsed('off')).to.deep.equal(E.right({ kind: 'off' }))
  })

  it('takes stdio, socket files and addresses', () => {
    const path = '/home/me/app-server-control/app-server-control.sock'
    expect(parsed('stdio://')).to.deep.equal(E.right({ kind: 'stdio' }))
    expect(parsed('unix://')).to.deep.equal(E.right({ kind: 'unix', path }))
    expect(parsed('unix:///a/b.sock')).to.deep.equal(E.right({ kind: 'unix', path: '/a/b.sock' }))
    expect(parsed('unix://b.sock')).to.deep.equal(E.right({ kind: 'unix', path: '/work/b.sock' }))
    expect(parsed('ws://127.0.0.1:0')).to.deep.equal(
      E.right({ kind: 'websocket', host: '127.0.0.1', port: 0 })
    )
    expect(parsed('ws://[::1]:80')).to.deep.equal(
      E.right({ kind: 'websocket', host: '::1', port: 80 })
    )
  })

  for (const url of ['http://x', 'ws://localhost:0', 'ws://127.0.0.1:0/x', 'ws://127.0.0.1'])
    it(`refuses ${url} in the words of Codex`, () => {
      const refused = parsed(url)
      expect(E.isLeft(refused) ? `2: ${refused.left}` : refused).to.equal(
        RECORDED[`start | --listen ${url}`]
      )
    })

  it('refuses names, ports out of range, bare IPv6 and what is no URL', () => {
    for (const url of [
      '',
      'ws://',
      'ws://::1:80',
      'ws://1.2.3.4:65536',
      'ws://1.2.3:4',
      'wss://1.2.3.4:5'
    ])
      expect(E.isLeft(parsed(url)), url).to.equal(true)
  })
})
