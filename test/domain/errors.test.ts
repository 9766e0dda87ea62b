// Every failure has a stable kind, a sentence, and the next command to type.
import { expect } from 'chai'
import { hint } from '../../adapters/hint.ts'
import {
  describe as words,
  ERROR_KIND,
  isRetryable,
  notPossible,
  type NextStep,
  type StoreError
} from '../../domain/errors.ts'

const ROWS: ReadonlyArray<readonly [StoreError, string, string, string]> = [
  [
    { _tag: 'StreamNotFound', streamId: 'x' },
    'thread_not_found',
    'no thread x in this home',
    'list the threads with "unroll threads --all", archived ones with --archived'
  ],
  [
    { _tag: 'AmbiguousThread', text: 'a', candidates: ['a1', 'a2'] },
    'ambiguous_thread',
    '"a" names 2 threads: a1, a2',
    'use a longer prefix'
  ],
  [
    { _tag: 'InvalidRequest', message: 'invalid cursor: x' },
    'invalid_request',
    'invalid cursor: x',
    'see "unroll help"'
  ],
  [
    { _tag: 'AnchorGone', cursor: 'c' },
    'anchor_gone',
    'the turn of cursor c is no longer in the thread',
    'start again without a cursor'
  ],
  [
    { _tag: 'UnreadableRollout', path: '/r', reason: 'not_utf8' },
    'unreadable_rollout',
    'Codex cannot read /r: it holds bytes that are not UTF-8',
    'run without --strict: unroll isolates the damaged lines and shows the rest'
  ],
  [
    { _tag: 'TurnNotFound', streamId: 'x', turnId: 't' },
    'turn_not_found',
    'no turn t in thread x',
    'list the turns with "unroll turns x"'
  ],
  [
    { _tag: 'IndexUnavailable', path: '/i', reason: 'why' },
    'index_unavailable',
    'the index at /i cannot be used: why',
    'drop it with "unroll index drop", or choose another place with --index DIR'
  ],
  [
    { _tag: 'IndexEmptied', reason: 'why' },
    'index_emptied',
    'the index was damaged and has been emptied; the answer is incomplete: why',
    'ask again: the index is rebuilt from the rollouts'
  ],
  [
    { _tag: 'Busy', what: 'it' },
    'busy',
    'it is in use by another process',
    'try again in a moment'
  ],
  [
    { _tag: 'StoreUnavailable', where: 'esdb://host:2113', reason: 'why' },
    'store_unavailable',
    'the store at esdb://host:2113 cannot be reached: why',
    'check that the server runs and the connection string names it; see docs/EVENTSTORE.md'
  ],
  [
    { _tag: 'StoreRefused', where: 'esdb://host:2113', reason: 'why', next: 'do that' },
    'store_refused',
    'the store at esdb://host:2113 refused: why',
    'do that'
  ],
  [
    { _tag: 'IoFailure', operation: 'read', path: '/p', cause: 'EIO' },
    'io_failure',
    'cannot read /p: EIO',
    'the disk reports an error: check it, and copy what can be read'
  ]
]

const threadId = 'x'
const FORK = { kind: 'fork_before', threadId, turnId: 't' } as const
const STEPS: ReadonlyArray<readonly [NextStep, string]> = [
  ['do that', 'do that'],
  [{ kind: 'see_log' }, 'see "unroll log"'],
  [{ kind: 'see_deleted' }, 'see what was deleted with "unroll log"'],
  [{ kind: 'name_other_turn' }, 'name another turn, with --last-turn or --before-turn'],
  [{ kind: 'see_thread', threadId }, 'see "unroll show x"'],
  [{ kind: 'see_turns', threadId }, 'see the turns with "unroll turns x"'],
  [{ kind: 'see_own_turns', threadId }, 'see its turns with "unroll turns x"'],
  [{ kind: 'see_events', threadId }, 'see it with "unroll events x"'],
  [{ kind: 'see_contents', threadId }, 'see "unroll events x" for what it holds'],
  [{ kind: 'see_contents', threadId: null }, 'see "unroll events" for what it holds'],
  [{ kind: 'start_review', threadId }, 'start one with "unroll review start x"'],
  [{ kind: 'rename', threadId }, 'name it with "unroll rename x NAME"'],
  [
    { kind: 'see_or_delete', threadId },
    'look at it with "unroll show x", or delete it with "unroll delete x"'
  ],
  [{ kind: 'delete_fork', threadId }, 'delete the fork first: "unroll delete x"'],
  [{ kind: 'unarchive_in_codex', threadId }, 'type "codex unarchive x" first'],
  [FORK, 'fork it instead: "unroll fork x --before-turn t"'],
  [
    { kind: 'move_in_codex', way: 'archive', threadId },
    'type "codex archive x", or add --force when no Codex uses it'
  ],
  [
    { kind: 'or_force', instead: FORK },
    'fork it instead: "unroll fork x --before-turn t"; or add --force when no Codex uses this home'
  ],
  [
    { kind: 'or_force', instead: 'its turns stay hidden' },
    'its turns stay hidden; or add --force when no Codex uses this home'
  ]
]

describe('a refusal', () => {
  for (const [next, sentence] of STEPS)
    it(`advises: ${sentence}`, () => {
      expect(hint(notPossible('why', next))).to.equal(sentence)
    })
})

describe('a failure', () => {
  for (const [error, kind, sentence, next] of ROWS) {
    it(`of kind ${kind} says what is wrong and what to type`, () => {
      expect([ERROR_KIND[error._tag], words(error), hint(error)]).to.deep.equal([
        kind,
        sentence,
        next
      ])
    })
  }

  it('is worth another try only when something was busy or away', () => {
    expect(ROWS.filter(([error]) => isRetryable(error)).map(([, kind]) => kind)).to.deep.equal([
      'index_emptied',
      'busy',
      'store_unavailable'
    ])
  })
})
