/**
 * Every kind of problem that is known by name: the catalogue behind `check`, `explain`, `repair` and `doctor`.
 *
 * A kind is a stable name. To add one, add a row in the file of its family, and a test that produces it.
 */
import type { KindText } from './kind.ts'
import { DATABASE_KINDS } from './kinds/database.ts'
import { HOME_KINDS } from './kinds/home.ts'
import { IDENTITY_KINDS } from './kinds/identity.ts'
import { LINE_KINDS } from './kinds/lines.ts'
import { LINEAGE_KINDS } from './kinds/lineage.ts'
import { MEANING_KINDS } from './kinds/meaning.ts'
import { ORDER_KINDS } from './kinds/order.ts'

const ROWS = {
  ...LINE_KINDS,
  ...ORDER_KINDS,
  ...IDENTITY_KINDS,
  ...LINEAGE_KINDS,
  ...MEANING_KINDS,
  ...HOME_KINDS,
  ...DATABASE_KINDS
}

/** The stable name of a kind of problem. */
export type ProblemKind = keyof typeof ROWS

/** The catalogue, in the order it is listed. */
export const KINDS: Readonly<Record<ProblemKind, KindText>> = ROWS

/** Every name, in the order of the catalogue. */
export const PROBLEM_KINDS = Object.keys(ROWS) as ReadonlyArray<ProblemKind>

/** True for a name of the catalogue. */
export const isProblemKind = (text: string): text is ProblemKind => Object.hasOwn(ROWS, text)
