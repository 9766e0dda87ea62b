/**
 * Commands: from the model's calls and their outputs, from `!command` messages, and from recorded events.
 *
 * shell, container.exec       {"command": argv, "workdir"?}
 * shell_command               {"command": script, "workdir"?}
 * exec_command                {"cmd": script, "workdir"?}; may answer with a session that write_stdin feeds and awaits
 * local_shell_call            action {type exec, command: argv, working_directory?}
 * message of the user         <user_shell_command> / <command> / SCRIPT / </command> / <result> / Exit code: N /
 *                             Duration: S seconds / Output: / TEXT / </result> / </user_shell_command>
 * exec_command_begin/_end     argv, cwd, parsed_cmd, source, process_id, status, aggregated_output, exit_code, duration
 *
 * Shape:  what the text of an output cannot tell stays null; a text of no known format completes the command, inferred.
 */
import type { CommandSource } from '../items/decodable.ts'
import { absoluteIn, pathOfUrl } from '../items/file-url.ts'
import type { Json, JsonObject } from '../../json.ts'
import type { ItemCertainty } from '../../protocol.ts'
import { milliseconds, readCommandReport, scriptOf, withoutCutHeader } from './shell.ts'
import type { CommandExecution, RichContext } from './types.ts'
import { durationMs, reader, type Reader } from './values.ts'
import { joinWords } from '../items/shell-words.ts'

/** The directory of a command, relative to that of its turn. */
const directory = ({ cwd }: RichContext, own: string | null): string =>
  own === null || own === '' ? cwd : absoluteIn(cwd, own)

const running = (
  id: string,
  command: string,
  script: string,
  cwd: string,
  source: CommandSource
): CommandExecution => ({
  type: 'commandExecution',
  id,
  pluginId: null,
  scriptPath: null,
  command,
  cwd,
  processId: null,
  source,
  status: 'inProgress',
  commandActions: [{ type: 'unknown', command: script }],
  aggregatedOutput: null,
  exitCode: null,
  durationMs: null,
  certainty: 'derived'
})

/** The command a function call runs, still in progress; null when it runs none or its arguments do not say which. */
export const calledCommand = (
  id: string,
  name: string,
  call: Reader,
  context: RichContext
): CommandExecution | null => {
  const cwd = directory(context, call.text('workdir'))
  switch (name) {
    case 'shell':
    case 'container.exec': {
      // The TypeScript client took both names.
      const argv = call.texts('command') ?? call.texts('cmd')
      return argv === null ? null : running(id, joinWords(argv), scriptOf(argv), cwd, 'agent')
    }
    case 'shell_command': {
      const script = call.text('command')
      return script === null ? null : running(id, script, script, cwd, 'agent')
    }
    case 'exec_command': {
      const script = call.text('cmd')
      return script === null ? null : running(id, script, script, cwd, 'unifiedExecStartup')
    }
    default:
      return null
  }
}

/** The command of a local_shell_call, still in progress; null when it has no id or no argv. */
export const localShellCommand = (item: Reader, context: RichContext): CommandExecution | null => {
  const id = item.text('call_id') ?? item.text('id')
  const action = item.object('action')
  const argv = action?.texts('command') ?? null
  if (id === null || action === null || argv === null) return null
  const cwd = directory(context, action.text('working_directory'))
  return running(id, joinWords(argv), scriptOf(argv), cwd, 'agent')
}

const weaker = (a: ItemCertainty, b: ItemCertainty): ItemCertainty =>
  a === 'inferred' || b === 'inferred' ? 'inferred' : 'derived'

/**
 * A command after the output of a call about it. Every output of a session adds its text and the time that was waited; a
 * failure to feed or await a running process says nothing about the process.
 */
export const afterCommandOutput = (item: CommandExecution, text: string): CommandExecution => {
  if (item.status !== 'inProgress') return item
  const report = readCommandReport(text)
  if (report.kind !== 'ran' && item.processId !== null) return item
  switch (report.kind) {
    case 'ran': {
      const output = (item.aggregatedOutput ?? '') + report.output
      const runs = report.exitCode === null && report.processId !== null
      const failed = report.exitCode !== null && report.exitCode !== 0
      return {
        ...item,
        processId: report.processId ?? item.processId,
        status: runs ? 'inProgress' : failed ? 'failed' : 'completed',
        aggregatedOutput: output === '' ? null : output,
        exitCode: report.exitCode,
        durationMs:
          report.durationMs === null ? item.durationMs : (item.durationMs ?? 0) + report.durationMs,
        certainty: weaker(
          item.certainty,
          report.exitCode === null && !runs ? 'inferred' : 'derived'
        )
      }
    }
    case 'declined':
      return {
        ...item,
        command: report.command ?? item.command,
        source: 'agent',
        status: 'declined',
        certainty: weaker(item.certainty, 'derived')
      }
    case 'failed':
      return {
        ...item,
        command: report.command ?? item.command,
        status: 'failed',
        aggregatedOutput: report.output,
        certainty: weaker(item.certainty, 'derived')
      }
    case 'aborted':
      return { ...item, status: 'failed', certainty: 'inferred' }
    case 'unknown': {
      const aggregatedOutput = report.output === '' ? null : report.output
      return { ...item, status: 'completed', aggregatedOutput, certainty: 'inferred' }
    }
  }
}

const OPEN = '<user_shell_command>'
const CLOSE = '</user_shell_command>'
const COMMAND_OPEN = '<command>\n'
const COMMAND_CLOSE = '\n</command>\n<result>\n'
const RESULT_CLOSE = '\n</result>'
const RESULT = /^Exit code: (-?\d{1,10})\nDuration: ([\d.]{1,20}) seconds\nOutput:\n/

/** The text of a user message that may hold a `!command`, without the tags; null when it holds none. */
const userShellBody = (text: string): string | null => {
  const trimmed = text.trim()
  return trimmed.startsWith(OPEN) &&
    trimmed.endsWith(CLOSE) &&
    trimmed.length >= OPEN.length + CLOSE.length
    ? trimmed.slice(OPEN.length, -CLOSE.length).trim()
    : null
}

/** The command a person ran with `!`, from the message that tells the model about it; null when it is another message. */
export const userShellCommand = (
  id: string,
  text: string,
  context: RichContext
): CommandExecution | null => {
  const body = userShellBody(text)
  if (body === null) return null
  const item = (script: string) => running(id, script, script, context.cwd, 'userShell')
  const close = body.indexOf(COMMAND_CLOSE)
  const result = close < 0 ? '' : body.slice(close + COMMAND_CLOSE.length)
  const match = RESULT.exec(result)
  if (!body.startsWith(COMMAND_OPEN) || match === null || !result.endsWith(RESULT_CLOSE)) {
    return { ...item(body), status: 'completed', certainty: 'inferred' }
  }
  const exitCode = Number(match[1])
  const output = withoutCutHeader(result.slice(match[0].length, -RESULT_CLOSE.length))
  return {
    ...item(body.slice(COMMAND_OPEN.length, close)),
    status: exitCode === 0 ? 'completed' : 'failed',
    aggregatedOutput: output === '' ? null : output,
    exitCode,
    durationMs: milliseconds(match[2] ?? '')
  }
}

const SOURCES: ReadonlyMap<string | null, CommandSource> = new Map([
  ['user_shell', 'userShell'],
  ['unified_exec_startup', 'unifiedExecStartup'],
  ['unified_exec_interaction', 'unifiedExecInteraction']
])

const action = (json: Json, cwd: string): JsonObject => {
  const parsed = reader(json)
  const command = parsed.text('cmd') ?? ''
  const path = parsed.text('path')
  switch (parsed.text('type')) {
    case 'read':
      return path === null
        ? { type: 'unknown', command }
        : { type: 'read', command, name: parsed.text('name') ?? '', path: absoluteIn(cwd, path) }
    case 'list_files':
      return { type: 'listFiles', command, path }
    case 'search':
      return { type: 'search', command, query: parsed.text('query'), path }
    default:
      return { type: 'unknown', command }
  }
}

/** A command as an event recorded it, begun or ended; null when the event lacks its id, argv or directory. */
export const recordedCommand = (
  id: string | null,
  event: Reader,
  phase: 'begin' | 'end'
): CommandExecution | null => {
  const argv = event.texts('command')
  const place = event.text('cwd')
  if (id === null || argv === null || place === null) return null
  const cwd = pathOfUrl(place)
  const exitCode = phase === 'end' ? event.integer('exit_code') : null
  const status = event.text('status')
  const ended =
    status === 'completed' || status === 'failed' || status === 'declined'
      ? status
      : exitCode === 0
        ? 'completed'
        : 'failed'
  const output = phase === 'end' ? event.text('aggregated_output') : null
  return {
    type: 'commandExecution',
    id,
    pluginId: null,
    scriptPath: null,
    command: joinWords(argv),
    cwd,
    processId: event.text('process_id'),
    source: SOURCES.get(event.text('source')) ?? 'agent',
    status: phase === 'begin' ? 'inProgress' : ended,
    commandActions: (event.list('parsed_cmd') ?? []).map((parsed) => action(parsed, cwd)),
    aggregatedOutput: output === '' ? null : output,
    exitCode,
    durationMs: phase === 'end' ? durationMs(event.object('duration')) : null,
    certainty: 'recorded'
  }
}
