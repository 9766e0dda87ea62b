// Fold specs: given these lines, a thread shows these turns. Written by hand from what 0.130 and 0.142 do.
import { expect } from 'chai'
import {
  agent,
  done,
  event,
  given,
  patch,
  plan,
  rollback,
  search,
  start,
  think,
  user,
  words
} from '../../../support/turn-lines.ts'

const shows = (lines: ReadonlyArray<string>, expected: ReadonlyArray<string>) =>
  given(lines, (turns) => expect(turns.map(words)).to.deep.equal(expected))

describe('the turns of a thread', () => {
  it('number messages over the whole thread, and tools by their call', () =>
    shows(
      [
        start('a'),
        user('1'),
        think('2'),
        search('ws', 'q'),
        agent('3'),
        done('a'),
        start('b'),
        user('4'),
        done('b')
      ],
      [
        'a: item-1 userMessage, item-2 reasoning, ws webSearch, item-3 agentMessage',
        'b: item-4 userMessage'
      ]
    ))

  it('take a patch that ends late into the turn it names', () =>
    shows(
      [
        start('a'),
        user('1'),
        done('a'),
        start('b'),
        user('2'),
        patch('p', 'a'),
        agent('3'),
        done('b')
      ],
      ['a: item-1 userMessage, p fileChange', 'b: item-2 userMessage, item-3 agentMessage']
    ))

  it('let a late end replace the item of its call', () =>
    given(
      [
        start('a'),
        patch('p', 'a', 'failed'),
        done('a'),
        start('b'),
        patch('p', 'a', 'completed'),
        patch('p', 'a', 'declined')
      ],
      ([a]) =>
        expect(a?.items).to.deep.equal([
          { type: 'fileChange', id: 'p', changes: [], status: 'declined' }
        ])
    ))

  it('take a late plan into its turn, and drop one of an unknown turn', () =>
    shows(
      [start('a'), done('a'), start('b'), plan('a', 'do it'), plan('x', 'lost')],
      ['a: a-plan plan', 'b: ']
    ))

  it('count late items when a rollback restarts the numbers', () =>
    shows(
      [
        start('a'),
        user('1'),
        done('a'),
        start('b'),
        user('2'),
        patch('p', 'a'),
        done('b'),
        rollback(1),
        start('c'),
        user('3')
      ],
      ['a: item-1 userMessage, p fileChange', 'c: item-3 userMessage']
    ))

  it('update a finished turn by its end, and leave the open one open', () =>
    given(
      [
        start('a'),
        done('a'),
        start('b'),
        event('turn_aborted', { turn_id: 'a', reason: 'replaced', completed_at: 7 })
      ],
      (turns) =>
        expect(
          turns.map(({ id, status, completedAt, durationMs }) => ({
            id,
            status,
            completedAt,
            durationMs
          }))
        ).to.deep.equal([
          { id: 'a', status: 'interrupted', completedAt: 7, durationMs: null },
          { id: 'b', status: 'interrupted', completedAt: null, durationMs: null }
        ])
    ))

  it('join reasoning that follows reasoning, raw content beside the summary', () =>
    given(
      [
        start('a'),
        think('1'),
        event('agent_reasoning_raw_content', { text: '2' }),
        think('3'),
        agent('x'),
        think('4')
      ],
      ([a]) =>
        expect(a?.items.filter(({ type }) => type === 'reasoning')).to.deep.equal([
          { type: 'reasoning', id: 'item-1', summary: ['1', '3'], content: ['2'] },
          { type: 'reasoning', id: 'item-3', summary: ['4'], content: [] }
        ])
    ))

  it('summarise by the first user message and the last answer, whatever stands between', () =>
    given(
      [
        start('a'),
        agent('early'),
        user('first'),
        user('second'),
        agent('late'),
        think('x'),
        done('a')
      ],
      (_, [a]) =>
        expect(
          a?.items.map((item) => (item.type === 'agentMessage' ? item.text : item.id))
        ).to.deep.equal(['item-2', 'late'])
    ))

  it('summarise from the log when a call takes the id of a message', () =>
    given(
      [start('a'), user('first'), search('item-1', 'q'), user('second'), done('a')],
      (turns, [a]) => {
        expect(turns.map(words)).to.deep.equal(['a: item-1 webSearch, item-2 userMessage'])
        expect(a?.items.map(({ id }) => id)).to.deep.equal(['item-2'])
      }
    ))

  it('tell patches as they were, files in the order of their bytes', () =>
    given(
      [
        start('a'),
        event('patch_apply_end', {
          call_id: 'p',
          turn_id: '',
          stdout: '',
          stderr: '',
          success: true,
          status: 'completed',
          changes: {
            'ﬀ.txt': { type: 'add', content: 'new' },
            'a.txt': { type: 'update', unified_diff: '@@', move_path: 'b.txt' },
            '𝒳.txt': { type: 'delete', content: 'old' }
          }
        })
      ],
      ([a]) =>
        expect(a?.items).to.deep.equal([
          {
            type: 'fileChange',
            id: 'p',
            status: 'completed',
            changes: [
              {
                path: 'a.txt',
                kind: { type: 'update', move_path: 'b.txt' },
                diff: '@@\n\nMoved to: b.txt'
              },
              { path: 'ﬀ.txt', kind: { type: 'add' }, diff: 'new' },
              { path: '𝒳.txt', kind: { type: 'delete' }, diff: 'old' }
            ]
          }
        ])
    ))
})
