/**
 * The command that reads the audit trail.
 */
import { AT, limit, ONE_THREAD, type CommandSpec } from './spec.ts'

/** What `unroll audit` can be asked for. */
export const AUDIT_REPORTS = ['report', 'approvals', 'reviews', 'export', 'seal', 'verify'] as const

/** What happened, when, and by whom. */
export const audit: CommandSpec = {
  name: 'audit',
  args: ['[report]', '[file]'],
  choices: AUDIT_REPORTS,
  summary: 'Tell what happened to threads, and prove it.',
  about: [
    'Without a word: `report`, every change of every thread, oldest first: created, forked, turns, rollbacks, compactions, reviews, names, ' +
      'archiving and the rest, with who did it, which bytes say so, and how certain that is. See docs/AUDIT.md.',
    '`approvals` lists what rollouts tell of decisions: what was denied. About any other call nothing is recorded, so nothing is listed. ' +
      '`reviews` lists reviews and what came of them.',
    '`export` writes the whole trail, of a home or a thread, as lines that are chained by hashes; `verify` checks such a file, without a home, and ' +
      'tells the first line that is not as it was written. A file can be checked without unroll, too.',
    '`seal` notes what every rollout of the home holds, in a log that is chained by hashes: `.unroll/seals.jsonl`, or the file that `--out` names. `verify` without a ' +
      'file, or with such a log, reads every rollout again and tells what was changed, removed, cut off or put in another order, and at which byte. What was ' +
      'appended, archived or compressed is fine. Sealing again notes what is new; it refuses when sealed bytes are not what they were.',
    ...ONE_THREAD
  ],
  options: [
    {
      name: 'thread',
      value: 'THREAD',
      text: 'Only this thread; one that was deleted by its whole id.'
    },
    {
      name: 'since',
      value: 'WHEN',
      text: 'With `report`: only from this date on (`2026-11-21`, in UTC), or from this instant on (`2026-11-21T14:30:00Z`).'
    },
    {
      name: 'until',
      value: 'WHEN',
      text: 'With `report`: only up to this date, the whole day included, or before this instant.'
    },
    {
      name: 'actor',
      value: 'TEXT',
      text: 'With `report`: only what was done by a program, client, user, account or kind of agent with this in its name.'
    },
    {
      name: 'action',
      value: 'ACTION',
      many: true,
      text: 'With `report`: only this, such as `rolled_back`; may be given several times.'
    },
    limit('With `report`: at most so many rows. Default: all.'),
    {
      name: 'out',
      value: 'FILE',
      text: 'With `export`: write to this file, which must not be there yet. Default: stdout. With `seal`: the log.'
    },
    {
      name: 'head',
      value: 'HASH',
      text: 'With `verify`: a root or a hash that was noted from an earlier export; tells whether this file continues it.'
    },
    {
      name: 'accept',
      text: 'With `seal`: also when sealed files are not what they were; they are sealed anew as they are.'
    },
    { name: 'csv', text: 'With `report`: comma-separated values with a head, for spreadsheets.' },
    AT
  ],
  conflicts: [['csv', 'json']],
  output: {
    human:
      'a table: time (UTC), what happened, thread, by whom, details. `verify`: one line; of seals one line for each file that is not as it should be.',
    tsv:
      '`report`: time, action, thread, turn, certainty, originator, version, client, user, process, account, kind of agent, before (JSON), after ' +
      '(JSON), kind of evidence, file or operation, byte, bytes. `approvals`: time, thread, turn, call, subject, reviewer, status, source, ' +
      'certainty. `reviews`: begun, ended, thread, reviewer thread, delivery, target (JSON), findings, verdict, confidence. `seal`, `verify` of seals: ' +
      'verdict, thread, file, byte, line, sealed bytes, bytes now, what else happened.',
    json:
      'one row per line, see docs/AUDIT.md. `verify`: `{"ok":true,"threads","rows","root","known"}` or `{"ok":false,"line","threadId","seq","reason"}`. ' +
      'Of seals: `{"threadId","path","verdict","notes","atByte","line","sealedBytes","bytes"}` per file, and at last `{"seal":{"ok","log","sealed","verdicts"}}`. With --out: `{"file","lines"}`. An export has the same lines with and without --json.'
  },
  exits: [0, 1, 2, 3, 5, 6, 7, 8],
  examples: [
    ['unroll audit', 'everything that happened, oldest first'],
    [
      'unroll audit report --thread 01a1fcde-3637 --action rolled_back',
      'what was rolled back in a thread'
    ],
    ['unroll audit report --since 2026-11-21 --csv', 'a day, for a spreadsheet'],
    ['unroll audit export --out trail.jsonl', 'the trail as a file that can be checked'],
    ['unroll audit verify trail.jsonl', 'was it changed?'],
    ['unroll audit seal', 'note what every rollout holds'],
    ['unroll audit verify', 'is every sealed byte still there?']
  ]
}
