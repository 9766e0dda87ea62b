/**
 * The commands about what threads take on disk.
 */
import { limit, type CommandSpec } from './spec.ts'

/** What threads take on disk, and making it less. */
export const storage: CommandSpec = {
  name: 'storage',
  args: ['[word]', '[thread...]'],
  summary: 'Tell what threads take on disk, and make it less.',
  about: [
    'Without a word: what each thread takes, largest first, and what for: messages, reasoning, tool calls, tool outputs, images, compaction ' +
      'snapshots and the images in them, session facts, token counts, other lines, damaged ones. Every byte counts once, so the sums are the sizes ' +
      'of the files. Reads the files that are asked about, without an index; see docs/STORAGE.md.',
    '`compress` puts a zstd file in the place of each plain rollout of the threads that are named, without any of all archived ones. Codex from 0.142 on ' +
      'reads it, and makes it plain again before it writes to it; Codex 0.130 does not. What was compressed is read back and compared before the plain ' +
      'file goes. `expand` makes files plain again, without a name those of all threads; `undo` does it for one operation.',
    'Files that somebody writes to, that have further names or would not get smaller are left as they are, with a reason.',
    'A thread is an id, the beginning of one, or a name. Without any: all of them.'
  ],
  options: [
    limit('At most so many threads; the sum is of all. Default: all, 25 in a terminal.'),
    {
      name: 'dry-run',
      text: 'With `compress` and `expand`: tell what would come of it, and change nothing.'
    }
  ],
  output: {
    human:
      'a table: thread, bytes on disk, what most of them are for, and the sum by kind. `compress`, `expand`: what was left and why, and one line in the end.',
    tsv:
      'thread, name, `archived` or empty, files, lines, bytes on disk, bytes without compression, bytes by kind (messages, reasoning, tool calls, ' +
      'tool outputs, images, snapshots, images in snapshots, session, tokens, other, damaged), bytes copied from other threads, bytes that ' +
      'compression would reclaim (an estimate). `compress`, `expand`: what became of the file (`compressed`, `expanded`, `left`), thread, file, bytes ' +
      'without and with compression, reason.',
    json:
      '`{"threadId","name","archived","files","lines","diskBytes","rawBytes","kinds","copiedBytes","reclaimableBytes","unreadable"}` per line, ' +
      'and at last `{"total"}`. `compress`, `expand`: `{"threadId","path","outcome","reason","plainBytes","compressedBytes","operationId"}` per file, and at last ' +
      '`{"total":{"files","left","plainBytes","compressedBytes"}}`.'
  },
  exits: [0, 1, 2, 3, 5, 6, 7],
  examples: [
    ['unroll storage', 'where the disk went'],
    ['unroll storage 0198b553 --json', 'one thread, in bytes'],
    ['unroll storage compress --dry-run', 'how much archived threads would shrink'],
    ['unroll storage compress', 'compress every archived thread'],
    ['unroll storage expand 0198b553', 'and back']
  ]
}

/** A home from files. */
export const salvage: CommandSpec = {
  name: 'salvage',
  args: ['<folder>', '[folder...]'],
  summary: 'Make a home of whatever rollouts are left.',
  about: [
    'Finds rollouts below the folders by what is in them, plain or compressed, whatever they are called and wherever they lie, and copies them to ' +
      'where they belong in the home that `--to` names, which is made when it is not there. Every copy is read back and compared. Names come from any ' +
      '`session_index.jsonl` among the files, the newest of each thread. See docs/STORAGE.md.',
    'Nothing that the home has is changed or overwritten, and the folders are only read. Of several files of a thread the most complete counts; one that ' +
      'holds something else is kept in `.unroll/salvage` of the home. Doing it again copies nothing.'
  ],
  options: [
    { name: 'to', value: 'DIR', text: 'The home. Default: the one that --home names.' },
    { name: 'dry-run', text: 'Print what would happen, and change nothing.' }
  ],
  output: {
    human: 'what could not be used and why, the threads of the home, and one line in the end.',
    tsv: 'what became of each file (`copied`, `present`, `older`, `kept`, `unusable`), thread, file, where it is in the home, reason.',
    json:
      '`{"source","threadId","outcome","target","reason"}` per file, the threads as `threads --json` prints them, and at last ' +
      '`{"total":{"copied","present","older","kept","unusable","names","others","threads"}}`.'
  },
  exits: [0, 1, 2, 3, 5, 6, 7],
  examples: [
    ['unroll salvage /mnt/backup --to ~/.codex', 'bring back what a backup has'],
    ['unroll salvage a b c --to new-home --dry-run', 'what would come of three folders']
  ]
}
