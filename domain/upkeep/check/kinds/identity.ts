/**
 * Kinds of problems: which thread a file is, and whether it can be read at all.
 */
import type { KindText } from '../kind.ts'

/** Problems of a file as a whole. */
export const IDENTITY_KINDS = {
  empty_file: {
    severity: 'warning',
    meaning: 'The file holds no line.',
    cause: 'The writer was killed before its first write, or the disk was full.',
    codex: 'All three refuse to read it and do not list it.',
    unroll: 'It is a thread without turns.',
    affected: 'Nothing is in it; a reader that is asked for the thread gets an error from Codex.',
    repair: { plan: 'The file is moved to quarantine.' }
  },
  no_session_meta: {
    severity: 'broken',
    meaning: 'No line of the file is readable session metadata.',
    cause: 'The first line was damaged, or the file is from before 2025-09.',
    codex:
      'All three refuse to read it. A row in the database, made from the file name, may still list it.',
    unroll:
      'Turns are shown; directory, time, source and provider come from the file name or are empty.',
    affected:
      'Directory, source and provider of the thread are not known, and Codex cannot open it.',
    repair: {
      plan: 'Metadata made from its name and its first turn, and marked as made, come in front; not where it may continue another file.'
    }
  },
  late_session_meta: {
    severity: 'warning',
    meaning: 'The session metadata do not stand at the beginning of the file.',
    cause:
      'The first line was damaged and a later copy of it is left, or a file was put together by hand.',
    codex:
      '0.130 and 0.142 read it, but list it only when the metadata are among the first ten lines. 0.169 refuses it when a response item stands before them.',
    unroll: 'It is read like any other.',
    affected: 'Codex may not list the thread, and 0.169 may not open it.',
    repair: {
      plan: 'A copy of its metadata comes in front, unless its lines are numbered or another file continues it.'
    }
  },
  foreign_session_meta: {
    severity: 'warning',
    meaning: 'Metadata of another thread stand in the file, and it is no fork of that thread.',
    cause: 'Files were glued together, or a writer had the wrong file open.',
    codex: 'All three go by the first metadata and ignore these.',
    unroll: 'The same; only the memory mode is taken from them.',
    affected: 'The lines behind it may belong to another thread.',
    repair: { none: 'Which thread the lines belong to cannot be told from the file.' }
  },
  id_mismatch: {
    severity: 'warning',
    meaning: 'The first metadata have another id than the file name.',
    cause: 'The file was renamed or copied by hand.',
    codex:
      'All three list, load and change it under the id of the metadata; asked for the id of the name, they show the same thread.',
    unroll:
      'The thread has the id of the file name; that of the metadata leads to it too, unless another file has it.',
    affected: 'Codex and unroll call the thread by different ids.',
    repair: {
      plan: 'The file is renamed after its metadata, when no other file is of that thread and none continues it.'
    }
  },
  bad_filename: {
    severity: 'warning',
    meaning: 'The name of the file is not one of a rollout, or its time cannot be read.',
    cause: 'The file was renamed or copied by hand.',
    codex:
      'It is not listed from files. 0.130 takes any name that ends with an id; later versions need rollout- and a time.',
    unroll:
      'A name that begins with rollout- and ends with an id is found; its time is taken from the metadata. Others are not seen.',
    affected: 'The thread is not listed by Codex, or not seen at all.',
    repair: {
      plan: 'The file is renamed after its metadata, when no other file is of that thread and none continues it.'
    }
  },
  wrong_folder: {
    severity: 'warning',
    meaning:
      'A rollout does not stand in the folder of the day in its name, or is deep in the archive.',
    cause: 'The file was moved or copied by hand.',
    codex:
      'All three read it by id, and list it in sessions/YYYY/MM/DD of any day, but nowhere else.',
    unroll: 'It is read and listed like any other.',
    affected: 'Codex does not list the thread.',
    repair: { plan: 'The file is moved to the folder of the day in its name.' }
  },
  duplicate_thread: {
    severity: 'warning',
    meaning: 'Two files carry the same thread and segment.',
    cause: 'A copy was left in the home, or an archived file was put back by hand.',
    codex:
      '0.130 and 0.142 show the one they saw last, so answers change from call to call; 0.169 keeps to one.',
    unroll:
      'One wins by a fixed rule: sessions over archived_sessions, plain over compressed, then the path that sorts last.',
    affected: 'What only the other file holds is not seen.',
    repair: {
      plan: 'The file that loses is moved to quarantine, when all it holds is in the other; else nothing.'
    }
  },
  twin_compressed: {
    severity: 'warning',
    meaning: 'A rollout stands beside its own compressed form.',
    cause: 'A process was killed while it compressed or expanded the file.',
    codex: '0.130 does not see the compressed one; 0.142 and 0.169 take the plain one.',
    unroll: 'The plain one is read.',
    affected: 'Nothing, as long as both hold the same.',
    repair: {
      plan: 'The compressed file is moved to quarantine, when it holds the beginning of the plain one; else nothing.'
    }
  },
  not_a_plain_file: {
    severity: 'warning',
    meaning:
      'Something with the name of a rollout, or of one of its folders, is a link, a pipe, a socket or a device.',
    cause: 'It was put there by hand.',
    codex:
      'All three leave it out of lists. Asked for by its id, Codex follows a link, and waits for ever at a pipe.',
    unroll: 'It is never opened: a rollout lives in its home.',
    affected: 'What it leads to is not seen.',
    repair: { none: 'What lies outside the home is not touched.' }
  },
  unreadable_file: {
    severity: 'broken',
    meaning: 'The system does not let the file or folder be read.',
    cause: 'Permissions, or a disk that fails.',
    codex: 'It is not listed, and a read of it fails.',
    unroll:
      'Asked for it, unroll says what the system said; everything else is shown. Where only `.unroll` cannot be read, as by ' +
      'another user, it is a warning: rollouts are judged by their own bytes.',
    affected: 'Nothing of it is seen.',
    repair: { none: 'Permissions are not changed by unroll.' }
  },
  compressed_damaged: {
    severity: 'broken',
    meaning: 'The compressed file cannot be decompressed to its end, or its checksum differs.',
    cause: 'A damaged disk, or a copy that was cut short.',
    codex: '0.130 reads no compressed file. 0.142 and 0.169 refuse the thread.',
    unroll: 'What could be decompressed is read.',
    affected: 'Everything from this place on is not seen.',
    repair: {
      plan: 'A plain file with the whole lines that could be decompressed takes its place.'
    }
  }
} as const satisfies Readonly<Record<string, KindText>>
