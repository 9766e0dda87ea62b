/**
 * The index, the app-server, and what helps.
 */
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

const appServer: CommandSpec = {
  name: 'app-server',
  args: ['[proxy]'],
  summary: "Answer Codex's app-server requests on stdio or WebSockets.",
  about: [
    'Speaks the JSON-RPC of `codex app-server`, for clients that read, load and change threads; it runs no model. Ends when stdin ends, or on ' +
      'SIGINT and SIGTERM once the running requests are answered, with exit code 0; a second signal ends it at once.',
    '`--listen` takes `stdio://`, `ws://IP:PORT` (port 0: a free one, told on stderr), `unix://PATH`, `unix://` ' +
      '(`$CODEX_HOME/app-server-control/app-server-control.sock`) or `off`. On `ws://` and `unix://` every client has a ' +
      'WebSocket, one message per text frame, of at most 16 MiB. A `ws://` server also answers GET /readyz and /healthz; it refuses ' +
      'every request of a browser page, and an address that other machines reach needs `--ws-auth`.',
    'GET /metrics of a `ws://` or `unix://` server tells in numbers what the server does, as Prometheus reads it; with `--ws-auth` it needs a token ' +
      'too. The numbers are sent to a collector only when `OTEL_EXPORTER_OTLP_ENDPOINT` names one (see docs/TELEMETRY.md).',
    'With `--analytics-capture`, or with `CODEX_ANALYTICS_EVENTS_CAPTURE_FILE` in the environment, it writes the usage analytics ' +
      'that Codex would post about what its clients do to a file (see docs/ANALYTICS.md). It never posts any.',
    'A server whose index cannot be opened goes on with one in memory, and says so on stderr.',
    '`app-server proxy` carries bytes between stdin, stdout and the socket file of a running server.'
  ],
  options: [
    { name: 'listen', value: 'URL', text: 'Where to listen. Default: stdio://.' },
    { name: 'stdio', text: 'The same as `--listen stdio://`.' },
    {
      name: 'ws-auth',
      value: 'MODE',
      choices: ['capability-token', 'signed-bearer-token'],
      text: 'Ask every client of a `ws://` server for a bearer token: one secret, or one that is signed (JWT, HS256).'
    },
    { name: 'ws-token-file', value: 'PATH', text: 'File with the secret token.' },
    {
      name: 'ws-token-sha256',
      value: 'HEX',
      text: 'SHA-256 of the secret token, instead of its file.'
    },
    {
      name: 'ws-shared-secret-file',
      value: 'PATH',
      text: 'File with the secret that tokens are signed with, at least 32 bytes.'
    },
    { name: 'ws-issuer', value: 'ISSUER', text: 'The `iss` a signed token must have.' },
    { name: 'ws-audience', value: 'AUDIENCE', text: 'The `aud` a signed token must have.' },
    {
      name: 'ws-max-clock-skew-seconds',
      value: 'SECONDS',
      range: [0, Number.MAX_SAFE_INTEGER],
      text: 'How far the clocks of signer and server may differ. Default: 30.'
    },
    {
      name: 'metrics-listen',
      value: 'IP:PORT',
      text: 'Also show /metrics there, for servers on stdio; an address of this machine only.'
    },
    {
      name: 'analytics-capture',
      value: 'FILE',
      text: 'Append analytics events to this file; goes before the environment. Default: none are made.'
    },
    {
      name: 'sock',
      value: 'PATH',
      text: 'The socket file `proxy` connects to. Default: that of `unix://`.'
    }
  ],
  conflicts: [['listen', 'stdio']],
  output: { human: 'JSON-RPC messages, one per line; nothing with `ws://` and `unix://`.' },
  exits: [0, 1, 2, 3, 5, 7, 8],
  examples: [
    ['unroll app-server --profile 0.130', 'serve a client made for Codex 0.130'],
    [
      'unroll app-server --listen ws://127.0.0.1:4500',
      'serve `codex --remote ws://127.0.0.1:4500`'
    ],
    [
      'unroll app-server --listen unix://',
      'serve the clients that look for the socket of this home'
    ]
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
