/**
 * A connection string, parsed: `scheme://[user:password@]host[:port][,host[:port]…][/][?name=value[&…]]`.
 *
 * The parser of the client is not used: its errors, warnings and debug output quote the string with the password, it drops
 * what stands behind a second `:` of a password, ignores parameters that it does not know, and knows neither `kurrentdb://`
 * nor IPv6. Nor need the client be installed to tell which store a string names. Nothing here quotes any part of the string
 * that may be a piece of a password, which is everything up to the parameters.
 */
import * as E from 'fp-ts/lib/Either.js'
import type { StoreError } from '../../../../domain/errors.ts'

export interface Connection {
  /** Scheme, hosts and ports: nothing secret. */
  readonly name: string
  /** True when the host names the nodes of a cluster, as several hosts do in any case. */
  readonly isDiscovered: boolean
  readonly hosts: ReadonlyArray<{ readonly address: string; readonly port: number }>
  readonly credentials?: { readonly username: string; readonly password: string }
  readonly tls: boolean
  readonly tlsVerifyCert: boolean
  readonly tlsCaFile?: string
  readonly userCertFile?: string
  readonly userKeyFile?: string
  readonly connectionName?: string
  readonly nodePreference: 'leader' | 'follower' | 'read_only_replica' | 'random'
  readonly maxDiscoverAttempts?: number
  readonly discoveryIntervalMs?: number
  readonly gossipTimeoutSeconds?: number
  readonly keepAliveIntervalMs?: number
  readonly keepAliveTimeoutMs?: number
  /** How long one attempt may go without an answer. */
  readonly defaultDeadlineMs: number
}

type Settings = Omit<Connection, 'name' | 'isDiscovered' | 'hosts' | 'credentials'>

const invalid = (what: string): E.Either<StoreError, never> =>
  E.left({
    _tag: 'InvalidRequest',
    message: `the connection string of the store cannot be read: ${what}`
  })

const DEFAULT_PORT = 2113
const DEADLINE_MS = 10_000
/** Servers take more frequent pings for an attack. */
const PING_MS_MIN = 10_000
const TIMER_MS_MAX = 2 ** 31 - 1

/** The value of a parameter, or what is wrong with it. */
type ParameterReader = (value: string) => E.Either<string, string | number | boolean>

const text: ParameterReader = E.right
const flag: ParameterReader = (value) =>
  value === 'true' || value === 'false'
    ? E.right(value === 'true')
    : E.left('must be true or false')
const whole =
  (min: number): ParameterReader =>
  (value) =>
    /^\d+$/.test(value) && Number(value) >= min && Number(value) <= TIMER_MS_MAX
      ? E.right(Number(value))
      : E.left(`must be a whole number, at least ${min}`)
const keepAlive =
  (min: number): ParameterReader =>
  (value) =>
    value === '-1'
      ? E.right(-1)
      : E.mapLeft((wrong: string) => `${wrong} (milliseconds), or -1 for none`)(whole(min)(value))

/** Names are written in any case, with `-` and `_` where people like them. */
const flat = (name: string): string => name.toLowerCase().replace(/[_-]/g, '')

const PREFERENCES: Readonly<Record<string, Connection['nodePreference']>> = {
  leader: 'leader',
  follower: 'follower',
  readonlyreplica: 'read_only_replica',
  random: 'random'
}
const nodePreference: ParameterReader = (value) =>
  E.fromNullable('must be leader, follower, readOnlyReplica or random')(PREFERENCES[flat(value)])
const onlyTrue: ParameterReader = (value) =>
  value === 'true'
    ? E.right(true)
    : E.left('must be true: unroll has to know of an append that failed')

/** Names, the setting that each one is, and how its value is read. */
const PARAMETERS: ReadonlyArray<readonly [string, keyof Settings | null, ParameterReader]> = [
  ['tls', 'tls', flag],
  ['tlsVerifyCert', 'tlsVerifyCert', flag],
  ['tlsCaFile', 'tlsCaFile', text],
  ['userCertFile', 'userCertFile', text],
  ['userKeyFile', 'userKeyFile', text],
  ['connectionName', 'connectionName', text],
  ['nodePreference', 'nodePreference', nodePreference],
  ['maxDiscoverAttempts', 'maxDiscoverAttempts', whole(1)],
  ['discoveryInterval', 'discoveryIntervalMs', whole(0)],
  ['gossipTimeout', 'gossipTimeoutSeconds', whole(1)],
  ['keepAliveInterval', 'keepAliveIntervalMs', keepAlive(PING_MS_MIN)],
  ['keepAliveTimeout', 'keepAliveTimeoutMs', keepAlive(1)],
  ['defaultDeadline', 'defaultDeadlineMs', whole(1)],
  ['throwOnAppendFailure', null, onlyTrue]
]

const decoded = (encoded: string): string | null => {
  try {
    return decodeURIComponent(encoded)
  } catch {
    return null
  }
}

const ENCODE = 'write / ? # @ : , and % in a user or password as %2F %3F %23 %40 %3A %2C %25'

const parseCredentials = (written: string): E.Either<StoreError, Connection['credentials']> => {
  const colon = written.indexOf(':')
  const username = decoded(colon < 0 ? written : written.slice(0, colon))
  const password = colon < 0 ? '' : decoded(written.slice(colon + 1))
  if (username === null || password === null)
    return invalid(`user or password has a % that begins no code; ${ENCODE}`)
  if (username === '' || password === '') return invalid('before @ there must be user:password')
  return E.right({ username, password })
}

/** Names, IPv4 addresses, and IPv6 addresses in brackets. */
const parseHosts = (written: string): E.Either<StoreError, Connection['hosts']> => {
  const hosts = written.split(',').map((part) => {
    const match = /^(\[[0-9a-f:.]+\]|[a-z0-9._-]+)(?::(\d{1,5}))?$/i.exec(part.trim())
    return { address: (match?.[1] ?? '').toLowerCase(), port: Number(match?.[2] ?? DEFAULT_PORT) }
  })
  return hosts.every(({ address, port }) => address !== '' && port >= 1 && port <= 65_535)
    ? E.right(hosts)
    : invalid(`after the scheme come hosts, as host:port,host:port; ${ENCODE}`)
}

const parseParameters = (query: string): E.Either<StoreError, Settings> => {
  const settings: Record<string, unknown> = {
    tls: true,
    tlsVerifyCert: true,
    nodePreference: 'leader',
    defaultDeadlineMs: DEADLINE_MS
  }
  for (const pair of query.split(/[&?]/).filter((part) => part !== '')) {
    const [written = '', ...rest] = pair.split('=')
    const known = PARAMETERS.find(([name]) => flat(name) === flat(written.trim()))
    if (known === undefined) {
      const names = PARAMETERS.map(([name]) => name).join(', ')
      return invalid(`"${written.slice(0, 40)}" is no parameter of it; there are ${names}`)
    }
    const [name, setting, read] = known
    const value = decoded(rest.join('=').trim())
    if (value === null || value === '') return invalid(`${name} has no value that can be read`)
    const result = read(value)
    if (E.isLeft(result)) return invalid(`${name} ${result.left}`)
    if (setting !== null) settings[setting] = result.right
  }
  return (settings['userCertFile'] === undefined) === (settings['userKeyFile'] === undefined)
    ? E.right(settings as unknown as Settings)
    : invalid('userCertFile and userKeyFile come together')
}

/** Parses a connection string; what is wrong with it is `InvalidRequest`, which quotes no user and no password. */
export const parseConnectionString = (written: string): E.Either<StoreError, Connection> => {
  const [, scheme = '', authority = '', rest = ''] =
    /^([a-z+]+):\/\/([^/?#]*)\/?(.*)$/is.exec(written.trim()) ?? []
  const product = /^(?:esdb|kurrentdb)(\+discover)?$/i.exec(scheme)
  if (product === null)
    return invalid(
      'it begins with esdb://, esdb+discover://, kurrentdb:// or kurrentdb+discover://'
    )
  if (rest.includes('@')) return invalid(`there is an @ behind the hosts; ${ENCODE}`)
  if (rest !== '' && !rest.startsWith('?'))
    return invalid(`behind the hosts come parameters, as ?name=value&name=value; ${ENCODE}`)
  const at = authority.lastIndexOf('@')
  const credentials = at < 0 ? E.right(undefined) : parseCredentials(authority.slice(0, at))
  if (E.isLeft(credentials)) return credentials
  const hosts = parseHosts(authority.slice(at + 1))
  if (E.isLeft(hosts)) return hosts
  const settings = parseParameters(rest)
  if (E.isLeft(settings)) return settings
  const isDiscovered = product[1] !== undefined
  return E.right({
    name: `esdb${isDiscovered ? '+discover' : ''}://${hostNames(hosts.right).join(',')}`,
    isDiscovered,
    hosts: hosts.right,
    ...(credentials.right === undefined ? {} : { credentials: credentials.right }),
    ...settings.right
  })
}

const hostNames = (hosts: Connection['hosts']): ReadonlyArray<string> =>
  hosts.map(({ address, port }) => `${address}:${port}`)

/** Where a store is, without user, password and settings; `id` is the same in whichever order its hosts are named. */
export const addressOf = (
  connection: string
): E.Either<StoreError, { readonly name: string; readonly id: string }> =>
  E.map(({ name, hosts }: Connection) => ({ name, id: hostNames(hosts).toSorted().join(',') }))(
    parseConnectionString(connection)
  )

/** A connection string as it may be shown: without what stands before the last `@`. */
export const withoutSecrets = (connection: string): string =>
  connection.replace(/^([a-z+]*:\/\/)?.*@/is, '$1')

/** A shorter password is part of too many words: what stands in its place would give it away. */
const REDACTED_LENGTH_MIN = 8

/** The forms in which user and password of a connection may come back from somewhere. */
export const secretsOf = ({ credentials }: Connection): ReadonlyArray<string> => {
  if (credentials === undefined) return []
  const { username, password } = credentials
  const pair = `${username}:${password}`
  const alone =
    password.length < REDACTED_LENGTH_MIN ? [] : [encodeURIComponent(password), password]
  return [Buffer.from(pair).toString('base64'), pair, ...alone]
}
