// Words of later versions. The goal: a limit or a phase that a newer Codex adds does not lose the tokens or the text in the same line,
// while strict answers drop the line as the era's Codex does (`test/golden/mutated-lines.deep.test.ts` has its recordings).
import { expect } from 'chai'
import { toRolloutLine } from '../../../domain/log/event.ts'
import { eraOf } from '../../../domain/log/profile.ts'

const usage = {
  input_tokens: 5,
  cached_input_tokens: 0,
  output_tokens: 2,
  reasoning_output_tokens: 0,
  total_tokens: 7
}

const COUNT = {
  type: 'token_count',
  info: { total_token_usage: usage, last_token_usage: usage }
}

const LATER: Readonly<Record<string, object>> = {
  'a limit': { ...COUNT, rate_limits: { rate_limit_reached_type: 'galactic' } },
  'a phase': { type: 'agent_message', message: 'Hello.', phase: 'prelude' },
  'a mode': { type: 'task_started', turn_id: 't', collaboration_mode_kind: 'dream' },
  'a reason': { type: 'turn_aborted', turn_id: 't', reason: 'bored' }
}

describe('a word of a later version', () => {
  for (const [title, payload] of Object.entries(LATER)) {
    for (const era of ['0.130', '0.142', '0.169'] as const) {
      it(`(${title}) costs the line in strict ${era} only`, () => {
        const line = { timestamp: '2026-11-21T09:00:00.000Z', type: 'event_msg', payload }
        expect(toRolloutLine(line, eraOf(era, true))).to.equal('invalid_payload')
        expect(toRolloutLine(line, eraOf(era, false))).to.deep.equal(line)
      })
    }
  }

  it('costs nothing where it is the name of a plan: no Codex knows them all', () => {
    const payload = { ...COUNT, rate_limits: { plan_type: 'galactic' } }
    const line = { timestamp: '2026-11-21T09:00:00.000Z', type: 'event_msg', payload }
    for (const era of ['0.130', '0.142', '0.169'] as const)
      expect(toRolloutLine(line, eraOf(era, true))).to.deep.equal(line)
  })

  it('is a word all the same', () => {
    const payload = { type: 'turn_aborted', turn_id: 't', reason: 7 }
    const line = { timestamp: '2026-11-21T09:00:00.000Z', type: 'event_msg', payload }
    expect(toRolloutLine(line, eraOf('0.169', false))).to.equal('invalid_payload')
  })

  it('is none where an event has no members: a mark of a compaction with one is dropped', () => {
    const mark = { type: 'context_compacted' }
    const line = { timestamp: '2026-11-21T09:00:00.000Z', type: 'event_msg', payload: mark }
    const more = { ...line, payload: { unknown: [1.5], ...mark } }
    for (const era of ['0.130', '0.142', '0.169'] as const) {
      expect(toRolloutLine(line, eraOf(era, true))).to.deep.equal(line)
      expect(toRolloutLine(more, eraOf(era, true))).to.equal('invalid_payload')
    }
  })
})
