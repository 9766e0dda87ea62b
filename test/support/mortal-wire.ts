/**
 * A node of a store that dies: from one of its writes on, nothing it asks for happens any more.
 */
import type { Wire } from '../../adapters/log/eventstore/wire.ts'

/** The failure of every call of a dead node. */
export class Killed extends Error {}

/** A node that makes so many writes and dies before the next one; `writes` counts them. */
export const mortalWire = (wire: Wire, writesMax: number): Wire & { writes: () => number } => {
  let writes = 0
  let isDead = false
  const live = (): void => {
    if (isDead) throw new Killed('killed')
  }
  const write = (): void => {
    live()
    isDead = writes === writesMax
    live()
    writes += 1
  }
  return {
    ...wire,
    writes: () => writes,
    append: async (stream, expected, events) => {
      write()
      return wire.append(stream, expected, events)
    },
    tombstone: async (stream) => {
      write()
      return wire.tombstone(stream)
    },
    read: async function* (stream, from, limit) {
      live()
      yield* wire.read(stream, from, limit)
    },
    readBackwards: async function* (stream, limit, from) {
      live()
      yield* wire.readBackwards(stream, limit, from)
    },
    subscribe: async function* (prefixes, from, signal) {
      live()
      yield* wire.subscribe(prefixes, from, signal)
    }
  }
}
