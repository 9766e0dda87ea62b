/**
 * The command that repairs a home.
 */
import { ONE_THREAD, type CommandSpec } from './spec.ts'

/** The row of `unroll repair`. */
export const repair: CommandSpec = {
  name: 'repair',
  args: ['<what>', '[name]'],
  choices: ['plan', 'apply', 'undo', 'list'],
  summary: 'Plan repairs of what check finds, apply a plan, and take it back.',
  about: [
    '`plan [THREAD]` checks the home, or a thread, and says which bytes of which files would become what, and why; findings without a repair ' +
      'are listed with the reason. It changes nothing. With --out the plan is written to a file, which has a digest.',
    '`apply FILE --digest DIGEST` does exactly what that file says, all of it or nothing. It is refused when the file is not the one with ' +
      'that digest, when a rollout is not as it was when the plan was made, and while a Codex or another unroll writes to one of the threads. ' +
      'Corrected copies take the places of the files; the original ones stay in `.unroll/quarantine` of the home.',
    '`undo [ID]` puts the files back byte for byte; without an id those of the newest repair. It is refused when a file was changed since; what ' +
      'was appended since is kept where the repair moved no byte. `list` shows repairs, newest first. `unroll log` and `unroll undo` know them, too.',
    'Codex up to 0.142 takes no lock: close it first. See docs/REPAIR.md.',
    ...ONE_THREAD
  ],
  options: [
    {
      name: 'out',
      value: 'FILE',
      text: '`plan`: write the plan to this file, which must not be there yet.'
    },
    {
      name: 'digest',
      value: 'DIGEST',
      text: '`apply`: the digest that `plan` printed, which is the SHA-256 of the file. Required there.'
    }
  ],
  output: {
    human:
      '`plan`: for each file what is wrong and what becomes of it, then what is not repaired, then the next command. `apply` and `undo`: the files ' +
      'and the operation. `list`: a table: operation, time, what, state, files, thread.',
    tsv: '`plan`: path, new path, kinds, what is done. `list`: operation, time, what, state, files, thread. `apply` and `undo`: a path per line.',
    json:
      '`plan`: `{"digest","file","plan"}`, the plan as in docs/FORMAT.md. `apply` and `undo`: `{"operationId","threadIds","files"}`. ' +
      '`list`: an operation per line, as in `unroll log`.'
  },
  exits: [0, 2, 3, 5, 6, 7],
  examples: [
    ['unroll repair plan', 'what can be repaired in the home, and what cannot'],
    ['unroll repair plan --out plan.json', 'the same, as a file to apply'],
    ['unroll repair apply plan.json --digest 9f2c…', 'do exactly that'],
    ['unroll repair undo', 'and take it back']
  ]
}
