/**
 * The commands that change a home.
 */
import { ONE_THREAD, type CommandSpec, type OptionSpec } from './spec.ts'

const BRANCHES = [0, 2, 3, 4, 5, 6, 7]
const beforeTurn = (text: string): OptionSpec => ({ name: 'before-turn', value: 'TURN', text })

const DRY_RUN: OptionSpec = {
  name: 'dry-run',
  text: 'Print what would happen, and change nothing.'
}
const EXPECTED: OptionSpec = {
  name: 'expected-revision',
  value: 'N',
  range: [0, Number.MAX_SAFE_INTEGER],
  text: 'Only when the thread holds exactly so many events; otherwise exit code 7.'
}
const FORCE: OptionSpec = {
  name: 'force',
  text: "Paginated threads: also in a home with Codex's database, which would go on in the old file."
}

const append: CommandSpec = {
  name: 'append',
  args: ['<thread>'],
  summary: 'Append events to a thread.',
  about: [
    '`<thread>` is an id, the beginning of an id that no other thread shares, or a name; the whole id of a thread that ' +
      'begins with these events.',
    'Reads one event per line, `{"type":…,"payload":…}` with an optional `timestamp`; the number a line has in a paginated ' +
      'thread is given anew. All events are appended or none: a line that could not be read back refuses them all. ' +
      'They are on disk when the command ends. A new thread begins with `session_meta`.',
    'Refused while a running Codex has the thread loaded, or another unroll keeps writing to it.'
  ],
  options: [
    {
      name: 'file',
      value: 'PATH',
      text: 'Where to read the events; `-` is stdin. Default: stdin.'
    },
    {
      name: 'expected-revision',
      value: 'N',
      text:
        'Append only if the thread holds this many events, or: `any`, `no_stream` (there is none), ' +
        '`stream_exists`. Default: any.'
    },
    { name: 'dry-run', text: 'Check everything and print the lines, but write nothing.' }
  ],
  output: {
    human:
      'the new revision: what the next append expects. With --dry-run the lines, without numbers.',
    json:
      '`{"streamId","from","next","path"}`: the places before the first event and behind the last one, each ' +
      '`{"revision","segment","offset"}`. With --dry-run `{"streamId","revision","lines"}`, `revision` null for a new thread.'
  },
  exits: [0, 2, 3, 4, 5, 6, 7, 8],
  examples: [
    ['unroll append 0198b553 --file events.jsonl', 'append the events of a file'],
    [
      'unroll append 0198b553 --expected-revision 42 < events.jsonl',
      'only if nobody appended since revision 42 was read'
    ]
  ]
}

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
    beforeTurn('The first turn that it does not take over.'),
    DRY_RUN,
    EXPECTED
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
    },
    DRY_RUN,
    EXPECTED
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

const FORCE_PLACES: OptionSpec = {
  name: 'force',
  text: 'Also in a home with the database of Codex 0.169, which would show the thread no more.'
}
const RELOCATED =
  'one object: `{"operationId","threadIds","skipped":[{"threadId","reason"}],"files":[{"from","to"}]}`; ' +
  '`operationId` is null with --dry-run.'
const RELOCATED_TEXT =
  'the ids of the threads, in the order of Codex; with --dry-run the files. Threads that were skipped are named on stderr.'

const archive: CommandSpec = {
  name: 'archive',
  args: ['<thread>'],
  summary: 'Move a thread and what it spawned to the archived ones.',
  about: [
    ...ONE_THREAD,
    'All files of the thread move, older segments and compressed ones too; their names and bytes stay. A spawned thread that ' +
      'cannot be moved is skipped. Refused while a running Codex has the thread loaded.'
  ],
  options: [DRY_RUN, EXPECTED, FORCE_PLACES],
  output: { human: RELOCATED_TEXT, json: RELOCATED },
  exits: BRANCHES,
  examples: [['unroll archive 0198b553', 'put a thread away']]
}

const unarchive: CommandSpec = {
  name: 'unarchive',
  args: ['<thread>'],
  summary: 'Bring an archived thread back.',
  about: [
    ...ONE_THREAD,
    'Its files go to the day in their names, and the newest one is as new as now. With --profile 0.169, the default, what it ' +
      'spawned comes back too.'
  ],
  options: [DRY_RUN, EXPECTED, FORCE_PLACES],
  output: { human: RELOCATED_TEXT, json: RELOCATED },
  exits: BRANCHES,
  examples: [['unroll unarchive 0198b553', 'take it out again']]
}

const rename: CommandSpec = {
  name: 'rename',
  args: ['<thread>', '<name>'],
  summary: 'Give a thread a name.',
  about: [
    ...ONE_THREAD,
    'Adds a line to `session_index.jsonl`, which Codex up to 0.142 and unroll read; blanks around the name are dropped. ' +
      'Codex 0.169 keeps names in its own database and does not show this one.'
  ],
  options: [DRY_RUN, EXPECTED],
  output: {
    human: 'nothing; with --dry-run the name before and after.',
    json: 'one object: `{"operationId","threadId","name","before"}`; `before` is null when it had no name.'
  },
  exits: BRANCHES,
  examples: [['unroll rename 0198b553 "Release notes"', 'a name that people know']]
}

const remove: CommandSpec = {
  name: 'delete',
  args: ['<thread>'],
  summary: 'Delete a thread and what it spawned; `restore` brings them back.',
  about: [
    ...ONE_THREAD,
    'The files move to `.unroll/trash` in the home, with the names people gave. Refused while a fork outside continues one of ' +
      'the files, and while a running Codex has one of the threads loaded.'
  ],
  options: [
    { name: 'permanent', text: 'Not to the trash: nothing brings the files back.' },
    DRY_RUN,
    EXPECTED
  ],
  output: { human: RELOCATED_TEXT, json: RELOCATED },
  exits: BRANCHES,
  examples: [
    ['unroll delete 0198b553 --dry-run', 'which files that would be'],
    ['unroll delete 0198b553', 'to the trash']
  ]
}

const restore: CommandSpec = {
  name: 'restore',
  args: ['[operation-or-thread]'],
  summary: 'Bring back what was deleted.',
  about: [
    'Everything one `delete` moved to the trash goes back to where it was, names too. Without an argument: what was deleted ' +
      'last. Refused when a file of the thread is there again.'
  ],
  options: [
    DRY_RUN,
    {
      ...EXPECTED,
      text: 'Only when the thread held so many events when it was deleted; otherwise exit code 7.'
    }
  ],
  output: { human: RELOCATED_TEXT, json: RELOCATED },
  exits: BRANCHES,
  examples: [['unroll restore', 'undo the last delete']]
}

const undo: CommandSpec = {
  name: 'undo',
  args: ['[operation]'],
  summary: 'Undo an operation of the log.',
  about: [
    'Without an argument: the newest one that stands and is no undo itself. Undoing is an operation of its own; undoing that ' +
      'does the first one again. Refused when nothing would bring the home back to how it was, or when the thread changed since.'
  ],
  options: [DRY_RUN, EXPECTED, FORCE_PLACES],
  output: {
    human: 'what was undone, and how.',
    json: 'one object: `{"undone","operation","by":{"operation","arguments"},"operationId"}`.'
  },
  exits: BRANCHES,
  examples: [
    ['unroll undo', 'take the last change back'],
    ['unroll undo 01a1fee4', 'another one']
  ]
}

const WRITTEN = {
  human: 'the new revision; with --dry-run the lines that would be written.',
  json: '`{"threadId","events","appended","operationId"}`: what was written, and `{"streamId","from","next","path"}`, the places before and behind it; null after a dry run.'
}

const rollback: CommandSpec = {
  name: 'rollback',
  args: ['<thread>'],
  summary: 'Hide the newest turns of a thread.',
  about: [
    ...ONE_THREAD,
    'Appends what Codex appends: the token count as it is then, and how many turns are hidden. A paginated thread goes on ' +
      'in a new segment instead, as with `revert`. Nothing is deleted, and until the next turn `unrollback` brings it back.'
  ],
  options: [
    {
      name: 'turns',
      value: 'N',
      range: [1, 4_294_967_295],
      text: 'How many; all of them when the thread has fewer. Default: 1.'
    },
    FORCE,
    DRY_RUN,
    EXPECTED
  ],
  output: WRITTEN,
  exits: BRANCHES,
  examples: [['unroll rollback 0198b553 --turns 2', 'hide the last two turns']]
}

const unrollback: CommandSpec = {
  name: 'unrollback',
  args: ['<thread>'],
  summary: 'Bring back the turns that the last rollback hid.',
  about: [
    ...ONE_THREAD,
    'Works until something was said after the rollback. The hidden lines are written again behind a mark of our own, ' +
      'so that every Codex shows the turns too; a paginated thread goes on from the segment that was left behind.'
  ],
  options: [FORCE, DRY_RUN, EXPECTED],
  output: WRITTEN,
  exits: BRANCHES,
  examples: [['unroll unrollback 0198b553', 'show the hidden turns again']]
}

const review: CommandSpec = {
  name: 'review',
  args: ['start|complete', '<thread>'],
  summary: 'Set a review up in a thread, or take what the reviewer said.',
  about: [
    ...ONE_THREAD,
    'unroll runs no reviewer. `start` records what is to be reviewed, in the thread or, with --detached, in a fork of it; ' +
      '`complete` records the answer, which ends the review: the JSON of a review output, or plain text.'
  ],
  options: [
    { name: 'base', value: 'BRANCH', text: 'Review the changes against a branch.' },
    { name: 'commit', value: 'SHA', text: 'Review a commit.' },
    {
      name: 'instructions',
      value: 'TEXT',
      text: 'Review what the text says. Default: current changes.'
    },
    { name: 'detached', text: 'Start it in a fork of the thread.' },
    {
      name: 'file',
      value: 'PATH',
      text: 'Where to read the answer; `-` is stdin. Default: stdin.'
    },
    { name: 'failed', text: 'The reviewer gave no answer.' },
    DRY_RUN,
    EXPECTED
  ],
  conflicts: [
    ['base', 'commit'],
    ['base', 'instructions'],
    ['commit', 'instructions'],
    ['file', 'failed']
  ],
  output: {
    human: '`start`: the thread of the review and what it is about; `complete`: the new revision.',
    json: 'as `rollback --json`; `start` adds `turnId`, `reviewTurnId` and `hint`.'
  },
  exits: BRANCHES,
  examples: [
    ['unroll review start 0198b553 --base main', 'review what a branch changed'],
    ['unroll review complete 0198b553 --file answer.json', 'record what the reviewer found']
  ]
}

/** In the order of the help. */
export const WRITING: ReadonlyArray<CommandSpec> = [
  append,
  fork,
  revert,
  rollback,
  unrollback,
  review,
  archive,
  unarchive,
  rename,
  remove,
  restore,
  undo
]
