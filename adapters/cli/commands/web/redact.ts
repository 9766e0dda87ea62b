/**
 * Whether the page hides secrets, as it is asked for.
 */
import { flagOf, type Input } from '../../args.ts'

/** Nothing where nothing is said. */
export const redactIn = (input: Input): { readonly redact?: boolean } => {
  if (flagOf(input, 'no-redact')) return { redact: false }
  return flagOf(input, 'redact') ? { redact: true } : {}
}
