/**
 * From facts to payloads, beside the work that the facts are about: reporting a fact never waits and never fails.
 *
 * Facts wait in a queue of fixed length and are reduced and sent one after the other. Facts that find the queue full are
 * dropped, counted, and mentioned once.
 */
import { payloadsOf, type PostedEvent } from '../../../domain/ledgers/analytics/envelope.ts'
import type { Fact } from '../../../domain/ledgers/analytics/fact.ts'
import { noTelemetry, type Telemetry } from '../../../replay/telemetry.ts'
import { atMost } from '../../home/sleep.ts'
import type { Sender } from './sender.ts'

/** Facts that may wait; Codex's queue holds as many. */
export const FACTS_MAX = 256

/** How long closing may take. */
const CLOSE_MS_MAX = 2000

/** Makes events of facts; keeps its own state. */
export type Reduce = (fact: Fact) => ReadonlyArray<PostedEvent>

export interface Pump {
  /** Queues the facts of something that happened; the function is called at once. */
  readonly tell: (facts: () => ReadonlyArray<Fact>) => void
  /** Resolves when everything queued so far is reduced and sent. */
  readonly idle: () => Promise<void>
  /** Takes nothing more, and waits at most two seconds for what is queued. */
  readonly close: () => Promise<void>
}

interface PumpParts {
  readonly reduce: Reduce
  readonly sender: Sender
  readonly log: (line: string) => void
  readonly telemetry?: Telemetry
}

export const createPump = ({ reduce, sender, log, telemetry = noTelemetry }: PumpParts): Pump => {
  const queue: Array<Fact> = []
  const said = new Set<string>()
  let isClosed = false
  let running: Promise<void> | null = null
  const sayOnce = (what: string, line: string): void => {
    if (!said.has(what)) log(line)
    said.add(what)
  }
  const failed = (cause: unknown): void => {
    telemetry.count('analytics.facts', { outcome: 'failed' })
    const reason = cause instanceof Error ? cause.message : String(cause)
    sayOnce('failed', `an analytics fact could not be used: ${reason}`)
  }
  const eventsOf = (fact: Fact): ReadonlyArray<PostedEvent> => {
    try {
      const events = reduce(fact)
      telemetry.count('analytics.facts', { outcome: 'used' })
      return events
    } catch (cause) {
      failed(cause)
      return []
    }
  }
  const drain = async (): Promise<void> => {
    // The request that the facts are about is answered first.
    await new Promise((resolve) => setImmediate(resolve))
    for (let fact = queue.shift(); fact !== undefined; fact = queue.shift())
      for (const payload of payloadsOf(eventsOf(fact))) await sender.send(payload)
  }
  const start = (): void => {
    running ??= drain().finally(() => {
      running = null
      if (queue.length > 0) start()
    })
  }
  const idle = async (): Promise<void> => {
    await sender.opened
    while (running !== null) await running
  }
  const put = (fact: Fact): void => {
    if (queue.length < FACTS_MAX) return void queue.push(fact)
    telemetry.count('analytics.facts', { outcome: 'dropped' })
    sayOnce('dropped', `analytics facts are lost: ${FACTS_MAX} wait already`)
  }
  return {
    tell: (facts) => {
      if (isClosed) return
      try {
        facts().forEach(put)
      } catch (cause) {
        failed(cause)
      }
      if (queue.length > 0) start()
    },
    idle,
    close: () => {
      isClosed = true
      return atMost(CLOSE_MS_MAX, idle())
    }
  }
}
