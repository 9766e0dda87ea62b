/**
 * How Codex takes a JSON value apart: which members it wants and of which kind, as data.
 *
 * Shape:  a name (`'string'`, `'u32'`, `'TextElement'`; `?` behind it: or null), a set of words (`'=plan|default'`), a list
 *         (`['string']`) or an object. Members of an object: `name` must be there, `name?` may be absent or null, `name=` may be
 *         absent but not null, `name!` must be absent; other members are allowed. Under `'*'` stands the shape of every member, under
 *         `@keys` that of their names. A word may also be the only member of an object, with null.
 *         `@<tag>`: that member chooses one of the variants (`'*'`: any other one), a number the variant at its place in `@order`.
 *         `@closed`: its members are all of these words.
 *         `@object`: no number is taken for one.
 *         `@sequence`: it may be a list of these, too.
 *         `@key`: the only member is one of these; `@unit`: or one of these words (`*`: any other one). `@either`, `@also`: (and) one of these.
 * Errors: none: a value fits or does not.
 */
import { DOUBLED, ExactNumber } from '../exact-json.ts'
import { isJsonObject, type JsonObject } from '../../json.ts'

export type Shape = string | readonly [Shape] | Members

export interface Members {
  readonly [member: string]: Shape | ReadonlyArray<Shape>
}

export type Shapes = Readonly<Record<string, Shape>>

/** What a later version reads otherwise: null takes a name or a member away. */
export interface ShapeChanges {
  readonly [member: string]: Shape | ReadonlyArray<Shape> | ShapeChanges | null
}

/** True for a value of the shape. */
export type Fits = (value: unknown) => boolean

const isPlain = (value: unknown): value is Readonly<Record<string, unknown>> =>
  typeof value === 'object' && value !== null && !Array.isArray(value)

/** The shapes of an earlier version with the changes of a later one. */
export const changed = (shapes: Shapes, changes: ShapeChanges): Shapes => {
  const all: Record<string, unknown> = { ...shapes }
  for (const [name, change] of Object.entries(changes)) {
    const before = all[name]
    if (change === null) delete all[name]
    else all[name] = isPlain(change) && isPlain(before) ? changed(before as Shapes, change) : change
  }
  return all as Shapes
}

const integer = (bits: number, isSigned: boolean): Fits => {
  const min = isSigned ? -(2n ** BigInt(bits - 1)) : 0n
  const max = 2n ** BigInt(isSigned ? bits - 1 : bits) - 1n
  const [least, most] = [Number(min), Number(max)]
  return (value) =>
    typeof value === 'number'
      ? Number.isInteger(value) && value >= least && value <= most
      : value instanceof ExactNumber && value.isBetween(min, max)
}

const UUID = /^(urn:uuid:|\{)?[0-9a-f]{8}-?[0-9a-f]{4}-?[0-9a-f]{4}-?[0-9a-f]{4}-?[0-9a-f]{12}\}?$/i

/** Where an agent stands below the first one. */
const AGENT_PATH = /^\/root(?:\/(?!root(?:\/|$))[a-z0-9_]+)*$/

const TIMESTAMP = /^\d{4}-\d\d-\d\d[Tt ]\d\d:\d\d:\d\d(?:\.\d+)?(?:[Zz]|[+-]\d\d:\d\d)$/

/** A path, or a file URL. */
const PATH_URI = /^(?:\/|file:\/\/)/

const isText = (value: unknown): value is string => typeof value === 'string'

/** The word that an object with no other member than it, which is null, stands for; else the value itself. */
export const wordIn = (value: unknown): unknown => {
  if (!isPlain(value)) return value
  const [word = '', more] = Object.keys(value)
  return more === undefined && value[word] === null ? word : value
}

const KINDS: Readonly<Record<string, Fits>> = {
  any: () => true,
  string: isText,
  bool: (value) => typeof value === 'boolean',
  u16: integer(16, false),
  i32: integer(32, true),
  u32: integer(32, false),
  i64: integer(64, true),
  u64: integer(64, false),
  positive: (value) => value !== 0 && integer(64, false)(value),
  f64: (value) => typeof value === 'number' || (value instanceof ExactNumber && value.isFraction()),
  uuid: (value) => isText(value) && UUID.test(value),
  AbsolutePath: (value) => isText(value) && value.startsWith('/'),
  AgentPath: (value) => isText(value) && AGENT_PATH.test(value),
  PathUri: (value) => isText(value) && PATH_URI.test(value),
  Timestamp: (value) => isText(value) && TIMESTAMP.test(value),
  word: (value) => isText(value) && value !== '',
  anyWord: (value) => isText(wordIn(value))
}

const words = (list: string): Fits => {
  const known: ReadonlySet<unknown> = new Set(list.split('|'))
  return (value) => known.has(wordIn(value))
}

type Compile = (shape: Shape) => Fits

/** A member that is there, and whether it must be. */
interface MemberRule {
  readonly name: string
  readonly fits: Fits
  readonly isRequired: boolean
}

const memberRule = (key: string, shape: Shape, compile: Compile): MemberRule => {
  const name = /[?=!]$/.test(key) ? key.slice(0, -1) : key
  if (key.endsWith('!')) return { name, fits: () => false, isRequired: false }
  const fits = compile(shape)
  if (key.endsWith('?'))
    return { name, fits: (value) => value === null || fits(value), isRequired: false }
  return { name, fits, isRequired: name === key }
}

/** Checks of the members that are there: most shapes know many more than an object has. */
const membersCheck = (rules: ReadonlyArray<MemberRule>): Fits => {
  const required = rules.filter(({ isRequired }) => isRequired).map(({ name }) => name)
  const known = new Map<string, Fits>()
  for (const { name, fits } of rules) {
    const before = known.get(name)
    known.set(name, before === undefined ? fits : (value) => before(value) && fits(value))
  }
  return (value) => {
    const object = value as JsonObject
    for (const name of required) if (object[name] === undefined) return false
    for (const name in object) {
      const fits = known.get(name)
      if (fits === undefined) continue
      const member = object[name]
      if (member !== undefined && !fits(member)) return false
    }
    return true
  }
}

/** Names of variants at their places, from a list in which a number stands for so many that do not matter. */
export const placesOf = (order: string): ReadonlyArray<string> =>
  order
    .split(' ')
    .flatMap((word) => (/^\d+$/.test(word) ? Array<string>(Number(word)).fill('-') : [word]))

/** The place a number stands for, or null. A signed zero is a place to a reader that keeps numbers as written. */
const placeOf = (value: unknown): number | null => {
  if (typeof value === 'number') return Number.isInteger(value) && value >= 0 ? value : null
  const place = value instanceof ExactNumber ? value.integer() : null
  return place !== null && place >= 0n && place < 2n ** 64n ? Number(place) : null
}

/** The variant that a number names: `*` for one behind all; null when it is no place. */
export const variantAt = (names: ReadonlyArray<string>, value: unknown): string | null => {
  const place = placeOf(value)
  return place === null ? null : (names[place] ?? '*')
}

const variants = (tag: string, all: Shapes, order: string | undefined, compile: Compile): Fits => {
  const fits = new Map(Object.entries(all).map(([name, shape]) => [name, compile(shape)]))
  const other = fits.get('*')
  const names = order === undefined ? [...fits.keys()] : placesOf(order)
  return (value) => {
    const type = (value as JsonObject)[tag]
    const name = typeof type === 'string' ? type : variantAt(names, type)
    return name !== null && (fits.get(name) ?? other)?.(value) === true
  }
}

/** Which words may stand in place of an object with one of these keys. */
export const unitsOf = (units: string | undefined, all: Shapes): Fits => {
  if (units === '*') return (word) => isText(word) && !Object.hasOwn(all, word)
  return units === undefined ? () => false : words(units.slice(1))
}

const keyed = (all: Shapes, units: string | undefined, compile: Compile): Fits => {
  const fits = new Map(Object.entries(all).map(([name, shape]) => [name, compile(shape)]))
  const other = fits.get('*')
  const isUnit = unitsOf(units, all)
  return (value) => {
    if (!isPlain(value)) return isUnit(value)
    const [key, more] = Object.keys(value)
    if (key === undefined || more !== undefined || DOUBLED in value) return false
    return isUnit(key) ? value[key] === null : (fits.get(key) ?? other)?.(value[key]) === true
  }
}

/** True when a member that is known is there twice, and the reader minds. */
export const isDoubled = (object: JsonObject, names: ReadonlyArray<string>): boolean => {
  const doubled = (object as { readonly [DOUBLED]?: ReadonlySet<string> })[DOUBLED]
  return doubled !== undefined && names.some((name) => doubled.has(name))
}

/** serde_json reads some numbers as an object with this member. */
const NUMBER = '$serde_json::private::Number'

const objectCheck = (shape: Members, compile: Compile): Fits => {
  const all: Array<Fits> = []
  const rules: Array<MemberRule> = []
  for (const [key, member] of Object.entries(shape)) {
    if (/^@(unit|order|sequence|keys|closed|object)$/.test(key)) continue
    if (key === '@either' || key === '@also') {
      const some = (member as ReadonlyArray<Shape>).map(compile)
      all.push((value) => some.some((fits) => fits(value)))
    } else if (key === '@key') {
      return keyed(member as Shapes, shape['@unit'] as string | undefined, compile)
    } else if (key === '*') {
      const fits = compile(member as Shape)
      const named = compile((shape['@keys'] as Shape | undefined) ?? 'any')
      all.push((value) =>
        Object.entries(value as JsonObject).every(([name, one]) => named(name) && fits(one))
      )
    } else if (key.startsWith('@')) {
      all.push(
        variants(key.slice(1), member as Shapes, shape['@order'] as string | undefined, compile)
      )
    } else rules.push(memberRule(key, member as Shape, compile))
  }
  if (rules.length > 0) all.unshift(membersCheck(rules))
  // Some objects may be written as the list of their members, the last ones left out.
  const sequence = (shape['@sequence'] as ReadonlyArray<Shape> | undefined)?.map(compile)
  const isSequence = (values: ReadonlyArray<unknown>): boolean =>
    sequence !== undefined &&
    values.length <= sequence.length &&
    values.every((value, at) => sequence[at]?.(value))
  const isLoose = shape['@object'] === undefined
  const names = Object.keys(shape).map((key) => key.replace(/^@|[?=!]$/g, ''))
  if (shape['@closed'] !== undefined) {
    const isKnown = compile(shape['@closed'] as Shape)
    all.push((value) => Object.keys(value as JsonObject).every(isKnown))
  }
  if (shape['@either'] !== undefined) return (value) => all.every((fits) => fits(value))
  return (value) => {
    if (!isJsonObject(value)) return Array.isArray(value) && isSequence(value)
    if (value instanceof ExactNumber)
      return isLoose && value.isObject() && all.every((fits) => fits({ [NUMBER]: value.text }))
    if (isDoubled(value, names)) return false
    for (const fits of all) if (!fits(value)) return false
    return true
  }
}

/** Makes the checks of the shapes of one version; each is made when it is first asked for. */
export const checksOf = (shapes: Shapes): Compile => {
  const made = new Map<string, Fits>()
  const named = (name: string): Fits => {
    const found = KINDS[name] ?? made.get(name)
    if (found !== undefined) return found
    const shape = shapes[name]
    if (shape === undefined) throw new Error(`no shape is called ${name}`)
    // Shapes may contain themselves.
    let own: Fits | null = null
    const check: Fits = (value) => (own ??= compile(shape))(value)
    made.set(name, check)
    return check
  }
  const ofWord = (word: string): Fits => {
    if (word.startsWith('=')) return words(word.slice(1))
    if (!word.endsWith('?')) return named(word)
    const fits = named(word.slice(0, -1))
    return (value) => value === null || fits(value)
  }
  const compile: Compile = (shape) => {
    if (typeof shape === 'string') return ofWord(shape)
    if (!Array.isArray(shape)) return objectCheck(shape as Members, compile)
    const fits = compile(shape[0] as Shape)
    return (value) => Array.isArray(value) && value.every(fits)
  }
  return compile
}
