/**
 * The command line as a table. It drives the argument parser, `unroll help` and docs/CLI.md, so that the three
 * cannot disagree.
 */

import { SOURCE_KINDS } from '../../projections/threads.ts'

/** An option. */
export interface OptionSpec {
  readonly name: string
  /** Placeholder of its value; absent for a flag. */
  readonly value?: string
  readonly many?: boolean
  readonly choices?: ReadonlyArray<string>
  /** For whole numbers: the smallest and the largest allowed. */
  readonly range?: readonly [number, number]
  readonly text: string
}

/** What a command prints, by form. A command without `json` refuses `--json`. */
export interface OutputSpec {
  readonly human: string
  readonly tsv?: string
  readonly json?: string
}

/** A command. */
export interface CommandSpec {
  readonly name: string
  /** Placeholders of its arguments; one in brackets may be left out. */
  readonly args: ReadonlyArray<string>
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

/** The most a list prints at once; the pages behind it are walked. */
export const LIMIT_MAX = 1_000_000

const SORTS = ['created_at', 'updated_at', 'recency_at', 'last_event_at']

const limit = (text: string): OptionSpec => ({
  name: 'limit',
  value: 'N',
  range: [1, LIMIT_MAX],
  text
})

const CURSOR: OptionSpec = {
  name: 'cursor',
  value: 'CURSOR',
  text: 'Begin where `nextCursor` or `backwardsCursor` of an earlier page says.'
}

/** Options of every command. */
export const GLOBAL_OPTIONS: ReadonlyArray<OptionSpec> = [
  {
    name: 'home',
    value: 'DIR',
    text: 'Codex home. Default: $CODEX_HOME, else ~/.codex. Only `fork` and `revert` add a file to it; no file in it is ever changed.'
  },
  {
    name: 'index',
    value: 'DIR',
    text:
      'Directory of the index, or `memory` for one that ends with the command. ' +
      'Default: $XDG_CACHE_HOME/unroll/<home id>, else ~/.cache/unroll/<home id>.'
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

const READS = [0, 2, 3, 4, 5, 7]
const ONE_THREAD = [
  '`<thread>` is an id, the beginning of an id that no other thread shares, or a name.'
]
const PAGE_LINE =
  'the last line is the page line, `{"nextCursor":…,"backwardsCursor":…}`, each a string or null. ' +
  'An output without a page line was cut short.'

const threads: CommandSpec = {
  name: 'threads',
  args: [],
  summary: 'List the threads of a home.',
  about: [
    'Without options: every provider, the interactive sources `cli` and `vscode`, newest event first. ' +
      'Threads in which nobody has said anything yet are not listed, as in Codex.',
    'The order `last_event_at` comes from the log. `updated_at` and `recency_at` come from file times, ' +
      'which copies and checkouts do not keep.'
  ],
  options: [
    limit('How many to print. Default: 25.'),
    CURSOR,
    { name: 'sort', value: 'KEY', choices: SORTS, text: 'Order. Default: last_event_at.' },
    { name: 'order', value: 'WAY', choices: ['asc', 'desc'], text: 'Direction. Default: desc.' },
    {
      name: 'provider',
      value: 'NAME',
      many: true,
      text: 'Only of this model provider. Repeatable.'
    },
    {
      name: 'source',
      value: 'KIND',
      many: true,
      choices: SOURCE_KINDS,
      text: 'Only from this kind of source; `subAgent` means every kind of sub-agent. Repeatable.'
    },
    { name: 'archived', text: 'List the archived threads instead.' },
    { name: 'cwd', value: 'DIR', many: true, text: 'Only of this working directory. Repeatable.' },
    {
      name: 'search',
      value: 'TEXT',
      text: 'Only with this text in the name, title or preview; upper and lower case differ.'
    },
    { name: 'parent', value: 'THREAD', text: 'Only sub-agents that this thread spawned.' },
    { name: 'all', text: 'Every source: sub-agents, exec and app-server clients too.' }
  ],
  conflicts: [['all', 'source']],
  output: {
    human:
      'a table: short id, time, name or preview; wider terminals add directory, source and branch.',
    tsv: 'id, created, updated (UTC), source, provider, branch, directory, name, preview.',
    json: `one Thread object per line, as \`thread/list\` gives it; ${PAGE_LINE}`
  },
  exits: [0, 2, 3, 5, 7],
  examples: [
    ['unroll threads --limit 5', 'the five threads something happened in last'],
    ['unroll threads --all --cwd .', 'everything in this directory, sub-agents included'],
    ['unroll threads --json --limit 1000 | jq -r ".preview // empty"', 'previews for a script']
  ]
}

const show: CommandSpec = {
  name: 'show',
  args: ['<thread>'],
  summary: 'Show a thread and its last turns.',
  about: [
    ...ONE_THREAD,
    'Damaged lines never hide the rest: they are left out and named in a notice (on stderr with --json).'
  ],
  options: [
    limit('How many of the newest turns. Default: 3.'),
    { name: 'all', text: 'Every turn.' }
  ],
  conflicts: [['all', 'limit']],
  output: {
    human: 'the facts of the thread and what was said, oldest turn first; the same when piped.',
    json: 'one Thread object on one line; `turns` holds the asked turns, oldest first, with all items.'
  },
  exits: READS,
  examples: [
    ['unroll show 01a1fcde-3637', 'the last three turns'],
    ['unroll show "Early hinge 523" --all | less', 'a whole thread by its name']
  ]
}

const turns: CommandSpec = {
  name: 'turns',
  args: ['<thread>'],
  summary: 'List the turns of a thread, newest first.',
  about: [...ONE_THREAD, 'Turns that were rolled back are not listed.'],
  options: [
    limit('How many to print. Default: 25.'),
    CURSOR,
    { name: 'asc', text: 'Oldest first.' },
    {
      name: 'view',
      value: 'VIEW',
      choices: ['notLoaded', 'summary', 'full'],
      text: 'How many items each turn carries: none, first question and last answer, all. Default: summary.'
    }
  ],
  output: {
    human: 'a table: turn id, start, duration, status, question.',
    tsv: 'id, started, completed (UTC), duration in ms, status, first question, last answer.',
    json: `one Turn object per line, as \`thread/turns/list\` gives it; ${PAGE_LINE}`
  },
  exits: READS,
  examples: [['unroll turns 01a1fcde-3637 --asc --limit 10', 'the first ten turns']]
}

const items: CommandSpec = {
  name: 'items',
  args: ['<thread>'],
  summary: 'List the items of a thread or of one turn, oldest first.',
  about: [
    ...ONE_THREAD,
    'An item is what a person sees inside a turn: a message, a tool call, a file change.'
  ],
  options: [
    { name: 'turn', value: 'TURN', text: 'Only of the turn with this id.' },
    limit('How many to print. Default: 25.'),
    CURSOR,
    { name: 'desc', text: 'Newest first.' }
  ],
  output: {
    human: 'a table: item id, type, text.',
    tsv: 'turn id, item id, type, text.',
    json: `one \`{"turnId":…,"item":…}\` per line; ${PAGE_LINE}`
  },
  exits: READS,
  examples: [['unroll items 01a1fcde-3637 --desc --limit 20', 'the last twenty items']]
}

const events: CommandSpec = {
  name: 'events',
  args: ['<thread>'],
  summary: 'List the lines of a rollout, damaged ones included.',
  about: [
    ...ONE_THREAD,
    'A revision counts the lines before an event that are not blank; the first event has revision 0. ' +
      'Reading ends as soon as --to is reached and takes the same memory for any size of rollout. ' +
      'A last line that is not finished is not an event yet.'
  ],
  options: [
    {
      name: 'from',
      value: 'N',
      range: [0, Number.MAX_SAFE_INTEGER],
      text: 'First revision. Default: 0.'
    },
    {
      name: 'to',
      value: 'N',
      range: [0, Number.MAX_SAFE_INTEGER],
      text: 'Last revision, included. Default: the last one.'
    },
    {
      name: 'raw',
      text: 'Print the lines byte for byte, decompressed; on a terminal with control characters spelled out.'
    }
  ],
  conflicts: [['raw', 'json']],
  output: {
    human: 'a table: revision, time, bytes, kind, or the reason why a line is damaged.',
    tsv: 'revision, time, bytes, kind; a damaged line has no time and its kind is `damaged:<reason>`.',
    json:
      'one object per line: `{"streamId","revision","segment","offset","bytes"}` and `line`, the event, or ' +
      '`reason`, why it is not one. There is no page line.'
  },
  exits: [0, 2, 3, 5, 7],
  examples: [
    ['unroll events 01a1fcde-3637 --from 10 --to 20', 'eleven events'],
    ['unroll events 01a1fcde-3637 --raw > copy.jsonl', 'the rollout without blank lines']
  ]
}

const BRANCHES = [0, 2, 3, 4, 5, 6, 7]
const beforeTurn = (text: string): OptionSpec => ({ name: 'before-turn', value: 'TURN', text })

const fork: CommandSpec = {
  name: 'fork',
  args: ['<thread>'],
  summary: 'Make a new thread from the history of one.',
  about: [
    ...ONE_THREAD,
    'A paginated thread (the default from Codex 0.151 on) is forked by reference: the new file holds two lines, which ' +
      'name the place in the other file. A legacy thread is copied up to that place. The source is not changed.'
  ],
  options: [
    { name: 'last-turn', value: 'TURN', text: 'The last turn that the new thread takes over.' },
    beforeTurn('The first turn that it does not take over.')
  ],
  conflicts: [['last-turn', 'before-turn']],
  output: {
    human: 'the id and the file of the new thread.',
    json: 'the new thread, as `show --json` prints it without turns.'
  },
  exits: BRANCHES,
  examples: [
    [
      'unroll fork 0198b553 --last-turn 0198b554-4fb5-7a10-9c3e-52d1e0aa7c11',
      'go on from behind a turn'
    ]
  ]
}

const revert: CommandSpec = {
  name: 'revert',
  args: ['<thread>'],
  summary: 'Let a thread go on from before a turn.',
  about: [
    ...ONE_THREAD,
    'Paginated threads only. A new segment of two lines names the place; the turns after it stay in their old file, ' +
      'and Codex 0.148 or later goes on from there. Refused while a running Codex has the thread loaded.'
  ],
  options: [
    beforeTurn('The first turn that is left behind. Required.'),
    {
      name: 'force',
      text: "Also in a home with Codex's database, which would go on in the old file."
    }
  ],
  output: {
    human: 'the id and the new file of the thread.',
    json: 'the thread, as `show --json` prints it without turns.'
  },
  exits: BRANCHES,
  examples: [
    [
      'unroll revert 0198b553 --before-turn 0198b554-4fb5-7a10-9c3e-52d1e0aa7c11',
      'leave a turn and all after it behind'
    ]
  ]
}

const index: CommandSpec = {
  name: 'index',
  args: ['status|rebuild|drop'],
  summary: 'Count, rebuild or delete the index.',
  about: [
    'The index is disposable: whatever it holds is read again from the rollouts. `status` brings it up to date ' +
      'and counts, `rebuild` empties it first, `drop` deletes its directory and nothing else: a directory that ' +
      'holds any other file is left alone. Damage is counted, not a failure.'
  ],
  options: [],
  output: {
    human: 'one fact per line.',
    tsv: 'name and value.',
    json:
      '`status` and `rebuild`: `{"home","index","threads","turns","damagedLines","unfinishedTails","unreadable","bytes"}`; ' +
      '`drop`: `{"index","dropped"}`, where `dropped` is false when there was nothing to delete.'
  },
  exits: [0, 2, 3, 5, 7],
  examples: [
    ['unroll index status', 'what the home holds'],
    ['unroll index drop', 'free the disk space']
  ]
}

const appServer: CommandSpec = {
  name: 'app-server',
  args: [],
  summary: "Answer Codex's app-server requests on stdin and stdout.",
  about: [
    'Speaks the JSON-RPC of `codex app-server`, for clients that read, load and change threads; it runs no model. Ends when stdin ends, or on ' +
      'SIGINT and SIGTERM once the running requests are answered, with exit code 0.'
  ],
  options: [],
  output: { human: 'JSON-RPC messages, one per line.' },
  exits: [0, 2, 3, 5, 7],
  examples: [['unroll app-server --profile 0.130', 'serve a client made for Codex 0.130']]
}

const start: CommandSpec = {
  name: 'start',
  args: [],
  summary: 'Look around: the newest threads, and the last turns of the newest one.',
  about: [
    'What `npm start` runs. Reads $CODEX_HOME, or else ~/.codex when it holds sessions, or else the sample home ' +
      'that comes with unroll; says which one and what to type next.'
  ],
  options: [],
  output: {
    human: 'the home, its ten newest threads, the last turns of the newest, what to type next.'
  },
  exits: [0, 2, 3, 5, 7],
  examples: [['unroll start', 'a first look']]
}

const help: CommandSpec = {
  name: 'help',
  args: ['[command]'],
  summary: 'Print help.',
  about: [],
  options: [],
  output: { human: 'the commands, or one of them in full.' },
  exits: [0, 2],
  examples: [['unroll help threads', 'everything about one command']]
}

const version: CommandSpec = {
  name: 'version',
  args: [],
  summary: 'Print the version; also --version.',
  about: [],
  options: [],
  output: { human: '`unroll` and the version.', json: '`{"version":…}` on one line.' },
  exits: [0, 2],
  examples: []
}

/** Every command, in the order of the help. */
export const COMMANDS: ReadonlyArray<CommandSpec> = [
  threads,
  show,
  turns,
  items,
  events,
  fork,
  revert,
  index,
  appServer,
  start,
  help,
  version
]

/** What each exit code means. */
export const EXIT_CODES: ReadonlyArray<readonly [number, string]> = [
  [0, 'done; also when the reader of a pipe went away'],
  [1, 'findings; no command gives it yet'],
  [
    2,
    'wrong usage: unknown command or option, bad limit or cursor, a beginning of an id that several share'
  ],
  [3, 'not found: the home, the thread, the turn, or the turn a cursor points at'],
  [4, 'damaged: with --strict, a rollout Codex cannot read'],
  [5, 'disk or permission; also an index that cannot be used'],
  [6, 'not possible: this thread, in this state or of this era, cannot be changed that way'],
  [7, 'busy: another process holds what is needed; try again'],
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
