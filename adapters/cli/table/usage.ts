/**
 * The commands that read the ledgers.
 */
import { AT, ONE_THREAD, type CommandSpec } from './spec.ts'

/** What `unroll usage` adds up by. */
export const USAGE_REPORTS = [
  'total',
  'daily',
  'monthly',
  'thread',
  'turn',
  'model',
  'agent',
  'provider'
] as const

/** How many tokens were spent. */
export const usage: CommandSpec = {
  name: 'usage',
  args: ['[report]', '[thread]'],
  choices: USAGE_REPORTS,
  summary: 'Add up the tokens that were spent, exactly.',
  about: [
    `A report is one of ${USAGE_REPORTS.map((name) => `\`${name}\``).join(', ')}; without one: \`daily\`.`,
    'Every answer of a model counts once, in the thread and turn that asked for it: what a fork or a sub-agent ' +
      'took over from another thread is not counted again, and what was rolled back or interrupted stays spent. Cached input is a part of ' +
      'input, reasoning a part of output, and the total is input and output. See docs/USAGE.md.',
    'Where a rollout does not tell what something cost, the sum is a lower bound and says so (`≥`). `--explain` lists every spend with the rule ' +
      'that found it, how certain it is, and where the line stands.',
    ...ONE_THREAD
  ],
  options: [
    { name: 'thread', value: 'THREAD', text: 'Only this thread; the same as the argument.' },
    {
      name: 'tree',
      text: 'With a thread: and every thread below it, sub-agents and reviews. The report `thread` without one: each thread with all below it as one.'
    },
    {
      name: 'since',
      value: 'WHEN',
      text: 'Only what was spent from this date on (`2026-11-21`), or from this instant on (`2026-11-21T14:30:00Z`).'
    },
    {
      name: 'until',
      value: 'WHEN',
      text: 'Only what was spent up to this date, the whole day included, or before this instant.'
    },
    {
      name: 'tz',
      value: 'ZONE',
      text: 'Time zone of days, months and dates, such as Europe/Berlin; `local` for the one of this machine. Default: UTC.'
    },
    {
      name: 'explain',
      text: 'List the spends too: size, rule, certainty, thread, turn, model, and the revision and byte of the line.'
    },
    {
      name: 'prices',
      value: 'FILE',
      text: 'Add what it cost, by the prices of this JSON file (see docs/USAGE.md). There are no prices built in.'
    },
    {
      name: 'csv',
      text: 'Print comma-separated values with a head, for spreadsheets; a text that looks like a formula gets an apostrophe in front.'
    },
    AT
  ],
  conflicts: [['csv', 'json']],
  output: {
    human:
      'a table: day, thread or what else was asked for, input, cached, share of the input that was cached, output, reasoning, total, cost; ' +
      'the total comes last. With --explain two lines for each spend follow.',
    tsv:
      'key, input, cached, output, reasoning, total, cached share (0 to 1, empty without input), `lower_bound` or nothing, spends, and with --prices ' +
      'cost, currency. With --explain the spends instead: time (UTC), thread, number, kind, rule, certainty, turn, model, provider, input, ' +
      'cached, output, reasoning, total, `rolled_back`, `aborted`, revision, byte, file, and with --prices cost, currency.',
    json:
      '`total`: one object, `{"inputTokens","cachedInputTokens","outputTokens","reasoningOutputTokens","totalTokens","lowerBound","rows"}`. Every other ' +
      'report: one object per line with `key`, `cacheHitRate` and `byModel` besides; the last line is `{"total","reasons"}`. With --explain ' +
      'one object per spend, then the last line. With --prices objects have `cost`: `{"currency","amount","known","unpriced"}`, decimals as strings.'
  },
  exits: [0, 2, 3, 5, 7, 8],
  examples: [
    ['unroll usage', 'what each day cost'],
    ['unroll usage total --json', 'one object for a script'],
    ['unroll usage monthly --tz Europe/Berlin --prices prices.json', 'months, with what they cost'],
    ['unroll usage thread 01a1fcde-3637 --tree', 'a thread with its sub-agents'],
    ['unroll usage turn 01a1fcde-3637 --explain', 'why each turn cost what it did'],
    ['unroll usage model --since 2026-11-01 --until 2026-11-30 --csv', 'a month, for a spreadsheet']
  ]
}
