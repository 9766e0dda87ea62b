// Problems of rollouts whose lines can all be read: numbers, identity, turns and calls. What is expected is counted from the
// texts the rollouts are put together from.
import { expect } from 'chai'
import {
  done,
  event,
  item,
  meta,
  rowsIn,
  size,
  start,
  turn,
  type Row
} from '../../../support/checked.ts'
import { THREAD } from '../../../support/rollouts.ts'

const OTHER = '01960999-0000-7000-8000-000000000999'
const PARENT = '01950111-0000-7000-8000-000000000111'
const HEAD = meta()
const FROM = size(HEAD)
const whole = (text: string): number => size(text) - 1
const numbered = meta({ history_mode: 'paginated' }, 0)
const N = size(numbered)
const said = (ordinal?: number): string => event('user_message', { message: 'hi' }, ordinal)
const call = item('function_call', { name: 'x', arguments: '{}', call_id: 'c1' })
const output = item('function_call_output', { call_id: 'c1', output: 'y' })
const cut = (id: string): string => event('turn_aborted', { turn_id: id, reason: 'interrupted' })
const reviewMark = (type: string, ordinal: number): string => {
  const target = { type: 'custom', instructions: 'all' }
  const item = { type, id: 'r1', target, user_facing_hint: 'all', review_output: null }
  return event('item_completed', { thread_id: THREAD, turn_id: 't1', item }, ordinal)
}

interface Case {
  readonly title: string
  readonly bytes: string
  readonly found: ReadonlyArray<Row>
}

const NUMBERS: ReadonlyArray<Case> = [
  {
    title: 'numbers that count are no problem',
    bytes: numbered + said(1) + said(2),
    found: []
  },
  {
    title: 'numbers of a thread that is not paginated mean nothing',
    bytes: meta({}, 0) + said(7) + said(7),
    found: []
  },
  {
    title: 'a number that comes twice',
    bytes: numbered + said(1) + said(1) + said(2),
    found: [
      [
        'ordinal_repeated',
        'broken',
        N + size(said(1)),
        whole(said(1)),
        2,
        { ordinal: 1, expected: 2 }
      ]
    ]
  },
  {
    title: 'a number that goes back',
    bytes: numbered + said(1) + said(2) + said(1) + said(2),
    found: [
      [
        'ordinal_backward',
        'broken',
        N + 2 * size(said(1)),
        whole(said(1)),
        3,
        { ordinal: 1, expected: 3 }
      ]
    ]
  },
  {
    title: 'a number that is left out',
    bytes: numbered + said(1) + said(3),
    found: [
      ['ordinal_gap', 'warning', N + size(said(1)), whole(said(3)), 2, { ordinal: 3, expected: 2 }]
    ]
  },
  {
    title: 'a number that is lost with a damaged line is told as that',
    bytes: `${numbered}nothing\n${said(2)}`,
    found: [['not_json', 'broken', N, 7, 1, { invalidAt: 1 }]]
  },
  {
    title: 'lines without a number, once for all that stand together',
    bytes: numbered + said() + said() + said(3) + said(),
    found: [
      ['ordinal_missing', 'broken', N, whole(said()), 1, { lines: 2 }],
      [
        'ordinal_missing',
        'broken',
        N + 2 * size(said()) + size(said(3)),
        whole(said()),
        4,
        { lines: 1 }
      ]
    ]
  }
]

const IDENTITY: ReadonlyArray<Case> = [
  { title: 'an empty file', bytes: '', found: [['empty_file', 'warning', null, null, null, {}]] },
  {
    title: 'a file of white space',
    bytes: ' \n\t\n',
    found: [['empty_file', 'warning', null, null, null, {}]]
  },
  {
    title: 'no metadata',
    bytes: turn('t1'),
    found: [['no_session_meta', 'broken', null, null, null, { lines: 4, damagedLines: 0 }]]
  },
  {
    title: 'metadata behind other lines',
    bytes: said() + output + HEAD,
    found: [
      [
        'orphan_output',
        'warning',
        size(said()),
        whole(output),
        1,
        { callId: 'c1', type: 'function_call_output' }
      ],
      [
        'late_session_meta',
        'warning',
        size(said()) + size(output),
        whole(HEAD),
        2,
        { linesBefore: 2, responseItemsBefore: 1 }
      ]
    ]
  },
  {
    title: 'metadata of a thread that has nothing to do with this one',
    bytes: HEAD + meta({ id: OTHER }),
    found: [['foreign_session_meta', 'warning', FROM, whole(HEAD), 1, { id: OTHER, first: THREAD }]]
  },
  {
    title: 'metadata of the threads a fork comes from are at home in it',
    bytes:
      meta({ forked_from_id: PARENT }) +
      meta({ id: PARENT, forked_from_id: OTHER }) +
      meta({ id: OTHER }) +
      meta(),
    found: []
  },
  {
    title: 'metadata of another thread than the name says',
    bytes: meta({ id: OTHER }),
    found: [['id_mismatch', 'warning', 0, whole(HEAD), 0, { id: OTHER, inName: THREAD }]]
  }
]

const MEANING: ReadonlyArray<Case> = [
  {
    title: 'a call with its output is no problem',
    bytes: HEAD + start('t1') + call + output + done('t1'),
    found: []
  },
  {
    title: 'a call without an output in a turn that is over',
    bytes: HEAD + start('t1') + call + done('t1'),
    found: [
      [
        'unanswered_call',
        'warning',
        FROM + size(start('t1')),
        whole(call),
        2,
        { callId: 'c1', type: 'function_call', turn: 'completed' }
      ]
    ]
  },
  {
    title: 'a call without an output in a turn that was cut short is a note',
    bytes: HEAD + start('t1') + call + cut('t1'),
    found: [
      [
        'unanswered_call',
        'note',
        FROM + size(start('t1')),
        whole(call),
        2,
        { callId: 'c1', type: 'function_call', turn: 'cut_short' }
      ]
    ]
  },
  {
    title: 'an output without a call',
    bytes: HEAD + start('t1') + output + done('t1'),
    found: [
      [
        'orphan_output',
        'warning',
        FROM + size(start('t1')),
        whole(output),
        2,
        { callId: 'c1', type: 'function_call_output' }
      ]
    ]
  },
  {
    title: 'the newest turn that never ended is a note',
    bytes: HEAD + start('t1') + said(),
    found: [
      [
        'open_turn',
        'note',
        FROM,
        whole(start('t1')),
        1,
        { turnId: 't1', newest: true, inherited: false }
      ]
    ]
  },
  {
    title: 'an older turn that never ended',
    bytes: HEAD + start('t1') + said() + turn('t2'),
    found: [
      [
        'open_turn',
        'warning',
        FROM,
        whole(start('t1')),
        1,
        { turnId: 't1', newest: false, inherited: false }
      ]
    ]
  },
  {
    title: 'an open turn that a fork took over is a note',
    bytes: HEAD + start(PARENT) + said() + turn('t2'),
    found: [
      [
        'open_turn',
        'note',
        FROM,
        whole(start(PARENT)),
        1,
        { turnId: PARENT, newest: false, inherited: true }
      ]
    ]
  },
  {
    title: 'a turn id that comes twice',
    bytes: HEAD + turn('t1') + turn('t1'),
    found: [
      [
        'duplicate_turn_id',
        'warning',
        FROM + size(turn('t1')),
        whole(start('t1')),
        5,
        { turnId: 't1', firstRevision: 1 }
      ]
    ]
  },
  {
    title: 'a turn id that comes again after a rollback took the first one away',
    bytes: HEAD + turn('t1') + event('thread_rolled_back', { num_turns: 1 }) + turn('t1'),
    found: []
  },
  {
    title: 'a rollback of more turns than there are',
    bytes: HEAD + turn('t1') + event('thread_rolled_back', { num_turns: 3 }),
    found: [
      [
        'rollback_past_start',
        'note',
        FROM + size(turn('t1')),
        whole(event('thread_rolled_back', { num_turns: 3 })),
        5,
        { asked: 3, there: 1 }
      ]
    ]
  },
  {
    title: 'the late end of an older turn leaves the open one open',
    bytes: HEAD + start('t1') + start('t2') + done('t1') + call + done('t2'),
    found: [
      [
        'open_turn',
        'warning',
        FROM,
        whole(start('t1')),
        1,
        { turnId: 't1', newest: false, inherited: false }
      ],
      [
        'unanswered_call',
        'warning',
        FROM + size(start('t1') + start('t2') + done('t1')),
        whole(call),
        4,
        { callId: 'c1', type: 'function_call', turn: 'completed' }
      ]
    ]
  },
  {
    title: 'a turn that is begun once more makes two turns of a legacy thread',
    bytes: HEAD + start('t1') + start('t1') + done('t1'),
    found: [
      [
        'duplicate_turn_id',
        'warning',
        FROM + size(start('t1')),
        whole(start('t1')),
        2,
        { turnId: 't1', firstRevision: 1 }
      ]
    ]
  },
  {
    title: 'a turn that is begun once more stays one turn of a paginated thread',
    bytes: numbered + start('t1', 1) + start('t1', 2) + done('t1', 3),
    found: []
  },
  {
    title: 'an older turn that is begun again in a paginated thread',
    bytes:
      numbered + start('t1', 1) + done('t1', 2) + start('t2', 3) + done('t2', 4) + start('t1', 5),
    found: [
      [
        'duplicate_turn_id',
        'warning',
        N + size(start('t1', 1) + done('t1', 2) + start('t2', 3) + done('t2', 4)),
        whole(start('t1', 5)),
        5,
        { turnId: 't1', firstRevision: 1 }
      ]
    ]
  },
  {
    title: 'a rollback means nothing in a paginated thread',
    bytes:
      numbered + start('t1', 1) + done('t1', 2) + event('thread_rolled_back', { num_turns: 3 }, 3),
    found: []
  },
  {
    title: "a reviewer's turn of a paginated thread needs no end",
    bytes:
      numbered +
      reviewMark('EnteredReviewMode', 1) +
      start('t2', 2) +
      reviewMark('ExitedReviewMode', 3) +
      done('t1', 4) +
      start('t3', 5) +
      done('t3', 6),
    found: []
  }
]

const GROUPS = { numbers: NUMBERS, identity: IDENTITY, 'turns and calls': MEANING }

describe('check: files', () => {
  for (const [name, cases] of Object.entries(GROUPS))
    describe(name, () => {
      for (const { title, bytes, found } of cases)
        it(title, async () => {
          expect(await rowsIn(bytes)).to.deep.equal(found)
        })
    })
})
