/**
 * Kinds of problems: threads whose history stands in other files.
 */
import type { KindText } from '../kind.ts'

const CODEX =
  '0.130 and 0.142 do not know such threads and show only this file. 0.169 refuses the thread.'
const UNROLL =
  'What is still there is shown; a line of damage stands for the history that is missing.'
const NOT_HERE = 'The bytes are not in this home.'

/** Problems of the place a segment continues. */
export const LINEAGE_KINDS = {
  base_missing: {
    severity: 'broken',
    meaning: 'The rollout this one continues is not in the home.',
    cause: 'It was deleted, moved away, or left behind when the home was copied.',
    codex: CODEX,
    unroll: UNROLL,
    affected: 'The history before this file is not seen.',
    repair: { none: NOT_HERE }
  },
  base_shrunk: {
    severity: 'broken',
    meaning: 'The rollout this one continues ends before the place it names.',
    cause: 'The other file was cut, or replaced by an older copy.',
    codex: CODEX,
    unroll: UNROLL,
    affected: 'A part of the history before this file is not seen.',
    repair: { none: NOT_HERE }
  },
  base_mismatch: {
    severity: 'broken',
    meaning: 'The rollout this one continues has another line at the place it names.',
    cause: 'The other file was edited, repaired by a program that moves bytes, or replaced.',
    codex: CODEX,
    unroll: UNROLL,
    affected: 'The history before this file may be another one.',
    repair: { none: 'Which bytes were meant cannot be told.' }
  },
  base_cycle: {
    severity: 'broken',
    meaning: 'Rollouts continue each other in a circle.',
    cause: 'A first line was edited, or files were renamed.',
    codex: CODEX,
    unroll: UNROLL,
    affected: 'The history before this file is not seen.',
    repair: { none: 'Where the history begins cannot be told.' }
  },
  base_unknown: {
    severity: 'broken',
    meaning: 'The first line, which would name the rollout this one continues, cannot be read.',
    cause: 'The first line was damaged.',
    codex: CODEX,
    unroll: UNROLL,
    affected: 'The history before this file is not seen.',
    repair: { none: 'What the first line named cannot be told.' }
  }
} as const satisfies Readonly<Record<string, KindText>>
