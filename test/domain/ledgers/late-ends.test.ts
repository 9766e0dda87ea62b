// The ledgers over interleaved turns: a late end of an older turn leaves the open one as it is. Written by hand.
import { expect } from 'chai'
import { evolveRollout } from '../../../domain/ledgers/analytics/from-rollout.ts'
import { NO_ROLLOUT } from '../../../domain/ledgers/analytics/rollout-state.ts'
import { evolveTrail } from '../../../domain/ledgers/audit/trail.ts'
import { START_OF_TRAIL } from '../../../domain/ledgers/audit/trail-state.ts'
import { toRolloutLine } from '../../../domain/log/event.ts'
import { streamId } from '../../../domain/ids.ts'
import { eraOf } from '../../../domain/log/profile.ts'
import type { SituatedEvent } from '../../../domain/thread/turns/situate.ts'
import { situating } from '../../../projections/situation.ts'
import { NO_ROWS, overlay } from '../../../replay/catch-up/overlay.ts'
import { done, event, meta, start, type Unnumbered } from '../../support/numbered.ts'
import { THREAD } from '../../support/rollouts.ts'

const PROFILE = eraOf('0.169', false)

const situated = (
  lines: ReadonlyArray<Unnumbered & { readonly timestamp?: string }>
): ReadonlyArray<SituatedEvent> => {
  const situate = situating(overlay(NO_ROWS), PROFILE, true)
  return lines.map((written, revision) => {
    const timestamp = new Date(Date.parse('2026-05-01T10:00:00.000Z') + revision * 1000)
    const line = toRolloutLine({ timestamp: timestamp.toISOString(), ...written }, PROFILE)
    if (typeof line === 'string') throw new Error(line)
    const place = { streamId: streamId(THREAD), revision, segment: 0, offset: revision, bytes: 1 }
    return situate({ ...place, line })
  })
}

const legacy = meta(THREAD, { history_mode: 'legacy' })
const said = event('user_message', { message: 'm' })
const INTERLEAVED = [legacy, start('a'), start('b'), said, done('a'), said, done('b')]

describe('the late end of an older turn', () => {
  it('leaves the open turn in the audit trail: what is said next steers it', () => {
    let state = START_OF_TRAIL
    const rows = situated(INTERLEAVED).flatMap((line) => {
      const [next, made] = evolveTrail(state, line)
      state = next
      return made
    })
    expect(rows.slice(1).map(({ action, turnId }) => [action, turnId])).to.deep.equal([
      ['turn_started', 'a'],
      ['turn_interrupted', 'a'],
      ['resumed', null],
      ['turn_started', 'b'],
      ['turn_completed', 'a'],
      ['steered', 'b'],
      ['turn_completed', 'b']
    ])
  })

  const turnFacts = (lines: Parameters<typeof situated>[0]) => {
    let state = NO_ROLLOUT
    return situated(lines).flatMap((line) => {
      const step = evolveRollout(state, line, PROFILE)
      state = step.state
      return step.writes.flatMap(({ fact, place }) =>
        fact.kind === 'turn_started' || fact.kind === 'turn_ended'
          ? [[fact.kind, fact.turnId, place.revision]]
          : []
      )
    })
  }

  it('does not end the open turn in analytics', () =>
    expect(turnFacts(INTERLEAVED)).to.deep.equal([
      ['turn_started', 'a', 1],
      ['turn_started', 'b', 2],
      ['turn_ended', 'b', 6]
    ]))

  it('does not end the turn around a review that its mark stands in, which ends by its own name', () =>
    expect(
      turnFacts([
        legacy,
        start('r'),
        event('entered_review_mode', { turn_id: 'x', target: { type: 'uncommittedChanges' } }),
        event('turn_aborted', { turn_id: 'r', reason: 'interrupted' })
      ])
    ).to.deep.equal([
      ['turn_started', 'r', 1],
      ['turn_ended', 'r', 3]
    ]))

  it('does not end a turn that a rollback hid', () =>
    expect(
      turnFacts([legacy, start('a'), event('thread_rolled_back', { num_turns: 1 }), done('a')])
    ).to.deep.equal([['turn_started', 'a', 1]]))

  it('is no fact when it is a copy, but a turn that was begun while copies were missing is one', () => {
    const mark = event('unroll_turns_restored', { num_turns: 1, lines: 9, next_item: 1 })
    const copied = [start('a'), done('a')].map((line, i) => ({
      ...line,
      timestamp: `2026-05-01T10:00:0${i + 1}.000Z`
    }))
    const rollback = event('thread_rolled_back', { num_turns: 1 })
    const lines = [legacy, start('a'), done('a'), rollback, mark, ...copied, start('b')]
    expect(turnFacts(lines)).to.deep.equal([
      ['turn_started', 'a', 1],
      ['turn_ended', 'a', 2],
      ['turn_started', 'b', 7]
    ])
  })
})
