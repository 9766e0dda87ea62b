/**
 * Where threads and turns are to run: on the machine of this server, or with an executor that a client named by a URL.
 *
 * This server connects to no executor. A URL, which may hold a password, is looked at and forgotten; what is kept, for the host that
 * runs turns, is which ids are known and which a thread was given.
 */
import * as E from 'fp-ts/lib/Either.js'
import { posix, win32 } from 'node:path'
import type { ProfileName } from '../../../domain/log/profile.ts'
import type { ThreadEnvironment } from '../../../domain/protocol.ts'
import { invalidRequest, type RpcError } from '../wire/errors.ts'
import { absolutePath, list, option, required, struct, text } from '../wire/serde.ts'

/** The machine this server runs on. */
export const LOCAL = 'local'

/** How many executors clients may name; Codex has no limit. */
const ADDED_MAX = 1000

/** The environments a server knows. */
export interface Environments {
  /** Adds an executor, or says why not. */
  readonly add: (
    id: string,
    execServerUrl: string,
    profile: ProfileName
  ) => E.Either<RpcError, void>
  /** The local one, then the others as they were added. */
  readonly ids: () => ReadonlyArray<string>
}

/** The part of a server that says what it knows. */
export interface EnvironmentsHere {
  readonly profile: ProfileName
  readonly live: { readonly environments: Environments }
}

/** Why an executor cannot be known by this id and URL; null when it can. */
const complaintOf = (id: string, execServerUrl: string, profile: ProfileName): string | null => {
  const url = execServerUrl.trim()
  if (id === '') return 'environment id cannot be empty'
  if (id === LOCAL && profile === '0.169')
    return `environment id \`${LOCAL}\` is reserved for EnvironmentManager`
  if (url === '') return 'remote environment requires an exec-server url'
  return url.toLowerCase() === 'none'
    ? 'remote environment cannot use disabled exec-server url'
    : null
}

export const createEnvironments = (): Environments => {
  const known = new Set([LOCAL])
  return {
    ids: () => [...known],
    add: (id, execServerUrl, profile) => {
      const complaint =
        complaintOf(id, execServerUrl, profile) ??
        (known.size > ADDED_MAX && !known.has(id)
          ? `this server knows ${ADDED_MAX} environments already`
          : null)
      if (complaint !== null)
        return E.left(invalidRequest(`exec-server protocol error: ${complaint}`))
      known.add(id)
      return E.right(undefined)
    }
  }
}

/** Every known environment at one directory: what a thread gets that names none. */
export const everywhere = (
  ids: ReadonlyArray<string>,
  cwd: string,
  runtimeWorkspaceRoots: ReadonlyArray<string>
): ReadonlyArray<ThreadEnvironment> =>
  ids.map((environmentId) => ({ environmentId, cwd, runtimeWorkspaceRoots }))

/** The roots a client of 0.169 is shown: those of the first environment, as far as they can be on this machine. */
export const rootsShown = ([first]: ReadonlyArray<ThreadEnvironment>): ReadonlyArray<string> =>
  (first?.runtimeWorkspaceRoots ?? [])
    .filter((root) => root.startsWith('/'))
    .map((root) => (root.length > 1 && root.endsWith('/') ? root.slice(0, -1) : root))

/** Where a client asks to run: 0.130 refuses a relative directory when it reads it, later versions when they use it. */
export const environmentsField = (profile: ProfileName) =>
  option(
    list(
      struct('TurnEnvironmentParams', {
        environmentId: required(text),
        cwd: required(profile === '0.130' ? absolutePath : text),
        ...(profile === '0.169' ? { runtimeWorkspaceRoots: option(list(text)) } : {})
      })
    )
  )

/** An environment as a client asks for it. */
interface AskedEnvironment {
  readonly environmentId: string
  readonly cwd: string
  readonly runtimeWorkspaceRoots?: ReadonlyArray<string> | null
}

const DRIVE = /^[A-Za-z]:[\\/]/
const SHARE = /^[\\/]{2}[^\\/]+[\\/]+[^\\/]/
const VERBATIM = /^\\\\\?\\(?=[A-Za-z]:[\\/])/

/** An absolute path of any system, without the steps that lead back; null for another one. Two slashes are a share since 0.169. */
const normalPath = (path: string, profile: ProfileName): string | null => {
  if (path.startsWith('/') && (profile !== '0.169' || path[1] !== '/')) return posix.normalize(path)
  const named = path.replace(VERBATIM, '')
  if (DRIVE.test(named)) {
    const normal = win32.normalize(named)
    return `${normal.slice(0, 1).toUpperCase()}${normal.slice(1)}`
  }
  if (!SHARE.test(named)) return null
  const normal = win32.normalize(named)
  return /[\\/]$/.test(named) ? normal : normal.replace(/\\$/, '')
}

const relative = (what: string, environmentId: string, path: string): E.Either<RpcError, never> =>
  E.left(
    invalidRequest(
      `invalid ${what} for environment \`${environmentId}\`: path \`${path}\` does not use absolute POSIX or Windows path syntax`
    )
  )

const located = (
  { environmentId, ...asked }: AskedEnvironment,
  profile: ProfileName
): E.Either<RpcError, ThreadEnvironment> => {
  const cwd = normalPath(asked.cwd, profile)
  if (cwd === null) return relative('cwd', environmentId, asked.cwd)
  const roots: Array<string> = []
  for (const root of asked.runtimeWorkspaceRoots ?? [asked.cwd]) {
    const normal = normalPath(root, profile)
    if (normal === null) return relative('runtime workspace root', environmentId, root)
    roots.push(normal)
  }
  return E.right({ environmentId, cwd, runtimeWorkspaceRoots: roots })
}

/** The environments a client asks for, null where it says nothing; refuses directories that are none, then unknown and doubled ids. */
export const namedEnvironments = (
  asked: ReadonlyArray<AskedEnvironment> | null,
  { live, profile }: EnvironmentsHere
): E.Either<RpcError, ReadonlyArray<ThreadEnvironment> | null> => {
  if (asked === null) return E.right(null)
  const all: Array<ThreadEnvironment> = []
  for (const one of asked) {
    const place = located(one, profile)
    if (E.isLeft(place)) return place
    all.push(place.right)
  }
  const known = live.environments.ids()
  const seen = new Set<string>()
  for (const { environmentId } of all) {
    if (!known.includes(environmentId))
      return E.left(invalidRequest(`unknown turn environment id \`${environmentId}\``))
    if (seen.has(environmentId))
      return E.left(invalidRequest(`duplicate turn environment id \`${environmentId}\``))
    seen.add(environmentId)
  }
  return E.right(all)
}
