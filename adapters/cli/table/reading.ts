/**
 * The commands that read threads.
 */
import { ITEM_TYPES } from '../../../domain/protocol.ts'
import { DIFFERENCE_PARTS } from '../../../domain/thread/difference/thread.ts'
import { SEARCH_PARTS } from '../../../domain/thread/search/parts.ts'
import {
  ALL_SOURCES,
  ANY_COUNT,
  AT,
  AT_TIME,
  between,
  EXIT_ZERO,
  limit,
  LISTS,
  MAX_BYTES,
  NO_PAGER,
  ONE_THREAD,
  option,
  ordering,
  ONE_ORDER,
  PAGE_LINE,
  PAGING,
  READS,
  SOURCE,
  TURN_NAME,
  type CommandSpec,
  type OptionSpec
} from './spec.ts'

/** Which threads a command is about; `threads` and `search` take the same. */
const FILTERS: ReadonlyArray<OptionSpec> = [
  option('name TEXT...', 'Only threads with this text in their name, in any letter case.'),
  option('model NAME...', 'Only threads whose last settings name this model.'),
  option('branch NAME...', 'Only this branch of git.'),
  option('provider NAME...', 'Only this model provider.'),
  SOURCE,
  option('cwd DIR...', 'Only this working directory.')
]

const threads: CommandSpec = {
  name: 'threads',
  aliases: ['ls', 'list'],
  group: 'Browse',
  args: [],
  summary: 'List threads.',
  about: [
    'Without options: every provider, the interactive sources `cli` and `vscode`, newest event first. ' +
      'Threads without any message are not listed, as in Codex.',
    'The order `last_event_at` comes from the log. `updated_at` and `recency_at` come from file times, ' +
      'which copies and checkouts do not keep. The time a list is sorted by is the one it shows.',
    'A filter that is repeated means one of its values; different filters all hold.'
  ],
  options: [
    ...PAGING,
    option('sort KEY', 'Order. Default: last_event_at.', {
      choices: ['created_at', 'updated_at', 'recency_at', 'last_event_at']
    }),
    ...ordering(),
    ...between('Last event:'),
    ...FILTERS,
    option('archived', 'List the archived threads instead.'),
    option(
      'search TEXT',
      'Only threads with this text in name, title or preview. Letter case matters.'
    ),
    option('parent THREAD', 'Only sub-agents of this thread.'),
    ALL_SOURCES,
    AT_TIME,
    option('watch', 'Redraw the list every second on the whole terminal; `q` ends.')
  ],
  conflicts: [['all', 'source'], ['all-rows', 'limit'], ['watch', 'json'], ...ONE_ORDER],
  output: {
    human: 'a table: {threads}.',
    tsv: '{threads}.',
    json: `one Thread object per line, as \`thread/list\` gives it; ${PAGE_LINE}`
  },
  exits: LISTS,
  examples: [
    ['unroll threads --limit 5', 'the five threads with the newest events'],
    ['unroll threads --since monday --model gpt-5', 'this week, with one model'],
    ['unroll threads --all --cwd .', 'everything in this directory, sub-agents included'],
    ['unroll threads --json --limit 1000 | jq -r ".preview // empty"', 'previews for a script']
  ]
}

const search: CommandSpec = {
  name: 'search',
  group: 'Browse',
  args: ['<text>'],
  summary: 'Search messages in all threads.',
  about: [
    'Searches the messages of people and agents, in turns that were not rolled back. Matches are literal and may start or end inside a word; ' +
      'letter case and spacing are ignored.',
    'With --in, also searches what tools were asked (`tools`: commands, arguments, queries), what they printed (`outputs`), patches (`diffs`), ' +
      'or reasoning and plans (`reasoning`). Only messages are indexed: these searches read every thread that the filters leave.',
    'A regular expression is one of JavaScript with the flag `u`, of at most 1,000 characters. `^` and `$` stand for the ends of a text, ' +
      '`(?:^|\\n)` for the beginning of a line. Texts over 65,536 characters are searched in parts of whole lines. ' +
      'A search ends with exit code 2 when its pattern takes more than a second on a turn.',
    'Without options: the interactive sources `cli` and `vscode`, newest thread first, each with its first match. ' +
      'Until the text is indexed, searches scan the rollouts; later ones read only what is new.',
    'A filter that is repeated means one of its values; different filters all hold. A turn without a time counts as of the last event of its thread.'
  ],
  options: [
    ...PAGING,
    option('thread THREAD', 'Every match in this thread, oldest first.'),
    option('case', 'Letter case matters.'),
    option('regex', 'The text is a regular expression: `"gear(box|wheel)"`. Spacing matters.'),
    option('in WHERE...', 'Search only here. Default: user and agent.', { choices: SEARCH_PARTS }),
    option('sort KEY', 'Order. Default: created_at.', {
      choices: ['created_at', 'updated_at', 'recency_at']
    }),
    ...ordering(),
    ...between('Turns of the matches:'),
    ...FILTERS,
    option('archived', 'Search the archived threads instead.'),
    ALL_SOURCES,
    AT
  ],
  conflicts: [
    ['all', 'source'],
    ['all-rows', 'limit'],
    ...ONE_ORDER,
    ...[
      ...['sort', 'order', 'asc', 'desc', 'archived', 'all'],
      ...FILTERS.map(({ name }) => name)
    ].map((name) => ['thread', name] as const)
  ],
  output: {
    human:
      'per thread its short id, creation time, name or preview, and the text around the match, which is in colour, with its turn.',
    tsv: '{found threads}; with --thread: {occurrences}.',
    json: `one object per line, \`{"thread","turnId","snippet","range"}\`, or with --thread \`{"turnId","itemId","snippet","range","turnCursor"}\`; \`range\` is where the match is in the snippet, in UTF-16 code units; ${PAGE_LINE}`
  },
  exits: READS,
  examples: [
    ['unroll search "rusty gearbox"', 'threads that mention it'],
    ['unroll search lantern --thread 01a1fcde-3637', 'every match in one thread'],
    ['unroll search --all --json deadline | jq -r ".thread.id // empty"', 'ids for a script']
  ]
}

const show: CommandSpec = {
  name: 'show',
  aliases: ['cat'],
  group: 'Browse',
  args: ['<thread>'],
  summary: 'Show a thread as a transcript.',
  about: [
    ...ONE_THREAD,
    'Prints the facts of the thread and its last turns: messages, commands, patches and tools. ' +
      'Outputs and diffs show their first ten lines; long output opens in a pager.',
    'In a pipe: every turn, with the same words whole, unwrapped, without colors, and with Markdown as written.',
    'The pager is $UNROLL_PAGER, else $PAGER, else `less -FRX`; an empty one or `cat` means none. ' +
      'Damaged lines are left out and named in a notice (on stderr with --json).'
  ],
  options: [
    limit('How many of the newest turns. Default: 3 on a terminal, every turn in a pipe.'),
    option('all', 'Every turn.'),
    option(
      'turn TURN',
      'Only this turn: an id, a unique id prefix, a number (`7` or `#7`), or counted from the end (`--turn=-1` is the last).'
    ),
    option('item ID', 'Only this item, whole. Without --turn: the newest item with this id.'),
    option('full', 'Show outputs and diffs whole.'),
    option('diff', 'Show diffs whole.'),
    option('only KIND', 'Only messages, only tools (commands included), or only diffs.', {
      choices: ['messages', 'tools', 'diffs']
    }),
    option('reasoning', 'Include the reasoning of the model.'),
    option('rolled-back', 'Include turns that were rolled back, marked, where they were.'),
    option('plain', 'Show Markdown as it was written.'),
    option('wrap N', 'Wrap at N columns. Default: the width of the terminal.', {
      range: [20, 1000]
    }),
    NO_PAGER,
    AT
  ],
  conflicts: [
    ['all', 'limit'],
    ['turn', 'all'],
    ['turn', 'limit'],
    ['turn', 'rolled-back'],
    ['item', 'all'],
    ['item', 'limit'],
    ['item', 'only'],
    ['item', 'rolled-back'],
    ['at', 'rolled-back'],
    ['json', 'rolled-back']
  ],
  output: {
    human:
      'the facts of the thread, then its turns, oldest first, each with a head: number, time, duration, tokens, id.',
    json:
      'one Thread object on one line; `turns` holds the turns, oldest first, with all items. ' +
      'With --item: one `{"turnId":…,"item":…}`.'
  },
  exits: READS,
  examples: [
    ['unroll show 01a1fcde-3637', 'the last three turns'],
    ['unroll show 01a1fcde-3637 --turn=-1 --full', 'the last turn, with whole outputs'],
    ['unroll show 01a1fcde-3637 --all --only diffs --diff', 'every patch'],
    ['unroll show "Early hinge 523" | grep -i kettle', 'a whole thread, in a pipe']
  ]
}

const turns: CommandSpec = {
  name: 'turns',
  group: 'Inspect',
  args: ['<thread>'],
  summary: 'List the turns of a thread, newest first.',
  about: [...ONE_THREAD, 'Turns that were rolled back are not listed.'],
  options: [
    ...PAGING,
    MAX_BYTES,
    ...ordering(),
    option(
      'view VIEW',
      'Which items each turn carries: none, first question and last answer, all. Default: summary.',
      { choices: ['notLoaded', 'summary', 'full'] }
    ),
    AT
  ],
  conflicts: ONE_ORDER,
  output: {
    human: 'a table: {turns}.',
    tsv: '{turns}.',
    json: `one Turn object per line, as \`thread/turns/list\` gives it; ${PAGE_LINE}`
  },
  exits: READS,
  examples: [['unroll turns 01a1fcde-3637 --asc --limit 10', 'the first ten turns']]
}

const items: CommandSpec = {
  name: 'items',
  group: 'Inspect',
  args: ['<thread>'],
  summary: 'List messages, commands, patches and other items.',
  about: [
    ...ONE_THREAD,
    'An item is what a person sees inside a turn. Items are listed oldest first.'
  ],
  options: [
    option('turn TURN', `Only this turn. ${TURN_NAME}`),
    option('item ID...', 'Only the item with this id, whole; needs --turn.'),
    ...PAGING,
    MAX_BYTES,
    option(
      'type TYPE...',
      'Only items of this type, such as `commandExecution`, `fileChange` or `agentMessage`.',
      { choices: ITEM_TYPES }
    ),
    ...ordering('oldest'),
    AT
  ],
  output: {
    human: 'a table: {items}.',
    tsv: '{items}.',
    json: `one \`{"turnId":…,"item":…}\` per line; ${PAGE_LINE}`
  },
  conflicts: [
    ['all-rows', 'limit'],
    ['item', 'cursor'],
    ['item', 'max-bytes'],
    ['item', 'type'],
    ...ONE_ORDER
  ],
  exits: READS,
  examples: [
    ['unroll items 01a1fcde-3637 --desc --limit 20', 'the last twenty items'],
    ['unroll items 01a1fcde-3637 --max-bytes 100000', 'no more than a hundred thousand bytes']
  ]
}

const events: CommandSpec = {
  name: 'events',
  group: 'Inspect',
  args: ['<thread>'],
  summary: 'List the raw events of a thread, including damaged lines.',
  about: [
    ...ONE_THREAD,
    'A revision counts the lines before an event that are not blank; the first event has revision 0. ' +
      'Reading ends at --to and takes the same memory for any size of rollout. ' +
      'An unfinished last line is not an event yet.'
  ],
  options: [
    option('from N', 'First revision. Default: 0.', ANY_COUNT),
    option('to N', 'Last revision, included. Default: the last one.', ANY_COUNT),
    option(
      'kind KIND...',
      'Only events of this kind, whole or either part: `event_msg:user_message`, `event_msg`, `user_message`.'
    ),
    limit('How many. Default: all.'),
    ...ordering('oldest'),
    option(
      'raw',
      'Print the lines byte for byte, decompressed; on a terminal with control characters spelled out.'
    ),
    AT
  ],
  conflicts: [['raw', 'json'], ['raw', 'desc'], ['raw', 'order'], ...ONE_ORDER],
  output: {
    human: 'a table: revision, time, bytes, kind, or the reason why a line is damaged.',
    tsv: '{events}; a damaged line has no time and its kind is `damaged:<reason>`.',
    json:
      'one object per line: `{"streamId","revision","segment","offset","bytes"}` and `line`, the event, or ' +
      '`reason`, why it is not one.'
  },
  exits: LISTS,
  examples: [
    ['unroll events 01a1fcde-3637 --from 10 --to 20', 'eleven events'],
    ['unroll events 01a1fcde-3637 --kind user_message --desc', 'what was asked, newest first'],
    ['unroll events 01a1fcde-3637 --raw > copy.jsonl', 'the rollout without blank lines']
  ]
}

const context: CommandSpec = {
  name: 'context',
  group: 'Inspect',
  args: ['<thread>'],
  summary: 'Show what the model gets when the thread is resumed.',
  about: [
    ...ONE_THREAD,
    'These are the response items that Codex sends after a resume, before the next message: what is left after rollbacks and the newest ' +
      'compaction, as the Codex of `--profile` sends them. A call without an output, after a crash, gets the output `aborted`. An output ' +
      'without its call and all ids are left out. 0.130 spells the JSON of a shell or patch as `Exit code: …`.',
    'What depends on the model is not applied: Codex also shortens long outputs and replaces images that the model cannot read. ' +
      'Tokens are the estimate of Codex, four bytes to a token.'
  ],
  options: [option('raw', 'The items as the rollout holds them. Default: as they are sent.'), AT],
  output: {
    human: 'the current settings, then a table: kind, bytes, tokens, first words.',
    json:
      'one object: `{"items","itemTokens","estimatedTokens","settings","resumesWith","turnContext","tokenUsage"}`; ' +
      '`items` as they are sent, with `--raw` as the rollout holds them.'
  },
  exits: READS,
  examples: [
    ['unroll context 01a1fcde-3637', 'the context now'],
    ['unroll context 01a1fcde-3637 --at 40 --json', 'the context before event 40']
  ]
}

const agents: CommandSpec = {
  name: 'agents',
  group: 'Inspect',
  args: ['<thread>'],
  summary: 'Show the tree of sub-agents.',
  about: [
    ...ONE_THREAD,
    'A sub-agent is open until its parent closes it. Reviews are no sub-agents: Codex archives and deletes them alone.'
  ],
  options: [AT],
  output: {
    human: 'a tree: id, status, nickname, role; the parents of the thread come first.',
    json:
      'one object: `{"threadId","self","ancestors","children"}`; a child is ' +
      '`{"agent":{"threadId","parent","status","depth","path","nickname","role"},"children"}`.'
  },
  exits: LISTS,
  examples: [['unroll agents 01a1fcde-3637', 'the tree below a thread']]
}

export const log: CommandSpec = {
  name: 'log',
  group: 'Change',
  args: ['[thread]'],
  summary: 'List changes made by unroll, newest first.',
  about: [
    'Every change is recorded in `.unroll/operations.jsonl` of the home before and after it is made. ' +
      'With a thread, which may be deleted by now: only its changes.'
  ],
  options: [limit(), ...ordering(), ...between(), AT_TIME],
  conflicts: ONE_ORDER,
  output: {
    human: 'a table: {operations}.',
    tsv: '{operations}.',
    json: 'one object per line: `{"began","ended","state","undoneBy","redoneBy"}`; see docs/FORMAT.md.'
  },
  exits: LISTS,
  examples: [
    ['unroll log --limit 5', 'the last five changes'],
    ['unroll log 01a1fcde-3637', 'the changes of one thread']
  ]
}

const diff: CommandSpec = {
  name: 'diff',
  group: 'Inspect',
  args: ['<before>', '[after]'],
  summary: 'Compare two points of a thread, or two threads.',
  about: [
    'Each side is `THREAD@POINT`, or `THREAD` for now. The point behind the last @ is a revision, a turn or a time, as `--at` of other commands ' +
      'takes it. `THREAD` is an id, a unique id prefix, or a name. Without the second side: the first thread now.',
    'Turns and items are matched by their ids; items of a model context, which have none, by their content. Files are those that patches ' +
      'changed, with the lines of all patches so far. See docs/TIME-TRAVEL.md.'
  ],
  options: [
    option('of PART...', 'What to compare. Default: turns.', { choices: DIFFERENCE_PARTS }),
    EXIT_ZERO
  ],
  output: {
    human: 'a line per difference: `-` removed, `+` added, `~` changed.',
    tsv: '{differences}; the key is an id, path, model or field.',
    json:
      'one difference per line: `{"of","change","key","before","after"}`; `place` of what was added; `fields` and `items` of a changed turn; ' +
      '`field` instead of `key` for facts of a context.'
  },
  exits: [0, 1, 2, 3, 4, 5, 6, 7, 8],
  examples: [
    ['unroll diff 01a1fcde-3637@40', 'what happened since event 40'],
    ['unroll diff 01a1fcde-3637@2h --of files --of usage', 'files and tokens of two hours'],
    ['unroll diff 01a1fcde-3637@20 01a1fcde-3637@40', 'between two events'],
    ['unroll diff 01a1fcde-3637 01a1fcde-3abc', 'how a fork diverged']
  ]
}

/** In the order of the help. */
export const READING: ReadonlyArray<CommandSpec> = [
  threads,
  search,
  show,
  turns,
  items,
  events,
  context,
  agents,
  diff
]
