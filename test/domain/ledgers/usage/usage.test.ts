// Rules of the usage ledger that recorded runs do not show, line by line.
import { expect } from 'chai'
import { appendFileSync } from 'node:fs'
import type { UsageRow } from '../../../../replay/ledgers/usage.ts'
import { right, withEngine } from '../../../support/engines.ts'
import { removeFolder } from '../../../support/fixture-home.ts'
import { emptyHome, rolloutPath, THREAD, writeRollout } from '../../../support/rollouts.ts'

type Payload = Readonly<Record<string, unknown>>

const line = (type: string, payload: Payload, second = 0): string =>
  JSON.stringify({
    timestamp: `2026-05-01T10:00:${String(second).padStart(2, '0')}.000Z`,
    type,
    payload
  })

const event = (payload: Payload, second = 0): string => line('event_msg', payload, second)

const usage = (input: number): Payload => ({
  input_tokens: input,
  cached_input_tokens: 0,
  output_tokens: 0,
  reasoning_output_tokens: 0,
  total_tokens: input
})

const count = (total: number, last: number, second = 0): string =>
  event(
    {
      type: 'token_count',
      info: {
        total_token_usage: usage(total),
        last_token_usage: usage(last),
        model_context_window: 100_000
      },
      rate_limits: null
    },
    second
  )

const record = (responseId: string, spent: number, total: number, threadId = THREAD): string =>
  line('token_usage_record', {
    session_id: THREAD,
    root_turn_id: 't1',
    thread_id: threadId,
    turn_id: 't1',
    response_id: responseId,
    usage: usage(spent),
    turn_token_usage: usage(spent),
    thread_token_usage: usage(total)
  })

const started = (turn_id: string): string => event({ type: 'task_started', turn_id })
const completed = (turn_id: string): string => event({ type: 'task_complete', turn_id })

const meta = (more: Payload = {}): string =>
  line('session_meta', {
    id: THREAD,
    timestamp: '2026-05-01T10:00:00.000Z',
    cwd: '/work',
    originator: 'test',
    cli_version: '0.142.5',
    model_provider: 'mock',
    ...more
  })

const over = async <A>(
  lines: ReadonlyArray<string>,
  use: (rows: ReadonlyArray<UsageRow>) => A
): Promise<A> => {
  const home = emptyHome()
  try {
    const path = rolloutPath(home, THREAD)
    writeRollout(path, '')
    appendFileSync(path, lines.map((one) => `${one}\n`).join(''))
    return await withEngine({ home }, async (engine) => {
      const rows: Array<UsageRow> = []
      for await (const row of await right(engine.usageRows({ by: 'total' }))) rows.push(row)
      return use(rows)
    })
  } finally {
    removeFolder(home)
  }
}

const told = (rows: ReadonlyArray<UsageRow>) =>
  rows.map(({ rule, certainty, tokens }) => [rule, certainty, tokens?.totalTokens ?? null])

describe('rules of the usage ledger', () => {
  it('books what is spent behind the late end of an older turn on the turn that is open', () =>
    over(
      [meta(), started('a'), started('b'), completed('a'), count(10, 10), completed('b')],
      (rows) => expect(rows.map(({ turnId }) => turnId)).to.deep.equal(['b'])
    ))

  it('count a repeat once, and begin anew when a count is less', async () => {
    const lines = [meta(), count(100, 100), count(100, 100), count(150, 50), count(30, 30)]
    expect(await over(lines, told)).to.deep.equal([
      ['delta', 'derived', 100],
      ['delta', 'derived', 50],
      ['reset', 'derived', 30]
    ])
  })

  it('count the newest answer of each of two processes that write to one thread', async () => {
    const lines = [meta(), count(100, 100), count(140, 40), count(107, 7), count(190, 50)]
    expect(await over(lines, told)).to.deep.equal([
      ['delta', 'derived', 100],
      ['delta', 'derived', 40],
      ['delta', 'inferred', 7],
      ['delta', 'inferred', 50]
    ])
  })

  it('take what is not its newest answer from the first count of a fork whose history is gone', async () => {
    const forked = meta({ forked_from_id: '01a1fcb9-0e9a-74e2-9471-8b149bb322ee' })
    expect(await over([forked, count(810, 10, 30)], told)).to.deep.equal([['delta', 'derived', 10]])
  })

  it('count a record once, and the token count beside it not at all', async () => {
    const lines = [
      meta(),
      record('r1', 60, 60),
      count(60, 60),
      record('r1', 60, 60),
      record('r1', 60, 120),
      count(120, 60)
    ]
    expect(await over(lines, told)).to.deep.equal([
      ['record', 'recorded', 60],
      ['record', 'recorded', 60]
    ])
  })

  it('pass over a record of another thread', async () => {
    const other = record('r1', 60, 60, '01a1fcb9-0e9a-74e2-9471-8b149bb322ee')
    expect(await over([meta(), other], told)).to.deep.equal([])
  })

  it('count what a Codex without records spent between records', async () => {
    const lines = [meta(), record('r1', 60, 60), count(60, 60), count(75, 15), record('r2', 5, 80)]
    expect(await over([...lines, count(80, 5)], told)).to.deep.equal([
      ['record', 'recorded', 60],
      ['delta', 'derived', 15],
      ['record', 'recorded', 5]
    ])
  })

  it('flag what a rollback hides, and what came before it not', async () => {
    const lines = [
      meta(),
      started('t1'),
      count(10, 10),
      completed('t1'),
      started('t2'),
      count(30, 20),
      completed('t2'),
      event({ type: 'thread_rolled_back', num_turns: 1 }),
      started('t3'),
      count(60, 30)
    ]
    const flags = (rows: ReadonlyArray<UsageRow>) => rows.map((row) => [row.turnId, row.rolledBack])
    expect(await over(lines, flags)).to.deep.equal([
      ['t1', false],
      ['t2', true],
      ['t3', false]
    ])
  })

  it('name a turn that nobody began as the turns of the thread do', async () => {
    const home = emptyHome()
    try {
      const path = rolloutPath(home, THREAD)
      writeRollout(path, '')
      const said = event({ type: 'user_message', message: 'said' })
      appendFileSync(path, [meta(), said, count(10, 10), said, count(30, 20)].join('\n') + '\n')
      await withEngine({ home }, async (engine) => {
        const { turns } = await right(engine.readThread(THREAD, true))
        const { groups } = await right(engine.usage({ by: 'turn' }))
        expect(groups.map(({ key }) => key)).to.deep.equal(turns.map(({ id }) => `${THREAD}/${id}`))
      })
    } finally {
      removeFolder(home)
    }
  })

  describe('call an answer unknown that called a tool and was never counted', () => {
    const call = line('response_item', { type: 'function_call', name: 'n', call_id: 'c' })
    const estimated = count(10, 0)
    const kinds = (rows: ReadonlyArray<UsageRow>) =>
      rows.map(({ kind, turnId, tokens, rolledBack, aborted }) => [
        kind,
        turnId,
        tokens?.totalTokens ?? null,
        ...(rolledBack ? ['rolled back'] : []),
        ...(aborted ? ['aborted'] : [])
      ])
    const cut = [meta(), started('t1'), count(10, 10), completed('t1'), started('t2'), call]
    const first = ['sampling', 't1', 10]

    it('when its turn is the newest line of all', async () => {
      expect(await over(cut, kinds)).to.deep.equal([first, ['answer_unrecorded', 't2', null]])
    })

    it('when its turn was rolled back, and the count estimated anew', async () => {
      const back = event({ type: 'thread_rolled_back', num_turns: 1 })
      expect(
        await over([...cut, estimated, back, started('t3'), count(30, 20)], kinds)
      ).to.deep.equal([
        first,
        ['answer_unrecorded', 't2', null, 'rolled back'],
        ['sampling', 't3', 20]
      ])
    })

    it('when its turn was ended afterwards by somebody else', async () => {
      const aborted = event({ type: 'turn_aborted', turn_id: 't2', reason: 'interrupted' })
      expect(await over([...cut, aborted, started('t3'), count(30, 20)], kinds)).to.deep.equal([
        first,
        ['answer_unrecorded', 't2', null, 'aborted'],
        ['sampling', 't3', 20]
      ])
    })

    it('when it is the first of its thread', async () => {
      expect(
        await over([meta(), started('t1'), call, started('t2'), count(20, 20)], kinds)
      ).to.deep.equal([
        ['answer_unrecorded', 't1', null],
        ['sampling', 't2', 20]
      ])
    })

    it('but not when its count comes', async () => {
      expect(await over([...cut, estimated, count(30, 20)], kinds)).to.deep.equal([
        first,
        ['sampling', 't2', 20]
      ])
    })
  })

  it('take nothing from a count that a compaction repeats in a fork whose history is gone', async () => {
    const forked = meta({ forked_from_id: '01a1fcb9-0e9a-74e2-9471-8b149bb322ee' })
    const start = event({ type: 'task_started', turn_id: 't1' }, 30)
    const lines = [forked, start, count(100, 100, 31), count(130, 30, 32), completed('t1')]
    expect(await over(lines, told)).to.deep.equal([['delta', 'derived', 30]])
  })

  it('flag what an interrupted turn spent', async () => {
    const lines = [
      meta(),
      started('t1'),
      count(10, 10),
      event({ type: 'turn_aborted', turn_id: 't1', reason: 'interrupted' }),
      started('t2'),
      count(30, 20)
    ]
    const flags = (rows: ReadonlyArray<UsageRow>) => rows.map((row) => [row.turnId, row.aborted])
    expect(await over(lines, flags)).to.deep.equal([
      ['t1', true],
      ['t2', false]
    ])
  })
})
