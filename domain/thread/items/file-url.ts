/**
 * `file://` URLs as paths: how Codex 0.169 writes a directory or a file into an item.
 */

const PREFIX = /^file:\/\/([^/]*)(\/.*)?$/s
const DRIVE = /^\/[A-Za-z]:(\/|$)/

const decodeBytes = (text: string): string =>
  text.includes('%')
    ? Buffer.from(
        text.replace(/%([0-9A-Fa-f]{2})|([^\u0000-\u007f]+)/g, (_, hex: string, wide: string) =>
          hex === undefined
            ? Buffer.from(wide, 'utf8').toString('latin1')
            : String.fromCharCode(parseInt(hex, 16))
        ),
        'latin1'
      ).toString('utf8')
    : text

/** A path without `.`, `..` and doubled slashes; a slash at its end stays. */
const normalize = (path: string): string => {
  const parts: Array<string> = []
  for (const part of path.split('/')) {
    if (part === '..') parts.pop()
    else if (part !== '' && part !== '.') parts.push(part)
  }
  return `/${parts.join('/')}${path.endsWith('/') && parts.length > 0 ? '/' : ''}`
}

/** The path of a file URL, in the spelling of the system that wrote it; any other text comes back unchanged. */
export const pathOfUrl = (text: string): string => {
  const match = PREFIX.exec(text)
  if (match === null) return text
  const host = match[1] ?? ''
  const path = decodeBytes(match[2] ?? '/')
  const isLocal = host === '' || host === 'localhost'
  if (!isLocal) return `\\\\${host}${path.replaceAll('/', '\\')}`
  if (DRIVE.test(path)) return path.slice(1).replaceAll('/', '\\')
  return normalize(path)
}

/** A path taken from a POSIX directory; from any other one it stays as it is. */
export const absoluteIn = (directory: string, path: string): string =>
  path.startsWith('/') || !directory.startsWith('/')
    ? path
    : normalize(path === '' ? directory : `${directory}/${path}`)
