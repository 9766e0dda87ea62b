/**
 * Usage analytics of a server: what clients ask for, what they are answered and sent, as facts for the reducer.
 *
 * Only turns that a host runs for this server count. What other processes write to a thread is theirs to report.
 */
import { createHash } from 'node:crypto'
import { reduceFact } from '../../../domain/ledgers/analytics/reducer.ts'
import { NO_ANALYTICS } from '../../../domain/ledgers/analytics/state.ts'
import type { Contract } from '../../../domain/ledgers/analytics/vocabulary.ts'
import { isJsonObject } from '../../../domain/json.ts'
import type { ProfileName } from '../../../domain/log/profile.ts'
import type { Telemetry } from '../../../replay/telemetry.ts'
import { createPump, type Pump, type Reduce } from '../../upkeep/analytics/pump.ts'
import { openSender, type AnalyticsOutlet } from '../../upkeep/analytics/sender.ts'
import type { Live } from '../threads/live.ts'
import type { ObservedClient, Observer } from '../threads/server.ts'
import { createNoticeFacts } from './notices.ts'
import { questionFacts } from './questions.ts'
import { OBSERVED, createRequestFacts, type RpcTransport } from './requests.ts'
import { nothingSeen, remember } from './seen.ts'

interface ObserverParts {
  readonly pump: Pick<Pump, 'tell'>
  readonly live: Live
  readonly profile: ProfileName
  readonly transport: RpcTransport
  readonly nowMs: () => number
}

/** Begins to look at what clients of a server ask, are told and are asked. */
export const createObserver = (parts: ObserverParts): Observer => {
  const { pump, live, nowMs } = parts
  const seen = nothingSeen()
  const requests = createRequestFacts(parts, seen)
  const noticeFacts = createNoticeFacts(seen)
  live.onNotice((notice) => {
    const atMs = nowMs()
    pump.tell(() => noticeFacts(notice, atMs))
  })
  live.onQuestion((event) => {
    const atMs = nowMs()
    pump.tell(() => questionFacts(event, atMs))
  })

  const client = (connectionId: string): ObservedClient => {
    return {
      asked: (requestId, method, params) => {
        if (!OBSERVED.has(method) || !isJsonObject(params)) return null
        const request = { connectionId, requestId, method, params, atMs: nowMs() }
        pump.tell(() => requests.asked(request))
        return {
          answered: (result) => {
            const atMs = nowMs()
            pump.tell(() => (isJsonObject(result) ? requests.answered(request, result, atMs) : []))
          },
          failed: ({ refusal = null }) => {
            const atMs = nowMs()
            pump.tell(() => requests.failed(request, refusal, atMs))
          }
        }
      },
      left: () => {
        const atMs = nowMs()
        pump.tell(() => [{ kind: 'disconnected', connectionId, atMs }])
      }
    }
  }

  return {
    client,
    fact: (fact) =>
      pump.tell(() => {
        if (fact.kind === 'turn_profile') remember(seen.turns, fact.turnId, { hasProfile: true })
        return [fact]
      })
  }
}

const sha1 = (text: string): string => createHash('sha1').update(text).digest('hex')

const reducerOf = (contract: Contract): Reduce => {
  let state = NO_ANALYTICS
  return (fact) => {
    const [next, events] = reduceFact(state, fact, { contract, sha1 })
    state = next
    return events.map(({ payload }) => payload)
  }
}

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
