/**
 * The few io-ts building blocks that match how Codex (serde) accepts a field.
 */
import * as t from 'io-ts'

/** An optional field: absent, null or a value. Serde reads `Option<T>` this way. */
export const optional = <C extends t.Mixed>(codec: C) => t.union([codec, t.null, t.undefined])

/** A field with a default: absent or a value, but never null. Serde rejects null here. */
export const defaulted = <C extends t.Mixed>(codec: C) => t.union([codec, t.undefined])

/** A codec that takes what its guard takes, unchanged. */
export const guarded = <A>(name: string, is: (u: unknown) => u is A): t.Type<A> =>
  new t.Type(name, is, (u, c) => (is(u) ? t.success(u) : t.failure(u, c)), t.identity)

const integer = (name: string, min: number, max: number): t.Type<number> =>
  guarded(
    name,
    (u): u is number => Number.isInteger(u) && (u as number) >= min && (u as number) <= max
  )

/** Signed 32-bit integer. */
export const i32 = integer('i32', -2147483648, 2147483647)
/** Unsigned 32-bit integer. */
export const u32 = integer('u32', 0, 4294967295)
/** Unsigned 64-bit integer, as far as a number carries it: up to the largest one that prints as such an integer again. */
export const u64 = integer('u64', 0, 18446744073709549568)
/** Signed 64-bit integer, likewise. */
export const i64 = integer('i64', -9223372036854775808, 9223372036854774784)

const UUID_LIKE =
  /^(urn:uuid:|\{)?[0-9a-f]{8}-?[0-9a-f]{4}-?[0-9a-f]{4}-?[0-9a-f]{4}-?[0-9a-f]{12}\}?$/i

/** A UUID in any spelling the peer's parser takes (hyphenated, bare, braced, urn). */
export const uuid = guarded('uuid', (u): u is string => typeof u === 'string' && UUID_LIKE.test(u))

/** One of a fixed set of strings. */
export const oneOf = <K extends string>(...names: ReadonlyArray<K>): t.Type<K> => {
  const known: ReadonlySet<unknown> = new Set(names)
  return guarded(names.join('|'), (u): u is K => known.has(u))
}
