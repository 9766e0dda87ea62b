// Commands in rich mode, rule by rule: what each text and each old event says about one.
import { expect } from 'chai'
import { richTurn } from '../../../../domain/thread/rich/items.ts'
import { NO_CONTEXT, type RichContext } from '../../../../domain/thread/rich/types.ts'
import { call, event, fold, output, response, TIMESTAMP, user } from '../../../support/rich.ts'

const COMMAND = {
  type: 'commandExecution',
  id: 'c',
  pluginId: null,
  scriptPath: null,
  command: 'ls',
  cwd: '',
  processId: null,
  source: 'agent',
  status: 'inProgress',
  commandActions: [{ type: 'unknown', command: 'ls' }],
  aggregatedOutput: null,
  exitCode: null,
  durationMs: null,
  certainty: 'derived'
}
const CWD: RichContext = { ...NO_CONTEXT, cwd: '/work' }

describe('a command in rich mode', () => {
  it('is in progress until an output for its call is there', () => {
    expect(fold([call('shell_command', { command: 'ls' })])).to.deep.equal([COMMAND])
  })

  it('names its argv as a shell would read it, and its script where a shell wraps one', () => {
    const shown = (command: ReadonlyArray<string>) => fold([call('shell', { command })])[0]
    const wrapped = {
      command: "bash -lc 'ls -l'",
      commandActions: [{ type: 'unknown', command: 'ls -l' }]
    }
    expect(shown(['bash', '-lc', 'ls -l'])).to.deep.equal({ ...COMMAND, ...wrapped })
    const plain = {
      command: "ls 'a b'",
      commandActions: [{ type: 'unknown', command: "ls 'a b'" }]
    }
    expect(shown(['ls', 'a b'])).to.deep.equal({ ...COMMAND, ...plain })
  })

  it('of a local shell call has the directory the call names', () => {
    const action = { type: 'exec', command: ['ls'], working_directory: '/tmp' }
    const line = response({ type: 'local_shell_call', call_id: 'c', status: 'completed', action })
    expect(fold([line])).to.deep.equal([{ ...COMMAND, cwd: '/tmp' }])
  })

  it('runs in the directory it names, seen from the directory of its turn', () => {
    const cwd = (workdir?: string) => {
      const [item] = fold([call('shell_command', { command: 'ls', workdir })], CWD)
      return item?.type === 'commandExecution' ? item.cwd : null
    }
    expect([cwd(), cwd('sub'), cwd('/tmp'), cwd('..')]).to.deep.equal([
      '/work',
      '/work/sub',
      '/tmp',
      '/'
    ])
  })

  const after = (text: unknown) => fold([call('shell_command', { command: 'ls' }), output(text)])[0]
  const OUTCOMES: ReadonlyArray<readonly [string, unknown, object]> = [
    [
      'an exit code in plain text',
      'Exit code: 0\nWall time: 1.5 seconds\nOutput:\na\n',
      { status: 'completed', aggregatedOutput: 'a\n', exitCode: 0, durationMs: 1500 }
    ],
    [
      'another exit code and nothing written',
      'Exit code: 2\nWall time: 0 seconds\nOutput:\n',
      { status: 'failed', exitCode: 2, durationMs: 0 }
    ],
    [
      'the command of 0.115 to 0.119, of several lines, above its report',
      'Command: /bin/bash -lc "a\nb"\nChunk ID: ab12\nWall time: 0.5 seconds\nProcess exited with code 1\nOriginal token count: 1\nOutput:\na',
      { status: 'failed', aggregatedOutput: 'a', exitCode: 1, durationMs: 500 }
    ],
    [
      'an exit code in JSON',
      '{"output":"a","metadata":{"exit_code":1,"duration_seconds":0.2}}',
      { status: 'failed', aggregatedOutput: 'a', exitCode: 1, durationMs: 200 }
    ],
    [
      'output that was cut, with the lines above it',
      'Exit code: 0\nWall time: 0 seconds\nTotal output lines: 9\nOutput:\nTotal output lines: 9\n\na…7 tokens truncated…b',
      {
        status: 'completed',
        aggregatedOutput: 'a…7 tokens truncated…b',
        exitCode: 0,
        durationMs: 0
      }
    ],
    [
      'output that only looks cut',
      'Exit code: 0\nWall time: 0 seconds\nOutput:\nTotal output lines: 9\n\na',
      {
        status: 'completed',
        aggregatedOutput: 'Total output lines: 9\n\na',
        exitCode: 0,
        durationMs: 0
      }
    ],
    ['a refusal', 'exec command rejected by user', { status: 'declined' }],
    ['a refusal by policy', '`ls` rejected: blocked by policy', { status: 'declined' }],
    [
      'the reason why it did not start',
      'execution error: no such shell',
      { status: 'failed', aggregatedOutput: 'execution error: no such shell' }
    ],
    [
      'an interruption',
      'Wall time: 0.2 seconds\naborted by user',
      { status: 'failed', certainty: 'inferred' }
    ],
    [
      'a text of no known format',
      'something else',
      { status: 'completed', aggregatedOutput: 'something else', certainty: 'inferred' }
    ],
    [
      'a list of texts',
      [
        { type: 'input_text', text: 'Exit code: 0\nWall time: 0 seconds\nOutput:' },
        { type: 'input_text', text: 'a' }
      ],
      { status: 'completed', aggregatedOutput: 'a', exitCode: 0, durationMs: 0 }
    ]
  ]
  for (const [title, text, members] of OUTCOMES)
    it(`that answered with ${title} shows what that says`, () =>
      expect(after(text)).to.deep.equal({ ...COMMAND, ...members }))

  it('that was refused before it began is shown with the argv the refusal quotes', () => {
    const text =
      'exec_command failed for `/bin/zsh -lc ls`: CreateProcess { message: "Rejected(\\"rejected by user\\")" }'
    expect(fold([call('exec_command', { cmd: 'ls' }), output(text)])).to.deep.equal([
      { ...COMMAND, command: '/bin/zsh -lc ls', status: 'declined' }
    ])
  })

  it('that could not be made into a process failed, though the text calls that a rejection too', () => {
    const text =
      'exec_command failed for `/bin/bash -lc true`: CreateProcess { message: "Rejected(\\"Failed to create unified exec process: No such file or directory (os error 2)\\")" }'
    expect(fold([call('exec_command', { cmd: 'true' }), output(text)])).to.deep.equal([
      {
        ...COMMAND,
        source: 'unifiedExecStartup',
        command: '/bin/bash -lc true',
        commandActions: [{ type: 'unknown', command: 'true' }],
        status: 'failed',
        aggregatedOutput: text
      }
    ])
  })

  it('that holds a patch has the exit code of the patch, which the shell never saw', () => {
    const reports = [
      'Wall time: 0.0000 seconds\nOutput:\nExit code: 1\nWall time: 0.2 seconds\nOutput:\nno\n',
      'Wall time: 0.0000 seconds\nOutput:\n{"output":"no\\n","metadata":{"exit_code":1,"duration_seconds":0.2}}'
    ]
    const failed = { status: 'failed', aggregatedOutput: 'no\n', exitCode: 1, durationMs: 200 }
    for (const text of reports) expect(after(text)).to.deep.equal({ ...COMMAND, ...failed })
  })

  it('that goes on in a session takes up what later calls of the session wrote, until it exits', () => {
    const running = 'Wall time: 0.3000 seconds\nProcess running with session ID 7\nOutput:\na'
    const exited = 'Wall time: 0.2000 seconds\nProcess exited with code 0\nOutput:\nb'
    const begun = [call('exec_command', { cmd: 'ls' }), output(running)]
    const write = call('write_stdin', { session_id: 7, chars: '' }, { call_id: 'w' })
    const started = { ...COMMAND, source: 'unifiedExecStartup', processId: '7' }
    expect(fold(begun)).to.deep.equal([{ ...started, aggregatedOutput: 'a', durationMs: 300 }])
    expect(fold([...begun, write, output(exited, 'w')])).to.deep.equal([
      { ...started, aggregatedOutput: 'ab', durationMs: 500, exitCode: 0, status: 'completed' }
    ])
    expect(
      fold([...begun, write, output('write_stdin failed: Unknown process id 7', 'w')])
    ).to.deep.equal(fold(begun))
  })

  it('is not changed by a second output of its call', () => {
    const lines = [
      call('shell_command', { command: 'ls' }),
      output('Exit code: 0\nWall time: 0 seconds\nOutput:\na')
    ]
    expect(
      fold([...lines, output('Exit code: 1\nWall time: 0 seconds\nOutput:\nb')])
    ).to.deep.equal(fold(lines))
  })

  const END = {
    call_id: 'c',
    turn_id: 't',
    command: ['bash', '-lc', 'cat a'],
    cwd: '/work',
    parsed_cmd: [
      { type: 'read', cmd: 'cat a', name: 'a', path: 'a' },
      { type: 'list_files', cmd: 'ls', path: null },
      { type: 'search', cmd: 'rg x', query: 'x', path: '.' }
    ],
    stdout: '',
    stderr: '',
    aggregated_output: 'A',
    exit_code: 0,
    duration: { secs: 1, nanos: 999_999 },
    formatted_output: '',
    status: 'completed',
    source: 'agent',
    process_id: null
  }
  const RECORDED = {
    ...COMMAND,
    command: "bash -lc 'cat a'",
    cwd: '/work',
    status: 'completed',
    commandActions: [
      { type: 'read', command: 'cat a', name: 'a', path: '/work/a' },
      { type: 'listFiles', command: 'ls', path: null },
      { type: 'search', command: 'rg x', query: 'x', path: '.' }
    ],
    aggregatedOutput: 'A',
    exitCode: 0,
    durationMs: 1000,
    certainty: 'recorded'
  }

  it('is what an old event recorded of it, whatever text comes before or after', () => {
    const end = event('exec_command_end', END)
    const text = output('Exit code: 3\nWall time: 0 seconds\nOutput:\nB')
    const begun = call('shell', { command: ['bash', '-lc', 'cat a'] })
    for (const lines of [[end], [begun, end, text], [begun, text, end]])
      expect(fold(lines)).to.deep.equal([RECORDED])
    expect(richTurn(end)).to.equal('t')
  })

  it('that was only begun in old events is in progress', () => {
    expect(fold([event('exec_command_begin', END)])).to.deep.equal([
      {
        ...RECORDED,
        status: 'inProgress',
        aggregatedOutput: null,
        exitCode: null,
        durationMs: null
      }
    ])
  })

  const userShell = (result: string) =>
    user(
      `<user_shell_command>\n<command>\ncat a\n</command>\n<result>\n${result}\n</result>\n</user_shell_command>`
    )
  const TYPED = {
    ...COMMAND,
    id: `user-shell-${TIMESTAMP}`,
    command: 'cat a',
    commandActions: [{ type: 'unknown', command: 'cat a' }],
    cwd: '/work',
    source: 'userShell'
  }

  it('that a person typed is read from the message that tells the model about it', () => {
    const line = userShell('Exit code: 1\nDuration: 0.0144 seconds\nOutput:\nA\n')
    expect(fold([line], CWD)).to.deep.equal([
      { ...TYPED, status: 'failed', exitCode: 1, durationMs: 14, aggregatedOutput: 'A\n' }
    ])
  })

  it('that a person typed is inferred when its message has another form', () => {
    const line = user('<user_shell_command>\ncat a\n</user_shell_command>')
    expect(fold([line], CWD)).to.deep.equal([
      { ...TYPED, status: 'completed', certainty: 'inferred' }
    ])
  })

  it('that a person typed is shown once when an old event recorded it too', () => {
    const end = event('exec_command_end', { ...END, call_id: 'e', source: 'user_shell' })
    const line = userShell('Exit code: 0\nDuration: 1.0000 seconds\nOutput:\nA')
    expect(fold([end, line])).to.deep.equal([{ ...RECORDED, id: 'e', source: 'userShell' }])
  })
})
