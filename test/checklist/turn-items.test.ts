// Calls of tools inside turns: rows of Codex's own tests of its thread history, by their names.
import { expect } from 'chai'
import * as numbered from '../support/numbered.ts'
import * as paginated from '../support/paginated.ts'
import { THREAD } from '../support/rollouts.ts'
import { completed, done, event, given, patch, search, start } from '../support/turn-lines.ts'

const RICH = { profile: '0.142', rich: true } as const

const itemsOf = (lines: ReadonlyArray<string>, expected: ReadonlyArray<unknown>, options = {}) =>
  given(lines, ([turn]) => expect(turn?.items).to.deep.equal(expected), {
    profile: '0.142',
    rich: false,
    ...options
  })

const KEY = 'sk-abcdefghijklmnopqrstuvwxyz012345'
const EXEC = {
  call_id: 'exec-1',
  turn_id: 'a',
  command: ['echo', 'hello world'],
  cwd: '/tmp',
  parsed_cmd: [{ type: 'unknown', cmd: 'echo hello world' }],
  stdout: '',
  stderr: '',
  aggregated_output: 'hello world\n',
  exit_code: 0,
  duration: { secs: 0, nanos: 12_000_000 },
  formatted_output: '',
  status: 'completed',
  source: 'agent',
  process_id: 'pid-1'
}
const EXEC_ITEM = {
  type: 'commandExecution',
  id: 'exec-1',
  command: "echo 'hello world'",
  cwd: '/tmp',
  processId: 'pid-1',
  source: 'agent',
  status: 'completed',
  commandActions: [{ type: 'unknown', command: 'echo hello world' }],
  aggregatedOutput: 'hello world\n',
  exitCode: 0,
  durationMs: 12,
  scriptPath: null,
  pluginId: null,
  certainty: 'recorded'
}
const MCP = {
  call_id: 'mcp-1',
  invocation: { server: 'docs', tool: 'lookup', arguments: { id: '123' } },
  duration: { secs: 0, nanos: 8_000_000 }
}
const MCP_ITEM = {
  type: 'mcpToolCall',
  id: 'mcp-1',
  server: 'docs',
  tool: 'lookup',
  arguments: { id: '123' },
  appContext: null,
  pluginId: null,
  durationMs: 8
}

describe('checklist: calls of tools', () => {
  it('reconstructs_tool_items_from_persisted_completion_events: command, patch, call and search', () =>
    itemsOf(
      [
        start('a'),
        search('ws-1', 'codex'),
        event('exec_command_end', EXEC),
        event('mcp_tool_call_end', { ...MCP, result: { Err: 'boom' } }),
        patch('patch-1', 'a', 'completed', { 'README.md': { type: 'add', content: 'hello\n' } }),
        done('a')
      ],
      [
        { type: 'webSearch', id: 'ws-1', query: 'codex', action: { type: 'other' } },
        EXEC_ITEM,
        { ...MCP_ITEM, status: 'failed', result: null, error: { message: 'boom' } },
        {
          type: 'fileChange',
          id: 'patch-1',
          changes: [{ path: 'README.md', kind: { type: 'add' }, diff: 'hello\n' }],
          status: 'completed'
        }
      ],
      RICH
    ))

  it('reconstructs_mcp_tool_result_meta_from_persisted_completion_events: with its meta', () =>
    itemsOf(
      [
        start('a'),
        event('mcp_tool_call_end', {
          ...MCP,
          result: {
            Ok: {
              content: [{ type: 'text', text: 'result' }],
              structuredContent: { id: '123' },
              isError: false,
              _meta: { source: 'docs' }
            }
          }
        })
      ],
      [
        {
          ...MCP_ITEM,
          status: 'completed',
          result: {
            content: [{ type: 'text', text: 'result' }],
            structuredContent: { id: '123' },
            _meta: { source: 'docs' }
          },
          error: null
        }
      ]
    ))

  it('reconstructs_dynamic_tool_items_from_request_and_response_events: one item of both', () =>
    itemsOf(
      [
        start('a'),
        event('dynamic_tool_call_request', {
          callId: 'dyn-1',
          turnId: 'a',
          tool: 'lookup',
          arguments: { q: 1 }
        }),
        event('dynamic_tool_call_response', {
          call_id: 'dyn-1',
          turn_id: 'a',
          tool: 'lookup',
          arguments: { q: 1 },
          content_items: [{ type: 'inputText', text: 'found' }],
          success: true,
          error: null,
          duration: { secs: 0, nanos: 42_000_000 }
        }),
        done('a')
      ],
      [
        {
          type: 'dynamicToolCall',
          id: 'dyn-1',
          namespace: null,
          tool: 'lookup',
          arguments: { q: 1 },
          status: 'completed',
          contentItems: [{ type: 'inputText', text: 'found' }],
          success: true,
          durationMs: 42,
          certainty: 'recorded'
        }
      ],
      RICH
    ))

  it('reconstructs_declined_exec_and_patch_items: both say so', () =>
    itemsOf(
      [
        start('a'),
        event('exec_command_end', { ...EXEC, status: 'declined', exit_code: -1 }),
        patch('patch-1', 'a', 'declined'),
        done('a')
      ],
      [
        { ...EXEC_ITEM, status: 'declined', exitCode: -1 },
        { type: 'fileChange', id: 'patch-1', changes: [], status: 'declined' }
      ],
      RICH
    ))

  it('replays_image_generation_end_events_into_turn_history: the end alone is enough', () =>
    itemsOf(
      [
        start('a'),
        event('image_generation_end', {
          call_id: 'ig-1',
          status: 'completed',
          revised_prompt: 'a red kettle',
          result: 'Zm9v',
          saved_path: '/tmp/ig-1.png'
        })
      ],
      [
        {
          type: 'imageGeneration',
          id: 'ig-1',
          status: 'completed',
          revisedPrompt: 'a red kettle',
          result: 'Zm9v',
          savedPath: '/tmp/ig-1.png'
        }
      ]
    ))

  it('redacts_command_secrets_across_live_and_replayed_upserts: of a file read at once and of one that grows', async () => {
    const shown = async (command: ReadonlyArray<string>, parsed_cmd: ReadonlyArray<object>) => {
      const { turns } = await paginated.given([
        numbered.start('a'),
        numbered.item('a', {
          ...{ type: 'CommandExecution', id: 'c', process_id: null, command, parsed_cmd },
          ...{ cwd: 'file:///w', source: 'agent', status: 'completed', exit_code: 0 },
          ...{ aggregated_output: KEY, duration: { secs: 0, nanos: 0 } }
        }),
        numbered.done('a')
      ])
      const [item] = turns[0]?.items ?? []
      return item as unknown as Readonly<Record<string, unknown>>
    }
    const item = await shown(
      ['cat', KEY],
      [
        { type: 'read', cmd: `cat ${KEY}`, name: KEY, path: `/w/${KEY}` },
        { type: 'search', cmd: `rg ${KEY}`, query: KEY, path: KEY }
      ]
    )
    expect([item['command'], item['commandActions'], item['aggregatedOutput']]).to.deep.equal([
      'cat [REDACTED_SECRET]',
      [
        { type: 'read', command: 'cat [REDACTED_SECRET]', name: KEY, path: `/w/${KEY}` },
        {
          type: 'search',
          command: 'rg [REDACTED_SECRET]',
          query: '[REDACTED_SECRET]',
          path: KEY
        }
      ],
      KEY
    ])
    // As 0.169.0 showed them.
    for (const [said, seen] of [
      ['sk-abcdefghijklmnopqrs', 'sk-abcdefghijklmnopqrs'],
      ['xsk-abcdefghijklmnopqrstu', 'x[REDACTED_SECRET]'],
      ['sk-abcdefghijklmnopqrstu-more', '[REDACTED_SECRET]-more'],
      ['AKIAIOSFODNN7EXAMPLE', '[REDACTED_SECRET]'],
      ['AKIAIOSFODNN7EXAMPLEX', 'AKIAIOSFODNN7EXAMPLEX'],
      ['BEARER   abc.def-ghi_jklmnop/qr', "'Bearer [REDACTED_SECRET]'"],
      ['Bearer abcdefghijklmno', "'Bearer abcdefghijklmno'"],
      ['Bearer abcdefghijklmnop=zz', "'Bearer [REDACTED_SECRET]zz'"],
      ['Bearer\nabcdefghijklmnop', "'Bearer\nabcdefghijklmnop'"],
      ['API-KEY: "12345678"', `'API-KEY: "[REDACTED_SECRET]"'`],
      ['api_key=1234567', "'api_key=1234567'"],
      ['my_api_key=12345678', "'my_api_key=12345678'"],
      ['étoken=abcdefghij', "'étoken=abcdefghij'"],
      ['token\n=\nabcdefghij', "'token\n=\n[REDACTED_SECRET]'"],
      ['client-secret=abcdefghij', "'client-secret=[REDACTED_SECRET]'"],
      ['token=Bearer abcdefghijklmnopq', "'token=Bearer [REDACTED_SECRET]'"]
    ] as const)
      expect((await shown([said], []))['command']).to.equal(seen)
  })

  it('rebuilds_sleep_item: with its time', () =>
    itemsOf(
      [start('a'), completed('a', { type: 'Sleep', id: 'sleep-1', duration_ms: 1500 }), done('a')],
      [{ type: 'sleep', id: 'sleep-1', durationMs: 1500 }]
    ))

  // A legacy thread has an event beside it that shows the same.
  it('rebuilds_extension_image_generation_item: as an image', () =>
    paginated
      .given([
        numbered.start('a'),
        numbered.item('a', {
          type: 'Extension',
          id: 'ext-1',
          kind: 'image_gen.generation',
          status: 'completed',
          result: 'Zm9v',
          revisedPrompt: 'a red kettle',
          savedPath: '/tmp/ext-1.png'
        }),
        numbered.done('a')
      ])
      .then(({ turns: [turn] }) =>
        expect(turn?.items).to.deep.equal([
          {
            type: 'imageGeneration',
            id: 'ext-1',
            startedAtMs: null,
            completedAtMs: null,
            status: 'completed',
            revisedPrompt: 'a red kettle',
            result: 'Zm9v',
            transparentBackground: null,
            failure: null,
            savedPath: '/tmp/ext-1.png',
            generationId: null
          }
        ])
      ))

  it('canonical_hook_prompt_completion_updates_turn_history: the item that ends is the one shown', () =>
    paginated
      .given([
        numbered.start('a'),
        numbered.item('a', {
          type: 'HookPrompt',
          id: 'hook-1',
          fragments: [{ text: 'Retry it.', hookRunId: 'run-1' }]
        }),
        numbered.done('a')
      ])
      .then(({ turns: [turn] }) =>
        expect(turn?.items).to.deep.equal([
          {
            type: 'hookPrompt',
            id: 'hook-1',
            startedAtMs: null,
            completedAtMs: null,
            fragments: [{ text: 'Retry it.', hookRunId: 'run-1' }]
          }
        ])
      ))
})

describe('checklist: calls of sub-agents', () => {
  const AGENT = '01960001-0000-7000-8000-000000000002'
  const call = {
    type: 'collabAgentToolCall',
    id: 'c',
    status: 'completed',
    senderThreadId: THREAD,
    receiverThreadIds: [AGENT],
    prompt: null,
    model: null,
    reasoningEffort: null,
    certainty: 'recorded'
  }
  const state = (status: string) => ({ [AGENT]: { status, message: null } })
  const ended = (kind: string, members: object, shown: object) =>
    itemsOf(
      [start('a'), event(kind, { call_id: 'c', sender_thread_id: THREAD, ...members }), done('a')],
      [{ ...call, ...shown }],
      RICH
    )

  it('reconstructs_collab_resume_end_item: with the state of the agent', () =>
    ended(
      'collab_resume_end',
      { receiver_thread_id: AGENT, status: 'running' },
      { tool: 'resumeAgent', agentsStates: state('running') }
    ))

  it('reconstructs_collab_spawn_end_item_with_model_metadata: model and effort', () =>
    ended(
      'collab_agent_spawn_end',
      {
        new_thread_id: AGENT,
        prompt: 'inspect',
        model: 'lab-b',
        reasoning_effort: 'low',
        status: 'running'
      },
      {
        tool: 'spawnAgent',
        prompt: 'inspect',
        model: 'lab-b',
        reasoningEffort: 'low',
        agentsStates: state('running')
      }
    ))

  it('reconstructs_interrupted_send_input_as_completed_collab_call: the call itself went well', () =>
    ended(
      'collab_agent_interaction_end',
      { receiver_thread_id: AGENT, prompt: 'stop', status: 'interrupted' },
      { tool: 'sendInput', prompt: 'stop', agentsStates: state('interrupted') }
    ))
})
