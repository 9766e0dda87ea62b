/**
 * Secrets in a text. They are looked for in the text as it is, in the text without the colours and line ends that can stand in the middle of
 * a secret, and in what its base64 says.
 *
 * Cost: a rule runs only over texts that hold one of its words, so a text without secrets costs a search for words. Whatever the text,
 * the work grows with its length and no faster: no pattern may begin at many places of a run that it reads whole each time.
 */
import { isSecret } from './judge.ts'
import type { SecretRule } from './rule.ts'

/** A secret in a text; offsets in UTF-16 code units. */
export interface FoundSecret {
  readonly word: string
  readonly from: number
  readonly until: number
}

/** What stands in the place of a secret. */
export const TAG = /\[REDACTED [a-z0-9-]+ \d+\]/

const TAG_BEGINS = '[REDACTED '

// oxlint-disable-next-line no-control-regex -- terminals speak in control characters
const COLOUR = /\u001b\[[0-?]*[ -/]*[@-~]/g
/** Escapes of a text inside of a text, of the same length as what they are read as. */
const ESCAPE = /\\[nrt]/g

/** The text as rules read it: of the same length, without colours and escaped white space. */
const readable = (text: string): string => {
  const plain = text.includes('\u001b[')
    ? text.replace(COLOUR, (sequence) => ' '.repeat(sequence.length))
    : text
  return plain.includes('\\') ? plain.replace(ESCAPE, '\n\n') : plain
}

const matchesOf = (rule: SecretRule, text: string): ReadonlyArray<FoundSecret> => {
  const found: Array<FoundSecret> = []
  const { pattern, word, judge } = rule
  for (const match of text.matchAll(pattern)) {
    const [from, until] = match.indices?.groups?.['s'] ?? match.indices?.[0] ?? [0, 0]
    const secret = text.slice(from, until)
    if (secret === '' || secret.includes(TAG_BEGINS) || secret.startsWith('REDACTED ')) continue
    if (text.startsWith(TAG_BEGINS, from - 1) || !isSecret(judge, secret)) continue
    found.push({ word, from, until })
  }
  return found
}

const applies = ({ needs }: SecretRule, lower: string): boolean =>
  needs.length === 0 || needs.some((need) => lower.includes(need))

/** A line end that a terminal or a mail put into a long word; only lines that are full are broken so. */
const BROKEN = /(?<=[\w/+=.~:-]{16})\r?\n[ \t]{0,8}(?=[\w/+=.~:-]{4})/g
const INSIDE = new RegExp(`${COLOUR.source}|${BROKEN.source}`, 'g')

/** The number of values that come before the first one for which a test fails. */
const countWhile = <A>(values: ReadonlyArray<A>, test: (value: A) => boolean): number => {
  let [low, high] = [0, values.length]
  while (low < high) {
    const middle = (low + high) >>> 1
    if (test(values[middle] as A)) low = middle + 1
    else high = middle
  }
  return low
}

/** Where a place of the joined text is in the text. */
const placesIn = (
  cuts: ReadonlyArray<RegExpExecArray>
): ((at: number, isEnd: boolean) => number) => {
  let cutBefore = 0
  const joinedAt = cuts.map(({ index, 0: cut }) => {
    const at = index - cutBefore
    cutBefore += cut.length
    return { at, cutUntil: cutBefore }
  })
  return (at, isEnd) => {
    const passed = countWhile(joinedAt, (cut) => (isEnd ? cut.at < at : cut.at <= at))
    return at + (joinedAt[passed - 1]?.cutUntil ?? 0)
  }
}

/** The last of some secrets, which stand one after the other, that begins before a place. */
const lastFrom =
  (secrets: ReadonlyArray<FoundSecret>) =>
  (until: number): FoundSecret | undefined =>
    secrets[countWhile(secrets, ({ from }) => from < until) - 1]

/** Secrets that colours or line ends cut in pieces. */
const brokenIn = (
  text: string,
  rules: ReadonlyArray<SecretRule>,
  known: ReadonlyArray<FoundSecret>
): ReadonlyArray<FoundSecret> => {
  const cuts = [...text.matchAll(INSIDE)]
  if (cuts.length === 0) return []
  const joined = text.replace(INSIDE, '')
  const lower = joined.toLowerCase()
  const found = rules
    .filter((rule) => rule.isDistinct === true && applies(rule, lower))
    .flatMap((rule) => matchesOf(rule, joined))
  if (found.length === 0) return []
  const placeOf = placesIn(cuts)
  const around = lastFrom(merged(known))
  return found
    .map(({ word, from, until }) => ({
      word,
      from: placeOf(from, false),
      until: placeOf(until, true)
    }))
    .filter(({ from, until }) => {
      const other = around(until)
      if (other === undefined || other.until <= from) return true
      return until - from < 400 && !(other.from <= from && until <= other.until)
    })
}

const BASE64 = /(?<![A-Za-z0-9+/=])[A-Za-z0-9+/]{40,}={0,2}(?![A-Za-z0-9+/=])/g

const decoded = (base64: string): string | null => {
  if (base64.replace(/=+$/, '').length % 4 === 1) return null
  const text = globalThis.atob(base64)
  return /^[\t\n\r\u0020-\u007e]+$/.test(text) ? text : null
}

/** Runs of base64 that say a secret. */
const encodedIn = (text: string, rules: ReadonlyArray<SecretRule>): ReadonlyArray<FoundSecret> => {
  const found: Array<FoundSecret> = []
  for (const { 0: run, index } of text.matchAll(BASE64)) {
    const inside = decoded(run)
    const [first] = inside === null ? [] : plainlyIn(inside, rules)
    if (first !== undefined)
      found.push({ word: first.word, from: index, until: index + run.length })
  }
  return found
}

const plainlyIn = (text: string, rules: ReadonlyArray<SecretRule>): ReadonlyArray<FoundSecret> => {
  const plain = readable(text)
  const lower = plain.toLowerCase()
  return rules.filter((rule) => applies(rule, lower)).flatMap((rule) => matchesOf(rule, plain))
}

/** One after the other: what overlaps is one secret, called as the first rule calls it. */
export const merged = (found: ReadonlyArray<FoundSecret>): ReadonlyArray<FoundSecret> => {
  const ordered = found.map((one, rank) => ({ ...one, rank })).sort((a, b) => a.from - b.from)
  const all: Array<FoundSecret & { readonly rank: number }> = []
  for (const one of ordered) {
    const last = all.at(-1)
    if (last === undefined || one.from >= last.until) {
      all.push(one)
      continue
    }
    const until = Math.max(last.until, one.until)
    const { word, rank } = one.rank < last.rank ? one : last
    all[all.length - 1] = { word, rank, from: last.from, until }
  }
  return all.map(({ word, from, until }) => ({ word, from, until }))
}

/** Every secret of a text that the rules know, in the order of the text. */
export const secretsIn = (
  text: string,
  rules: ReadonlyArray<SecretRule>
): ReadonlyArray<FoundSecret> => {
  const plainly = plainlyIn(text, rules)
  const found = [...plainly, ...brokenIn(text, rules, plainly), ...encodedIn(text, rules)]
  return found.length === 0 ? [] : merged(found)
}
