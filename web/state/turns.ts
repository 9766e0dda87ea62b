/**
 * Turns of one thread by their places. Only what is looked at is asked for, and what is far away is forgotten, so that the length of a
 * thread costs nothing.
 */
import { signal, type ReadonlySignal } from '@preact/signals'
import type { PointInAddress } from '../routes.ts'
import { request, type RpcAnswer, type Failure } from '../wire/socket.ts'
import type { NumberedTurn, TurnRangeAnswer } from '../wire/answers.ts'

const PAGE = 20
const PAGE_BYTES_MAX = 512 * 1024
const IN_FLIGHT_MAX = 4
const KEPT_BYTES_MAX = 24 * 1024 * 1024

export interface TurnWindow {
  /** How many turns there are; null until it is known. */
  readonly total: ReadonlySignal<number | null>
  /** Another number when turns came or went. */
  readonly version: ReadonlySignal<number>
  readonly failure: ReadonlySignal<Failure | null>
  readonly turn: (n: number) => NumberedTurn | undefined
  /** Says which turns are looked at; what was asked before and is not needed any more is not asked. */
  readonly want: (first: number, last: number) => void
  /** Reads everything again; what is shown stays until it is there. */
  readonly refresh: () => Promise<void>
  /** Reads the last turn again and what came behind it. */
  readonly follow: () => Promise<void>
  readonly close: () => void
}

interface KeptTurns {
  readonly turn: (n: number) => NumberedTurn | undefined
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

/** The turns of a thread, as they are or as they were. */
export const openTurns = (threadId: string, at: PointInAddress | null): TurnWindow => {
  const total = signal<number | null>(null)
  const version = signal(0)
  const failure = signal<Failure | null>(null)
  const kept = createKept()
  const loading = new Set<number>()
  let wanted = { first: 0, last: -1 }
  let isClosed = false
  let generation = 0

  const ask = (from: number, count: number): Promise<RpcAnswer<TurnRangeAnswer>> =>
    request<TurnRangeAnswer>('unroll/turns/range', {
      ...{ threadId, from, count, itemsView: 'full', maxBytes: PAGE_BYTES_MAX },
      ...(at === null ? {} : { at })
    })

  const isMissing = (n: number): boolean => kept.turn(n) === undefined && !loading.has(n)
  const missing = (): number | null => {
    for (let n = wanted.first; n <= wanted.last; n += 1) if (isMissing(n)) return n
    return null
  }

  const load = async (from: number): Promise<void> => {
    const places: Array<number> = []
    for (let n = from; n < from + PAGE && isMissing(n); n += 1) places.push(n)
    for (const n of places) loading.add(n)
    const mine = generation
    const answer = await ask(from, places.length)
    for (const n of places) loading.delete(n)
    if (isClosed || mine !== generation) return
    if (answer.ok) {
      total.value = answer.value.total
      failure.value = null
      answer.value.data.forEach(kept.keep)
      kept.forgetFar(wanted.first, wanted.last)
      version.value += 1
      if (answer.value.data.length > 0) pump()
    } else failure.value = answer.failure
  }

  const pump = (): void => {
    for (;;) {
      const from = missing()
      const last = (total.value ?? Infinity) - 1
      if (from === null || from > last || loading.size >= IN_FLIGHT_MAX * PAGE) return
      void load(from)
    }
  }

  const refresh = async (): Promise<void> => {
    const mine = (generation += 1)
    loading.clear()
    const answer = await ask(wanted.first, PAGE)
    if (isClosed || mine !== generation) return
    if (!answer.ok) {
      failure.value = answer.failure
      return
    }
    kept.forgetFrom(0)
    answer.value.data.forEach(kept.keep)
    failure.value = null
    total.value = answer.value.total
    version.value += 1
    pump()
  }

  return {
    total,
    version,
    failure,
    turn: kept.turn,
    want: (first, last) => {
      wanted = { first: Math.max(0, first), last }
      pump()
    },
    refresh,
    follow: async () => {
      const from = Math.max(0, (total.value ?? 0) - 1)
      const last = kept.turn(from)?.id
      const answer = await ask(from, PAGE)
      if (isClosed || !answer.ok) return
      // What was there may have been taken back.
      if (last !== answer.value.data[0]?.id) return refresh()
      total.value = answer.value.total
      answer.value.data.forEach(kept.keep)
      version.value += 1
      pump()
    },
    close: () => {
      isClosed = true
    }
  }
}
