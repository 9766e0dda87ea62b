/**
 * Which lines are delivered, and how much of them: what the folds of a reader need, put into tables that tell it from the first
 * bytes of a line, without making a string.
 *
 * A line whose head is not written the usual way, or whose end does not look whole, is always parsed.
 */
import {
  needOf,
  NO_LONG_TEXT,
  type Clipped,
  type DeliveredLine,
  type LineKind,
  type Need,
  type Needs
} from '../../../domain/log/needs.ts'
import { LINE_TYPES, type Profile } from '../../../domain/log/profile.ts'
import { RENAMED_EVENTS } from '../../../migrations/upcast.ts'
import { HEADS, itemAt, itemLine, responseHead, type HeadForm, type LineBytes } from './heads.ts'
import {
  EVENT_BYTES,
  ITEM_BYTES,
  matches,
  ordinalIn,
  PAYLOAD_BYTES,
  PREFIX_BYTES,
  timestampOf,
  typeAt
} from './line-head.ts'

/** A kind of which only the newest line of a batch is delivered. */
export interface Newest {
  readonly newest: LineKind
}

/** What to do with a line; its head when that tells all that is needed. `parse_lean`: without the instructions of metadata. */
export type Plan = 'parse' | 'parse_lean' | 'skip' | Newest | DeliveredLine

/** True for a plan that is an event. */
export const isHeadLine = (plan: Plan): plan is DeliveredLine =>
  typeof plan === 'object' && !('newest' in plan)

const CARRIAGE_RETURN = 13
const CLOSING_BRACE = 125
const QUOTE = 34
/** A line up to this length costs little to parse. */
const SHORT_BYTES = 768
/** Shorter lines cannot hold the usual head. */
const SHORTEST_BYTES = 96
/** Names of kinds are shorter. */
const NAME_BYTES_MAX = 64

type PlanKind = (line: LineBytes, profile: Profile) => Plan

interface KindPlan {
  readonly kind: LineKind
  /** Its name and the quote behind it. */
  readonly name: Buffer
  readonly plan: PlanKind
  readonly need: Need
}

/** Kinds by a hash of their names. */
type KindTable = ReadonlyMap<number, ReadonlyArray<KindPlan>>

/** The needs of a reader in an era, ready to be asked line by line. */
export interface Delivery {
  readonly profile: Profile
  readonly needs: Needs
  /** True when every line is parsed. */
  readonly takesAll: boolean
  readonly events: KindTable
  readonly items: KindTable
  readonly types: KindTable
  /** What becomes of lines of other types. */
  readonly others: 'parse' | 'skip'
  readonly takesGlued: boolean
  readonly takesLast: boolean
}

const hashOf = (name: string): number => {
  let hash = 0
  for (let at = 0; at < name.length; at++) hash = (Math.imul(hash, 31) + name.charCodeAt(at)) | 0
  return hash
}

/** The plan of the kind whose name begins there; null for one that is not planned, undefined where no name ends. */
const kindAt = (table: KindTable, buffer: Buffer, at: number): KindPlan | null | undefined => {
  let hash = 0
  const last = at + NAME_BYTES_MAX
  for (let end = at; end < last; end++) {
    const byte = buffer[end]
    if (byte === undefined) return undefined
    if (byte !== QUOTE) {
      hash = (Math.imul(hash, 31) + byte) | 0
      continue
    }
    for (const one of table.get(hash) ?? []) if (matches(buffer, at, one.name)) return one
    return null
  }
  return undefined
}

const isHead = (need: Need | undefined): boolean => need === 'head' || need === 'checked_head'

const parse: PlanKind = () => 'parse'
const parseLean: PlanKind = () => 'parse_lean'

const isEmpty = ({ empty }: HeadForm, { buffer, restAt }: LineBytes): boolean =>
  empty !== undefined && matches(buffer, restAt, empty)

/** A short line is better parsed: it may be damaged, and then counts for nothing. */
const isDoubtful = ({ doubt }: HeadForm, { buffer, from, until }: LineBytes): boolean =>
  until - from <= SHORT_BYTES ||
  (doubt !== undefined && buffer.subarray(from, until).includes(doubt))

const headPlan = (form: HeadForm, isChecked: boolean): PlanKind => {
  const read = (line: LineBytes): Plan =>
    isEmpty(form, line) ? 'skip' : (form.read(line) ?? 'parse')
  return isChecked ? (line) => (isDoubtful(form, line) ? 'parse' : read(line)) : read
}

const newestPlan = (kind: LineKind): PlanKind => {
  const form = HEADS.get(kind)
  const newest: Newest = { newest: kind }
  return (line) => (form !== undefined && isEmpty(form, line) ? 'skip' : newest)
}

const markedPlan = (text: string, within = Infinity): PlanKind => {
  const mark = Buffer.from(text)
  return ({ buffer, restAt, until }) =>
    buffer.subarray(restAt, Math.min(until, restAt + within)).includes(mark) ? 'parse' : 'skip'
}

const formOf = (kind: LineKind, name: string): HeadForm | undefined =>
  HEADS.get(kind) ?? (kind.startsWith('response_item:') ? { read: responseHead(name) } : undefined)

const planOf = (kind: LineKind, name: string, need: Need): PlanKind => {
  if (isHead(need)) {
    if (kind === 'session_meta') return parseLean
    const form = formOf(kind, name)
    return form === undefined ? parse : headPlan(form, need === 'checked_head')
  }
  if (need === 'newest') return newestPlan(kind)
  return typeof need === 'object' && 'mark' in need ? markedPlan(need.mark, need.within) : parse
}

const ITEM_PREFIX = 'item_completed:'

/** Items are planned by their own kind, which stands behind that of their event. */
const itemsPlan = (needs: Needs): PlanKind => {
  const rest = needOf(needs, 'item_completed')
  const own = new Map<string, Need>()
  for (const kind of Object.keys(needs) as ReadonlyArray<LineKind>) {
    const need = needs[kind]
    if (need !== undefined && kind.startsWith(ITEM_PREFIX))
      own.set(kind.slice(ITEM_PREFIX.length), need)
  }
  const isChecked = rest === 'checked_head'
  if (own.size === 0 && rest !== undefined && !isHead(rest)) return parse
  return (line, { completedItems, segments }) => {
    if (isChecked && line.until - line.from <= SHORT_BYTES) return 'parse'
    const item = itemAt(line.buffer, line.restAt)
    if (item === null) return 'parse'
    // What an era does not keep counts for nothing in it.
    if (!completedItems.has(item.type))
      return rest === undefined || rest === 'head' ? 'skip' : 'parse'
    const need = own.get(item.type) ?? rest
    if (need === undefined) return 'skip'
    return isHead(need) && segments ? itemLine(line, item) : 'parse'
  }
}

const tableOf = (plans: ReadonlyArray<Omit<KindPlan, 'name'> & { readonly name: string }>) => {
  const table = new Map<number, Array<KindPlan>>()
  for (const one of plans) {
    const hash = hashOf(one.name)
    const same = table.get(hash) ?? []
    same.push({ ...one, name: Buffer.from(`${one.name}"`) })
    table.set(hash, same)
  }
  return table
}

/** Events of an era by the names they are written under; what counts for nothing in it has a need of its own. */
const eventsOf = (needs: Needs, { events }: Profile): KindTable => {
  const plans: Array<Omit<KindPlan, 'name'> & { readonly name: string }> = []
  const names = new Set<string>([
    ...Object.keys(needs).filter((kind) => !kind.includes(':')),
    ...Object.keys(needs).flatMap((kind) => /^ignored:event_msg:(\w+)$/.exec(kind)?.[1] ?? []),
    ...(Object.keys(needs).some((kind) => kind.startsWith(ITEM_PREFIX)) ? ['item_completed'] : [])
  ])
  for (const name of names) {
    const kind = (events.has(name) ? name : `ignored:event_msg:${name}`) as LineKind
    const need = needOf(needs, kind)
    if (kind === 'item_completed')
      plans.push({ kind, name, need: need ?? 'head', plan: itemsPlan(needs) })
    else if (need !== undefined) plans.push({ kind, name, need, plan: planOf(kind, name, need) })
  }
  for (const [older, name] of RENAMED_EVENTS) {
    const need = needOf(needs, name as LineKind)
    if (need !== undefined) plans.push({ kind: name as LineKind, name: older, need, plan: parse })
  }
  return tableOf(plans)
}

const namedOf = (needs: Needs, prefix: string): KindTable =>
  tableOf(
    (Object.keys(needs) as ReadonlyArray<LineKind>).flatMap((kind) => {
      const need = needs[kind]
      if (need === undefined || !kind.startsWith(prefix)) return []
      const name = kind.slice(prefix.length)
      return [{ kind, name, need, plan: planOf(kind, name, need) }]
    })
  )

const typesOf = (needs: Needs): KindTable =>
  tableOf(
    [...LINE_TYPES].flatMap((type) => {
      const kind = type as LineKind
      const need = needOf(needs, kind)
      if (need === undefined) return [{ kind, name: type, need: 'head', plan: () => 'skip' }]
      return [{ kind, name: type, need, plan: planOf(kind, type, need) }]
    })
  )

const isPassedOver = (need: Need | undefined): boolean =>
  need === 'newest' || isHead(need) || (typeof need === 'object' && 'mark' in need)

const compile = (needs: Needs, profile: Profile): Delivery => ({
  profile,
  needs,
  takesAll: '*' in needs && !Object.values(needs).some(isPassedOver),
  events: eventsOf(needs, profile),
  items: namedOf(needs, 'response_item:'),
  types: typesOf(needs),
  others: needOf(needs, 'unfamiliar') === undefined ? 'skip' : 'parse',
  takesGlued: needs.glued !== undefined,
  takesLast: needs.last !== undefined
})

const compiled = new WeakMap<Needs, WeakMap<Profile, Delivery>>()

export const deliveryOf = (needs: Needs, profile: Profile): Delivery => {
  let eras = compiled.get(needs)
  if (eras === undefined) compiled.set(needs, (eras = new WeakMap()))
  let delivery = eras.get(profile)
  if (delivery === undefined) eras.set(profile, (delivery = compile(needs, profile)))
  return delivery
}

const planIn = (
  delivery: Delivery,
  table: KindTable,
  nameAt: number,
  type: number,
  buffer: Buffer,
  from: number,
  until: number
): Plan => {
  const one = kindAt(table, buffer, nameAt)
  if (one === undefined) return 'parse'
  if (one === null) return '*' in delivery.needs ? 'parse' : 'skip'
  const restAt = nameAt + one.name.length
  return one.plan({ buffer, from, until, typeAt: type, restAt }, delivery.profile)
}

const UNUSUAL: ReadonlySet<string> = new Set(['event_msg', 'response_item'])

/** A line of another type: events and items among them are written in an unusual order. */
const planType = (
  delivery: Delivery,
  type: number,
  buffer: Buffer,
  from: number,
  until: number
): Plan => {
  const one = kindAt(delivery.types, buffer, type)
  if (one === undefined) return 'parse'
  if (one === null) return delivery.others
  const restAt = type + one.name.length
  if (UNUSUAL.has(one.kind) || !matches(buffer, restAt, PAYLOAD_BYTES)) return 'parse'
  return one.plan({ buffer, from, until, typeAt: type, restAt }, delivery.profile)
}

/** Plans a line whose head is written the usual way. */
export const planWhole = (
  delivery: Delivery,
  buffer: Buffer,
  from: number,
  until: number
): Plan => {
  const at = typeAt(buffer, from)
  if (at === -1) return 'parse'
  if (matches(buffer, at, EVENT_BYTES))
    return planIn(delivery, delivery.events, at + EVENT_BYTES.length, at, buffer, from, until)
  if (matches(buffer, at, ITEM_BYTES))
    return planIn(delivery, delivery.items, at + ITEM_BYTES.length, at, buffer, from, until)
  return planType(delivery, at, buffer, from, until)
}

/** True when a second line begins inside this one. */
const isGlued = (buffer: Buffer, from: number, until: number): boolean =>
  buffer.subarray(from + PREFIX_BYTES.length, until).includes(PREFIX_BYTES)

/** The time of a line that was passed over, whose head is therefore written the usual way. */
export const timeOnly = (buffer: Buffer, from: number): DeliveredLine => {
  const timestamp = timestampOf(buffer, from)
  const ordinal = ordinalIn(buffer, from, typeAt(buffer, from))
  return ordinal === undefined
    ? { timestamp, type: 'time_only' }
    : { timestamp, ordinal, type: 'time_only' }
}

/** Plans the line that stands at `from` (inclusive) to `until` (exclusive, without its newline). */
export const planLine = (buffer: Buffer, from: number, until: number, delivery: Delivery): Plan => {
  if (delivery.takesAll || until - from < SHORTEST_BYTES) return 'parse'
  const last = buffer[until - 1] === CARRIAGE_RETURN ? buffer[until - 2] : buffer[until - 1]
  if (last !== CLOSING_BRACE) return 'parse'
  const plan = planWhole(delivery, buffer, from, until)
  return plan === 'skip' && delivery.takesGlued && isGlued(buffer, from, until) ? 'parse' : plan
}

const needAt = ({ events, items, types, needs }: Delivery, buffer: Buffer): Need | undefined => {
  const at = typeAt(buffer, 0)
  if (at === -1) return undefined
  const isEvent = matches(buffer, at, EVENT_BYTES)
  const known = isEvent
    ? kindAt(events, buffer, at + EVENT_BYTES.length)
    : matches(buffer, at, ITEM_BYTES)
      ? kindAt(items, buffer, at + ITEM_BYTES.length)
      : kindAt(types, buffer, at)
  if (known?.kind !== 'item_completed') return known === null ? needs['*'] : known?.need
  const item = itemAt(buffer, at + EVENT_BYTES.length + known.name.length)
  return item === null ? undefined : needOf(needs, `item_completed:${item.type}` as LineKind)
}

/** How texts of a long line may be cut that is to be parsed; null where it is needed whole. */
export const clippingOf = (delivery: Delivery, buffer: Buffer): Clipped | null => {
  const need = needAt(delivery, buffer)
  if (isHead(need)) return NO_LONG_TEXT
  return typeof need === 'object' && 'textBytesMax' in need ? need : null
}

/** What a long line must not hold to be passed over by its beginning. */
export const marksAgainst = (delivery: Delivery, buffer: Buffer): ReadonlyArray<Buffer> => {
  const need = needAt(delivery, buffer)
  const mark = typeof need === 'object' && 'mark' in need ? need : null
  return [
    ...(delivery.takesGlued ? [PREFIX_BYTES] : []),
    ...(mark === null || mark.within !== undefined ? [] : [Buffer.from(mark.mark)])
  ]
}
