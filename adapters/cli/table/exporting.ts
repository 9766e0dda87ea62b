/**
 * The command that exports threads.
 */
import { EXPORT_DETAILS, EXPORT_FORMATS } from '../../../domain/export/shape.ts'
import { SEMCONVS } from '../../traces/conventions.ts'
import { AT, between, ONE_THREAD, option, READS, type CommandSpec } from './spec.ts'

/** Ledgers that can be written as files, and how. */
export const LEDGER_NAMES = [
  'threads',
  'turns',
  'items',
  'usage',
  'tools',
  'files',
  'audit',
  'plugins'
] as const
export const LEDGER_FORMATS = ['csv', 'tsv', 'jsonl', 'parquet', 'sqlite'] as const
export type LedgerFormat = (typeof LEDGER_FORMATS)[number]

/** Threads that can be exported with another. */
const WITH = ['agents', 'reviews', 'forks', 'all']

export const EXPORT: CommandSpec = {
  name: 'export',
  group: 'Move & serve',
  args: ['[thread...]'],
  summary: 'Export threads, or ledgers as files for databases.',
  about: [
    ...ONE_THREAD,
    'Markdown and HTML are for people: secrets are hidden, tools are folded, long outputs are shortened. The HTML is one file that loads and ' +
      'sends nothing. JSON and JSON Lines hold everything as it is in the thread, unless --redact hides secrets.',
    'With secrets hidden, everything that is written is searched once more. If a secret is left, nothing is written (exit code 4). ' +
      'No search finds every secret: review the file before you share it. See docs/EXPORT.md.',
    'With --ledger, writes rows instead: of every thread, or of those that are named. See docs/LEDGERS.md.',
    '`--to bundle` makes one file of the rollouts themselves, for `unroll import` on another machine. See docs/MACHINES.md.',
    '`--to otlp` writes traces for OpenTelemetry, or sends them with --send. See docs/TRACES.md.',
    'Several threads go to a folder, each to a file with the name of its id. An existing file is not replaced without --force (exit code 6).'
  ],
  options: [
    option('to FORMAT', 'The format. Default: from the name of --out, else md; of a ledger csv.', {
      choices: [...new Set([...EXPORT_FORMATS, 'bundle', 'otlp', ...LEDGER_FORMATS])]
    }),
    option('ledger NAME...', 'Export this ledger; SQLite holds several, or `all`.', {
      choices: [...LEDGER_NAMES, 'all']
    }),
    option(
      'out PATH',
      'Write to this file, or into this folder; `-` is stdout. The file appears whole or not at all. Default: stdout.',
      { short: 'o' }
    ),
    option('force', 'Replace existing files.'),
    option(
      'detail DETAIL',
      'How much: `chat` is what was said, `normal` adds the work with the first 20 lines of outputs, `full` is everything. Default: normal. ' +
        'JSON holds items whole.',
      { choices: EXPORT_DETAILS }
    ),
    option(
      'with WHICH...',
      'Also export the threads that came of this one. Default: none; they are named.',
      { choices: WITH }
    ),
    option('turns A..B', 'Only these turns: `3..7`, `3..`, `..7`, `7`, or ids instead of numbers.'),
    ...between('Turns:'),
    option('include-rolled-back', 'Include turns that were rolled back, marked.'),
    option(
      'images WHICH',
      'Pictures in the thread: in the file, in a folder beside it, or left out. Default: embed in HTML (up to 256 kB each), files beside ' +
        'Markdown that goes to a file, else omit.',
      {
        choices: ['embed', 'files', 'omit']
      }
    ),
    option('max-output N', 'Characters of one output in Markdown and HTML. Default: 20000.', {
      range: [100, Number.MAX_SAFE_INTEGER]
    }),
    option(
      'split SIZE',
      'HTML: in parts of at most this size, such as 10MB, that lead to one another: `thread.html`, `thread-2.html` …'
    ),
    option('redact', 'Hide secrets. Default: in Markdown and HTML.'),
    option('no-redact', 'Leave secrets where they are. Default: in JSON and JSON Lines.'),
    option(
      'redact-strict',
      'Hide secrets, and what tells who and where: your user name, home folder and host, e-mail and IP addresses, repositories, random texts.'
    ),
    option(
      'redact-file FILE',
      'Hide secrets, and what this file names: a text or `/pattern/flags` a line.'
    ),
    option(
      'redact-report FILE',
      'Write where something was hidden, and never what, to this new file: a JSON object a line.'
    ),
    option(
      'content',
      'Traces: also what was said, without secrets. Default: only numbers and names.'
    ),
    option('flavor NAME', 'Traces: also what this backend reads. Default: plain.', {
      choices: ['plain', 'openinference', 'langfuse']
    }),
    option(
      'semconv VERSION',
      "Traces: the names of this version of OpenTelemetry's conventions. Default: 1.41.1.",
      { choices: SEMCONVS }
    ),
    option('zstd', 'Bundle: compress it; the name usually ends with `.unroll.tar.zst`.'),
    option('paths', 'Traces: also host, user, working directory and path of the rollout.'),
    option(
      'prices FILE',
      'Traces: also what answers and turns cost, by the prices of this JSON file (see docs/USAGE.md).'
    ),
    option(
      'send',
      'Traces: send them to the collector of OTEL_EXPORTER_OTLP_TRACES_ENDPOINT or OTEL_EXPORTER_OTLP_ENDPOINT instead of writing them.'
    ),
    option(
      'follow',
      'Traces: keep following, and export each turn when it ends. Without a thread: of every thread that is written to. With --since also what ended ' +
        'since then.'
    ),
    option(
      'checkpoint NAME',
      'With --follow: continue where the last run of this name stopped, so that every turn is exported at least once.'
    ),
    option('until-idle TIME', 'With --follow: end when nothing was written for this long: `10m`.'),
    option(
      'reproducible',
      'Leave out the time of the export, so that the same thread gives the same bytes.'
    ),
    AT
  ],
  conflicts: [
    ['send', 'out'],
    ['follow', 'until'],
    ['follow', 'at'],
    ['no-redact', 'redact'],
    ['no-redact', 'redact-strict'],
    ['no-redact', 'redact-file'],
    ['no-redact', 'redact-report'],
    ['at', 'include-rolled-back']
  ],
  output: { human: 'the exported thread; what was written and hidden on stderr.' },
  exits: [...READS, 6].toSorted((a, b) => a - b),
  examples: [
    ['unroll export 01a1fcde-3637 -o thread.html', 'one file to share'],
    ['unroll export 01a1fcde-3637 --detail chat', 'what was said, as Markdown'],
    [
      'unroll export 01a1fcde-3637 --to jsonl --with all -o thread.jsonl',
      'everything, for a program'
    ],
    ['unroll export @1 @2 --to bundle -o work.unroll.tar', 'threads for another machine'],
    ['unroll export @1 --to otlp -o spans.jsonl', 'traces of the newest thread, for a collector'],
    ['unroll export --to otlp --follow --send --checkpoint jaeger', 'every turn, live'],
    ['unroll export --ledger tools -o tools.parquet', 'every tool call, for DuckDB or pandas'],
    ['unroll export --ledger all -o history.sqlite', 'everything in one database'],
    ['unroll export @1 @2 @3 --to html -o exports/', 'the three newest threads, a file each']
  ]
}
