/**
 * io-ts codecs that accept what Codex's parser (Rust's serde) accepts and refuse with its words, because clients
 * and tests match on them.
 *
 * A struct may also be written as an array of its members in order; unknown members are ignored; the first member
 * that is wrong, in the order of the document, is the one that is named.
 */
import * as E from 'fp-ts/lib/Either.js'
import * as t from 'io-ts'
import { isJsonObject, type Json, type JsonObject } from '../../../domain/json.ts'
import { parseUuid } from '../../../domain/uuid.ts'

/** A codec for something a client sent. */
export type Codec<A> = t.Type<A, unknown, unknown>

const U64_MAX = 18446744073709551615
const U32_MAX = 4294967295

const isWhole = (u: unknown): boolean => Number.isInteger(u) && Math.abs(u as number) <= U64_MAX

/** A value as serde names it in "invalid type" and "invalid value". */
const unexpected = (value: unknown): string => {
  if (value === null || value === undefined) return 'null'
  if (typeof value === 'boolean') return `boolean \`${value}\``
  if (typeof value === 'string') return `string ${JSON.stringify(value)}`
  if (typeof value !== 'number') return Array.isArray(value) ? 'sequence' : 'map'
  return isWhole(value) ? `integer \`${value}\`` : `floating point \`${value}\``
}

const wrongType = (value: unknown, expected: string): string =>
  `invalid type: ${unexpected(value)}, expected ${expected}`

const codecOf = <A>(name: string, is: t.Is<A>, validate: t.Validate<unknown, A>): Codec<A> =>
  new t.Type<A, unknown>(name, is, validate, t.identity)

const leaf = <A>(name: string, is: t.Is<A>, complain: (u: unknown) => string): Codec<A> =>
  codecOf(name, is, (u, c) => (is(u) ? t.success(u) : t.failure(u, c, complain(u))))

export const text: Codec<string> = leaf('string', t.string.is, (u) => wrongType(u, 'a string'))

export const flag: Codec<boolean> = leaf('bool', t.boolean.is, (u) => wrongType(u, 'a boolean'))

export const u32: Codec<number> = leaf(
  'u32',
  (u): u is number => isWhole(u) && (u as number) >= 0 && (u as number) <= U32_MAX,
  (u) => (isWhole(u) ? `invalid value: ${unexpected(u)}, expected u32` : wrongType(u, 'u32'))
)

export const u64: Codec<number> = leaf(
  'u64',
  (u): u is number => isWhole(u) && (u as number) >= 0,
  (u) => (isWhole(u) ? `invalid value: ${unexpected(u)}, expected u64` : wrongType(u, 'u64'))
)

/** A number of bytes. */
export const usize: Codec<number> = leaf('usize', u64.is, (u) =>
  isWhole(u) ? `invalid value: ${unexpected(u)}, expected usize` : wrongType(u, 'usize')
)

export const u16: Codec<number> = leaf(
  'u16',
  (u): u is number => isWhole(u) && (u as number) >= 0 && (u as number) <= 65535,
  (u) => (isWhole(u) ? `invalid value: ${unexpected(u)}, expected u16` : wrongType(u, 'u16'))
)

/** An unsigned 64-bit integer that is not 0. */
export const positive: Codec<number> = leaf(
  'NonZeroU64',
  (u): u is number => isWhole(u) && (u as number) > 0,
  (u) => {
    if (!isWhole(u)) return wrongType(u, 'a nonzero u64')
    return `invalid value: ${unexpected(u)}, expected ${u === 0 ? 'a nonzero u64' : 'u64'}`
  }
)

export const i64: Codec<number> = leaf(
  'i64',
  (u): u is number => Number.isInteger(u) && Math.abs(u as number) < 9223372036854775808,
  (u) => wrongType(u, 'i64')
)

export const anything: Codec<Json> = leaf('Value', (u): u is Json => u !== undefined, String)

/** A map of anything. */
export const map: Codec<JsonObject> = leaf(
  'Map',
  (u): u is JsonObject => isJsonObject(u),
  (u) => wrongType(u, 'a map')
)

/** A map of texts, or null for a name that is to have none. */
export const textMap: Codec<Readonly<Record<string, string | null>>> = codecOf(
  'HashMap<String, Option<String>>',
  (u): u is Readonly<Record<string, string | null>> =>
    isJsonObject(u) && Object.values(u).every((one) => one === null || typeof one === 'string'),
  (u, c) => {
    if (!isJsonObject(u)) return t.failure(u, c, wrongType(u, 'a map'))
    const wrong = Object.values(u).find((one) => one !== null && typeof one !== 'string')
    return wrong === undefined
      ? t.success(u as Readonly<Record<string, string | null>>)
      : t.failure(u, c, wrongType(wrong, 'a string'))
  }
)

/** A list whose elements are not looked at. */
export const items: Codec<ReadonlyArray<Json>> = leaf(
  'Vec<Value>',
  (u): u is ReadonlyArray<Json> => Array.isArray(u),
  (u) => wrongType(u, 'a sequence')
)

/** No parameters; an object is accepted too, and not looked at. */
export const unitValue: Codec<JsonObject | null> = leaf(
  'unit',
  (u): u is JsonObject | null => u === null || isJsonObject(u),
  (u) => wrongType(u, 'unit')
)

/** An enum whose variants are told apart by a member `type`; the members of a variant are checked after it. */
export const tagged = <A extends { readonly type: string }>(
  name: string,
  variants: Readonly<Record<string, t.Mixed>>
): Codec<A> =>
  codecOf<A>(
    name,
    (u): u is A =>
      isJsonObject(u) && typeof u['type'] === 'string' && Object.hasOwn(variants, u['type']),
    (u, c) => {
      if (!isJsonObject(u)) return t.failure(u, c, wrongType(u, `internally tagged enum ${name}`))
      if (!('type' in u)) return t.failure(u, c, 'missing field `type`')
      const { type } = u
      if (typeof type !== 'string') return t.failure(u, c, wrongType(type, 'variant identifier'))
      const variant = Object.hasOwn(variants, type) ? variants[type] : undefined
      if (variant === undefined) return t.failure(u, c, unknownVariant(type, Object.keys(variants)))
      const read = variant.validate(u, c)
      return E.isLeft(read) ? read : t.success({ type, ...(read.right as object) } as unknown as A)
    }
  )

const quoted = (names: ReadonlyArray<string>): string => {
  const [first, second, third] = names.map((name) => `\`${name}\``)
  if (third !== undefined) return `one of ${names.map((name) => `\`${name}\``).join(', ')}`
  return second === undefined ? String(first) : `${String(first)} or ${second}`
}

/** The words for a name that is none of those known. */
export const unknownVariant = (found: string, known: ReadonlyArray<string>): string =>
  `unknown variant \`${found}\`, expected ${quoted(known)}`

export const oneOf = <K extends string>(...names: ReadonlyArray<K>): Codec<K> => {
  const known: ReadonlySet<unknown> = new Set(names)
  const is = (u: unknown): u is K => known.has(u)
  return leaf(names.join('|'), is, (u) =>
    typeof u === 'string' ? unknownVariant(u, names) : wrongType(u, 'string or map')
  )
}

/** One of a fixed set of names, or an object that stands for a variant with members; these are not looked at. */
export const variant = (...names: ReadonlyArray<string>): Codec<Json> => {
  const name = oneOf(...names)
  return codecOf<Json>(
    name.name,
    (u): u is Json => name.is(u) || isJsonObject(u),
    (u, c) => (isJsonObject(u) ? t.success(u) : name.validate(u, c))
  )
}

/** A path that does not depend on a directory. */
export const absolutePath: Codec<string> = leaf(
  'AbsolutePathBuf',
  (u): u is string => typeof u === 'string' && u.startsWith('/'),
  (u) =>
    typeof u === 'string'
      ? 'AbsolutePathBuf deserialized without a base path'
      : wrongType(u, 'path string')
)

export const list = <A>(element: Codec<A>): Codec<ReadonlyArray<A>> =>
  codecOf<ReadonlyArray<A>>(
    `Vec<${element.name}>`,
    (u): u is ReadonlyArray<A> => Array.isArray(u) && u.every(element.is),
    (u, c) => {
      if (!Array.isArray(u)) return t.failure(u, c, wrongType(u, 'a sequence'))
      const read: Array<A> = []
      for (const [index, value] of (u as ReadonlyArray<unknown>).entries()) {
        const one = element.validate(value, t.appendContext(c, String(index), element, value))
        if (E.isLeft(one)) return one
        read.push(one.right)
      }
      return t.success(read)
    }
  )

/** A thread id where the parameter itself is one; read in any spelling, printed lowercase with hyphens. */
export const uuid: Codec<string> = codecOf<string>('uuid', t.string.is, (u, c) => {
  const parsed = typeof u === 'string' ? parseUuid(u) : E.left(wrongType(u, 'a string'))
  return E.isLeft(parsed) ? t.failure(u, c, parsed.left) : t.success(parsed.right)
})

/** The first of several shapes that fits. */
export const untagged = <A, B>(name: string, first: Codec<A>, second: Codec<B>): Codec<A | B> =>
  codecOf<A | B>(
    name,
    (u): u is A | B => first.is(u) || second.is(u),
    (u, c) => {
      const one = first.validate(u, c)
      if (E.isRight(one)) return one
      const other = second.validate(u, c)
      if (E.isRight(other)) return other
      return t.failure(u, c, `data did not match any variant of untagged enum ${name}`)
    }
  )

/** A member of a struct, and what stands for it when it is absent. */
export interface Field<A> {
  readonly codec: Codec<A>
  readonly absent: { readonly value: A } | 'missing'
  /** An array may end before this member. */
  readonly mayEnd: boolean
}

/** A member that must be there. */
export const required = <A>(codec: Codec<A>): Field<A> => ({
  codec,
  absent: 'missing',
  mayEnd: false
})

/** A member that may be absent or null; both are read as null. */
export const option = <A>(codec: Codec<A>): Field<A | null> => ({
  codec: codecOf<A | null>(
    `Option<${codec.name}>`,
    (u): u is A | null => u === null || codec.is(u),
    (u, c) => (u === null || u === undefined ? t.success(null) : codec.validate(u, c))
  ),
  absent: { value: null },
  mayEnd: false
})

/** A member of a patch: absent is undefined and means that it stays, null clears it. */
export const patch = <A>(codec: Codec<A>): Field<A | null | undefined> => ({
  codec: option(codec).codec as Codec<A | null | undefined>,
  absent: { value: undefined },
  mayEnd: true
})

/** A member with a default; null is refused. */
export const defaulted = <A>(codec: Codec<A>, value: A): Field<A> => ({
  codec,
  absent: { value },
  mayEnd: true
})

/** A member this era does not know: whatever it holds, it is read as null. */
export const ignored = <A>(): Field<A | null> => ({
  codec: codecOf<A | null>(
    'ignored',
    (u): u is null => u === null,
    () => t.success(null)
  ),
  absent: { value: null },
  mayEnd: true
})

interface AnyField {
  readonly codec: t.Mixed
  readonly absent: { readonly value: unknown } | 'missing'
  readonly mayEnd: boolean
}

export type Fields = Readonly<Record<string, AnyField>>
/** The value a struct is read to: every member present. */
export type ParamsOf<F extends Fields> = {
  readonly [K in keyof F]: F[K] extends Field<infer A> ? A : never
}

const fromArray = (
  name: string,
  fields: Fields,
  values: ReadonlyArray<unknown>
): E.Either<string, object> => {
  const members = Object.entries(fields)
  if (values.length > members.length) {
    return E.left(`invalid length ${values.length}, expected fewer elements in array`)
  }
  const short = members.findIndex(([, field], index) => index >= values.length && !field.mayEnd)
  if (short !== -1) {
    const all = `${members.length} element${members.length === 1 ? '' : 's'}`
    return E.left(`invalid length ${short}, expected struct ${name} with ${all}`)
  }
  return E.right(Object.fromEntries(values.map((value, index) => [members[index]?.[0], value])))
}

const validateStruct = <F extends Fields>(
  fields: F,
  source: object,
  c: t.Context
): t.Validation<ParamsOf<F>> => {
  const read: Record<string, unknown> = {}
  for (const [key, value] of Object.entries(source) as ReadonlyArray<[string, unknown]>) {
    const field = Object.hasOwn(fields, key) ? fields[key] : undefined
    if (field === undefined) continue
    const one = field.codec.validate(value, t.appendContext(c, key, field.codec, value))
    if (E.isLeft(one)) return one
    read[key] = one.right
  }
  for (const [key, { absent }] of Object.entries(fields)) {
    if (Object.hasOwn(read, key)) continue
    if (absent === 'missing') return t.failure(source, c, `missing field \`${key}\``)
    read[key] = absent.value
  }
  return t.success(read as ParamsOf<F>)
}

/** What a codec reads, and members of our own beside it, which an array cannot hold. */
export const alongside = <A extends object, F extends Fields>(
  codec: Codec<A>,
  fields: F
): Codec<A & Partial<ParamsOf<F>>> =>
  codecOf<A & Partial<ParamsOf<F>>>(
    codec.name,
    (u): u is A & Partial<ParamsOf<F>> => codec.is(u),
    (u, c) => {
      const read = codec.validate(u, c)
      if (E.isLeft(read) || !isJsonObject(u)) return read
      const own = validateStruct(fields, u, c)
      return E.isLeft(own) ? own : t.success({ ...read.right, ...own.right })
    }
  )

/** A struct: members by name, or by place in an array. */
export const struct = <F extends Fields>(name: string, fields: F): Codec<ParamsOf<F>> =>
  codecOf<ParamsOf<F>>(
    name,
    (u): u is ParamsOf<F> => E.isRight(validateStruct(fields, Object(u) as object, [])),
    (u, c) => {
      if (Array.isArray(u)) {
        const named = fromArray(name, fields, u)
        return E.isLeft(named)
          ? t.failure(u, c, named.left)
          : validateStruct(fields, named.right, c)
      }
      if (!isJsonObject(u)) return t.failure(u, c, wrongType(u, `struct ${name}`))
      return validateStruct(fields, u, c)
    }
  )

/** Reads a value, or says in serde's words why it cannot be read. */
export const decode = <A>(codec: Codec<A>, value: unknown): E.Either<string, A> => {
  const read = codec.decode(value)
  if (E.isRight(read)) return read
  return E.left(read.left[0]?.message ?? `cannot read ${codec.name}`)
}

/** Some members of what was read, without those that were not given. */
export const given = <P extends object, K extends keyof P>(
  params: P,
  ...names: ReadonlyArray<K>
): { readonly [N in K]?: NonNullable<P[N]> } =>
  Object.fromEntries(
    names.flatMap((name) => {
      const value = params[name] ?? null
      return value === null ? [] : [[name, value]]
    })
  ) as { readonly [N in K]?: NonNullable<P[N]> }
