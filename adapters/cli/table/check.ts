/**
 * The commands that look for problems and explain them.
 */
import type { CommandSpec } from './spec.ts'

/** Finding problems. */
export const check: CommandSpec = {
  name: 'check',
  args: ['[thread]'],
  summary: 'Look for problems in the rollouts of the home, and tell what to do.',
  about: [
    'Reads every rollout once from front to back, whatever is in it, then what lies beside them: names, logs, locks and temporary files. ' +
      'Nothing in the home is written. With a thread, which is an id, the beginning of one, or a name: only its files.',
    'A problem is `broken` when something that was written is not read, by unroll or by a Codex; `warning` when all is read but something is at ' +
      'odds; `note` when it does no harm. Notes do not count as findings. "unroll explain KIND" and docs/CHECK.md tell about each kind.',
    'An index that is there is looked at as well: whether the line before each checkpoint is still the one that was read.'
  ],
  options: [
    {
      name: 'deep',
      text:
        'Also fold each thread of the index anew and compare every row, and compare the checksums in compressed rollouts. Takes as long as ' +
        'a rebuild.'
    },
    {
      name: 'kind',
      value: 'KIND',
      many: true,
      text: 'Print and count only problems of this kind. Repeatable.'
    },
    { name: 'notes', text: 'Print notes, too, where a person reads.' }
  ],
  output: {
    human:
      'for each problem: how bad it is, its kind, where it is, what is affected, and what to type next; then a line of sums. Notes are only counted, unless asked for.',
    tsv: 'severity, kind, thread, path, offset in bytes, bytes, revision, what is affected, remedy; notes too. The sums go to stderr.',
    json:
      'a finding per line: `{"kind","severity","threadId","path","range":{"offsetBytes","bytes"},"revision","affected","remedy","facts"}`; the last line is ' +
      '`{"summary":{"rollouts","ok","warned","broken","findings":{"note","warning","broken"},"bytes","partlyRead","durationMs"}}`.'
  },
  exits: [0, 1, 2, 3, 5, 6],
  examples: [
    ['unroll check', 'the whole home'],
    ['unroll check 01a1fcde-3637 --json', 'one thread, with byte ranges'],
    ['unroll check --kind torn_tail --kind glued_lines', 'only what killed writers left'],
    ['unroll check --deep', 'the index, too, row by row']
  ]
}

/** Explaining them. */
export const explain: CommandSpec = {
  name: 'explain',
  args: ['[kind]'],
  summary: 'Tell what a kind of problem means and what is done about it.',
  about: ['Without a kind: lists all of them. The same texts are in docs/CHECK.md.'],
  options: [],
  output: {
    human:
      'a paragraph for each side of the matter; without a kind a table: severity, kind, what it means.',
    tsv: 'severity, kind, meaning; with a kind: name and text of each paragraph.',
    json: 'one object per kind: `{"kind","severity","meaning","cause","codex","unroll","affected","remedy","repair"}`; `repair` is `{"plan"}` or `{"none"}`.'
  },
  exits: [0, 2],
  examples: [
    ['unroll explain', 'every kind'],
    ['unroll explain glued_lines', 'one of them']
  ]
}
