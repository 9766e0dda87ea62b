/**
 * Taking secrets out of texts one by one. A secret has the same number as long as the process runs, so
 * that it is seen to be the same one, and nothing of it can be guessed.
 */
import { secretsIn } from './find.ts'
import { RULES } from './rules.ts'

/** Numbers are forgotten with the oldest secrets. */
const KEPT = 10_000

export const redaction = (): ((text: string) => string) => {
  const numbers = new Map<string, number>()
  let last = 0
  const numberOf = (secret: string): number => {
    const known = numbers.get(secret)
    if (known !== undefined) return known
    last += 1
    const [oldest] = numbers.keys()
    if (numbers.size >= KEPT && oldest !== undefined) numbers.delete(oldest)
    numbers.set(secret, last)
    return last
  }
  return (text) => {
    const found = secretsIn(text, RULES)
    if (found.length === 0) return text
    let out = ''
    let from = 0
    for (const { word, from: begin, until } of found) {
      const secret = text.slice(begin, until)
      out += `${text.slice(from, begin)}[REDACTED ${word} ${numberOf(secret)}]`
      from = until
    }
    return out + text.slice(from)
  }
}
