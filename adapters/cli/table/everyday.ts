/**
 * The commands of every day: follow threads, choose one, and continue it.
 */
import { ALL_SOURCES, ONE_THREAD, option, READS, type CommandSpec } from './spec.ts'

const tail: CommandSpec = {
  name: 'tail',
  group: 'Browse',
  args: ['[thread...]'],
  summary: 'Print what threads say and do, as it happens.',
  about: [
    'Without a thread: the newest one of this directory, else of the home. ' +
      'A line is printed within 1.2 s, the lines after it within 300 ms.',
    'Rotation, compression, archive, rollback and deletion of a thread are reported; the command continues. ' +
      'It ends with Ctrl-C (exit code 130), --until-idle or --exit-on (exit code 0).',
    'With --checkpoint the next run begins where this one ended, also after a kill. ' +
      'Everything is printed at least once; one process at a time uses a name.',
    ...ONE_THREAD
  ],
  options: [
    option('all', 'Follow every thread of the home; each line begins with a short id.'),
    option(
      'limit TURNS',
      'Print the last turns first. Default: 1; 0 with --json, --exec and --all.',
      { short: 'n', range: [0, 1000] }
    ),
    option(
      'detail WHICH',
      'How much is printed: `chat` messages; `normal` also one line per command, patch or tool call; ' +
        '`full` also outputs, diffs and reasoning; `events` one line per change. Default: normal.',
      { choices: ['chat', 'normal', 'full', 'events'] }
    ),
    option(
      'since TIME',
      'Print turns since this time first: `2026-11-21T14:30`, `today`, `2h`; see `unroll help times`.'
    ),
    option(
      'checkpoint NAME',
      'Remember under this name, beside the index, what was printed, and continue there.'
    ),
    option('until-idle TIME', 'End when nothing was written for this long: `90s`, `10m`, `2h`.'),
    option('exit-on STATUS...', 'End when a turn ends with this status.', {
      choices: ['completed', 'failed']
    }),
    option('bell', 'Ring the bell of the terminal when a turn ends.'),
    option(
      'exec COMMAND',
      'Run a shell command for each event with its JSON on stdin, one at a time.'
    )
  ],
  conflicts: [
    ['since', 'limit'],
    ['json', 'detail']
  ],
  output: {
    human:
      'items as `show` prints them, lines about turns and threads, and on terminals what runs now.',
    json:
      'lines `{"$":"item","threadId","turnId","item","revision"}`, at least once each; an item that changes is printed again. ' +
      '`revision` is null for items from before the command began. ' +
      '`{"$":"turn","threadId","event","turn"}` reports a turn that `started` or `ended`, ' +
      '`{"$":"thread","threadId","event"}` what became of a thread: rewound, archived, unarchived, moved, compressed, deleted, restored.'
  },
  exits: [0, 2, 3, 5, 7, 8, 130],
  examples: [
    ['unroll tail', 'follow the newest thread of this directory'],
    ['unroll tail --all --detail chat', 'every conversation of the home, in one terminal'],
    ['unroll tail early-hinge --exit-on completed --bell', 'wait for an answer'],
    ['unroll tail --json --checkpoint mirror >> items.jsonl', 'collect items without a gap']
  ]
}

const pick: CommandSpec = {
  name: 'pick',
  group: 'Browse',
  args: ['[query]'],
  summary: 'Print the id of a thread chosen from a list.',
  about: [
    'Type to filter by name, first message, directory and id: letters may be apart, words may be in any order. ' +
      'Arrows, PgUp and PgDn move, Enter chooses, Esc cancels (exit code 130). ' +
      'Tab shows the last turns beside the list on terminals of 100 columns and more.',
    'The list is drawn on the terminal even when stdout is a pipe. ' +
      '$UNROLL_PICKER names a program to choose with instead, such as `fzf --ansi`.'
  ],
  options: [
    option('search', 'Search the messages of all threads instead of filtering the list.'),
    option('archived', 'Choose from the archived threads.'),
    ALL_SOURCES
  ],
  output: { human: 'the id of the chosen thread.' },
  exits: [0, 2, 3, 5, 130],
  examples: [
    ['unroll show "$(unroll pick)"', 'choose a thread and read it'],
    ['unroll pick gearbox', 'begin with a filter']
  ]
}

const resume: CommandSpec = {
  name: 'resume',
  group: 'Browse',
  args: ['[thread]'],
  summary: 'Start Codex in the directory of a thread, to continue it.',
  about: [
    'Runs `codex resume ID` in the directory of the thread, in place of this command. ' +
      'Without a thread: choose one on a terminal.',
    ...ONE_THREAD
  ],
  options: [option('print', 'Print the shell command instead of running it.')],
  output: { human: 'what Codex prints; with --print one shell command.' },
  exits: [...READS, 6, 130].sort((a, b) => a - b),
  examples: [
    ['unroll resume early-hinge', 'continue this thread in Codex'],
    ['unroll resume 01a1fcdc --print', 'the command for another shell']
  ]
}

export const EVERYDAY: ReadonlyArray<CommandSpec> = [tail, pick, resume]
