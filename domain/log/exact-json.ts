/**
 * JSON texts as a strict reader sees them: `JSON.parse` makes one number of `1`, `1.0` and `1e0`, rounds long ones, takes half of a
 * surrogate pair, and of members of one name the last. What Codex does with a line depends on them.
 */

/** How a version keeps numbers: rounded as `f64`, or as they are written. */
export type NumberKeeping = 'rounded' | 'written'

const U64_MAX = 2n ** 64n - 1n
const I64_MIN = -(2n ** 63n)
const U128_MAX = 2n ** 128n - 1n
const I128_MIN = -(2n ** 127n)

const isWithin = (value: bigint, min: bigint, max: bigint): boolean => value >= min && value <= max

/** The two ways in which a strict reader writes a fraction; what is written in another way is no fraction to it. */
const fractionTexts = (value: number): ReadonlyArray<string> => {
  const [mantissa = '', power = '0'] = Math.abs(value).toExponential().split('e')
  const sign = value < 0 || Object.is(value, -0) ? '-' : ''
  const digits = mantissa.replace('.', '')
  const point = Number(power) + 1
  const before = point > 0 ? digits.slice(0, point).padEnd(point, '0') : '0'
  const behind = point > 0 ? digits.slice(point) : '0'.repeat(-point) + digits
  const plain = sign + before + (behind === '' ? '' : `.${behind}`)
  const short =
    point > -5 && point <= 16
      ? plain + (behind === '' ? '.0' : '')
      : `${sign}${mantissa}e${Number(power)}`
  return [plain, short]
}

/** A number that is not written as a short integer. */
export class ExactNumber {
  readonly text: string
  readonly keeping: NumberKeeping

  constructor(text: string, keeping: NumberKeeping) {
    this.text = text
    this.keeping = keeping
  }

  /** Its value when it is written as an integer; null for another number. */
  integer(): bigint | null {
    if (!/^-?\d+$/.test(this.text)) return null
    return this.text === '-0' && this.keeping === 'rounded' ? null : BigInt(this.text)
  }

  /** True for an integer of this range. */
  isBetween(min: bigint, max: bigint): boolean {
    const value = this.integer()
    return value !== null && isWithin(value, min, max)
  }

  /** True when it can be a fraction. */
  isFraction(): boolean {
    if (this.keeping === 'rounded' || this.isBetween(I64_MIN, U64_MAX)) return true
    return fractionTexts(Number(this.text)).includes(this.text)
  }

  /** True when a reader takes it for an object with a member of its own. */
  isObject(): boolean {
    return !this.isRefused() && !this.isFraction()
  }

  /** True when a reader gives up on the text that holds it. */
  isRefused(): boolean {
    if (this.keeping === 'rounded') return !Number.isFinite(Number(this.text))
    return this.isBetween(I128_MIN, U128_MAX) && !this.isBetween(I64_MIN, U64_MAX)
  }
}

/** Names of members that an object has more than once; there when the reader refuses that. */
export const DOUBLED = Symbol('doubled')

/** How a line of today begins: its time is no number. */
const HEAD = '{"timestamp":"'
/** A number as far as its first digit, where one may stand. */
const NUMBER = /[:,[]\s*-?\d/g
/** How a number goes on that is no short integer. */
const LONG_REST = /\d*[.eE]|\d{15}/y

/** True for a text that is certainly not odd, which is cheaper to tell. */
const isPlain = (text: string): boolean => {
  if (text.includes('\\ud') || text.includes('\\uD')) return false
  NUMBER.lastIndex = text.startsWith(HEAD) ? Math.max(0, text.indexOf('"', HEAD.length)) : 0
  while (NUMBER.test(text)) {
    LONG_REST.lastIndex = NUMBER.lastIndex
    if (LONG_REST.test(text) || text.startsWith('-0', NUMBER.lastIndex - 2)) return false
  }
  return true
}

/** Finds texts that may hold what `JSON.parse` does not tell; most others are not worth a closer look. */
const ODD = /\\u[dD][89a-fA-F]|[:,[]\s*-?(?:\d+[.eE][\d.eE+-]*|\d{16,})\s*[,}\]]|[:,[]\s*-0/
const TOKENS = /"(?:[^"\\]|\\.)*"(\s*:)?|-?\d[\d.eE+-]*/gs
const SHORT_INTEGER = /^(?:0|-?[1-9]\d{0,14})$/
/** Half of a surrogate pair. */
const LONE = /\p{Surrogate}/u
/** Stands for an exact number while a text is parsed again, and ends a name that was made different from others. */
const MARK = '\u0001'

const hasLone = (token: string): boolean =>
  token.includes('\\u') && LONE.test(JSON.parse(token.replace(/\s*:$/, '')) as string)

/**
 * The value of a JSON text, which `JSON.parse` took, with its odd numbers as they are written; undefined when a reader gives up on
 * it. `value` is what `JSON.parse` made of it, and nearly always the answer. A reader that knows no shapes takes integers of any length.
 */
export const exactValue = (
  text: string,
  value: unknown,
  keeping: NumberKeeping,
  takesAnyInteger = false
): unknown => {
  if (isPlain(text) || !ODD.test(text)) return value
  let isRefused = false
  const numbers: Array<ExactNumber> = []
  const marked = text.replace(TOKENS, (token) => {
    if (token.startsWith('"')) {
      isRefused ||= hasLone(token)
      return token
    }
    if (SHORT_INTEGER.test(token)) return token
    const number = new ExactNumber(token, keeping)
    isRefused ||= number.isRefused() && !(takesAnyInteger && keeping === 'written')
    return `{${JSON.stringify(MARK)}:${numbers.push(number) - 1}}`
  })
  if (isRefused) return undefined
  if (numbers.length === 0) return value
  return JSON.parse(marked, (_, inner: unknown): unknown => {
    const at = (inner as Readonly<Record<string, unknown>> | null)?.[MARK]
    return typeof at === 'number' ? (numbers[at] ?? inner) : inner
  }) as unknown
}

/** The value of a JSON text of which objects tell their members that are there twice. */
export const withDoubled = (text: string): unknown => {
  let count = 0
  const marked = text.replace(TOKENS, (token, colon: string | undefined) =>
    colon === undefined ? token : `${token.slice(0, -colon.length - 1)}\\u0001${count++}":`
  )
  return JSON.parse(marked, (_, inner: unknown): unknown => {
    if (typeof inner !== 'object' || inner === null || Array.isArray(inner)) return inner
    const doubled = new Set<string>()
    const members = new Map<string, unknown>()
    for (const [key, member] of Object.entries(inner)) {
      const name = key.slice(0, key.lastIndexOf(MARK))
      if (members.has(name)) doubled.add(name)
      members.set(name, member)
    }
    const object: object = Object.fromEntries(members)
    return doubled.size === 0 ? object : Object.assign(object, { [DOUBLED]: doubled })
  }) as unknown
}

const printNumber = ({ text, keeping }: ExactNumber): string => {
  if (keeping === 'written')
    return text === '-0' ? '0' : text.replace(/[eE]([+-]?)/, (_, sign) => `e${sign || '+'}`)
  const isShort = /^-?\d+$/.test(text) && text !== '-0'
  return isShort && isWithin(BigInt(text), I64_MIN, U64_MAX)
    ? text
    : (fractionTexts(Number(text))[1] ?? text).replace(/e(?=\d)/, 'e+')
}

const COUNTED = /[{,]\s*"\d+"\s*:/
const COUNTED_NAME = /^"(?=\d+"\s*:$)/

/**
 * A text of which objects keep their members in order: names that are numbers, which JavaScript would put first, get a mark that
 * `printExact` takes off.
 */
export const inOrder = (text: string): string =>
  COUNTED.test(text)
    ? text.replace(TOKENS, (token) => token.replace(COUNTED_NAME, '"\\u0001'))
    : text

const printName = (name: string): string => JSON.stringify(name.replace(/^\u0001(?=\d+$)/, ''))

/** A value of `exactValue` as compact JSON, numbers as that reader prints them. */
export const printExact = (value: unknown): string => {
  if (value instanceof ExactNumber) return printNumber(value)
  if (Array.isArray(value)) return `[${value.map(printExact).join(',')}]`
  if (typeof value !== 'object' || value === null) return JSON.stringify(value)
  const members = Object.entries(value).filter(([, member]) => member !== undefined)
  return `{${members.map(([name, member]) => `${printName(name)}:${printExact(member)}`).join(',')}}`
}
