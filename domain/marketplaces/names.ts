/**
 * Names of marketplaces and their plugins, and what Codex says of one that it does not take. Both sides of an id are also folders.
 */
import { REMOTE_MARKETPLACES } from '../ledgers/plugins/ids.ts'
import type { ProfileName } from '../log/profile.ts'

/** What is wrong with a name; null for one that is right. */
type NameFault = string | null

const problemOf = (what: string, text: string, pattern: RegExp, allowed: string): NameFault => {
  if (text === '') return `invalid ${what}: must not be empty`
  return pattern.test(text)
    ? null
    : `invalid ${what}: only ASCII letters, digits, ${allowed} are allowed`
}

export const marketplaceNameProblem = (name: string): NameFault =>
  problemOf('marketplace name', name, /^[A-Za-z0-9_-]+$/, '`_`, and `-`')

/** Since 0.169 a name may have dots in it. */
export const pluginNameProblem = (name: string, profile: ProfileName): NameFault => {
  if (profile !== '0.169') return problemOf('plugin name', name, /^[A-Za-z0-9_-]+$/, '`_`, and `-`')
  const isStep = name === '.' || name === '..'
  return isStep
    ? 'invalid plugin name: path traversal is not allowed'
    : problemOf('plugin name', name, /^[A-Za-z0-9._-]+$/, '`.`, `_`, and `-`')
}

export const versionProblem = (version: string): NameFault => {
  if (version === '.' || version === '..')
    return 'invalid plugin version: path traversal is not allowed'
  return problemOf('plugin version', version, /^[A-Za-z0-9._+-]+$/, '`.`, `+`, `_`, and `-`')
}

const CURATED = 'openai-curated'

/** Marketplaces of the vendor. */
const RESERVED: ReadonlyArray<string> = [
  CURATED,
  'openai-api-curated',
  'openai-bundled',
  'openai-bundled-alpha',
  'openai-primary-runtime',
  ...REMOTE_MARKETPLACES
]

/** What is said of a name that nobody may add; null for any other. */
export const reservedProblem = (name: string, profile: ProfileName): NameFault => {
  if (profile === '0.169')
    return RESERVED.includes(name)
      ? `marketplace \`${name}\` is reserved and cannot be added from this source`
      : null
  return name === CURATED
    ? `marketplace '${CURATED}' is reserved and cannot be added from this source`
    : null
}
