/**
 * The texts in which Codex hands a command's result to the model.
 *
 * exec_command, write_stdin   [Command: ARGV (0.115 to 0.119)] / [Chunk ID: HEX] / Wall time: S seconds / [Process exited with code N] /
 *                             [Process running with session ID N] / [Original token count: N] / Output: / TEXT
 * shell, shell_command        Exit code: N / Wall time: S seconds / [Total output lines: N] / Output: / TEXT
 * shell, local shell          {"output": TEXT, "metadata": {"exit_code": N, "duration_seconds": S}}
 * refused                     "exec command rejected by user", "`COMMAND` rejected: WHY" (policy),
 *                             "exec_command failed for `ARGV`: CreateProcess { message: "Rejected(…)" }"
 * not started                 `Rejected(…)` with another reason; "exec_command failed for `ARGV`: WHY", "execution error: WHY"
 * cut short                   "aborted by user after Ss", "Wall time: S seconds" / "aborted by user"
 * apply_patch                 one of the two reports above; refused: "patch rejected by user", "patch rejected: WHY" (policy);
 *                             not applied: "apply_patch verification failed: WHY"
 * apply_patch in a script     Wall time: S seconds / Output: / one of the two reports above: the shell never ran
 * exec, wait (code mode)      Script completed|failed|terminated|running with cell ID N / Wall time S seconds / Output: / TEXT
 * any tool                    "unsupported call: NAME", "unsupported custom tool call: NAME"
 *
 * Shape:  text in, facts out; anything else is `unknown`. All patterns are anchored, so hostile text costs one pass.
 * Source: outputs recorded from 0.130.0, 0.142.5 and 0.169.0, and the strings in their binaries.
 */
import { parseObject } from './values.ts'
import { joinWords } from '../items/shell-words.ts'

const SHELL = /^(?:\S*\/)?(?:bash|zsh|sh)$/

/** The script of an argv that only wraps one in a shell, else the whole argv as one line. */
export const scriptOf = (argv: ReadonlyArray<string>): string => {
  const [shell = '', flag, script] = argv
  const wraps = argv.length === 3 && SHELL.test(shell) && (flag === '-lc' || flag === '-c')
  return wraps && script !== undefined ? script : joinWords(argv)
}

/** What a text says about a command. */
export type CommandReport =
  /** It ran, or still runs when there is no exit code but a process id. */
  | {
      readonly kind: 'ran'
      readonly exitCode: number | null
      readonly processId: string | null
      readonly durationMs: number | null
      /** True when code and time stand in JSON, false when they stand in plain text. */
      readonly isJson: boolean
      readonly output: string
    }
  /** It was refused: by whoever was asked, a person or an automatic reviewer, or by a rule; `command` where the text quotes it. */
  | {
      readonly kind: 'declined'
      readonly by: 'asked' | 'policy'
      readonly command: string | null
    }
  /** It could not be run. */
  | { readonly kind: 'failed'; readonly command: string | null; readonly output: string }
  /** The turn was cut short before it answered. */
  | { readonly kind: 'aborted' }
  /** A text of no known format. */
  | { readonly kind: 'unknown'; readonly output: string }

/** Seconds as text to whole milliseconds, rounded down as Codex does; null when it is not a number. */
export const milliseconds = (seconds: string): number | null => {
  const tenths = Math.round(Number(seconds) * 10_000)
  return Number.isSafeInteger(tenths) ? Math.floor(tenths / 10) : null
}

const UNIFIED =
  /^(?:Command: [\s\S]*?\n)?(?:Chunk ID: [^\n]*\n)?Wall time: ([\d.]{1,20}) seconds\n(?:Process exited with code (-?\d{1,10})\n)?(?:Process running with session ID (\d{1,20})\n)?(?:Original token count: \d+\n)?Output:(?:\n|$)/
const FREEFORM =
  /^Exit code: (-?\d{1,10})\nWall time: ([\d.]{1,20}) seconds\n(?:Total output lines: \d+\n)?Output:(?:\n|$)/
const ABORTED = /^(?:aborted by user after [\d.]+s|Wall time: [\d.]+ seconds\naborted by user)$/
const DECLINED =
  /^(?:(?:(?:(?:exec )?command|patch) rejected by user|rejected by user)$|This action was rejected )/
const FORBIDDEN =
  /^(?:Command blocked by PreToolUse hook: |approval policy is |patch rejected: |`[\s\S]*` rejected: )/
const NOT_STARTED =
  /^(?:exec_command failed(?: for `|: )|(?:execution error|write_stdin failed|failed to parse function arguments|apply_patch verification failed): |unsupported (?:custom tool )?call: )/
const QUOTED = /^exec_command failed for `([\s\S]*)`: /
const REJECTED = /CreateProcess \{ message: "Rejected\(\\"([\s\S]*)$/
/** What stands in `Rejected(…)` when a rule refused; anything else is the reason why a process could not be made. */
const BY_RULE =
  /^(?:approval policy is |Command blocked by PreToolUse hook: |[\s\S]{0,4096}?(?:rejected: |by policy))/

const CUT = /…\d+ (?:tokens|chars) truncated…|\[\.\.\. omitted \d+ of \d+ lines \.\.\.\]/
const CUT_HEADER =
  /^(?:Warning: truncated output \(original token count: \d+\)\n)?Total output lines: \d+\n\n/

/** The output without the lines Codex puts above an output that it cut. */
export const withoutCutHeader = (output: string): string =>
  CUT.test(output) ? output.replace(CUT_HEADER, '') : output

const structured = (text: string): CommandReport | null => {
  const body = text.startsWith('{') ? parseObject(text) : null
  const metadata = body?.object('metadata')
  const output = body?.text('output')
  const exitCode = metadata?.integer('exit_code')
  if (typeof output !== 'string' || typeof exitCode !== 'number') return null
  const seconds = metadata?.number('duration_seconds') ?? null
  return {
    kind: 'ran',
    exitCode,
    processId: null,
    durationMs: seconds === null ? null : milliseconds(String(seconds)),
    isJson: true,
    output: withoutCutHeader(output)
  }
}

const freeform = (text: string): CommandReport | null => {
  const match = FREEFORM.exec(text)
  if (match === null) return null
  const [header, exitCode, seconds = ''] = match
  return {
    kind: 'ran',
    exitCode: Number(exitCode),
    processId: null,
    durationMs: milliseconds(seconds),
    isJson: false,
    output: withoutCutHeader(text.slice(header.length))
  }
}

const refused = (text: string, command: string | null): CommandReport | null => {
  const why = REJECTED.exec(text)?.[1]
  if (why === undefined) return null
  if (why.startsWith('rejected by user') || why.startsWith('This action was rejected '))
    return { kind: 'declined', by: 'asked', command }
  return BY_RULE.test(why) ? { kind: 'declined', by: 'policy', command } : null
}

/** True for the text in place of an output when the turn was cut short. */
export const isAborted = (text: string): boolean => ABORTED.test(text)

const UNSUPPORTED = /^unsupported (?:custom tool )?call: /

/** True for the answer that there is no tool of this name, with or without its namespace. */
export const isUnsupported = (text: string, name: string): boolean =>
  UNSUPPORTED.test(text) && text.endsWith(name)

/** What the text of a code-mode tool says about its script. */
export interface ScriptReport {
  readonly kind: 'completed' | 'failed' | 'terminated' | 'running'
  /** The cell a running script goes on in. */
  readonly cellId: string | null
  readonly waitedMs: number | null
}

const SCRIPT =
  /^Script (?:(completed|failed|terminated)|running with cell ID ([^\n]{1,128}))\nWall time ([\d.]{1,20}) seconds\nOutput:(?:\n|$)/
const NO_CELL = /\nScript error:\nexec cell \S+ not found\s*$/

/** Reads what `exec` or `wait` of code mode answered with; null when the text is no such report. */
export const readScriptReport = (text: string): ScriptReport | null => {
  const match = SCRIPT.exec(text)
  if (match === null) return null
  const [, kind = 'running', cellId = null, seconds = ''] = match
  return { kind: kind as ScriptReport['kind'], cellId, waitedMs: milliseconds(seconds) }
}

/** True for the answer that no script runs in the cell that was waited for. */
export const isNoCell = (text: string): boolean => NO_CELL.test(text)

/** Reads the text a command tool answered with. Total: a text of no known format is `unknown`. */
export const readCommandReport = (text: string): CommandReport => {
  const unified = UNIFIED.exec(text)
  if (unified !== null) {
    const [header, seconds = '', exitCode, processId] = unified
    const output = text.slice(header.length)
    // A patch in a script is applied without the shell; its own report takes the place of the output.
    const isPatch = exitCode === undefined && processId === undefined
    const inner = isPatch ? (freeform(output) ?? structured(output)) : null
    if (inner !== null) return inner
    return {
      kind: 'ran',
      exitCode: exitCode === undefined ? null : Number(exitCode),
      processId: processId ?? null,
      durationMs: milliseconds(seconds),
      isJson: false,
      output: withoutCutHeader(output)
    }
  }
  const plain = freeform(text)
  if (plain !== null) return plain
  if (ABORTED.test(text)) return { kind: 'aborted' }
  const command = QUOTED.exec(text)?.[1] ?? null
  if (DECLINED.test(text)) return { kind: 'declined', by: 'asked', command: null }
  if (FORBIDDEN.test(text)) return { kind: 'declined', by: 'policy', command: null }
  if (NOT_STARTED.test(text))
    return refused(text, command) ?? { kind: 'failed', command, output: text }
  return structured(text) ?? { kind: 'unknown', output: text }
}
