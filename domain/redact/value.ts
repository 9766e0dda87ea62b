/**
 * Values without their secrets: every text in them, names of members included.
 */
import { isSecret } from './judge.ts'
import { merged, secretsIn, type FoundSecret } from './find.ts'
import { SECRET_NAME } from './named.ts'
import type { SecretRule } from './rule.ts'

/** Where a secret was: the way to it through the members of a value. */
export interface HiddenPath {
  readonly word: string
  readonly path: string
}

/** Another way to find secrets, over many texts at once. */
export type SecretFinder = (
  texts: ReadonlyArray<string>
) => Promise<ReadonlyArray<ReadonlyArray<FoundSecret>>>

export interface Redactor {
  /** The same value without secrets. */
  readonly value: <A>(value: A) => Promise<{
    readonly value: A
    readonly hidden: ReadonlyArray<HiddenPath>
  }>
  /** How many different secrets were hidden, by word. */
  readonly kinds: () => ReadonlyMap<string, number>
  /** How many pictures and sounds there were, which are not looked into. */
  readonly pictures: () => number
}

const IMAGE = /^data:(?:image|audio)\//

interface TextPlace {
  readonly text: string
  readonly path: string
  /** A secret by the name of its member. */
  readonly isNamed: boolean
}

interface Collected {
  readonly places: Array<TextPlace>
  /** How many are not looked into. */
  pictures: number
}

const collect = (value: unknown, path: string, name: string, found: Collected): void => {
  if (typeof value === 'string') {
    if (IMAGE.test(value)) found.pictures += 1
    else
      found.places.push({
        text: value,
        path,
        isNamed: SECRET_NAME.test(name) && value.length >= 6 && isSecret('mixed', value)
      })
    return
  }
  if (typeof value !== 'object' || value === null) return
  if (Array.isArray(value)) {
    for (const [at, one] of value.entries()) collect(one, `${path}/${at}`, name, found)
    return
  }
  for (const [key, one] of Object.entries(value)) {
    found.places.push({ text: key, path: `${path}/…`, isNamed: false })
    collect(one, `${path}/${key}`, key, found)
  }
}

/** Puts texts back where they were collected, in the same order. */
const rebuilt = (value: unknown, next: () => string): unknown => {
  if (typeof value === 'string') return IMAGE.test(value) ? value : next()
  if (typeof value !== 'object' || value === null) return value
  if (Array.isArray(value)) return value.map((one) => rebuilt(one, next))
  return Object.fromEntries(
    Object.entries(value).map(([, one]) => {
      const key = next()
      return [key, rebuilt(one, next)]
    })
  )
}

/** The texts of a value, and the secrets of each that were found. */
interface Searched<A> {
  readonly value: A
  readonly places: ReadonlyArray<TextPlace>
  readonly found: (place: TextPlace, at: number) => ReadonlyArray<FoundSecret>
}

/** Numbers secrets as they come, so that the same one is seen to be the same and nothing of it can be guessed. */
const numbering = () => {
  const numbers = new Map<string, number>()
  const kinds = new Map<string, number>()
  const tagOf = (word: string, secret: string): string => {
    const known = numbers.get(secret)
    const number = known ?? numbers.size + 1
    if (known === undefined) {
      numbers.set(secret, number)
      kinds.set(word, (kinds.get(word) ?? 0) + 1)
    }
    return `[REDACTED ${word} ${number}]`
  }
  const hide = (text: string, found: ReadonlyArray<FoundSecret>): string => {
    let out = ''
    let from = 0
    for (const one of found) {
      out += text.slice(from, one.from) + tagOf(one.word, text.slice(one.from, one.until))
      from = one.until
    }
    return out + text.slice(from)
  }
  const without = <A>({ value, places, found }: Searched<A>) => {
    const hidden: Array<HiddenPath> = []
    const texts = places.map((place, at) => {
      const { text, path, isNamed } = place
      const whole = isNamed ? [{ word: 'secret', from: 0, until: text.length }] : []
      const all = [...found(place, at), ...whole]
      if (all.length === 0) return text
      const secrets = merged(all)
      for (const { word } of secrets) hidden.push({ word, path })
      return hide(text, secrets)
    })
    if (hidden.length === 0) return { value, hidden }
    let at = 0
    return { value: rebuilt(value, () => texts[at++] ?? '') as A, hidden }
  }
  return { kinds, without }
}

const textsIn = (value: unknown): Collected => {
  const found: Collected = { places: [], pictures: 0 }
  collect(value, '', '', found)
  return found
}

export const createRedactor = (
  rules: ReadonlyArray<SecretRule>,
  finder?: SecretFinder
): Redactor => {
  const { kinds, without } = numbering()
  let unread = 0
  return {
    kinds: () => kinds,
    pictures: () => unread,
    value: async (value) => {
      const { places, pictures } = textsIn(value)
      unread += pictures
      const more = await finder?.(places.map(({ text }) => text))
      const found = ({ text }: TextPlace, at: number) => [
        ...secretsIn(text, rules),
        ...(more?.[at] ?? [])
      ]
      return without({ value, places, found })
    }
  }
}

/** The shortest text that holds a secret with what gives it away: `a://b:c@d`. */
const CHARS_MIN = 8
/** Of so many characters it is remembered what secrets they hold. */
const KEPT_CHARS_MAX = 8 * 1024 * 1024

/** Remembers what was found in texts, of those that were asked about last. */
const remembering = (
  search: (text: string) => ReadonlyArray<FoundSecret>
): ((text: string) => ReadonlyArray<FoundSecret>) => {
  const known = new Map<string, ReadonlyArray<FoundSecret>>()
  let chars = 0
  return (text) => {
    const before = known.get(text)
    if (before !== undefined) return before
    const found = search(text)
    known.set(text, found)
    chars += text.length
    for (const oldest of known.keys()) {
      if (chars <= KEPT_CHARS_MAX) break
      known.delete(oldest)
      chars -= oldest.length
    }
    return found
  }
}

/** The same value without its secrets. */
export type Hide = <A>(value: A) => A

/** Hides the secrets that rules find, at once; texts that come again are not searched again. */
export const createHider = (rules: ReadonlyArray<SecretRule>): Hide => {
  const { without } = numbering()
  const search = remembering((text) => secretsIn(text, rules))
  const found = ({ text }: TextPlace) => (text.length < CHARS_MIN ? [] : search(text))
  return (value) => without({ value, places: textsIn(value).places, found }).value
}
