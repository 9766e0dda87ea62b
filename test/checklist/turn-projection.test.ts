// From lines to turns: rows of Codex's own tests of its thread history, by their names. Lines are literal, as Codex
// writes them; those of old "extended" files are shown where nothing is hidden (rich).
import { expect } from 'chai'
import type { Turn } from '../../domain/protocol.ts'
import {
  agent,
  completed,
  done,
  event,
  given,
  line,
  patch,
  plan,
  rollback,
  start,
  think,
  user,
  words
} from '../support/turn-lines.ts'

const RICH = { profile: '0.142', rich: true } as const

const shows = (lines: ReadonlyArray<string>, expected: ReadonlyArray<string>): Promise<unknown> =>
  given(lines, (turns) => expect(turns.map(words)).to.deep.equal(expected))

const statuses = (turns: ReadonlyArray<Turn>): ReadonlyArray<string> =>
  turns.map(
    ({ id, status, error }) => `${id} ${status}${error === null ? '' : `: ${error.message}`}`
  )

const itemsOf = (lines: ReadonlyArray<string>, expected: ReadonlyArray<unknown>, options = {}) =>
  given(lines, ([turn]) => expect(turn?.items).to.deep.equal(expected), {
    profile: '0.142',
    rich: false,
    ...options
  })

const message = (role: string, text: string, id?: string): string =>
  line('response_item', {
    type: 'message',
    role,
    ...(id === undefined ? {} : { id }),
    content: [{ type: 'input_text', text }]
  })

describe('checklist: turns and their messages', () => {
  it('builds_multiple_turns_with_reasoning_items: numbered over the thread', () =>
    given(
      [
        start('a'),
        user('first'),
        agent('hello'),
        think('because'),
        event('agent_reasoning_raw_content', { text: 'raw' }),
        done('a'),
        start('b'),
        user('second'),
        agent('bye'),
        done('b')
      ],
      (turns) =>
        expect(turns.map(({ id, status, items }) => ({ id, status, items }))).to.deep.equal([
          {
            id: 'a',
            status: 'completed',
            items: [
              {
                type: 'userMessage',
                id: 'item-1',
                clientId: null,
                content: [{ type: 'text', text: 'first', text_elements: [] }]
              },
              {
                type: 'agentMessage',
                id: 'item-2',
                text: 'hello',
                phase: null,
                memoryCitation: null
              },
              { type: 'reasoning', id: 'item-3', summary: ['because'], content: ['raw'] }
            ]
          },
          {
            id: 'b',
            status: 'completed',
            items: [
              {
                type: 'userMessage',
                id: 'item-4',
                clientId: null,
                content: [{ type: 'text', text: 'second', text_elements: [] }]
              },
              { type: 'agentMessage', id: 'item-5', text: 'bye', phase: null, memoryCitation: null }
            ]
          }
        ])
    ))

  it('ignores_user_message_item_lifecycle_events: a message is shown once', () =>
    shows(
      [
        start('a'),
        completed('a', {
          type: 'UserMessage',
          id: 'u',
          content: [{ type: 'text', text: 'hi', text_elements: [] }]
        }),
        user('hi'),
        done('a')
      ],
      ['a: item-1 userMessage']
    ))

  it('preserves_user_message_client_id_from_legacy_event: and shows it', () =>
    itemsOf(
      [start('a'), user('hi', { client_id: 'client-7' }), done('a')],
      [
        {
          type: 'userMessage',
          id: 'item-1',
          clientId: 'client-7',
          content: [{ type: 'text', text: 'hi', text_elements: [] }]
        }
      ]
    ))

  it('preserves_agent_message_phase_in_history: and shows it', () =>
    itemsOf(
      [start('a'), agent('so', { phase: 'commentary' }), agent('done', { phase: 'final_answer' })],
      [
        {
          type: 'agentMessage',
          id: 'item-1',
          text: 'so',
          phase: 'commentary',
          memoryCitation: null
        },
        {
          type: 'agentMessage',
          id: 'item-2',
          text: 'done',
          phase: 'final_answer',
          memoryCitation: null
        }
      ]
    ))

  it('splits_reasoning_when_interleaved: by what is said between', () =>
    itemsOf(
      [start('a'), think('one'), agent('x'), think('two'), done('a')],
      [
        { type: 'reasoning', id: 'item-1', summary: ['one'], content: [] },
        { type: 'agentMessage', id: 'item-2', text: 'x', phase: null, memoryCitation: null },
        { type: 'reasoning', id: 'item-3', summary: ['two'], content: [] }
      ]
    ))

  it('ignores_plain_user_response_items_in_rollout_replay: what the model was sent makes no turn', () =>
    shows(
      [message('user', 'raw'), start('a'), message('user', 'raw'), user('hi'), done('a')],
      ['a: item-1 userMessage']
    ))

  it('rebuilds_hook_prompt_items_from_rollout_response_items: each hook of the message', () =>
    itemsOf(
      [
        start('a'),
        user('hi'),
        line('response_item', {
          type: 'message',
          role: 'user',
          id: 'hook-1',
          content: [
            {
              type: 'input_text',
              text: '<hook_prompt hook_run_id="run-1">Retry it.</hook_prompt>'
            },
            {
              type: 'input_text',
              text: '<hook_prompt hook_run_id="run-2">Then stop.</hook_prompt>'
            }
          ]
        }),
        done('a')
      ],
      [
        {
          type: 'userMessage',
          id: 'item-1',
          clientId: null,
          content: [{ type: 'text', text: 'hi', text_elements: [] }]
        },
        {
          type: 'hookPrompt',
          id: 'hook-1',
          fragments: [
            { text: 'Retry it.', hookRunId: 'run-1' },
            { text: 'Then stop.', hookRunId: 'run-2' }
          ]
        }
      ]
    ))
})

describe('checklist: where turns begin and end', () => {
  it('marks_turn_as_interrupted_when_aborted: and keeps what was said', () =>
    given(
      [
        start('a'),
        user('hi'),
        agent('wor'),
        event('turn_aborted', { turn_id: 'a', reason: 'interrupted', completed_at: 12 }),
        start('b'),
        user('again'),
        done('b')
      ],
      (turns) => {
        expect(turns.map(words)).to.deep.equal([
          'a: item-1 userMessage, item-2 agentMessage',
          'b: item-3 userMessage'
        ])
        expect(statuses(turns)).to.deep.equal(['a interrupted', 'b completed'])
      }
    ))

  const three = ['a', 'b', 'c'].flatMap((id) => [start(id), user(id), agent(id), done(id)])

  it('drops_last_turns_on_thread_rollback: as many as it says, or all there are', async () => {
    await shows(
      [...three, rollback(1)],
      ['a: item-1 userMessage, item-2 agentMessage', 'b: item-3 userMessage, item-4 agentMessage']
    )
    await shows([...three, rollback(99)], [])
  })

  it('uses_explicit_turn_boundaries_for_mid_turn_steering: two messages, one turn', () =>
    shows(
      [start('a'), user('go'), agent('going'), user('and this'), agent('done'), done('a')],
      ['a: item-1 userMessage, item-2 agentMessage, item-3 userMessage, item-4 agentMessage']
    ))

  it('late_turn_complete_does_not_close_active_turn: of another one', () =>
    given(
      [start('a'), user('1'), done('a'), start('b'), user('2'), done('a'), agent('still b')],
      (turns) => {
        expect(turns.map(words)).to.deep.equal([
          'a: item-1 userMessage',
          'b: item-2 userMessage, item-3 agentMessage'
        ])
        expect(statuses(turns)).to.deep.equal(['a completed', 'b interrupted'])
      }
    ))

  it('late_turn_aborted_does_not_interrupt_active_turn: only its own', () =>
    given(
      [
        start('a'),
        user('1'),
        done('a'),
        start('b'),
        user('2'),
        event('turn_aborted', { turn_id: 'a', reason: 'replaced' }),
        agent('still b'),
        done('b')
      ],
      (turns) => {
        expect(turns.map(words)).to.deep.equal([
          'a: item-1 userMessage',
          'b: item-2 userMessage, item-3 agentMessage'
        ])
        expect(statuses(turns)).to.deep.equal(['a interrupted', 'b completed'])
      }
    ))

  it('preserves_compaction_only_turn: a turn in which nothing else happened', () =>
    shows(
      [
        start('a'),
        user('hi'),
        done('a'),
        start('b'),
        line('compacted', { message: 'summary', replacement_history: [] }),
        done('b'),
        start('c'),
        user('on'),
        done('c')
      ],
      ['a: item-1 userMessage', 'b: ', 'c: item-2 userMessage']
    ))

  it('rollback_failed_error_does_not_mark_turn_failed: it is no error of the turn', () =>
    given(
      [
        start('a'),
        user('hi'),
        done('a'),
        event('error', { message: 'no', codex_error_info: 'thread_rollback_failed' })
      ],
      (turns) => expect(statuses(turns)).to.deep.equal(['a completed']),
      RICH
    ))

  it('out_of_turn_error_does_not_create_or_fail_a_turn: neither before nor after one', () =>
    given(
      [
        event('error', { message: 'early', codex_error_info: 'other' }),
        start('a'),
        user('hi'),
        done('a'),
        event('error', { message: 'late', codex_error_info: 'other' })
      ],
      (turns) => {
        expect(turns.map(words)).to.deep.equal(['a: item-1 userMessage'])
        expect(statuses(turns)).to.deep.equal(['a completed'])
      },
      RICH
    ))

  it('error_then_turn_complete_preserves_failed_status: a later end does not heal it', () =>
    given(
      [
        start('a'),
        user('hi'),
        event('error', { message: 'broken pipe', codex_error_info: 'other' }),
        done('a')
      ],
      (turns) => expect(statuses(turns)).to.deep.equal(['a failed: broken pipe']),
      RICH
    ))
})

describe('checklist: late lines', () => {
  it('assigns_late_exec_completion_to_original_turn: a call that names its turn goes there', () =>
    shows(
      [start('a'), user('1'), done('a'), start('b'), user('2'), patch('p', 'a'), done('b')],
      ['a: item-1 userMessage, p fileChange', 'b: item-2 userMessage']
    ))

  it('drops_late_turn_scoped_item_for_unknown_turn_id: nowhere to show it', () =>
    shows(
      [start('a'), user('1'), patch('p', 'nobody'), plan('nobody', 'lost'), done('a')],
      ['a: item-1 userMessage']
    ))
})
