/**
 * The index, and what helps; with the app-server.
 */
import { appServer } from './app-server.ts'
import { limit, type CommandSpec } from './spec.ts'

const index: CommandSpec = {
  name: 'index',
  args: ['status|rebuild|changes|drop'],
  summary: 'Count, rebuild or delete the index; what happened to files.',
  about: [
    'The index is disposable: whatever it holds is read again from the rollouts. `status` brings it up to date ' +
      'and counts, `rebuild` empties it first, `drop` deletes its directory and nothing else: a directory that ' +
      'holds any other file is left alone. Damage is counted, not a failure.',
    '`changes` lists what was noticed about rollouts that no line of them tells, newest first: moved, archived, unarchived, compressed, ' +
      'expanded, replaced (another file of that name), rewritten (what was read of it is not there any more), shrank, other_segment (a revert, or ' +
      'the file of one is gone), vanished, duplicated (a second file with the same id, which is not read), duplicate_gone. The time is that of the ' +
      'look. The newest 1,000 are kept; they cannot be read again from the rollouts, and go with the index.',
    'With a store it is the index that this machine keeps of it; the store is left as it is.'
  ],
  options: [limit('With `changes`: at most so many. Default: all that are kept.')],
  output: {
    human: 'one fact per line, or one change.',
    tsv: 'name and value; of changes time, reason, thread, path before, path now, bytes before, bytes now.',
    json:
      '`status` and `rebuild`: `{"home","index","threads","turns","damagedLines","unfinishedTails","unreadable","unreadableFiles":[{"threadId","path",' +
      '"reason"}],"duplicates","changes","bytes"}`, with a store that first, as `store`; ' +
      '`changes`: `{"noticedAt","threadId","reason","from","to","bytesBefore","bytes"}`, one per line, paths relative to the home; ' +
      '`drop`: `{"index","dropped"}`, where `dropped` is false when there was nothing to delete.'
  },
  exits: [0, 2, 3, 5, 7, 8],
  examples: [
    ['unroll index status', 'what the home holds'],
    ['unroll index changes --limit 20', 'which files were moved, replaced or deleted lately'],
    ['unroll index drop', 'free the disk space']
  ]
}

const start: CommandSpec = {
  name: 'start',
  args: [],
  summary: 'Look around: the newest threads, and the last turns of the newest one.',
  about: [
    'What `npm start` runs. Reads $CODEX_HOME, or else ~/.codex when it holds sessions, or else the sample home ' +
      'that comes with unroll; or the store that --store or $UNROLL_STORE names. Says which one and what to type next.'
  ],
  options: [],
  output: {
    human: 'the home, its ten newest threads, the last turns of the newest, what to type next.'
  },
  exits: [0, 2, 3, 5, 7, 8],
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

/** In the order of the help. */
export const OTHER: ReadonlyArray<CommandSpec> = [index, appServer, start, help, version]
