// The parts of a turn come in any order, and what never ends must not be kept for ever.
import { expect } from 'chai'
import fc from 'fast-check'
import type { Fact, TurnSettings } from '../../domain/ledgers/analytics/fact.ts'
import { reduceFact } from '../../domain/ledgers/analytics/reducer.ts'
import { LIMITS, NO_ANALYTICS, type AnalyticsState } from '../../domain/ledgers/analytics/state.ts'
import {
  headClient,
  headRuntime,
  openedThread
} from '../../domain/ledgers/analytics/rollout-settings.ts'
import { CONTRACTS, type Contract } from '../../domain/ledgers/analytics/vocabulary.ts'

const META = {
  id: '01a1fcb7-aa69-70c3-b6d8-33ce0cf668b2',
  timestamp: '2026-11-21T06:07:37.584Z',
  cwd: '/w',
  originator: 'lab',
  cli_version: '0.142.5'
}
const AT = { atMs: 5, threadId: META.id, turnId: 'turn' }

const OPENED: ReadonlyArray<Fact> = [
  {
    kind: 'connected',
    atMs: 0,
    connectionId: 'c',
    client: headClient(META),
    runtime: headRuntime(META)
  },
  { kind: 'thread_opened', atMs: 0, connectionId: 'c', thread: openedThread(META, 'm') }
]

const PARTS: ReadonlyArray<Fact> = [
  { kind: 'turn_started', ...AT, startedAt: 1 },
  { kind: 'turn_configured', ...AT, imageCount: 2, settings: { model: 'm' } as TurnSettings },
  { kind: 'turn_profile', ...AT, profile: null },
  {
    kind: 'turn_ended',
    ...AT,
    status: 'completed',
    error: null,
    startedAt: 1,
    completedAt: 2,
    durationMs: 3
  }
]

const told = (facts: ReadonlyArray<Fact>, contract: Contract) => {
  let state: AnalyticsState = NO_ANALYTICS
  return facts.flatMap((fact) => {
    const [next, events] = reduceFact(state, fact, { contract, sha1: (text) => text })
    state = next
    return events
  })
}

describe('the analytics reducer', () => {
  it('tells a turn once, and the same, in whatever order its parts come', () => {
    for (const contract of CONTRACTS.slice(1)) {
      const expected = told([...OPENED, ...PARTS], contract)
      expect(expected.map(({ payload }) => payload.event_type)).to.deep.equal([
        'codex_thread_initialized',
        'codex_turn_event'
      ])
      fc.assert(
        fc.property(fc.shuffledSubarray([...PARTS], { minLength: PARTS.length }), (parts) => {
          const [, turn] = told([...OPENED, ...parts], contract)
          const given = { ...turn?.payload.event_params, started_at: 1 }
          expect(given).to.deep.equal(expected[1]?.payload.event_params)
        })
      )
    }
  })

  it('tells nothing while a part is missing', () => {
    for (const part of PARTS.slice(1)) {
      const rest = PARTS.filter((one) => one !== part)
      expect(told([...OPENED, ...rest], '0.169').length, part.kind).to.equal(1)
    }
  })

  it('forgets the oldest of what never ends', () => {
    let state: AnalyticsState = NO_ANALYTICS
    const rendering = { contract: '0.169' as const, sha1: (text: string) => text }
    for (let n = 0; n < LIMITS.turns + 100; n++) {
      const turnId = `turn-${n}`
      ;[state] = reduceFact(state, { kind: 'turn_started', ...AT, turnId, startedAt: n }, rendering)
    }
    expect(state.turns.size).to.equal(LIMITS.turns)
    expect([...state.turns.keys()][0]).to.equal(JSON.stringify([META.id, 'turn-100']))
  })
})
