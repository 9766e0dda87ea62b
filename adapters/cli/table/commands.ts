/**
 * The command line as a table. It drives the argument parser, `unroll help` and docs/CLI.md, so that the three
 * cannot disagree. The rows are in this folder, by what the commands are for.
 */
import { analytics } from './analytics.ts'
import { audit } from './audit.ts'
import { doctor } from './doctor.ts'
import { check, explain } from './check.ts'
import { OTHER } from './other.ts'
import { diff } from './diff.ts'
import { plugins } from './plugins.ts'
import { READING } from './reading.ts'
import { repair } from './repair.ts'
import type { CommandSpec, OptionSpec } from './spec.ts'
import { salvage, storage } from './storage.ts'
import { store } from './store.ts'
import { blame, tools } from './tools.ts'
import { usage } from './usage.ts'
import { WRITING } from './writing.ts'

export { LIMIT_MAX, type CommandSpec, type OptionSpec, type OutputSpec } from './spec.ts'

/** Options of every command. */
export const GLOBAL_OPTIONS: ReadonlyArray<OptionSpec> = [
  {
    name: 'home',
    value: 'DIR',
    text: 'Codex home. Default: $CODEX_HOME, else ~/.codex. The commands that read never change a file in it.'
  },
  {
    name: 'index',
    value: 'DIR',
    text:
      'Directory of the index, or `memory` for one that ends with the command. ' +
      'Default: $XDG_CACHE_HOME/unroll/<home id>, else ~/.cache/unroll/<home id>; with a store one of its own.'
  },
  {
    name: 'store',
    value: 'CONNECTION',
    text:
      'Connection string of an EventStoreDB or KurrentDB server, `esdb://…`: threads are read from and written to it, and --home says ' +
      'only where configuration and paths come from. Default: $UNROLL_STORE, which no other user of the machine sees; without it, or with ' +
      '`file`, the files of the home. See docs/EVENTSTORE.md.'
  },
  { name: 'json', text: 'Print JSON on stdout and nothing else there.' },
  {
    name: 'color',
    value: 'WHEN',
    choices: ['auto', 'always', 'never'],
    text: 'Colour the text for people. Default: auto, which heeds NO_COLOR and FORCE_COLOR.'
  },
  {
    name: 'profile',
    value: 'VERSION',
    choices: ['0.130', '0.142', '0.169'],
    text: 'Answer as this Codex does. Default: 0.169, which reads what every older one wrote.'
  },
  {
    name: 'items',
    value: 'WHICH',
    choices: ['rich', 'codex'],
    text:
      'Which items turns show: `codex` for those Codex shows when it reads the thread back, `rich` for the commands, ' +
      'tool calls and failures too that the log of an old Codex holds. Default: rich; codex with --strict and in app-server.'
  },
  {
    name: 'strict',
    text: "Reproduce Codex's whole-file failures and cursors instead of isolating damaged lines."
  },
  { name: 'help', text: 'Print the help of the command.' }
]

/** Every command, in the order of the help. */
export const COMMANDS: ReadonlyArray<CommandSpec> = [
  ...READING,
  diff,
  usage,
  tools,
  blame,
  audit,
  plugins,
  analytics,
  check,
  explain,
  ...WRITING,
  doctor,
  repair,
  storage,
  salvage,
  store,
  ...OTHER
]

/** What each exit code means. */
export const EXIT_CODES: ReadonlyArray<readonly [number, string]> = [
  [0, 'done; also when the reader of a pipe went away'],
  [
    1,
    'app-server could not listen as it was told to; a check or a comparison found something; a part of what was to be done failed'
  ],
  [
    2,
    'wrong usage: unknown command or option, bad limit or cursor, a beginning of an id that several share'
  ],
  [3, 'not found: the home, the thread, the turn, or the turn a cursor points at'],
  [4, 'damaged: with --strict, a rollout Codex cannot read'],
  [5, 'disk or permission; also an index that cannot be used'],
  [6, 'not possible: this thread, in this state or of this era, cannot be changed that way'],
  [7, 'busy: another process holds what is needed, or the thread is not at the expected revision'],
  [8, 'the server of a store cannot be reached, or refuses'],
  [70, 'a defect in unroll'],
  [130, 'interrupted (SIGINT)'],
  [143, 'terminated (SIGTERM)']
]

/** The command of a name. */
export const commandOf = (name: string): CommandSpec | undefined =>
  COMMANDS.find((command) => command.name === name)

/** One line: how a command is written. */
export const synopsis = ({ name, args, options }: CommandSpec): string =>
  ['unroll', name, ...args, ...(options.length > 0 ? ['[options]'] : [])].join(' ')

/** How an option is written. */
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
