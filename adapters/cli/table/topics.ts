/**
 * What help explains beside commands: `unroll help TOPIC`.
 */
import { TIME_FORMS } from '../../../domain/time/typed-time.ts'
import { EXIT_CODES, GLOBAL_OPTIONS, optionHead, optionText, ROW_OPTIONS } from './commands.ts'
import { ENVIRONMENT } from './environment.ts'

/** Paragraphs, and then rows of a name and its meaning. */
export interface TopicSpec {
  readonly name: string
  readonly summary: string
  readonly about: ReadonlyArray<string>
  readonly rows: ReadonlyArray<readonly [head: string, text: string]>
}

const options: TopicSpec = {
  name: 'options',
  summary: 'Options of every command.',
  about: [],
  rows: GLOBAL_OPTIONS.map((option) => [optionHead(option), optionText(option)])
}

const output: TopicSpec = {
  name: 'output',
  summary: 'What commands print: tables, TSV, JSON, colors, pager.',
  about: [
    'Answers go to stdout; errors, notices, questions and progress go to stderr.',
    'On a terminal: tables cut to its width, colors, local times, and a pager for long text. Lists print 25 rows.',
    'In a pipe: tab-separated lines without a head, uncut, times in UTC, every row. A notice says if --limit left rows out.',
    'With --json: JSON Lines, one row per line and nothing else. Values are exact.',
    'Every list takes the options below. The names of fields are in docs/CLI.md; a wrong one lists them.',
    'A line that is no row has a member `$`: `error`, and if asked for `page` (--page-line) and `total` (--total).',
    'A JSON Schema describes every line: "unroll help --schema threads". A member is never removed or retyped within a number of its schema.',
    'An answer is whole if the exit code is 0. Control characters in transcripts are spelled out, so they cannot act on a terminal.'
  ],
  rows: [
    ...ROW_OPTIONS.map((option) => [optionHead(option), optionText(option)] as const),
    [
      'error',
      '`{"$":"error", "kind":…, "message":…, "hint":…, "retryable":…}`; `kind` is stable, `message` and `hint` are for people.'
    ],
    ['page', '`{"$":"page", "nextCursor":…, "backwardsCursor":…}`; --cursor takes them.'],
    ['total', '`{"$":"total",…}`: sums of the whole answer.']
  ]
}

const exitCodes: TopicSpec = {
  name: 'exit-codes',
  summary: 'What the exit codes mean.',
  about: [],
  rows: EXIT_CODES.map(([code, text]) => [String(code), text])
}

const environment: TopicSpec = {
  name: 'environment',
  summary: 'Variables of the environment that are read.',
  about: [
    'An option goes before a variable, and a variable before the file of settings ("unroll help settings").'
  ],
  rows: ENVIRONMENT
}

const settings: TopicSpec = {
  name: 'settings',
  summary: 'The file of settings.',
  about: [
    '`$XDG_CONFIG_HOME/unroll/config.toml`, else `~/.config/unroll/config.toml`. It is never read from the current directory.',
    'An option goes before the environment, and the environment before the file. ' +
      '"unroll help --why" prints where each value comes from.'
  ],
  rows: [
    ['home', 'Codex home, as CODEX_HOME.'],
    ['tz', 'Time zone, as TZ.'],
    ['prices', 'File of prices, as UNROLL_PRICES; relative to the file of settings.'],
    ['pager', 'Program that shows long output, as UNROLL_PAGER.'],
    ['color', '`auto`, `always` or `never`, as --color.'],
    ['[aliases]', 'A table of own commands, such as `today = "usage daily"`.']
  ]
}

const times: TopicSpec = {
  name: 'times',
  summary: 'How times are typed and shown.',
  about: [
    'Tables and text show local time with its zone: `TIME (EST)`. JSON, CSV and TSV have UTC with `Z`.',
    '--tz ZONE and --utc choose another zone for what is shown and for what is typed. Days of `usage` are days of this zone in every form.',
    '--since begins with a day, --until ends with it; --at means the end of a day. Every option that takes a time takes:'
  ],
  rows: TIME_FORMS
}

/** In the order of the help. */
export const TOPICS: ReadonlyArray<TopicSpec> = [
  options,
  times,
  output,
  exitCodes,
  environment,
  settings
]

export const topicOf = (name: string): TopicSpec | undefined =>
  TOPICS.find((topic) => topic.name === name)
