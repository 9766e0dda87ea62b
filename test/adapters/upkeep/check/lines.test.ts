// Problems of lines. The goal: each kind is told, at the bytes where it stands, and nothing else is. The method: small
// rollouts with one problem each; what is expected is counted from the texts they are put together from.
import { expect } from 'chai'
import {
  done,
  event,
  item,
  line,
  meta,
  rowsIn,
  size,
  start,
  turn,
  type Row
} from '../../../support/checked.ts'

const HEAD = meta() + turn('t1')
/** Lines of the head. */
const LINES = 5
const FROM = size(HEAD)
const half = start('t2').slice(0, 70)
const said = event('user_message', { message: 'a text that is longer than the others' })
const whole = (text: string): number => size(text) - 1

interface Case {
  readonly title: string
  readonly bytes: string | Buffer
  readonly found: ReadonlyArray<Row>
}

const part = (offset: number, bytes: number, isWhole: boolean) => ({
  offset,
  bytes,
  whole: isWhole
})

const CASES: ReadonlyArray<Case> = [
  { title: 'a whole rollout has no problem', bytes: HEAD, found: [] },
  {
    title: 'blank lines are none either',
    bytes: `${meta()}\n  \n${turn('t1')}\n`,
    found: []
  },
  {
    title: 'a last line that was begun',
    bytes: HEAD + half,
    found: [['torn_tail', 'broken', FROM, 70, LINES, {}]]
  },
  {
    title: 'a last line cut inside a letter of two bytes',
    bytes: Buffer.concat([Buffer.from(`${HEAD}{"timestamp":"`), Buffer.from([0xc3])]),
    found: [['torn_tail', 'broken', FROM, 15, LINES, {}]]
  },
  {
    title: 'a line that ends too early in the middle',
    bytes: `${HEAD}${half}\n${turn('t3')}`,
    found: [['torn_line', 'broken', FROM, 70, LINES, {}]]
  },
  {
    title: 'a torn line with a whole one behind it',
    bytes: HEAD + half + turn('t3'),
    found: [
      [
        'glued_lines',
        'broken',
        FROM,
        70 + whole(start('t3')),
        LINES,
        { parts: [part(0, 70, false), part(70, whole(start('t3')), true)] }
      ]
    ]
  },
  {
    title: 'two whole lines on one',
    bytes: HEAD + start('t2').trimEnd() + done('t2'),
    found: [
      [
        'glued_lines',
        'broken',
        FROM,
        whole(start('t2')) + whole(done('t2')),
        LINES,
        {
          parts: [
            part(0, whole(start('t2')), true),
            part(whole(start('t2')), whole(done('t2')), true)
          ]
        }
      ]
    ]
  },
  {
    title: 'a whole line with the beginning of another behind it, at the end of the file',
    bytes: HEAD + event('user_message', { message: 'x' }).trimEnd() + half,
    found: [
      [
        'glued_lines',
        'broken',
        FROM,
        whole(event('user_message', { message: 'x' })) + 70,
        LINES,
        {
          parts: [
            part(0, whole(event('user_message', { message: 'x' })), true),
            part(whole(event('user_message', { message: 'x' })), 70, false)
          ]
        }
      ]
    ]
  },
  {
    title: 'half a line with its whole copy behind it on the same line',
    bytes: HEAD + said.slice(0, 120) + said + turn('t2'),
    found: [
      [
        'half_then_whole',
        'broken',
        FROM,
        120 + whole(said),
        LINES,
        {
          halfBytes: 120,
          wholeOnSameLine: true,
          parts: [part(0, 120, false), part(120, whole(said), true)]
        }
      ]
    ]
  },
  {
    title: 'half a line with its whole copy on the next one',
    bytes: `${HEAD}${said.slice(0, 120)}\n${said}`,
    found: [
      ['half_then_whole', 'warning', FROM, 120, LINES, { halfBytes: 120, wholeOnSameLine: false }]
    ]
  },
  {
    title: 'half a line with its whole copy at a later time on the next one',
    bytes: `${HEAD}${said.slice(0, 120)}\n` + said.replace('10:00:00.000', '10:00:00.007'),
    found: [
      ['half_then_whole', 'warning', FROM, 120, LINES, { halfBytes: 120, wholeOnSameLine: false }]
    ]
  },
  {
    title: 'a line in quotes within another one is no glued one',
    bytes: HEAD + event('user_message', { message: start('t9') }) + event('x', { timestamp: 'a' }),
    found: [
      [
        'unknown_line',
        'note',
        FROM + size(event('user_message', { message: start('t9') })),
        whole(event('x', { timestamp: 'a' })),
        LINES + 1,
        { lines: 1, kinds: { 'event_msg:x': 1 } }
      ]
    ]
  },
  {
    title: 'bytes that are no UTF-8',
    bytes: Buffer.concat([
      Buffer.from(`${HEAD}{"timestamp":"`),
      Buffer.from([0xff]),
      Buffer.from('"}\n')
    ]),
    found: [['not_utf8', 'broken', FROM, 17, LINES, { firstAt: 14 }]]
  },
  {
    title: 'a line of NUL bytes',
    bytes: `${HEAD}${'\0'.repeat(64)}\n`,
    found: [
      ['nul_bytes', 'broken', FROM, 64, LINES, { nulBytes: 64, where: 'whole line', firstAt: 0 }]
    ]
  },
  {
    title: 'NUL bytes in front of a whole event',
    bytes: `${HEAD}${'\0'.repeat(8)}${event('user_message', { message: 'x' })}`,
    found: [
      [
        'nul_bytes',
        'broken',
        FROM,
        8 + whole(event('user_message', { message: 'x' })),
        LINES,
        {
          nulBytes: 8,
          where: 'beginning',
          firstAt: 0,
          parts: [part(8, whole(event('user_message', { message: 'x' })), true)]
        }
      ]
    ]
  },
  {
    title: 'NUL bytes inside a line',
    bytes: `${HEAD}{"timestamp":"\0\0"}\n`,
    found: [['nul_bytes', 'broken', FROM, 18, LINES, { nulBytes: 2, where: 'inside', firstAt: 14 }]]
  },
  {
    title: 'NUL bytes at the end of the file',
    bytes: `${HEAD}${'\0'.repeat(4096)}`,
    found: [
      [
        'nul_bytes',
        'broken',
        FROM,
        4096,
        LINES,
        { nulBytes: 4096, where: 'whole line', firstAt: 0 }
      ]
    ]
  },
  {
    title: 'a line that is no JSON',
    bytes: `${HEAD}hello\n`,
    found: [['not_json', 'broken', FROM, 5, LINES, { invalidAt: 0 }]]
  },
  {
    title: 'JSON that is no event',
    bytes: `${HEAD}{"id":"x","timestamp":"t"}\n[]\n`,
    found: [
      ['not_an_event', 'broken', FROM, 26, LINES, { members: ['id', 'timestamp'] }],
      ['not_an_event', 'broken', FROM + 27, 2, LINES + 1, {}]
    ]
  },
  {
    title: 'an event without a time, and one whose time is a number',
    bytes: `${HEAD}{"type":"event_msg","payload":{}}\n{"timestamp":1,"type":"event_msg","payload":{}}\n`,
    found: [
      ['missing_timestamp', 'broken', FROM, 33, LINES, { type: 'event_msg' }],
      ['missing_timestamp', 'broken', FROM + 34, 47, LINES + 1, { type: 'event_msg' }]
    ]
  },
  {
    title: 'an event that lacks what its kind needs',
    bytes: HEAD + event('task_started'),
    found: [
      [
        'invalid_payload',
        'broken',
        FROM,
        whole(event('task_started')),
        LINES,
        { type: 'event_msg', payloadType: 'task_started' }
      ]
    ]
  },
  {
    title: 'lines from before the envelope',
    bytes:
      JSON.stringify({
        id: '01960001-0000-7000-8000-000000000001',
        timestamp: '2025-08-20T10:00:00.000Z',
        instructions: null
      }) + '\n{"record_type":"state"}\n{"type":"message","role":"user","content":[]}\n',
    found: [['before_envelope', 'note', 0, 104, 0, { lines: 3 }]]
  },
  {
    title: 'kinds that nobody knows',
    bytes: HEAD + line('novelty', {}) + item('novelty') + event('exec_command_begin'),
    found: [
      [
        'unknown_line',
        'note',
        FROM,
        whole(line('novelty', {})),
        LINES,
        { lines: 2, kinds: { novelty: 1, 'response_item:novelty': 1 } }
      ]
    ]
  },
  {
    title: 'a byte order mark',
    bytes: `\ufeff${HEAD}`,
    found: [['byte_order_mark', 'broken', 0, 3, 0, {}]]
  },
  {
    title: 'carriage returns',
    bytes: HEAD.replaceAll('\n', '\r\n'),
    found: [['crlf', 'note', 0, size(meta()), 0, { lines: LINES }]]
  },
  {
    title: 'a last event without its newline',
    bytes: HEAD.trimEnd(),
    found: [
      ['no_final_newline', 'warning', FROM - size(done('t1')), whole(done('t1')), LINES - 1, {}]
    ]
  }
]

describe('check: lines', () => {
  for (const { title, bytes, found } of CASES)
    it(title, async () => {
      expect(await rowsIn(bytes)).to.deep.equal(found)
    })

  it('tells a line of a megabyte and more by what is left of it when its texts are cut', async () => {
    const long = event('agent_message', { message: 'x'.repeat(3_000_000) })
    const torn = long.slice(0, 2_000_000)
    const bad = event('agent_message', { message: 7, more: 'x'.repeat(3_000_000) })
    expect(await rowsIn(HEAD + long + bad + torn + long)).to.deep.equal([
      [
        'invalid_payload',
        'broken',
        FROM + size(long),
        whole(bad),
        LINES + 1,
        { type: 'event_msg', payloadType: 'agent_message' }
      ],
      [
        'half_then_whole',
        'broken',
        FROM + size(long) + size(bad),
        2_000_000 + whole(long),
        LINES + 2,
        {
          halfBytes: 2_000_000,
          wholeOnSameLine: true,
          parts: [part(0, 2_000_000, false), part(2_000_000, whole(long), true)]
        }
      ]
    ])
  })

  it('counts findings of one kind beyond a thousand', async () => {
    const rows = await rowsIn(`${HEAD}${'[]\n'.repeat(1500)}`)
    expect(rows.length).to.equal(1001)
    expect(rows[1000]).to.deep.equal(['not_an_event', 'broken', null, null, null, { more: 500 }])
  })
})
