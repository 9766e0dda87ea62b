/** Faults on demand: data that says which calls go wrong, how, and whether the work was done before. */

/** A call as the faults and the counts name it; both forms of append are `append`. */
export type Method =
  | 'append'
  | 'delete'
  | 'tombstone'
  | 'readStream'
  | 'readAll'
  | 'subscribe'
  | 'features'
  | 'gossip'

/**
 * How a call goes wrong. `deadline` and `timeout` leave open whether the work was done; `silent` never
 * answers; the others are the server's statuses of those names.
 */
export type FaultKind =
  | 'unavailable'
  | 'deadline'
  | 'timeout'
  | 'cancelled'
  | 'internal'
  | 'handler'
  | 'unknown'
  | 'unauthenticated'
  | 'access_denied'
  | 'not_leader'
  | 'wrong_version'
  | 'silent'

/** A fault to come; it is used up by the calls it hits. */
export interface Fault {
  readonly method: Method
  readonly with: FaultKind
  /** How many calls it hits; 1 unless said. */
  readonly times?: number
  /** How many calls pass unharmed first. */
  readonly skip?: number
  /** `after`: a write happens and its answer is lost. */
  readonly when?: 'before' | 'after'
  /** For reads and subscriptions: how many events are shown first. */
  readonly events?: number
  /** Only calls for this stream. */
  readonly stream?: string
}

interface Waiting {
  readonly fault: Fault
  skip: number
  times: number
}

/** The faults that wait, the calls that are held back, and how many calls came. */
export const faultPlan = () => {
  const waiting: Waiting[] = []
  const held = new Map<Method, Promise<void>>()
  const calls: Record<Method, number> = {
    append: 0,
    delete: 0,
    tombstone: 0,
    readStream: 0,
    readAll: 0,
    subscribe: 0,
    features: 0,
    gossip: 0
  }
  const hits = (at: Waiting, method: Method, stream: string): boolean =>
    at.fault.method === method && (at.fault.stream ?? stream) === stream

  return {
    calls: calls as Readonly<Record<Method, number>>,
    fail: (fault: Fault): void =>
      void waiting.push({ fault, skip: fault.skip ?? 0, times: fault.times ?? 1 }),
    /** Nothing more goes wrong. */
    clear: (): void => void waiting.splice(0),
    /** Calls of this kind wait until the answer is called. */
    hold: (method: Method): (() => void) => {
      let release = (): void => undefined
      held.set(method, new Promise((resolve) => (release = resolve)))
      return () => {
        held.delete(method)
        release()
      }
    },
    /** Counts a call, holds it back if asked to, and answers the fault that hits it. */
    arrival: async (method: Method, stream = ''): Promise<Fault | undefined> => {
      calls[method] += 1
      await held.get(method)
      const index = waiting.findIndex((at) => hits(at, method, stream))
      const hit = waiting[index]
      if (hit === undefined) return undefined
      if (hit.skip > 0) {
        hit.skip -= 1
        return undefined
      }
      hit.times -= 1
      if (hit.times === 0) waiting.splice(index, 1)
      return hit.fault
    }
  }
}

export type FaultPlan = ReturnType<typeof faultPlan>
