/** Following a store in a test: what was told, and waiting for what is to be told. */
import type { AllFrom, SubscriptionMessage, Wire } from '../../adapters/log/eventstore/wire.ts'
import { until, wordOf } from './wires.ts'

/** What is followed. */
export const PREFIXES = ['thread-', 'unroll-']

/** Follows in the background and keeps what it was told. */
export const followed = (wire: Wire, from: AllFrom = 'start', prefixes = PREFIXES) => {
  const stop = new AbortController()
  const told: SubscriptionMessage[] = []
  const ended = (async () => {
    for await (const one of wire.subscribe(prefixes, from, stop.signal)) told.push(one)
  })()
  let failure: unknown
  ended.catch((cause: unknown) => (failure = cause))
  const numbers = (): unknown[] => told.filter(({ kind }) => kind === 'event').map(wordOf)
  const has = (kind: SubscriptionMessage['kind']): boolean => told.some((one) => one.kind === kind)
  return {
    told,
    numbers,
    has,
    /** Waits for something that is told; ends with the subscription when that fails. */
    heard: (holds: () => boolean): Promise<void> =>
      until(() => {
        if (failure !== undefined) throw failure as Error
        return holds()
      }),
    signal: (): EventTarget => stop.signal,
    stop: async () => {
      stop.abort()
      await ended
    }
  }
}

/** What is told up to the first news that it caught up. */
export const untilCaughtUp = async (
  wire: Wire,
  from: AllFrom = 'start'
): Promise<SubscriptionMessage[]> => {
  const told: SubscriptionMessage[] = []
  for await (const one of wire.subscribe(PREFIXES, from, new AbortController().signal)) {
    told.push(one)
    if (one.kind === 'caught_up') break
  }
  return told
}
