/**
 * Hides secrets in what is exported, and remembers where they were.
 */
import {
  RULES,
  RULES_VERSION,
  strictRules,
  type PersonalNames,
  type SecretRule
} from '../../domain/redact/rules.ts'
import { createRedactor } from '../../domain/redact/value.ts'
import { gated } from './gate.ts'
import type { ExportPiece } from './parts.ts'
import { secretlintFinder } from './secretlint.ts'

/** How secrets are hidden. */
export interface Redaction {
  /** Names of people and machines too, and what looks random. */
  readonly personal?: PersonalNames
  /** Rules of the person who exports. */
  readonly own?: ReadonlyArray<SecretRule>
}

/** Where something was hidden; what it was is not told. */
export interface HiddenPlace {
  /** Its kind, as it stands in the text. */
  readonly word: string
  readonly threadId: string
  readonly turnId: string | null
  readonly itemId: string | null
  /** The way through the members: `/aggregatedOutput`. */
  readonly path: string
}

const PLACES_MAX = 10_000

/** Where a value is. */
export type ValuePlace = Pick<HiddenPlace, 'threadId' | 'turnId'>

export interface Hiding {
  /** Which rules hide; null where nothing is hidden. */
  readonly rules: string | null
  readonly hide: <A>(value: A, place: ValuePlace) => Promise<A>
  /** Looks at texts again before they leave; passes them on where nothing is hidden. */
  readonly gate: (pieces: AsyncIterable<ExportPiece>) => AsyncIterable<ExportPiece>
  readonly kinds: () => Readonly<Record<string, number>>
  /** Pictures and sounds, which are not looked into. */
  readonly pictures: () => number
  /** At most 10,000. */
  readonly places: () => ReadonlyArray<HiddenPlace>
}

const NOTHING: Hiding = {
  rules: null,
  hide: (value) => Promise.resolve(value),
  gate: (pieces) => pieces,
  kinds: () => ({}),
  pictures: () => 0,
  places: () => []
}

/** Rules that judge a text by itself; beside markup a random look and a short name say nothing. */
const isForGate = ({ judge, word }: SecretRule): boolean =>
  judge !== 'entropy' && word !== 'user' && word !== 'host'

const itemIdIn = (value: unknown, path: string): string | null => {
  const at = /^\/(\d+)\//.exec(path)?.[1]
  const item: unknown = Array.isArray(value) && at !== undefined ? value[Number(at)] : null
  const id: unknown = typeof item === 'object' && item !== null && 'id' in item ? item.id : null
  return typeof id === 'string' ? id : null
}

export const openHiding = async (redaction: Redaction | null): Promise<Hiding> => {
  if (redaction === null) return NOTHING
  const { personal, own = [] } = redaction
  const rules = [...own, ...RULES, ...(personal === undefined ? [] : strictRules(personal))]
  const finder = await secretlintFinder()
  const redactor = createRedactor(rules, finder)
  const places: Array<HiddenPlace> = []
  return {
    rules: personal === undefined ? RULES_VERSION : `${RULES_VERSION} strict`,
    hide: async (value, place) => {
      const { value: without, hidden } = await redactor.value(value)
      for (const { word, path } of hidden) {
        if (places.length >= PLACES_MAX) break
        const itemId = itemIdIn(without, path)
        const inItem = itemId === null ? path : path.replace(/^\/\d+/, '')
        places.push({ word, ...place, itemId, path: inItem })
      }
      return without
    },
    gate: (pieces) => gated(pieces, rules.filter(isForGate), finder),
    kinds: () => Object.fromEntries([...redactor.kinds()].sort(([a], [b]) => (a < b ? -1 : 1))),
    pictures: redactor.pictures,
    places: () => places
  }
}
