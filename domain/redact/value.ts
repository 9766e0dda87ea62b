/**
 * Values without their secrets: every text in them, names of members included.
 */
import { isSecret } from './judge.ts'
import { merged, secretsIn, type Found } from './find.ts'
import { SECRET_NAME } from './named.ts'
import type { SecretRule } from './rule.ts'

/** Where a secret was: the way to it through the members of a value. */
export interface HiddenPlace {
  readonly word: string
  readonly path: string
}

/** Another way to find secrets, over many texts at once. */
export type SecretFinder = (
  texts: ReadonlyArray<string>
) => Promise<ReadonlyArray<ReadonlyArray<Found>>>

export interface Redactor {
  /** The same value without secrets. */
  readonly value: <A>(value: A) => Promise<{
    readonly value: A
    readonly hidden: ReadonlyArray<HiddenPlace>
  }>
  /** How many different secrets were hidden, by word. */
  readonly kinds: () => ReadonlyMap<string, number>
}

const IMAGE = /^data:(?:image|audio)\//

interface TextPlace {
  readonly text: string
  readonly path: string
  /** A secret by the name of its member. */
  readonly isNamed: boolean
}

const collect = (value: unknown, path: string, name: string, found: Array<TextPlace>): void => {
  if (typeof value === 'string') {
    if (!IMAGE.test(value))
      found.push({
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
    found.push({ text: key, path: `${path}/…`, isNamed: false })
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

/** Numbers secrets as they come, so that the same one is seen to be the same and nothing of it can be guessed. */
export const createRedactor = (
  rules: ReadonlyArray<SecretRule>,
  finder?: SecretFinder
): Redactor => {
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
  const hide = (text: string, found: ReadonlyArray<Found>): string => {
    let out = ''
    let from = 0
    for (const one of found) {
      out += text.slice(from, one.from) + tagOf(one.word, text.slice(one.from, one.until))
      from = one.until
    }
    return out + text.slice(from)
  }
  return {
    kinds: () => kinds,
    value: async (value) => {
      const places: Array<TextPlace> = []
      collect(value, '', '', places)
      const more = await finder?.(places.map(({ text }) => text))
      const hidden: Array<HiddenPlace> = []
      const texts = places.map(({ text, path, isNamed }, at) => {
        const own = secretsIn(text, rules)
        const others = more?.[at] ?? []
        const whole = isNamed ? [{ word: 'secret', from: 0, until: text.length }] : []
        if (own.length + others.length + whole.length === 0) return text
        const found = merged([...own, ...others, ...whole])
        for (const { word } of found) hidden.push({ word, path })
        return hide(text, found)
      })
      if (hidden.length === 0) return { value, hidden }
      let at = 0
      return { value: rebuilt(value, () => texts[at++] ?? '') as typeof value, hidden }
    }
  }
}
