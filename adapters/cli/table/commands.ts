/**
 * The command line as a table. It drives the argument parser, `unroll help` and docs/CLI.md, so that the three
 * cannot disagree. The rows are in this folder, by what the commands are for.
 */
import { EVERYDAY } from './everyday.ts'
import { EXPORT } from './exporting.ts'
import { LEDGERS } from './ledgers.ts'
import { log, READING } from './reading.ts'
import { SERVING } from './serving.ts'
import {
  LAST,
  option,
  threadPlace,
  type CommandSpec,
  type OptionSpec,
  type WordSpec
} from './spec.ts'
import { store } from './store.ts'
import { FINDING, index, MENDING } from './upkeep.ts'
import { WRITING } from './writing.ts'

export {
  alone,
  formsOf,
  optionsOfAll,
  rowOptionsOf,
  synopsis,
  synopsisOf,
  withWord,
  wordOf,
  type CommandForm
} from './forms.ts'
export {
  GROUPS,
  LIMIT_MAX,
  ROW_CONFLICTS,
  ROW_OPTIONS,
  type CommandSpec,
  type OptionSpec,
  type OutputSpec,
  type WordSpec
} from './spec.ts'

export const GLOBAL_OPTIONS: ReadonlyArray<OptionSpec> = [
  option(
    'home DIR',
    'Codex home. Default: $CODEX_HOME, else ~/.codex. Commands that read never change a file in it.',
    { short: 'C' }
  ),
  option(
    'index DIR',
    'Directory of the index, or `memory` for one that ends with the command. ' +
      'Default: $XDG_CACHE_HOME/unroll/<home id>, else ~/.cache/unroll/<home id>; a store has one of its own.'
  ),
  option(
    'store CONNECTION',
    'Connection string of an EventStoreDB or KurrentDB server, `esdb://…`. Threads are read from and written to it; --home ' +
      'only says where configuration and paths come from. Default: $UNROLL_STORE, which no other user of the machine sees. Without it, or with ' +
      '`file`: the files of the home. See docs/EVENTSTORE.md.'
  ),
  option('json', 'Print JSON on stdout and nothing else there.'),
  option(
    'color WHEN',
    'Use colors. Default: auto, which respects NO_COLOR and FORCE_COLOR. `--no-color` is `--color never`.',
    {
      choices: ['auto', 'always', 'never']
    }
  ),
  option(
    'profile VERSION',
    'Answer as this Codex does. Default: 0.169, which reads what every older one wrote.',
    { choices: ['0.130', '0.142', '0.169'] }
  ),
  option(
    'items WHICH',
    'Which items turns show. `codex`: those that Codex shows after a resume; `rich`: also the commands, tool calls and failures of older Codex. ' +
      'Default: rich; codex with --strict and in app-server.',
    { choices: ['rich', 'codex'] }
  ),
  option(
    'strict',
    "Reproduce Codex's whole-file failures and cursors instead of isolating damaged lines."
  ),
  option(
    'tz ZONE',
    'Read and write times of this zone, such as Europe/Berlin, or `local`. Default: local. JSON, CSV and TSV keep instants in UTC.'
  ),
  option('utc', 'The same as `--tz UTC`.'),
  option('quiet', 'Say nothing about a change that was made.', { short: 'q' }),
  option('help', 'Print the help of the command.', { short: 'h' }),
  option('version', 'Without a command: print the version. Also `-v`.', { short: 'V' })
]

/** Every command that names a thread can be asked for the newest one. */
const withLast = (command: CommandSpec): CommandSpec => {
  const lasting = <A extends CommandSpec | WordSpec>(spec: A): A =>
    threadPlace(spec.args) === -1 ? spec : { ...spec, options: [...spec.options, LAST] }
  const { words } = command
  return { ...lasting(command), ...(words === undefined ? {} : { words: words.map(lasting) }) }
}

const ALL: ReadonlyArray<CommandSpec> = [
  ...READING,
  ...EVERYDAY,
  ...LEDGERS,
  ...FINDING,
  ...WRITING,
  log,
  ...MENDING,
  store,
  index,
  EXPORT,
  ...SERVING
]

export const COMMANDS: ReadonlyArray<CommandSpec> = ALL.map(withLast)

export const EXIT_CODES: ReadonlyArray<readonly [number, string]> = [
  [0, 'done; also if the reader of a pipe ended'],
  [1, 'findings or differences; a partial failure; the server could not listen'],
  [2, 'wrong usage: unknown command or option, bad limit or cursor, an ambiguous id'],
  [3, 'not found: the home, the thread, the turn, or the turn a cursor points at'],
  [4, 'damaged: with --strict, a rollout Codex cannot read; a secret that an export would show'],
  [5, 'disk or permission; also an index that cannot be used'],
  [6, 'not possible: this thread, in this state or of this era, cannot be changed that way'],
  [7, 'busy: another process holds what is needed, or the thread is not at the expected revision'],
  [8, 'the server of a store cannot be reached, or refuses'],
  [9, 'confirmation needed: add --yes, or answer on a terminal'],
  [70, 'a defect in unroll'],
  [130, 'interrupted (SIGINT)'],
  [143, 'terminated (SIGTERM)']
]

export const commandOf = (name: string): CommandSpec | undefined =>
  COMMANDS.find((command) => command.name === name || command.aliases?.includes(name) === true)

export const optionHead = ({ name, short, value }: OptionSpec): string =>
  `${short === undefined ? '' : `-${short}, `}--${name}${value === undefined ? '' : ` ${value}`}`

/** What an option does, with the values it takes. */
export const optionText = ({ text, many = false, choices, range }: OptionSpec): string =>
  [
    text,
    ...(many ? ['Repeatable.'] : []),
    ...(choices === undefined ? [] : [`One of ${choices.join(', ')}.`]),
    ...(range === undefined || range[1] === Number.MAX_SAFE_INTEGER
      ? []
      : [`${range[0]} to ${range[1]}.`])
  ].join(' ')
