/**
 * The index, the app-server, and what helps.
 */
import type { CommandSpec } from './spec.ts'

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

/** In the order of the help. */
export const OTHER: ReadonlyArray<CommandSpec> = [index, appServer, start, help, version]
