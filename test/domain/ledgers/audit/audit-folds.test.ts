// Decisions and reviews of a file, line by line. Lines as docs/FORMAT.md has them, expected rows written by hand.
import { expect } from 'chai'
import { approvalIn, surer } from '../../../../domain/ledgers/audit/approvals.ts'
import { evolveReviews, NO_REVIEWS } from '../../../../domain/ledgers/audit/reviews.ts'
import { toRolloutLine } from '../../../../domain/log/event.ts'
import { streamId } from '../../../../domain/ids.ts'
import { eraOf } from '../../../../domain/log/profile.ts'
import { situating } from '../../../../projections/situation.ts'
import { NO_ROWS, overlay } from '../../../../replay/catch-up/overlay.ts'
import { done, event, meta, start, type Unnumbered } from '../../../support/numbered.ts'
import { THREAD } from '../../../support/rollouts.ts'

const PROFILE = eraOf('0.142', false)

const situated = (lines: ReadonlyArray<Unnumbered>) => {
  const situate = situating(overlay(NO_ROWS), PROFILE, true)
  return lines.map((written, revision) => {
    const timestamp = `2026-05-01T10:00:0${revision}.000Z`
    const line = toRolloutLine({ timestamp, ...written }, PROFILE)
    if (typeof line === 'string') throw new Error(line)
    const place = { streamId: streamId(THREAD), revision, segment: 0, offset: revision, bytes: 1 }
    return situate({ ...place, line })
  })
}

const output = (call_id: string, text: string): Unnumbered => ({
  type: 'response_item',
  payload: { type: 'function_call_output', call_id, output: text }
})

const legacy = meta(THREAD, { history_mode: 'legacy' })

describe('approvals of a file', () => {
  const found = (...lines: ReadonlyArray<Unnumbered>) =>
    situated([legacy, start('a'), ...lines]).flatMap((line) => approvalIn(line) ?? [])

  it('reads a refusal in the words that answer the model, and whose it was', () =>
    expect(
      found(
        output('c1', 'exec command rejected by user'),
        output('c2', 'This action was rejected due to unacceptable risk. Do not retry.')
      )
    ).to.deep.equal([
      {
        turnId: 'a',
        callId: 'c1',
        at: '2026-05-01T10:00:02.000Z',
        reviewer: 'user',
        subject: 'command_execution',
        status: 'denied',
        source: 'text',
        certainty: 'inferred',
        offset: 2,
        bytes: 1
      },
      {
        turnId: 'a',
        callId: 'c2',
        at: '2026-05-01T10:00:03.000Z',
        reviewer: 'guardian',
        subject: 'unknown',
        status: 'denied',
        source: 'text',
        certainty: 'inferred',
        offset: 3,
        bytes: 1
      }
    ]))

  it('finds none in what a command printed', () =>
    expect(
      found(output('c1', 'Exit code: 0\nWall time: 1 seconds\nOutput:\nrejected by user'))
    ).to.deep.equal([]))

  it('prefers the surer of two rows about one call, else the earlier', () => {
    const [text] = found(output('c1', 'patch rejected by user'))
    if (text === undefined) throw new Error('no approval')
    const derived = { ...text, certainty: 'derived' as const }
    expect(surer(text, derived)).to.equal(derived)
    expect(surer(derived, text)).to.equal(derived)
    expect(surer(text, { ...text, offset: 9 })).to.equal(text)
  })
})

describe('reviews of a file', () => {
  it('are put when they begin, when the reviewer takes its turn, and when they end', () => {
    let state = NO_REVIEWS
    const writes = situated([
      legacy,
      event('entered_review_mode', {
        target: { type: 'baseBranch', branch: 'main' },
        user_facing_hint: 'changes'
      }),
      start('r'),
      event('exited_review_mode', {
        review_output: {
          findings: [],
          overall_correctness: 'patch is correct',
          overall_explanation: '',
          overall_confidence_score: 0.5
        }
      }),
      done('r')
    ]).flatMap((line) => {
      const [next, made] = evolveReviews(state, line)
      state = next
      return made
    })
    const begun = {
      startedAt: '2026-05-01T10:00:01.000Z',
      endedAt: null,
      target: { type: 'baseBranch', branch: 'main' },
      delivery: 'inline',
      deliveryCertainty: 'derived',
      parentThreadId: null,
      reviewerTurnId: null,
      finished: false,
      findings: 0,
      verdict: null,
      confidence: null,
      offset: 1,
      bytes: 1
    }
    const taken = { ...begun, reviewerTurnId: 'r' }
    expect(writes).to.deep.equal([
      { op: 'put', index: 0, review: begun },
      { op: 'put', index: 0, review: taken },
      {
        op: 'put',
        index: 0,
        review: {
          ...taken,
          endedAt: '2026-05-01T10:00:03.000Z',
          finished: true,
          verdict: 'patch is correct',
          confidence: 0.5
        }
      }
    ])
  })
})
