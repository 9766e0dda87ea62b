/**
 * Failed calls of the system in the words of Codex, which are those of Rust: `No such file or directory (os error 2)`.
 */
import { getSystemErrorMap } from 'node:util'

/** Where the words of Node are others. */
const OWN_WORDS: Readonly<Record<string, string>> = {
  EACCES: 'Permission denied',
  EPERM: 'Operation not permitted',
  ENOENT: 'No such file or directory',
  EIO: 'Input/output error'
}

/** The words of an error number of Node, which is negative. */
export const systemWords = (errno: number): string => {
  const [code = '', words = 'unknown error'] = getSystemErrorMap().get(errno) ?? []
  const told = OWN_WORDS[code] ?? words.charAt(0).toUpperCase() + words.slice(1)
  return `${told} (os error ${Math.abs(errno)})`
}
