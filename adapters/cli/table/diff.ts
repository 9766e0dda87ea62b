/**
 * The command that compares a thread with itself at another point, or with another thread.
 */
import { DIFFERENCE_PARTS } from '../../../domain/difference/thread.ts'
import type { CommandSpec } from './spec.ts'

/** What changed between two points. */
export const diff: CommandSpec = {
  name: 'diff',
  args: ['<before>', '[after]'],
  summary: 'Tell what changed in a thread, or between two threads.',
  about: [
    'Each side is `THREAD@POINT`, or `THREAD` for now; the point is a revision, a turn or a time, as `--at` of other commands takes it, and the ' +
      'last @ begins it. `THREAD` is an id, the beginning of an id that no other thread shares, or a name. Without the second side: the thread ' +
      'of the first one now.',
    'Turns are told by their ids, items by theirs; the items of a model context, which have none, by what they are. Files are those that patches ' +
      'changed, with the lines of all patches so far. See docs/TIME-TRAVEL.md.'
  ],
  options: [
    {
      name: 'of',
      value: 'PART',
      many: true,
      choices: DIFFERENCE_PARTS,
      text: 'What to compare. Repeatable. Default: turns.'
    }
  ],
  output: {
    human: 'a line per difference: `-` went, `+` came, `~` is not as it was.',
    tsv: 'part, change (`removed`, `added`, `changed`), id, path, model or field, in words.',
    json:
      'one difference per line: `{"of","change","key","before","after"}`; `place` of what came; `fields` and `items` of a turn that is not as it was; ' +
      '`field` instead of `key` for facts of a context.'
  },
  exits: [0, 1, 2, 3, 4, 5, 6, 7, 8],
  examples: [
    ['unroll diff 01a1fcde-3637@40', 'what happened since event 40'],
    ['unroll diff 01a1fcde-3637@2h --of files --of usage', 'files and tokens of two hours'],
    ['unroll diff 01a1fcde-3637@20 01a1fcde-3637@40', 'between two events'],
    ['unroll diff 01a1fcde-3637 01a1fcde-3abc', 'how a fork went another way']
  ]
}
