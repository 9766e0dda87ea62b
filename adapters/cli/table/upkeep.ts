/**
 * The commands that keep a home healthy: findings, repairs, disk usage, the index.
 */
import {
  DRY_RUN,
  EXIT_ZERO,
  limit,
  LISTS,
  ONE_ORDER,
  ONE_THREAD,
  option,
  ordering,
  TOTAL,
  type CommandSpec,
  word,
  YES
} from './spec.ts'

const check: CommandSpec = {
  name: 'check',
  group: 'Health',
  args: ['[thread]'],
  summary: 'Check rollouts for damage.',
  about: [
    'Reads every rollout once from front to back, then what lies beside them: names, logs, locks and temporary files. ' +
      'Nothing in the home is written. With a thread (an id, a unique id prefix, or a name): only its files.',
    'A finding is `broken` if something written is not read, by unroll or by a Codex; `warning` if all is read but something is ' +
      'inconsistent; `note` if it is harmless. Notes do not count as findings. "unroll explain KIND" and docs/CHECK.md explain each kind.',
    'An existing index is checked as well: whether the line before each checkpoint is still the one that was read.'
  ],
  options: [
    option(
      'deep',
      'Also rebuild each thread of the index and compare every row, and compare the checksums in compressed rollouts. Takes as long as ' +
        'a rebuild.'
    ),
    option(
      'secrets',
      'Look for secrets instead: which kinds stand in which threads, how many, and never which. See docs/EXPORT.md.'
    ),
    option('kind KIND...', 'Print and count only findings of this kind.'),
    option('notes', 'Print notes on a terminal, too.'),
    EXIT_ZERO,
    TOTAL
  ],
  output: {
    human:
      'for each finding: its severity, kind, place, effect, and what to type next; then a line of sums. Notes are only counted, unless --notes is given.',
    tsv: '{findings}; the sums are on stderr. `--secrets`: {secrets}.',
    json:
      'a finding per line: `{"kind","severity","threadId","path","range":{"offsetBytes","bytes"},"revision","affected","remedy","facts"}`; with `--total` the last line is ' +
      '`{"$":"total","rollouts","ok","warned","broken","findings":{"note","warning","broken"},"bytes","partlyRead","durationMs"}`. ' +
      '`--secrets`: `{"threadId","secretKind","secrets","lines"}` per line, and with `--total` at last `{"$":"total","rollouts","bytes","threads","unread"}`.'
  },
  exits: [0, 1, 2, 3, 5, 6],
  examples: [
    ['unroll check', 'the whole home'],
    ['unroll check 01a1fcde-3637 --json', 'one thread, with byte ranges'],
    ['unroll check --kind torn_tail --kind glued_lines', 'only what killed writers left'],
    ['unroll check --deep', 'the index, too, row by row'],
    ['unroll check --secrets', 'whether a key or password leaked into the history']
  ]
}

const explain: CommandSpec = {
  name: 'explain',
  group: 'Health',
  args: ['[kind]'],
  summary: 'Explain a finding of check.',
  about: ['Without a kind: lists all of them. The same texts are in docs/CHECK.md.'],
  options: [],
  output: {
    human: 'a paragraph for each aspect; without a kind a table: {problems}.',
    tsv: '{problems}; with a kind: {paragraphs}.',
    json: 'one object per kind: `{"kind","severity","meaning","cause","codex","unroll","affected","remedy","repair"}`; `repair` is `{"plan"}` or `{"none"}`.'
  },
  exits: [0, 2],
  examples: [
    ['unroll explain', 'every kind'],
    ['unroll explain glued_lines', 'one of them']
  ]
}

const doctor: CommandSpec = {
  name: 'doctor',
  group: 'Health',
  args: [],
  summary: "Compare rollouts with Codex's databases.",
  about: [
    'Counts files, threads of the index and rows of `state_5.sqlite`, and lists where they disagree: missing rows or files, paths, ' +
      'archived flags, names, titles, tokens, goals and agents. Also reports an unfinished backfill, and what SQLite says about each database. ' +
      'Every kind is listed with its meaning and its remedy.',
    'The databases are read in memory: no lock is taken, no file is made, and a running Codex is not disturbed. See docs/DOCTOR.md.'
  ],
  options: [option('all', 'List every finding; without it the first three of a kind.'), EXIT_ZERO],
  output: {
    human: 'counts, databases, and the findings by kind.',
    tsv: '{database findings}; `facts` is JSON.',
    json: '`{"home","sqliteHome","agrees","databases","files","index","rows","backfill","findings"}`.'
  },
  exits: [0, 1, 2, 3, 5, 6],
  examples: [
    ['unroll doctor', 'is every thread in the lists of Codex?'],
    ['unroll doctor --json | jq .agrees', 'for a script; the exit code says it too']
  ]
}

const repair: CommandSpec = {
  name: 'repair',
  group: 'Health',
  args: [],
  words: [
    word(
      'plan [thread]',
      'Show what a repair would change, and why.',
      [option('out FILE', 'Write the plan to this new file, to apply it.', { short: 'o' })],
      {
        about: [
          'Checks the home, or a thread, and changes nothing. Findings without a repair are listed with the reason.',
          ...ONE_THREAD
        ]
      }
    ),
    word(
      'apply <file>',
      'Repair what the file of a plan says.',
      [
        option(
          'digest DIGEST',
          'The digest that `plan` printed, which is the SHA-256 of the file. Required.'
        ),
        YES
      ],
      {
        about: [
          'Does all of it or nothing. Refused if the file has another digest, or if a rollout changed since the plan; ' +
            'also while a Codex or another unroll writes to one of the threads.',
          'Corrected copies replace the files; the originals stay in `.unroll/quarantine` of the home.'
        ]
      }
    ),
    word('undo [operation]', 'Restore the files of a repair byte for byte.', [], {
      about: [
        'Without an operation: the newest repair. Refused if a file was changed since. ' +
          'Lines that were appended since are kept if the repair moved no byte.'
      ]
    }),
    word('list', 'List repairs, newest first.')
  ],
  withoutWord: 'plan',
  summary: 'Repair damage: plan, apply, undo.',
  about: ['Codex up to 0.142 takes no lock: close it first. See docs/REPAIR.md.'],
  options: [],
  output: {
    human:
      '`plan`: for each file its findings and its changes, then what is not repaired, then the next command. `apply` and `undo`: the files ' +
      'and the operation. `list`: a table: {repairs}.',
    tsv: '`plan`: {steps}. `list`: {repairs}. `apply` and `undo`: a path per line.',
    json:
      '`plan`: `{"digest","file","plan"}`, the plan as in docs/FORMAT.md. `apply` and `undo`: `{"operationId","threadIds","files"}`. ' +
      '`list`: an operation per line, as in `unroll log`.'
  },
  exits: [0, 2, 3, 5, 6, 7, 9],
  examples: [
    ['unroll repair plan', 'what can be repaired in the home, and what cannot'],
    ['unroll repair plan --out plan.json', 'the same, as a file to apply'],
    ['unroll repair apply plan.json --digest 9f2c…', 'do exactly that'],
    ['unroll repair undo', 'restore the files']
  ]
}

const storage: CommandSpec = {
  name: 'storage',
  group: 'Report',
  args: ['[thread...]'],
  words: [
    word('compress [thread...]', 'Compress plain rollouts with zstd.', [DRY_RUN, YES, TOTAL], {
      about: [
        'Without a thread: every archived one. Codex from 0.142 on reads compressed rollouts, and expands them before it writes; ' +
          'Codex 0.130 does not. Every compressed file is read back and compared before the plain file is deleted. ' +
          '`undo` expands the files of one operation.',
        'Files with an open writer, with further names, or that would not get smaller are left, with a reason.'
      ]
    }),
    word('expand [thread...]', 'Expand compressed rollouts.', [DRY_RUN, TOTAL], {
      about: ['Without a thread: all of them.']
    })
  ],
  withoutWord: 'itself',
  summary: 'Report disk usage; compress and expand rollouts.',
  about: [
    'Without a word: the size of each thread, largest first, by content, such as messages, tool outputs, images and compaction snapshots. ' +
      'Every byte counts once, so the sums are the sizes of the files. Reads only these files, without an index; see docs/STORAGE.md.',
    ...ONE_THREAD,
    'Without any thread: all of them.'
  ],
  options: [
    limit('How many threads; the sum is of all. Default: all, 25 on a terminal.'),
    option('asc', 'Smallest first.'),
    option('desc', 'Largest first. The default.'),
    option('order WAY', 'The same as --asc or --desc.', { choices: ['asc', 'desc'] }),
    TOTAL
  ],
  conflicts: ONE_ORDER,
  output: {
    human:
      'a table: short id, {storage}, and the sum by kind. `compress`, `expand`: what was left and why, then a summary.',
    tsv:
      '{storage}; `reclaimable_bytes`, what compression would reclaim, is an estimate. `compress`, `expand`: {changed files}; the outcome is ' +
      '`compressed`, `expanded` or `left`.',
    json:
      '`{"threadId","name","archived","files","lines","diskBytes","rawBytes","kinds","copiedBytes","reclaimableBytes","unreadable"}` per line, ' +
      'and with `--total` at last `{"$":"total",…}`. `compress`, `expand`: `{"threadId","path","outcome","reason","plainBytes","compressedBytes","operationId"}` per file, and with `--total` at last ' +
      '`{"$":"total","files","left","plainBytes","compressedBytes"}`.'
  },
  exits: [0, 1, 2, 3, 5, 6, 7, 9],
  examples: [
    ['unroll storage', 'what takes the disk'],
    ['unroll storage 0198b553 --json', 'one thread, in bytes'],
    ['unroll storage compress --dry-run', 'how much archived threads would shrink'],
    ['unroll storage compress', 'compress every archived thread'],
    ['unroll storage expand 0198b553', 'and back']
  ]
}

const salvage: CommandSpec = {
  name: 'salvage',
  group: 'Health',
  args: ['<folder>', '[folder...]'],
  summary: 'Rebuild a home from scattered rollout files.',
  about: [
    'Finds rollouts below the folders by their content, plain or compressed, under any name. Copies them to their places in the home of ' +
      '`--to`, which is created if it does not exist. Every copy is read back and compared. Names come from any ' +
      '`session_index.jsonl` among the files, the newest of each thread. See docs/STORAGE.md.',
    'Nothing in the home is changed or overwritten, and the folders are only read. Of several files of a thread the most complete counts; a file ' +
      'with other content is kept in `.unroll/salvage` of the home. Repeating it copies nothing.'
  ],
  options: [option('to DIR', 'The home. Default: the home of --home.'), DRY_RUN, TOTAL],
  output: {
    human: 'what could not be used and why, the threads of the home, then a summary.',
    tsv: '{salvaged files}; the outcome is `copied`, `present`, `older`, `kept` or `unusable`, the target is the path in the home.',
    json:
      '`{"source","threadId","outcome","target","reason"}` per file, then `{"$":"thread",…}` per thread of the home, and with `--total` at last ' +
      '`{"$":"total","copied","present","older","kept","unusable","names","others","threads"}`.'
  },
  exits: [0, 1, 2, 3, 5, 6, 7],
  examples: [
    ['unroll salvage /mnt/backup --to ~/.codex', 'restore what a backup has'],
    ['unroll salvage a b c --to new-home --dry-run', 'what would come of three folders']
  ]
}

export const index: CommandSpec = {
  name: 'index',
  group: 'Health',
  args: [],
  words: [
    word('status', 'Show what the index holds.', [], {
      about: ['Brings the index up to date first. Damage is counted, not a failure.']
    }),
    word('rebuild', 'Empty the index and read every rollout again.'),
    word(
      'changes',
      'List observed changes of rollout files.',
      [limit('How many. Default: all.'), ...ordering()],
      {
        about: [
          'Changes are moved, archived, unarchived, compressed, expanded, shrank, vanished, and: replaced (another file of that name); ' +
            'rewritten (lines that were read are missing); other_segment (a revert, or its file is missing); ' +
            'duplicated (a second file with the same id, which is not read); duplicate_gone.',
          'Times are when unroll noticed. The newest 1,000 are kept; no rollout records them, so they go with the index.'
        ]
      }
    ),
    word('drop', 'Delete the index.', [YES], {
      about: [
        'Deletes its directory and nothing else: a directory that holds any other file is left alone.'
      ]
    })
  ],
  withoutWord: 'status',
  summary: 'Inspect, rebuild or delete the index.',
  about: [
    'The index is disposable: whatever it holds is read again from the rollouts. ' +
      'With a store it is the index that this machine keeps of it; the store is left as it is.'
  ],
  options: [],
  conflicts: ONE_ORDER,
  output: {
    human: 'one fact per line. `changes`: a table: {noticed changes}.',
    tsv: 'name and value. `changes`: {noticed changes}.',
    json:
      '`status` and `rebuild`: `{"home","index","threads","turns","damagedLines","unfinishedTails","unreadable","unreadableFiles":[{"threadId","path",' +
      '"reason"}],"duplicates","changes","bytes"}`, with a store that first, as `store`; ' +
      '`changes`: `{"noticedAt","threadId","reason","from","to","bytesBefore","bytes"}`, one per line, paths relative to the home; ' +
      '`drop`: `{"index","dropped"}`, where `dropped` is false if there was nothing to delete.'
  },
  exits: [...LISTS, 9],
  examples: [
    ['unroll index status', 'what the home holds'],
    ['unroll index changes --limit 20', 'which files were moved, replaced or deleted lately'],
    ['unroll index drop', 'free the disk space']
  ]
}

/** Findings, in the order of the help. */
export const FINDING: ReadonlyArray<CommandSpec> = [check, explain]

/** Mending, in the order of the help. */
export const MENDING: ReadonlyArray<CommandSpec> = [doctor, repair, storage, salvage]
