// The model context, rule by rule. The goal: the cases in which what the model knows differs from the
// turns a person sees, and the points in time a caller may ask for. Expected values are those of 0.130.0
// and 0.142.5; the recordings in test/golden/context.deep.test.ts hold the same cases.
import { expect } from 'chai'
import fc from 'fast-check'
import * as E from 'fp-ts/lib/Either.js'
import { appendFileSync } from 'node:fs'
import { right, turnsOf } from '../../../support/engines.ts'
import {
  compaction,
  contextOf,
  event,
  item,
  message,
  rollback,
  settings,
  texts,
  tokens,
  turn,
  withThread
} from '../../../support/context-lines.ts'
import { linesOf, THREAD } from '../../../support/rollouts.ts'

const ONE = turn('t1', 'one', 'first')
const TWO = turn('t2', 'two', 'second')
const THREE = turn('t3', 'three', 'third')
const COMPACTED = compaction('tc', 'one', 'what came before')
const REVIEW = [
  event('entered_review_mode', { target: { type: 'custom', instructions: 'x' } }),
  event('task_started', { turn_id: 's1', started_at: 1 }),
  event('user_message', { message: 'look' }),
  item(message('user', '<user_action>fine</user_action>')),
  event('exited_review_mode', { review_output: null }),
  item(message('assistant', 'fine')),
  event('task_complete', { turn_id: 'p1', completed_at: 2 })
]
const SHELL = [
  event('task_started', { turn_id: 'sh', started_at: 1 }),
  item(message('user', '<user_shell_command>ls</user_shell_command>')),
  event('task_complete', { turn_id: 'sh', completed_at: 2 })
]

interface Divergence {
  readonly title: string
  readonly lines: ReadonlyArray<string>
  readonly seen: ReadonlyArray<string>
  readonly known: ReadonlyArray<string>
}

const DIVERGENCES: ReadonlyArray<Divergence> = [
  {
    title: 'forgets everything when a rollback reaches past the compaction',
    lines: [...ONE, ...TWO, ...COMPACTED, ...THREE, rollback(2)],
    seen: ['t1', 't2'],
    known: []
  },
  {
    title: 'forgets everything when a rollback reaches further past it',
    lines: [...ONE, ...TWO, ...COMPACTED, ...THREE, rollback(3)],
    seen: ['t1'],
    known: []
  },
  {
    title: 'does not count a compaction as a turn',
    lines: [...ONE, ...COMPACTED, rollback(1)],
    seen: ['t1'],
    known: []
  },
  {
    title: 'drops a whole review where a person loses its last part',
    lines: [...ONE, ...REVIEW, rollback(1)],
    seen: ['t1', 'rollout-8'],
    known: ['one', 'first']
  },
  {
    title: 'drops the turn before a shell command where a person loses the command',
    lines: [...ONE, ...SHELL, rollback(1)],
    seen: ['t1'],
    known: []
  }
]

describe('model context and visible turns', () => {
  for (const { title, lines, seen, known } of DIVERGENCES) {
    it(title, async () => {
      await withThread(lines, async (engine) => {
        expect((await turnsOf(engine, THREAD)).map(({ id }) => id)).to.deep.equal(seen)
        expect(texts(await right(engine.context(THREAD)))).to.deep.equal(known)
      })
    })
  }
})

describe('model context', () => {
  it('is what a compaction left and what came after', async () => {
    const context = await contextOf([...ONE, ...TWO, ...COMPACTED, ...THREE])
    expect(texts(context)).to.deep.equal(['one', 'what came before', 'three', 'third'])
  })

  it('is empty, without settings and counts, for a thread in which nothing was said', async () => {
    expect(await contextOf([])).to.deep.equal({
      items: [],
      itemTokens: [],
      estimatedTokens: 0,
      settings: null,
      resumesWith: null,
      turnContext: null,
      tokenUsage: null
    })
  })

  it('has the settings of the newest turn that was not rolled back, and the model of the newest of all', async () => {
    const other = turn('t2', 'two', 'second', { model: 'other', effort: 'high' })
    const { settings: held, resumesWith } = await contextOf([...ONE, ...other, rollback(1)])
    expect({ model: held?.model, effort: held?.effort, resumesWith }).to.deep.equal({
      model: 'm',
      effort: null,
      resumesWith: { model: 'other', effort: 'high' }
    })
  })

  it('has nothing to compare the next turn with after a compaction, until a turn says its settings', async () => {
    expect((await contextOf([...ONE, ...COMPACTED])).turnContext).to.equal(null)
    const { turnContext } = await contextOf([...ONE, ...COMPACTED, ...THREE])
    expect(turnContext?.['turn_id']).to.equal('t3')
  })

  it('takes the newest counts of the file, even those of a turn that was rolled back', async () => {
    const counted = [...TWO.slice(0, -1), tokens(300, 90), ...TWO.slice(-1)]
    const { tokenUsage } = await contextOf([...ONE, tokens(100, 40), ...counted, rollback(1)])
    expect(tokenUsage?.info.total_token_usage.total_tokens).to.equal(300)
    expect(tokenUsage?.turnId).to.equal('t1')
  })

  it('is known as it was at the end of a turn and before an event', async () => {
    const lines = [...ONE, ...TWO, ...THREE, rollback(1), ...compaction('tc', 'short')]
    const at = await contextOf(lines, { turnId: 't1' })
    expect(texts(at)).to.deep.equal(['one', 'first'])
    const whole = 1 + ONE.length + TWO.length + THREE.length
    const before = await contextOf(lines, { revision: whole })
    expect(texts(before)).to.deep.equal(['one', 'first', 'two', 'second', 'three', 'third'])
    const after = await contextOf(lines, { revision: whole + 1 })
    expect(texts(after)).to.deep.equal(['one', 'first', 'two', 'second'])
    expect(texts(await contextOf(lines, { revision: 1_000 }))).to.deep.equal(['short'])
    expect(texts(await contextOf(lines, { revision: 0 }))).to.deep.equal([])
  })

  it('does not exist for a turn that was rolled back', async () => {
    await withThread([...ONE, ...TWO, rollback(1)], async (engine) => {
      const answer = await engine.context(THREAD, { turnId: 't2' })()
      expect(answer).to.deep.equal(E.left({ _tag: 'TurnNotFound', streamId: THREAD, turnId: 't2' }))
    })
  })

  it('passes over damaged lines and a line that is not finished', async () => {
    await withThread([...ONE, '{"timestamp":', 'null', ...TWO], async (engine, path) => {
      appendFileSync(path, item(message('user', 'half')).slice(0, -9))
      const context = await right(engine.context(THREAD))
      expect(texts(context)).to.deep.equal(['one', 'first', 'two', 'second'])
    })
  })

  it('is whole for lines and threads larger than what is read at once', async () => {
    const long = 'grüße '.repeat(200_000)
    const many = Array.from({ length: 300 }, (_, i) =>
      turn(`m${i}`, `${i} ${'x'.repeat(4000)}`, 'y')
    )
    const context = await contextOf([...ONE, ...many.flat(), ...turn('l', long, 'done'), ...TWO])
    expect(texts(context)).to.deep.equal([
      ...['one', 'first'],
      ...many.flatMap((_, i) => [`${i} ${'x'.repeat(4000)}`, 'y']),
      ...[long, 'done', 'two', 'second']
    ])
  })

  it('keeps an output without a call, as 0.169 writes it', async () => {
    const output = { type: 'function_call_output', name: 'goal', output: 'paint' }
    expect((await contextOf([item(output)])).items).to.deep.equal([output])
  })
})

const word = fc.constantFrom('stack', 'clean', 'größe', '', '<environment_context>x')
const turns = fc.array(fc.tuple(word, word), { maxLength: 6 })
const linesOfTurns = (said: ReadonlyArray<readonly [string, string]>): ReadonlyArray<string> =>
  said.flatMap(([asked, answered], i) => turn(`t${i}`, asked, answered))

describe('model context, for any turns', () => {
  it('after a rollback is the context of the turns before it', async () => {
    await fc.assert(
      fc.asyncProperty(turns, fc.nat(8), async (said, count) => {
        const left = said.slice(0, Math.max(0, said.length - count))
        const rolledBack = await contextOf([...linesOfTurns(said), rollback(count)])
        const never = await contextOf(linesOfTurns(left))
        expect(rolledBack.items).to.deep.equal(never.items)
        expect(rolledBack.settings).to.deep.equal(never.settings)
        expect(rolledBack.turnContext).to.deep.equal(never.turnContext)
      }),
      { numRuns: 40 }
    )
  })

  it('of a fork is the context of its source', async () => {
    const history = fc.array(
      fc.oneof(
        fc.tuple(word, word).map(([asked, answered]) => turn('t', asked, answered)),
        word.map((kept) => compaction('c', kept)),
        fc.nat(3).map((count) => [rollback(count)]),
        word.map((text) => [item(message('developer', `<model_switch>${text}`))]),
        word.map((model) => [settings('t', { model })])
      ),
      { maxLength: 9 }
    )
    await fc.assert(
      fc.asyncProperty(history, async (parts) => {
        await withThread([...parts.flat(), tokens(5, 5)], async (engine) => {
          const { id } = await right(engine.fork(THREAD, {}))
          const [source, fork] = [
            await right(engine.context(THREAD)),
            await right(engine.context(id))
          ]
          expect(fork).to.deep.equal(source)
        })
      }),
      { numRuns: 40 }
    )
  })

  it('read in steps from the end is the context of the whole file', async () => {
    const sizes = fc.array(fc.integer({ min: 1, max: 400_000 }), { minLength: 1, maxLength: 6 })
    await fc.assert(
      fc.asyncProperty(sizes, async (lengths) => {
        const said = lengths.map((length) => 'ü'.repeat(length))
        const context = await contextOf(said.map((text) => item(message('user', text))))
        expect(texts(context)).to.deep.equal(said)
      }),
      { numRuns: 15 }
    )
  })
})

describe('an open turn that is rolled back', () => {
  it('leaves no id behind that would lead to another turn', async () => {
    const open = TWO.slice(0, -1)
    const lines = [...ONE, ...open, rollback(1), ...THREE]
    await withThread(lines, async (engine, path) => {
      expect(E.isLeft(await engine.listItems(THREAD, { turnId: 't2' })())).to.equal(true)
      appendFileSync(path, linesOf(turn('t4', 'four', 'fourth')))
      expect((await turnsOf(engine, THREAD)).map(({ id }) => id)).to.deep.equal(['t1', 't3', 't4'])
    })
  })
})
