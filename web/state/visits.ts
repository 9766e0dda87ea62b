/**
 * How many turns a thread had when the person looked at it last: kept in this browser, for the newest visits only.
 */
const KEY = 'unroll.visits'
const THREADS_MAX = 200

export interface LastVisit {
  readonly turns: number
  readonly atMs: number
}

type Visits = Readonly<Record<string, readonly [turns: number, atMs: number]>>

const read = (): Visits => {
  try {
    const kept: unknown = JSON.parse(localStorage.getItem(KEY) ?? '{}')
    return typeof kept === 'object' && kept !== null ? (kept as Visits) : {}
  } catch {
    return {}
  }
}

/** The last visit of a thread; null when there was none. */
export const visitOf = (threadId: string): LastVisit | null => {
  const [turns, atMs] = read()[threadId] ?? []
  return typeof turns === 'number' && typeof atMs === 'number' ? { turns, atMs } : null
}

export const keepVisit = (threadId: string, { turns, atMs }: LastVisit): void => {
  const { [threadId]: _, ...others } = read()
  const newest = Object.entries(others)
    .sort(([, [, a]], [, [, b]]) => b - a)
    .slice(0, THREADS_MAX - 1)
  try {
    localStorage.setItem(
      KEY,
      JSON.stringify({ ...Object.fromEntries(newest), [threadId]: [turns, atMs] })
    )
  } catch {
    // Private windows may refuse.
  }
}
