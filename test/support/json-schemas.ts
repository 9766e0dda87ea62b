/**
 * JSON Schemas made of TypeScript types: what `JSON.stringify` makes of a value of a type. Comments of types and members are
 * their descriptions. A number is an integer unless its comment says `@fraction`; `@format NAME` names the format of a text.
 */
import ts from 'typescript'

export type JsonSchema = Readonly<Record<string, unknown>>

/** Types that stand for any JSON, and for any object. */
const OPEN: Readonly<Record<string, JsonSchema>> = { Json: {}, JsonObject: { type: 'object' } }

const OPEN_FLAGS = ts.TypeFlags.Any | ts.TypeFlags.Unknown
const DATA = ts.TypeFlags.Null | ts.TypeFlags.BooleanLike | ts.TypeFlags.NumberLike

/** Makes schemas of the types of a program; types with a name are collected as definitions. */
export const schemaMaker = (checker: ts.TypeChecker) => {
  let definitions = new Map<string, JsonSchema>()
  let owners = new Map<string, ts.Type>()

  const textOf = (symbol: ts.Symbol | undefined): JsonSchema => {
    // What stands behind a tag is the comment where nothing stands before it.
    const told = ts.displayPartsToString(symbol?.getDocumentationComment(checker))
    const text = told === '' && symbol !== undefined ? (tagged(symbol, 'fraction') ?? '') : told
    const description = text.replace(/\s+/g, ' ').trim()
    return description === '' ? {} : { description }
  }

  const tagged = (symbol: ts.Symbol, name: string): string | null => {
    const tag = symbol.getJsDocTags(checker).find((one) => one.name === name)
    return tag === undefined ? null : ts.displayPartsToString(tag.text)
  }

  /** The name under which a type is a definition; null for one that stands in its place. */
  const nameOf = (type: ts.Type): string | null => {
    const { aliasSymbol: alias, symbol } = type
    if (alias !== undefined) return type.aliasTypeArguments === undefined ? alias.name : null
    const isNamed = symbol !== undefined && (symbol.flags & ts.SymbolFlags.Interface) !== 0
    const { typeArguments = [] } = type as ts.TypeReference
    return isNamed && typeArguments.length === 0 ? symbol.name : null
  }

  const isLibrary = (type: ts.Type): boolean =>
    (type.aliasSymbol ?? type.symbol)?.declarations?.some((one) =>
      one.getSourceFile().fileName.includes('/node_modules/')
    ) === true

  const literalsOf = (types: ReadonlyArray<ts.Type>): ReadonlyArray<string> =>
    types.flatMap((one) => (one.isStringLiteral() ? [one.value] : []))

  const withNull = (schema: JsonSchema): JsonSchema => {
    const { type, enum: values } = schema
    const types = typeof type === 'string' ? { type: [type, 'null'] } : {}
    if (Array.isArray(values))
      return { ...schema, ...types, enum: [...(values as Array<unknown>), null] }
    if (typeof type === 'string') return { ...schema, ...types }
    if (Array.isArray(schema['anyOf']))
      return { ...schema, anyOf: [...(schema['anyOf'] as Array<unknown>), { type: 'null' }] }
    return Object.keys(schema).length === 0 ? {} : { anyOf: [schema, { type: 'null' }] }
  }

  const unionOf = (union: ts.UnionType): JsonSchema => {
    const types = union.types.filter((one) => (one.flags & ts.TypeFlags.Undefined) === 0)
    const isNullable = types.some((one) => (one.flags & ts.TypeFlags.Null) !== 0)
    const words = literalsOf(types)
    const isBoolean = types.filter((one) => (one.flags & ts.TypeFlags.BooleanLiteral) !== 0)
    const others = types.filter(
      (one) =>
        (one.flags & ts.TypeFlags.Null) === 0 && !one.isStringLiteral() && !isBoolean.includes(one)
    )
    const parts: Array<JsonSchema> = [
      ...(words.length === 0
        ? []
        : [words.length === 1 ? { const: words[0] } : { type: 'string', enum: words }]),
      ...(isBoolean.length === 2 ? [{ type: 'boolean' }] : isBoolean.map(schemaOf)),
      ...others.map(schemaOf)
    ]
    const [only = {}, ...more] = parts
    const whole = more.length === 0 ? only : { anyOf: parts }
    return isNullable ? withNull(whole) : whole
  }

  const memberOf = (symbol: ts.Symbol): readonly [schema: JsonSchema, isRequired: boolean] => {
    const type = checker.getTypeOfSymbol(symbol)
    const isOptional = (symbol.flags & ts.SymbolFlags.Optional) !== 0
    const mayMiss = type.isUnion() && type.types.some((one) => one.flags & ts.TypeFlags.Undefined)
    const isOpen = (type.flags & OPEN_FLAGS) !== 0
    const made = schemaOf(type)
    const format = tagged(symbol, 'format')
    const number = tagged(symbol, 'fraction') === null ? {} : { type: fractionOf(made['type']) }
    const schema = { ...textOf(symbol), ...made, ...number, ...(format === null ? {} : { format }) }
    return [schema, !isOptional && mayMiss !== true && !isOpen]
  }

  const fractionOf = (type: unknown): unknown =>
    Array.isArray(type) ? type.map((one) => (one === 'integer' ? 'number' : one)) : 'number'

  const objectOf = (type: ts.Type): JsonSchema => {
    const members = checker
      .getPropertiesOfType(type)
      .map((symbol) => [symbol.name, ...memberOf(symbol)] as const)
    const index = checker.getIndexInfoOfType(type, ts.IndexKind.String)
    const required = members.flatMap(([name, , isRequired]) => (isRequired ? [name] : []))
    return {
      type: 'object',
      ...(members.length === 0
        ? {}
        : { properties: Object.fromEntries(members.map(([name, schema]) => [name, schema])) }),
      ...(required.length === 0 ? {} : { required }),
      additionalProperties: index === undefined ? false : schemaOf(index.type)
    }
  }

  const listOf = (type: ts.Type): JsonSchema | null => {
    if (checker.isTupleType(type)) {
      const items = checker.getTypeArguments(type as ts.TypeReference).map(schemaOf)
      return { type: 'array', prefixItems: items, minItems: items.length, items: false }
    }
    if (!checker.isArrayLikeType(type)) return null
    const [item] = checker.getTypeArguments(type as ts.TypeReference)
    return { type: 'array', ...(item === undefined ? {} : { items: schemaOf(item) }) }
  }

  const shapeOf = (type: ts.Type): JsonSchema => {
    const { flags } = type
    if (flags & OPEN_FLAGS) return {}
    if (flags & ts.TypeFlags.Null) return { type: 'null' }
    if (type.isStringLiteral() || type.isNumberLiteral()) return { const: type.value }
    if (flags & ts.TypeFlags.BooleanLiteral) return { const: checker.typeToString(type) === 'true' }
    if (flags & ts.TypeFlags.BooleanLike) return { type: 'boolean' }
    if (flags & ts.TypeFlags.NumberLike) return { type: 'integer' }
    if (flags & ts.TypeFlags.StringLike) return { type: 'string' }
    if (type.isUnion()) return unionOf(type)
    // A text with a brand is a text.
    if (
      type.isIntersection() &&
      type.types.some((one) => one.flags & (ts.TypeFlags.StringLike | DATA))
    )
      return shapeOf(type.types.find((one) => one.flags & (ts.TypeFlags.StringLike | DATA)) ?? type)
    if (type.getCallSignatures().length > 0)
      throw new Error(`JSON has no functions: ${checker.typeToString(type)}`)
    return listOf(type) ?? objectOf(type)
  }

  function schemaOf(type: ts.Type): JsonSchema {
    const name = isLibrary(type) ? null : nameOf(type)
    if (name === null || (type.flags & (DATA | ts.TypeFlags.StringLike)) !== 0) return shapeOf(type)
    const open = OPEN[name]
    if (open !== undefined) return open
    const owner = owners.get(name)
    if (owner === undefined) {
      owners.set(name, type)
      const shape = shapeOf(type)
      definitions.set(name, { ...textOf(type.aliasSymbol ?? type.symbol), ...shape })
    } else if (owner !== type) return shapeOf(type)
    return { $ref: `#/$defs/${name}` }
  }

  return {
    /** A schema, and the definitions it refers to. */
    make: (type: ts.Type): readonly [JsonSchema, ReadonlyMap<string, JsonSchema>] => {
      definitions = new Map()
      owners = new Map()
      const made = schemaOf(type)
      return [made, definitions]
    },
    descriptionOf: textOf
  }
}
