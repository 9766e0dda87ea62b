/**
 * Turns of one thread by their places. Only what is looked at is asked for, and what is far away is forgotten, so that the length of a
 * thread costs nothing.
 */
import { signal, type ReadonlySignal, type Signal } from '@preact/signals'
import type { PointInAddress } from '../routes.ts'
import type { ThreadItem } from '../../domain/protocol.ts'
import { say } from './toast.ts'
import { request, type RpcAnswer, type Failure } from '../wire/socket.ts'
import type { NumberedTurn, TurnRangeAnswer } from '../wire/answers.ts'

const PAGE = 20
/** What a screen shows of turns; as many are asked for before it is known how many there are. */
const FIRST_PAGE = 6
const PAGE_BYTES_MAX = 512 * 1024
const IN_FLIGHT_MAX = 4
const KEPT_BYTES_MAX = 24 * 1024 * 1024

export interface TurnWindow {
  /** How many turns there are; null until it is known. */
  readonly total: ReadonlySignal<number | null>
  /** The revision of the thread that was read last; null until it is known. */
  readonly revision: ReadonlySignal<number | null>
  /** Another number when turns came or went. */
  readonly version: ReadonlySignal<number>
  readonly failure: ReadonlySignal<Failure | null>
  readonly turn: (n: number) => NumberedTurn | undefined
  /** The place of a turn that is known here; null for any other. */
  readonly placeOf: (turnId: string) => number | null
  /** Says which turns are looked at; what was asked before and is not needed any more is not asked. */
  readonly want: (first: number, last: number) => void
  /** Reads everything again; what is shown stays until it is there. */
  readonly refresh: () => Promise<void>
  /** Reads the last turn again and what came behind it. */
  readonly follow: () => Promise<void>
  /** The turn at a place, asked for when it is not known; null when it cannot be read. */
  readonly at: (n: number) => Promise<NumberedTurn | null>
  /** Reads what was left out of a turn because it was too large for a page. */
  readonly complete: (turn: NumberedTurn) => Promise<void>
  readonly close: () => void
}

interface KeptTurns {
  readonly turn: (n: number) => NumberedTurn | undefined
  readonly placeOf: (turnId: string) => number | null
  readonly keep: (turn: NumberedTurn) => void
  readonly forgetFrom: (n: number) => void
  /** Forgets what is farthest from a range, until the rest fits. */
  readonly forgetFar: (first: number, last: number) => void
}

const createKept = (): KeptTurns => {
  const kept = new Map<number, { readonly turn: NumberedTurn; readonly bytes: number }>()
  let keptBytes = 0
  const forget = (n: number): void => {
    keptBytes -= kept.get(n)?.bytes ?? 0
    kept.delete(n)
  }
  return {
    turn: (n) => kept.get(n)?.turn,
    placeOf: (turnId) => {
      for (const [n, { turn }] of kept) if (turn.id === turnId) return n
      return null
    },
    keep: (turn) => {
      forget(turn.n)
      const bytes = JSON.stringify(turn).length
      keptBytes += bytes
      kept.set(turn.n, { turn, bytes })
    },
    forgetFrom: (from) => {
      for (const n of kept.keys()) if (n >= from) forget(n)
    },
    forgetFar: (first, last) => {
      if (keptBytes <= KEPT_BYTES_MAX) return
      const middle = (first + last) / 2
      const byDistance = [...kept.keys()].sort(
        (a, b) => Math.abs(b - middle) - Math.abs(a - middle)
      )
      for (const n of byDistance) {
        if (keptBytes <= KEPT_BYTES_MAX || (n >= first && n <= last)) return
        forget(n)
      }
    }
  }
}

/** What a window knows; `generation` counts what makes earlier answers worthless. */
interface WindowState {
  readonly threadId: string
  readonly at: PointInAddress | null
  readonly rolledBack: boolean
  /** The turn that is looked at first; null for the last one. */
  readonly startTurnId: string | null
  readonly total: Signal<number | null>
  readonly revision: Signal<number | null>
  readonly version: Signal<number>
  readonly failure: Signal<Failure | null>
  readonly kept: KeptTurns
  readonly loading: Set<number>
  wanted: { readonly first: number; readonly last: number }
  isClosed: boolean
  generation: number
  /** Takes back the pages that this generation asked for. */
  unwanted: AbortController
}

type AskedRange = (
  | { readonly from: number }
  | { readonly turnId: string }
  | { readonly last: true }
) & { readonly count: number }

const ask = (
  { threadId, at, rolledBack }: WindowState,
  range: AskedRange,
  unwanted?: AbortController
): Promise<RpcAnswer<TurnRangeAnswer>> => {
  const asked = {
    ...{ threadId, ...range, itemsView: 'full', maxBytes: PAGE_BYTES_MAX },
    ...(at === null ? {} : { at }),
    ...(rolledBack ? { rolledBack } : {})
  }
  return request<TurnRangeAnswer>('unroll/turns/range', asked, unwanted?.signal)
}

/** Takes turns in; one that was shortened to nothing asks for no more. */
const take = (state: WindowState, { total, revision, data }: TurnRangeAnswer): void => {
  state.failure.value = null
  state.revision.value = revision
  state.total.value = total
  data.forEach(state.kept.keep)
  state.kept.forgetFar(state.wanted.first, state.wanted.last)
  state.version.value += 1
  if (data.length > 0) pump(state)
}

const isMissing = ({ kept, loading }: WindowState, n: number): boolean =>
  kept.turn(n) === undefined && !loading.has(n)

const firstMissing = (state: WindowState): number | null => {
  const { first, last } = state.wanted
  for (let n = first; n <= last; n += 1) if (isMissing(state, n)) return n
  return null
}

const load = async (state: WindowState, from: number): Promise<void> => {
  const { loading, generation } = state
  const places: Array<number> = []
  for (let n = from; n < from + PAGE && isMissing(state, n); n += 1) places.push(n)
  for (const n of places) loading.add(n)
  const answer = await ask(state, { from, count: places.length }, state.unwanted)
  for (const n of places) loading.delete(n)
  if (state.isClosed || generation !== state.generation) return
  if (answer.ok) take(state, answer.value)
  else state.failure.value = answer.failure
}

/** Asks for what is looked at and missing. */
const pump = (state: WindowState): void => {
  for (;;) {
    const from = firstMissing(state)
    const last = (state.total.value ?? Infinity) - 1
    if (from === null || from > last || state.loading.size >= IN_FLIGHT_MAX * PAGE) return
    void load(state, from)
  }
}

/** Asks for what is looked at; before that is known for the turn to start with, or where it is not there for the end. */
const askAgain = async (state: WindowState): Promise<RpcAnswer<TurnRangeAnswer>> => {
  const { startTurnId, unwanted, wanted, total } = state
  if (total.value !== null) return ask(state, { from: wanted.first, count: PAGE }, unwanted)
  const named =
    startTurnId === null
      ? null
      : await ask(state, { turnId: startTurnId, count: FIRST_PAGE }, unwanted)
  if (named !== null && (named.ok || named.failure.kind !== 'refused')) return named
  return ask(state, { last: true, count: FIRST_PAGE }, unwanted)
}

const refresh = async (state: WindowState): Promise<void> => {
  const mine = (state.generation += 1)
  state.loading.clear()
  state.unwanted.abort()
  state.unwanted = new AbortController()
  const answer = await askAgain(state)
  if (state.isClosed || mine !== state.generation) return
  if (answer.ok) {
    state.kept.forgetFrom(0)
    take(state, answer.value)
  } else state.failure.value = answer.failure
}

const follow = async (state: WindowState): Promise<void> => {
  const from = Math.max(0, (state.total.value ?? 0) - 1)
  const last = state.kept.turn(from)?.id
  const answer = await ask(state, { from, count: PAGE })
  if (state.isClosed || !answer.ok) return
  // What was there may have been taken back.
  if (last === answer.value.data[0]?.id) take(state, answer.value)
  else await refresh(state)
}

const turnAt = async (state: WindowState, n: number): Promise<NumberedTurn | null> => {
  const known = state.kept.turn(n)
  if (known !== undefined) return known
  const answer = await ask(state, { from: n, count: 1 })
  if (state.isClosed || !answer.ok) return null
  answer.value.data.forEach(state.kept.keep)
  state.version.value += 1
  return answer.value.data[0] ?? null
}

interface ItemsPage {
  readonly data: ReadonlyArray<{ readonly item: ThreadItem }>
  readonly nextCursor: string | null
}

const complete = async (state: WindowState, turn: NumberedTurn): Promise<void> => {
  const { threadId, at } = state
  const items: Array<ThreadItem> = []
  let cursor: string | null = null
  do {
    const answer: RpcAnswer<ItemsPage> = await request('thread/items/list', {
      ...{ threadId, turnId: turn.id, limit: 100, cursor },
      ...(at === null ? {} : { at })
    })
    if (state.isClosed) return
    if (!answer.ok) {
      say(answer.failure.message)
      return
    }
    items.push(...answer.value.data.map(({ item }) => item))
    cursor = answer.value.nextCursor
  } while (cursor !== null)
  const { truncated: _, ...whole } = turn
  state.kept.keep({ ...whole, items })
  state.version.value += 1
}

/** The turns of a thread, as they are or as they were; with `rolledBack` also those that were taken back. */
export const openTurns = (
  of: Pick<WindowState, 'threadId' | 'at' | 'rolledBack' | 'startTurnId'>
): TurnWindow => {
  const state: WindowState = {
    ...of,
    total: signal<number | null>(null),
    revision: signal<number | null>(null),
    version: signal(0),
    failure: signal<Failure | null>(null),
    kept: createKept(),
    loading: new Set(),
    wanted: { first: 0, last: -1 },
    isClosed: false,
    generation: 0,
    unwanted: new AbortController()
  }
  const { total, revision, version, failure, kept } = state
  return {
    ...{ total, revision, version, failure },
    turn: kept.turn,
    placeOf: kept.placeOf,
    want: (first, last) => {
      state.wanted = { first: Math.max(0, first), last }
      pump(state)
    },
    refresh: () => refresh(state),
    follow: () => follow(state),
    at: (n) => turnAt(state, n),
    complete: (turn) => complete(state, turn),
    close: () => {
      state.isClosed = true
      state.unwanted.abort()
    }
  }
}
