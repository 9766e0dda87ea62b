/**
 * HTTP beside the WebSockets: which requests may become one, and what the others are answered.
 */
import type { IncomingHttpHeaders } from 'node:http'
import { isIP } from 'node:net'
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
  readonly headers: IncomingHttpHeaders
  /** Address of the client; undefined on a socket file. */
  readonly from: string | undefined
}

export interface HttpAnswer {
  readonly status: 200 | 400 | 401 | 403 | 405 | 500
  readonly body: string
  readonly headers: Readonly<Record<string, string>>
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
}

/** True for an address, with or without a port: a server listens at addresses only, and only a name can be made to lead to one. */
const isAddress = (host = 'localhost'): boolean => {
  const name = /^(?:\[([^\]]*)\]|([^:]*))(?::\d+)?$/.exec(host.trim())
  const bare = name?.[1] ?? name?.[2] ?? ''
  return bare.toLowerCase() === 'localhost' || isIP(bare) !== 0
}

/** Judges a request, in Codex's order; null: it becomes a WebSocket. */
export const judge = async (request: HttpRequest, rules: HttpRules): Promise<HttpAnswer | null> => {
  const { headers, path } = request
  if (rules.browsersReach && headers.origin !== undefined) return text(403, '')
  const route = Object.hasOwn(rules.routes, path) ? rules.routes[path] : undefined
  const isNamed = rules.browsersReach && !isAddress(headers.host)
  if (route?.loopbackOnly === true && isNamed) return text(403, '')
  if (route !== undefined) return page(route, request, rules)
  const problem = upgradeProblem(request)
  if (problem !== null) return problem
  const refused = await rules.auth(headers.authorization)
  return refused === null ? null : text(401, refused)
}
