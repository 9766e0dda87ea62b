/**
 * Whether a text behind the name of a secret is one, or a type, a placeholder, a name of something else.
 */
import type { Judge } from './rule.ts'

const PLACEHOLDER =
  /^(?:\$|<|\{|%|\[|&|@|#|\*+|x{3,}|\.{3}|…|\\|-|process\.env|os\.|env\.|self\.|this\.|config\.|settings\.|var\.|secrets?\.|your[_-]?|my[_-]?|example|placeholder|changeme|change_me|redacted|dummy|todo|n\/a)/i
const WORD =
  /^(?:true|false|null|none|nil|undefined|string|str|number|boolean|bool|bytes|object|any|unknown|never|required|optional|password|passwd|passphrase|secret|token|bearer|basic|default|empty|missing|invalid|expired|hidden|masked|input|prompt|value|text|file|path|name|key|process|function|const|return|await|async|import|export|class|type)s?[!?.:]*$/i

const hasLetter = (text: string): boolean => /[A-Za-z]/.test(text)
const hasDigit = (text: string): boolean => /\d/.test(text)

/** A call, an index, a member of something, a path: what stands in programs where a secret would. */
const isCode = (text: string): boolean =>
  /[([{]|=>|\$\{/.test(text) ||
  /^[A-Za-z_]\w*(?:\??\.[A-Za-z_]\w*)+$/.test(text) ||
  /^(?:\.{0,2}|~)\/[\w./-]+$/.test(text) ||
  /^https?:\/\//.test(text)

const isValue = (text: string): boolean =>
  !PLACEHOLDER.test(text) && !WORD.test(text) && !isCode(text)

/** Letters with digits or signs: no plain word, no name in a program, no number. */
const isMixed = (text: string): boolean =>
  isValue(text) &&
  hasLetter(text) &&
  (hasDigit(text) || /[!@#$%^*+=~]/.test(text)) &&
  !/^[a-z]+(?:[_-][a-z]+)+\d?$/i.test(text)

const BITS_MIN = 4
const LENGTH_MIN = 24

const bitsOf = (text: string): number => {
  const counts = new Map<string, number>()
  for (const char of text) counts.set(char, (counts.get(char) ?? 0) + 1)
  let bits = 0
  for (const count of counts.values())
    bits -= (count / text.length) * Math.log2(count / text.length)
  return bits
}

/** Random letters of both cases and digits; hashes and ids are of one case. */
const isRandom = (text: string): boolean =>
  text.length >= LENGTH_MIN &&
  hasDigit(text) &&
  /[a-z]/.test(text) &&
  /[A-Z]/.test(text) &&
  !/^(?:[\w-]*\/){2,}/.test(text) &&
  !/^[A-Za-z]+(?:[_-][A-Za-z0-9]+)*$/.test(text.replace(/\d+$/, '')) &&
  bitsOf(text) >= BITS_MIN

/** Loopback, unspecified, private test nets and documentation. */
const KNOWN_NETS =
  /^(?:127\.|0\.0\.0\.0$|192\.0\.2\.|198\.51\.100\.|203\.0\.113\.|255\.|::1$|2001:db8:)/i

const isAddress = (text: string): boolean =>
  !KNOWN_NETS.test(text) &&
  (text.includes(':')
    ? text.includes('::') || text.split(':').length === 8
    : text.split('.').every((part) => Number(part) <= 255))

const JUDGES: Readonly<Record<Judge, (text: string) => boolean>> = {
  value: isValue,
  mixed: isMixed,
  entropy: isRandom,
  address: isAddress
}

/** True where a judge takes a text for a secret, or none is asked. */
export const isSecret = (judge: Judge | undefined, text: string): boolean =>
  judge === undefined || JUDGES[judge](text)
