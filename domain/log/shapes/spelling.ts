/**
 * Values of a shape as Codex itself writes them: a variant given by its place gets its name, and a word given as the only member
 * of an object stands alone. Folds and clients know only these names.
 */
import { isJsonObject, type JsonObject } from '../../json.ts'
import {
  checksOf,
  placesOf,
  unitsOf,
  variantAt,
  wordIn,
  type Members,
  type Shape,
  type Shapes
} from './shape.ts'

/** Gives a value that fits its names; the same value when it has them already. */
type Spell = (value: unknown) => unknown

type SpellingOf = (shape: Shape) => Spell | null

const spelledMember = (object: JsonObject, name: string, spell: Spell): JsonObject => {
  const value = object[name]
  const spelled = value === undefined ? value : spell(value)
  return spelled === value ? object : ({ ...object, [name]: spelled } as JsonObject)
}

const listSpelling =
  (spell: Spell): Spell =>
  (value) => {
    if (!Array.isArray(value)) return value
    const all: ReadonlyArray<unknown> = value.map(spell)
    return all.some((one, at) => one !== value[at]) ? all : value
  }

const spellings = (all: Shapes, compile: SpellingOf): ReadonlyMap<string, Spell> =>
  new Map(
    Object.entries(all).flatMap(([name, shape]) => {
      const spell = compile(shape)
      return spell === null ? [] : [[name, spell] as const]
    })
  )

const variantSpelling = (
  tag: string,
  all: Shapes,
  order: string | undefined,
  compile: SpellingOf
): Spell => {
  const spells = spellings(all, compile)
  const names = order === undefined ? Object.keys(all) : placesOf(order)
  return (value) => {
    if (!isJsonObject(value)) return value
    const type = value[tag]
    const name = typeof type === 'string' ? type : variantAt(names, type)
    const spelled = name === type ? value : { ...value, [tag]: name }
    return (spells.get(name ?? '') ?? spells.get('*'))?.(spelled) ?? spelled
  }
}

const keyedSpelling = (all: Shapes, units: string | undefined, compile: SpellingOf): Spell => {
  const spells = spellings(all, compile)
  const isUnit = unitsOf(units, all)
  return (value) => {
    const [key = ''] = isJsonObject(value) ? Object.keys(value) : []
    if (!isJsonObject(value) || isUnit(key)) return wordIn(value)
    const spell = spells.get(key)
    return spell === undefined ? value : spelledMember(value, key, spell)
  }
}

/** Makes the spellings of the shapes of one version; null for a shape that can be written in one way only. */
export const spellingsOf = (shapes: Shapes): SpellingOf => {
  const fitsOf = checksOf(shapes)
  const made = new Map<string, Spell | null>()
  const named = (name: string): Spell | null => {
    const shape = shapes[name]
    if (shape === undefined) return null
    const found = made.get(name)
    if (found !== undefined) return found
    // Shapes may contain themselves.
    made.set(name, (value) => made.get(name)?.(value) ?? value)
    made.set(name, compile(shape))
    return made.get(name) ?? null
  }
  const oneOf = (some: ReadonlyArray<Shape>): Spell | null => {
    const each = some.map((shape) => ({ fits: fitsOf(shape), spell: compile(shape) }))
    if (each.every(({ spell }) => spell === null)) return null
    return (value) => each.find(({ fits }) => fits(value))?.spell?.(value) ?? value
  }
  const partOf = (shape: Members, key: string): Spell | null => {
    const member = shape[key] as Shape
    if (/^@(unit|order|sequence|keys|closed|object)$/.test(key)) return null
    if (key === '@either' || key === '@also') return oneOf(member as ReadonlyArray<Shape>)
    if (key === '@key')
      return keyedSpelling(member as Shapes, shape['@unit'] as string | undefined, compile)
    if (key.startsWith('@')) {
      const order = shape['@order'] as string | undefined
      return variantSpelling(key.slice(1), member as Shapes, order, compile)
    }
    const spell = compile(member)
    if (spell === null) return null
    const names = key === '*' ? null : [key.replace(/[?=!]$/, '')]
    return (value) =>
      isJsonObject(value)
        ? (names ?? Object.keys(value)).reduce(
            (object, name) => spelledMember(object, name, spell),
            value
          )
        : value
  }
  const compile: SpellingOf = (shape) => {
    if (typeof shape === 'string')
      return shape.startsWith('=') ? wordIn : named(shape.replace(/\?$/, ''))
    if (Array.isArray(shape)) {
      const spell = compile(shape[0] as Shape)
      return spell === null ? null : listSpelling(spell)
    }
    const parts = Object.keys(shape).flatMap((key) => partOf(shape as Members, key) ?? [])
    return parts.length === 0
      ? null
      : (value) => parts.reduce((spelled, spell) => spell(spelled), value)
  }
  return compile
}
