/**
 * What a schema promised that its successor under the same number does not keep: members that went, may be missing now, or
 * have values they had not. Adding a member, a kind of line or a definition keeps every promise.
 */

/* oxlint-disable typescript/no-explicit-any -- JSON Schemas */
type Schema = Readonly<Record<string, any>>

interface Versions {
  readonly before: Schema
  readonly after: Schema
}

/** Follows references to the definitions of a schema. */
const resolved = (schema: any, root: Schema): Schema => {
  const name = /^#\/\$defs\/(.+)$/.exec(schema?.$ref ?? '')?.[1]
  return name === undefined ? (schema ?? {}) : resolved(root['$defs'][name], root)
}

/** The alternatives of a schema, unions inside unions laid open. */
const variantsOf = (schema: any, root: Schema): ReadonlyArray<Schema> => {
  const { anyOf, ...own } = resolved(schema, root)
  if (anyOf === undefined) return [own]
  return (anyOf as ReadonlyArray<any>).flatMap((one) => variantsOf(one, root))
}

/** The values that a schema without parts takes, in words. */
const valuesOf = ({ type, enum: words, const: only }: Schema): ReadonlyArray<string> => {
  if (words !== undefined) return words.map((word: unknown) => JSON.stringify(word))
  if (only !== undefined) return [JSON.stringify(only)]
  if (type === undefined) return ['anything']
  return [type].flat().map((one: string) => (one === 'null' ? 'null' : `any ${one}`))
}

/** What tells variants apart: the members that have one value only. */
const tagsOf = ({ properties = {} }: Schema): string =>
  JSON.stringify(
    Object.entries(properties as Record<string, Schema>).flatMap(([name, { const: value }]) =>
      value === undefined ? [] : [[name, value]]
    )
  )

/** The problems of a place in the schemas; places that were compared are not compared again. */
export const brokenPromises = (before: Schema, after: Schema): ReadonlyArray<string> => {
  if (before['$id'] !== after['$id']) return []
  const roots: Versions = { before, after }
  const seen = new Set<string>()

  const objectProblems = (place: string, was: Schema, is: Schema): ReadonlyArray<string> => {
    const [old = {}, now = {}] = [was['properties'], is['properties']]
    const required: ReadonlyArray<string> = is['required'] ?? []
    const gone = Object.keys(old).flatMap((name) => {
      const at = `${place}/${name}`
      if (!(name in now)) return [`${at} was removed`]
      const isLess = was['required']?.includes(name) === true && !required.includes(name)
      return [
        ...(isLess ? [`${at} may be missing now`] : []),
        ...problems(at, old[name], now[name])
      ]
    })
    const [oldOpen, open] = [was['additionalProperties'], is['additionalProperties']]
    const openProblems =
      typeof oldOpen === 'object' && typeof open === 'object'
        ? problems(`${place}/*`, oldOpen, open)
        : []
    return [...gone, ...openProblems]
  }

  const pairProblems = (place: string, was: Schema, is: Schema): ReadonlyArray<string> => [
    ...objectProblems(place, was, is),
    ...(was['items'] && is['items'] ? problems(`${place}[]`, was['items'], is['items']) : [])
  ]

  const problems = (place: string, oldSchema: any, newSchema: any): ReadonlyArray<string> => {
    const key = `${oldSchema?.$ref} ${newSchema?.$ref}`
    if (oldSchema?.$ref !== undefined && seen.has(key)) return []
    seen.add(key)
    const old = variantsOf(oldSchema, roots.before)
    const now = variantsOf(newSchema, roots.after)
    const known = new Set(old.flatMap(valuesOf))
    const isObject = (one: Schema): boolean => one['properties'] !== undefined
    const other = now
      .flatMap(valuesOf)
      // A new word of a set is an addition.
      .filter((value) => !known.has(value) && !known.has('anything') && !/^"/.test(value))
    const retyped = [...new Set(other)].map((value) => `${place} may be ${value} now`)
    const parts = old.flatMap((was) => {
      const same = now.filter((is) => tagsOf(is) === tagsOf(was))
      const [only] = same
      if (isObject(was) && only === undefined) return [`${place} ${tagsOf(was)} was removed`]
      // Of several that look alike, one has to keep what was promised.
      const each = same.map((is) => pairProblems(place, was, is))
      return each.toSorted((a, b) => a.length - b.length)[0] ?? []
    })
    return [...retyped, ...parts]
  }

  const kinds = (before['anyOf'] as ReadonlyArray<{ readonly $ref: string }>).map(
    ({ $ref }) => $ref
  )
  return kinds.flatMap(($ref) => {
    const name = $ref.replace('#/$defs/', '')
    const isThere = after['$defs'][name] !== undefined
    return isThere ? problems(name, { $ref }, { $ref }) : [`the line ${name} was removed`]
  })
}
