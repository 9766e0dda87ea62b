// docs/CLI.md and docs/CHECK.md as they follow from the command table, the columns of rows and the catalogue of problems.
// `UPDATE_DOCS=1 npx mocha test/adapters/cli/docs.test.ts test/adapters/upkeep/check/catalogue.test.ts` writes them.
import { KINDS, PROBLEM_KINDS } from '../../../domain/upkeep/check/kinds.ts'
import { ERROR_KIND } from '../../../domain/errors.ts'
import {
  COMMANDS,
  EXIT_CODES,
  GLOBAL_OPTIONS,
  optionHead,
  optionText,
  ROW_OPTIONS,
  formsOf,
  synopsisOf,
  type CommandForm,
  type CommandSpec,
  type OptionSpec
} from '../../../adapters/cli/table/commands.ts'
import { EXIT, OWN_KINDS } from '../../../adapters/cli/text/report.ts'
import { paragraphsOf } from '../../../adapters/cli/commands/explain.ts'
import { withRows } from '../../../adapters/cli/man/rows.ts'

const cell = (text: string): string => text.replace(/\|/g, '\\|')

const optionTable = (options: ReadonlyArray<OptionSpec>): string =>
  [
    '| option | meaning |',
    '|---|---|',
    ...options.map((o) => `| \`${optionHead(o)}\` | ${cell(optionText(o))} |`)
  ].join('\n')

const wordMarkdown = (form: CommandForm): ReadonlyArray<string> => {
  const { word, title, summary, about } = form
  if (word === null) return []
  const own = word.options
  return [`### unroll ${title}`, summary, ...about, ...(own.length === 0 ? [] : [optionTable(own)])]
}

const commandMarkdown = (command: CommandSpec): string => {
  const { summary, about, options, output, exits, examples } = command
  const written = formsOf(command)
  const forms = [
    ['On a terminal', withRows(output.human, 'heads')],
    ['Piped, tab-separated', output.tsv === undefined ? undefined : withRows(output.tsv, 'fields')],
    [`\`--json\` ([schema](../schemas/${command.name}.json))`, output.json]
  ].flatMap(([name, text]) => (text === undefined ? [] : [`- ${name}: ${text}`]))
  const typed = examples.map(([line, what]) => `${line}   # ${what}`)
  const parts = [
    `## unroll ${command.name}`,
    `\`\`\`\n${written.map(synopsisOf).join('\n')}\n\`\`\``,
    summary,
    ...about,
    ...(options.length === 0 ? [] : [optionTable(options)]),
    ...written.flatMap(wordMarkdown),
    `Output:\n\n${forms.join('\n')}`,
    `Exit codes: ${exits.join(', ')}.`,
    ...(typed.length === 0 ? [] : [`\`\`\`sh\n${typed.join('\n')}\n\`\`\``])
  ]
  return parts.join('\n\n')
}

const FORMS = [
  '## Output',
  'A terminal gets tables and times in its time zone. No row is wider than the terminal: the less important columns are left out until the rest ' +
    'fits, and one column of text is cut. A pipe gets tab-separated lines ' +
    'without a head, times in UTC, nothing cut, and every row unless `--limit` says otherwise; that rows were left out is said on stderr. ' +
    '`--json` gives JSON Lines: one row per line on stdout and nothing else there; notices go to stderr. A line that is no row has a member `$`: ' +
    '`error`, and where they are asked for `page` and `total`. A progress line appears on stderr only when that ' +
    'is a terminal and reading takes longer than 300 ms.',
  'Every command that prints rows takes these options; the fields are those of the tab-separated lines. `UNROLL_JSON=1` in the environment stands ' +
    'for `--json` where a command has it.',
  optionTable(ROW_OPTIONS),
  'Transcripts are hostile input. On a terminal and in tab-separated fields, control characters (C0, C1, ' +
    'escape sequences) and bidirectional controls are spelled out as `\\x1b` or `\\u202e`; a tab, a line ' +
    'end and a backslash inside a tab-separated field are `\\t`, `\\n` and `\\\\`. JSON escapes the same ' +
    'characters, so its values are exact.',
  'The colours of text for people follow `--color`, then `NO_COLOR`, then `FORCE_COLOR`, then whether ' +
    'stdout is a terminal.'
]

const kindRows = (): ReadonlyArray<string> => [
  ...Object.entries(OWN_KINDS).map(([kind, [code, text]]) => `| \`${kind}\`: ${text} | ${code} |`),
  ...Object.entries(ERROR_KIND).map(
    ([tag, kind]) => `| \`${kind}\` | ${EXIT[tag as keyof typeof EXIT]} |`
  )
]

const failures = (): ReadonlyArray<string> => [
  '## Failures',
  'A failure prints two lines on stderr: what is wrong, and what to type next. With `--json` it is the last line on ' +
    'stdout instead; lines before it are whole and valid:',
  '```json\n{"$":"error","kind":"thread_not_found","message":"…","hint":"…","retryable":false}\n```',
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
      '`UPDATE_DOCS=1 npx mocha test/adapters/cli/docs.test.ts` writes it again.',
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

const CHECK_INTRODUCTION = `# Checking

\`unroll check\` reads every rollout of a home once, from start to end, and reports damage: the kind of problem, its bytes, its effect, and
what to type next. It writes nothing into the home. This page is made from the same rows as \`unroll explain\`.

## What a finding is

| severity | meaning | counts for the exit code |
|---|---|---|
| \`broken\` | content is not read, by unroll or by a Codex | yes |
| \`warning\` | everything is read, but something is inconsistent and may cause damage later | yes |
| \`note\` | harmless | no |

The severity below is the usual one. A finding may be milder, and its \`facts\` give the reason: the newest turn of a thread is open, a
writer has the file open, the turn was interrupted during the call, or the whole copy of a partial line can be read.

\`range\` counts bytes of the file, without the newline; of a compressed file, bytes of its content. \`revision\` is the number of the
line in its file, without blank lines. A line has one finding: one that holds several events is not also reported as truncated.
A file has up to 1000 findings of a kind; a last one counts how many \`more\` there are.

## What it costs

- Every byte is read once. A line of up to 512 KiB is parsed. In a longer one, long texts are shortened first. If more than 512 KiB remain,
  or a key or a name is long, the line is only scanned: that it is UTF-8 and one JSON value is checked, whether its payload fits its
  kind is not. \`partlyRead\` counts such lines. A line of 256 MiB or more is \`line_too_long\`.
- Memory does not grow with the file. Kept per file: 100,000 ids of turns and of calls (for older ones \`duplicate_turn_id\` and
  \`orphan_output\` are not reported), 32 places in a damaged line where another event begins, and 1000 findings of a kind.
- Other work of the process runs every 10 ms.
- Lines appended after a file was opened are left for the next check. While a writer is active, an incomplete last line and an open turn are
  no finding, or a note. Active means: a Codex from 0.148 on or an unroll holds the thread, or the file grew during the check.

## From a program

\`\`\`ts
import { checkHome } from 'codex-unroll'
for await (const { kind, path, range } of checkHome({ home: '/home/me/.codex' })) console.log(kind, path, range)
\`\`\`

## Kinds
`

/** docs/CHECK.md. */
export const renderCheckMarkdown = (): string => {
  const kinds = PROBLEM_KINDS.map(
    (kind) => `| [\`${kind}\`](#${kind}) | ${KINDS[kind].severity} | ${KINDS[kind].meaning} |`
  )
  const details = PROBLEM_KINDS.map((kind) => {
    const sides = paragraphsOf(kind).map(([name, text]) => `- **${name}**: ${text}`)
    return `### ${kind}\n\n${sides.join('\n')}\n`
  })
  return `${CHECK_INTRODUCTION}\n| kind | severity | meaning |\n|---|---|---|\n${kinds.join('\n')}\n\n${details.join('\n')}`
}
