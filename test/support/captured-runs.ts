/**
 * Captures of recorded runs, by the contract each event was posted under: runs of two versions hold two.
 */
import assert from 'node:assert/strict'
import { readFileSync } from 'node:fs'
import { join } from 'node:path'
import * as E from 'fp-ts/lib/Either.js'
import { eventsOfLine, type PostedEvent } from '../../domain/ledgers/analytics/envelope.ts'
import { contractOf, type Contract } from '../../domain/ledgers/analytics/vocabulary.ts'
import { isJsonObject } from '../../domain/json.ts'
import { FIXTURES } from './fixture-home.ts'

export const LEDGER = join(FIXTURES, 'ledger')

/** An event, and the contract of the version that posted it. */
export interface Captured {
  readonly contract: Contract
  readonly event: PostedEvent
}

const captureOf = (run: string): ReadonlyArray<PostedEvent> =>
  readFileSync(join(LEDGER, run, 'analytics.jsonl'), 'utf8')
    .split('\n')
    .filter((line) => line !== '')
    .flatMap((line) => {
      const events = eventsOfLine(line)
      return E.isRight(events) ? events.right : assert.fail(events.left)
    })

/** The version an event names; null where its type names none. */
const versionIn = ({ event_params }: PostedEvent): string | null => {
  const { runtime } = event_params
  const version = isJsonObject(runtime) ? runtime['codex_rs_version'] : null
  return typeof version === 'string' ? version : null
}

/** The events of a run; one that names no version was posted by the version that posted before it. */
export const capturedIn = (run: string): ReadonlyArray<Captured> => {
  const { codex } = JSON.parse(readFileSync(join(LEDGER, run, 'truth.json'), 'utf8')) as {
    readonly codex: string
  }
  const isMixed = /^(up|down)graded-from-|-over-/.test(run)
  let contract = contractOf(codex)
  return captureOf(run).map((event) => {
    const version = isMixed ? versionIn(event) : null
    if (version !== null) contract = contractOf(version)
    return { contract, event }
  })
}

/** The contracts of a run. */
export const contractsIn = (captured: ReadonlyArray<Captured>): ReadonlyArray<Contract> => [
  ...new Set(captured.map(({ contract }) => contract))
]

/** What was posted under a contract. */
export const under = (
  captured: ReadonlyArray<Captured>,
  asked: Contract
): ReadonlyArray<PostedEvent> =>
  captured.filter(({ contract }) => contract === asked).map(({ event }) => event)

/**
 * Of events that were made under a contract those that were its own: of the turns it posted, and of no turn of another
 * one where it began the thread.
 */
export const madeUnder = (
  made: ReadonlyArray<PostedEvent>,
  captured: ReadonlyArray<Captured>,
  asked: Contract
): ReadonlyArray<PostedEvent> => {
  const ofTurn = new Map<unknown, Contract>()
  const ofThread = new Map<unknown, Contract>()
  for (const { contract, event } of captured) {
    const { turn_id, thread_id } = event.event_params
    if (typeof turn_id === 'string') ofTurn.set(turn_id, contract)
    if (!ofThread.has(thread_id)) ofThread.set(thread_id, contract)
  }
  const [first] = contractsIn(captured)
  return made.filter(({ event_params: { turn_id, thread_id } }) => {
    const own = ofTurn.get(turn_id) ?? ofThread.get(thread_id) ?? first
    return own === undefined || own === asked
  })
}
