/**
 * The byte budget of a page, a member of our own: off unless asked for, and unknown to a strict server.
 */
import { option, positive, type Field } from './serde.ts'

interface Budget {
  /** The page ends when its entries take so many bytes of JSON. */
  readonly maxBytes: Field<number | null>
}

const MAX_BYTES: Budget = { maxBytes: { ...option(positive), mayEnd: true } }
/** A request of a strict server never holds the member, which is as if it were null. */
const NONE = {} as Budget

/** The member `maxBytes`, to be added behind the members of Codex. */
export const budget = (strict: boolean): Budget => (strict ? NONE : MAX_BYTES)
