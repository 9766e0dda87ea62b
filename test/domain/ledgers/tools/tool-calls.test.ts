// The fold of tool calls, rule by rule: how lines in any order become the row of a call.
import { expect } from 'chai'
import {
  askedTouches,
  diffLines,
  recordedTouches
} from '../../../../domain/ledgers/tools/file-touches.ts'
import type { ToolCall } from '../../../../domain/ledgers/tools/tool-call.ts'
import { sha256Hex } from '../../../../domain/digest.ts'
import { callsOf, type Line } from '../../../support/tool-lines.ts'

const T1 = '01960001-0000-7000-8000-000000000001'
const T2 = '01960001-0000-7000-8000-000000000002'

const event = (payload: object): Line => ({ type: 'event_msg', payload })
const item = (payload: object): Line => ({ type: 'response_item', payload })
const started = (turn_id: string): Line => event({ type: 'task_started', turn_id })
const ended = (turn_id: string): Line => event({ type: 'task_complete', turn_id })
const aborted = (turn_id: string): Line =>
  event({ type: 'turn_aborted', turn_id, reason: 'interrupted' })
const said: Line = event({ type: 'user_message', message: 'go' })
const call = (id: string, name: string, args: object, members: object = {}): Line =>
  item({
    type: 'function_call',
    call_id: id,
    name,
    arguments: JSON.stringify(args),
    ...members
  })
const exec = (id: string, cmd = 'ls'): Line => call(id, 'exec_command', { cmd })
const output = (id: string, text: unknown): Line =>
  item({ type: 'function_call_output', call_id: id, output: text })
const exited = (code: number): string =>
  `Chunk ID: ab12\nWall time: 0.2500 seconds\nProcess exited with code ${code}\nOutput:\nx`
const RUNNING = 'Wall time: 0.2500 seconds\nProcess running with session ID 7\nOutput:\n'

const recorded = (id: string, turn_id: string, members: object = {}): Line =>
  event({
    type: 'item_completed',
    thread_id: '01960000-0000-7000-8000-000000000000',
    turn_id,
    item: {
      type: 'CommandExecution',
      id,
      command: ['/bin/bash', '-lc', 'ls'],
      cwd: 'file:///work',
      parsed_cmd: [{ type: 'unknown', cmd: 'ls' }],
      source: 'unified_exec_startup',
      status: 'failed',
      exit_code: -1,
      duration: { secs: 2, nanos: 5_000_000 },
      ...members
    },
    started_at_ms: 1000,
    completed_at_ms: 3005
  })

const outcome = ({ status, failureKind, exitCode, exitSource, certainty, evidence }: ToolCall) => [
  status,
  failureKind,
  exitCode,
  exitSource,
  certainty,
  evidence
]

const only = (lines: ReadonlyArray<Line>): ToolCall => {
  const calls = callsOf(lines)
  expect(calls).to.have.length(1)
  return calls[0] as ToolCall
}

describe('a tool call in the ledger', () => {
  it('is unknown until a line tells how it ended', () => {
    const row = only([started(T1), exec('c')])
    expect(outcome(row)).to.deep.equal(['unknown', null, null, 'none', 'unknown', 'call'])
    expect([row.turnId, row.kind, row.name, row.subject]).to.deep.equal([
      T1,
      'command',
      'exec_command',
      'ls'
    ])
    expect(row.argsDigest).to.equal(sha256Hex('{"cmd":"ls"}'))
    expect(row.place.revision).to.equal(2)
  })

  it('has the exit code of its output, and the time Codex waited', () => {
    const row = only([started(T1), exec('c'), output('c', exited(3))])
    expect(outcome(row)).to.deep.equal([
      'failed',
      'tool_error',
      3,
      'output_text',
      'derived',
      'output'
    ])
    expect([row.execMs, row.execSource, row.observedMs, row.outputBytes]).to.deep.equal([
      250,
      'wall_time',
      1000,
      Buffer.byteLength(exited(3))
    ])
    expect(row.settledAt?.revision).to.equal(3)
  })

  it('of 0.115 to 0.119 has an exit code too, though its command stands above the report', () => {
    const named = `Command: /bin/bash -lc "printf 'a\nb'"\n${exited(3)}`
    const row = only([started(T1), exec('c'), output('c', named)])
    expect(outcome(row)).to.deep.equal(
      outcome(only([started(T1), exec('c'), output('c', exited(3))]))
    )
  })

  it('of code mode ends as its script does, though a later call has waited for that', () => {
    const script = (id: string): Line =>
      item({ type: 'custom_tool_call', call_id: id, name: 'exec', input: 'text(1)' })
    const wait = (id: string, cell_id: string): Line => call(id, 'wait', { cell_id })
    const said = (how: string, rest = ''): string =>
      `Script ${how}\nWall time 0.3 seconds\nOutput:\n${rest}`
    const parts = (...texts: ReadonlyArray<string>) =>
      texts.map((text) => ({ type: 'input_text', text }))
    const rows = callsOf([
      started(T1),
      script('good'),
      output('good', parts(said('completed'), 'one')),
      script('bad'),
      output('bad', parts(said('failed'), 'Script error:\nError: boom')),
      script('late'),
      output('late', parts(said('running with cell ID 4'), 'start')),
      wait('w1', '4'),
      output('w1', said('running with cell ID 4')),
      wait('w2', '4'),
      output('w2', parts(said('failed'), 'Script error:\nError: late')),
      script('stopped'),
      output('stopped', said('running with cell ID 5')),
      wait('w3', '5'),
      output('w3', said('terminated')),
      wait('w4', '999'),
      output('w4', parts(said('failed'), 'Script error:\nexec cell 999 not found'))
    ])
    const shown = rows.map(({ callId, kind, status, failureKind, processId, parentCallId }) =>
      [callId, kind, status, failureKind, processId, parentCallId].join(' ')
    )
    expect(shown).to.deep.equal([
      'good other completed   ',
      'bad other failed tool_error  ',
      'late other failed tool_error cell-4 ',
      'w1 other completed   late',
      'w2 other completed   late',
      'stopped other interrupted  cell-5 ',
      'w3 other completed   stopped',
      'w4 other failed tool_error  '
    ])
    expect(rows[2]?.execMs).to.equal(900)
  })

  it('takes a record over a text, in whatever order they come', () => {
    const wanted = ['failed', 'tool_error', -1, 'item', 'recorded', 'item']
    const text = output('c', exited(0))
    for (const lines of [
      [exec('c'), text, recorded('c', T1)],
      [exec('c'), recorded('c', T1), text],
      [recorded('c', T1), exec('c'), text]
    ]) {
      const row = only([started(T1), ...lines])
      expect(outcome(row)).to.deep.equal(wanted)
      expect([row.execMs, row.execSource, row.endedAtMs, row.outputBytes]).to.deep.equal([
        2005,
        'item',
        3005,
        Buffer.byteLength(exited(0))
      ])
      expect(row.argsDigest).to.equal(sha256Hex('{"cmd":"ls"}'))
    }
  })

  it('keeps its turn when its item is recorded after the next turn ended', () => {
    const cut = [started(T1), exec('c'), output('c', 'aborted by user after 1.0s'), aborted(T1)]
    const before = only(cut)
    expect(outcome(before).slice(0, 2)).to.deep.equal(['interrupted', null])
    const after = only([...cut, started(T2), said, ended(T2), recorded('c', T1)])
    expect([after.turnId, after.status, after.exitCode]).to.deep.equal([T1, 'failed', -1])
    expect(after.place).to.deep.equal(before.place)
  })

  it('was interrupted when its turn was cut short and no line tells more', () => {
    const row = only([started(T1), exec('c'), aborted(T1)])
    expect(outcome(row)).to.deep.equal(['interrupted', null, null, 'none', 'inferred', 'turn_end'])
    expect(outcome(only([started(T1), exec('c'), ended(T1)]))[0]).to.equal('unknown')
  })

  it('that left a process running takes up what feeding the process tells', () => {
    const [shell, first, second] = callsOf([
      started(T1),
      exec('c', 'cat'),
      output('c', RUNNING),
      call('w1', 'write_stdin', { session_id: 7, chars: 'a' }),
      output('w1', RUNNING),
      ended(T1),
      started(T2),
      call('w2', 'write_stdin', { session_id: 7, chars: '' }),
      output('w2', exited(0))
    ])
    expect([shell?.status, shell?.exitCode, shell?.execMs, shell?.turnId]).to.deep.equal([
      'completed',
      0,
      750,
      T1
    ])
    for (const one of [first, second])
      expect([one?.status, one?.exitCode, one?.parentCallId]).to.deep.equal([
        'completed',
        null,
        'c'
      ])
  })

  const TEXTS: ReadonlyArray<readonly [string, string, ReadonlyArray<unknown>]> = [
    ['by a person', 'exec command rejected by user', ['rejected', 'approval_denied']],
    [
      'by a person, as newer versions say it',
      'exec_command failed: CreateProcess { message: "Rejected(\\"rejected by user\\")" }',
      ['rejected', 'approval_denied']
    ],
    [
      'by a reviewer',
      'This action was rejected due to unacceptable risk.',
      ['rejected', 'approval_denied']
    ],
    ['by a rule', '`ls` rejected: blocked by policy', ['rejected', 'policy_forbidden']]
  ]
  for (const [title, text, wanted] of TEXTS)
    it(`that was refused ${title} is rejected, with the reason`, () => {
      const row = only([started(T1), exec('c'), output('c', text)])
      expect([row.status, row.failureKind]).to.deep.equal(wanted)
      expect(row.source).to.equal('agent')
    })

  it('of a name nobody answers to failed, whatever kind of tool it would be', () => {
    const lines = (name: string, namespace?: string) => [
      started(T1),
      call('c', name, {}, namespace === undefined ? {} : { namespace }),
      output('c', `unsupported call: ${namespace ?? ''}${name}`)
    ]
    for (const one of [lines('nobody'), lines('echo', 'mcp__t__'), lines('exec_command')])
      expect([only(one).status, only(one).failureKind]).to.deep.equal([
        'failed',
        'unsupported_call'
      ])
  })

  it('of a client’s tool or an MCP server stays unknown when only its output is there', () => {
    for (const [name, members] of [
      ['lookup', {}],
      ['echo', { namespace: 'mcp__t__' }]
    ] as const) {
      const row = only([started(T1), call('c', name, {}, members), output('c', 'ok')])
      expect([row.status, row.certainty, row.outputBytes]).to.deep.equal(['unknown', 'unknown', 2])
    }
  })

  it('that stands twice counts once; another one of the same id is another call', () => {
    const first = exec('c')
    expect(
      callsOf([started(T1), first, { ...first, at: 2 }, output('c', exited(0))])
    ).to.have.length(1)
    const again = [started(T1), exec('c'), output('c', exited(0)), exec('c', 'pwd')]
    expect(callsOf(again).map(({ subject, status }) => [subject, status])).to.deep.equal([
      ['ls', 'completed'],
      ['pwd', 'unknown']
    ])
    expect(
      callsOf([started(T1), exec('c'), ended(T1), started(T2), exec('c')]).map(
        ({ turnId }) => turnId
      )
    ).to.deep.equal([T1, T2])
  })

  it('of a turn that was rolled back stays, flagged; its turn may be one without an id of its own', () => {
    const rolled = event({ type: 'thread_rolled_back', num_turns: 1 })
    const calls = callsOf([
      started(T1),
      said,
      exec('a'),
      ended(T1),
      started(T2),
      said,
      exec('b'),
      ended(T2),
      rolled,
      said,
      exec('c'),
      rolled,
      started('01960001-0000-7000-8000-000000000003'),
      exec('d')
    ])
    expect(
      calls.map(({ callId, turnId, rolledBack }) => [callId, turnId, rolledBack])
    ).to.deep.equal([
      ['a', T1, false],
      ['b', T2, true],
      ['c', 'rollout-10', true],
      ['d', '01960001-0000-7000-8000-000000000003', false]
    ])
  })

  it('of a fork’s inherited turns makes no row', () => {
    const forked = {
      id: '01960002-0000-7000-8000-000000000000',
      forked_from_id: '01960001-0000-7000-8000-000000000000'
    }
    const own = '01960002-0000-7000-8000-000000000001'
    const calls = callsOf([started(T1), exec('a'), ended(T1), started(own), exec('b')], forked)
    expect(calls.map(({ callId }) => callId)).to.deep.equal(['b'])
  })

  it('names the answer of the model that asked for it', () => {
    const usage = {
      input_tokens: 1,
      cached_input_tokens: 0,
      output_tokens: 1,
      reasoning_output_tokens: 0,
      total_tokens: 2
    }
    const record = (response_id: string): Line => ({
      type: 'token_usage_record',
      payload: {
        session_id: '01960000-0000-7000-8000-000000000000',
        root_turn_id: T1,
        thread_id: '01960000-0000-7000-8000-000000000000',
        turn_id: T1,
        response_id,
        usage,
        turn_token_usage: usage,
        thread_token_usage: usage
      }
    })
    const calls = callsOf([
      started(T1),
      exec('a'),
      exec('b'),
      record('r1'),
      output('a', exited(0)),
      output('b', exited(0)),
      exec('c'),
      output('c', exited(0)),
      record('r2')
    ])
    expect(calls.map(({ responseId }) => responseId)).to.deep.equal(['r1', 'r1', null])
  })

  it('keeps ids and names that are too long as digests and beginnings', () => {
    const id = 'x'.repeat(100_000)
    const row = only([started(T1), call(id, id, {}), output(id, 'done')])
    expect(row.callId).to.equal(`sha256:${sha256Hex(id)}`)
    expect([row.name.length, row.status]).to.deep.equal([257, 'completed'])
  })
})

describe('the files of a patch', () => {
  const PATCH = [
    '*** Begin Patch',
    '*** Add File: new.txt',
    '+one',
    '+*** Update File: not-a-file',
    '*** Update File: /abs/a.txt',
    '*** Move to: b.txt',
    '@@',
    '-old',
    '+new',
    ' same',
    '*** Delete File: gone.txt',
    '*** End Patch'
  ].join('\n')

  it('are read from its text, seen from the directory', () => {
    expect(askedTouches(PATCH, '/work')).to.deep.equal([
      { path: '/work/new.txt', operation: 'add', movedTo: null, linesAdded: 2, linesDeleted: 0 },
      {
        path: '/abs/a.txt',
        operation: 'move',
        movedTo: '/work/b.txt',
        linesAdded: 1,
        linesDeleted: 1
      },
      {
        path: '/work/gone.txt',
        operation: 'delete',
        movedTo: null,
        linesAdded: null,
        linesDeleted: null
      }
    ])
    expect(askedTouches('no patch', '/work')).to.deep.equal([])
  })

  it('are those that Codex recorded, with the lines of their contents and hunks', () => {
    const diff = '@@ -1,2 +1,2 @@\n-a\n+b\n+++ c\n--- d\n same\n'
    expect(diffLines(diff)).to.deep.equal({ added: 2, deleted: 2 })
    expect(diffLines('--- a\n+++ b\n@@ -1 +1 @@\n-x\n+y')).to.deep.equal({ added: 1, deleted: 1 })
    expect(
      recordedTouches({
        '/w/a': { type: 'add', content: 'x\ny' },
        '/w/b': { type: 'delete', content: 'x\n' },
        '/w/c': { type: 'update', unified_diff: diff, move_path: '/w/d' }
      }).map(({ operation, movedTo, linesAdded, linesDeleted }) => [
        operation,
        movedTo,
        linesAdded,
        linesDeleted
      ])
    ).to.deep.equal([
      ['add', null, 2, 0],
      ['delete', null, 0, 1],
      ['move', '/w/d', 2, 2]
    ])
  })

  it('of a patch without a record are those it asks for, and how it ended follows from its output', () => {
    const row = only([
      started(T1),
      item({ type: 'custom_tool_call', call_id: 'p', name: 'apply_patch', input: PATCH }),
      item({
        type: 'custom_tool_call_output',
        call_id: 'p',
        output: '{"output":"Success.","metadata":{"exit_code":0,"duration_seconds":0.1}}'
      })
    ])
    expect([row.kind, row.status, row.exitCode, row.exitSource]).to.deep.equal([
      'patch',
      'completed',
      0,
      'json_metadata'
    ])
    expect([row.files, row.linesAdded]).to.deep.equal([
      { adds: 1, updates: 0, deletes: 1, moves: 1 },
      null
    ])
  })
})
