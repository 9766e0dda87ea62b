/**
 * The app-server.
 */
import type { CommandSpec, OptionSpec } from './spec.ts'

const NO_EFFECT = 'Taken, because clients of Codex pass it; it has no effect here.'

/** Options of `codex app-server` that have nothing to act on. */
export const APP_SERVER_IDLE: ReadonlyArray<OptionSpec> = [
  { name: 'analytics-default-enabled', text: NO_EFFECT },
  { name: 'strict-config', text: NO_EFFECT },
  { name: 'remote-control', text: NO_EFFECT },
  { name: 'startup-sign-out', text: NO_EFFECT },
  { name: 'startup-client-info', value: 'JSON', text: NO_EFFECT },
  { name: 'cloud-skills-snapshot', value: 'PATH', text: NO_EFFECT },
  { name: 'code-mode-host', value: 'URL', text: NO_EFFECT }
]

/** The row of `app-server`. */
export const appServer: CommandSpec = {
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
    'What needs a model (a message, `/compact`, `/review`) or a shell (`!cmd`) is taken and fails at once as a turn whose error says so; nothing ' +
      'is written.',
    'Options of `codex app-server` that have nothing to act on here are taken, because its clients pass them, and named on stderr.',
    'A server whose index cannot be opened goes on with one in memory, and says so on stderr.',
    '`app-server proxy` carries bytes between stdin, stdout and the socket file of a running server.'
  ],
  options: [
    { name: 'listen', value: 'URL', text: 'Where to listen. Default: stdio://.' },
    { name: 'stdio', text: 'The same as `--listen stdio://`.' },
    {
      name: 'reviews',
      text:
        'Set reviews up in the rollout (`review/start`): for programs that hand in what the reviewer says, as `unroll review complete` does. ' +
        'Default: a review fails at once, because there is no model.'
    },
    {
      name: 'config',
      short: 'c',
      value: 'KEY=VALUE',
      many: true,
      text: 'A value that goes before that of `config.toml`: `features.goals=true`. What is not read here has no effect, and is told on stderr.'
    },
    {
      name: 'enable',
      value: 'FEATURE',
      many: true,
      text: 'The same as `-c features.FEATURE=true`.'
    },
    {
      name: 'disable',
      value: 'FEATURE',
      many: true,
      text: 'The same as `-c features.FEATURE=false`.'
    },
    ...APP_SERVER_IDLE,
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
