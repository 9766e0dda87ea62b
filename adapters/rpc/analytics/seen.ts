/**
 * What the observer of a server remembers from one request or notification to the next.
 */

/** A thread that was opened here. */
interface RememberedThread {
  readonly ephemeral: boolean
  readonly repositoryUrl: string | null
  /** True until its first turn. */
  readonly isFresh: boolean
}

interface RememberedTurn {
  /** True once the host has reported where its time goes. */
  readonly hasProfile: boolean
}

export interface ObserverMemory {
  readonly threads: Map<string, RememberedThread>
  readonly turns: Map<string, RememberedTurn>
}

/** Entries of each at most, should some never end. */
const REMEMBERED_MAX = 4096

/** Sets an entry; the oldest one gives way when there are too many. */
export const remember = <V>(map: Map<string, V>, key: string, value: V): void => {
  map.delete(key)
  map.set(key, value)
  const [oldest] = map.size > REMEMBERED_MAX ? map.keys() : []
  if (oldest !== undefined) map.delete(oldest)
}

export const nothingSeen = (): ObserverMemory => ({ threads: new Map(), turns: new Map() })
