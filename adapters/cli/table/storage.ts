/**
 * The commands about what threads take on disk.
 */
import { limit, type CommandSpec } from './spec.ts'

/** What threads take on disk, and making it less. */
export const storage: CommandSpec = {
  name: 'storage',
  args: ['[word]', '[thread...]'],
  summary: 'Tell what threads take on disk.',
  about: [
    'Without a word: what each thread takes, largest first, and what for: messages, reasoning, tool calls, tool outputs, images, compaction ' +
      'snapshots and the images in them, session facts, token counts, other lines, damaged ones. Every byte counts once, so the sums are the sizes ' +
      'of the files. Reads the files that are asked about, without an index; see docs/STORAGE.md.',
    'A thread is an id, the beginning of one, or a name. Without any: all of them.'
  ],
  options: [limit('At most so many threads; the sum is of all. Default: all, 25 in a terminal.')],
  output: {
    human: 'a table: thread, bytes on disk, what most of them are for, and the sum by kind.',
    tsv:
      'thread, name, `archived` or empty, files, lines, bytes on disk, bytes without compression, bytes by kind (messages, reasoning, tool calls, ' +
      'tool outputs, images, snapshots, images in snapshots, session, tokens, other, damaged), bytes copied from other threads, bytes that ' +
      'compression would reclaim (an estimate).',
    json:
      '`{"threadId","name","archived","files","lines","diskBytes","rawBytes","kinds","copiedBytes","reclaimableBytes","unreadable"}` per line, ' +
      'and at last `{"total"}`.'
  },
  exits: [0, 1, 2, 3, 5, 6],
  examples: [
    ['unroll storage', 'where the disk went'],
    ['unroll storage 0198b553 --json', 'one thread, in bytes']
  ]
}
