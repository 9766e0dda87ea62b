/**
 * The commands that read.
 */
import { SOURCE_KINDS } from '../../../projections/threads.ts'
import { AT, AT_TIME, CURSOR, limit, MAX_BYTES, ONE_THREAD, type CommandSpec } from './spec.ts'

const SORTS = ['created_at', 'updated_at', 'recency_at', 'last_event_at']

const READS = [0, 2, 3, 4, 5, 7]
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
    { name: 'all', text: 'Every source: sub-agents, exec and app-server clients too.' },
    AT_TIME
  ],
  conflicts: [['all', 'source']],
  output: {
    human:
      'a table: short id, time, name or preview; wider terminals add directory, source and branch.',
    tsv: 'id, created, updated (UTC), source, provider, branch, directory, name, preview.',
    json: `one Thread object per line, as \`thread/list\` gives it; ${PAGE_LINE}`
  },
  exits: [0, 2, 3, 5, 7, 8],
  examples: [
    ['unroll threads --limit 5', 'the five threads something happened in last'],
    ['unroll threads --all --cwd .', 'everything in this directory, sub-agents included'],
    ['unroll threads --json --limit 1000 | jq -r ".preview // empty"', 'previews for a script']
  ]
}

const search: CommandSpec = {
  name: 'search',
  args: ['<text>'],
  summary: 'Find threads in which something was said.',
  about: [
    'Looks at the messages of people and agents, in turns that were not rolled back. Upper and lower case, and how much ' +
      'white space there is, make no difference; everything else has to be there as written, also inside of words.',
    'Without options: the interactive sources `cli` and `vscode`, newest thread first, each with the first message that ' +
      'says it. The first search of a home reads every rollout once; later ones read what is new.'
  ],
  options: [
    limit('How many to print. Default: 25.'),
    CURSOR,
    { name: 'thread', value: 'THREAD', text: 'Every place in this thread, oldest first.' },
    {
      name: 'sort',
      value: 'KEY',
      choices: ['created_at', 'updated_at', 'recency_at'],
      text: 'Order. Default: created_at.'
    },
    { name: 'order', value: 'WAY', choices: ['asc', 'desc'], text: 'Direction. Default: desc.' },
    {
      name: 'source',
      value: 'KIND',
      many: true,
      choices: SOURCE_KINDS,
      text: 'Only from this kind of source; `subAgent` means every kind of sub-agent. Repeatable.'
    },
    { name: 'archived', text: 'Search the archived threads instead.' },
    { name: 'all', text: 'Every source: sub-agents, exec and app-server clients too.' },
    AT
  ],
  conflicts: [
    ['all', 'source'],
    ['thread', 'sort'],
    ['thread', 'order'],
    ['thread', 'source'],
    ['thread', 'archived'],
    ['thread', 'all']
  ],
  output: {
    human:
      'per thread its short id, creation time, name or preview, and the message around the hit, which is in colour, with its turn.',
    tsv: 'id, created (UTC), turn, name or preview, snippet; with --thread: turn, item, snippet.',
    json: `one object per line, \`{"thread","turnId","snippet","range"}\`, or with --thread \`{"turnId","itemId","snippet","range","turnCursor"}\`; \`range\` is where the hit is in the snippet, in UTF-16 code units; ${PAGE_LINE}`
  },
  exits: READS,
  examples: [
    ['unroll search "rusty gearbox"', 'who spoke of it'],
    ['unroll search lantern --thread 01a1fcde-3637', 'every place in one thread'],
    ['unroll search --all --json deadline | jq -r ".thread.id // empty"', 'ids for a script']
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
    { name: 'all', text: 'Every turn.' },
    AT
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
    MAX_BYTES,
    { name: 'asc', text: 'Oldest first.' },
    {
      name: 'view',
      value: 'VIEW',
      choices: ['notLoaded', 'summary', 'full'],
      text: 'How many items each turn carries: none, first question and last answer, all. Default: summary.'
    },
    AT
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
    {
      name: 'item',
      value: 'ID',
      many: true,
      text: 'Only the item with this id, whole; needs --turn. Repeatable.'
    },
    limit('How many to print. Default: 25.'),
    CURSOR,
    MAX_BYTES,
    { name: 'desc', text: 'Newest first.' },
    AT
  ],
  output: {
    human: 'a table: item id, type, text.',
    tsv: 'turn id, item id, type, text.',
    json: `one \`{"turnId":…,"item":…}\` per line; ${PAGE_LINE}`
  },
  conflicts: [
    ['item', 'cursor'],
    ['item', 'max-bytes']
  ],
  exits: READS,
  examples: [
    ['unroll items 01a1fcde-3637 --desc --limit 20', 'the last twenty items'],
    ['unroll items 01a1fcde-3637 --max-bytes 100000', 'no more than a hundred thousand bytes']
  ]
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
    },
    AT
  ],
  conflicts: [['raw', 'json']],
  output: {
    human: 'a table: revision, time, bytes, kind, or the reason why a line is damaged.',
    tsv: 'revision, time, bytes, kind; a damaged line has no time and its kind is `damaged:<reason>`.',
    json:
      'one object per line: `{"streamId","revision","segment","offset","bytes"}` and `line`, the event, or ' +
      '`reason`, why it is not one. There is no page line.'
  },
  exits: [0, 2, 3, 5, 7, 8],
  examples: [
    ['unroll events 01a1fcde-3637 --from 10 --to 20', 'eleven events'],
    ['unroll events 01a1fcde-3637 --raw > copy.jsonl', 'the rollout without blank lines']
  ]
}

const agents: CommandSpec = {
  name: 'agents',
  args: ['<thread>'],
  summary: 'Show which threads a thread spawned, and who spawned it.',
  about: [
    ...ONE_THREAD,
    'An agent is open until the thread that spawned it closes it. Reviews are no agents: Codex archives and deletes them alone.'
  ],
  options: [AT],
  output: {
    human: 'a tree: id, status, nickname, role; who spawned the thread stands above it.',
    json:
      'one object: `{"threadId","self","ancestors","children"}`; a child is ' +
      '`{"agent":{"threadId","parent","status","depth","path","nickname","role"},"children"}`.'
  },
  exits: [0, 2, 3, 5, 7, 8],
  examples: [['unroll agents 01a1fcde-3637', 'the tree below a thread']]
}

const log: CommandSpec = {
  name: 'log',
  args: ['[thread]'],
  summary: 'List what unroll did to the home, newest first.',
  about: [
    'Every change is recorded in `.unroll/operations.jsonl` of the home before and after it is made. With a thread, which may ' +
      'be gone by now: only what was done to it.'
  ],
  options: [limit('How many to print. Default: 25.'), AT_TIME],
  output: {
    human: 'a table: operation id, time, what, state, thread, who.',
    tsv: 'operation id, time (UTC), operation, state, thread, user, actor, reason.',
    json: 'one object per line: `{"began","ended","state","undoneBy","redoneBy"}`; see docs/FORMAT.md. There is no page line.'
  },
  exits: [0, 2, 3, 5, 7, 8],
  examples: [
    ['unroll log --limit 5', 'the last five changes'],
    ['unroll log 01a1fcde-3637', 'what was done to one thread']
  ]
}

const context: CommandSpec = {
  name: 'context',
  args: ['<thread>'],
  summary: 'Show what the model knows when a thread is loaded again.',
  about: [
    ...ONE_THREAD,
    'These are the response items Codex tells the model after a resume, before the next message: what is left after ' +
      'rollbacks and the newest compaction, as the Codex of `--profile` sends them. A call that a crash left without an output has ' +
      'the output `aborted` then, an output without its call is left out, ids are dropped, and 0.130 spells the JSON of a shell or ' +
      'patch as `Exit code: …`. What depends on the model is left as it is: Codex also shortens long outputs and replaces images ' +
      'that it cannot read. Sizes in tokens are the estimate of Codex, four bytes to a token.'
  ],
  options: [
    { name: 'raw', text: 'The items as the rollout holds them. Default: as they are sent.' },
    AT
  ],
  output: {
    human: 'the settings that hold, then a table: kind, bytes, tokens, first words.',
    json:
      'one object: `{"items","itemTokens","estimatedTokens","settings","resumesWith","turnContext","tokenUsage"}`; ' +
      '`items` as they are sent, with `--raw` as the rollout holds them.'
  },
  exits: READS,
  examples: [
    ['unroll context 01a1fcde-3637', 'what the model knows now'],
    ['unroll context 01a1fcde-3637 --at 40 --json', 'what it knew before event 40']
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
  log
]
