/**
 * A connection string, understood: `scheme://[user:password@]host[:port][,host[:port]…][/][?name=value[&…]]`.
 *
 * It is not given to the client, whose errors and debug output quote it with the password. Nothing here quotes any part of
 * it that may be a piece of a password, which is everything up to the parameters.
 */
import * as E from 'fp-ts/lib/Either.js'
import type { StoreError } from '../../../domain/errors.ts'

/** A machine of the store. */
export interface Host {
  readonly address: string
  readonly port: number
}

/** Which node of a cluster is asked. */
export type NodePreference = 'leader' | 'follower' | 'read_only_replica' | 'random'

/** What a connection string says; absent where it says nothing. */
export interface Connection {
  /** Where it is, without anything secret: scheme, hosts and ports. */
  readonly name: string
  /** True when the host names the nodes of a cluster, as several hosts do in any case. */
  readonly isDiscovered: boolean
  readonly hosts: ReadonlyArray<Host>
  readonly credentials?: { readonly username: string; readonly password: string }
  readonly tls: boolean
  readonly tlsVerifyCert: boolean
  readonly tlsCaFile?: string
  readonly userCertFile?: string
  readonly userKeyFile?: string
  readonly connectionName?: string
  readonly nodePreference: NodePreference
  readonly maxDiscoverAttempts?: number
  readonly discoveryIntervalMs?: number
  readonly gossipTimeoutSeconds?: number
  readonly keepAliveIntervalMs?: number
  readonly keepAliveTimeoutMs?: number
  /** How long one attempt may go without an answer. */
  readonly defaultDeadlineMs: number
}

type Mutable<T> = { -readonly [K in keyof T]: T[K] }
type Said = Mutable<Omit<Connection, 'name' | 'isDiscovered' | 'hosts' | 'credentials'>>

const invalid = (what: string): E.Left<StoreError> => ({
  _tag: 'Left',
  left: {
    _tag: 'InvalidRequest',
    message: `the connection string of the store cannot be read: ${what}`
  }
})

const SCHEMES: Readonly<Record<string, { readonly name: string; readonly isDiscovered: boolean }>> =
  {
    esdb: { name: 'esdb', isDiscovered: false },
    'esdb+discover': { name: 'esdb+discover', isDiscovered: true },
    kurrentdb: { name: 'esdb', isDiscovered: false },
    'kurrentdb+discover': { name: 'esdb+discover', isDiscovered: true }
  }

const DEFAULT_PORT = 2113
const DEADLINE_MS = 10_000
/** More pings are taken for an attack. */
const PING_MS_MIN = 10_000
const TIMER_MS_MAX = 2 ** 31 - 1

type Setter = (said: Said, value: string) => string | null

const yes = (set: (said: Said, value: boolean) => void): Setter => {
  return (said, value) => {
    if (value !== 'true' && value !== 'false') return 'must be true or false'
    set(said, value === 'true')
    return null
  }
}

const whole = (min: number, set: (said: Said, value: number) => void): Setter => {
  return (said, value) => {
    const number = Number(value)
    const isWhole = /^\d+$/.test(value) && number >= min && number <= TIMER_MS_MAX
    if (!isWhole) return `must be a whole number, at least ${min}`
    set(said, number)
    return null
  }
}

const text = (set: (said: Said, value: string) => void): Setter => {
  return (said, value) => {
    set(said, value)
    return null
  }
}

/** -1 turns it off. */
const keepAlive = (min: number, set: (said: Said, value: number) => void): Setter => {
  const wholeMs = whole(min, set)
  return (said, value) => {
    if (value !== '-1') {
      const wrong = wholeMs(said, value)
      return wrong === null ? null : `${wrong} (milliseconds), or -1 for none`
    }
    set(said, -1)
    return null
  }
}

const PREFERENCES: Readonly<Record<string, NodePreference>> = {
  leader: 'leader',
  follower: 'follower',
  readonlyreplica: 'read_only_replica',
  random: 'random'
}

const PARAMETERS: Readonly<Record<string, Setter>> = {
  tls: yes((said, value) => void (said.tls = value)),
  tlsVerifyCert: yes((said, value) => void (said.tlsVerifyCert = value)),
  tlsCaFile: text((said, value) => void (said.tlsCaFile = value)),
  userCertFile: text((said, value) => void (said.userCertFile = value)),
  userKeyFile: text((said, value) => void (said.userKeyFile = value)),
  connectionName: text((said, value) => void (said.connectionName = value)),
  nodePreference: (said, value) => {
    const preference = PREFERENCES[flat(value)]
    if (preference === undefined) return 'must be leader, follower, readOnlyReplica or random'
    said.nodePreference = preference
    return null
  },
  maxDiscoverAttempts: whole(1, (said, value) => void (said.maxDiscoverAttempts = value)),
  discoveryInterval: whole(0, (said, value) => void (said.discoveryIntervalMs = value)),
  gossipTimeout: whole(1, (said, value) => void (said.gossipTimeoutSeconds = value)),
  keepAliveInterval: keepAlive(
    PING_MS_MIN,
    (said, value) => void (said.keepAliveIntervalMs = value)
  ),
  keepAliveTimeout: keepAlive(1, (said, value) => void (said.keepAliveTimeoutMs = value)),
  defaultDeadline: whole(1, (said, value) => void (said.defaultDeadlineMs = value)),
  throwOnAppendFailure: (_, value) =>
    value === 'true' ? null : 'must be true: unroll has to know of an append that failed'
}

/** Names are written in any case, with `-` and `_` where people like them. */
const flat = (name: string): string => name.toLowerCase().replace(/[_-]/g, '')

const BY_FLAT_NAME = new Map(Object.keys(PARAMETERS).map((name) => [flat(name), name]))

const decoded = (encoded: string): string | null => {
  try {
    return decodeURIComponent(encoded)
  } catch {
    return null
  }
}

const ENCODE = 'write / ? # @ : , and % in a user or password as %2F %3F %23 %40 %3A %2C %25'

const credentialsOf = (before: string): E.Either<StoreError, Connection['credentials']> => {
  const colon = before.indexOf(':')
  const username = decoded(colon < 0 ? before : before.slice(0, colon))
  const password = colon < 0 ? '' : decoded(before.slice(colon + 1))
  if (username === null || password === null) {
    return invalid(`user or password has a % that begins no code; ${ENCODE}`)
  }
  if (username === '' || password === '') return invalid('before @ there must be user:password')
  return E.right({ username, password })
}

/** Of a name, an IPv4 address, or an IPv6 address in brackets. */
const hostOf = (written: string): Host | null => {
  const match = /^(\[[0-9a-f:.]+\]|[a-z0-9._-]+)(?::(\d{1,5}))?$/i.exec(written)
  const port = match?.[2] === undefined ? DEFAULT_PORT : Number(match[2])
  if (match?.[1] === undefined || port < 1 || port > 65_535) return null
  return { address: match[1].toLowerCase(), port }
}

const hostsOf = (written: string): E.Either<StoreError, ReadonlyArray<Host>> => {
  const hosts = written.split(',').flatMap((part) => hostOf(part.trim()) ?? [])
  return hosts.length === written.split(',').length
    ? E.right(hosts)
    : invalid(`after the scheme come hosts, as host:port,host:port; ${ENCODE}`)
}

const parametersOf = (query: string): E.Either<StoreError, Said> => {
  const said: Said = {
    tls: true,
    tlsVerifyCert: true,
    nodePreference: 'leader',
    defaultDeadlineMs: DEADLINE_MS
  }
  for (const pair of query.split(/[&?]/).filter((part) => part !== '')) {
    const [written = '', ...rest] = pair.split('=')
    const name = BY_FLAT_NAME.get(flat(written.trim()))
    if (name === undefined) {
      const known = Object.keys(PARAMETERS).join(', ')
      return invalid(`"${written.slice(0, 40)}" is no parameter of it; there are ${known}`)
    }
    const value = decoded(rest.join('=').trim())
    if (value === null || value === '') return invalid(`${name} has no value that can be read`)
    const wrong = PARAMETERS[name]?.(said, value) ?? null
    if (wrong !== null) return invalid(`${name} ${wrong}`)
  }
  if ((said.userCertFile === undefined) !== (said.userKeyFile === undefined)) {
    return invalid('userCertFile and userKeyFile come together')
  }
  return E.right(said)
}

/** Understands a connection string; what is wrong with it is `InvalidRequest`, which quotes no user and no password. */
export const parseConnectionString = (written: string): E.Either<StoreError, Connection> => {
  const [, scheme, authority = '', rest = ''] =
    /^([a-z+]+):\/\/([^/?#]*)\/?(.*)$/is.exec(written.trim()) ?? []
  const known = scheme === undefined ? undefined : SCHEMES[scheme.toLowerCase()]
  if (known === undefined) {
    return invalid(
      'it begins with esdb://, esdb+discover://, kurrentdb:// or kurrentdb+discover://'
    )
  }
  if (rest.includes('@')) return invalid(`there is an @ behind the hosts; ${ENCODE}`)
  if (rest !== '' && !rest.startsWith('?')) {
    return invalid(`behind the hosts come parameters, as ?name=value&name=value; ${ENCODE}`)
  }
  const at = authority.lastIndexOf('@')
  const credentials = at < 0 ? E.right(undefined) : credentialsOf(authority.slice(0, at))
  if (E.isLeft(credentials)) return credentials
  const hosts = hostsOf(authority.slice(at + 1))
  if (E.isLeft(hosts)) return hosts
  const said = parametersOf(rest)
  if (E.isLeft(said)) return said
  return E.right({
    name: `${known.name}://${hosts.right.map(({ address, port }) => `${address}:${port}`).join(',')}`,
    isDiscovered: known.isDiscovered,
    hosts: hosts.right,
    ...(credentials.right === undefined ? {} : { credentials: credentials.right }),
    ...said.right
  })
}

/** A shorter password is part of too many words: what stands in its place would tell it. */
const REDACTED_LENGTH_MIN = 8

/** What must never be told, of a connection: the forms in which user and password may come back from somewhere. */
export const secretsOf = ({ credentials }: Connection): ReadonlyArray<string> => {
  if (credentials === undefined) return []
  const { username, password } = credentials
  const pair = `${username}:${password}`
  const alone =
    password.length < REDACTED_LENGTH_MIN ? [] : [encodeURIComponent(password), password]
  return [Buffer.from(pair).toString('base64'), pair, ...alone]
}
