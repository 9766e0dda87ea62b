/**
 * HTTP beside the WebSockets: which requests may become one, and what the others are answered.
 */
import type { IncomingHttpHeaders } from 'node:http'
import { isIP } from 'node:net'
import type { ClientRules } from '../threads/relay.ts'
import { reasonOf } from '../wire/errors.ts'
import { isLoopback } from './listen.ts'

interface Route {
  /** Default: none, for an empty page. */
  readonly contentType?: string
  /** Shown to this machine only. */
  readonly loopbackOnly?: true
  /** Shown to whom the server would serve. */
  readonly needsAuth?: true
  readonly body: () => string | Promise<string>
}

export type Routes = Readonly<Record<string, Route>>

/** What a process manager asks; a server that answers is ready, because requests wait for the index by themselves. */
export const HEALTH: Routes = { '/readyz': { body: () => '' }, '/healthz': { body: () => '' } }

export interface HttpRequest {
  readonly method: string
  readonly path: string
  /** What follows the question mark. */
  readonly query: string
  readonly headers: IncomingHttpHeaders
  /** Address of the client; undefined on a socket file. */
  readonly from: string | undefined
  /** Reads the body; null when it has more bytes than that. */
  readonly body: (bytesMax: number) => Promise<Buffer | null>
}

export interface HttpAnswer {
  readonly status: 200 | 400 | 401 | 403 | 404 | 405 | 413 | 500
  /** Texts that come one by one are sent as they come; where they end with a failure, the connection does. */
  readonly body: string | Uint8Array | AsyncIterable<string>
  readonly headers: Readonly<Record<string, string>>
}

/** A page that is served beside the protocol. */
export interface ServedSite {
  /** Headers of every answer. */
  readonly headers: Readonly<Record<string, string>>
  /** True for a request that the page or a program sent, and no other page. */
  readonly isOwn: (headers: IncomingHttpHeaders) => boolean
  /** Answers what is no upgrade. */
  readonly answer: (request: HttpRequest) => Promise<HttpAnswer>
  /** True for the protocols of an upgrade that the page sent, with its token. */
  readonly admits: (protocols: string | undefined) => boolean
  /** What clients that a browser sent may call and see. */
  readonly client: ClientRules
}

export const text = (status: HttpAnswer['status'], body: string): HttpAnswer => ({
  status,
  body,
  headers: body === '' ? {} : { 'content-type': 'text/plain; charset=utf-8' }
})

const NO_GET = 'Request method must be `GET`'
const MAPPED = '::ffff:'

const isLocal = (from: string | undefined): boolean =>
  from === undefined || isLoopback(from.startsWith(MAPPED) ? from.slice(MAPPED.length) : from)

const page = async (
  route: Route,
  { method, from, headers: { authorization } }: HttpRequest,
  { auth }: HttpRules
): Promise<HttpAnswer> => {
  if (method !== 'GET' && method !== 'HEAD')
    return { status: 405, body: '', headers: { allow: 'GET,HEAD' } }
  if (route.loopbackOnly === true && !isLocal(from)) return text(403, '')
  const refused = route.needsAuth === true ? await auth(authorization) : null
  if (refused !== null) return text(401, refused)
  const headers = route.contentType === undefined ? {} : { 'content-type': route.contentType }
  try {
    return { status: 200, body: await route.body(), headers }
  } catch (cause) {
    return text(500, reasonOf(cause))
  }
}

const listed = (header: string | undefined): ReadonlyArray<string> =>
  (header ?? '').split(',').map((word) => word.trim().toLowerCase())

/** Why a request cannot become a WebSocket; null when it can. */
const upgradeProblem = ({ method, headers }: HttpRequest): HttpAnswer | null => {
  if (method !== 'GET') return text(405, NO_GET)
  if (!listed(headers.connection).includes('upgrade'))
    return text(400, "Connection header did not include 'upgrade'")
  if (headers.upgrade?.toLowerCase() !== 'websocket')
    return text(400, "`Upgrade` header did not include 'websocket'")
  if (headers['sec-websocket-version'] !== '13')
    return text(400, "`Sec-WebSocket-Version` header did not include '13'")
  return headers['sec-websocket-key'] === undefined
    ? text(400, '`Sec-WebSocket-Key` header missing')
    : null
}

export interface HttpRules {
  readonly routes: Routes
  /**
   * True over TCP. Browsers say where a page is from, and none may speak to the server, whatever the page. A page whose name was
   * made to lead here asks as if it were from here, and says only by which name: it reads nothing that is for this machine.
   */
  readonly browsersReach: boolean
  /** Why the `Authorization` header is refused, or null. */
  readonly auth: (authorization: string | undefined) => Promise<string | null>
  /** Absent: there is no page, and no browser is answered. */
  readonly site?: ServedSite
}

/** True for an address, with or without a port: a server listens at addresses only, and only a name can be made to lead to one. */
const isAddress = (host = 'localhost'): boolean => {
  const name = /^(?:\[([^\]]*)\]|([^:]*))(?::\d+)?$/.exec(host.trim())
  const bare = name?.[1] ?? name?.[2] ?? ''
  return bare.toLowerCase() === 'localhost' || isIP(bare) !== 0
}

/** True for a request of a browser: its page names itself, or asks for the protocol of the page. */
export const isOfPage = ({ origin, 'sec-websocket-protocol': asked }: IncomingHttpHeaders) =>
  origin !== undefined || asked !== undefined

/** True when a request may be judged by what it asks for. */
const mayCome = (headers: IncomingHttpHeaders, { browsersReach, site }: HttpRules): boolean => {
  if (!browsersReach) return true
  return site === undefined ? headers.origin === undefined : site.isOwn(headers)
}

const refusedUpgrade = async (
  { headers }: HttpRequest,
  { auth, site }: HttpRules
): Promise<string | null> => {
  if (site === undefined || !isOfPage(headers)) return auth(headers.authorization)
  return site.admits(headers['sec-websocket-protocol']) ? null : 'the page has no valid token'
}

/** Judges a request, in Codex's order; null: it becomes a WebSocket. */
export const judge = async (request: HttpRequest, rules: HttpRules): Promise<HttpAnswer | null> => {
  const answer = await judged(request, rules)
  const { site } = rules
  if (answer === null || site === undefined) return answer
  return { ...answer, headers: { ...site.headers, ...answer.headers } }
}

const judged = async (request: HttpRequest, rules: HttpRules): Promise<HttpAnswer | null> => {
  const { headers, path } = request
  if (!mayCome(headers, rules)) return text(403, '')
  const route = Object.hasOwn(rules.routes, path) ? rules.routes[path] : undefined
  const isNamed = rules.browsersReach && !isAddress(headers.host)
  if (route?.loopbackOnly === true && isNamed) return text(403, '')
  if (route !== undefined) return page(route, request, rules)
  if (rules.site !== undefined && headers.upgrade === undefined) return rules.site.answer(request)
  const problem = upgradeProblem(request)
  if (problem !== null) return problem
  const refused = await refusedUpgrade(request, rules)
  return refused === null ? null : text(401, refused)
}
