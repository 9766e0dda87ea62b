/**
 * Powers: what a server may reach beyond its home. The list is closed. A client has none that the person at the server did not
 * give, but for those of a client that is the same user anyway.
 */
import * as E from 'fp-ts/lib/Either.js'
import { invalidRequest, type RpcError } from './errors.ts'

/** Every power, and what it lets clients do. */
export const POWERS = {
  import: 'read sessions and settings of other agents, and write what an import makes of them',
  skills: 'read skill folders, and switch skills on and off',
  plugins: 'read marketplaces, and change installed plugins',
  git: 'start git, to fetch a marketplace',
  processes: 'start programs',
  mcp: 'start the MCP servers that config.toml names',
  endpoint: 'speak HTTP to one base URL'
} as const

export type PowerName = keyof typeof POWERS

/** A power as it is given; that of an endpoint names its URL. */
export type Power = Exclude<PowerName, 'endpoint'> | `endpoint=${string}`

const NAMES = Object.keys(POWERS) as ReadonlyArray<PowerName>

/** What a client of the same user is given. */
const OWN_POWERS: ReadonlyArray<Power> = ['import', 'skills', 'plugins']

const isBaseUrl = (text: string): boolean => {
  const url = URL.canParse(text) ? new URL(text) : null
  if (url === null || !['http:', 'https:'].includes(url.protocol)) return false
  return url.username === '' && url.password === '' && url.search === '' && url.hash === ''
}

/** Reads powers; `none` alone stands for no power. `Left` says what is wrong. */
export const parsePowers = (
  words: ReadonlyArray<string>
): E.Either<string, ReadonlyArray<Power>> => {
  if (words.length === 1 && words[0] === 'none') return E.right([])
  for (const word of words) {
    const [name = '', url] = word.split(/=(.*)/s)
    if (name === 'endpoint' && !isBaseUrl(url ?? ''))
      return E.left(`the power "endpoint" needs a base URL: endpoint=https://host/path`)
    if (!NAMES.includes(name as PowerName) || (name !== 'endpoint' && url !== undefined))
      return E.left(`unknown power "${word}"; expected ${NAMES.join(', ')}, or none`)
  }
  if (words.filter((word) => word.startsWith('endpoint=')).length > 1)
    return E.left('the power "endpoint" is given once')
  return E.right([...new Set(words)] as ReadonlyArray<Power>)
}

/** What clients of a server are given, or why not: of what was asked for, else by where they come from. */
export const grantedPowers = (
  asked: ReadonlyArray<Power> | undefined,
  { isTcp, hasAuth }: { readonly isTcp: boolean; readonly hasAuth: boolean }
): E.Either<string, ReadonlyArray<Power>> => {
  if (asked === undefined) return E.right(isTcp ? [] : OWN_POWERS)
  if (asked.length > 0 && isTcp && !hasAuth)
    return E.left('`--allow` on `ws://` requires `--ws-auth`; use `--allow none`')
  return asked.length === 0 ? E.right([]) : parsePowers(asked)
}

export const nameOf = (power: Power): PowerName =>
  power.startsWith('endpoint=') ? 'endpoint' : (power as PowerName)

/** The refusal of a method whose power is missing; the one place that words it. */
export const lacksPower = (method: string, power: PowerName): RpcError =>
  invalidRequest(`${method} needs the power "${power}", and this server was not given it`)
