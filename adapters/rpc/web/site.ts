/**
 * The page over HTTP: its files, the exchange of tickets for the token, and the headers that keep it to itself.
 */
import type { ClientRules } from '../threads/relay.ts'
import type { Asset, Assets } from './assets.ts'
import type { Blobs } from './blobs.ts'
import type { Door } from './door.ts'
import type { ExportRoute } from './export-route.ts'
import { guardOf, originsOf, type PageAddresses } from './guard.ts'
import { text, type HttpAnswer, type HttpRequest, type ServedSite } from '../transports/http.ts'
import { PAGE_PROTOCOL } from '../transports/websocket.ts'

export interface SiteOptions {
  readonly addresses: PageAddresses
  readonly door: Door
  readonly assets: Assets
  readonly client: ClientRules
  readonly blobs: Blobs
  /** A thread as a file, for whoever has the token. */
  readonly exported: ExportRoute
  /** What `GET /hello` tells everybody: nothing that is private. */
  readonly hello: {
    readonly app: string
    readonly homeId: string
    readonly version: string
    /** Options of the command that the page was started with. */
    readonly options: ReadonlyArray<string>
  }
}

/** A ticket or a token, with room. */
const SECRET_BYTES_MAX = 4096

const BLOB = '/blob/'
const IMMUTABLE = 'max-age=31536000, immutable'

const EXPORT = '/export/'

/** First parts of the addresses inside of the page. */
const PAGES = new Set('search usage tools plugins audit health storage log about t'.split(' '))

const policyOf = (addresses: PageAddresses): string => {
  // A policy cannot name an address of IPv6; there `self` has to do.
  const named = originsOf(addresses).filter((origin) => !origin.includes('['))
  const sockets = named.map((origin) => origin.replace(/^http/, 'ws'))
  return [
    `default-src 'none'`,
    `script-src 'self'`,
    `style-src 'self'`,
    `img-src 'self' blob:`,
    `connect-src 'self' ${sockets.join(' ')}`,
    `worker-src 'self'`,
    `font-src 'self'`,
    `base-uri 'none'`,
    `form-action 'none'`,
    `frame-ancestors 'none'`,
    `require-trusted-types-for 'script'`,
    'trusted-types dompurify unroll'
  ].join('; ')
}

const DENIED =
  'accelerometer=(), autoplay=(), camera=(), display-capture=(), geolocation=(), gyroscope=(), magnetometer=(), microphone=(), midi=(), payment=(), usb=()'

const headersOf = (addresses: PageAddresses): Readonly<Record<string, string>> => ({
  'content-security-policy': policyOf(addresses),
  'x-content-type-options': 'nosniff',
  'referrer-policy': 'no-referrer',
  'cross-origin-opener-policy': 'same-origin',
  'cross-origin-resource-policy': 'same-origin',
  'permissions-policy': DENIED,
  'cache-control': 'no-store'
})

const sent = ({ body, contentType }: Asset, cacheControl?: string): HttpAnswer => ({
  status: 200,
  body,
  headers: {
    'content-type': contentType,
    ...(cacheControl === undefined ? {} : { 'cache-control': cacheControl })
  }
})

const json = (value: unknown): HttpAnswer => ({
  status: 200,
  body: JSON.stringify(value),
  headers: { 'content-type': 'application/json' }
})

const isRead = ({ method }: HttpRequest): boolean => method === 'GET' || method === 'HEAD'
const onlyBy = (methods: string): HttpAnswer => ({ ...text(405, ''), headers: { allow: methods } })

/** The last of the protocols names the token: `unroll.v1, bearer.TOKEN`. */
const tokenIn = (protocols = ''): string => {
  const [name, token = ''] = protocols.split(',').map((word) => word.trim())
  return name === PAGE_PROTOCOL && token.startsWith('bearer.') ? token.slice('bearer.'.length) : ''
}

/** The token of an `Authorization` header; empty without one. */
export const bearerIn = (authorization = ''): string =>
  /^bearer +(\S+)$/i.exec(authorization)?.[1] ?? ''

const isPage = (path: string): boolean => {
  const [, first = '', ...rest] = path.split('/')
  return path === '/' || (PAGES.has(first) && rest.every((part) => !part.includes('.')))
}

/** A page that is served to whoever has its token. */
export const openSite = ({
  addresses,
  door,
  assets,
  client,
  blobs,
  exported,
  hello
}: SiteOptions): ServedSite => {
  const exchange = async (request: HttpRequest): Promise<HttpAnswer> => {
    if (request.method !== 'POST') return onlyBy('POST')
    const body = await request.body(SECRET_BYTES_MAX)
    if (body === null) return text(413, '')
    const token = door.exchange(body.toString('utf8'))
    return token === null
      ? text(403, 'this address was used before, or is too old')
      : json({ token })
  }
  const newTicket = async (request: HttpRequest): Promise<HttpAnswer> => {
    if (request.method !== 'POST') return onlyBy('POST')
    if (!door.isToken(bearerIn(request.headers.authorization))) return text(401, '')
    return json({ ticket: door.ticket() })
  }
  const blob = async (request: HttpRequest): Promise<HttpAnswer> =>
    door.isToken(bearerIn(request.headers.authorization))
      ? blobs(request.path.slice(BLOB.length))
      : text(401, '')
  const file = async (name: string): Promise<HttpAnswer> => {
    const found = assets.file(name)
    return found === null ? text(404, '') : sent(await found, IMMUTABLE)
  }

  const exportOf = async ({ path, query, headers }: HttpRequest): Promise<HttpAnswer> =>
    door.isToken(bearerIn(headers.authorization))
      ? exported(path.slice(EXPORT.length), query)
      : text(401, '')

  const answer = async (request: HttpRequest): Promise<HttpAnswer> => {
    const { path } = request
    if (path === '/session') return exchange(request)
    if (path === '/ticket') return newTicket(request)
    if (!isRead(request)) return onlyBy('GET,HEAD')
    if (path === '/hello') return json(hello)
    if (path.startsWith(BLOB)) return blob(request)
    if (path.startsWith('/assets/')) return file(path.slice('/assets/'.length))
    if (path.startsWith(EXPORT)) return exportOf(request)
    return isPage(path) ? sent(await assets.index(path)) : text(404, '')
  }

  return {
    headers: headersOf(addresses),
    isOwn: guardOf(addresses),
    answer,
    admits: (protocols) => door.isToken(tokenIn(protocols)),
    client
  }
}
