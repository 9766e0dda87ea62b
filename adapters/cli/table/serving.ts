/**
 * The app-server and its kin, and what helps.
 */
import {
  ANY_COUNT,
  AT,
  LISTS,
  NO_PAGER,
  ONE_THREAD,
  option,
  word,
  type CommandSpec,
  type OptionSpec
} from './spec.ts'

const NO_EFFECT = 'Accepted for clients of Codex; no effect here.'

/** Options of `codex app-server` that have nothing to act on. */
export const APP_SERVER_IDLE: ReadonlyArray<OptionSpec> = [
  'analytics-default-enabled',
  'strict-config',
  'remote-control',
  'startup-sign-out',
  'startup-client-info JSON',
  'cloud-skills-snapshot PATH',
  'code-mode-host URL'
].map((written) => option(written, NO_EFFECT))

const appServer: CommandSpec = {
  name: 'app-server',
  group: 'Move & serve',
  args: [],
  words: [
    word(
      'proxy',
      'Connect stdin and stdout to a running server.',
      [option('sock PATH', 'The socket file of the server. Default: that of `--listen unix://`.')],
      { about: ['Carries bytes between stdin, stdout and the socket file of a running server.'] }
    )
  ],
  withoutWord: 'itself',
  summary: "Answer Codex's app-server requests.",
  about: [
    'Speaks the JSON-RPC of `codex app-server` on stdio or WebSockets, for clients that read, load and change threads; it runs no model. Ends ' +
      'when stdin ends, or on SIGINT and SIGTERM once the running requests are answered, with exit code 0; a second signal ends it at once.',
    '`--listen` takes `stdio://`, `ws://IP:PORT` (port 0: a free port, named on stderr), `unix://PATH`, `unix://` ' +
      '(`$CODEX_HOME/app-server-control/app-server-control.sock`) or `off`. On `ws://` and `unix://` every client has a ' +
      'WebSocket, one message per text frame, of at most 16 MiB. A `ws://` server also answers GET /readyz and /healthz; it refuses ' +
      'every request of a browser page. An address that other machines reach needs `--ws-auth`.',
    'GET /metrics of a `ws://` or `unix://` server reports numbers as Prometheus reads them; with `--ws-auth` it needs a token ' +
      'too. The numbers are sent to a collector only if `OTEL_EXPORTER_OTLP_ENDPOINT` names one (see docs/TELEMETRY.md).',
    'With `--analytics-capture` or `CODEX_ANALYTICS_EVENTS_CAPTURE_FILE`, it writes the usage analytics of its clients to a file. ' +
      'It never posts any. See docs/ANALYTICS.md.',
    'Powers (`--allow`): `import` reads sessions and settings of other agents. `processes` starts programs. `skills` reads skill folders. `plugins`, `git`, `mcp` and ' +
      '`endpoint=URL` are accepted; no method needs them yet. A method without its power is refused. See docs/APP-SERVER.md.',
    'Requests that need a model (a message, `/compact`, `/review`) or a shell (`!cmd`) fail at once. ' +
      'They show as a turn with an error; nothing is written. With `--turns codex` a real Codex on the same home takes them, and unroll ' +
      'answers the rest; its clients can then run commands through Codex. See docs/TURNS.md.',
    'Options of `codex app-server` without effect here are accepted for its clients, and named on stderr.',
    'If its index cannot be opened, the server uses one in memory and warns on stderr.'
  ],
  options: [
    option('listen URL', 'Where to listen. Default: stdio://.'),
    option('stdio', 'The same as `--listen stdio://`.'),
    option(
      'reviews',
      'Record reviews in the rollout (`review/start`), for programs that hand in the result, as `unroll review complete` does. ' +
        'Default: a review fails at once, because there is no model.'
    ),
    option(
      'allow LIST',
      'What clients may reach beyond the home: these powers, separated by commas, or `none`. Default: `import,skills,plugins` on stdio and ' +
        '`unix://`; none on `ws://`, where any power needs `--ws-auth`.'
    ),
    option(
      'turns PROGRAM',
      'Run turns with a real Codex on the same home: `codex`, or `codex=PATH`. Default: none; what needs a model fails at once.'
    ),
    option(
      'preload WHEN',
      'With --turns: load a thread in Codex as soon as a client opens it. `auto`: large threads, for the terminal interface. Default: auto.',
      { choices: ['auto', 'always', 'never'] }
    ),
    option(
      'turns-idle SECONDS',
      'With --turns: end a Codex that did nothing for so long; the next turn starts another. Default: 600.',
      { range: [1, 86_400] }
    ),
    option(
      'turns-without LIST',
      'With --turns: what clients may not do through Codex, separated by commas: `commands`, `files`, `account`, `config`. Default: nothing is ' +
        'switched off.'
    ),
    option(
      'config KEY=VALUE...',
      'A value that overrides `config.toml`: `features.goals=true`. Values that are not read here have no effect and are named on stderr.',
      { short: 'c' }
    ),
    option('enable FEATURE...', 'The same as `-c features.FEATURE=true`.'),
    option('disable FEATURE...', 'The same as `-c features.FEATURE=false`.'),
    ...APP_SERVER_IDLE,
    option(
      'ws-auth MODE',
      'Require a bearer token from every client of a `ws://` server: one secret, or a signed one (JWT, HS256).',
      { choices: ['capability-token', 'signed-bearer-token'] }
    ),
    option('ws-token-file PATH', 'File with the secret token.'),
    option('ws-token-sha256 HEX', 'SHA-256 of the secret token, instead of its file.'),
    option('ws-shared-secret-file PATH', 'File with the signing secret, at least 32 bytes.'),
    option('ws-issuer ISSUER', 'The `iss` a signed token must have.'),
    option('ws-audience AUDIENCE', 'The `aud` a signed token must have.'),
    option(
      'ws-max-clock-skew-seconds SECONDS',
      'How far the clocks of signer and server may differ. Default: 30.',
      ANY_COUNT
    ),
    option(
      'web',
      'Serve the page of `unroll web` at the same address; only on `ws://`. Its address is printed to stderr.'
    ),
    option(
      'writable',
      'With --web: let the page rename, archive, fork and undo. Default: it only reads.'
    ),
    option(
      'local-images',
      'With --web: show images of this machine that messages and tools name. Default: only those that are in the threads.'
    ),
    option('redact', 'With --web: hide secrets from the page. Default: only with --public-origin.'),
    option(
      'no-redact',
      'With --web: leave secrets where they are. Default: without --public-origin.'
    ),
    option(
      'public-origin URL...',
      'With --web: an address that leads here through a tunnel or a proxy: `https://host`. Default: none.'
    ),
    option(
      'web-token-file PATH',
      'With --web: file with the token of the page. Default: a new one for each start.'
    ),
    option(
      'metrics-listen IP:PORT',
      'Also serve /metrics there, for servers on stdio; only on an address of this machine.'
    ),
    option(
      'analytics-capture FILE',
      'Append analytics events to this file; overrides the environment. Default: none.'
    )
  ],
  conflicts: [
    ['listen', 'stdio'],
    ['no-redact', 'redact']
  ],
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
    ],
    ['unroll app-server --listen ws://127.0.0.1:4500 --web', 'serve the page besides'],
    [
      'unroll app-server --listen ws://127.0.0.1:4500 --turns codex',
      'the same, with messages answered by the Codex that is installed'
    ],
    ['unroll app-server --allow none', 'serve threads and nothing else']
  ]
}

const web: CommandSpec = {
  name: 'web',
  group: 'Browse',
  args: ['[thread]'],
  summary: 'Show threads in the browser.',
  about: [
    'Serves a page on http://127.0.0.1:7411 and opens it: threads, turns, files, search and usage. Ends on SIGINT or SIGTERM, or with the ' +
      'key q. If the page of this home is being served already, opens that one.',
    'Only this machine reaches the page, only its own pages may ask, and nothing is ever fetched from elsewhere. The printed ' +
      'address works once, for a minute. See docs/WEB.md.',
    ...ONE_THREAD
  ],
  options: [
    option('port N', 'Where to listen; 0: any free port. Default: 7411.', { range: [0, 65_535] }),
    option(
      'no-open',
      'Print the address only. Default: also over SSH, in CI and without a screen.'
    ),
    option('writable', 'Let the page rename, archive, fork and undo. Default: it only reads.'),
    option(
      'local-images',
      'Show images of this machine that messages and tools name. Default: only those that are in the threads.'
    ),
    option('redact', 'Hide secrets, also in exports. Default: only with --public-origin.'),
    option('no-redact', 'Leave secrets where they are. Default: without --public-origin.'),
    option(
      'public-origin URL...',
      'An address that leads here through a tunnel or a proxy: `https://host`. Default: none.'
    ),
    option(
      'token-file PATH',
      'File with the token of the page, for addresses that stay valid. Default: a new one for each start.'
    ),
    option(
      'prices FILE',
      'Show costs by the prices of this JSON file (see docs/USAGE.md). Default: $UNROLL_PRICES, else `prices` of config.toml.'
    ),
    AT
  ],
  conflicts: [['no-redact', 'redact']],
  output: { human: 'the address of the page.' },
  exits: [0, 1, 2, 3, 5, 6, 7, 8],
  examples: [
    ['unroll web', 'open the newest threads'],
    ['unroll web 01a1fcdc@40', 'open a thread as it was after 40 events'],
    ['unroll web --port 0 --no-open', 'print an address, to open it elsewhere']
  ]
}

/** Clients that `mcp install` knows; the names of their files stand in docs/MCP.md. */
const MCP_OPTIONS = [
  option(
    'cwd DIR',
    'Directory whose threads come first. Default: the roots that the client names, else where it started the server.'
  ),
  option(
    'writable',
    'Add tools that rename, archive and fork. Default: it only reads. No tool deletes, rolls back or repairs.'
  ),
  option('no-redact', 'Leave secrets in what is answered. Default: they are taken out.'),
  option('max-chars N', 'The most characters of an answer. Default: 12,000.', {
    range: [1000, 100_000]
  })
]

const mcp: CommandSpec = {
  name: 'mcp',
  group: 'Move & serve',
  args: [],
  words: [
    word(
      'install <client>',
      'Install the server in a client.',
      [
        option('print', 'Print the lines of its configuration. The default.'),
        option('write', 'Add them to its file, and print the difference.'),
        ...MCP_OPTIONS
      ],
      {
        about: [
          '`<client>` is codex, claude, cursor or vscode. The files are `config.toml` of the Codex home, `.mcp.json` here, ' +
            '`~/.cursor/mcp.json`, and `.vscode/mcp.json` here. An existing entry is left alone.',
          'The other options, and --home and --store, become a part of the entry.'
        ]
      }
    )
  ],
  withoutWord: 'itself',
  summary: 'Answer agents about earlier threads over MCP.',
  about: [
    'Serves one client on stdin and stdout: tools that search and read threads, files, calls and usage, resources, and prompts. ' +
      'Answers are short, say what they leave out, and quote history as such. See docs/MCP.md.'
  ],
  options: MCP_OPTIONS,
  conflicts: [['print', 'write']],
  output: {
    human: 'MCP messages, one per line. `install`: lines of configuration, or the difference.'
  },
  exits: [0, 2, 3, 5],
  examples: [
    ['unroll mcp install codex --write', 'let Codex ask about earlier threads'],
    ['unroll mcp install claude', 'print the lines for another client'],
    ['unroll mcp --writable', 'let the client rename, archive and fork as well']
  ]
}

const start: CommandSpec = {
  name: 'start',
  group: 'More',
  args: [],
  summary: 'Take a first look at a home.',
  about: [
    'Shows the newest threads and the last turns of the newest one; `npm start` runs it. Reads $CODEX_HOME, or else ~/.codex if it holds ' +
      'sessions, or else the sample home that comes with unroll; or the store of --store or $UNROLL_STORE. Names it, and what to type next.'
  ],
  options: [],
  output: {
    human: 'the home, its ten newest threads, the last turns of the newest, what to type next.'
  },
  exits: LISTS,
  examples: [['unroll start', 'a first look']]
}

const help: CommandSpec = {
  name: 'help',
  group: 'More',
  args: ['[command-or-topic]', '[word]'],
  summary: 'Print help.',
  about: ['Topics are `commands`, which lists every command, and those that the overview names.'],
  options: [
    option('man', 'Print the man page of the command, or of unroll; `man -l -` shows it.'),
    option(
      'schema',
      'Print the JSON Schema of what the command prints with --json; without a command, list the schemas.'
    ),
    option(
      'why',
      'Print which settings hold, and where each comes from: an option, the environment, the file, or a default.'
    ),
    NO_PAGER
  ],
  output: {
    human:
      'the commands by group, or one of them, one of its words, or a topic in full; with --schema a JSON Schema; with --why {settings}.',
    tsv: 'the same words; with --why {settings}.'
  },
  exits: [0, 2],
  examples: [
    ['unroll help threads', 'everything about one command'],
    ['unroll help audit seal', 'everything about a word inside a command'],
    ['unroll help exit-codes', 'a topic'],
    ['unroll help --schema threads', 'the members of a row of `unroll threads --json`'],
    ['unroll help --why', 'where the home, the prices and the pager come from']
  ]
}

const completion: CommandSpec = {
  name: 'completion',
  group: 'More',
  args: [],
  words: ['bash', 'zsh', 'fish', 'powershell'].map((shell) =>
    word(
      shell,
      `Print a completion script for ${shell === 'powershell' ? 'PowerShell' : shell}.`,
      shell === 'powershell'
        ? []
        : [
            option(
              'install',
              'Write the script to the usual folder of the shell instead, and say which.'
            )
          ]
    )
  ),
  summary: 'Print a completion script for a shell.',
  about: [
    'Commands, words, options and choices stand in the script. Threads, turns and plugins are read from the index while you type; ' +
      'a thread is completed by the beginning of its id or by a part of its name.'
  ],
  options: [],
  output: { human: 'the script; with --install its place, on stderr.' },
  exits: [0, 2, 5],
  examples: [
    ['unroll completion bash --install', 'complete with Tab in new shells'],
    ['source <(unroll completion bash)', 'complete in this one']
  ]
}

const version: CommandSpec = {
  name: 'version',
  group: 'More',
  args: [],
  summary: 'Print the version; also --version.',
  about: [],
  options: [],
  output: {
    human: '`unroll` and the version.',
    json:
      '`{"version","commit","node","schemas","indexVersion","conventions"}` on one line; `commit` is null in a build without git, ' +
      '`schemas` has the number of each schema of `--json`, `conventions` is the state of those of OpenTelemetry that traces follow.'
  },
  exits: [0, 2],
  examples: []
}

/** In the order of the help. */
export const SERVING: ReadonlyArray<CommandSpec> = [
  web,
  mcp,
  appServer,
  start,
  help,
  completion,
  version
]
