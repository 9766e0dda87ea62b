/**
 * The two hashes of the analytics, bit for bit, over a SHA-1 that the caller brings.
 *
 * repo_hash   SHA-1 of "file-line-v1\0repo\0" and HOST/OWNER/NAME of the remote, without scheme, user and `.git`; of the
 *             remote as it is written where it has no such form
 * skill_id    SHA-1 of "repo_URL" or "personal", "_", the path of SKILL.md, "_" and the skill's name; with a URL the path
 *             is relative to the repository's root, else absolute
 *
 * Source: both were reproduced from payloads of 0.142.5 and 0.169.0.
 */

/** SHA-1 of a text as lowercase hexadecimal. */
export type Sha1 = (text: string) => string

const DEFAULT_PORTS: Readonly<Record<string, string>> = {
  git: '9418',
  http: '80',
  https: '443',
  ssh: '22'
}

const withoutGit = (text: string): string => (text.endsWith('.git') ? text.slice(0, -4) : text)

const hostPath = (place: string, path: string, port: string | undefined): string | null => {
  const named = place
    .slice(place.lastIndexOf('@') + 1)
    .trim()
    .toLowerCase()
  const host =
    port !== undefined && named.endsWith(`:${port}`) ? named.slice(0, -port.length - 1) : named
  const parts = withoutGit(path.trim().replace(/^\/+|\/+$/g, ''))
    .split('/')
    .filter((part) => part !== '')
  const isDotted = parts.slice(0, 2).some((part) => part === '.' || part === '..')
  if (host === '' || parts.length < 2 || isDotted) return null
  const joined = parts.join('/')
  return `${host}/${host === 'github.com' ? joined.toLowerCase() : joined}`
}

/**
 * A remote as HOST/OWNER/NAME: `https://host/owner/name.git`, `ssh://git@host/owner/name` and `git@host:owner/name.git`
 * are the same repository. Null for what names no repository on a host.
 */
const canonicalRemote = (url: string): string | null => {
  const text = withoutGit(url.trim().replace(/\/+$/, ''))
  const withScheme = /^([^:/]+):\/\/([^/?#]*)\/([^?#]*)/.exec(text)
  if (withScheme !== null) {
    const [, scheme = '', place = '', path = ''] = withScheme
    const port = Object.hasOwn(DEFAULT_PORTS, scheme) ? DEFAULT_PORTS[scheme] : undefined
    return port === undefined ? null : hostPath(place, path, port)
  }
  if (text.includes('://')) return null
  const [, place = '', path = ''] =
    /^([^:/]+):(.+)$/.exec(text) ?? /^([^/]+)\/(.+)$/.exec(text) ?? []
  return place === '' ? null : hostPath(place, path, undefined)
}

export const repoHash = (remote: string, sha1: Sha1): string =>
  sha1(`file-line-v1\0repo\0${canonicalRemote(remote) ?? remote}`)

export const skillId = (
  skill: { readonly name: string; readonly path: string; readonly repositoryUrl: string | null },
  sha1: Sha1
): string => {
  const { name, path, repositoryUrl } = skill
  const origin = repositoryUrl === null ? 'personal' : `repo_${repositoryUrl}`
  return sha1(`${origin}_${path.replaceAll('\\', '/')}_${name}`)
}
