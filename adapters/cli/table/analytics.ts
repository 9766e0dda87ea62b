/**
 * The command that makes usage analytics again.
 */
import { AT_TIME, ONE_THREAD, type CommandSpec } from './spec.ts'

/** Analytics from rollouts, and their comparison with a capture. */
export const analytics: CommandSpec = {
  name: 'analytics',
  args: ['replay|diff', '[thread-or-capture]'],
  summary: 'Make the analytics Codex would post again; compare them with a capture.',
  about: [
    '`replay` prints the events of a home, or of one thread, from its rollouts alone: one request payload per line, as in a capture file. What no ' +
      'rollout holds is null. Nothing is posted. See docs/ANALYTICS.md.',
    '`diff` takes a capture file and compares it with what the rollouts of the home give: events are paired by type and by the ids of thread, ' +
      'turn and item, and then field by field. A difference is explained when a reason for it is known, such as a field that no rollout holds, or ' +
      'a thread of which the capture holds nothing. Lines that cannot be read are told on stderr and passed over.',
    ...ONE_THREAD
  ],
  options: [
    {
      name: 'contract',
      value: 'VERSION',
      choices: ['0.130', '0.142', '0.169'],
      text: 'Whose keys and words. Default: 0.169; with `diff` that of the version that the capture names.'
    },
    {
      name: 'since',
      value: 'WHEN',
      text: 'With `replay`: only from this date on (`2026-11-21`, in UTC), or from this instant on (`2026-11-21T14:30:00Z`).'
    },
    {
      name: 'until',
      value: 'WHEN',
      text: 'With `replay`: only up to this date, the whole day included, or before this instant.'
    },
    {
      name: 'out',
      value: 'FILE',
      text: 'With `replay`: write to this file, which must not be there yet, for its owner alone. Default: stdout.'
    },
    AT_TIME
  ],
  output: {
    human:
      '`replay`: a payload per line. `diff`: a table of event types, then every difference without a reason, then the reasons of the others.',
    tsv: '`diff`: a line per difference: event, thread, turn, item, field (empty: the whole event), verdict, captured (JSON), reconstructed (JSON), reason.',
    json:
      '`replay`: a payload per line; with --out `{"file","lines"}`. `diff`: an object per compared event, `{"eventType","ids","verdict","reason","equalFields","fields"}`, ' +
      'where `fields` are those that are not equal; the last line is `{"contract","captured","reconstructed","damagedLines","unexplained","agreement"}`.'
  },
  exits: [0, 1, 2, 3, 5, 7, 8],
  examples: [
    ['unroll analytics replay', 'every event of the home'],
    [
      'unroll analytics replay 01a1fcde-3637 --contract 0.142',
      'those of one thread, as 0.142 posts them'
    ],
    ['unroll analytics diff capture.jsonl', 'does a capture say what the rollouts say?']
  ]
}
