/**
 * Kinds of problems: lines that cannot be read as what they are.
 */
import type { KindText } from '../kind.ts'

const SKIPPED = 'All three pass over the line and read the rest.'
const ISOLATED =
  'The line is damage: it has a revision, shows nothing, and every other line is read.'
const LOST = 'What this line said is not seen.'

/** Problems of a single line. */
export const LINE_KINDS = {
  torn_tail: {
    severity: 'broken',
    meaning: 'The last line was begun and never finished.',
    cause: 'The writer was killed, or the disk was full, in the middle of a write.',
    codex:
      'All three pass over it. 0.130 and 0.142 write the next record directly behind it, and then both are lost; 0.169 writes a newline first.',
    unroll:
      'It waits for its rest and is neither an event nor damage. An append puts a newline behind it first.',
    affected:
      'What the unfinished line was to say is not seen; an older Codex that goes on here loses its next line too.',
    repair: {
      plan: 'The unfinished line is cut off; an event that is whole gets its newline. The bytes are kept in quarantine.'
    }
  },
  torn_line: {
    severity: 'broken',
    meaning: 'A line in the middle of the file is the beginning of an event and ends too early.',
    cause:
      'A writer was killed in the middle of a write, and a later one (0.169, or unroll) began a new line.',
    codex: SKIPPED,
    unroll: ISOLATED,
    affected: LOST,
    repair: {
      plan: 'Spaces take the place of the line, so that nothing behind it moves; the bytes are kept in quarantine.'
    }
  },
  glued_lines: {
    severity: 'broken',
    meaning: 'Two or more events, or a torn one and a whole one, stand on one line.',
    cause:
      'A Codex up to 0.142 went on behind a line that had no newline, or two writers wrote at the same moment.',
    codex:
      'All three pass over the line: each event on it is lost. When one of them began a turn, the turn after it has no id of its own.',
    unroll: ISOLATED,
    affected: 'No event of this line is seen, though at least one of them is whole.',
    repair: {
      plan: 'Each whole event gets a line of its own. Between two whole ones a newline is wanted: not done where another file names a place behind it.'
    }
  },
  half_then_whole: {
    severity: 'broken',
    meaning:
      'The first part of an event is followed by the same event, whole, on the same line or on the next one.',
    cause: 'A write failed half way and the writer tried the record again.',
    codex: 'All three pass over the half. On the same line the whole copy is lost with it.',
    unroll:
      'The line with the half is damage. When the whole copy has a line of its own, it is read and nothing is lost.',
    affected: 'The event is not seen: its whole copy stands behind its half on one line.',
    repair: {
      plan: 'Spaces take the place of the half; on the same line the last of them is a newline.'
    }
  },
  not_utf8: {
    severity: 'broken',
    meaning: 'The line holds bytes that are not UTF-8.',
    cause: 'A damaged disk or a bad copy; no Codex writes such bytes.',
    codex:
      'All three refuse to read the turns of the whole thread. It is listed only when the bytes stand far down, and has no row in the database.',
    unroll: ISOLATED,
    affected: 'What this line said is not seen, and Codex cannot open the thread at all.',
    repair: {
      plan: 'The bytes become U+FFFD where the line is an event all the same, and spaces where it is none; then Codex reads the rest.'
    }
  },
  nul_bytes: {
    severity: 'broken',
    meaning: 'The line is made of NUL bytes, or holds some.',
    cause: 'A power loss: the file had grown, but what was to stand there never reached the disk.',
    codex: SKIPPED,
    unroll: ISOLATED,
    affected: 'What was to stand here is not there.',
    repair: {
      plan: 'Spaces take the place of the NUL bytes; an event that is whole behind them is read again.'
    }
  },
  not_json: {
    severity: 'broken',
    meaning: 'The line is no JSON, and not one of the recognisable kinds of damage.',
    cause: 'A damaged disk, an editor, or a program that wrote something else into the file.',
    codex: SKIPPED,
    unroll: ISOLATED,
    affected: LOST,
    repair: {
      plan: 'Spaces take the place of the line, so that nothing behind it moves; the bytes are kept in quarantine.'
    }
  },
  line_too_long: {
    severity: 'broken',
    meaning: 'The line has 256 MiB or more.',
    cause: 'A tool that printed without end, or a file that was glued together.',
    codex: 'It is read when memory allows; Codex needs many times the size of the file.',
    unroll:
      'The line is damage: JavaScript cannot hold much longer texts. It is passed over in bounded memory.',
    affected: LOST,
    repair: { none: 'Nothing is wrong with the bytes; only a reader with more room can use them.' }
  },
  not_an_event: {
    severity: 'broken',
    meaning: 'The line is JSON but no event: it is no object, or has no type.',
    cause: 'A rollout from before the envelope (2025), an editor, or another program.',
    codex: 'All three pass over the line; a file that holds only such lines is refused as empty.',
    unroll: ISOLATED,
    affected: LOST,
    repair: { none: 'What an unknown writer meant cannot be guessed.' }
  },
  missing_timestamp: {
    severity: 'broken',
    meaning: 'The event has no time, or its time is no text.',
    cause: 'An editor or another program wrote the line; no Codex leaves the time out.',
    codex: SKIPPED,
    unroll: ISOLATED,
    affected: LOST,
    repair: {
      plan: 'The line gets the time of the event before it, unless another file names a place behind it.'
    }
  },
  invalid_payload: {
    severity: 'broken',
    meaning: 'The line is an event of a known kind whose members are not what that kind needs.',
    cause:
      'A writer of another version, an editor, or a turn start without an id as early versions wrote it.',
    codex: 'All three pass over it. Metadata that cannot be read make the thread unreadable.',
    unroll: ISOLATED,
    affected: LOST,
    repair: { none: 'What the event should have said cannot be known from the file.' }
  },
  before_envelope: {
    severity: 'note',
    meaning: 'The lines stand without an envelope, or the file is one JSON document.',
    cause:
      'A Codex up to 0.31 (September 2025), or the TypeScript client before it, wrote the file.',
    codex: 'All three pass over every line, so that there is no thread.',
    unroll:
      'It reads them: turns begin with what a person said, and every item says that it is derived. Nothing is added to such a file.',
    affected: 'Codex does not list the thread; unroll shows all of it.',
    repair: { none: 'Nothing is wrong; what no line tells cannot be made up.' }
  },
  unknown_line: {
    severity: 'note',
    meaning: 'Lines of a kind that this build does not know.',
    cause: 'A newer Codex, or another program.',
    codex: 'Each version passes over kinds it does not know.',
    unroll: 'They are kept, have a revision, and nothing follows from them.',
    affected: 'Nothing; what these lines say is not shown.',
    repair: { none: 'Nothing is wrong.' }
  },
  byte_order_mark: {
    severity: 'broken',
    meaning: 'The file begins with a byte order mark.',
    cause: 'An editor or a copying tool put it there.',
    codex: 'All three lose the first line to it, which is the metadata: the thread is refused.',
    unroll: 'It is passed over; read strictly, it spoils the first line, as in Codex.',
    affected: 'Codex cannot open the thread.',
    repair: { plan: 'Three spaces take the place of the mark; Codex reads past them.' }
  },
  crlf: {
    severity: 'note',
    meaning: 'Lines end with a carriage return and a newline.',
    cause: 'An editor or a copying tool changed the line ends.',
    codex: 'All three read it.',
    unroll: 'It is read; the carriage return counts as part of the line.',
    affected: 'Nothing; offsets differ from those of the file Codex wrote.',
    repair: { none: 'It does no harm, and places in other files may count these bytes.' }
  },
  no_final_newline: {
    severity: 'warning',
    meaning: 'The last line is a whole event without a newline behind it.',
    cause: 'The writer was killed between the event and its newline, or an editor removed it.',
    codex:
      'All three read the line. 0.130 and 0.142 write the next record directly behind it, and then both are lost.',
    unroll: 'It is read. An append puts a newline behind it first.',
    affected: 'Nothing yet; an older Codex that goes on here loses this line and the next.',
    repair: { plan: 'One newline is appended.' }
  }
} as const satisfies Readonly<Record<string, KindText>>
