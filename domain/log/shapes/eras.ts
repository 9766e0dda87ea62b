/**
 * Which lines each era reads, by the shapes of its version.
 */
import type { Profile, ProfileName } from '../profile.ts'
import { SHAPES_130 } from './codex-130.ts'
import { CHANGES_142 } from './codex-142.ts'
import { CHANGES_169 } from './codex-169.ts'
import { ITEM_CHANGES_169 } from './codex-169-items.ts'
import { changed, checksOf, placesOf, variantAt, type Fits, type Shapes } from './shape.ts'
import { spellingsOf } from './spelling.ts'

const SHAPES_142 = changed(SHAPES_130, CHANGES_142)

/** The shapes of each era, by name. */
export const SHAPES: Readonly<Record<ProfileName, Shapes>> = {
  '0.130': SHAPES_130,
  '0.142': SHAPES_142,
  '0.169': changed(SHAPES_142, { ...CHANGES_169, ...ITEM_CHANGES_169 })
}

const ofEachEra = <A>(make: (shapes: Shapes) => A): Readonly<Record<ProfileName, A>> => ({
  '0.130': make(SHAPES['0.130']),
  '0.142': make(SHAPES['0.142']),
  '0.169': make(SHAPES['0.169'])
})

/** The same function that remembers what it made of a name: it is asked for every line. */
const remembering = <A>(make: (shape: string) => A): ((shape: string) => A) => {
  const made = new Map<string, A>()
  return (shape) => {
    const known = made.get(shape)
    if (known !== undefined) return known
    const one = make(shape)
    made.set(shape, one)
    return one
  }
}

const CHECKS = ofEachEra((shapes) => remembering(checksOf(shapes)))

/**
 * Enumerations that a later version may extend and on which no fold depends. A new kind of limit must not cost the token counts
 * in the same line, so outside of strict mode any text passes.
 */
const ANY_WORD: Shapes = {
  RateLimitReachedType: 'string',
  MessagePhase: 'string',
  ModeKind: 'string',
  TurnAbortReason: 'string'
}

const LENIENT = ofEachEra((shapes) => remembering(checksOf({ ...shapes, ...ANY_WORD })))

/** The check of a shape of an era. */
export const checkOf = ({ name, takesLaterWords }: Profile, shape: string): Fits =>
  (takesLaterWords ? LENIENT : CHECKS)[name](shape)

const SPELLINGS = ofEachEra((shapes) => remembering(spellingsOf(shapes)))

/** A payload that fits a shape of an era, with variants and words under the names of its Codex. */
export const spelled = <A>(era: ProfileName, shape: string, payload: A): A =>
  (SPELLINGS[era](shape)?.(payload) ?? payload) as A

/** True when an era has a shape of that name. */
export const hasShape = (era: ProfileName, shape: string): boolean =>
  Object.hasOwn(SHAPES[era], shape)

/** The name of the variant a number stands for; null when it stands for none. */
export const typeNamed = (era: ProfileName, shape: string, type: unknown): string | null => {
  const order = (SHAPES[era][shape] as Readonly<Record<string, unknown>>)['@order']
  return typeof order === 'string' ? variantAt(placesOf(order), type) : null
}
