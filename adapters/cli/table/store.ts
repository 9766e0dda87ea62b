/**
 * The command between homes and stores.
 */
import type { CommandSpec } from './spec.ts'

/** The row of `unroll store`. */
export const store: CommandSpec = {
  name: 'store',
  args: ['<what>', '[thread...]'],
  choices: ['push', 'pull', 'verify', 'mirror', 'subscribe'],
  summary: 'Copy threads between a home and a store, compare them, and follow a store.',
  about: [
    '`push` brings every rollout of the home to the store, older segments, archived and compressed ones too, with names, imports and logs; or only the ' +
      'threads that are named, and those their history leads through. Only what is new is written. It may be killed at any point and started ' +
      'again, and started twice at once. A file that does not go on from what the store holds is left alone and told; the others go on.',
    '`pull` writes what the store holds as files that Codex reads, to the home or to another folder: byte for byte, at their places, with times and ' +
      'names. A file that is the beginning of what the store holds gets the rest, unless a Codex has the thread open; any other is left alone and ' +
      'told. Deleted threads are not brought, and no path of the store leads out of the folder.',
    '`verify` reads every line of the store again, computes its SHA-256 anew, and compares every byte with the files of the home.',
    '`mirror` pushes and then goes on with what changes, about a second later, until it is stopped; while the server is away it waits. An ' +
      'unfinished line is brought when the thread was quiet for two seconds. Two mirrors of one home write everything once.',
    '`subscribe` prints what a store holds and then what is new, of all threads or of one, as JSON Lines: rollout lines and facts, each with its ' +
      'position in the log of the store, its stream and its revision. It goes on until it is stopped, also when the server is started anew.',
    'With `--checkpoint NAME` it goes on where the reader of that name was. The place is noted after the lines were handed over, so a reader that is ' +
      'killed gets some lines a second time; `stream` and `revision` tell them. With `--output FILE` every line is in the file once, also when it ' +
      'is killed: it goes on behind the last line of the file.'
  ],
  options: [
    { name: 'dry-run', text: '`push`: count what would be written, and write nothing.' },
    {
      name: 'verify',
      text: '`push`: read everything back afterwards, and compare every byte. Without it the count, the bytes and the last line of each thread are compared.'
    },
    {
      name: 'to',
      value: 'DIR',
      text: '`pull`: the folder to write to, made when it is not there. Default: the home.'
    },
    { name: 'store-only', text: '`verify`: look at the store by itself, without a home.' },
    {
      name: 'from',
      value: 'PLACE',
      text:
        '`subscribe`: where to begin where no checkpoint says so: `start`, `end` (only what is new), or behind the `position` of a printed line, as ' +
        'COMMIT or COMMIT/PREPARE. Default: start.'
    },
    {
      name: 'checkpoint',
      value: 'NAME',
      text: '`subscribe`: name of the reader. Its place is kept beside the index, and `index drop` leaves it there.'
    },
    {
      name: 'output',
      value: 'FILE',
      text: '`subscribe`: append to this file instead of printing; one that holds anything else is left alone.'
    },
    {
      name: 'types',
      value: 'LIST',
      text: '`subscribe`: only these, separated by commas; `*` at the end stands for any end. Default: all.'
    },
    { name: 'until-caught-up', text: '`subscribe`: end when everything that was there is told.' }
  ],
  conflicts: [['checkpoint', 'output']],
  output: {
    human:
      '`push` and `pull`: one line; what is not as it should be on stderr, each with what to type next. `verify`: a line per file that is not equal, and ' +
      'how many threads came to which verdict. `mirror`: news on stderr, one line at the end. `subscribe`: as JSON.',
    json:
      '`push`: `{"home","homeId","store","dryRun","threads","newThreads","changedThreads","lines","bytes","names","keptFiles","records","leftOut","problems"}`, where a problem is ' +
      '`{"thread","segment","path","kind","atByte","message","next"}`. `pull`: `{"home","store","threads","createdFiles","appendedFiles","equalFiles","bytes","names","problems"}`. ' +
      '`verify`: a line per thread, `{"thread","verdict","segments":[{"segment","path","verdict","atByte","lines","bytes","sha256","reason"}]}`, and at the end ' +
      '`{"store","threads","bytes","verdicts"}`. `mirror`: a line per news, with `kind` `pushed`, `problem`, `caught_up`, `waiting`, `back`, and at the end `ended`. ' +
      '`subscribe`: a line per rollout line, `{"position":{"commit","prepare"},"stream","revision","thread","at","type","segment","line","offset","bytes","event"}`, ' +
      'with `raw` (base64) instead of `event` where it is no JSON, and per fact `{"position",…,"type","data"}`.'
  },
  exits: [0, 1, 2, 3, 5, 7, 8],
  examples: [
    ["unroll store push --store 'esdb://127.0.0.1:2113?tls=false'", 'bring the home to a store'],
    ['unroll store pull --to ./restored', 'a home of everything that the store holds'],
    ['unroll store verify', 'exit code 1 when store and home are not the same'],
    ['unroll store mirror', 'keep the store up to what Codex writes'],
    ['unroll store subscribe --until-caught-up', 'everything a store holds'],
    [
      "unroll store subscribe --checkpoint billing --types 'event_msg/token_count'",
      'token counts, from where the last run was'
    ],
    ['unroll store subscribe --output /var/log/threads.jsonl', 'a file that has every line once']
  ]
}
