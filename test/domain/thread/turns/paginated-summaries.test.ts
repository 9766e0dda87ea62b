// What stands for a turn of a paginated thread in summaries: its first question and its last answer, as they were when
// it ended. Written by hand from what Codex 0.169 answered about rollouts made by hand.
import { expect } from 'chai'
import { agent, done, start, user, type Unnumbered } from '../../../support/numbered.ts'
import { given, words } from '../../../support/paginated.ts'

const summarises = async (
  lines: ReadonlyArray<Unnumbered>,
  expected: ReadonlyArray<string>
): Promise<void> => {
  expect((await given(lines)).summaries.map(words)).to.deep.equal(expected)
}

describe('the turns of a paginated thread', () => {
  it('summarise by the first user message and the last final answer before the end', () =>
    summarises(
      [
        start('a'),
        agent('a', 'x1'),
        user('a', 'u1'),
        user('a', 'u2'),
        agent('a', 'x2', { phase: 'final_answer' }),
        agent('a', 'x3'),
        agent('a', 'x4', { phase: 'commentary' }),
        done('a')
      ],
      ['a completed: u1 x2']
    ))

  it('summarise by the last message without a phase where no answer is final', () =>
    summarises(
      [
        start('a'),
        agent('a', 'x1'),
        agent('a', 'x2'),
        agent('a', 'x3', { phase: 'commentary' }),
        agent('a', 'x4', { phase: 'partial_answer' }),
        done('a'),
        start('b'),
        agent('b', 'y', { phase: 'commentary' }),
        done('b')
      ],
      ['a completed: x2', 'b completed:']
    ))

  it('summarise without an answer while they are open', () =>
    summarises(
      [
        start('a'),
        user('a', 'u'),
        agent('a', 'x', { phase: 'final_answer' }),
        start('b'),
        user('b', 'v'),
        agent('b', 'y')
      ],
      ['a interrupted: u', 'b interrupted: v']
    ))

  it('summarise an item that came before their start as their first', () =>
    summarises(
      [user('a', 'u1'), start('a'), user('a', 'u2'), agent('a', 'x'), done('a')],
      ['a completed: u1 x']
    ))

  it('keep their summary when messages come after the end', () =>
    summarises(
      [
        start('a'),
        user('a', 'u'),
        done('a'),
        agent('a', 'x1', { phase: 'final_answer' }),
        start('b'),
        done('b'),
        user('b', 'late'),
        agent('a', 'x2', { phase: 'final_answer' })
      ],
      ['a completed: u', 'b completed:']
    ))

  /** Something happens to turn `a` while another one is open. */
  const LATER: ReadonlyArray<readonly [string, ReadonlyArray<Unnumbered>, ReadonlyArray<string>]> =
    [
      ['the content of a message changes', [done('a'), start('b'), user('a', 'u')], ['u', 'x']],
      [
        'the content of a message changes after another one came',
        [done('a'), start('b'), agent('a', 'y'), user('a', 'u')],
        ['u', 'x']
      ],
      ['they end while another one is open', [start('b'), done('a')], ['u', 'x']],
      ['they get a message while another one is open', [start('b'), agent('a', 'y')], ['u']],
      [
        'they get a message and end while another one is open',
        [start('b'), agent('a', 'y', { phase: 'commentary' }), done('a')],
        ['u', 'x']
      ]
    ]
  for (const [what, lines, expected] of LATER) {
    it(`summarise by the same rules when ${what}`, async () => {
      const { summaries } = await given([
        start('a'),
        user('a', 'u'),
        agent('a', 'x', { phase: 'final_answer' }),
        agent('a', 'c', { phase: 'commentary' }),
        ...lines
      ])
      expect(summaries[0]?.items.map(({ id }) => id)).to.deep.equal(expected)
    })
  }

  it('summarise by the same rules when a message is too long for the index', () =>
    summarises(
      [
        start('a'),
        user('a', 'u', 'long '.repeat(5000)),
        agent('a', 'x', { phase: 'final_answer' }),
        agent('a', 'c', { phase: 'commentary' }),
        done('a'),
        agent('a', 'late'),
        start('b'),
        user('b', 'v', 'long '.repeat(5000)),
        agent('b', 'y')
      ],
      ['a completed: u x', 'b interrupted: v']
    ))

  it('show the new content of a message in their summary', async () => {
    const { summaries } = await given([
      start('a'),
      user('a', 'u'),
      done('a'),
      start('b'),
      user('a', 'u', 'again')
    ])
    expect(summaries[0]?.items).to.deep.equal([
      {
        ...{ type: 'userMessage', id: 'u', clientId: null },
        content: [{ type: 'text', text: 'again', text_elements: [] }],
        ...{ startedAtMs: null, completedAtMs: null }
      }
    ])
  })
})
