/**
 * Kinds of problems: threads whose history stands in other files.
 */
import type { KindText } from '../kind.ts'

const CODEX =
  '0.130 and 0.142 do not support such threads and show only this file. 0.169 refuses the thread.'
const UNROLL = 'Shows what exists, and a damaged line in place of the missing history.'
const NOT_HERE = 'The missing bytes are not in this home.'

/** Problems of the place a segment continues. */
export const LINEAGE_KINDS = {
  base_missing: {
    severity: 'broken',
    meaning: 'The parent rollout is not in the home.',
    cause: 'It was deleted or moved, or not copied with the home.',
    codex: CODEX,
    unroll: UNROLL,
    affected: 'The history before this file is not shown.',
    repair: { none: NOT_HERE }
  },
  base_shrunk: {
    severity: 'broken',
    meaning: 'The parent rollout ends before the place where this one continues it.',
    cause: 'The parent was truncated, or replaced by an older copy.',
    codex: CODEX,
    unroll: UNROLL,
    affected: 'Part of the history before this file is not shown.',
    repair: { none: NOT_HERE }
  },
  base_mismatch: {
    severity: 'broken',
    meaning: 'The parent rollout has a different line at the place where this one continues it.',
    cause: 'The parent was edited, replaced, or repaired by a program that moves bytes.',
    codex: CODEX,
    unroll: UNROLL,
    affected: 'The history before this file may be wrong.',
    repair: { none: 'The intended bytes are unknown.' }
  },
  base_cycle: {
    severity: 'broken',
    meaning: 'Rollouts continue each other in a circle.',
    cause: 'A first line was edited, or files were renamed.',
    codex: CODEX,
    unroll: UNROLL,
    affected: 'The history before this file is not shown.',
    repair: { none: 'The start of the history is unknown.' }
  },
  base_unknown: {
    severity: 'broken',
    meaning: 'The first line, which names the parent rollout, cannot be read.',
    cause: 'The first line was damaged.',
    codex: CODEX,
    unroll: UNROLL,
    affected: 'The history before this file is not shown.',
    repair: { none: 'The parent rollout is unknown.' }
  }
} as const satisfies Readonly<Record<string, KindText>>
