/**
 * The command between homes and stores.
 */
import type { CommandSpec } from './spec.ts'

/** The row of `unroll store`. */
export const store: CommandSpec = {
  name: 'store',
  args: ['<what>', '[thread...]'],
  choices: ['push', 'subscribe'],
  summary: 'Copy threads between a home and a store, and follow a store.',
  about: [
    '`push` brings every rollout of the home to the store, older segments, archived and compressed ones too, with names, imports and logs; or only the ' +
      'threads that are named, and those their history leads through. Only what is new is written. It may be killed at any point and started ' +
      'again, and started twice at once. A file that does not go on from what the store holds is left alone and told; the others go on.',
    '`subscribe` prints what a store holds and then what is new, of all threads or of one, as JSON Lines: rollout lines and facts, each with its ' +
      'position in the log of the store, its stream and its revision. It goes on until it is stopped, also when the server is started anew.',
    'With `--checkpoint NAME` it goes on where the reader of that name was. The place is noted after the lines were handed over, so a reader that is ' +
      'killed gets some lines a second time; `stream` and `revision` tell them. With `--output FILE` every line is in the file once, also when it ' +
      'is killed: it goes on behind the last line of the file.'
  ],
  options: [
    { name: 'dry-run', text: '`push`: count what would be written, and write nothing.' },
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
      '`push`: one line; what is not as it should be on stderr, each with what to type next. `subscribe`: as JSON.',
    json:
      '`push`: `{"home","homeId","store","dryRun","threads","newThreads","changedThreads","lines","bytes","names","keptFiles","records","problems"}`, where a problem is ' +
      '`{"thread","segment","path","kind","atByte","message","next"}`. ' +
      '`subscribe`: a line per rollout line, `{"position":{"commit","prepare"},"stream","revision","thread","at","type","segment","line","offset","bytes","event"}`, ' +
      'with `raw` (base64) instead of `event` where it is no JSON, and per fact `{"position",…,"type","data"}`.'
  },
  exits: [0, 1, 2, 3, 5, 7, 8],
  examples: [
    ['unroll store push --store esdb://127.0.0.1:2113?tls=false', 'bring the home to a store'],
    ['unroll store subscribe --until-caught-up', 'everything a store holds'],
    [
      "unroll store subscribe --checkpoint billing --types 'event_msg/token_count'",
      'token counts, from where the last run was'
    ],
    ['unroll store subscribe --output /var/log/threads.jsonl', 'a file that has every line once']
  ]
}
