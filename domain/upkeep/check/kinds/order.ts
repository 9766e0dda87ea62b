/**
 * Kinds of problems: numbers of lines in paginated threads.
 */
import type { KindText } from '../kind.ts'

const READ = 'Reads the lines in the order of the file and ignores their numbers.'
const CODEX =
  '0.130 and 0.142 ignore numbers. 0.169 skips every line whose number is not greater than all before it.'

/** Problems of `ordinal`, the number of a line in its history. */
export const ORDER_KINDS = {
  ordinal_repeated: {
    severity: 'broken',
    meaning: 'A line repeats the number of the previous line.',
    cause: 'Two writers, or a record written twice.',
    codex: CODEX,
    unroll: READ,
    affected: 'Codex 0.169 does not show this line.',
    repair: {
      plan: 'Give the line the next number, and later lines where needed. Not done if another file refers to one of them.'
    }
  },
  ordinal_backward: {
    severity: 'broken',
    meaning: 'A line has a smaller number than an earlier one.',
    cause: 'Two writers, or parts of a file joined in the wrong order.',
    codex: CODEX,
    unroll: READ,
    affected:
      'Codex 0.169 skips lines from here until the numbers are greater again. A turn that ends among them shows as interrupted.',
    repair: {
      plan: 'Give the line the next number, and later lines where needed. Not done if another file refers to one of them.'
    }
  },
  ordinal_gap: {
    severity: 'warning',
    meaning: 'Numbers are missing between two lines.',
    cause: 'Lines were lost, removed, or unreadable.',
    codex:
      '0.130 and 0.142 ignore numbers. 0.169 continues; if smaller numbers follow, it skips their lines.',
    unroll: READ,
    affected: 'Lines may be missing between these two.',
    repair: { none: 'Missing lines cannot be restored from this file.' }
  },
  ordinal_missing: {
    severity: 'broken',
    meaning: 'A line of a numbered file has no number.',
    cause: 'A Codex up to 0.142 continued a thread of a newer one, or an editor.',
    codex:
      '0.130 and 0.142 ignore numbers. 0.169 skips the line; if it is the last one, the thread cannot be resumed.',
    unroll: READ,
    affected:
      'Codex 0.169 does not show these lines, and cannot resume a thread that ends with one.',
    repair: {
      plan: 'Give the line the next number, and later lines where needed. Not done if another file refers to one of them.'
    }
  }
} as const satisfies Readonly<Record<string, KindText>>
