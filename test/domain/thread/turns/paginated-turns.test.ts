// Fold specs of paginated threads: given these lines, Codex 0.169 shows these turns. Written by hand from what the
// real binary answered about rollouts made by hand. Every spec holds for a file that is read at once and for one that
// grows line by line, with a look at it after each.
import { expect } from 'chai'
import type { Turn } from '../../../../domain/protocol.ts'
import type { Engine } from '../../../../replay/engine.ts'
import { right, walk, withEngine } from '../../../support/engines.ts'
import {
  aborted,
  agent,
  done,
  event,
  item,
  meta,
  numberedLines,
  plan,
  start,
  user,
  type Unnumbered
} from '../../../support/numbered.ts'
import { given, inEmptyHome, shownBy, words } from '../../../support/paginated.ts'
import { idOf, linesOf, rolloutPath, THREAD, writeRollout } from '../../../support/rollouts.ts'

const facts = ({ id, rootTurnId, status, startedAt, completedAt, durationMs }: Turn) => ({
  ...{ id, rootTurnId, status },
  ...{ startedAt, completedAt, durationMs }
})

const shows = async (
  lines: ReadonlyArray<Unnumbered>,
  expected: ReadonlyArray<string>
): Promise<void> => {
  expect((await given(lines)).turns.map(words)).to.deep.equal(expected)
}

describe('the turns of a paginated thread', () => {
  it('begin without ending the one before', () =>
    shows(
      [start('a'), user('a', 'u1'), start('b'), user('b', 'u2'), agent('a', 'x1'), done('a')],
      ['a completed: u1 x1', 'b interrupted: u2']
    ))

  it('begin once: a second start of the same turn changes nothing', async () => {
    const { turns } = await given([
      start('a', { root_turn_id: 'r' }),
      start('a', { started_at: 11, root_turn_id: 's' }),
      start('b'),
      done('b', { started_at: 12 }),
      start('b', { started_at: 13 }),
      start('a', { started_at: 14 })
    ])
    expect(turns.map(facts)).to.deep.equal([
      {
        ...{ id: 'a', rootTurnId: 'r', status: 'interrupted' },
        ...{ startedAt: 10, completedAt: null, durationMs: null }
      },
      {
        ...{ id: 'b', rootTurnId: null, status: 'completed' },
        ...{ startedAt: 12, completedAt: 20, durationMs: 30 }
      }
    ])
  })

  it('have the times of the line that ends them, its absent ones too', async () => {
    const { turns } = await given([
      start('a'),
      done('a', { started_at: undefined }),
      start('b'),
      aborted('b', { started_at: 7, completed_at: 8, duration_ms: 9 }),
      start('c'),
      aborted('c', { reason: 'replaced' })
    ])
    expect(turns.map(facts)).to.deep.equal([
      {
        ...{ id: 'a', rootTurnId: null, status: 'completed' },
        ...{ startedAt: null, completedAt: 20, durationMs: 30 }
      },
      {
        ...{ id: 'b', rootTurnId: null, status: 'interrupted' },
        ...{ startedAt: 7, completedAt: 8, durationMs: 9 }
      },
      {
        ...{ id: 'c', rootTurnId: null, status: 'interrupted' },
        ...{ startedAt: null, completedAt: null, durationMs: null }
      }
    ])
  })

  it('end once: a later end changes nothing, whichever turn is open', async () => {
    const { turns } = await given([
      start('a'),
      done('a'),
      aborted('a', { completed_at: 21 }),
      start('b'),
      aborted('b'),
      start('c'),
      done('b', { error: { message: 'no' } }),
      done('a', { completed_at: 22 })
    ])
    expect(turns.map(({ id, status, completedAt }) => [id, status, completedAt])).to.deep.equal([
      ['a', 'completed', 20],
      ['b', 'interrupted', null],
      ['c', 'interrupted', null]
    ])
  })

  it('may be ended while a later one is open', () =>
    shows(
      [start('a'), start('b'), user('b', 'u'), done('a'), done('b')],
      ['a completed:', 'b completed: u']
    ))

  it('are made by an end nobody began, where it stands', async () => {
    const { turns } = await given([
      start('a'),
      done('a'),
      done('b', { root_turn_id: 'r' }),
      aborted('c', { started_at: 5 }),
      start('b'),
      start('d')
    ])
    expect(turns.map(facts)).to.deep.equal([
      {
        ...{ id: 'a', rootTurnId: null, status: 'completed' },
        ...{ startedAt: 10, completedAt: 20, durationMs: 30 }
      },
      {
        ...{ id: 'b', rootTurnId: 'r', status: 'completed' },
        ...{ startedAt: 10, completedAt: 20, durationMs: 30 }
      },
      {
        ...{ id: 'c', rootTurnId: null, status: 'interrupted' },
        ...{ startedAt: 5, completedAt: null, durationMs: null }
      },
      {
        ...{ id: 'd', rootTurnId: null, status: 'interrupted' },
        ...{ startedAt: 10, completedAt: null, durationMs: null }
      }
    ])
  })

  it('are not ended by an abort that names none', () =>
    shows([start('a'), aborted(null), user('a', 'u'), done('a')], ['a completed: u']))

  it('keep the root turn of their start, else take that of their end', async () => {
    const { turns } = await given([
      start('a', { root_turn_id: 'r' }),
      done('a', { root_turn_id: 's' }),
      start('b'),
      done('b', { root_turn_id: 's' })
    ])
    expect(turns.map(({ rootTurnId }) => rootTurnId)).to.deep.equal(['r', 's'])
  })

  it('that never end are interrupted, also when others follow', async () => {
    const { turns } = await given([start('a'), user('a', 'u'), start('b'), done('b'), start('c')])
    expect(turns.map(facts)).to.deep.equal([
      {
        ...{ id: 'a', rootTurnId: null, status: 'interrupted' },
        ...{ startedAt: 10, completedAt: null, durationMs: null }
      },
      {
        ...{ id: 'b', rootTurnId: null, status: 'completed' },
        ...{ startedAt: 10, completedAt: 20, durationMs: 30 }
      },
      {
        ...{ id: 'c', rootTurnId: null, status: 'interrupted' },
        ...{ startedAt: 10, completedAt: null, durationMs: null }
      }
    ])
  })

  const ERRORS: ReadonlyArray<readonly [unknown, unknown]> = [
    [undefined, null],
    [null, null],
    ['context_window_exceeded', 'contextWindowExceeded'],
    ['usage_limit_exceeded', 'usageLimitExceeded'],
    ['unauthorized', 'unauthorized'],
    ['bio_policy', 'other'],
    ['something_new', 'other'],
    [{ something_new: {} }, 'other'],
    [
      { http_connection_failed: { http_status_code: 502 } },
      { httpConnectionFailed: { httpStatusCode: 502 } }
    ],
    [
      { response_too_many_failed_attempts: { http_status_code: null } },
      { responseTooManyFailedAttempts: { httpStatusCode: null } }
    ],
    [
      { active_turn_not_steerable: { turn_kind: 'review' } },
      { activeTurnNotSteerable: { turnKind: 'review' } }
    ]
  ]

  it('fail with the error of their end, its reason in the words of the protocol', async () => {
    const { turns } = await given(
      ERRORS.flatMap(([info], i) => {
        const turn = `t${String(i)}`
        return [start(turn), done(turn, { error: { message: 'no', codex_error_info: info } })]
      })
    )
    expect(turns.map(({ status, error }) => ({ status, error }))).to.deep.equal(
      ERRORS.map(([, codexErrorInfo]) => ({
        status: 'failed',
        error: { message: 'no', codexErrorInfo, additionalDetails: null, misalignment: null }
      }))
    )
  })

  it('that are cut short stay interrupted, with the error of that line', async () => {
    const { turns } = await given([start('a'), aborted('a', { error: { message: 'no' } })])
    expect(turns.map(({ status, error }) => ({ status, error }))).to.deep.equal([
      {
        status: 'interrupted',
        error: {
          message: 'no',
          codexErrorInfo: null,
          additionalDetails: null,
          misalignment: null
        }
      }
    ])
  })

  it('show an item that comes again as it is last, where it was first', () =>
    shows(
      [
        start('a'),
        user('a', 'u'),
        plan('a', 'p'),
        agent('a', 'x'),
        item('a', { type: 'ContextCompaction', id: 'p' }),
        done('a'),
        start('b'),
        user('b', 'v'),
        user('a', 'u', 'again')
      ],
      ['a completed: u p x', 'b interrupted: v']
    ))

  it('let the type and content of an item change, and keep the first time that was known', async () => {
    const { turns } = await given([
      start('a'),
      plan('a', 'p', 'old', { completed_at_ms: 0 }),
      plan('a', 'p', 'new', { started_at_ms: 0, completed_at_ms: 5 }),
      plan('a', 'p', 'newer', { started_at_ms: 3, completed_at_ms: 6 }),
      plan('a', 'q', 'old', { started_at_ms: -1, completed_at_ms: -2 }),
      done('a'),
      start('b'),
      item('a', { type: 'ContextCompaction', id: 'q' }, { started_at_ms: 8 }),
      plan('a', 'r')
    ])
    expect(turns[0]?.items).to.deep.equal([
      { type: 'plan', id: 'p', text: 'newer', startedAtMs: 0, completedAtMs: 5 },
      { type: 'contextCompaction', id: 'q', startedAtMs: -1, completedAtMs: -2 },
      { type: 'plan', id: 'r', text: 'r', startedAtMs: null, completedAtMs: null }
    ])
  })

  it('may have items of the same id', async () => {
    const { turns } = await given([
      start('a'),
      plan('a', 'p', 'one'),
      done('a'),
      start('b'),
      plan('b', 'p', 'two'),
      plan('a', 'p', 'three')
    ])
    const texts = turns.map(({ items }) => items.map((one) => 'text' in one && one.text))
    expect(texts).to.deep.equal([['three'], ['two']])
  })

  it('take their items before their start, after their end and while others are open', () =>
    shows(
      [
        user('b', 'early'),
        start('a'),
        user('a', 'u'),
        plan('b', 'too'),
        start('b'),
        plan('a', 'meanwhile'),
        done('a'),
        plan('b', 'own'),
        done('b'),
        start('c'),
        plan('a', 'late'),
        plan('b', 'last')
      ],
      ['a completed: u meanwhile late', 'b completed: early too own last', 'c interrupted:']
    ))

  it('are not made by items of a turn nobody began', () =>
    shows([start('a'), plan('x', 'lost'), plan('a', 'p'), done('a')], ['a completed: p']))

  it('are made of such items too where nothing may be hidden', async () => {
    const lines = [start('a'), plan('x', 'found'), plan('a', 'p'), done('a'), start('b')]
    const { turns } = await given(lines, { strict: false })
    expect(turns.map(words)).to.deep.equal([
      'a completed: p',
      'b interrupted:',
      'x interrupted: found'
    ])
  })

  it('are made of nothing but their starts, ends and items', () =>
    shows(
      [
        event('user_message', { message: '1' }),
        start('a'),
        event('user_message', { message: '2' }),
        event('agent_message', { message: '3' }),
        event('agent_reasoning', { text: '4' }),
        event('context_compacted'),
        event('entered_review_mode', { target: { type: 'uncommittedChanges' } }),
        event('error', { message: '5' }),
        { type: 'compacted', payload: { message: '6' } },
        plan('a', 'p'),
        done('a'),
        event('thread_rolled_back', { num_turns: 1 })
      ],
      ['a completed: p']
    ))

  it('leave out an item whose members do not fit its type, and nothing else', () =>
    shows(
      [
        start('a'),
        item('a', { type: 'Plan', id: 'bad', text: 5 }),
        plan('a', 'no-time', 'x', { completed_at_ms: null }),
        plan('a', 'good'),
        done('a')
      ],
      ['a completed: good']
    ))

  it('leave out what a sub-agent was given before it began', async () => {
    const lines = [
      start('a'),
      user('a', 'given'),
      start('b'),
      user('b', 'too'),
      done('b'),
      plan('a', 'own'),
      done('a'),
      start('c'),
      user('c', 'u')
    ]
    const { turns } = await given(lines, { head: { subagent_history_start_ordinal: 6 } })
    expect(turns.map(words)).to.deep.equal(['a completed: own', 'c interrupted: u'])
  })
})

describe('the turns of a paginated thread that continues another', () => {
  const PARENT = THREAD
  const CHILD = idOf(2)

  /** Asks about a thread whose first lines stand in the file of its parent. */
  const asking = <A>(
    base: ReadonlyArray<Unnumbered>,
    own: ReadonlyArray<Unnumbered>,
    strict: boolean,
    use: (engine: Engine) => Promise<A>
  ): Promise<A> =>
    inEmptyHome((home) => {
      const parent = linesOf(numberedLines([meta(PARENT), ...base]))
      const at = base.length + 1
      const place = {
        thread_id: PARENT,
        end_ordinal_exclusive: at,
        end_byte_offset: Buffer.byteLength(parent)
      }
      const head = meta(CHILD, { forked_from_id: PARENT, history_base: place })
      writeRollout(rolloutPath(home, PARENT), parent)
      writeRollout(rolloutPath(home, CHILD, 1), linesOf(numberedLines([head, ...own], at)))
      return withEngine({ home, strict }, use)
    })

  const continued = (base: ReadonlyArray<Unnumbered>, own: ReadonlyArray<Unnumbered>) =>
    asking(base, own, true, (engine) => shownBy(engine, CHILD))

  it('go on where the parent stops', async () => {
    const { turns } = await continued(
      [start('a'), user('a', 'u'), done('a')],
      [start('b'), user('b', 'v'), done('b')]
    )
    expect(turns.map(words)).to.deep.equal(['a completed: u', 'b completed: v'])
  })

  it('may begin in the parent and be cut short here, with the items and question of the parent', async () => {
    const { turns, summaries } = await continued(
      [start('a'), user('a', 'u'), agent('a', 'x')],
      [aborted('a', { started_at: 5 })]
    )
    expect(turns.map(words)).to.deep.equal(['a interrupted: u x'])
    expect(turns.map(({ startedAt }) => startedAt)).to.deep.equal([5])
    expect(summaries.map(words)).to.deep.equal(['a interrupted: u'])
  })

  it('take items of both files, in their order', async () => {
    const { turns } = await continued(
      [start('a'), user('a', 'u'), done('a')],
      [plan('a', 'late'), start('b'), plan('a', 'later'), done('b')]
    )
    expect(turns.map(words)).to.deep.equal(['a completed: u late later', 'b completed:'])
  })

  it('are not ended by what the parent wrote after the cut', () =>
    inEmptyHome(async (home) => {
      const lines = numberedLines([meta(PARENT), start('a'), user('a', 'u'), done('a')])
      const place = {
        ...{ thread_id: PARENT, end_ordinal_exclusive: 3 },
        end_byte_offset: Buffer.byteLength(linesOf(lines.slice(0, 3)))
      }
      writeRollout(rolloutPath(home, PARENT), linesOf(lines))
      const own = numberedLines([meta(CHILD, { history_base: place }), start('b')], 3)
      writeRollout(rolloutPath(home, CHILD, 1), linesOf(own))
      const { turns } = await withEngine({ home }, (engine) => shownBy(engine, CHILD))
      expect(turns.map(words)).to.deep.equal(['a interrupted: u', 'b interrupted:'])
    }))

  it('are placed by the line that ends them here', async () => {
    const page = await asking([start('a'), user('a', 'u')], [aborted('a')], true, (engine) =>
      right(engine.listTurns(CHILD, {}))
    )
    expect(JSON.parse(page.backwardsCursor ?? '')).to.deep.equal({
      ...{ requestedThreadId: CHILD, rolloutOrdinal: 4, includeAnchor: true },
      scope: { kind: 'turns' }
    })
  })

  for (const sortDirection of ['asc', 'desc'] as const) {
    it(`are visited once each, ${sortDirection}, when an older one ends here`, async () => {
      const base = [start('a'), user('a', 'u'), start('b'), done('b'), start('c'), done('c')]
      const own = [aborted('a'), start('d'), done('d')]
      const visited = await asking(base, own, false, (engine) =>
        walk((cursor) => engine.listTurns(CHILD, { sortDirection, limit: 1, cursor }))
      )
      expect(visited.map(({ id }) => id).toSorted()).to.deep.equal(['a', 'b', 'c', 'd'])
    })
  }
})
