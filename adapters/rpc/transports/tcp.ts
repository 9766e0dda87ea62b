/**
 * The `ws://IP:PORT` transport: WebSockets over TCP, with health pages and optional authentication.
 */
import * as E from 'fp-ts/lib/Either.js'
import { once } from 'node:events'
import type { AddressInfo } from 'node:net'
import type { Server } from '../threads/server.ts'
import { openToAll, type Auth } from './auth.ts'
import type { ClientLimits } from './client.ts'
import type { HttpRules, Routes, ServedSite } from './http.ts'
import { authority, isLoopback, type Listen, type Transport } from './listen.ts'
import { webSockets } from './websocket.ts'

interface TcpOptions {
  readonly auth: Auth
  readonly routes: Routes
  readonly limits?: ClientLimits
  /** Told where the server listens, for people and for programs that chose port 0. */
  readonly say: (banner: string) => void
  /** The page that is served besides. */
  readonly page?: {
    readonly siteAt: (port: number, server: Server) => ServedSite
    /** Told instead of `say`. */
    readonly opened: (port: number) => void
    readonly close: () => void
  }
}

const banner = (host: string, port: number): string => {
  const at = authority(host, port)
  return [
    'unroll app-server (WebSockets)',
    `  listening on: ws://${at}`,
    `  readyz: http://${at}/readyz`,
    `  healthz: http://${at}/healthz`,
    isLoopback(host)
      ? '  note: binds localhost only (use SSH port-forwarding for remote access)'
      : '  note: websocket auth is required for non-localhost listeners',
    ''
  ].join('\n')
}

/** Binds the address; `Left` says why it cannot. An address that others reach needs authentication. */
export const openTcp = async (
  { host, port }: Extract<Listen, { kind: 'websocket' }>,
  { auth, routes, limits, say, page }: TcpOptions
): Promise<E.Either<string, Transport>> => {
  if (!isLoopback(host) && auth === openToAll)
    return E.left(
      `refusing to start non-loopback websocket listener ${authority(host, port)} without auth; configure \`--ws-auth capability-token\` or \`--ws-auth signed-bearer-token\``
    )
  const rules: HttpRules = {
    routes,
    browsersReach: true,
    auth: (header) => auth(header, Math.floor(Date.now() / 1000))
  }
  const { http, serve } = await webSockets(limits)
  try {
    http.listen({ host, port })
    await once(http, 'listening')
  } catch (cause) {
    return E.left(`cannot listen on ${authority(host, port)}: ${(cause as Error).message}`)
  }
  return E.right({
    serve: async (server, stop) => {
      const { port: bound } = http.address() as AddressInfo
      if (page === undefined) {
        say(banner(host, bound))
        return serve(server, stop, rules)
      }
      const served = serve(server, stop, { ...rules, site: page.siteAt(bound, server) })
      page.opened(bound)
      return served.finally(page.close)
    }
  })
}
