/**
 * The command table in words: `unroll help` and docs/CLI.md.
 */
import { ERROR_KIND } from '../../../domain/errors.ts'
import {
  COMMANDS,
  commandOf,
  EXIT_CODES,
  GLOBAL_OPTIONS,
  synopsis,
  type CommandSpec,
  type OptionSpec
} from '../table/commands.ts'
import { EXIT, OWN_KINDS, report, usage } from '../text/report.ts'
import type { PlainCommand } from '../session.ts'

const WIDTH = 80

/** Breaks a text into lines; every line but the first begins with the indent. */
const wrap = (text: string, indent: number): string => {
  const lines: Array<string> = []
  let line = ''
  for (const word of text.split(' ')) {
    if (line !== '' && indent + line.length + 1 + word.length > WIDTH) {
      lines.push(line)
      line = word
    } else line = line === '' ? word : `${line} ${word}`
  }
  return [...lines, line].join(`\n${' '.repeat(indent)}`)
}

const optionHead = ({ name, short, value }: OptionSpec): string =>
  `${short === undefined ? '' : `-${short}, `}--${name}${value === undefined ? '' : ` ${value}`}`

const choicesOf = ({ choices, range }: OptionSpec): string => {
  if (choices !== undefined) return ` One of ${choices.join(', ')}.`
  return range === undefined || range[1] === Number.MAX_SAFE_INTEGER
    ? ''
    : ` ${range[0]} to ${range[1]}.`
}

const INDENT = 22

const optionLines = (options: ReadonlyArray<OptionSpec>): string =>
  options
    .map((option) => {
      const text = wrap(`${option.text}${choicesOf(option)}`.replace(/`/g, ''), INDENT)
      const head = optionHead(option)
      const gap = head.length < INDENT - 2 ? '' : `\n${' '.repeat(INDENT)}`
      return `  ${gap === '' ? head.padEnd(INDENT - 2) : head}${gap}${text}\n`
    })
    .join('')

/** Help of one command, for a terminal. */
export const renderCommand = (command: CommandSpec): string => {
  const { summary, about, options, examples, exits } = command
  const parts = [
    `${synopsis(command)}\n\n${summary}\n`,
    ...about.map((text) => `${wrap(text.replace(/`/g, ''), 0)}\n`),
    ...(options.length === 0 ? [] : [`Options:\n${optionLines(options)}`]),
    `Options of every command:\n${optionLines(GLOBAL_OPTIONS)}`,
    ...(examples.length === 0
      ? []
      : [`Examples:\n${examples.map(([typed, what]) => `  ${typed}\n      ${what}\n`).join('')}`]),
    `Exit codes: ${exits.join(', ')}; see "unroll help".\n`
  ]
  return parts.join('\n')
}

/** Help of everything, for a terminal. */
export const renderOverview = (): string => {
  const commands = COMMANDS.map((command) => {
    const head = [command.name, ...command.args].join(' ')
    return `  ${head.padEnd(31)}${command.summary}\n`
  })
  const codes = EXIT_CODES.map(([code, text]) => `  ${String(code).padEnd(5)}${wrap(text, 7)}\n`)
  return [
    'unroll reads the threads Codex wrote, straight from the rollout files.\n',
    `Commands:\n${commands.join('')}`,
    `Options of every command:\n${optionLines(GLOBAL_OPTIONS)}`,
    `Exit codes:\n${codes.join('')}`,
    'Type "unroll help <command>" for one of them.\n'
  ].join('\n')
}

const cell = (text: string): string => text.replace(/\|/g, '\\|')

const optionTable = (options: ReadonlyArray<OptionSpec>): string =>
  [
    '| option | meaning |',
    '|---|---|',
    ...options.map((o) => `| \`${optionHead(o)}\` | ${cell(`${o.text}${choicesOf(o)}`)} |`)
  ].join('\n')

const commandMarkdown = (command: CommandSpec): string => {
  const { summary, about, options, output, exits, examples } = command
  const forms = [
    ['On a terminal', output.human],
    ['Piped, tab-separated', output.tsv],
    ['`--json`', output.json]
  ].flatMap(([name, text]) => (text === undefined ? [] : [`- ${name}: ${text}`]))
  const typed = examples.map(([line, what]) => `${line}   # ${what}`)
  const parts = [
    `## unroll ${command.name}`,
    `\`\`\`\n${synopsis(command)}\n\`\`\``,
    summary,
    ...about,
    ...(options.length === 0 ? [] : [optionTable(options)]),
    `Output:\n\n${forms.join('\n')}`,
    `Exit codes: ${exits.join(', ')}.`,
    ...(typed.length === 0 ? [] : [`\`\`\`sh\n${typed.join('\n')}\n\`\`\``])
  ]
  return parts.join('\n\n')
}

const FORMS = [
  '## Output',
  'A terminal gets tables cut to its width and times in its time zone. A pipe gets tab-separated lines ' +
    'without a head, times in UTC, nothing cut. `--json` gives JSON Lines: one JSON value per line on ' +
    'stdout and nothing else there; notices go to stderr. A progress line appears on stderr only when that ' +
    'is a terminal and reading takes longer than 300 ms.',
  'Transcripts are hostile input. On a terminal and in tab-separated fields, control characters (C0, C1, ' +
    'escape sequences) and bidirectional controls are spelled out as `\\x1b` or `\\u202e`; a tab, a line ' +
    'end and a backslash inside a tab-separated field are `\\t`, `\\n` and `\\\\`. JSON escapes the same ' +
    'characters, so its values are exact.',
  'The colours of text for people follow `--color`, then `NO_COLOR`, then `FORCE_COLOR`, then whether ' +
    'stdout is a terminal.'
]

const kindRows = (): ReadonlyArray<string> => {
  const engine = Object.entries(ERROR_KIND).map(
    ([tag, kind]) => `| \`${kind}\` | ${EXIT[tag as keyof typeof EXIT]} |`
  )
  const codes = { usage: 2, home_not_found: 3, not_an_index: 2, internal: 70 } as const
  const own = Object.entries(OWN_KINDS).map(
    ([kind, text]) => `| \`${kind}\`: ${text} | ${codes[kind as keyof typeof codes]} |`
  )
  return [...own, ...engine]
}

const failures = (): ReadonlyArray<string> => [
  '## Failures',
  'People read two lines on stderr: what is wrong, and what to type next. With `--json` the last line on ' +
    'stdout is one envelope instead; lines before it are whole and valid:',
  '```json\n{"error":{"kind":"thread_not_found","message":"…","hint":"…","retryable":false}}\n```',
  '`kind` is stable and meant for programs; `message` and `hint` are for people and may change. ' +
    '`retryable` is true when the same command may succeed later without any change.',
  `| kind | exit code |\n|---|---|\n${kindRows().join('\n')}`
]

/** docs/CLI.md. */
export const renderCliMarkdown = (): string => {
  const contents = COMMANDS.map(
    (c) => `| [\`${c.name}\`](#unroll-${c.name}) | ${cell(c.summary)} |`
  )
  const codes = EXIT_CODES.map(([code, text]) => `| ${code} | ${cell(text)} |`)
  const parts = [
    '# Command line',
    'Rendered from the command table in `adapters/cli/table/commands.ts`; ' +
      '`UPDATE_DOCS=1 npx mocha test/cli/docs.test.ts` writes it again.',
    `| command | what it does |\n|---|---|\n${contents.join('\n')}`,
    '## Options of every command',
    optionTable(GLOBAL_OPTIONS),
    ...FORMS,
    '## Exit codes',
    `| code | meaning |\n|---|---|\n${codes.join('\n')}`,
    ...failures(),
    ...COMMANDS.map(commandMarkdown)
  ]
  return `${parts.join('\n\n')}\n`
}

/** Prints help; see the command table. */
export const helpCommand: PlainCommand = async (input, io) => {
  const [name] = input.args
  const command = name === undefined ? undefined : commandOf(name)
  if (name !== undefined && command === undefined) {
    const names = COMMANDS.map((known) => known.name).join(', ')
    return report(usage(`there is no command "${name}"`, `commands: ${names}`), false, io)
  }
  await io.out(command === undefined ? renderOverview() : renderCommand(command))
  return 0
}
