/**
 * Where requests may come from when a page is served: from the page's own addresses, or from no page at all.
 *
 * Another site can make a browser ask this server, and can make a name of its own lead here (DNS rebinding). What it cannot change
 * is what the browser says: the host it meant, the origin of the page, and whether the two belong together.
 */
import type { IncomingHttpHeaders } from 'node:http'

/** The addresses a page is reached by. */
export interface PageAddresses {
  readonly port: number
  /** Origins of tunnels and proxies that lead here: `https://host`. */
  readonly publicOrigins: ReadonlyArray<string>
}

const LOOPBACK = ['127.0.0.1', 'localhost', '[::1]']

/** Every origin of the page, as browsers spell them. */
export const originsOf = ({ port, publicOrigins }: PageAddresses): ReadonlyArray<string> =>
  [...LOOPBACK.map((host) => `http://${host}:${port}`), ...publicOrigins].map(
    (origin) => new URL(origin).origin
  )

/** Judges the headers of a request: true when the page or a program sent it, and not another page. */
export type OriginGuard = (headers: IncomingHttpHeaders) => boolean

export const guardOf = (addresses: PageAddresses): OriginGuard => {
  const origins = new Set(originsOf(addresses))
  const hosts = new Set([...origins].map((origin) => new URL(origin).host))
  const { port } = addresses
  for (const host of LOOPBACK) hosts.add(`${host}:${port}`)
  return ({ host = '', origin, 'sec-fetch-site': site = 'none' }) =>
    hosts.has(host.toLowerCase()) &&
    (origin === undefined || origins.has(origin)) &&
    (site === 'same-origin' || site === 'none')
}
