/**
 * The turns of a thread in a line each: pages as they are looked at, and little by little all of them.
 */
import { signal } from '@preact/signals'
import { useEffect, useMemo, useReducer } from 'preact/hooks'
import type { OutlinedTurn, ThreadOutline } from '../../domain/unroll-protocol.ts'
import type { PointInAddress } from '../routes.ts'
import { request } from '../wire/socket.ts'
import { idle } from './idle.ts'

/** Whether the outline lies over the thread, where it does not fit beside it. */
export const showsOutline = signal(false)

const PAGE = 200
const PAGE_MAX = 2000
/** Numbers that are still being counted are asked again after this time. */
const COUNTING_MS = 3000
const COUNTING_TIMES = 20

export interface OutlineOf {
  readonly threadId: string
  readonly at: PointInAddress | null
  readonly rolledBack: boolean
  readonly total: number
  /** Another number when turns changed. */
  readonly version: number
}

export interface OutlineRows {
  readonly rows: ReadonlyMap<number, OutlinedTurn>
  /** Another number when rows came. */
  readonly drawn: number
  readonly want: (first: number, last: number) => void
}

interface OutlineReader {
  readonly rows: Map<number, OutlinedTurn>
  /** `marked` leaves turns out that do not stand out. */
  readonly read: (from: number, count: number, marked?: boolean) => Promise<ThreadOutline | null>
}

const readerOf = ({ threadId, at, rolledBack }: OutlineOf, changed: () => void): OutlineReader => {
  const rows = new Map<number, OutlinedTurn>()
  const read = async (
    from: number,
    count: number,
    marked = false
  ): Promise<ThreadOutline | null> => {
    const answer = await request<ThreadOutline>('unroll/thread/outline', {
      ...{ threadId, from, count, marked },
      ...(at === null ? {} : { at }),
      ...(rolledBack ? { rolledBack } : {})
    })
    if (!answer.ok) return null
    for (const turn of answer.value.turns) rows.set(turn.n, turn)
    changed()
    return answer.value
  }
  return { rows, read }
}

/** Rows of what is looked at; with `isWhole` of all of it, for what is drawn of the whole thread: of a long one of what stands out in it. */
export const useOutline = (of: OutlineOf, isWhole: boolean): OutlineRows => {
  const { threadId, at, rolledBack, total, version } = of
  const [drawn, draw] = useReducer((n: number) => n + 1, 0)
  const point = JSON.stringify(at)
  const { rows, read } = useMemo(
    () => readerOf(of, () => draw(undefined)),
    [threadId, point, rolledBack]
  )
  const asked = useMemo(() => new Set<number>(), [rows, total])
  const want = useMemo(
    () => (first: number, last: number) => {
      for (let from = first - (first % PAGE); from <= last; from += PAGE) {
        if (asked.has(from)) continue
        asked.add(from)
        void idle(1000).then(() => read(from, PAGE))
      }
    },
    [asked]
  )
  // Numbers that are not counted yet are asked again.
  useEffect(() => {
    let isWanted = isWhole && total > 0
    const all = async (): Promise<void> => {
      for (let from = 0, times = 0; isWanted && from < total && times < COUNTING_TIMES;) {
        await idle(1000)
        if (!isWanted) return
        const page = await read(from, PAGE_MAX, total > PAGE_MAX)
        if (page?.counted === false) {
          times += 1
          await new Promise((resolve) => setTimeout(resolve, COUNTING_MS))
        } else from += PAGE_MAX
      }
    }
    void all()
    return () => {
      isWanted = false
    }
  }, [rows, total, isWhole])
  useEffect(() => {
    if (rows.has(total - 1)) void read(total - 1, 1)
  }, [version])
  return { rows, drawn, want }
}
