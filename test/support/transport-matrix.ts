/**
 * Requests that come before any message, and starts that are refused: the same questions for Codex, whose answers are
 * recorded in test/fixtures/transports, and for unroll.
 */
import { createHash, createHmac } from 'node:crypto'
import { writeFileSync } from 'node:fs'
import { join } from 'node:path'
import type { AuthOptions } from '../../adapters/rpc/transports/auth.ts'
import { rawHttp, UPGRADE } from './ws-client.ts'

type Headers = ReadonlyArray<readonly [string, string]>

export interface HttpRow {
  readonly name: string
  readonly method?: string
  readonly path?: string
  /** May depend on the clock. */
  readonly headers: () => Headers
}

/** Requests to a server that was started one way. */
export interface HttpGroup {
  readonly name: string
  /** Options of the server; the files they name are in `folder`. */
  readonly auth: (folder: string) => AuthOptions
  readonly rows: ReadonlyArray<HttpRow>
}

/** What is compared of an HTTP answer. */
export interface HttpOutcome {
  readonly status: number
  readonly body: string
  readonly headers: Readonly<Record<string, string>>
}

const TOKEN = 'correct horse'
const SECRET = '0123456789abcdef0123456789abcdef'
const COMPARED = ['content-type', 'allow', 'sec-websocket-accept', 'sec-websocket-extensions']

/** Writes the files that options name. */
export const writeSecrets = (folder: string): void => {
  writeFileSync(join(folder, 'token'), `  ${TOKEN}\n`)
  writeFileSync(join(folder, 'secret'), `${SECRET}\n`)
  writeFileSync(join(folder, 'short'), SECRET.slice(1))
  writeFileSync(join(folder, 'empty'), ' \n')
}

/** Asks one row of a server at a port or a socket file. */
export const askRow = async (
  to: number | string,
  { method = 'GET', path = '/', headers }: HttpRow
): Promise<HttpOutcome> => {
  const answer = await rawHttp(to, method, path, headers())
  const kept = Object.entries(answer.headers).filter(([name]) => COMPARED.includes(name))
  return { status: answer.status, body: answer.body, headers: Object.fromEntries(kept) }
}

const without = (name: string): Headers => UPGRADE.filter(([key]) => key !== name)
const withHeader = (name: string, value: string): Headers => [...without(name), [name, value]]
const row = (name: string, headers: Headers | (() => Headers) = [], rest = {}): HttpRow => ({
  name,
  headers: typeof headers === 'function' ? headers : () => headers,
  ...rest
})
const authorized = (name: string, ...values: ReadonlyArray<string>): HttpRow =>
  row(name, [...UPGRADE, ...values.map((value) => ['Authorization', value] as const)])

const base64 = (value: unknown): string =>
  Buffer.from(typeof value === 'string' ? value : JSON.stringify(value)).toString('base64url')

interface Signing {
  readonly header?: unknown
  readonly key?: string
  readonly hash?: string
}

const jwt = (
  claims: unknown,
  { header = { alg: 'HS256', typ: 'JWT' }, key = SECRET, hash = 'sha256' }: Signing = {}
): string => {
  const signed = `${base64(header)}.${base64(claims)}`
  return `${signed}.${hash === '' ? '' : createHmac(hash, key).update(signed).digest('base64url')}`
}

const nowSeconds = (): number => Math.floor(Date.now() / 1000)
/** A token whose claims count from now; `exp` in a minute unless told otherwise. */
const token = (name: string, claims: (now: number) => object, signing?: Signing): HttpRow =>
  row(name, () => {
    const now = nowSeconds()
    return [
      ...UPGRADE,
      ['Authorization', `Bearer ${jwt({ exp: now + 60, ...claims(now) }, signing)}`]
    ]
  })

const OPEN: ReadonlyArray<HttpRow> = [
  row('GET /readyz', [], { path: '/readyz' }),
  row('GET /healthz', [], { path: '/healthz' }),
  row('GET /readyz?x=1', [], { path: '/readyz?x=1' }),
  row('GET /readyz/', [], { path: '/readyz/' }),
  row('HEAD /readyz', [], { path: '/readyz', method: 'HEAD' }),
  row('OPTIONS /readyz', [], { path: '/readyz', method: 'OPTIONS' }),
  row('POST /readyz', [['Content-Length', '0']], { path: '/readyz', method: 'POST' }),
  row('upgrade of /readyz', UPGRADE, { path: '/readyz' }),
  row('GET /', []),
  row('POST /', [['Content-Length', '0']], { method: 'POST' }),
  row('HEAD /', [], { method: 'HEAD' }),
  row('Origin on /readyz', [['Origin', 'http://a.example']], { path: '/readyz' }),
  row('empty Origin on /healthz', [['Origin', '']], { path: '/healthz' }),
  row('Origin null on /', [['Origin', 'null']]),
  row('Origin with OPTIONS', [['Origin', 'http://a.example']], { method: 'OPTIONS' }),
  row('Origin with upgrade', [...UPGRADE, ['Origin', 'http://127.0.0.1']]),
  row('upgrade', UPGRADE),
  row('upgrade of any path', UPGRADE, { path: '/any/path?x=1' }),
  row('upgrade with POST', UPGRADE, { method: 'POST' }),
  row('upgrade that offers compression', [
    ...UPGRADE,
    ['Sec-WebSocket-Extensions', 'permessage-deflate; client_max_window_bits']
  ]),
  row('upgrade that offers subprotocols', [...UPGRADE, ['Sec-WebSocket-Protocol', 'a, b']]),
  row('upgrade of version 8', withHeader('Sec-WebSocket-Version', '8')),
  row('upgrade without version', without('Sec-WebSocket-Version')),
  row('upgrade without key', without('Sec-WebSocket-Key')),
  row('upgrade with a bad key', withHeader('Sec-WebSocket-Key', 'abc')),
  row('upgrade to h2c', withHeader('Upgrade', 'h2c')),
  row('upgrade to nothing', [['Connection', 'Upgrade']]),
  row('upgrade and keep-alive', withHeader('Connection', 'keep-alive, Upgrade')),
  authorized('upgrade with a token nobody asked for', 'Basic x')
]

const CAPABILITY: ReadonlyArray<HttpRow> = [
  row('no token', UPGRADE),
  authorized('the token', `Bearer ${TOKEN}`),
  authorized('scheme in lower case', `bearer ${TOKEN}`),
  authorized('many spaces', `Bearer    ${TOKEN}  `),
  authorized('a tab', `Bearer\t${TOKEN}`),
  authorized('wrong token', 'Bearer wrong'),
  authorized('beginning of the token', `Bearer ${TOKEN.slice(0, -1)}`),
  authorized('token and more', `Bearer ${TOKEN} x`),
  authorized('another scheme', `Basic ${TOKEN}`),
  authorized('no scheme', 'wrong'),
  authorized('scheme alone', 'Bearer'),
  authorized('scheme and space', 'Bearer '),
  authorized('empty header', ''),
  authorized('not ASCII', 'Bearer \xe9'),
  authorized('the token, then a wrong one', `Bearer ${TOKEN}`, 'Bearer wrong'),
  authorized('a wrong token, then the token', 'Bearer wrong', `Bearer ${TOKEN}`),
  row('token in the query', UPGRADE, { path: `/?token=${encodeURIComponent(TOKEN)}` }),
  row('GET / without token', []),
  row('GET /readyz without token', [], { path: '/readyz' }),
  row('Origin without token', [...UPGRADE, ['Origin', 'x']]),
  row('upgrade without key and token', without('Sec-WebSocket-Key'))
]

const NONE = { header: { alg: 'none' }, hash: '' }
const SIGNED: ReadonlyArray<HttpRow> = [
  token('valid', () => ({})),
  token('no exp', () => ({ exp: undefined })),
  token('expired 25 s ago', (now) => ({ exp: now - 25 })),
  token('expired 35 s ago', (now) => ({ exp: now - 35 })),
  token('valid in 25 s', (now) => ({ nbf: now + 25 })),
  token('valid in 35 s', (now) => ({ nbf: now + 35 })),
  token('issued in the future', (now) => ({ iat: now + 3000 })),
  token('alg none', () => ({}), NONE),
  token('alg HS512', () => ({}), { header: { alg: 'HS512' }, hash: 'sha512' }),
  token('wrong secret', () => ({}), { key: 'x'.repeat(32) }),
  token('secret with its newline', () => ({}), { key: `${SECRET}\n` }),
  token('no typ', () => ({}), { header: { alg: 'HS256' } }),
  token('with kid', () => ({}), { header: { alg: 'HS256', kid: 'k' } }),
  token('unknown crit', () => ({}), { header: { alg: 'HS256', crit: ['x'], x: 1 } }),
  token('exp is text', (now) => ({ exp: `${now + 60}` })),
  token('exp has a fraction', (now) => ({ exp: now + 60.5 })),
  token('exp is negative', () => ({ exp: -5 })),
  token('exp is huge', () => ({ exp: 1e30 })),
  token('nbf is text', () => ({ nbf: 'x' })),
  token('nbf is null', () => ({ nbf: null })),
  token('iss is a number', () => ({ iss: 5 })),
  token('aud is a number', () => ({ aud: 5 })),
  token('aud has a number', () => ({ aud: ['x', 5] })),
  token('iss and aud nobody asked for', () => ({ iss: 'a', aud: 'b' })),
  authorized('no JWT', 'Bearer abc'),
  authorized('three dots', 'Bearer a.b.c'),
  authorized('claims are a list', `Bearer ${jwt([1])}`),
  authorized('another scheme', 'Basic x'),
  row('no token', UPGRADE)
]

const CLAIMS: ReadonlyArray<HttpRow> = [
  token('valid', () => ({ iss: 'me', aud: 'you' })),
  token('aud among others', () => ({ iss: 'me', aud: ['x', 'you'] })),
  token('wrong issuer', () => ({ iss: 'x', aud: 'you' })),
  token('no issuer', () => ({ aud: 'you' })),
  token('issuer is a list', () => ({ iss: ['me'], aud: 'you' })),
  token('wrong audience', () => ({ iss: 'me', aud: 'x' })),
  token('audience not among others', () => ({ iss: 'me', aud: ['x'] })),
  token('no audience', () => ({ iss: 'me' })),
  token('nothing fits', () => ({})),
  token('expired and nothing fits', (now) => ({ exp: now - 60 })),
  token('not yet valid and nothing fits', (now) => ({ nbf: now + 50 })),
  token('expired 3 s ago', (now) => ({ exp: now - 3, iss: 'me', aud: 'you' })),
  token('expired 9 s ago', (now) => ({ exp: now - 9, iss: 'me', aud: 'you' }))
]

export const HTTP_GROUPS: ReadonlyArray<HttpGroup> = [
  { name: 'without authentication', auth: () => ({}), rows: OPEN },
  {
    name: 'capability token in a file',
    auth: (folder) => ({ mode: 'capability-token', tokenFile: join(folder, 'token') }),
    rows: CAPABILITY
  },
  {
    name: 'capability token by hash',
    auth: () => ({
      mode: 'capability-token',
      tokenSha256: createHash('sha256').update(TOKEN).digest('hex')
    }),
    rows: CAPABILITY.slice(0, 8)
  },
  {
    name: 'signed tokens',
    auth: (folder) => ({ mode: 'signed-bearer-token', sharedSecretFile: join(folder, 'secret') }),
    rows: SIGNED
  },
  {
    name: 'signed tokens with issuer, audience and 5 s of skew',
    auth: (folder) => ({
      mode: 'signed-bearer-token',
      sharedSecretFile: join(folder, 'secret'),
      issuer: 'me',
      audience: 'you',
      maxClockSkewSeconds: 5
    }),
    rows: CLAIMS
  }
]

/** Options with which no server starts, over TCP at `host`. */
export const REFUSED_STARTS: ReadonlyArray<{
  readonly name: string
  readonly host?: string
  readonly auth: (folder: string) => AuthOptions
}> = [
  { name: 'all addresses without authentication', host: '0.0.0.0', auth: () => ({}) },
  { name: 'capability mode without token', auth: () => ({ mode: 'capability-token' }) },
  { name: 'signed mode without secret', auth: () => ({ mode: 'signed-bearer-token' }) },
  { name: 'token without mode', auth: (folder) => ({ tokenFile: join(folder, 'token') }) },
  { name: 'issuer without mode', auth: () => ({ issuer: 'me' }) },
  {
    name: 'token and hash',
    auth: (folder) => ({
      mode: 'capability-token',
      tokenFile: join(folder, 'token'),
      tokenSha256: '0'.repeat(64)
    })
  },
  {
    name: 'hash that is none',
    auth: () => ({ mode: 'capability-token', tokenSha256: 'abc' })
  },
  {
    name: 'issuer in capability mode',
    auth: (folder) => ({
      mode: 'capability-token',
      tokenFile: join(folder, 'token'),
      issuer: 'me'
    })
  },
  {
    name: 'token in signed mode',
    auth: (folder) => ({
      mode: 'signed-bearer-token',
      sharedSecretFile: join(folder, 'secret'),
      tokenFile: join(folder, 'token')
    })
  },
  {
    name: 'secret of 31 bytes',
    auth: (folder) => ({ mode: 'signed-bearer-token', sharedSecretFile: join(folder, 'short') })
  },
  {
    name: 'empty token file',
    auth: (folder) => ({ mode: 'capability-token', tokenFile: join(folder, 'empty') })
  },
  {
    name: 'no token file',
    auth: (folder) => ({ mode: 'capability-token', tokenFile: join(folder, 'none') })
  }
]

/** Where unroll answers otherwise than Codex 0.142.5, and why. */
export const KNOWN_DIFFERENCES: Readonly<Record<string, string>> = {
  'without authentication | upgrade with a bad key': 'the WebSocket library checks the key',
  'signed tokens | unknown crit':
    'a token that asks for what we do not know is refused, as RFC 7515 says',
  'conversation | close': 'a close frame is answered, as RFC 6455 says; Codex hangs up',
  'conversation | close with a code': 'a close frame is answered, as RFC 6455 says; Codex hangs up',
  'conversation | close with a code of one’s own':
    'a close frame is answered, as RFC 6455 says; Codex hangs up',
  'start | no token file': 'the error of the system has another spelling in Node'
}
