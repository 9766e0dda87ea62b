/**
 * The commands that report from the ledgers: usage, tool calls, audit, plugins, analytics.
 */
import { TOOL_KINDS, TOOL_STATUSES } from '../../../domain/ledgers/tools/tool-call.ts'
import {
  AT,
  AT_TIME,
  between,
  DRY_RUN,
  limit,
  LISTS,
  ONE_ORDER,
  ONE_THREAD,
  option,
  ordering,
  PAGING,
  TOTAL,
  type CommandSpec,
  word,
  YES,
  TURN_NAME
} from './spec.ts'

/** What `unroll usage` adds up by. */
const USAGE_WORDS: ReadonlyArray<readonly [string, string]> = [
  ['total', 'Report one sum.'],
  ['daily', 'Report tokens by day.'],
  ['weekly', 'Report tokens by week.'],
  ['monthly', 'Report tokens by month.'],
  ['thread', 'Report tokens by thread.'],
  ['turn', 'Report tokens by turn.'],
  ['model', 'Report tokens by model.'],
  ['agent', 'Report tokens by kind of agent.'],
  ['provider', 'Report tokens by model provider.'],
  ['statusline', 'Print one line about today, for prompts.']
]

const usage: CommandSpec = {
  name: 'usage',
  group: 'Report',
  args: [],
  words: USAGE_WORDS.map(([name, summary]) =>
    word(
      `${name} [thread]`,
      summary,
      [],
      // What peers call it.
      name === 'thread' ? { aliases: ['session'] } : {}
    )
  ),
  withoutWord: 'daily',
  summary: 'Report token usage.',
  about: [
    'Every answer of a model counts once, in the thread and turn that asked for it. What a fork or a sub-agent inherited is not counted again; ' +
      'what was rolled back or interrupted stays spent. Cached input is part of input, reasoning part of output; the total is input and output. ' +
      'See docs/USAGE.md.',
    'Where a rollout does not record a cost, the sum is a lower bound and marked `≥`. `--explain` lists every spend with the rule ' +
      'that found it, its certainty, and the place of its line.',
    ...ONE_THREAD
  ],
  options: [
    option('thread THREAD', 'Only this thread; the same as the argument.'),
    option(
      'tree',
      'Include the threads below a thread: sub-agents and reviews. With the report `thread` and no thread: each thread with all below it as one.'
    ),
    ...between(),
    option(
      'imported',
      'Include what sources of imported threads say that they spent; their agents may count it too.'
    ),
    option(
      'explain',
      'List the spends too: size, rule, certainty, thread, turn, model, and the revision and byte of the line.'
    ),
    option(
      'prices FILE',
      'Add costs by the prices of this JSON file (see docs/USAGE.md). Default: $UNROLL_PRICES, else `prices` of config.toml.'
    ),
    option(
      'prices-template',
      'Print a file for --prices with the models that occur, to be filled in.'
    ),
    TOTAL,
    option('asc', 'By the first column, ascending. The default.'),
    option('desc', 'By the first column, descending.'),
    option('order WAY', 'The same as --asc or --desc.', { choices: ['asc', 'desc'] }),
    AT
  ],
  conflicts: [['explain', 'desc'], ['explain', 'order'], ...ONE_ORDER],
  output: {
    human:
      'a table: {groups}, with --prices the cost; the first column is what the report adds up by, the total comes last. With --explain two lines ' +
      'for each spend follow.',
    tsv:
      '{groups}, and with --prices `cost`, `currency`; `cacheHitRate` is 0 to 1, empty without input; with `thread` also `name`, `models`. With --explain the spends instead: {spends}, ' +
      'and with --prices `cost`, `currency`.',
    json:
      '`total`: one object, `{"inputTokens","cachedInputTokens","outputTokens","reasoningOutputTokens","totalTokens","lowerBound","rows"}`. Every other ' +
      'report: one object per line with `key`, `cacheHitRate` and `byModel` besides, with `thread` also `name` and `preview`; with `--total` the last line is `{"$":"total",…,"reasons"}`. With --explain ' +
      'one object per spend. With --prices objects have `cost`: `{"currency","amount","known","unpriced"}`, decimals as strings.'
  },
  exits: LISTS,
  examples: [
    ['unroll usage', 'tokens of each day'],
    ['unroll usage total --json', 'one object for a script'],
    ['unroll usage monthly --tz Europe/Berlin --prices prices.json', 'months with their costs'],
    ['unroll usage statusline', 'today in one line, for a prompt'],
    ['unroll usage --prices-template > prices.json', 'prices to fill in, for --prices'],
    ['unroll usage thread 01a1fcde-3637 --tree', 'a thread with its sub-agents'],
    ['unroll usage turn 01a1fcde-3637 --explain', 'how the number of each turn came about'],
    ['unroll usage model --since 2026-11-01 --until 2026-11-30 --csv', 'a month, for a spreadsheet']
  ]
}

const tools: CommandSpec = {
  name: 'tools',
  group: 'Report',
  args: ['[thread]'],
  summary: 'List tool calls (commands, patches, MCP, web search …).',
  about: [
    'Newest first; without a thread: those of the home. Each call is listed once, in the thread and turn that made it: what a fork or a sub-agent ' +
      'inherited is not listed again. Calls of turns that were rolled back stay, marked.',
    'What no line of a rollout records is empty or `unknown`. docs/TOOLS.md explains each column and its source.',
    ...ONE_THREAD
  ],
  options: [
    option('turn TURN', `Only this turn; needs a thread. ${TURN_NAME}`),
    option('kind KIND...', 'Only calls of this kind.', { choices: TOOL_KINDS }),
    option(
      'status STATUS...',
      'Only calls that ended this way; `unknown` without a record of it.',
      { choices: TOOL_STATUSES }
    ),
    ...between(),
    ...PAGING,
    ...ordering(),
    option('summary', 'Add the calls up instead: by kind, by status, by tool.'),
    AT
  ],
  conflicts: [
    ['summary', 'cursor'],
    ['summary', 'limit'],
    ['summary', 'asc'],
    ['summary', 'desc'],
    ['summary', 'order'],
    ...ONE_ORDER
  ],
  output: {
    human:
      'a table: {calls}; `≥` marks a duration that is how long Codex waited. With --summary a table: {call sums}.',
    tsv: '{calls}. With --summary: {call sums}; `by` is `kind`, `status`, `tool` or `total`.',
    json:
      'one call per line, with the columns of docs/TOOLS.md; with `--page-line` the last line is `{"$":"page","nextCursor","backwardsCursor"}`, the second always null. With --summary one object: ' +
      '`{"total","byKind","byStatus","byTool"}`.'
  },
  exits: LISTS,
  examples: [
    ['unroll tools', 'the newest calls of the home'],
    ['unroll tools 01a1fcdc-359a --status failed', 'what failed in a thread'],
    ['unroll tools --summary --since 2026-11-01', 'a month in numbers'],
    ['unroll tools --kind mcp --limit 1000 --csv', 'for a spreadsheet']
  ]
}

const blame: CommandSpec = {
  name: 'blame',
  group: 'Inspect',
  args: ['<file>'],
  summary: 'Show which turns changed a file.',
  about: [
    'Oldest first. `<file>` is a path, relative to this folder; it need not exist any more. A file that was moved here has the history of its ' +
      'old path too, up to the move. If nothing is known of the path, similar paths are offered.',
    'Patches are listed whether they were applied or not. A patch that failed half-way changed the files before the failure. ' +
      'Changes by commands are not in the log and not guessed.'
  ],
  options: [option('thread THREAD', 'Only changes of this thread.'), ...ordering('oldest'), AT],
  conflicts: ONE_ORDER,
  output: {
    human:
      'a table: {file changes}. The status is `applied`, `applied, then failed` (at a later file), or `failed, perhaps applied` (no line says); ' +
      'the path is shown where it is another one.',
    tsv: '{file changes}; `applied` is `applied`, `not_applied` or `unknown`.',
    json:
      'one object per patch: `{"threadId","turnId","callId","atMs","path","operation","movedTo","linesAdded","linesDeleted","status","failureKind",' +
      '"applied","rolledBack","certainty","place"}`; `applied` is null if no line says.'
  },
  exits: LISTS,
  examples: [
    ['unroll blame src/main.ts', 'every patch of the file'],
    ['unroll blame /workspace/demo/notes.txt --json', 'for a script']
  ]
}

const AUDITED_THREAD = option('thread THREAD', 'Only this thread; a deleted one by its whole id.')

const audit: CommandSpec = {
  name: 'audit',
  group: 'Report',
  args: [],
  words: [
    word(
      'report',
      'List every change of every thread.',
      [
        AUDITED_THREAD,
        ...between(),
        option(
          'actor TEXT',
          'Only programs, clients, users, accounts or kinds of agent with this in their name.'
        ),
        option('action ACTION...', 'Only this action, such as `rolled_back`.'),
        limit(),
        option('all-rows', 'Print every row, also on a terminal.'),
        ...ordering(),
        AT
      ],
      {
        about: [
          'Newest first: created, forked, turns, rollbacks, compactions, reviews, names, archiving, what clients of unroll were asked, and the rest. ' +
            'Each change has its author, its evidence, and its certainty. See docs/AUDIT.md.'
        ]
      }
    ),
    word('approvals', 'List recorded decisions about commands.', [AUDITED_THREAD, AT], {
      about: [
        'Codex records only what was denied. What clients decided while unroll was their server is recorded too; other calls are unknown.'
      ]
    }),
    word('reviews', 'List reviews and their results.', [AUDITED_THREAD, AT]),
    word(
      'export',
      'Write the trail as lines chained by hashes.',
      [
        AUDITED_THREAD,
        option('out FILE', 'Write to this new file. Default: stdout.', { short: 'o' }),
        AT
      ],
      {
        about: [
          'The whole trail of the home, or of a thread. The file can be checked without unroll, too.'
        ]
      }
    ),
    word(
      'seal',
      'Record hashes of everything the rollouts hold.',
      [
        option('out FILE', 'The log of seals. Default: `.unroll/seals.jsonl` in the home.', {
          short: 'o'
        }),
        option('accept', 'Seal files again as they are, although sealed bytes changed.'),
        TOTAL
      ],
      {
        about: [
          'Entries of the log are chained by hashes. ' +
            'Sealing again records what is new, and is refused if sealed bytes changed.'
        ]
      }
    ),
    word(
      'verify [file]',
      'Verify an exported trail, or the seals.',
      [
        option(
          'head HASH',
          'A root or hash noted from an earlier export. Checks whether this file continues it.'
        ),
        TOTAL
      ],
      {
        about: [
          'With a file of `audit export`: checks it without a home and names the first line that was changed.',
          'Without a file, or with a log of seals: reads every rollout again and names what was changed, removed, cut off or ' +
            'reordered, and at which byte. Appending, archiving and compressing change nothing that is sealed.'
        ]
      }
    )
  ],
  withoutWord: 'report',
  summary: 'Report, export, seal and verify the history of threads.',
  about: ONE_THREAD,
  options: [],
  conflicts: ONE_ORDER,
  output: {
    human:
      'a table: {trail}. `approvals`: {approvals}. `reviews`: {reviews}. `verify`: one line; of seals one line for each file that differs.',
    tsv:
      '`report`: {trail}. `approvals`: {approvals}. `reviews`: {reviews}. `seal`, `verify` of seals: {sealed files}. `before`, `after` and ' +
      '`target` are JSON.',
    json:
      'one row per line, see docs/AUDIT.md. `verify`: `{"ok":true,"threads","rows","root","known"}` or `{"ok":false,"line","threadId","seq","reason"}`. ' +
      'Of seals: `{"threadId","path","verdict","notes","atByte","line","sealedBytes","bytes"}` per file, and with `--total` at last `{"$":"total","ok","log","sealed","verdicts"}`. With --out: `{"file","lines"}`. An export has the same lines with and without --json.'
  },
  exits: [0, 1, 2, 3, 5, 6, 7, 8],
  examples: [
    ['unroll audit', 'what happened last'],
    [
      'unroll audit report --thread 01a1fcde-3637 --action rolled_back',
      'what was rolled back in a thread'
    ],
    ['unroll audit report --since 2026-11-21 --csv', 'a day, for a spreadsheet'],
    ['unroll audit export --out trail.jsonl', 'the trail as a file that can be checked'],
    ['unroll audit verify trail.jsonl', 'was it changed?'],
    ['unroll audit seal', 'record what every rollout holds'],
    ['unroll audit verify', 'is every sealed byte still there?']
  ]
}

const plugins: CommandSpec = {
  name: 'plugins',
  group: 'Report',
  args: [],
  words: [
    word(
      'list',
      'List the plugins in the cache and in config.toml.',
      [option('record', 'Record in the home what is new since the last observation.')],
      { about: ['Follows no link and changes nothing without --record.'] }
    ),
    word('verify', 'Check the plugins of the home.', [], {
      about: ['Follows no link and changes nothing.']
    }),
    word(
      'history [plugin]',
      'List what changed, as far as it was observed.',
      [...ordering('oldest'), AT_TIME],
      {
        about: [
          'The commands that change plugins observe the home first, and so does `plugins list --record`.'
        ]
      }
    ),
    word('usage [plugin]', 'List the threads that used plugins, with versions.', [AT_TIME]),
    word('install-local <plugin> <dir>', 'Install an unpacked bundle.', [DRY_RUN], {
      about: ['The plugin has no remote id afterwards.']
    }),
    word('install-remote <plugin> <dir>', 'Install the bundle of a release of the backend.', [
      option('remote-id ID', 'The id of the plugin in the backend. Required.'),
      option('release VERSION', 'The version of the release. Default: that of the manifest.'),
      DRY_RUN
    ]),
    word('uninstall <plugin>', 'Remove a plugin.', [YES, DRY_RUN], {
      about: ['Its sidecar and its table in `config.toml` are removed as well.']
    }),
    word('sync <file>', 'Install and remove plugins as a list says.', [YES, DRY_RUN], {
      about: [
        'Brings the cache to a list of the backend, as Codex does when it starts; `-` is stdin. ' +
          'See docs/PLUGINS.md for the list.'
      ]
    }),
    word('import-capture <file>', 'Record the plugin events of an analytics capture.', [DRY_RUN], {
      about: [
        'Records installs, removals, failures, attempts to enable or disable, and use. ' +
          'Events have neither an id nor a time: importing a file again records its events again.'
      ]
    })
  ],
  withoutWord: 'list',
  summary: 'List, check, install and remove plugins.',
  about: [
    'A plugin is `NAME@MARKETPLACE`. Nothing is ever downloaded. ' +
      'With a store only `usage` and `history` work: the other words are about the files of a home (`--store file`).'
  ],
  options: [],
  conflicts: ONE_ORDER,
  output: {
    human:
      '`list`: a table: {plugins}. `history`: {history}. `usage`: {uses}. `verify`: two lines per finding. The others: what they did.',
    tsv: '`list`: {plugins}. `verify`: {plugin findings}. `history`: {history}. `usage`: {uses}.',
    json:
      'one object per line. `list`: `{"localId","seen","faults"}`; `verify`: `{"kind","pluginId","path","message","next"}`; `history` and ' +
      '`usage` as in docs/PLUGINS.md; an install or uninstall: `{"pluginId","happening","version","removedVersions","metadata","event","changes"}`; ' +
      '`sync`: `{"installed","noted","removed","failed","changes"}`; `import-capture`: `{"events","damagedLines","changes"}`.'
  },
  exits: [0, 1, 2, 3, 4, 5, 6, 7, 8, 9],
  examples: [
    ['unroll plugins list', 'what is installed'],
    ['unroll plugins verify', 'exit code 1 if something is wrong'],
    ['unroll plugins install-local linear@mine ./linear', 'install an unpacked bundle'],
    ['unroll plugins sync installed.json --dry-run', 'what the list of the backend would change'],
    ['unroll plugins usage linear@mine', 'which threads used it, and in which version']
  ]
}

const skills: CommandSpec = {
  name: 'skills',
  group: 'Report',
  args: ['[dir...]'],
  words: [
    word('enable <skill>', 'Enable a skill again.', [DRY_RUN]),
    word('disable <skill>', 'Disable a skill in config.toml.', [DRY_RUN], {
      about: [
        'A skill is a name, which stands for every skill of that name, or a path: that of its `SKILL.md` or of its folder, with a slash. ' +
          'Enabled again, `config.toml` is byte for byte what it was.'
      ]
    })
  ],
  withoutWord: 'itself',
  summary: 'List the skills that Codex finds for directories.',
  about: [
    'Without a directory: those of the current one. Skills come from the repository, the user, plugins and the machine, as Codex of the profile finds them. ' +
      'No skill hides another of the same name.',
    'A `SKILL.md` that is no skill is reported after the table, with what to do.'
  ],
  options: [],
  output: {
    human:
      'a table: {skills}; DIRECTORY where several are asked about. `enable`, `disable`: on stderr what was done.',
    tsv: '{skills}; a file that is no skill has a `problem` and no name. `enable`, `disable`: the name or the path.',
    json:
      '`{"cwd","name","scope","enabled","description","path","pluginId","problem"}` per skill, and per file that is none. ' +
      '`enable`, `disable`: `{"by","value","enabled","changed"}`.'
  },
  exits: [0, 2, 3, 5, 6, 7],
  examples: [
    ['unroll skills', 'the skills of this directory'],
    ['unroll skills ~/work/api ~/work/web --json', 'those of two others, for programs'],
    ['unroll skills disable release-notes', 'disable every skill of that name']
  ]
}

const analytics: CommandSpec = {
  name: 'analytics',
  group: 'Report',
  args: [],
  words: [
    word(
      'replay [thread]',
      'Print the events of a home, or of a thread.',
      [
        ...between(),
        option('out FILE', 'Write to this new file, for its owner alone. Default: stdout.', {
          short: 'o'
        })
      ],
      {
        about: [
          'Events come from the rollouts alone: one request payload per line, as in a capture file. ' +
            'What no rollout holds is null. Nothing is posted.',
          ...ONE_THREAD
        ]
      }
    ),
    word('diff <capture>', 'Compare a capture file with the rollouts of the home.', [TOTAL], {
      about: [
        'Events are paired by type and by the ids of thread, turn and item, then compared field by field. ' +
          'A difference is explained if its reason is known, such as a field that no rollout holds. ' +
          'Unreadable lines are named on stderr and skipped.'
      ]
    })
  ],
  summary: "Reconstruct Codex's usage analytics, or compare a capture.",
  about: ['See docs/ANALYTICS.md.'],
  options: [
    option(
      'contract VERSION',
      'Whose keys and words. Default: 0.169; with `diff` the version in the capture.',
      { choices: ['0.130', '0.142', '0.169'] }
    ),
    AT_TIME
  ],
  output: {
    human:
      '`replay`: a payload per line. `diff`: a table of event types, then every difference without a reason, then the reasons of the others.',
    tsv: '`diff`: {event differences}; without a field: the whole event; `captured` and `reconstructed` are JSON.',
    json:
      '`replay`: a payload per line; with --out `{"file","lines"}`. `diff`: an object per compared event, `{"eventType","ids","verdict","reason","equalFields","fields"}`, ' +
      'where `fields` are those that are not equal; with `--total` the last line is `{"$":"total","contract","captured","reconstructed","damagedLines","unexplained","agreement"}`.'
  },
  exits: [0, 1, 2, 3, 5, 7, 8],
  examples: [
    ['unroll analytics replay', 'every event of the home'],
    [
      'unroll analytics replay 01a1fcde-3637 --contract 0.142',
      'those of one thread, as 0.142 posts them'
    ],
    ['unroll analytics diff capture.jsonl', 'does a capture agree with the rollouts?']
  ]
}

/** In the order of the help. */
export const LEDGERS: ReadonlyArray<CommandSpec> = [
  usage,
  tools,
  blame,
  audit,
  plugins,
  skills,
  analytics
]
