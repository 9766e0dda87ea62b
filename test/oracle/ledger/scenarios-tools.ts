/**
 * Scenarios about tools, and about who allowed them.
 */
import { readdirSync, readFileSync } from 'node:fs'
import { join } from 'node:path'
import { DOT, REPOSITORY, write } from './home.ts'
import { compacted, does, isEndOf, isStartOf, says, script, type Run } from './run.ts'
import { command, outputOf, patch, picture, reply, text, tool, webSearch } from './say.ts'
import type { Scenario } from './scenario.ts'

const commands: Scenario = {
  play: async (run) => {
    await run.start()
    const thread = await run.thread('commands')
    await run.turn(thread, [
      does(() => [command('echo fine'), command('exit 3'), command('cat missing.txt')]),
      says()
    ])
    await run.turn(thread, [does(() => [command('sleep 0.7; echo slow')]), says()])
    await run.turn(thread, [does(() => [command('seq 3000', { max_output_tokens: 50 })]), says()])
    const session = (chars: string) =>
      script('stdin', (asked) => {
        const id = /session ID (\d+)/i.exec(outputOf(asked, 'call_cat'))?.[1]
        return reply([
          tool('write_stdin', { session_id: Number(id ?? 0), chars, yield_time_ms: 400 })
        ])
      })
    const cat = (): ReturnType<typeof tool> =>
      tool('exec_command', { cmd: 'cat', tty: true, yield_time_ms: 300 }, { callId: 'call_cat' })
    await run.turn(thread, [does(() => [cat()]), session('hello\n'), session('\u0003'), says()])
    await run.turn(thread, [does(() => [command('true', { workdir: '/nowhere' })]), says()])
    await run.turn(thread, [does(() => [tool('no_such_tool', { a: 1 })]), says()])
    await run.turn(thread, [does(() => [tool('exec_command', { wrong: true })]), says()])
    const from = run.client().mark()
    await run.attempt('thread/shellCommand', {
      threadId: thread,
      command: 'echo by the user; exit 4'
    })
    await run.client().seen(({ method }) => method === 'turn/completed', 'the command', from)
    await run.client().quiet()
    await run.turn(thread, [says()])
  }
}

/** A command that ends after its turn. */
const commandLate: Scenario = {
  play: async (run) => {
    await run.start()
    const thread = await run.thread('late command')
    await run.turn(thread, [
      does(() => [command('sleep 1.5; echo late', { yield_time_ms: 250 })]),
      says()
    ])
    const from = run.client().mark()
    await run.turn(thread, [says()])
    await run
      .client()
      .seen(
        ({ method, params }) =>
          method === 'item/completed' && JSON.stringify(params).includes('commandExecution'),
        'the end of the command',
        from
      )
      .catch(() => run.notes.push('the end of the command was never told'))
    await run.client().quiet(400)
    await run.turn(thread, [says()])
  }
}

const shell: Scenario = {
  settings: { model: 'lab-shell' },
  play: async (run) => {
    await run.start()
    const thread = await run.thread('shell commands', { cwd: REPOSITORY })
    await run.turn(thread, [does(() => [tool('shell_command', { command: 'echo fine' })]), says()])
    await run.turn(thread, [
      does(() => [tool('shell_command', { command: 'echo no; exit 5' })]),
      says()
    ])
    await run.turn(thread, [
      does(() => [tool('shell_command', { command: 'sleep 5', timeout_ms: 300 })]),
      says()
    ])
  }
}

/** What stands in the files under a folder of the repository. */
const filesIn = (folder: string): string =>
  readdirSync(join(REPOSITORY, folder), { recursive: true, withFileTypes: true })
    .filter((entry) => entry.isFile())
    .map((entry) => join(entry.parentPath, entry.name))
    .sort()
    .map((path) => `${path.slice(REPOSITORY.length + 1)}=${readFileSync(path, 'utf8').trim()}`)
    .join(' ')

/** A patch that cannot be applied further than to some of its files. */
const HALVES: Readonly<Record<string, ReadonlyArray<string>>> = {
  'an added file, then one below a file': [
    '*** Add File: one/added.txt',
    '+alpha',
    '*** Add File: one/plain.txt/inner.txt',
    '+beta'
  ],
  'a file below a file first': [
    '*** Add File: two/plain.txt/inner.txt',
    '+beta',
    '*** Add File: two/never.txt',
    '+alpha'
  ],
  'a deleted file, an updated one, then one below a file': [
    '*** Delete File: three/gone.txt',
    '*** Update File: three/plain.txt',
    '@@',
    '-plain',
    '+changed',
    '*** Add File: three/plain.txt/inner.txt',
    '+beta',
    '*** Add File: three/never.txt',
    '+gamma'
  ],
  'a file that is moved below a file': [
    '*** Add File: four/added.txt',
    '+alpha',
    '*** Update File: four/gone.txt',
    '*** Move to: four/plain.txt/inner.txt',
    '@@',
    '-gone',
    '+changed'
  ],
  'a file that is moved, then one below a file': [
    '*** Update File: five/gone.txt',
    '*** Move to: five/moved.txt',
    '@@',
    '-gone',
    '+changed',
    '*** Add File: five/plain.txt/inner.txt',
    '+beta'
  ],
  'an overwritten file, then one below a file': [
    '*** Add File: six/gone.txt',
    '+over',
    '*** Add File: six/plain.txt/inner.txt',
    '+beta'
  ]
}

const patchesHalf: Scenario = {
  play: async (run) => {
    await run.start()
    const thread = await run.thread('half a patch', { cwd: REPOSITORY })
    const folders = ['one', 'two', 'three', 'four', 'five', 'six', 'seven']
    for (const folder of folders) {
      write(join(REPOSITORY, folder, 'plain.txt'), 'plain\n')
      write(join(REPOSITORY, folder, 'gone.txt'), 'gone\n')
    }
    for (const lines of Object.values(HALVES))
      await run.turn(thread, [does(() => [patch(...lines)]), says()])
    const again = (HALVES['an added file, then one below a file'] ?? []).join('\n')
    const text = `*** Begin Patch\n${again.replaceAll('one/', 'seven/')}\n*** End Patch`
    const byShell = `apply_patch <<'EOF'\n${text}\nEOF`
    await run.turn(thread, [does(() => [command(byShell)]), says()])
    for (const folder of folders) run.notes.push(`files ${filesIn(folder)}`)
  }
}

const patches: Scenario = {
  play: async (run) => {
    await run.start()
    const thread = await run.thread('patches', { cwd: REPOSITORY })
    const add = ['*** Add File: new.txt', '+alpha', '+beta', '+gamma']
    const update = ['*** Update File: new.txt', '@@', ' alpha', '-beta', '+BETA', '+delta']
    const move = [
      '*** Update File: new.txt',
      '*** Move to: moved.txt',
      '@@',
      '-alpha',
      '+ALPHA',
      '*** Add File: sub/other.txt',
      '+one'
    ]
    const remove = ['*** Delete File: moved.txt']
    const bad = ['*** Update File: readme.md', '@@', '-not there', '+other']
    await run.turn(thread, [does(() => [patch(...add)]), says()])
    await run.turn(thread, [does(() => [patch(...update)]), does(() => [patch(...move)]), says()])
    await run.turn(thread, [
      does(() => [patch(...remove)]),
      does(() => [patch(...bad)]),
      does(() => [patch('nonsense')]),
      says()
    ])
    const byShell =
      "apply_patch <<'END'\n*** Begin Patch\n*** Add File: shell.txt\n+by the shell\n*** End Patch\nEND"
    await run.turn(thread, [does(() => [command(byShell)]), says()])
  }
}

const approvals: Scenario = {
  play: async (run) => {
    const decisions: Array<unknown> = []
    const decide = (): unknown => ({ decision: decisions.shift() ?? 'accept' })
    run.answering['item/commandExecution/requestApproval'] = decide
    run.answering['item/fileChange/requestApproval'] = decide
    await run.start()
    const thread = await run.thread('approvals', {
      approvalPolicy: 'untrusted',
      sandbox: 'workspace-write'
    })
    const touching = (name: string) => [does(() => [command(`touch ${name}`)]), says()]
    const adding = (name: string) => [does(() => [patch(`*** Add File: ${name}`, '+x')]), says()]
    for (const decision of ['accept', 'decline', 'acceptForSession']) {
      decisions.push(decision)
      await run.turn(thread, touching(`${decision}.txt`))
    }
    await run.turn(thread, touching('acceptForSession.txt'))
    decisions.push('cancel')
    const cancelled = await run.begin(thread, touching('cancel.txt'))
    await run.client().seen(isEndOf(cancelled), 'a cancelled turn')
    await run.client().quiet()
    run.model.left()
    for (const decision of ['accept', 'decline', 'acceptForSession']) {
      decisions.push(decision)
      await run.turn(thread, adding(`patch-${decision}.txt`))
    }
    await run.turn(thread, adding('/srv/codex-elsewhere.txt'))
    decisions.splice(0)
    await run.turn(thread, [says()])
  }
}

/** A question that is never answered, because the turn is interrupted. */
const approvalAborted: Scenario = {
  play: async (run) => {
    run.answering['item/commandExecution/requestApproval'] = () => undefined
    await run.start()
    const thread = await run.thread('approval aborted', { approvalPolicy: 'untrusted' })
    const from = run.client().mark()
    const turnId = await run.begin(thread, [does(() => [command('touch never.txt')])])
    await run
      .client()
      .seen(({ method }) => method === 'item/commandExecution/requestApproval', 'a question', from)
    await run.client().quiet()
    await run.client().call('turn/interrupt', { threadId: thread, turnId })
    await run.ended(turnId)
    await run.turn(thread, [says()])
  }
}

const mcpTool = (run: Run, name: string, values: object): ReturnType<typeof tool> =>
  tool(name, values, { namespace: run.era === 130 ? 'mcp__labtools__' : 'mcp__labtools' })

const mcp: Scenario = {
  settings: { hasTools: true },
  play: async (run) => {
    run.answering['item/tool/call'] = (parameters) => {
      const { ok = true } = (parameters['arguments'] ?? {}) as { ok?: boolean }
      return {
        success: ok,
        contentItems: [{ type: 'inputText', text: ok ? 'found' : 'not found' }]
      }
    }
    await run.start()
    const own = {
      name: 'lookup',
      description: 'Looks something up',
      inputSchema: {
        type: 'object',
        properties: { q: { type: 'string' }, ok: { type: 'boolean' } },
        required: ['q']
      }
    }
    const dynamicTools = [run.era === 130 ? own : { type: 'function', ...own }]
    const thread = await run.thread('tools of servers and clients', { dynamicTools })
    await run.turn(thread, [does(() => [mcpTool(run, 'echo', { text: 'hello' })]), says()])
    await run.turn(thread, [
      does(() => [mcpTool(run, 'fail', {}), mcpTool(run, 'boom', {})]),
      says()
    ])
    await run.turn(thread, [
      does(() => [tool('lookup', { q: 'a' }), tool('lookup', { q: 'b', ok: false })]),
      says()
    ])
    const actions = [
      { type: 'search', query: 'harbour', queries: ['harbour', 'tide'] },
      { type: 'open_page', url: 'https://example.invalid/page' },
      { type: 'find_in_page', url: 'https://example.invalid/page', pattern: 'tide' }
    ]
    await run.turn(thread, [
      script('web', () => reply([...actions.map(webSearch), text('Found.')]))
    ])
    await run.turn(thread, [
      script('picture', () => reply([picture('A dot', DOT), text('There.')]))
    ])
    await run.turn(thread, [
      does(() => [tool('view_image', { path: '/srv/demo/dot.png' })]),
      says()
    ])
    const step = (status: string) => ({ step: `It is ${status}`, status })
    await run.turn(thread, [
      does(() => [tool('update_plan', { plan: [step('completed'), step('pending')] })]),
      says()
    ])
  }
}

/** Tools that are still at work when their turn is interrupted, and a steer that waits for them. */
const toolsInterrupted: Scenario = {
  play: async (run) => {
    await run.start()
    const thread = await run.thread('interrupted tools')
    const from = run.client().mark()
    const turnId = await run.begin(thread, [
      does(() => [
        command('echo quick'),
        command('sleep 20', { yield_time_ms: 15_000 }),
        command('exit 2')
      ])
    ])
    await run.client().seen(isStartOf('commandExecution'), 'a command', from)
    await run.client().quiet(400)
    await run.client().call('turn/interrupt', { threadId: thread, turnId })
    await run.ended(turnId)
    await run.turn(thread, [says()])
    await compacted(run, thread, [script('compaction', () => reply([text('LAB SUMMARY.')]))])
  }
}

/** What was done, and who allowed it. */
export const TOOLS: Readonly<Record<string, Scenario>> = {
  commands,
  'command-late': commandLate,
  'shell-commands': shell,
  patches,
  'patches-half': patchesHalf,
  approvals,
  'approval-aborted': approvalAborted,
  'tools-of-servers': mcp,
  'tools-interrupted': toolsInterrupted
}
