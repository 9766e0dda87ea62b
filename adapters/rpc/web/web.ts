/**
 * The page of a server: what is made of its options, and what the person at the server is told.
 */
import * as E from 'fp-ts/lib/Either.js'
import { randomBytes } from 'node:crypto'
import type { Hide } from '../../../domain/redact/value.ts'
import { homeIdOf } from '../../index-directory.ts'
import { secretIn, type Auth } from '../transports/auth.ts'
import type { ServedSite } from '../transports/http.ts'
import { isLoopback, type Listen } from '../transports/listen.ts'
import type { Server } from '../threads/server.ts'
import { openAssets, PAGE_FOLDER } from './assets.ts'
import { openBlobs } from './blobs.ts'
import { createDoor, type Door } from './door.ts'
import { pageMethods } from './page-methods.ts'
import { bearerIn, openSite } from './site.ts'
import { keepToken, type PagePlace } from './token-file.ts'

/** A page as it is asked for. */
export interface WebOptions {
  /** Whether the page may change threads. Default: it reads. */
  readonly writable?: boolean
  /** Whether the page shows images of this machine that items name. Default: only those that are in the rollouts. */
  readonly localImages?: boolean
  /** Whether secrets are hidden from the page. Default: only where it has an origin that others can reach. */
  readonly redact?: boolean
  /** Origins of tunnels and proxies that lead to the server: `https://host`. */
  readonly publicOrigins?: ReadonlyArray<string>
  /** File with the token of the page. Default: a random one, and addresses that work once. */
  readonly tokenFile?: string
  /** Whether clients that are no page need the token as well. Default: they are let in as they are without a page. */
  readonly alone?: boolean
  /** Told when the server listens. */
  readonly onOpen: (page: OpenPage) => void
}

/** A page that is served. */
export interface OpenPage {
  /** `http://127.0.0.1:7411`. */
  readonly origin: string
  /** The address of a place in the page that opens once, within a minute. */
  readonly newAddress: (path?: string) => string
}

/** An address of the page, with its ticket where no server sees it. */
export const addressWith = (origin: string, ticket: string, path = '/'): string =>
  `${origin}${path}#ticket=${ticket}`

/** A page as its server needs it. */
export interface ServedPage {
  readonly siteAt: (port: number, server: Server) => ServedSite
  /** For clients that are no page: the token in `Authorization`. */
  readonly auth: Auth
  /** Called when the server listens. */
  readonly opened: (port: number) => void
  readonly close: () => void
}

const doorOf = async (tokenFile: string | undefined): Promise<E.Either<string, Door>> => {
  const means = { randomBytes, nowMs: Date.now }
  if (tokenFile === undefined) return E.right(createDoor(means))
  return E.map((token: string) => createDoor({ ...means, token }))(await secretIn(tokenFile))
}

/** Options of the command that change what a page may do or see. */
export const PAGE_OPTIONS = ['writable', 'local-images', 'redact'] as const
type PageOption = (typeof PAGE_OPTIONS)[number]

/** What hides secrets, which is loaded when a page needs it. All clients are told the same number for the same secret. */
const hider = async (): Promise<Hide> => {
  const [{ createHider }, { RULES }] = await Promise.all([
    import('../../../domain/redact/value.ts'),
    import('../../../domain/redact/rules.ts')
  ])
  return createHider(RULES)
}

/** Makes the page of a server; `Left` says why it cannot be served. */
export const openPage = async (
  { version, ...place }: PagePlace & { readonly version: string },
  { host }: Extract<Listen, { kind: 'websocket' }>,
  {
    writable = false,
    localImages = false,
    publicOrigins = [],
    tokenFile,
    onOpen,
    ...rest
  }: WebOptions
): Promise<E.Either<string, ServedPage>> => {
  if (!isLoopback(host) && (tokenFile === undefined || publicOrigins.length === 0))
    return E.left('a page that other machines reach needs `--token-file` and `--public-origin`')
  const assets = openAssets(PAGE_FOLDER)
  if (assets === null) return E.left(`the page is not there: ${PAGE_FOLDER}`)
  const door = await doorOf(tokenFile)
  if (E.isLeft(door)) return door
  const { redact: redacts = publicOrigins.length > 0 } = rest
  const client = { methods: pageMethods(writable), ...(redacts ? { hide: await hider() } : {}) }
  const isOn: Readonly<Record<PageOption, boolean>> = {
    ...{ writable, 'local-images': localImages, redact: redacts }
  }
  const hello = {
    ...{ app: 'unroll', homeId: homeIdOf(place), version },
    options: PAGE_OPTIONS.filter((name) => isOn[name])
  }
  let forgetToken = (): void => undefined
  return E.right({
    siteAt: (port, server) =>
      openSite({
        addresses: { port, publicOrigins },
        door: door.right,
        assets,
        client,
        blobs: openBlobs(server, localImages),
        exported: async (...asked) =>
          (await import('./export-route.ts')).exportRoute(server, redacts)(...asked),
        hello
      }),
    auth: async (header) =>
      door.right.isToken(bearerIn(header)) ? null : 'missing or wrong bearer token',
    opened: (port) => {
      forgetToken = keepToken(place, port, door.right.token)
      const origin = publicOrigins[0] ?? `http://127.0.0.1:${port}`
      const newAddress = (path?: string) => addressWith(origin, door.right.ticket(), path)
      onOpen({ origin, newAddress })
    },
    close: () => forgetToken()
  })
}
