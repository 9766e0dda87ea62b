/**
 * `unroll store`: threads in a store on a server.
 */
import { option, TOTAL, word, YES, type CommandSpec, type WordSpec } from './spec.ts'

const SUBSCRIBE = word(
  'subscribe [thread]',
  'Print what a store holds and then what is new.',
  [
    option(
      'from PLACE',
      'Where to begin without a checkpoint: `start`, `end` (only what is new), or behind the `position` of a printed line, as ' +
        'COMMIT or COMMIT/PREPARE. Default: start.'
    ),
    option(
      'checkpoint NAME',
      'Name of the reader. Its position is kept beside the index, and `index drop` leaves it there.'
    ),
    option(
      'out FILE',
      'Append to this file instead of printing; a file that holds anything else is left alone.',
      { short: 'o' }
    ),
    option(
      'types LIST',
      'Only these types, separated by commas; a `*` at the end matches any rest. Default: all.'
    ),
    option('until-caught-up', 'End once everything that existed is printed.')
  ],
  {
    about: [
      'JSON Lines of all threads or of one: rollout lines and facts, each with its position in the log of the store, its stream and ' +
        'its revision. Continues until it is stopped, also across restarts of the server.',
      'With --checkpoint it continues where the reader of that name was. The position is stored after the lines were handed over, so a reader that is ' +
        'killed gets some lines twice; `stream` and `revision` identify them. With --out every line is in the file once, even if it ' +
        'is killed: it continues behind the last line of the file.'
    ]
  }
)

const STORE_WORDS: ReadonlyArray<WordSpec> = [
  word(
    'push [thread...]',
    'Copy rollouts of the home to the store.',
    [
      option('dry-run', 'Count what would be written without writing anything.'),
      option(
        'verify',
        'Read everything back afterwards, and compare every byte. Default: compare count, bytes and last line of each thread.'
      )
    ],
    {
      about: [
        'Every rollout, older segments, archived and compressed ones too, with names, imports and logs; or only the named threads ' +
          'and their ancestors. Only what is new is written. It may be killed at any point and started again, and run twice at once.',
        'A file that does not continue what the store holds is left alone and named; the others are pushed.'
      ]
    }
  ),
  word(
    'pull [thread...]',
    'Write what the store holds as files that Codex reads.',
    [
      option('to DIR', 'The folder to write to, created if it does not exist. Default: the home.'),
      YES
    ],
    {
      about: [
        'Byte for byte, at their places, with times and names. An incomplete file gets the rest, unless a Codex has the thread open. ' +
          'A file with other content is left alone and named. ' +
          'Deleted threads are not pulled, and no path of the store leads out of the folder.'
      ]
    }
  ),
  word(
    'verify [thread...]',
    'Compare every byte of the store with the home.',
    [option('store-only', 'Check the store by itself, without a home.'), TOTAL],
    { about: ['Reads every line of the store again and recomputes its SHA-256.'] }
  ),
  word('mirror', 'Push, then follow changes of the home.', [], {
    about: [
      'Follows about a second later, until it is stopped; while the server is away it waits. An unfinished line is pushed ' +
        'after two quiet seconds. Two mirrors of one home write everything once.'
    ]
  }),
  SUBSCRIBE
]

export const store: CommandSpec = {
  name: 'store',
  group: 'Move & serve',
  args: [],
  words: STORE_WORDS,
  summary: 'Push, pull, verify, mirror and follow a store.',
  about: ['Name the store with --store or $UNROLL_STORE. See docs/EVENTSTORE.md.'],
  options: [],
  conflicts: [['checkpoint', 'out']],
  output: {
    human:
      '`push` and `pull`: one line; problems on stderr, each with what to type next. `verify`: a line per file that differs, and ' +
      'how many threads have which verdict. `mirror`: news on stderr, one line at the end. `subscribe`: as JSON.',
    json:
      '`push`: `{"home","homeId","store","dryRun","threads","newThreads","changedThreads","lines","bytes","names","keptFiles","records","leftOut","problems"}`, where a problem is ' +
      '`{"thread","segment","path","kind","atByte","message","next"}`. `pull`: `{"home","store","threads","createdFiles","appendedFiles","equalFiles","bytes","names","problems"}`. ' +
      '`verify`: a line per thread, `{"thread","verdict","segments":[{"segment","path","verdict","atByte","lines","bytes","sha256","reason"}]}`, and with `--total` at last ' +
      '`{"$":"total","store","threads","bytes","verdicts"}`. `mirror`: a line per news, with `kind` `pushed`, `problem`, `caught_up`, `waiting`, `back`, and at the end `ended`. ' +
      '`subscribe`: a line per rollout line, `{"position":{"commit","prepare"},"stream","revision","thread","at","type","segment","line","offset","bytes","event"}`, ' +
      'with `raw` (base64) instead of `event` for what is not JSON, and per fact `{"position",…,"type","data"}`.'
  },
  exits: [0, 1, 2, 3, 5, 7, 8, 9],
  examples: [
    ["unroll store push --store 'esdb://127.0.0.1:2113?tls=false'", 'copy the home to a store'],
    ['unroll store pull --to ./restored', 'a home of everything that the store holds'],
    ['unroll store verify', 'exit code 1 if store and home differ'],
    ['unroll store mirror', 'copy to the store what Codex writes'],
    ['unroll store subscribe --until-caught-up', 'everything a store holds'],
    [
      "unroll store subscribe --checkpoint billing --types 'event_msg/token_count'",
      'token counts, from where the last run was'
    ],
    ['unroll store subscribe --out /var/log/threads.jsonl', 'a file that has every line once']
  ]
}
