/**
 * Kinds of problems: lines that cannot be read as what they are.
 */
import type { KindText } from '../kind.ts'

const SKIPPED = 'All three skip the line and read the rest.'
const ISOLATED =
  'Isolates the line: it keeps its revision, shows nothing, and every other line is read.'
const LOST = 'The content of this line is lost.'

/** Problems of a single line. */
export const LINE_KINDS = {
  torn_tail: {
    severity: 'broken',
    meaning: 'The last line is incomplete.',
    cause: 'The writer was killed, or the disk was full, in the middle of a write.',
    codex:
      'All three skip it. 0.130 and 0.142 append the next record to the same line, so both are lost; 0.169 writes a newline first.',
    unroll:
      'Waits for the rest: the line is neither an event nor damage yet. An append writes a newline first.',
    affected: 'Its content is lost; if an older Codex appends here, its next line is lost too.',
    repair: {
      plan: 'Remove the incomplete line, or append a newline if its event is whole. The bytes are kept in quarantine.'
    }
  },
  torn_line: {
    severity: 'broken',
    meaning: 'A line in the middle of the file is truncated.',
    cause:
      'A writer was killed in the middle of a write, and a later one (0.169, or unroll) started a new line.',
    codex: SKIPPED,
    unroll: ISOLATED,
    affected: LOST,
    repair: {
      plan: 'Overwrite the line with spaces, so that no later byte moves. The bytes are kept in quarantine.'
    }
  },
  glued_lines: {
    severity: 'broken',
    meaning: 'Several events share one line.',
    cause:
      'A Codex up to 0.142 appended to a line without a newline, or two writers wrote at the same moment.',
    codex:
      'All three skip the line, so every event on it is lost. If one of them started a turn, that turn has no id of its own.',
    unroll: ISOLATED,
    affected: 'No event of this line is shown, although at least one of them is whole.',
    repair: {
      plan: 'Give each whole event a line of its own. Not done if a newline is missing between two whole events and another file refers to a later place.'
    }
  },
  half_then_whole: {
    severity: 'broken',
    meaning:
      'Part of an event is followed by the whole event, on the same line or on the next one.',
    cause: 'A write failed half-way and the writer wrote the record again.',
    codex: 'All three skip the part. On the same line the whole copy is lost with it.',
    unroll:
      'Isolates the line with the part. If the whole copy has a line of its own, nothing is lost.',
    affected: 'The event is lost: its whole copy shares a line with the part.',
    repair: {
      plan: 'Overwrite the part with spaces; on the same line, end them with a newline.'
    }
  },
  not_utf8: {
    severity: 'broken',
    meaning: 'The line holds bytes that are not UTF-8.',
    cause: 'A damaged disk or a bad copy. No Codex writes such bytes.',
    codex:
      'All three refuse to read the turns of the whole thread. It has no database row, and is listed only if the bytes are far from the start.',
    unroll: ISOLATED,
    affected: 'The content of this line is lost, and Codex cannot open the thread at all.',
    repair: {
      plan: 'Replace the bytes by U+FFFD if the line is an event, else by spaces. Codex then reads the rest.'
    }
  },
  nul_bytes: {
    severity: 'broken',
    meaning: 'The line holds NUL bytes.',
    cause: 'A power loss: the file had grown, but its new content never reached the disk.',
    codex: SKIPPED,
    unroll: ISOLATED,
    affected: 'The content of this place is lost.',
    repair: {
      plan: 'Overwrite the NUL bytes with spaces; a whole event after them is read again.'
    }
  },
  not_json: {
    severity: 'broken',
    meaning: 'The line is not JSON, and matches no other kind of damage.',
    cause: 'A damaged disk, an editor, or another program that wrote into the file.',
    codex: SKIPPED,
    unroll: ISOLATED,
    affected: LOST,
    repair: {
      plan: 'Overwrite the line with spaces, so that no later byte moves. The bytes are kept in quarantine.'
    }
  },
  line_too_long: {
    severity: 'broken',
    meaning: 'The line has 256 MiB or more.',
    cause: 'The output of a tool without end, or concatenated files.',
    codex: 'Reads it if memory allows; Codex needs many times the size of the file.',
    unroll: 'Isolates the line in bounded memory: JavaScript cannot hold much longer texts.',
    affected: LOST,
    repair: { none: 'The line is valid but larger than the 256 MiB limit.' }
  },
  not_an_event: {
    severity: 'broken',
    meaning: 'The line is JSON but not an event: it is not an object, or has no type.',
    cause: 'A rollout from before the envelope (2025), an editor, or another program.',
    codex: 'All three skip the line; a file with only such lines is refused as empty.',
    unroll: ISOLATED,
    affected: LOST,
    repair: { none: 'The meaning of the line is unknown.' }
  },
  missing_timestamp: {
    severity: 'broken',
    meaning: 'The event has no time, or its time is not a string.',
    cause: 'An editor or another program wrote the line. Every Codex writes a time.',
    codex: SKIPPED,
    unroll: ISOLATED,
    affected: LOST,
    repair: {
      plan: 'Give the line the time of the previous event. Not done if another file refers to a later place.'
    }
  },
  invalid_payload: {
    severity: 'broken',
    meaning: 'The members of the event do not fit its kind.',
    cause:
      'A writer of another version, an editor, or an early version that started turns without an id.',
    codex: 'All three skip it. Unreadable metadata make the thread unreadable.',
    unroll: ISOLATED,
    affected: LOST,
    repair: { none: 'The intended content is unknown.' }
  },
  before_envelope: {
    severity: 'note',
    meaning: 'The lines have no envelope, or the file is one JSON document.',
    cause:
      'A Codex up to 0.31 (September 2025), or the TypeScript client before it, wrote the file.',
    codex: 'All three skip every line, so no thread is listed.',
    unroll:
      'Reads them: a turn begins with a message of the user, and every item is marked as derived. Such a file is never appended to.',
    affected: 'Codex does not list the thread; unroll shows all of it.',
    repair: { none: 'Not needed: the file is valid in its old format.' }
  },
  unknown_line: {
    severity: 'note',
    meaning: 'The kind of the line is unknown to this version.',
    cause: 'A newer Codex, or another program.',
    codex: 'Each version skips kinds it does not know.',
    unroll: 'Keeps the lines and their revisions, and ignores them otherwise.',
    affected: 'Nothing: only the content of these lines is not shown.',
    repair: { none: 'Not needed.' }
  },
  byte_order_mark: {
    severity: 'broken',
    meaning: 'The file begins with a byte order mark.',
    cause: 'An editor or a copying tool added it.',
    codex: 'All three fail to read the first line, the metadata, and refuse the thread.',
    unroll: 'Skips it; read strictly, it spoils the first line, as in Codex.',
    affected: 'Codex cannot open the thread.',
    repair: { plan: 'Overwrite the mark with three spaces, which Codex ignores.' }
  },
  crlf: {
    severity: 'note',
    meaning: 'Lines end with a carriage return and a newline.',
    cause: 'An editor or a copying tool changed the line endings.',
    codex: 'All three read it.',
    unroll: 'Reads it; the carriage return counts as part of the line.',
    affected: 'Nothing: only offsets differ from those of the original file.',
    repair: { none: 'Not needed; and other files may refer to places that count these bytes.' }
  },
  no_final_newline: {
    severity: 'warning',
    meaning: 'The last line is a whole event without a newline.',
    cause: 'The writer was killed between the event and its newline, or an editor removed it.',
    codex:
      'All three read the line. 0.130 and 0.142 append the next record to the same line, so both are lost.',
    unroll: 'Reads it. An append writes a newline first.',
    affected: 'Nothing yet; if an older Codex appends here, this line and the next are lost.',
    repair: { plan: 'Append a newline.' }
  }
} as const satisfies Readonly<Record<string, KindText>>
