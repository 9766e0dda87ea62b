/**
 * Usage analytics of a server, put together: what is observed, what it comes to, and where that goes.
 */
import { createHash } from 'node:crypto'
import { NO_ANALYTICS } from '../../../domain/analytics/state.ts'
import { reduceFact } from '../../../domain/analytics/reducer.ts'
import type { Contract } from '../../../domain/analytics/vocabulary.ts'
import type { Telemetry } from '../../../replay/telemetry.ts'
import { createPump, type Reduce } from '../../analytics/pump.ts'
import { openSender, type AnalyticsOutlet } from '../../analytics/sender.ts'
import { createObserver, type Observer, type ObserverParts } from './observer.ts'

const sha1 = (text: string): string => createHash('sha1').update(text).digest('hex')

/** The reducer with its state. */
export const reducerOf = (contract: Contract): Reduce => {
  let state = NO_ANALYTICS
  return (fact) => {
    const [next, events] = reduceFact(state, fact, { contract, sha1 })
    state = next
    return events.map(({ payload }) => payload)
  }
}

/** Analytics that run. */
export interface ServerAnalytics {
  readonly observer: Observer
  /** Resolves when everything seen so far has been sent. */
  readonly idle: () => Promise<void>
  /** Sends what is left, for two seconds at most. */
  readonly close: () => Promise<void>
}

/** Begins to look at a server; null when its analytics lead nowhere. */
export const openAnalytics = (
  parts: Omit<ObserverParts, 'pump'> & { readonly outlet: AnalyticsOutlet },
  log: (line: string) => void,
  telemetry: Telemetry
): ServerAnalytics | null => {
  const sender = openSender(parts.outlet, log, telemetry)
  if (sender === null) return null
  const pump = createPump({ reduce: reducerOf(parts.profile), sender, log, telemetry })
  return { observer: createObserver({ ...parts, pump }), idle: pump.idle, close: pump.close }
}
