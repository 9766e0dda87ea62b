/**
 * Lines of one thread. All of them are known by their places, so that any of them is a question away; those of one kind come one behind
 * the other, as far as somebody scrolled.
 */
import { signal, type ReadonlySignal, type Signal } from '@preact/signals'
import type { PointInAddress } from '../routes.ts'
import { request } from '../wire/socket.ts'
import type { EventPageAnswer, EventRow } from '../wire/thread-answers.ts'

const PAGE = 50
const PAGES_MAX = 40

export interface EventsAsked {
  readonly threadId: string
  readonly at: PointInAddress | null
  /** Null: every kind. */
  readonly kind: string | null
  readonly isNewestFirst: boolean
  /** Where lines of one kind begin; null at the end that is first. */
  readonly from: number | null
}

export interface EventWindow {
  /** How many rows can be looked at; null until it is known. */
  readonly count: ReadonlySignal<number | null>
  /** How many events the thread has. */
  readonly revision: ReadonlySignal<number | null>
  /** False while lines of a kind may follow. */
  readonly isWhole: ReadonlySignal<boolean>
  /** Another number when lines came. */
  readonly version: ReadonlySignal<number>
  readonly failure: ReadonlySignal<string | null>
  /** Kinds that were seen. */
  readonly kinds: ReadonlySet<string>
  readonly row: (place: number) => EventRow | undefined
  /** Where an event stands among the rows; null for lines of one kind. */
  readonly placeOf: (revision: number) => number | null
  readonly want: (first: number, last: number) => void
  /** Reads how many there are by now, and what came. */
  readonly refresh: () => Promise<void>
  readonly close: () => void
}

/** `event_msg:task_started`, `damaged:not_json`: the names that the filter takes. */
export const kindOfRow = ({ line, reason }: EventRow): string => {
  if (line === undefined) return `damaged:${reason ?? 'unknown'}`
  const { type, kind, payload } = line
  if (type === 'ignored') return kind ?? type
  if (type !== 'event_msg' && type !== 'response_item') return type
  const inner =
    typeof payload === 'object' && payload !== null && !Array.isArray(payload)
      ? (payload as { readonly type?: unknown }).type
      : undefined
  return `${type}:${String(inner)}`
}

interface Shared {
  readonly asked: EventsAsked
  readonly count: Signal<number | null>
  readonly revision: Signal<number | null>
  readonly isWhole: Signal<boolean>
  readonly version: Signal<number>
  readonly failure: Signal<string | null>
  readonly kinds: Set<string>
  isClosed: boolean
}

/** Null when nobody waits for the answer any more, or there is none. */
const ask = async (state: Shared, params: object): Promise<EventPageAnswer | null> => {
  const { threadId, at } = state.asked
  const answer = await request<EventPageAnswer>('unroll/events/list', {
    ...{ threadId, limit: PAGE, ...params },
    ...(at === null ? {} : { at })
  })
  if (state.isClosed) return null
  state.failure.value = answer.ok ? null : answer.failure.message
  if (!answer.ok) return null
  state.revision.value = answer.value.revision
  for (const row of answer.value.data) state.kinds.add(kindOfRow(row))
  return answer.value
}

type EventReading = Pick<EventWindow, 'row' | 'placeOf' | 'want' | 'refresh'>

/** Every line: a page is known by its first number, and the pages that were looked at last are kept. */
const byNumber = (state: Shared): EventReading => {
  const pages = new Map<number, ReadonlyArray<EventRow>>()
  const loading = new Set<number>()
  const { isNewestFirst } = state.asked
  const flipped = (n: number): number => (isNewestFirst ? (state.count.peek() ?? 0) - 1 - n : n)
  const load = async (page: number): Promise<void> => {
    if (loading.has(page)) return
    loading.add(page)
    const answer = await ask(state, { from: page * PAGE })
    loading.delete(page)
    if (answer === null) return
    pages.delete(page)
    pages.set(page, answer.data)
    for (const oldest of pages.keys()) if (pages.size > PAGES_MAX) pages.delete(oldest)
    state.version.value += 1
  }
  const isShort = (page: number): boolean => {
    const known = pages.get(page)
    const wanted = Math.min(PAGE, (state.revision.peek() ?? 0) - page * PAGE)
    return known === undefined || known.length < wanted
  }
  return {
    row: (place) => {
      const revision = flipped(place)
      return pages.get(Math.floor(revision / PAGE))?.[revision % PAGE]
    },
    placeOf: flipped,
    want: (first, last) => {
      const [a, b] = [flipped(first), flipped(last)]
      const high = Math.floor(Math.max(a, b) / PAGE)
      for (let page = Math.floor(Math.max(0, Math.min(a, b)) / PAGE); page <= high; page += 1)
        if (isShort(page)) void load(page)
    },
    refresh: async () => {
      const before = state.count.peek()
      const answer = await ask(state, { desc: true, limit: 1 })
      if (answer === null) return
      // Less than before: what was there was taken back.
      if (before !== null && answer.revision < before) pages.clear()
      state.count.value = answer.revision
      state.version.value += 1
    }
  }
}

/** Lines of one kind, from a place on. */
const ofKind = (state: Shared): EventReading => {
  const { isNewestFirst, kind, from } = state.asked
  let rows: ReadonlyArray<EventRow> = []
  let next: number | null = from
  let isLoading = false
  const load = async (isFirst: boolean): Promise<void> => {
    if (isLoading || (!isFirst && state.isWhole.peek())) return
    isLoading = true
    // A page ends early where it had to look at many lines: as many are asked for until something comes.
    for (let found = 0; found === 0;) {
      const answer = await ask(state, {
        ...{ kinds: [kind], desc: isNewestFirst },
        ...(next === null ? {} : { from: next })
      })
      if (answer === null) break
      rows = [...rows, ...answer.data]
      found = answer.data.length
      next = answer.next
      state.isWhole.value = next === null
      state.count.value = rows.length
      state.version.value += 1
      if (next === null) break
    }
    isLoading = false
  }
  return {
    row: (place) => rows[place],
    placeOf: () => null,
    want: (_, last) => {
      if (last >= rows.length - 1) void load(false)
    },
    refresh: async () => {
      rows = []
      next = from
      state.isWhole.value = false
      await load(true)
    }
  }
}

export const openEvents = (asked: EventsAsked): EventWindow => {
  const state: Shared = {
    asked,
    count: signal<number | null>(null),
    revision: signal<number | null>(null),
    isWhole: signal(asked.kind === null),
    version: signal(0),
    failure: signal<string | null>(null),
    kinds: new Set(),
    isClosed: false
  }
  const { count, revision, isWhole, version, failure, kinds } = state
  return {
    ...{ count, revision, isWhole, version, failure, kinds },
    ...(asked.kind === null ? byNumber(state) : ofKind(state)),
    close: () => {
      state.isClosed = true
    }
  }
}
