// Dynamic tools, image views, sub-agents and failures in rich mode, rule by rule; and lines nobody should write.
import { expect } from 'chai'
import fc from 'fast-check'
import type { RolloutLine } from '../../../../domain/log/event.ts'
import { richChange, richFailure, richTurn } from '../../../../domain/thread/rich/items.ts'
import { NO_CONTEXT, type RichContext } from '../../../../domain/thread/rich/types.ts'
import {
  call,
  event,
  fold,
  lineOf,
  output,
  response,
  TIMESTAMP,
  user
} from '../../../support/rich.ts'

const CWD: RichContext = { ...NO_CONTEXT, cwd: '/work' }

describe('a dynamic tool call in rich mode', () => {
  const DYNAMIC = {
    type: 'dynamicToolCall',
    id: 'c',
    namespace: null,
    tool: 'lookup',
    arguments: { q: 1 },
    status: 'inProgress',
    contentItems: null,
    success: null,
    durationMs: null,
    certainty: 'inferred'
  }
  const declared = (...names: ReadonlyArray<string>): RichContext => ({
    ...NO_CONTEXT,
    dynamicTools: new Set(names)
  })

  it('is derived when the thread declares the tool, inferred when the declaration was not read', () => {
    const line = call('lookup', { q: 1 })
    expect(fold([line])).to.deep.equal([DYNAMIC])
    expect(fold([line], declared('/lookup'))).to.deep.equal([{ ...DYNAMIC, certainty: 'derived' }])
    expect(fold([line], declared('/other'))).to.deep.equal([])
  })

  it('may have a namespace, when the thread declares that', () => {
    const lookup = { type: 'function', name: 'lookup', description: '', inputSchema: {} }
    const tools = [{ type: 'namespace', name: 'shop', description: '', tools: [lookup] }]
    const head = lineOf({
      timestamp: TIMESTAMP,
      type: 'session_meta',
      payload: {
        id: '01a1fcdc-359a-7731-ae44-e79fba9fff78',
        timestamp: TIMESTAMP,
        cwd: '/work',
        originator: 'o',
        cli_version: '0.142.5',
        dynamic_tools: tools
      }
    })
    const line = call('lookup', { q: 1 }, { namespace: 'shop' })
    expect(fold([head, line])).to.deep.equal([
      { ...DYNAMIC, namespace: 'shop', certainty: 'derived' }
    ])
    expect(fold([line])).to.deep.equal([])
  })

  it('that answered is completed as far as anyone can tell', () => {
    const parts = [
      { type: 'input_text', text: 'a' },
      { type: 'input_image', image_url: 'data:,' }
    ]
    expect(fold([call('lookup', { q: 1 }), output(parts)])).to.deep.equal([
      {
        ...DYNAMIC,
        status: 'completed',
        contentItems: [
          { type: 'inputText', text: 'a' },
          { type: 'inputImage', imageUrl: 'data:,' }
        ]
      }
    ])
  })

  it('of a name nobody answers to is not shown', () => {
    expect(fold([call('lookup', { q: 1 }), output('unsupported call: lookup')])).to.deep.equal([])
  })

  it('is what old events recorded of it', () => {
    const request = { callId: 'c', turnId: 't', tool: 'lookup', arguments: { q: 1 } }
    const answer = {
      call_id: 'c',
      turn_id: 't',
      tool: 'lookup',
      arguments: { q: 1 },
      content_items: [{ type: 'inputText', text: 'a' }],
      success: false,
      error: 'e',
      duration: { secs: 0, nanos: 2_500_000 }
    }
    const asked = [call('lookup', { q: 1 }), event('dynamic_tool_call_request', request)]
    expect(richTurn(event('dynamic_tool_call_request', request))).to.equal('t')
    expect(
      fold([...asked, event('dynamic_tool_call_response', answer), output('a')])
    ).to.deep.equal([
      {
        ...DYNAMIC,
        status: 'failed',
        contentItems: [{ type: 'inputText', text: 'a' }],
        success: false,
        durationMs: 2,
        certainty: 'recorded'
      }
    ])
  })

  it('is none when another line shows it, or when Codex answers by itself', () => {
    const mcp = call('mcp__server__tool', {})
    const spaced = call('tool', {}, { namespace: 'mcp__server' })
    const plan = call('update_plan', { plan: [] })
    const patch = response({
      type: 'custom_tool_call',
      call_id: 'c',
      name: 'apply_patch',
      input: ''
    })
    expect([mcp, spaced, plan, patch].map((line) => richChange(line))).to.deep.equal([
      null,
      null,
      null,
      null
    ])
  })
})

describe('an image view in rich mode', () => {
  const IMAGE = { type: 'imageView', id: 'c', path: '/work/a.png', certainty: 'derived' }
  const view = call('view_image', { path: 'a.png' })

  it('is inferred from the call and derived once the image came back', () => {
    expect(fold([view], CWD)).to.deep.equal([{ ...IMAGE, certainty: 'inferred' }])
    const image = output([{ type: 'input_image', image_url: 'data:,' }])
    expect(fold([view, image], CWD)).to.deep.equal([IMAGE])
  })

  it('is not shown when no image came back', () => {
    expect(fold([view, output('unable to locate image at `/work/a.png`')], CWD)).to.deep.equal([])
  })

  it('is what an old event recorded of it', () => {
    const seen = event('view_image_tool_call', { call_id: 'c', path: '/work/b.png' })
    expect(fold([view, seen, output('no')], CWD)).to.deep.equal([
      { ...IMAGE, path: '/work/b.png', certainty: 'recorded' }
    ])
  })
})

describe('a sub-agent call in rich mode', () => {
  const SENDER = '01a1fce0-101c-7280-bdf0-84ad5db3f957'
  const AGENT = '01a1fce0-1199-7110-9de7-0be90f9c5016'
  const COLLAB = {
    type: 'collabAgentToolCall',
    id: 'c',
    tool: 'spawnAgent',
    status: 'inProgress',
    senderThreadId: SENDER,
    receiverThreadIds: [],
    prompt: null,
    model: null,
    reasoningEffort: null,
    agentsStates: {},
    certainty: 'derived'
  }
  const context = { ...NO_CONTEXT, threadId: SENDER }
  const after = (name: string, args: object, text: string) =>
    fold([call(name, args), output(text)], context)

  it('that started no agent has failed', () => {
    const spawn = (text: string) => after('spawn_agent', { message: 'm', model: 'x' }, text)
    const failed = { ...COLLAB, prompt: 'm', model: 'x', status: 'failed' }
    expect(spawn('collab spawn failed: no')).to.deep.equal([failed])
    expect(spawn('aborted by user after 1.0s')).to.deep.equal([
      { ...failed, certainty: 'inferred' }
    ])
  })

  it('that waited in vain names the agents it waited for', () => {
    const waited = after('wait', { ids: [AGENT] }, '{"status":{},"timed_out":true}')
    expect(waited).to.deep.equal([
      { ...COLLAB, tool: 'wait', status: 'completed', receiverThreadIds: [AGENT] }
    ])
  })

  it('that found an agent in error has failed', () => {
    const closed = after('close_agent', { id: AGENT }, '{"status":"not_found"}')
    expect(closed).to.deep.equal([
      {
        ...COLLAB,
        tool: 'closeAgent',
        status: 'failed',
        receiverThreadIds: [AGENT],
        agentsStates: { [AGENT]: { status: 'notFound', message: null } }
      }
    ])
  })

  it('of the second protocol is left to the activity events', () => {
    const lines = [
      call('spawn_agent', { message: 'm', task_name: 'n' }),
      call('wait_agent', { timeout_ms: 1 }),
      call('close_agent', { target: '/root/n' }),
      call('send_message', { target: '/root/n', message: 'm' })
    ]
    expect(lines.map((line) => richChange(line))).to.deep.equal([null, null, null, null])
  })

  const EVENTS: ReadonlyArray<readonly [string, object, object]> = [
    [
      'collab_agent_spawn_begin',
      { prompt: 'm', model: 'x', reasoning_effort: 'low' },
      { status: 'inProgress', prompt: 'm', model: 'x', reasoningEffort: 'low' }
    ],
    [
      'collab_agent_spawn_end',
      {
        new_thread_id: AGENT,
        prompt: 'm',
        model: 'x',
        reasoning_effort: 'low',
        status: 'pending_init'
      },
      {
        prompt: 'm',
        model: 'x',
        reasoningEffort: 'low',
        receiverThreadIds: [AGENT],
        agentsStates: { [AGENT]: { status: 'pendingInit', message: null } }
      }
    ],
    [
      'collab_agent_spawn_end',
      { prompt: 'm', status: 'not_found' },
      { prompt: 'm', status: 'failed' }
    ],
    [
      'collab_agent_interaction_end',
      { receiver_thread_id: AGENT, prompt: 'm', status: { errored: 'e' } },
      {
        tool: 'sendInput',
        prompt: 'm',
        status: 'failed',
        receiverThreadIds: [AGENT],
        agentsStates: { [AGENT]: { status: 'errored', message: 'e' } }
      }
    ],
    [
      'collab_waiting_begin',
      { receiver_thread_ids: [AGENT] },
      { tool: 'wait', status: 'inProgress', receiverThreadIds: [AGENT] }
    ],
    [
      'collab_waiting_end',
      { statuses: { [AGENT]: { completed: 'done' } } },
      {
        tool: 'wait',
        receiverThreadIds: [AGENT],
        agentsStates: { [AGENT]: { status: 'completed', message: 'done' } }
      }
    ],
    [
      'collab_close_end',
      { receiver_thread_id: AGENT, status: 'shutdown' },
      {
        tool: 'closeAgent',
        receiverThreadIds: [AGENT],
        agentsStates: { [AGENT]: { status: 'shutdown', message: null } }
      }
    ],
    [
      'collab_resume_end',
      { receiver_thread_id: AGENT, status: 'running' },
      {
        tool: 'resumeAgent',
        receiverThreadIds: [AGENT],
        agentsStates: { [AGENT]: { status: 'running', message: null } }
      }
    ]
  ]
  for (const [index, [kind, members, shown]] of EVENTS.entries())
    it(`is what ${kind} recorded of it (${index + 1})`, () => {
      const line = event(kind, { call_id: 'c', sender_thread_id: SENDER, ...members })
      expect(fold([line])).to.deep.equal([
        { ...COLLAB, status: 'completed', certainty: 'recorded', ...shown }
      ])
    })
})

describe('the failure of a turn in rich mode', () => {
  it('is what an old error event says', () => {
    const line = event('error', { message: 'm', codex_error_info: 'usage_limit_exceeded' })
    expect(richFailure(line)).to.deep.include({
      message: 'm',
      codexErrorInfo: 'usageLimitExceeded',
      certainty: 'recorded'
    })
  })

  it('is what the end of a turn of 0.169 says', () => {
    const error = { message: 'm', codex_error_info: 'other' }
    const line = event('task_complete', { turn_id: 't', error })
    expect(richFailure(line)).to.deep.include({ message: 'm', certainty: 'recorded' })
    expect(richFailure(event('task_complete', { turn_id: 't' }))).to.equal(null)
  })

  it('is none for errors that leave the turn as it is', () => {
    const infos = ['thread_rollback_failed', { active_turn_not_steerable: { turn_kind: 'review' } }]
    expect(
      infos.map((codex_error_info) =>
        richFailure(event('error', { message: 'm', codex_error_info }))
      )
    ).to.deep.equal([null, null])
  })
})

describe('hostile lines in rich mode', () => {
  const kinds = fc.constantFrom(
    'exec_command_begin',
    'exec_command_end',
    'view_image_tool_call',
    'dynamic_tool_call_request',
    'dynamic_tool_call_response',
    'collab_agent_spawn_end',
    'collab_waiting_end',
    'item_completed:CommandExecution',
    'item_completed:CollabAgentToolCall',
    'item_completed:ImageView',
    'error',
    '__proto__',
    'constructor'
  )
  const names = fc.constantFrom(
    'shell',
    'exec_command',
    'write_stdin',
    'view_image',
    'spawn_agent',
    'wait',
    '__proto__'
  )
  const members = fc.constantFrom(
    ...'call_id callId id command cmd cwd source status parsed_cmd duration exit_code item message'.split(
      ' '
    ),
    ...'sender_thread_id statuses new_thread_id receiver_thread_id tool arguments content_items'.split(
      ' '
    ),
    ...'output path session_id targets target content role type name namespace __proto__'.split(' ')
  )
  const value = fc.oneof(
    fc.jsonValue(),
    fc.constantFrom('c', '/work', '__proto__', 'message', 'user', 'Exit code: 1'),
    fc.array(fc.string()),
    fc.dictionary(members, fc.jsonValue())
  )
  const payload = fc.dictionary(members, value).chain((members) =>
    fc.constantFrom(members, {
      ...members,
      call_id: 'c',
      sender_thread_id: 's',
      command: ['a'],
      cwd: '/'
    })
  )
  const line = fc.oneof(
    fc
      .tuple(kinds, payload)
      .map(([kind, p]) => ({ type: 'ignored', kind: `event_msg:${kind}`, payload: p })),
    fc.tuple(names, payload, fc.json()).map(([name, p, args]) => ({
      type: 'response_item',
      payload: { ...p, type: 'function_call', name, arguments: args, call_id: 'c' }
    })),
    payload.map((p) => ({
      type: 'response_item',
      payload: { ...p, type: 'function_call_output', call_id: 'c' }
    })),
    payload.map((p) => ({
      type: 'response_item',
      payload: { ...p, type: 'message', role: 'user' }
    })),
    payload.map((p) => ({ type: 'response_item', payload: p }))
  )

  it('neither throw nor make an item without an id, and the items are JSON', () =>
    fc.assert(
      fc.property(fc.array(line, { maxLength: 8 }), (lines) => {
        const items = fold(
          lines.map((one) => ({ timestamp: TIMESTAMP, ...one }) as unknown as RolloutLine)
        )
        for (const one of lines)
          richFailure({ timestamp: TIMESTAMP, ...one } as unknown as RolloutLine)
        expect(items.every(({ id }) => typeof id === 'string')).to.equal(true)
        expect(JSON.parse(JSON.stringify(items))).to.deep.equal(items)
      }),
      { numRuns: 500 }
    ))

  it('cost time in proportion to their length, however they are made', () => {
    const long = (text: string) => `${text}${'\n</command>\n<result>\nExit code: '.repeat(20_000)}`
    const started = performance.now()
    const texts = [
      long('<user_shell_command>\n<command>\n'),
      long('exec_command failed for `'),
      long('`')
    ]
    for (const text of texts) {
      fold([user(`${text}</user_shell_command>`)])
      fold([call('shell_command', { command: 'ls' }), output(text)])
    }
    expect(performance.now() - started).to.be.lessThan(3000)
  })
})
