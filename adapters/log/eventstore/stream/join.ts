/**
 * From events to what counts: lines, other bytes of segments, and facts, in the order in which they were written.
 *
 * Groups are held back until they are whole, and dropped when they cannot become so. Parts are joined.
 */
import { factMetadata, groupOf, kindOfEvent, lineMetadata, BLANK, TAIL } from './event-kind.ts'
import { STORED_LINE_BYTES_MAX } from './event.ts'
import type {
  FactMetadata,
  LineMetadata,
  StoredData,
  StoredEvent,
  StorePosition
} from './stored.ts'
import type { JsonObject } from '../../../../domain/json.ts'

interface JoinedPlace {
  readonly stream: string
  /** Of its last event. */
  readonly revision: number
  readonly createdAtMs: number
  readonly position?: StorePosition
}

export interface JoinedBytes extends JoinedPlace {
  readonly what: 'line' | 'blank' | 'tail'
  /** Revision of its first event. */
  readonly from: number
  readonly kind: string
  readonly metadata: LineMetadata
  /** Null for what is too large to be held: read its parts, from `from` to `revision`. */
  readonly data: StoredData | null
}

export interface JoinedFact extends JoinedPlace {
  readonly what: 'fact'
  readonly type: string
  readonly metadata: FactMetadata
  readonly data: JsonObject
}

export type Joined = JoinedBytes | JoinedFact

/** Joins the events of one stream, from any revision on. */
export interface Joiner {
  readonly take: (event: StoredEvent) => ReadonlyArray<Joined>
  /** True when nothing is held back: who begins behind the last event misses nothing. */
  readonly idle: () => boolean
  /**
   * A group of which more is held back than should be. It is whole when the event at `until` is there and in the same `group`:
   * whoever can look says so by `settle`, and nothing more of the group is held.
   */
  readonly asks: () => { readonly group: number; readonly until: number } | null
  /** Answers what was held back, when the group is whole. */
  readonly settle: (isWhole: boolean) => ReadonlyArray<Joined>
}

interface Held {
  readonly group: number
  readonly until: number
  joined: Array<Joined>
  bytes: number
  isWhole: boolean | null
}

interface Parts {
  readonly from: number
  readonly metadata: LineMetadata
  readonly chunks: Array<Uint8Array>
  bytes: number
  next: number
}

const HELD_BYTES_MAX = 64 * 1024 * 1024
const ENCODER = new TextEncoder()

/** The bytes of a stored event: for a line, those of the file. */
export const dataBytes = (data: StoredData): Uint8Array =>
  data.bytes ?? ENCODER.encode(JSON.stringify(data.json))

const placeOf = ({ stream, revision, createdAtMs, position }: StoredEvent): JoinedPlace =>
  position === undefined
    ? { stream, revision, createdAtMs }
    : { stream, revision, createdAtMs, position }

const whatOf = (kind: string): JoinedBytes['what'] =>
  kind === BLANK ? 'blank' : kind === TAIL ? 'tail' : 'line'

/** Joins the parts of lines; answers null while a line is not whole. */
const partsJoiner = (lineBytesMax: number) => {
  let open: Parts | null = null
  const add = (event: StoredEvent, m: LineMetadata): Parts | null => {
    const { part = 0, parts = 1 } = m
    if (part === 0) open = { from: event.revision, metadata: m, chunks: [], bytes: 0, next: 0 }
    if (open === null || open.next !== part || open.metadata.sha256 !== m.sha256) {
      open = null
      return null
    }
    const bytes = dataBytes(event.data)
    open.next += 1
    open.bytes += bytes.length
    if (open.bytes <= lineBytesMax && m.bytes <= lineBytesMax) open.chunks.push(bytes)
    else open.chunks.length = 0
    if (part < parts - 1) return null
    const whole = open
    open = null
    return whole
  }
  return {
    heldBytes: () => open?.bytes ?? 0,
    drop: () => {
      open = null
    },
    take: (event: StoredEvent, m: LineMetadata): JoinedBytes | null => {
      const kind = kindOfEvent(event, m)
      const what = whatOf(kind)
      if (m.parts === undefined) {
        open = null
        const { data, revision: from } = event
        return { what, ...placeOf(event), from, kind, metadata: m, data }
      }
      const whole = add(event, m)
      if (whole === null) return null
      const isHeld = whole.bytes <= lineBytesMax && m.bytes <= lineBytesMax
      const data = isHeld ? { bytes: Buffer.concat(whole.chunks) } : null
      return { what, ...placeOf(event), from: whole.from, kind, metadata: m, data }
    }
  }
}

export interface JoinerOptions {
  readonly lineBytesMax?: number
  readonly heldBytesMax?: number
}

export const joiner = ({
  lineBytesMax = STORED_LINE_BYTES_MAX,
  heldBytesMax = HELD_BYTES_MAX
}: JoinerOptions = {}): Joiner => {
  const parts = partsJoiner(lineBytesMax)
  let held: Held | null = null

  const one = (event: StoredEvent): Joined | null => {
    const fact = factMetadata(event)
    const line = fact === null ? lineMetadata(event) : null
    if (line !== null) return parts.take(event, line)
    parts.drop()
    if (fact === null || event.data.json === undefined) return null
    const { type, data } = event
    return { what: 'fact', ...placeOf(event), type, metadata: fact, data: data.json }
  }
  const hold = (group: Held, event: StoredEvent): ReadonlyArray<Joined> => {
    const isLast = event.revision === group.until
    if (isLast) held = null
    if (group.isWhole === false) return []
    const joined = one(event)
    if (group.isWhole === true) return joined === null ? [] : [joined]
    if (joined !== null) group.joined.push(joined)
    group.bytes += event.data.bytes?.length ?? lineMetadata(event)?.bytes ?? 0
    return isLast ? group.joined : []
  }
  return {
    take: (event) => {
      const mark = groupOf(event)
      if (held !== null && held.group !== mark?.group) {
        held = null
        parts.drop()
      }
      if (mark === null) {
        const joined = one(event)
        return joined === null ? [] : [joined]
      }
      held ??= { ...mark, joined: [], bytes: 0, isWhole: null }
      return hold(held, event)
    },
    idle: () => held === null && parts.heldBytes() === 0,
    asks: () =>
      held !== null && held.isWhole === null && held.bytes > heldBytesMax
        ? { group: held.group, until: held.until }
        : null,
    settle: (isWhole) => {
      if (held === null) return []
      const { joined } = held
      held.joined = []
      held.isWhole = isWhole
      if (!isWhole) parts.drop()
      return isWhole ? joined : []
    }
  }
}
