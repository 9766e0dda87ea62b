/**
 * Variables of the environment that are read.
 */

/** Name and meaning, in the order of the help. */
export const ENVIRONMENT: ReadonlyArray<readonly [name: string, text: string]> = [
  ['CODEX_HOME', 'Codex home. Default: `~/.codex`. `--home` goes first.'],
  ['CODEX_SQLITE_HOME', "Folder of Codex's databases. Default: the home."],
  ['UNROLL_STORE', 'Connection string of a store, as for `--store`.'],
  ['UNROLL_JSON', '`1`: `--json` wherever a command has it and no other form is asked for.'],
  ['XDG_CACHE_HOME', 'Folder that holds the indexes. Default: `~/.cache`.'],
  ['XDG_CONFIG_HOME', 'Folder that holds `unroll/config.toml`. Default: `~/.config`.'],
  ['UNROLL_PRICES', 'File of prices, as for `usage --prices`.'],
  ['UNROLL_PAGER', 'Program that shows long output. Empty or `cat`: none.'],
  ['PAGER', 'The same, if UNROLL_PAGER is not set. Default: `less -FRX`.'],
  [
    'UNROLL_PICKER',
    'Program that chooses a thread, such as `fzf --ansi`. Default: the built-in list.'
  ],
  ['NO_COLOR', 'Not empty: use no colors, unless `--color always` is given.'],
  ['FORCE_COLOR', 'Use colors in pipes too; `0` and `false` mean none.'],
  [
    'FORCE_HYPERLINK',
    'Links on ids and paths in a terminal; `0` and `false` mean none. Default: where the terminal is known to have them.'
  ],
  ['TERM_PROGRAM', 'The terminal, which tells if it has links.'],
  ['VTE_VERSION', 'The same for terminals made with VTE.'],
  ['WT_SESSION', 'The same for Windows Terminal.'],
  ['TMUX', 'Set inside tmux, where there are no links unless FORCE_HYPERLINK is set.'],
  ['STY', 'The same for screen.'],
  ['TERM', '`dumb`: no colors, links, pager, progress line or full-screen list.'],
  ['COLUMNS', 'Width of the text where stdout is no terminal. Default: 80.'],
  ['TZ', 'Time zone of the times that people read.'],
  ['PATH', 'Where `resume` looks for Codex; on Windows with the endings of PATHEXT.'],
  [
    'CODEX_ANALYTICS_EVENTS_CAPTURE_FILE',
    '`app-server` appends its usage analytics to this file. `--analytics-capture` goes first.'
  ],
  [
    'OTEL_EXPORTER_OTLP_ENDPOINT',
    '`app-server` sends its numbers to this collector, `export --send` its traces; or OTEL_EXPORTER_OTLP_METRICS_ENDPOINT, OTEL_EXPORTER_OTLP_TRACES_ENDPOINT.'
  ],
  [
    'OTEL_EXPORTER_OTLP_HEADERS',
    'Headers for the collector; or OTEL_EXPORTER_OTLP_METRICS_HEADERS, OTEL_EXPORTER_OTLP_TRACES_HEADERS.'
  ],
  [
    'OTEL_EXPORTER_OTLP_PROTOCOL',
    '`grpc` is refused: numbers are sent over HTTP; or OTEL_EXPORTER_OTLP_METRICS_PROTOCOL.'
  ],
  [
    'OTEL_EXPORTER_OTLP_TIMEOUT',
    'Milliseconds the collector may take; or OTEL_EXPORTER_OTLP_METRICS_TIMEOUT.'
  ],
  ['OTEL_METRIC_EXPORT_INTERVAL', 'Milliseconds between two exports. Default: 60000.'],
  ['OTEL_METRICS_EXPORTER', '`none`: send nothing.'],
  ['OTEL_SDK_DISABLED', '`true`: send nothing.'],
  ['OTEL_RESOURCE_ATTRIBUTES', 'Attributes of this process, `key=value,…`.'],
  ['OTEL_SERVICE_NAME', 'Name of this process. Default: `unroll`.']
]
