/**
 * The command that compares a home with Codex's own databases.
 */
import type { CommandSpec } from './spec.ts'

/** Files, index and databases side by side. */
export const doctor: CommandSpec = {
  name: 'doctor',
  args: [],
  summary: "Compare the rollouts with Codex's own databases.",
  about: [
    'Counts files, threads of the index and rows of `state_5.sqlite`, and tells where they disagree: threads without a row, rows without a ' +
      'file, other paths, other archived flags, an unfinished backfill, other names, titles, tokens, goals and agents; and what SQLite finds wrong ' +
      'with each database. Every kind comes with what it means and what to do about it.',
    'The databases are read in memory: no lock is taken, no file is made, and a running Codex is not disturbed. See docs/DOCTOR.md.'
  ],
  options: [{ name: 'all', text: 'List every finding; without it the first three of a kind.' }],
  output: {
    human: 'counts, databases, and the findings by kind.',
    tsv: 'per finding: severity, kind, thread, path, what is affected, the remedy, facts as JSON.',
    json: '`{"home","sqliteHome","agrees","databases","files","index","rows","backfill","findings"}`.'
  },
  exits: [0, 1, 2, 3, 5, 6],
  examples: [
    ['unroll doctor', 'is every thread in the lists of Codex?'],
    ['unroll doctor --json | jq .agrees', 'for a script; the exit code says it too']
  ]
}
