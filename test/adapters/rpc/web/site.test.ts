// The page at the wire: who is answered, with what, and what a page may ask. What is right for each combination of headers stands in
// the tables of this file, after the rules of docs/WEB.md.
import { expect } from 'chai'
import { once } from 'node:events'
import { WebSocket } from 'ws'
import { pageMethods } from '../../../../adapters/rpc/web/page-methods.ts'
import { methodsOf } from '../../../../adapters/rpc/methods/methods.ts'
import { copyHome, removeFolder } from '../../../support/fixture-home.ts'
import { HELLO, pageFolder, siteOf, TICKET, TOKEN } from '../../../support/page-site.ts'
import {
  clientOn,
  rawHttp,
  UPGRADE,
  wsServerOf,
  type WsServer
} from '../../../support/ws-client.ts'

/** Headers that a browser or program sends, by what they say; `own` is the address of the page. */
const HOSTS = {
  loopback: true,
  name: true,
  six: true,
  public: true,
  foreign: false,
  otherPort: false
}
const ORIGINS = { none: true, own: true, foreign: false, opaque: false }
const SITES = { none: true, 'same-origin': true, 'cross-site': false, 'same-site': false }

type Header = readonly [string, string]

const hostOf = (name: string, port: number): string =>
  ({
    loopback: `127.0.0.1:${port}`,
    name: `LocalHost:${port}`,
    six: `[::1]:${port}`,
    public: 'tunnel.example',
    foreign: `evil.example:${port}`,
    otherPort: `127.0.0.1:${port + 1}`
  })[name] ?? ''

const headersOf = (
  host: string,
  origin: string,
  site: string,
  port: number
): ReadonlyArray<Header> => [
  ['Host', hostOf(host, port)],
  ...(origin === 'none'
    ? []
    : [
        [
          'Origin',
          { own: `http://127.0.0.1:${port}`, foreign: 'https://evil.example', opaque: 'null' }[
            origin
          ] ?? ''
        ] as const
      ]),
  ...(site === 'none' ? [] : [['Sec-Fetch-Site', site] as const])
]

describe('the page at the wire', () => {
  let home = ''
  let folder = ''
  let server: WsServer
  before(async () => {
    home = copyHome('basic-142')
    folder = pageFolder()
    server = await wsServerOf(home, { siteAt: siteOf(folder), strict: false, profile: '0.169' })
  })
  after(async () => {
    await server.stop()
    removeFolder(home)
    removeFolder(folder)
  })

  const own = (): ReadonlyArray<Header> => headersOf('loopback', 'none', 'none', server.port)
  const get = (path: string, method = 'GET') => rawHttp(server.port, method, path, own())

  it('answers its own pages and programs, in each of 96 combinations of Host, Origin and Sec-Fetch-Site', async () => {
    const wrong: Array<string> = []
    let count = 0
    for (const [host, hostFits] of Object.entries(HOSTS))
      for (const [origin, originFits] of Object.entries(ORIGINS))
        for (const [site, siteFits] of Object.entries(SITES)) {
          const headers = headersOf(host, origin, site, server.port)
          const fits = hostFits && originFits && siteFits
          const { status } = await rawHttp(server.port, 'GET', '/', headers)
          const protocol: Header = ['Sec-WebSocket-Protocol', `unroll.v1, bearer.${TOKEN}`]
          const upgrade = await rawHttp(server.port, 'GET', '/', [...headers, ...UPGRADE, protocol])
          count += 1
          if (status !== (fits ? 200 : 403) || upgrade.status !== (fits ? 101 : 403))
            wrong.push(`${host} ${origin} ${site}: ${status} ${upgrade.status}`)
        }
    expect(wrong).to.deep.equal([])
    expect(count).to.equal(96)
  })

  it('opens no WebSocket for a page without its token', async () => {
    const headers = headersOf('loopback', 'own', 'same-origin', server.port)
    const statusWith = async (protocol: string | null) => {
      const more: ReadonlyArray<Header> =
        protocol === null ? [] : [['Sec-WebSocket-Protocol', protocol]]
      return (await rawHttp(server.port, 'GET', '/', [...headers, ...UPGRADE, ...more])).status
    }
    expect(await statusWith(null)).to.equal(401)
    for (const wrong of [
      'unroll.v1',
      'unroll.v1, bearer.',
      `unroll.v1, bearer.${TOKEN}x`,
      `bearer.${TOKEN}`,
      `other, bearer.${TOKEN}`
    ])
      expect(await statusWith(wrong), wrong).to.equal(401)
    expect(await statusWith(`unroll.v1, bearer.${TOKEN}`)).to.equal(101)
  })

  it('gives its document for every address inside of the page, and its files for ever', async () => {
    for (const path of ['/', '/t/01a1fcdc/turn/x', '/search?q=a.b', '/usage']) {
      const document = path.startsWith('/t/') ? 'page of threads' : 'page'
      const { status, body, headers } = await get(path)
      expect([path, status, body]).to.deep.equal([path, 200, `<!doctype html>${document}`])
      expect(headers['cache-control']).to.equal('no-store')
    }
    const { body, headers } = await get('/assets/main-1a2b.js')
    expect(body).to.equal('script')
    expect(headers['content-type']).to.equal('text/javascript; charset=utf-8')
    expect(headers['cache-control']).to.equal('max-age=31536000, immutable')
  })

  it('serves no other file', async () => {
    const paths = [
      '/assets/secret.txt',
      '/assets/index.html',
      '/assets/t.html',
      '/assets/../secret.txt',
      '/assets/%2e%2e/secret.txt',
      '/assets//etc/passwd',
      '/assets/',
      '/t/a.b',
      '/unknown'
    ]
    for (const path of paths) expect((await get(path)).status, path).to.equal(404)
    expect((await get('/', 'DELETE')).status).to.equal(405)
  })

  it('keeps every answer to itself, refusals too', async () => {
    const wanted: Readonly<Record<string, string>> = {
      'x-content-type-options': 'nosniff',
      'referrer-policy': 'no-referrer',
      'cross-origin-opener-policy': 'same-origin',
      'cross-origin-resource-policy': 'same-origin',
      'content-security-policy': [
        `default-src 'none'`,
        `script-src 'self'`,
        `style-src 'self'`,
        `img-src 'self' blob:`,
        `connect-src 'self' ws://127.0.0.1:${server.port} ws://localhost:${server.port} wss://tunnel.example`,
        `worker-src 'self'`,
        `font-src 'self'`,
        `base-uri 'none'`,
        `form-action 'none'`,
        `frame-ancestors 'none'`,
        `require-trusted-types-for 'script'`,
        'trusted-types dompurify unroll'
      ].join('; ')
    }
    const answers = await Promise.all([
      get('/'),
      get('/assets/none.js'),
      get('/hello'),
      rawHttp(server.port, 'GET', '/', headersOf('foreign', 'none', 'none', server.port))
    ])
    for (const { headers } of answers)
      expect(
        Object.fromEntries(Object.keys(wanted).map((name) => [name, headers[name]]))
      ).to.deep.equal(wanted)
  })

  it('exchanges a ticket once, reads no long body, and tells strangers its name alone', async () => {
    const post = async (
      path: string,
      body: string,
      more: Readonly<Record<string, string>> = {}
    ) => {
      const answer = await fetch(`http://127.0.0.1:${server.port}${path}`, {
        method: 'POST',
        body,
        headers: more
      })
      return [answer.status, await answer.text()] as const
    }
    expect(await post('/session', 'wrong')).to.deep.equal([
      403,
      'this address was used before, or is too old'
    ])
    expect(await post('/session', 'x'.repeat(4097))).to.deep.equal([413, ''])
    expect(await post('/session', TICKET)).to.deep.equal([200, JSON.stringify({ token: TOKEN })])
    expect((await post('/session', TICKET))[0]).to.equal(403)
    expect((await post('/ticket', ''))[0]).to.equal(401)
    const authorization = `Bearer ${TOKEN}`
    expect(await post('/ticket', '', { authorization })).to.deep.equal([
      200,
      JSON.stringify({ ticket: TICKET })
    ])
    expect(JSON.parse((await get('/hello')).body)).to.deep.equal(HELLO)
  })
})

describe('what a page may ask', () => {
  const ask = async (writable: boolean, method: string, params: object) => {
    const home = copyHome('basic-142')
    const folder = pageFolder()
    const options = {
      siteAt: siteOf(folder, { writable }),
      strict: false,
      profile: '0.169'
    } as const
    const server = await wsServerOf(home, options)
    const socket = new WebSocket(server.url, ['unroll.v1', `bearer.${TOKEN}`], {
      origin: `http://127.0.0.1:${server.port}`
    })
    await once(socket, 'open')
    const client = clientOn(socket)
    await client.ask('initialize', {
      clientInfo: { name: 'unroll-web', version: '1' },
      capabilities: { experimentalApi: true }
    })
    const answer = await client.ask(method, params)
    socket.close()
    await server.stop()
    removeFolder(home)
    removeFolder(folder)
    return answer
  }

  it('reads, and changes nothing', async () => {
    expect(await ask(false, 'thread/list', { limit: 1 })).to.have.property('result')
    const refused = [
      'thread/archive',
      'turn/start',
      'config/read',
      'thread/inject_items',
      'no/such/method'
    ]
    for (const method of refused)
      expect(await ask(false, method, {})).to.deep.equal({
        error: { code: -32601, message: `${method} is not open to pages` }
      })
  })

  it('changes what it was given to change, and no more', async () => {
    const threadId = '00000000-0000-7000-8000-000000000000'
    const { error } = await ask(true, 'thread/archive', { threadId })
    expect((error as { readonly code: number }).code).to.equal(-32600)
    for (const method of ['turn/start', 'thread/inject_items', 'skills/config/write'])
      expect(await ask(true, method, { threadId })).to.deep.equal({
        error: { code: -32601, message: `${method} is not open to pages` }
      })
  })

  it('names methods that there are', () => {
    const known = methodsOf({ profile: '0.169', strict: false })
    // What only the era before knew.
    const earlier = new Set(['thread/rollback'])
    const unknown = [...pageMethods(true)].filter((name) => !known.has(name) && !earlier.has(name))
    expect(unknown).to.deep.equal([])
  })
})
