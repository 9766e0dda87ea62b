/**
 * Structs and enums as the parser of Codex reads them from JSON: a struct may also be a list of its members in order, members that it
 * does not know are passed over, and none may come twice.
 */
import {
  anyJson,
  fault,
  noValue,
  opening,
  optional,
  readElements,
  readMembers,
  readString,
  wrongType,
  type JsonReader,
  type Read
} from './json-reader.ts'

/** A member: how it is read, its other names, and what it is where it is missing; without that it must be there. */
export interface StructMember<A> {
  readonly read: Read<A>
  readonly aliases?: ReadonlyArray<string>
  readonly missing?: () => A
}

/** A member that must be there. */
export const needed = <A>(read: Read<A>): StructMember<A> => ({ read })

/** A member that may be null or missing. */
export const perhaps = <A>(
  read: Read<A>,
  ...aliases: ReadonlyArray<string>
): StructMember<A | null> => ({
  read: optional(read),
  aliases,
  missing: () => null
})

/** A member that has a value where it is missing, but must not be null. */
export const otherwise = <A>(read: Read<A>, value: A): StructMember<A> => ({
  read,
  missing: () => value
})

type StructMembers<S> = { readonly [K in keyof S]: StructMember<S[K]> }

const quoted = (names: ReadonlyArray<string>): string => {
  const marked = names.map((name) => `\`${name}\``)
  return marked.length === 2 ? marked.join(' or ') : `one of ${marked.join(', ')}`
}

const completed = <S>(
  reader: JsonReader,
  members: StructMembers<S>,
  found: Map<string, unknown>,
  complain: (name: string) => string
): S => {
  for (const name of Object.keys(members)) {
    if (found.has(name)) continue
    const { missing } = members[name as keyof S]
    if (missing === undefined) throw fault(reader, complain(name))
    found.set(name, missing())
  }
  return Object.fromEntries(found) as S
}

const fromList = <S>(reader: JsonReader, name: string, members: StructMembers<S>): S => {
  const names = Object.keys(members)
  const found = new Map<string, unknown>()
  readElements(reader, (index) => {
    const member = names[index]
    if (member === undefined) throw fault(reader, 'trailing characters')
    found.set(member, members[member as keyof S].read(reader))
  })
  const length = found.size
  return completed(
    reader,
    members,
    found,
    () => `invalid length ${length}, expected struct ${name} with ${names.length} elements`
  )
}

const fromMap = <S>(reader: JsonReader, members: StructMembers<S>): S => {
  const found = new Map<string, unknown>()
  const known = new Map(
    Object.entries<StructMember<unknown>>(
      members as Readonly<Record<string, StructMember<unknown>>>
    ).flatMap(([name, member]) =>
      [name, ...(member.aliases ?? [])].map((one) => [one, [name, member]] as const)
    )
  )
  readMembers(reader, (given, value) => {
    const own = known.get(given)
    if (own === undefined) {
      value()
      anyJson(reader)
      return
    }
    const [name, member] = own
    if (found.has(name)) throw fault(reader, `duplicate field \`${name}\``)
    value()
    found.set(name, member.read(reader))
  })
  return completed(reader, members, found, (name) => `missing field \`${name}\``)
}

export const struct =
  <S>(name: string, members: StructMembers<S>): Read<S> =>
  (reader) => {
    const next = opening(reader)
    if (next === '[') return fromList(reader, name, members)
    if (next === '{') return fromMap(reader, members)
    throw wrongType(reader, `struct ${name}`)
  }

/** One of some names; it may also be a map of that name to null. */
export const oneOf =
  <K extends string>(...names: ReadonlyArray<K>): Read<K> =>
  (reader) => {
    const checked = (name: string): K => {
      const known = names.find((one) => one === name)
      if (known !== undefined) return known
      throw fault(reader, `unknown variant \`${name}\`, expected ${quoted(names)}`)
    }
    const next = opening(reader)
    if (next === '"') return checked(readString(reader))
    if (next !== '{') throw noValue(reader)
    let chosen: K | undefined
    readMembers(reader, (name, value) => {
      if (chosen !== undefined) throw noValue(reader)
      chosen = checked(name)
      value()
      if (opening(reader) !== 'n') throw wrongType(reader, 'unit')
      anyJson(reader)
    })
    if (chosen === undefined) throw noValue(reader)
    return chosen
  }
