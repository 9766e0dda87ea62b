/**
 * The commands that change threads.
 */
import {
  ANY_COUNT,
  DRY_RUN,
  ONE_THREAD,
  option,
  TURN_NAME,
  word,
  YES,
  type CommandSpec
} from './spec.ts'

const CHANGES = [0, 2, 3, 4, 5, 6, 7]
const ASKED = [...CHANGES, 9]

const EXPECTED = option(
  'expected-revision N',
  'Fail with exit code 7 unless the thread has exactly N events.',
  ANY_COUNT
)
const FORCE_SEGMENT = option(
  'force',
  "Paginated threads: proceed although the home has Codex's database, which would continue the old file."
)
const FORCE_PLACE = option(
  'force',
  "Proceed although Codex 0.169's database will not notice (it may stop listing the thread)."
)

const append: CommandSpec = {
  name: 'append',
  group: 'Change',
  args: ['<thread>'],
  summary: 'Append events to a thread.',
  about: [
    '`<thread>` is an id, a unique id prefix, or a name; or the whole id of a new thread.',
    'Reads one event per line, `{"type":…,"payload":…}` with an optional `timestamp`; lines of a paginated ' +
      'thread are numbered again. All events are appended or none: a line that could not be read back refuses them all. ' +
      'They are on disk when the command ends. A new thread begins with `session_meta`.',
    'Refused while a running Codex has the thread loaded, or another unroll keeps writing to it.'
  ],
  options: [
    option('file PATH', 'Where to read the events; `-` is stdin. Default: stdin.'),
    option(
      'expected-revision N',
      'Append only if the thread holds this many events, or: `any`, `no_stream` (a new thread), `stream_exists`. Default: any.'
    ),
    option('dry-run', 'Check everything and print the lines, but write nothing.')
  ],
  output: {
    human:
      'on stderr what was appended; in a pipe also the new revision, which the next append expects. With --dry-run the lines, without numbers.',
    json:
      '`{"streamId","from","next","path"}`: the places before the first event and behind the last one, each ' +
      '`{"revision","segment","offset"}`. With --dry-run `{"streamId","revision","lines"}`, `revision` null for a new thread.'
  },
  exits: [0, 2, 3, 4, 5, 6, 7, 8],
  examples: [
    ['unroll append 0198b553 --file events.jsonl', 'append the events of a file'],
    [
      'unroll append 0198b553 --expected-revision 42 < events.jsonl',
      'only if the thread is still at revision 42'
    ]
  ]
}

const FROM = option('from AGENT', 'Whose sessions: one of these. Default: of every agent.', {
  choices: ['claude', 'cursor']
})
const SOURCE = option(
  'source DIR',
  'Read this folder instead of `~/.claude` or `~/.cursor`, for instance a backup; needs --from.'
)
const DAYS = option('days N', 'Only sessions modified in the last N days. Default: 30.', ANY_COUNT)
const MAX = option('max N', 'At most N sessions, newest first. Default: all.', ANY_COUNT)

const importing: CommandSpec = {
  name: 'import',
  group: 'Change',
  args: ['[session...]'],
  words: [
    word('list [agent]', 'List sessions that can be imported.', [FROM, SOURCE, DAYS, MAX], {
      about: ['Newest first. Sessions that were imported and have not changed since are left out.']
    }),
    word(
      'settings',
      'Import settings of Claude Code and Cursor.',
      [
        option('from AGENT', 'Whose settings: one of these. Default: of every agent.', {
          choices: ['claude', 'cursor']
        }),
        option('repo DIR', 'Settings of this repository. Default: those of the user.'),
        DRY_RUN
      ],
      {
        about: [
          'Imports the environment and the sandbox, MCP servers, hooks, skills, commands, subagents and guidance as Codex of the profile does. ' +
            'What Codex has already stays; comments in `config.toml` stay. What cannot be said in Codex is left out, with the reason.',
          '`--dry-run` shows every file as a diff, and the programs that Codex would start later; unroll starts none. Environments and ' +
            'headers are shown by their first four characters. `unroll undo` takes an import back.'
        ]
      }
    )
  ],
  withoutWord: 'itself',
  summary: 'Import bundles, and sessions of Claude Code and Cursor.',
  about: [
    '`<session>` is the path of a session file, or the beginning of its name. Session files are only read. A bundle of `unroll export`, or ' +
      'the folder it was unpacked to, is verified first; nothing in the home is replaced. See docs/MACHINES.md.',
    'Threads are those that Codex of the profile would make. The ledger of imports is shared with Codex: neither imports what ' +
      'the other has. What a session says since it was imported is appended to its thread. A session that was rewritten is refused; --again ' +
      'makes a new thread of it.',
    'An import that is killed is finished by the next one. `unroll undo` takes a new thread back.'
  ],
  options: [
    option('all', 'Import every session that `unroll import list` shows.'),
    FROM,
    SOURCE,
    DAYS,
    MAX,
    option(
      'again',
      'Make a new thread of a session that was rewritten since it was imported, or whose thread was deleted.'
    ),
    DRY_RUN
  ],
  output: {
    human:
      'a table: {imported sessions}, and on stderr a summary. `list`, `--dry-run`: {importable sessions}. ' +
      '`settings`: {imported settings}; `settings --dry-run`: diffs.',
    tsv: '{imported sessions}; the outcome is `imported`, `appended`, `known`, `empty` or `failed`. `list`, `--dry-run`: {importable sessions}. `settings`: {imported settings}; the outcome is `create`, `add`, `starts`, `left_out` or `failed`.',
    json:
      '`{"outcome","agent","path","threadId","title","messages","reason"}` per session. `list`, `--dry-run`: ' +
      '`{"agent","path","cwd","title","modifiedAtMs","sizeBytes","messages"}` per session. `settings`: ' +
      '`{"outcome","agent","itemType","repository","what","reason"}` per file, program and part that is left out.'
  },
  exits: [0, 1, 2, 3, 5, 6, 7],
  examples: [
    ['unroll import list', 'what can be imported'],
    ['unroll import work.unroll.tar', 'threads of another machine'],
    ['unroll import list claude --days 365', 'of Claude Code, of a whole year'],
    ['unroll import --all --dry-run', 'what would be imported'],
    ['unroll import --all --from claude', 'import every recent session of Claude Code'],
    ['unroll import 3f8c21aa', 'import one session'],
    ['unroll import settings --dry-run', 'what settings would become'],
    ['unroll import settings --repo . --from claude', 'import settings of this repository']
  ]
}

const fork: CommandSpec = {
  name: 'fork',
  group: 'Change',
  args: ['<thread>'],
  summary: 'Start a new thread from the history of one.',
  about: [
    ...ONE_THREAD,
    'A paginated thread (the default from Codex 0.151 on) is forked by reference: the new file holds two lines, which ' +
      'name the place in the other file. A legacy thread is copied up to that place. The source is not changed.'
  ],
  options: [
    option('last-turn TURN', `The last turn of the new thread. ${TURN_NAME}`),
    option('before-turn TURN', `The first turn that the new thread leaves out. ${TURN_NAME}`),
    DRY_RUN,
    EXPECTED
  ],
  conflicts: [['last-turn', 'before-turn']],
  output: {
    human:
      'on stderr what was made, and how to take it back; in a pipe also the id and the file of the new thread.',
    json: 'the new thread, as `show --json` prints it without turns.'
  },
  exits: CHANGES,
  examples: [
    [
      'unroll fork 0198b553 --last-turn 0198b554-4fb5-7a10-9c3e-52d1e0aa7c11',
      'continue from behind a turn'
    ]
  ]
}

const revert: CommandSpec = {
  name: 'revert',
  group: 'Change',
  args: ['<thread>'],
  summary: 'Rewind a thread to just before a turn.',
  about: [
    ...ONE_THREAD,
    'Paginated threads only. A new segment of two lines names the place; the turns after it stay in their old file, ' +
      'and Codex 0.148 or later continues there. Refused while a running Codex has the thread loaded.'
  ],
  options: [
    option('before-turn TURN', `The first turn to leave behind; required. ${TURN_NAME}`),
    option(
      'force',
      "Proceed although the home has Codex's database, which would continue the old file."
    ),
    DRY_RUN,
    EXPECTED
  ],
  output: {
    human:
      'on stderr what was done, and how to take it back; in a pipe also the id and the new file of the thread.',
    json: 'the thread, as `show --json` prints it without turns.'
  },
  exits: CHANGES,
  examples: [
    [
      'unroll revert 0198b553 --before-turn 0198b554-4fb5-7a10-9c3e-52d1e0aa7c11',
      'leave a turn and all after it behind'
    ]
  ]
}

const WRITTEN = {
  human:
    'on stderr what was done, and how to take it back; in a pipe also the new revision. With --dry-run the turns or lines that would be written.',
  json: '`{"threadId","events","appended","operationId"}`: what was written, and `{"streamId","from","next","path"}`, the places before and behind it; null after a dry run.'
}

const rollback: CommandSpec = {
  name: 'rollback',
  group: 'Change',
  args: ['<thread>'],
  summary: 'Hide the newest turns of a thread.',
  about: [
    ...ONE_THREAD,
    'Appends what Codex appends: the token count then, and how many turns are hidden. A paginated thread continues ' +
      'in a new segment instead, as with `revert`. Nothing is deleted, and until the next turn `unrollback` restores the turns.',
    'More than five turns, or all of several, are hidden only after a question.'
  ],
  options: [
    option('turns N', 'How many; all of them if the thread has fewer. Default: 1.', {
      range: [1, 4_294_967_295]
    }),
    YES,
    FORCE_SEGMENT,
    DRY_RUN,
    EXPECTED
  ],
  output: WRITTEN,
  exits: ASKED,
  examples: [['unroll rollback 0198b553 --turns 2', 'hide the last two turns']]
}

const unrollback: CommandSpec = {
  name: 'unrollback',
  group: 'Change',
  args: ['<thread>'],
  summary: 'Undo the last rollback.',
  about: [
    ...ONE_THREAD,
    'Works until the first message after the rollback. The hidden lines are written again behind a mark of unroll, ' +
      'so that every Codex shows the turns too; a paginated thread continues in the segment that was left behind.'
  ],
  options: [FORCE_SEGMENT, DRY_RUN, EXPECTED],
  output: WRITTEN,
  exits: CHANGES,
  examples: [['unroll unrollback 0198b553', 'show the hidden turns again']]
}

const review: CommandSpec = {
  name: 'review',
  group: 'Change',
  args: [],
  words: [
    word(
      'start <thread>',
      'Record what is to be reviewed.',
      [
        option('base BRANCH', 'Review the changes against a branch.'),
        option('commit SHA', 'Review a commit.'),
        option('instructions TEXT', 'Review what the text says. Default: current changes.'),
        option('detached', 'Start it in a fork of the thread.')
      ],
      { about: ONE_THREAD }
    ),
    word(
      'complete <thread>',
      'Record the answer of the reviewer.',
      [
        option('file PATH', 'Where to read the answer; `-` is stdin. Default: stdin.'),
        option('failed', 'The reviewer gave no answer.')
      ],
      { about: ['The answer is the JSON of a review output, or plain text.', ...ONE_THREAD] }
    )
  ],
  summary: 'Start a review, or record its result.',
  about: [
    'unroll runs no reviewer: `start` begins a review in the thread, and `complete` ends it.'
  ],
  options: [DRY_RUN, EXPECTED],
  conflicts: [
    ['base', 'commit'],
    ['base', 'instructions'],
    ['commit', 'instructions'],
    ['file', 'failed']
  ],
  output: {
    human:
      'on stderr what was done; in a pipe also, for `start`, the thread of the review and its subject, and for `complete` the new revision.',
    json: 'as `rollback --json`; `start` adds `turnId`, `reviewTurnId` and `hint`.'
  },
  exits: CHANGES,
  examples: [
    ['unroll review start 0198b553 --base main', 'review what a branch changed'],
    ['unroll review complete 0198b553 --file answer.json', 'record what the reviewer found']
  ]
}

const RELOCATED = {
  human:
    'on stderr what was done, and how to take it back; in a pipe also the ids of the threads, in the order of Codex. With --dry-run the files. Skipped threads are named on stderr.',
  json:
    'one object: `{"operationId","threadIds","skipped":[{"threadId","reason"}],"files":[{"from","to"}]}`; ' +
    '`operationId` is null with --dry-run.'
}

const archive: CommandSpec = {
  name: 'archive',
  group: 'Change',
  args: ['<thread>'],
  summary: 'Archive a thread and its sub-agents.',
  about: [
    ...ONE_THREAD,
    'All files of the thread move, older segments and compressed ones too; their names and bytes stay. A sub-agent that ' +
      'cannot be moved is skipped. Refused while a running Codex has the thread loaded.'
  ],
  options: [DRY_RUN, EXPECTED, FORCE_PLACE],
  output: RELOCATED,
  exits: CHANGES,
  examples: [['unroll archive 0198b553', 'put a thread away']]
}

const unarchive: CommandSpec = {
  name: 'unarchive',
  group: 'Change',
  args: ['<thread>'],
  summary: 'Restore an archived thread.',
  about: [
    ...ONE_THREAD,
    'Its files go to the day in their names, and the newest one gets the current time. With --profile 0.169, the default, its ' +
      'sub-agents come back too.'
  ],
  options: [DRY_RUN, EXPECTED, FORCE_PLACE],
  output: RELOCATED,
  exits: CHANGES,
  examples: [['unroll unarchive 0198b553', 'take it out again']]
}

const rename: CommandSpec = {
  name: 'rename',
  group: 'Change',
  args: ['<thread>', '<name>'],
  summary: 'Give a thread a name.',
  about: [
    ...ONE_THREAD,
    'Adds a line to `session_index.jsonl`, which Codex up to 0.142 and unroll read; blanks around the name are dropped. ' +
      'Codex 0.169 keeps names in its own database and does not show this one.'
  ],
  options: [DRY_RUN, EXPECTED],
  output: {
    human: 'on stderr what was done; with --dry-run the name before and after.',
    json: 'one object: `{"operationId","threadId","name","before"}`; `before` is null for a thread without a name.'
  },
  exits: CHANGES,
  examples: [['unroll rename 0198b553 "Release notes"', 'a name that people know']]
}

const remove: CommandSpec = {
  name: 'delete',
  group: 'Change',
  args: ['<thread>'],
  summary: 'Move a thread and its sub-agents to the trash.',
  about: [
    ...ONE_THREAD,
    'The files move to `.unroll/trash` in the home, with their names; `restore` moves them back. ' +
      'Refused while another thread continues one of the files, or while a running Codex has one of them loaded.'
  ],
  options: [
    option('permanent', 'Delete the files instead, after a question; nothing restores them.'),
    YES,
    DRY_RUN,
    EXPECTED
  ],
  output: RELOCATED,
  exits: ASKED,
  examples: [
    ['unroll delete 0198b553 --dry-run', 'which files that would be'],
    ['unroll delete 0198b553', 'to the trash']
  ]
}

const restore: CommandSpec = {
  name: 'restore',
  group: 'Change',
  args: ['[operation-or-thread]'],
  summary: 'Restore deleted threads from the trash.',
  about: [
    'Everything that one `delete` moved to the trash goes back to its place, names too. Without an argument: the last delete. ' +
      'Refused if a file of the thread exists again.'
  ],
  options: [
    DRY_RUN,
    {
      ...EXPECTED,
      text: 'Fail with exit code 7 unless the thread had exactly N events when it was deleted.'
    }
  ],
  output: RELOCATED,
  exits: CHANGES,
  examples: [['unroll restore', 'undo the last delete']]
}

const undo: CommandSpec = {
  name: 'undo',
  group: 'Change',
  args: ['[operation]'],
  summary: 'Undo an operation of the log.',
  about: [
    'Without an argument: the newest operation that is done and is no undo itself. Undoing is an operation of its own; undoing that ' +
      'repeats the first one. Refused if nothing would restore the home, or if the thread changed since.'
  ],
  options: [
    option('skip', 'Undo the newest operation that can be undone, past those that cannot.'),
    DRY_RUN,
    EXPECTED,
    FORCE_PLACE
  ],
  output: {
    human: 'on stderr what was undone; in a pipe also the operation, and how.',
    json: 'one object: `{"undone","operation","by":{"operation","arguments"},"operationId"}`.'
  },
  exits: CHANGES,
  examples: [
    ['unroll undo', 'undo the last change'],
    ['unroll undo 01a1fee4', 'another one']
  ]
}

/** In the order of the help. */
export const WRITING: ReadonlyArray<CommandSpec> = [
  rename,
  archive,
  unarchive,
  remove,
  restore,
  fork,
  rollback,
  unrollback,
  revert,
  append,
  review,
  importing,
  undo
]
