/**
 * One round of a turn: reasoning, a tool call, its output, token counts. The three tools are the ones whose lines
 * are long: a patch, an MCP search, a shell command.
 */
import { hex } from './random.ts'
import type { Records } from './records.ts'

/** Where a call belongs and how much it may print. */
interface Call {
  readonly callId: string
  readonly turnId: string
  readonly maxChars: number
}

/** Mostly 200 to 4,000 characters, a tail to 50,000, rarely several 100,000. */
const outputChars = ({ options: { random } }: Records, maxChars: number): number => {
  const share = random.unit()
  const chars = (): number => {
    if (share < 0.7) return random.int(200, 4000)
    if (share < 0.92) return random.int(4000, 16000)
    if (share < 0.985) return random.int(16000, 50000)
    return Math.floor(random.logNormal(110000, 0.6))
  }
  return Math.max(120, Math.min(chars(), 500000, maxChars))
}

const reasoning = (records: Records): void => {
  const { random, text } = records.options
  const title = text.words(4)
  const said = `**${title}**\n\n${text.block('prose', random.int(80, 700))}`
  records.tick()
  records.event({ type: 'agent_reasoning', text: said })
  records.item({
    type: 'reasoning',
    summary: [{ type: 'summary_text', text: said }],
    content: null,
    encrypted_content: text.opaque(random.int(400, 3500))
  })
}

const diffMark = (index: number): string => {
  if (index % 3 !== 0) return '+'
  return index % 2 !== 0 ? '-' : ' '
}

const patch = (records: Records, { callId, turnId, maxChars }: Call): void => {
  const { random, text, cwd } = records.options
  const file = `${cwd}/${text.file()}`
  const chars = random.int(200, Math.min(6000, Math.max(300, maxChars)))
  const lines = text.block('code', chars).split('\n')
  const diff = lines.map((line, index) => diffMark(index) + line).join('\n')
  const stdout = `Success. Updated the following files:\nM ${file}\n`
  records.item({
    type: 'custom_tool_call',
    status: 'completed',
    call_id: callId,
    name: 'apply_patch',
    input: `*** Begin Patch\n*** Update File: ${file}\n@@\n${diff}\n*** End Patch`
  })
  records.tick()
  const change = { type: 'update', unified_diff: `@@ -1,9 +1,9 @@\n${diff}`, move_path: null }
  records.event({
    type: 'patch_apply_end',
    call_id: callId,
    turn_id: turnId,
    stdout,
    stderr: '',
    success: true,
    changes: { [file]: change },
    status: 'completed'
  })
  const metadata = { exit_code: 0, duration_seconds: 0 }
  records.item({
    type: 'custom_tool_call_output',
    call_id: callId,
    output: JSON.stringify({ output: stdout, metadata })
  })
}

const search = (records: Records, { callId, maxChars }: Call): void => {
  const { random, text } = records.options
  const found = text.block('log', outputChars(records, maxChars) >> 1)
  const args = { query: text.words(4), limit: random.int(1, 50) }
  const content = [{ type: 'text', text: found }]
  records.item({
    type: 'function_call',
    name: `mcp__docs__${text.word()}`,
    arguments: JSON.stringify(args),
    call_id: callId
  })
  records.tick()
  records.event({
    type: 'mcp_tool_call_end',
    call_id: callId,
    invocation: { server: 'docs', tool: 'search', arguments: args },
    duration: { secs: 0, nanos: random.int(1, 999999999) },
    result: { Ok: { content, isError: false } }
  })
  records.item({ type: 'function_call_output', call_id: callId, output: JSON.stringify(content) })
}

const commandLine = ({ options: { random, text } }: Records): string => {
  if (random.unit() < 0.5) return `rg -n "${text.word()} ${text.word()}" ${text.file()}`
  if (random.unit() < 0.5) {
    return `sed -n '${random.int(1, 90)},${random.int(100, 400)}p' ${text.file()}`
  }
  return `npm test -- --grep '${text.words(3)}'`
}

const LONG_OUTPUT_CHARS = 10000

const shell = (records: Records, { callId, turnId, maxChars }: Call): void => {
  const { random, text, cwd, extended } = records.options
  const cmd = commandLine(records)
  const output = text.block(random.unit() < 0.5 ? 'code' : 'log', outputChars(records, maxChars))
  const exitCode = random.unit() < 0.9 ? 0 : 1
  const tookMs = random.int(10, 9000)
  records.item({
    type: 'function_call',
    name: 'exec_command',
    arguments: JSON.stringify({ cmd, workdir: cwd }),
    call_id: callId
  })
  records.tick(10, 4000)
  if (extended) {
    const cut = `${output.slice(0, 5000)}\n…truncated…\n${output.slice(-4900)}`
    records.event({
      type: 'exec_command_end',
      call_id: callId,
      process_id: String(random.int(1000, 99999)),
      turn_id: turnId,
      completed_at_ms: records.ms,
      command: ['/bin/bash', '-lc', cmd],
      cwd,
      parsed_cmd: [{ type: 'unknown', cmd }],
      source: 'unified_exec_startup',
      stdout: '',
      stderr: '',
      aggregated_output: output.length > LONG_OUTPUT_CHARS ? cut : output,
      exit_code: exitCode,
      duration: { secs: Math.floor(tookMs / 1000), nanos: (tookMs % 1000) * 1000000 },
      formatted_output: '',
      status: exitCode === 0 ? 'completed' : 'failed'
    })
  }
  const head = [
    `Chunk ID: ${hex(random.u32() & 0xffffff, 6)}`,
    `Wall time: ${(tookMs / 1000).toFixed(4)} seconds`,
    `Process exited with code ${exitCode}`,
    `Original token count: ${output.length >> 2}`
  ]
  records.item({
    type: 'function_call_output',
    call_id: callId,
    output: `${head.join('\n')}\nOutput:\n${output}`
  })
}

/** Writes one round. `call` counts the calls of the thread. */
export const toolRound = (
  records: Records,
  { turnId, maxChars, call }: { turnId: string; maxChars: number; call: number }
): void => {
  const { random } = records.options
  const callId = `call_${hex(random.u32(), 8)}${hex(call, 6)}`
  if (random.unit() < 0.7) reasoning(records)
  const kind = random.unit()
  records.tick()
  const write = kind < 0.12 ? patch : kind < 0.17 ? search : shell
  write(records, { callId, turnId, maxChars })
  records.tick()
  records.tokens(random.int(3000, 180000), random.int(30, 2500))
}
