/**
 * Kinds of problems: which thread a file is, and whether it can be read at all.
 */
import type { KindText } from '../kind.ts'

/** Problems of a file as a whole. */
export const IDENTITY_KINDS = {
  empty_file: {
    severity: 'warning',
    meaning: 'The file is empty.',
    cause: 'The writer was killed before its first write, or the disk was full.',
    codex: 'All three refuse to read it and do not list it.',
    unroll: 'Shows a thread without turns.',
    affected: 'Codex fails to open this thread.',
    repair: { plan: 'Move the file to quarantine.' }
  },
  no_session_meta: {
    severity: 'broken',
    meaning: 'No line of the file is readable session metadata.',
    cause: 'The first line was damaged, or the file is from before 2025-09.',
    codex: 'All three refuse to read it. A database row made from the file name may still list it.',
    unroll:
      'Shows the turns; directory, time, source and provider come from the file name or are empty.',
    affected: 'Directory, source and provider of the thread are unknown, and Codex cannot open it.',
    repair: {
      plan: 'Insert metadata derived from the file name and the first turn, marked as derived. Not done if the file may continue another one.'
    }
  },
  late_session_meta: {
    severity: 'warning',
    meaning: 'The session metadata are not at the start of the file.',
    cause:
      'The first line was damaged and a later copy is left, or the file was assembled by hand.',
    codex:
      '0.130 and 0.142 read it, but list it only if the metadata are in the first ten lines. 0.169 refuses it if a response item precedes them.',
    unroll: 'Reads it like any other file.',
    affected: 'Codex may not list the thread, and 0.169 may not open it.',
    repair: {
      plan: 'Insert a copy of the metadata at the start. Not done if lines are numbered or another file continues this one.'
    }
  },
  foreign_session_meta: {
    severity: 'warning',
    meaning: 'The file holds metadata of another thread without being a fork of it.',
    cause: 'Files were concatenated, or a writer had the wrong file open.',
    codex: 'All three use the first metadata and ignore these.',
    unroll: 'Uses the first metadata; takes only the memory mode from these.',
    affected: 'The lines after it may belong to another thread.',
    repair: { none: 'The file does not tell which thread the lines belong to.' }
  },
  id_mismatch: {
    severity: 'warning',
    meaning: 'The id in the metadata differs from the id in the file name.',
    cause: 'The file was renamed or copied by hand.',
    codex:
      'All three list, load and change it under the id of the metadata; the id of the name leads to the same thread.',
    unroll:
      'Uses the id of the file name; the id of the metadata leads to it too, unless another file has it.',
    affected: 'Codex and unroll use different ids for the thread.',
    repair: {
      plan: 'The file is renamed after its metadata, when no other file is of that thread and none continues it.'
    }
  },
  bad_filename: {
    severity: 'warning',
    meaning: 'The file name is not that of a rollout, or its time cannot be read.',
    cause: 'The file was renamed or copied by hand.',
    codex:
      'Does not list it. 0.130 accepts any name that ends with an id; later versions need `rollout-` and a time.',
    unroll:
      'Finds names that begin with `rollout-` and end with an id, and takes the time from the metadata. Skips others.',
    affected: 'Codex does not list the thread, or the file is skipped.',
    repair: {
      plan: 'The file is renamed after its metadata, when no other file is of that thread and none continues it.'
    }
  },
  wrong_folder: {
    severity: 'warning',
    meaning:
      'A rollout is not in the folder for the day in its name, or is below a folder of the archive.',
    cause: 'The file was moved or copied by hand.',
    codex:
      'All three read it by id, and list it in sessions/YYYY/MM/DD of any day, but nowhere else.',
    unroll: 'Reads and lists it like any other file.',
    affected: 'Codex does not list the thread.',
    repair: { plan: 'Move the file to the folder for the day in its name.' }
  },
  duplicate_thread: {
    severity: 'warning',
    meaning: 'Two files hold the same thread and segment.',
    cause: 'A copy was left in the home, or an archived file was moved back by hand.',
    codex:
      '0.130 and 0.142 show the one they read last, so answers change from call to call; 0.169 always shows the same one.',
    unroll:
      'Reads one by a fixed rule: sessions before archived_sessions, plain before compressed, then the path that sorts last.',
    affected: 'Content of the other file is not shown.',
    repair: {
      plan: 'If the other file holds all of its content, move the unread file to quarantine.'
    }
  },
  twin_compressed: {
    severity: 'warning',
    meaning: 'A rollout exists both plain and compressed.',
    cause: 'A process was killed while it compressed or expanded the file.',
    codex: '0.130 ignores the compressed file; 0.142 and 0.169 read the plain one.',
    unroll: 'Reads the plain one.',
    affected: 'Nothing, as long as both have the same content.',
    repair: {
      plan: 'If the compressed file is a prefix of the plain one, move it to quarantine.'
    }
  },
  not_a_plain_file: {
    severity: 'warning',
    meaning: 'A link, pipe, socket or device has the name of a rollout or of one of its folders.',
    cause: 'It was created by hand.',
    codex: 'All three omit it from lists. Opened by id, Codex follows a link and hangs on a pipe.',
    unroll: 'Never opens it: rollouts are plain files in the home.',
    affected: 'The target is not read.',
    repair: { none: 'Files outside the home are never changed.' }
  },
  unreadable_file: {
    severity: 'broken',
    meaning: 'The file or folder cannot be read.',
    cause: 'Missing permissions, or a failing disk.',
    codex: 'Does not list it, and fails to open it.',
    unroll:
      'Reports the error of the system and shows everything else. If only `.unroll` is unreadable, the finding is a warning: ' +
      'rollouts are judged by their own bytes.',
    affected: 'The file is skipped.',
    repair: { none: 'unroll does not change permissions.' }
  },
  compressed_damaged: {
    severity: 'broken',
    meaning: 'The compressed file cannot be decompressed to its end, or its checksum differs.',
    cause: 'A damaged disk, or an incomplete copy.',
    codex: '0.130 reads no compressed files. 0.142 and 0.169 refuse the thread.',
    unroll: 'Reads what can be decompressed.',
    affected: 'Everything after this place is lost.',
    repair: {
      plan: 'Replace it by a plain file with the whole lines that can be decompressed.'
    }
  }
} as const satisfies Readonly<Record<string, KindText>>
