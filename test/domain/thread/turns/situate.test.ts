// Where events stand: given lines, the turn that is open after each, and whose each line is. Written by hand from the turns of
// the same lines.
import { expect } from 'chai'
import { toRolloutLine, type RecordedEvent } from '../../../../domain/log/event.ts'
import { streamId } from '../../../../domain/ids.ts'
import { PROFILES, eraOf, type Profile } from '../../../../domain/log/profile.ts'
import type { SituatedEvent } from '../../../../domain/thread/turns/situate.ts'
import { situating } from '../../../../projections/situation.ts'
import { NO_ROWS, overlay } from '../../../../replay/catch-up/overlay.ts'
import {
  aborted,
  done,
  event,
  meta,
  start,
  user,
  type Unnumbered
} from '../../../support/numbered.ts'
import { THREAD } from '../../../support/rollouts.ts'

const BEGAN_MS = Date.parse('2026-05-01T10:00:00.000Z')

/** A line, and what differs from the line before: numbers and seconds go up by one where nothing is said. */
interface Placed extends Unnumbered {
  readonly segment?: number
  readonly ordinal?: number
  readonly ms?: number
  readonly inherited?: boolean
}

const OWN = eraOf('0.169', false)

const situated = (
  lines: ReadonlyArray<Placed>,
  seesAll = true,
  profile: Profile = OWN
): ReadonlyArray<SituatedEvent> => {
  const situate = situating(overlay(NO_ROWS), profile, seesAll)
  return lines.map(({ type, payload, ordinal, ms, segment = 0, inherited = false }, revision) => {
    const time = new Date(BEGAN_MS + (ms ?? revision * 1000))
    const timestamp = Number.isNaN(ms) ? 'no time' : time.toISOString()
    const value = { timestamp, ...(ordinal === undefined ? {} : { ordinal }), type, payload }
    const line = toRolloutLine(JSON.parse(JSON.stringify(value)), profile)
    if (typeof line === 'string') throw new Error(`${line}: ${JSON.stringify(value)}`)
    const placed = { streamId: streamId(THREAD), revision, segment, offset: revision * 100 }
    return situate({ ...placed, bytes: 99, line, inherited } satisfies RecordedEvent)
  })
}

/** The turn after each line, with its place; a dash between turns. */
const turnsAfter = (
  lines: ReadonlyArray<Placed>,
  seesAll = true,
  profile: Profile = OWN
): ReadonlyArray<string> =>
  situated(lines, seesAll, profile).map(({ turn, turnPlace }) =>
    turn === null ? `- ${turnPlace}` : `${turn.id ?? '?'} ${turnPlace}`
  )

const legacy = (members: object = {}): Placed =>
  meta(THREAD, { history_mode: 'legacy', ...members })
const said = (message = 'm'): Placed => event('user_message', { message })
const answered = event('agent_message', { message: 'm' })
const rollback = (num_turns: number): Placed => event('thread_rolled_back', { num_turns })
const spend: Placed = event('token_count', { info: null })
const at = (line: Placed, more: Partial<Placed>): Placed => ({ ...line, ...more })

describe('the situation of an event', () => {
  it('is the turn that was begun last, whatever older one ends late', () => {
    const lines = [legacy(), start('a'), start('b'), done('a'), spend, done('b'), spend]
    expect(turnsAfter(lines)).to.deep.equal(['- 0', 'a 0', 'b 1', 'b 1', 'b 1', '- 2', '- 2'])
    expect(situated(lines).map(({ endedTurnId }) => endedTurnId)).to.deep.equal([
      ...[null, null, null, 'a', null, 'b', null]
    ])
  })

  it('finds a turn that ends late among many, whether or not ids grow', () => {
    const padded = (i: number): string => `t${String(i).padStart(3, '0')}`
    const growing = Array.from({ length: 70 }, (_, i) => padded(i))
    const falling = [...growing].reverse()
    const mixed = growing.map((id, i) => (i % 3 === 0 ? padded(900 - i) : id))
    for (const ids of [growing, falling, mixed]) {
      const lines = [legacy(), ...ids.map((id) => start(id)), start('newest')]
      lines.push(...ids.map((id) => done(id)))
      const ended = situated(lines).map(({ endedTurnId }) => endedTurnId)
      expect(ended.slice(-ids.length)).to.deep.equal(ids)
    }
    // The oldest of two with the same id, and the other one once that is rolled back.
    const twice = [legacy(), start('a'), start('b'), start('a'), start('c'), done('a'), done('b')]
    expect(situated(twice).at(-2)?.endedTurnId).to.equal('a')
    const again = [legacy(), start('b'), rollback(1), start('a'), start('b'), start('c'), done('b')]
    expect(turnsAfter(again).at(-1)).to.equal('c 2')
    expect(situated(again).at(-1)?.endedTurnId).to.equal('b')
  })

  it('is over when an end names a turn that nobody began', () => {
    const lines = [legacy(), start('a'), done('unknown'), spend]
    expect(turnsAfter(lines)).to.deep.equal(['- 0', 'a 0', '- 1', '- 1'])
    expect(situated(lines)[2]?.endedTurnId).to.equal('a')
  })

  it('is over when a turn is cut short, but goes on where Codex up to 0.142 reads', () => {
    const lines = [legacy(), start('a'), aborted('a'), spend, start('b'), aborted(null)]
    expect(turnsAfter(lines)).to.deep.equal(['- 0', 'a 0', '- 1', '- 1', 'b 1', '- 2'])
    expect(turnsAfter(lines, true, PROFILES['0.142'])).to.deep.equal([
      ...['- 0', 'a 0', 'a 0', 'a 0', 'b 1', 'b 1']
    ])
    // Under another name only a turn without one of its own is cut short.
    expect(
      turnsAfter([legacy(), said(), aborted('unknown'), start('a'), aborted('unknown')])
    ).to.deep.equal(['- 0', 'rollout-1 0', '- 1', 'a 1', 'a 1'])
  })

  it('is a turn named after its index where nobody began one', () => {
    const lines = [
      legacy(),
      said(),
      answered,
      said(),
      event('context_compacted'),
      start('a'),
      said()
    ]
    expect(turnsAfter(lines)).to.deep.equal([
      ...['- 0', 'rollout-1 0', 'rollout-1 0', 'rollout-3 1', 'rollout-3 1', 'a 2', 'a 2']
    ])
    expect(turnsAfter(lines, false)).to.deep.equal([
      ...['- 0', '? 0', '? 0', '? 1', '? 1', 'a 2', 'a 2']
    ])
  })

  it('is the turn a compaction opened, and the message behind it goes on with', () =>
    expect(
      turnsAfter([legacy(), { type: 'compacted', payload: { message: '' } }, said(), said()])
    ).to.deep.equal(['- 0', 'rollout-1 0', 'rollout-1 0', 'rollout-3 1']))

  it('is the turn a review mark names, but for one that is known', () => {
    const mark = (turn_id: string, item_id: string): Placed =>
      event('entered_review_mode', { target: { type: 'uncommittedChanges' }, turn_id, item_id })
    expect(
      turnsAfter([legacy(), start('a'), mark('r', 'i'), start('b'), mark('r', 'j'), mark('a', 'k')])
    ).to.deep.equal(['- 0', 'a 0', 'r 1', 'b 2', 'b 2', 'b 2'])
  })

  it('has the ids of turns a rollback hides, the open one among them', () => {
    const lines = [legacy(), start('a'), done('a'), start('b'), done('b'), start('c'), rollback(2)]
    expect(turnsAfter([...lines, start('d')]).slice(-2)).to.deep.equal(['- 1', 'd 1'])
    expect(situated(lines).at(-1)?.hiddenTurnIds).to.deep.equal(['b', 'c'])
    expect(situated([...lines, rollback(9)]).at(-1)?.hiddenTurnIds).to.deep.equal(['a'])
    expect(situated([...lines, done('b')]).at(-1)?.endedTurnId).to.equal(null)
  })

  it('tells copies that bring turns back from what came after them', () => {
    const mark = event('unroll_turns_restored', { num_turns: 1, lines: 3, next_item: 1 })
    const lines = [
      ...[legacy(), start('a'), done('a'), rollback(1), mark],
      ...[at(start('a'), { ms: 1000 }), at(done('a'), { ms: 2000 }), start('b')]
    ]
    expect(situated(lines).map(({ origin }) => origin)).to.deep.equal([
      ...['own', 'own', 'own', 'own', 'own', 'restored_copy', 'restored_copy', 'own']
    ])
    expect(turnsAfter(lines).slice(-3)).to.deep.equal(['a 0', '- 1', 'b 1'])
  })

  it('is the newest turn of a paginated thread until it is completed', () =>
    expect(
      turnsAfter([
        ...[meta(THREAD), start('a'), start('b'), user('a', 'u1'), done('a'), spend],
        ...[start('b'), aborted('b'), spend, done('c'), start('d'), user('e', 'u2'), done('d')]
      ])
    ).to.deep.equal([
      ...['- 0', 'a 0', 'b 1', 'b 1', 'b 1', 'b 1'],
      ...['b 1', 'b 1', 'b 1', '- 2', 'd 3', 'd 3', '- 3']
    ]))

  it('reads each segment as its metadata says, and moves a turn that ends in a later one', () => {
    const lines = [
      ...[legacy(), start('a'), start('b')],
      ...[at(meta(THREAD), { segment: 1 }), at(start('c'), { segment: 1 })],
      ...[at(aborted('a'), { segment: 1 }), at(said(), { segment: 1 })]
    ]
    expect(situated(lines).map(({ mode }) => mode)).to.deep.equal([
      ...['legacy', 'legacy', 'legacy', 'paginated', 'paginated', 'paginated', 'paginated']
    ])
    expect(turnsAfter(lines)).to.deep.equal(['- 0', 'a 0', 'b 1', '- 2', 'c 2', 'a 2', 'a 2'])
    expect(situated(lines)[5]?.endedTurnId).to.equal('a')
  })

  it('knows the mode only in eras that have two', () =>
    expect(
      situated([meta(THREAD), start('a')], true, PROFILES['0.142']).map(({ mode }) => mode)
    ).to.deep.equal(['legacy', 'legacy']))

  it('takes numbered lines without metadata for paginated ones', () =>
    expect(
      situated([at(start('a'), { ordinal: 4 }), at(spend, { ordinal: 5 })]).map(({ mode }) => mode)
    ).to.deep.equal(['paginated', 'paginated']))

  const forked = legacy({ forked_from_id: '01950000-0000-7000-8000-000000000001' })
  const OLDER = '01950001-0000-7000-8000-000000000001'
  const YOUNGER = '01960002-0000-7000-8000-000000000001'
  const whose = (lines: ReadonlyArray<Placed>, seesAll = true) =>
    situated(lines, seesAll).map((one) => one.inheritedBy ?? one.origin)

  it('of a fork is inherited while its turns are older than the thread', () =>
    expect(whose([forked, start(OLDER), spend, done(OLDER), start(YOUNGER), spend])).to.deep.equal([
      'own',
      'turn_id',
      'turn_id',
      'turn_id',
      'own',
      'own'
    ]))

  it('between copied turns is told by time: at once is copied, after a gap it is not', () => {
    const burst = [0, 1, 2, 150, 155].map((ms, i) => at(i === 0 ? forked : said(), { ms }))
    expect(whose(burst)).to.deep.equal(['own', 'burst', 'burst', 'own', 'own'])
    // A fold that does not get every line cannot see a gap.
    expect(whose(burst, false)).to.deep.equal(['own', 'burst', 'burst', 'burst', 'burst'])
    expect(situated(burst).map(({ isToldByTime }) => isToldByTime)).to.deep.equal([
      ...[true, true, true, true, true]
    ])
  })

  it('of a sub-agent is inherited below the number at which its own history begins, but for its head', () => {
    const lines = [
      at(meta(THREAD, { subagent_history_start_ordinal: 3 }), { ordinal: 0 }),
      ...[start('a'), done('a'), start('b'), user('b', 'u')].map((line, i) =>
        at(line, { ordinal: i + 1 })
      )
    ]
    expect(whose(lines)).to.deep.equal(['own', 'ordinal', 'ordinal', 'own', 'own'])
    expect(turnsAfter(lines)).to.deep.equal(['- 0', '- 0', '- 0', 'b 0', 'b 0'])
    expect(situated(lines).map(({ isHead }) => isHead)).to.deep.equal([
      ...[true, false, false, false, false]
    ])
  })

  it('shows nothing of the thread it is attached to', () => {
    const other = '01950000-0000-7000-8000-000000000001'
    const base = { thread_id: other, end_ordinal_exclusive: 4, end_byte_offset: 400 }
    const attached = { attached_thread: true, forked_from_id: other, history_base: base }
    const lines = [
      at(meta(other), { inherited: true }),
      at(start('a'), { inherited: true }),
      at(start('b'), { inherited: true }),
      at(meta(THREAD, attached), { segment: 1 }),
      ...[start('c'), start('d'), done('a')].map((line) => at(line, { segment: 1 }))
    ]
    expect(turnsAfter(lines)).to.deep.equal(['- 0', 'a 0', 'b 1', '- 0', 'c 0', 'd 1', '- 2'])
    expect(situated(lines)[3]?.hiddenTurnIds).to.deep.equal([])
  })

  it('of another thread’s segment is inherited', () =>
    expect(
      whose([
        at(meta('01950000-0000-7000-8000-000000000001'), { inherited: true }),
        at(start('a'), { inherited: true }),
        at(meta(THREAD), { segment: 1 }),
        at(start('b'), { segment: 1 })
      ])
    ).to.deep.equal(['segment', 'segment', 'own', 'own']))

  it('names the turn a line names only where it is one', () => {
    const patch = (turn_id: string): Placed => {
      const ended = { call_id: 'c', turn_id, stdout: '', stderr: '', success: true, changes: {} }
      return event('patch_apply_end', { ...ended, status: 'completed' })
    }
    expect(
      situated([legacy(), start('a'), start('b'), patch('a'), patch('b'), patch('x'), patch(OLDER)])
        .slice(3)
        .map(({ namedTurnId }) => namedTurnId)
    ).to.deep.equal(['a', 'b', null, OLDER])
  })

  it('has the time of its line, or that of the one before', () => {
    const lines = [legacy(), start('a'), at(said(), { ms: NaN }), done('a')]
    expect(situated(lines).map(({ atMs }) => atMs - BEGAN_MS)).to.deep.equal([0, 1000, 1000, 3000])
  })
})
