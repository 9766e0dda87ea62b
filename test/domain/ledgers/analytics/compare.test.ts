// Two lists of analytics events side by side: how they are paired, and what each difference is called.
import { expect } from 'chai'
import { agreementOf } from '../../../../domain/ledgers/analytics/agreement.ts'
import {
  compareAnalytics,
  type KnownDifference
} from '../../../../domain/ledgers/analytics/compare.ts'
import type { PostedEvent } from '../../../../domain/ledgers/analytics/envelope.ts'
import type { JsonObject } from '../../../../domain/json.ts'

const event = (event_type: string, event_params: JsonObject): PostedEvent => ({
  event_type,
  event_params
})

const turn = (turn_id: string, more: JsonObject = {}): PostedEvent =>
  event('codex_turn_event', { thread_id: 't', turn_id, ...more })

const compared = (
  captured: ReadonlyArray<PostedEvent>,
  reconstructed: ReadonlyArray<PostedEvent>,
  known: ReadonlyArray<KnownDifference> = []
) => compareAnalytics(captured, reconstructed, '0.142', known)

/** The fields that are not equal: name, verdict and reason. */
const differing = (
  captured: JsonObject,
  reconstructed: JsonObject,
  known: ReadonlyArray<KnownDifference> = []
) =>
  compared([turn('a', captured)], [turn('a', reconstructed)], known).events.flatMap(({ fields }) =>
    fields
      .filter(({ verdict }) => verdict !== 'equal')
      .map(({ field, verdict, reason }) => [field, verdict, reason])
  )

describe('the comparison of a capture with a reconstruction', () => {
  it('pairs events by type and ids, whatever their order', () => {
    const { events, unexplained } = compared([turn('a'), turn('b')], [turn('b'), turn('a')])
    expect(events.map(({ ids, verdict }) => [ids['turn_id'], verdict])).to.deep.equal([
      ['a', 'equal'],
      ['b', 'equal']
    ])
    expect(unexplained).to.equal(0)
  })

  it('pairs repeats of one event in the order they stand', () => {
    const one = [turn('a', { n: 1 }), turn('a', { n: 2 })]
    expect(compared(one, one).events.map(({ verdict }) => verdict)).to.deep.equal([
      'equal',
      'equal'
    ])
    expect(compared(one, [turn('a', { n: 1 })]).events.map(({ verdict }) => verdict)).to.deep.equal(
      ['equal', 'only_in_capture']
    )
  })

  it('tells an event of one side only from an event of both', () => {
    const { events, unexplained } = compared([turn('a'), turn('b')], [turn('b'), turn('c')])
    expect(events.map(({ ids, verdict }) => [ids['turn_id'], verdict])).to.deep.equal([
      ['a', 'only_in_capture'],
      ['b', 'equal'],
      ['c', 'only_reconstructed']
    ])
    expect(unexplained).to.equal(2)
  })

  it('explains what was reconstructed of a thread that the capture never names', () => {
    const other = event('codex_turn_event', { thread_id: 'other', turn_id: 'x' })
    const { events, unexplained } = compared([turn('a')], [turn('a'), other])
    expect(events[1]).to.deep.equal({
      eventType: 'codex_turn_event',
      ids: { thread_id: 'other', turn_id: 'x' },
      verdict: 'only_reconstructed',
      reason: 'the capture holds nothing of this thread',
      fields: []
    })
    expect(unexplained).to.equal(0)
  })

  it('looks into objects where both sides have one, and compares anything else whole', () => {
    expect(
      differing(
        { client: { name: 'x', version: '1' }, error: { kind: 'a' }, ids: [1, { a: 1, b: 2 }] },
        { client: { name: 'y', version: '1' }, error: null, ids: [1, { b: 2, a: 1 }] }
      )
    ).to.deep.equal([
      ['client.name', 'differs', null],
      ['error', 'differs', null]
    ])
  })

  it('tells a key that is missing from a key that is null', () => {
    expect(differing({ a: null }, { b: null })).to.deep.equal([
      ['a', 'only_in_capture', null],
      ['b', 'only_reconstructed', null]
    ])
  })

  it('calls a field not reconstructable only where the reconstruction left it open', () => {
    const known: ReadonlyArray<KnownDifference> = [
      { field: 'profile_ms', notReconstructable: true, reason: 'no log holds it' }
    ]
    expect(differing({ profile_ms: 5 }, { profile_ms: null }, known)).to.deep.equal([
      ['profile_ms', 'not_reconstructable', 'no log holds it']
    ])
    expect(differing({ profile_ms: 5 }, { profile_ms: 6 }, known)).to.deep.equal([
      ['profile_ms', 'differs', null]
    ])
    expect(differing({ profile_ms: null }, { profile_ms: null }, known)).to.deep.equal([])
  })

  it('gives the reason of the first row that fits event, contract and condition', () => {
    const reason = 'live analytics drop the tokens of interrupted turns'
    const known: ReadonlyArray<KnownDifference> = [
      { field: 'total_tokens', event: 'codex_goal_event', reason: 'another event' },
      { field: 'total_tokens', contracts: ['0.130'], reason: 'another contract' },
      {
        field: 'total_tokens',
        when: ({ capturedEvent }) => capturedEvent?.event_params['status'] === 'interrupted',
        reason
      }
    ]
    const sides = (status: string) =>
      [
        { status, total_tokens: null },
        { status, total_tokens: 130 }
      ] as const
    expect(differing(...sides('interrupted'), known)).to.deep.equal([
      ['total_tokens', 'differs', reason]
    ])
    expect(differing(...sides('completed'), known)).to.deep.equal([
      ['total_tokens', 'differs', null]
    ])
  })

  it('counts differences without a reason, and events that no log can hold as explained', () => {
    const review = event('codex_review_event', { thread_id: 't', review_id: 'user:1' })
    const known: ReadonlyArray<KnownDifference> = [
      { event: 'codex_review_event', notReconstructable: true, reason: 'approvals are in no log' }
    ]
    const { events, unexplained } = compared([review, turn('a', { x: 1 })], [turn('a')], known)
    expect(events.map(({ verdict, reason }) => [verdict, reason])).to.deep.equal([
      ['not_reconstructable', 'approvals are in no log'],
      ['differs', null]
    ])
    expect(unexplained).to.equal(1)
  })

  it('adds comparisons up by event type and field', () => {
    const one = compared([turn('a', { x: 1, y: 1 })], [turn('a', { x: 1, y: 2 })])
    const two = compared([turn('a', { x: 2 })], [turn('a', { x: 2 }), turn('b')])
    const none = { equal: 0, differs: 0, only_in_capture: 0, only_reconstructed: 0 }
    const field = (name: string, equal: number, differs: number) => ({
      field: name,
      verdicts: { ...none, equal, differs, not_reconstructable: 0 },
      reasons: [],
      unexplained: differs
    })
    expect(agreementOf([one, two])).to.deep.equal([
      {
        eventType: 'codex_turn_event',
        paired: 2,
        verdicts: { ...none, equal: 1, differs: 1, only_reconstructed: 1, not_reconstructable: 0 },
        reasons: [],
        unexplained: 2,
        fields: [
          field('thread_id', 2, 0),
          field('turn_id', 2, 0),
          field('x', 2, 0),
          field('y', 0, 1)
        ]
      }
    ])
  })
})
