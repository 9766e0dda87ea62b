/**
 * Searching the JSON text of a line before it is parsed: most lines are decided by it, and those that are not are parsed.
 */
import { folded } from './folded.ts'

/** What stands in JSON as it is: no space, since any white space counts as one, and nothing that may be escaped. */
const AS_IT_IS = /[^\p{White_Space}\p{Cc}"\\/]+/gu
const NOT_PLAIN = /[^\x00-\x7f]/
/** A letter written as a number; only then a letter may be missing from the text. */
const NUMBERED = '\\u'
/** What a message says is joined where it comes in several parts. */
const PART = '"text"'

const longest = (runs: ReadonlyArray<string>): string =>
  runs.reduce((best, run) => (run.length > best.length ? run : best), '')

/** True for each JSON text of a line whose message may contain a folded term, and for some others. */
export const mayContain = (term: string): ((json: string) => boolean) => {
  const run = longest(term.match(AS_IT_IS) ?? [])
  return (json) => {
    if (json.toLowerCase().includes(run)) return true
    if (NOT_PLAIN.test(json) && folded(json).includes(run)) return true
    return json.includes(NUMBERED) || json.indexOf(PART) !== json.lastIndexOf(PART)
  }
}
