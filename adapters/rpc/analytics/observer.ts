/**
 * Usage analytics of a server: what clients ask for, what they are answered and told, as facts for the reducer.
 *
 * Only turns that a host runs for this server count. What other processes write to a thread is theirs to tell.
 */
import {
  approvalAnswered,
  approvalRequested,
  type Question
} from '../../../domain/analytics/approvals.ts'
import type { Fact } from '../../../domain/analytics/fact.ts'
import { isJsonObject, type Json } from '../../../domain/json.ts'
import type { ProfileName } from '../../../domain/profile.ts'
import type { Pump } from '../../analytics/pump.ts'
import type { Live } from '../threads/live.ts'
import type { RpcError } from '../wire/errors.ts'
import { createNoticeFacts } from './notices.ts'
import { createRequestFacts, OBSERVED, type RpcTransport } from './requests.ts'
import { nothingSeen, remember } from './seen.ts'

/** A request that is being served. */
export interface AskedRequest {
  readonly answered: (result: unknown) => void
  readonly failed: (error: RpcError) => void
}

/** One client, as analytics see it. */
export interface ObservedClient {
  /** A request begins to be served; null for one of no interest. */
  readonly asked: (requestId: string, method: string, params: unknown) => AskedRequest | null
  readonly left: () => void
}

/** Analytics of a server. None of it waits, and none of it throws. */
export interface Observer {
  readonly client: () => ObservedClient
  /** A question goes out to clients; the answer takes what came back, null for nothing. */
  readonly question: (question: Question) => (result: Json | null) => void
  /** A fact that only a host knows. */
  readonly fact: (fact: Fact) => void
}

/** What an observer looks at, and where it tells. */
export interface ObserverParts {
  readonly pump: Pick<Pump, 'tell'>
  readonly live: Live
  readonly profile: ProfileName
  readonly transport: RpcTransport
  readonly nowMs: () => number
}

const one = (fact: Fact | null): ReadonlyArray<Fact> => (fact === null ? [] : [fact])

/** Begins to look at a server. */
export const createObserver = (parts: ObserverParts): Observer => {
  const { pump, live, nowMs } = parts
  const seen = nothingSeen()
  const requests = createRequestFacts(parts, seen)
  const noticeFacts = createNoticeFacts(seen)
  let clients = 0
  live.overhear((notice) => {
    const atMs = nowMs()
    pump.tell(() => noticeFacts(notice, atMs))
  })

  const client = (): ObservedClient => {
    clients += 1
    const connectionId = String(clients)
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
    question: (question) => {
      const sentAtMs = nowMs()
      pump.tell(() => one(approvalRequested(question, sentAtMs)))
      return (result) => {
        const atMs = nowMs()
        pump.tell(() => one(approvalAnswered(question, result, atMs)))
      }
    },
    fact: (fact) =>
      pump.tell(() => {
        if (fact.kind === 'turn_profile') remember(seen.turns, fact.turnId, { hasProfile: true })
        return [fact]
      })
  }
}
