/**
 * The rules of the redactor, in the order in which they name a secret.
 */
import { NAMED } from './named.ts'
import type { SecretRule } from './rule.ts'
import { TOKENS } from './tokens.ts'

export type { Judge, SecretRule } from './rule.ts'
export { strictRules, type PersonalNames } from './strict.ts'

/** Of which state the table is; told in what is exported. */
export const RULES_VERSION = 'unroll 2026-11'

export const RULES: ReadonlyArray<SecretRule> = [...TOKENS, ...NAMED]

/** A line of a file of own rules: `/pattern/flags`, or a text as it is; null for an empty line or a comment. */
export const ownRule = (line: string): SecretRule | null => {
  const text = line.trim()
  if (text === '' || text.startsWith('#')) return null
  const [, source, flags = ''] = /^\/(.+)\/([imsu]*)$/.exec(text) ?? []
  const pattern = new RegExp(source ?? text.replace(/[\\^$.*+?()[\]{}|/-]/g, '\\$&'), `dg${flags}`)
  return {
    word: 'own',
    needs: source === undefined ? [text.toLowerCase()] : [],
    pattern,
    yes: '',
    no: ''
  }
}
