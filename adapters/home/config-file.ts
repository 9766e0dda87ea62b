/**
 * The one writer of a `config.toml`: a file is replaced whole, or not at all, and keeps its mode.
 */
import { lstatSync, realpathSync, statSync } from 'node:fs'
import { readPlain } from './plain-file.ts'
import { replaceFile } from './replace-file.ts'

/** Only the owner can read a new file. */
const NEW_MODE = 0o600

/** The text of a configuration, empty when there is none; null for bytes that a rewrite would not give back. */
export const configText = (path: string): string | null => {
  if (lstatSync(path, { throwIfNoEntry: false }) === undefined) return ''
  const bytes = readPlain(path)
  const text = bytes.toString('utf8')
  return bytes.equals(Buffer.from(text)) ? text : null
}

/** Replaces it; a link is followed to its file. Throws what the system says. */
export const replaceConfig = (
  path: string,
  text: string,
  step: () => void = () => undefined
): void => {
  const isThere = lstatSync(path, { throwIfNoEntry: false }) !== undefined
  const target = isThere ? realpathSync(path) : path
  const mode = isThere ? statSync(target).mode & 0o777 : NEW_MODE
  replaceFile(target, text, { temporary: `${target}.unroll-${process.pid}`, mode, step })
}
