/**
 * The texts in which Codex hands a command's result to the model.
 *
 * exec_command, write_stdin   [Chunk ID: HEX] / Wall time: S seconds / [Process exited with code N] /
 *                             [Process running with session ID N] / [Original token count: N] / Output: / TEXT
 * shell, shell_command        Exit code: N / Wall time: S seconds / [Total output lines: N] / Output: / TEXT
 * shell, local shell          {"output": TEXT, "metadata": {"exit_code": N, "duration_seconds": S}}
 * refused                     "exec command rejected by user", "`COMMAND` rejected: WHY" (policy),
 *                             "exec_command failed for `ARGV`: CreateProcess { message: "Rejected(…)" }"
 * not started                 "exec_command failed for `ARGV`: WHY", "execution error: WHY"
 * cut short                   "aborted by user after Ss", "Wall time: S seconds" / "aborted by user"
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
      readonly output: string
    }
  /** It was refused; `command` where the text quotes it. */
  | { readonly kind: 'declined'; readonly command: string | null }
  /** It could not be run. */
  | { readonly kind: 'failed'; readonly command: string | null; readonly output: string }
  /** The turn was cut short while it was waited for. */
  | { readonly kind: 'aborted' }
  /** A text of no known format. */
  | { readonly kind: 'unknown'; readonly output: string }

/** Seconds as text to whole milliseconds, rounded down as Codex does; null when it is not a number. */
export const milliseconds = (seconds: string): number | null => {
  const tenths = Math.round(Number(seconds) * 10_000)
  return Number.isSafeInteger(tenths) ? Math.floor(tenths / 10) : null
}

const UNIFIED =
  /^(?:Chunk ID: [^\n]*\n)?Wall time: ([\d.]{1,20}) seconds\n(?:Process exited with code (-?\d{1,10})\n)?(?:Process running with session ID (\d{1,20})\n)?(?:Original token count: \d+\n)?Output:(?:\n|$)/
const FREEFORM =
  /^Exit code: (-?\d{1,10})\nWall time: ([\d.]{1,20}) seconds\n(?:Total output lines: \d+\n)?Output:(?:\n|$)/
const ABORTED = /^(?:aborted by user after [\d.]+s|Wall time: [\d.]+ seconds\naborted by user)$/
const DECLINED = /^(?:(?:exec )?command rejected by user|rejected by user)$/
const FORBIDDEN =
  /^(?:Command blocked by PreToolUse hook: |This action was rejected |approval policy is |`[\s\S]*` rejected: )/
const NOT_STARTED =
  /^(?:exec_command failed(?: for `|: )|execution error: |failed to parse function arguments: )/
const QUOTED = /^exec_command failed for `([\s\S]*)`: /
const REJECTED = /CreateProcess \{ message: "Rejected\(/

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
    output: withoutCutHeader(output)
  }
}

/** Reads the text a command tool answered with. Total: a text of no known format is `unknown`. */
export const readCommandReport = (text: string): CommandReport => {
  const unified = UNIFIED.exec(text)
  if (unified !== null) {
    const [header, seconds = '', exitCode, processId] = unified
    return {
      kind: 'ran',
      exitCode: exitCode === undefined ? null : Number(exitCode),
      processId: processId ?? null,
      durationMs: milliseconds(seconds),
      output: withoutCutHeader(text.slice(header.length))
    }
  }
  const freeform = FREEFORM.exec(text)
  if (freeform !== null) {
    const [header, exitCode, seconds = ''] = freeform
    const durationMs = milliseconds(seconds)
    const output = withoutCutHeader(text.slice(header.length))
    return { kind: 'ran', exitCode: Number(exitCode), processId: null, durationMs, output }
  }
  if (ABORTED.test(text)) return { kind: 'aborted' }
  const command = QUOTED.exec(text)?.[1] ?? null
  if (DECLINED.test(text) || FORBIDDEN.test(text)) return { kind: 'declined', command: null }
  if (NOT_STARTED.test(text)) {
    return REJECTED.test(text)
      ? { kind: 'declined', command }
      : { kind: 'failed', command, output: text }
  }
  return structured(text) ?? { kind: 'unknown', output: text }
}
