/**
 * Where a server listens: `--listen URL`, in Codex's words.
 */
import * as E from 'fp-ts/lib/Either.js'
import { isIP } from 'node:net'
import { join, resolve } from 'node:path'
import type { Server } from '../threads/server.ts'

export type Listen =
  | { readonly kind: 'stdio' }
  | { readonly kind: 'off' }
  | { readonly kind: 'websocket'; readonly host: string; readonly port: number }
  | { readonly kind: 'unix'; readonly path: string }

const FORMS = '`stdio://`, `unix://`, `unix://PATH`, `ws://IP:PORT`, or `off`'
const PORT_MAX = 65_535

/** Where a server of a home listens when only `unix://` is said; clients on the same machine look there. */
export const controlSocketPath = (home: string): string =>
  join(home, 'app-server-control', 'app-server-control.sock')

/** `127.0.0.1:80` or `[::1]:80`; null for anything else, names included. */
const addressOf = (text: string): Extract<Listen, { kind: 'websocket' }> | null => {
  const [, bracketed, plain, digits = ''] = /^(?:\[([^\]]+)\]|([^:]+)):(\d{1,5})$/.exec(text) ?? []
  const host = bracketed ?? plain ?? ''
  const port = Number(digits)
  const fits = isIP(host) === (bracketed === undefined ? 4 : 6)
  return fits && port <= PORT_MAX ? { kind: 'websocket', host, port } : null
}

/** Reads a URL; `Left` says which forms there are. A relative socket path is meant from `cwd`. */
export const parseListen = (
  url: string,
  { home, cwd }: { readonly home: string; readonly cwd: string }
): E.Either<string, Listen> => {
  if (url === 'off') return E.right({ kind: 'off' })
  if (url === 'stdio://') return E.right({ kind: 'stdio' })
  if (url === 'unix://') return E.right({ kind: 'unix', path: controlSocketPath(resolve(home)) })
  if (url.startsWith('unix://'))
    return E.right({ kind: 'unix', path: resolve(cwd, url.slice('unix://'.length)) })
  if (!url.startsWith('ws://'))
    return E.left(`unsupported --listen URL \`${url}\`; expected ${FORMS}`)
  const address = addressOf(url.slice('ws://'.length))
  return address === null
    ? E.left(`invalid websocket --listen URL \`${url}\`; expected \`ws://IP:PORT\``)
    : E.right(address)
}

/** True for an address that only this machine reaches. */
export const isLoopback = (host: string): boolean => host.startsWith('127.') || host === '::1'

/** An address as URLs spell it. */
export const authority = (host: string, port: number): string =>
  host.includes(':') ? `[${host}]:${port}` : `${host}:${port}`

/** What carries the messages of the clients. */
export interface Transport {
  /** Serves until `stop` is signalled or, where there is but one client, until it leaves; never rejects. */
  readonly serve: (server: Server, stop: AbortSignal) => Promise<void>
}
