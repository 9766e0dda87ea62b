/**
 * Kinds of problems: numbers of lines in paginated threads.
 */
import type { KindText } from '../kind.ts'

const READ = 'The lines are read in the order of the file; numbers order nothing.'
const CODEX =
  '0.130 and 0.142 do not look at numbers. 0.169 leaves out every line whose number is not greater than those before it.'

/** Problems of `ordinal`, the number of a line in its history. */
export const ORDER_KINDS = {
  ordinal_repeated: {
    severity: 'broken',
    meaning: 'A line has the number of the line before it.',
    cause: 'Two writers, or a record that was written twice.',
    codex: CODEX,
    unroll: READ,
    affected: 'Codex 0.169 does not show what this line says.',
    repair: {
      plan: 'The line gets the next number, and those behind it as far as they must, unless another file names one of them.'
    }
  },
  ordinal_backward: {
    severity: 'broken',
    meaning: 'A line has a smaller number than an earlier one.',
    cause: 'Two writers, or parts of a file that were put together in the wrong order.',
    codex: CODEX,
    unroll: READ,
    affected:
      'Codex 0.169 shows no line from here on until the numbers are greater again; a turn whose end is among them shows as interrupted.',
    repair: {
      plan: 'The line gets the next number, and those behind it as far as they must, unless another file names one of them.'
    }
  },
  ordinal_gap: {
    severity: 'warning',
    meaning: 'Numbers are left out between two lines.',
    cause: 'Lines were lost or removed, or could not be read.',
    codex:
      '0.130 and 0.142 do not look at numbers. 0.169 reads on; when smaller numbers follow, their lines are left out.',
    unroll: READ,
    affected: 'Lines may be missing between these two.',
    repair: { none: 'Lines that are not there cannot be made.' }
  },
  ordinal_missing: {
    severity: 'broken',
    meaning: 'A line of a numbered file has no number.',
    cause: 'A Codex up to 0.142 went on with a thread of a newer one, or an editor.',
    codex:
      '0.130 and 0.142 do not look at numbers. 0.169 leaves the line out; when it is the last one, the thread cannot be resumed.',
    unroll: READ,
    affected:
      'Codex 0.169 does not show what these lines say, and cannot resume a thread that ends with one.',
    repair: {
      plan: 'The line gets the next number, and those behind it as far as they must, unless another file names one of them.'
    }
  }
} as const satisfies Readonly<Record<string, KindText>>
