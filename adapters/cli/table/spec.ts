/**
 * What a row of the command table is, and the options that several commands share.
 */
import { SOURCE_KINDS } from '../../../projections/thread-row.ts'

export interface OptionSpec {
  readonly name: string
  readonly short?: string
  /** Placeholder of its value; absent for a flag. */
  readonly value?: string
  readonly many?: boolean
  readonly choices?: ReadonlyArray<string>
  /** For whole numbers: the smallest and the largest allowed. */
  readonly range?: readonly [number, number]
  readonly text: string
}

/**
 * What a command prints, by form. A command without `json` refuses `--json`. Names of rows in braces stand for the heads
 * of their columns in `human` and for their fields in `tsv`.
 */
export interface OutputSpec {
  readonly human: string
  readonly tsv?: string
  readonly json?: string
}

/** Groups of commands, in the order of the help. */
export const GROUPS = [
  'Browse',
  'Inspect',
  'Report',
  'Change',
  'Health',
  'Move & serve',
  'More'
] as const

export type CommandGroup = (typeof GROUPS)[number]

/** A word inside a command: the `seal` of `unroll audit seal`. Its examples are those of the command that begin with it. */
export interface WordSpec {
  readonly name: string
  readonly aliases?: ReadonlyArray<string>
  /** As those of a command, behind the word. */
  readonly args: ReadonlyArray<string>
  readonly summary: string
  readonly about?: ReadonlyArray<string>
  /** Options of this word only; those of the command go with every word, unless it also stands by itself. */
  readonly options: ReadonlyArray<OptionSpec>
}

export interface CommandSpec {
  readonly name: string
  readonly aliases?: ReadonlyArray<string>
  readonly group: CommandGroup
  /** Placeholders of its arguments; one in brackets is optional, and with `...` may be repeated. None with words. */
  readonly args: ReadonlyArray<string>
  readonly words?: ReadonlyArray<WordSpec>
  /** What happens without a word: this word; or, with `itself`, the command that has `args`. Absent: it lists its words. */
  readonly withoutWord?: string
  readonly summary: string
  readonly about: ReadonlyArray<string>
  readonly options: ReadonlyArray<OptionSpec>
  /** Options that exclude each other. */
  readonly conflicts?: ReadonlyArray<readonly [string, string]>
  readonly output: OutputSpec
  readonly exits: ReadonlyArray<number>
  /** A command and what it does. */
  readonly examples: ReadonlyArray<readonly [string, string]>
}

/** A word inside a command as it is written: `verify [file]`. */
export const word = (
  written: string,
  summary: string,
  options: ReadonlyArray<OptionSpec> = [],
  more: Pick<WordSpec, 'about' | 'aliases'> = {}
): WordSpec => {
  const [name = '', ...args] = written.split(' ')
  return { name, args, summary, options, ...more }
}

/** An option as it is written: `limit N`, `archived`; dots behind the value where it may be repeated: `cwd DIR...`. */
export const option = (
  written: string,
  text: string,
  more: Pick<OptionSpec, 'short' | 'choices' | 'range'> = {}
): OptionSpec => {
  const [name = '', value = ''] = written.split(' ')
  return {
    name,
    ...(value === '' ? {} : { value: value.replace(/\.\.\.$/, '') }),
    ...(value.endsWith('...') ? { many: true } : {}),
    ...more,
    text
  }
}

/** The most a list prints at once. */
export const LIMIT_MAX = 1_000_000

/** A whole number without an upper bound. */
export const ANY_COUNT = { range: [0, Number.MAX_SAFE_INTEGER] } as const

/** How many rows a command prints. */
export const limit = (
  text = 'How many to print. Default: 25 on a terminal, all in a pipe.'
): OptionSpec => option('limit N', text, { short: 'n', range: [1, LIMIT_MAX] })

/** Which rows of a list are printed. */
export const PAGING: ReadonlyArray<OptionSpec> = [
  limit(),
  option('all-rows', 'Print every row, also on a terminal.'),
  option('cursor CURSOR', 'Begin at `nextCursor` or `backwardsCursor` of an earlier page.'),
  option(
    'page-line',
    'With --json: end with a line `{"$":"page","nextCursor":…,"backwardsCursor":…}`.'
  )
]

export const TOTAL = option('total', 'With --json: end with a line `{"$":"total",…}`.')

export const MAX_BYTES = option(
  'max-bytes N',
  'Limit the page to N bytes of JSON. A single larger item is truncated and marked. The next page begins at `nextCursor`. Default: no limit.',
  { range: [1, Number.MAX_SAFE_INTEGER] }
)

const TIMES = '`2026-11-21T14:30`, `yesterday` (its end), `2h`; see `unroll help times`'

export const AT_TIME = option(
  'at TIME',
  `Show the state at an earlier time: ${TIMES}. Default: now.`
)

export const AT = option(
  'at REVISION|TURN|TIME',
  `Show the state at an earlier point: before a revision, at the end of a turn (an id or id prefix), or at a time: ${TIMES}. Default: now.`
)

/** Only what happened between two times; `scope` says with which word. */
export const between = (scope = ''): ReadonlyArray<OptionSpec> => {
  const [begin, end] = scope === '' ? ['Begin', 'End'] : [`${scope} begin`, `${scope} end`]
  return [
    option(
      'since TIME',
      `${begin} at this time, or with this day: \`2026-11-21\`, \`today\`, \`7d\`; see \`unroll help times\`.`
    ),
    option('until TIME', `${end} before this time, or with this day, the whole of it.`)
  ]
}

/** Options of every command that prints rows. */
export const ROW_OPTIONS: ReadonlyArray<OptionSpec> = [
  option(
    'csv',
    'Print CSV with a head, for spreadsheets. A text that looks like a formula gets an apostrophe in front.'
  ),
  option('tsv', 'Print tab-separated lines, as in a pipe.'),
  option('table', 'Print a table, also in a pipe.'),
  option(
    'fields NAMES',
    'Only these fields, in this order: `--fields id,name`. With --json they are members of the row, with the same values.'
  ),
  option(
    'format TEXT',
    'Print a line of this text for each row: `{id} {name|truncate:40} {updatedAt|ago}`. Filters: truncate:N, pad:N, ago, local, size, default:TEXT.'
  ),
  option('header', 'Begin tab-separated lines with the names of the fields.'),
  option('no-header', 'Leave out the head of a table or of CSV.'),
  option('out FILE', 'Write to this new file instead of stdout: whole, or not at all.', {
    short: 'o'
  }),
  option('force', 'Replace the file of --out.')
]

/** Options of rows that exclude each other. */
export const ROW_CONFLICTS: ReadonlyArray<readonly [string, string]> = [
  ...(['csv', 'tsv', 'table', 'format'] as const).map((form) => [form, 'json'] as const),
  ['csv', 'tsv'],
  ['csv', 'table'],
  ['csv', 'format'],
  ['tsv', 'table'],
  ['tsv', 'format'],
  ['table', 'format'],
  ['format', 'fields'],
  ['format', 'header'],
  ['json', 'header'],
  ['json', 'no-header'],
  ['header', 'no-header']
]

export const DRY_RUN = option('dry-run', 'Show what would happen without changing anything.')

export const NO_PAGER = option('no-pager', 'Print everything at once.')

export const YES = option('yes', 'Answer every question with yes.', { short: 'y' })

export const SOURCE = option(
  'source KIND...',
  'Only this kind of source; `subAgent` means every kind of sub-agent.',
  { choices: SOURCE_KINDS }
)

export const ALL_SOURCES = option('all', 'Include sub-agents, exec runs and app-server clients.')

/** The direction of a list. */
export const ordering = (usual: 'oldest' | 'newest' = 'newest'): ReadonlyArray<OptionSpec> => [
  option('asc', `Oldest first.${usual === 'oldest' ? ' The default.' : ''}`),
  option('desc', `Newest first.${usual === 'newest' ? ' The default.' : ''}`),
  option('order WAY', 'The same as --asc or --desc.', { choices: ['asc', 'desc'] })
]

/** Only one direction is asked for. */
export const ONE_ORDER: ReadonlyArray<readonly [string, string]> = [
  ['asc', 'desc'],
  ['asc', 'order'],
  ['desc', 'order']
]

/** The newest thread, as it is typed. */
export const NEWEST_THREAD = '@1'

export const LAST = option('last', 'The newest thread, as `@1`, instead of naming one.')

/** Where the arguments of a command name a thread; -1 where none does. */
export const threadPlace = (args: ReadonlyArray<string>): number =>
  args.findIndex((arg) => /^[<[]thread(?:\.\.\.)?[>\]]$/.test(arg))

export const EXIT_ZERO = option('exit-zero', 'End with exit code 0, also if something was found.')

/** How a turn is named. */
export const TURN_NAME =
  'An id, a unique id prefix, a number (`7`, `#7`), or counted from the end (`-1`).'

/** How a thread is named. */
export const ONE_THREAD = [
  '`<thread>` is an id, a unique id prefix, a name, or a unique part of a name or preview. `@1` is the newest thread, `@2` the one before.'
]

/** Exit codes of commands that read one thread. */
export const READS = [0, 2, 3, 4, 5, 7]
/** Exit codes of commands that read a home. */
export const LISTS = [0, 2, 3, 5, 7, 8]

/** How a list in JSON may end. */
export const PAGE_LINE =
  'with `--page-line` the last line is `{"$":"page","nextCursor":…,"backwardsCursor":…}`, each cursor a string or null.'
