/**
 * Every change unroll can make to a home, each as one function, for tests that ask other programs for the result.
 */
import * as E from 'fp-ts/lib/Either.js'
import type * as TE from 'fp-ts/lib/TaskEither.js'
import { describe, type Engine, type StoreError, type Turn } from '../../adapters/library.ts'
import type { HistoryMode } from '../../domain/protocol.ts'
import type { DrivenTurn } from '../../replay/host.ts'

export interface Subject {
  readonly id: string
  readonly archived: boolean
  readonly turns: ReadonlyArray<Turn>
}

/** A change, by name; it answers with the threads it touched. */
export type Change = (engine: Engine, subject: Subject) => Promise<ReadonlyArray<string>>

/** Unroll refused a change; that is an answer too. */
export class Refused extends Error {}

const done = async <A>(call: TE.TaskEither<StoreError, A>): Promise<A> => {
  const answer = await call()
  if (E.isLeft(answer)) throw new Refused(describe(answer.left))
  return answer.right
}

const FORCE = { force: true }

const message = (role: string, text: string) => ({
  type: 'message',
  role,
  content: [{ type: role === 'assistant' ? 'output_text' : 'input_text', text }]
})

const FOUND = {
  findings: [
    {
      title: '[P1] Close the file',
      body: 'It stays open.\nClose it.',
      confidence_score: 0.9,
      priority: 1,
      code_location: {
        absolute_file_path: '/workspace/demo/notes.txt',
        line_range: { start: 3, end: 4 }
      }
    }
  ],
  overall_correctness: 'patch is incorrect',
  overall_explanation: 'One thing is wrong.',
  overall_confidence_score: 0.8
}

const CALLED = {
  type: 'CommandExecution',
  id: 'call_1',
  command: ['/bin/bash', '-lc', 'ls'],
  cwd: 'file:///workspace/demo',
  parsed_cmd: [{ type: 'list_files', cmd: 'ls', path: null }],
  source: 'agent',
  status: 'completed',
  aggregated_output: 'notes.txt\n',
  exit_code: 0,
  duration: { secs: 0, nanos: 5_000_000 }
}

const speak = async (turn: DrivenTurn): Promise<void> => {
  await done(turn.say('I look first.', 'commentary'))
  await done(
    turn.call({
      callId: 'call_1',
      name: 'exec_command',
      arguments: '{"cmd":"ls"}',
      output: 'notes.txt',
      item: CALLED
    })
  )
  await done(
    turn.append([
      {
        type: 'response_item',
        payload: {
          type: 'reasoning',
          id: 'rs_1',
          summary: [{ type: 'summary_text', text: 'Thinking.' }],
          encrypted_content: null
        }
      }
    ])
  )
  await done(turn.say('There is one file.', 'final_answer'))
}

const INPUT = {
  text: 'What is here?',
  settings: { model: 'lab-a', cwd: '/workspace/demo' },
  modelContextWindow: 100_000
}

const inDraft =
  (historyMode: HistoryMode, end: (turn: DrivenTurn) => Promise<void>): Change =>
  async (engine) => {
    const draft = engine.draftThread({ cwd: '/workspace/demo', historyMode })
    if (E.isLeft(draft)) throw new Refused(describe(draft.left))
    await end(await done(engine.beginTurn(draft.right, INPUT)))
    return [draft.right.threadId]
  }

const inThread =
  (end: (turn: DrivenTurn) => Promise<void>): Change =>
  async (engine, { id }) => {
    await end(await done(engine.beginTurn(id, { text: 'And now?' })))
    return [id]
  }

const completed = async (turn: DrivenTurn): Promise<void> => {
  await speak(turn)
  await done(turn.complete())
}

const aborted = async (turn: DrivenTurn): Promise<void> => {
  await done(turn.say('I begin.', 'commentary'))
  await done(turn.abort())
}

const failed = async (turn: DrivenTurn): Promise<void> => {
  await done(
    turn.complete({ message: 'stream ended', codex_error_info: 'other', additional_details: null })
  )
}

/** A change of one thread by one call. */
const one =
  (call: (engine: Engine, id: string) => TE.TaskEither<StoreError, unknown>): Change =>
  async (engine, { id }) => {
    await done(call(engine, id))
    return [id]
  }

const many =
  (
    ...calls: ReadonlyArray<(engine: Engine, id: string) => TE.TaskEither<StoreError, unknown>>
  ): Change =>
  async (engine, { id }) => {
    for (const call of calls) await done(call(engine, id))
    return [id]
  }

const turnAt = ({ turns }: Subject, place: number): string => {
  const turn = turns.at(place)
  if (turn === undefined) throw new Refused('no such turn')
  return turn.id
}

const forked =
  (point: (subject: Subject) => { readonly lastTurnId?: string; readonly beforeTurnId?: string }) =>
  async (engine: Engine, subject: Subject): Promise<ReadonlyArray<string>> => {
    const made = await done(engine.fork(subject.id, point(subject)))
    return [subject.id, made.id]
  }

const rollback = (turns: number) => (engine: Engine, id: string) =>
  engine.rollback(id, turns, FORCE)
const unrollback = (engine: Engine, id: string) => engine.unrollback(id, FORCE)
const startReview = (engine: Engine, id: string) =>
  engine.startReview(id, { type: 'commit', sha: 'abcdef1234567', title: 'a commit' })
const completeReview = (said: typeof FOUND | string | null) => (engine: Engine, id: string) =>
  engine.completeReview(id, said)

/** Changes to what turns there are. */
const OF_TURNS: Readonly<Record<string, Change>> = {
  rollback1: many(rollback(1)),
  rollback2: many(rollback(2)),
  rollbackAll: many(rollback(1000)),
  unrollback: many(rollback(1), unrollback),
  unrollback2: many(rollback(2), unrollback),
  unrollbackOne: many(rollback(1), rollback(1), unrollback),
  unrollbackAll: many(rollback(1000), unrollback),
  rollbackThenTurn: async (engine, subject) => {
    await done(engine.rollback(subject.id, 1, FORCE))
    return inThread(completed)(engine, subject)
  },
  unrollbackThenTurn: async (engine, subject) => {
    await done(engine.rollback(subject.id, 1, FORCE))
    await done(engine.unrollback(subject.id, FORCE))
    return inThread(completed)(engine, subject)
  },
  fork: forked(() => ({})),
  forkLast: forked((subject) => ({ lastTurnId: turnAt(subject, 0) })),
  forkBefore: forked((subject) => ({ beforeTurnId: turnAt(subject, -1) })),
  revert: async (engine, subject) => {
    await done(engine.revert(subject.id, turnAt(subject, -1), FORCE))
    return [subject.id]
  },
  interrupt: one((engine, id) => engine.interrupt(id)),
  compact: one((engine, id) =>
    engine.compact(id, {
      summary: 'We talked.',
      replacementHistory: [message('user', 'Hello.'), message('user', 'We talked.')]
    })
  ),
  draftLegacy: inDraft('legacy', completed),
  draftLegacyAborted: inDraft('legacy', aborted),
  draftLegacyFailed: inDraft('legacy', failed),
  draftPaginated: inDraft('paginated', completed),
  draftPaginatedAborted: inDraft('paginated', aborted),
  draftPaginatedFailed: inDraft('paginated', failed),
  draftOpen: inDraft('legacy', speak),
  turn: inThread(completed),
  turnAborted: inThread(aborted),
  turnFailed: inThread(failed),
  turnOpen: inThread(speak),
  turnTwice: async (engine, subject) => {
    await inThread(aborted)(engine, subject)
    return inThread(completed)(engine, subject)
  }
}

/** Changes to what is known of a thread, and where it is. */
const OF_THREADS: Readonly<Record<string, Change>> = {
  updateMetadata: one((engine, id) =>
    engine.updateMetadata(id, { branch: 'topic', sha: 'abc123', originUrl: null })
  ),
  setMemoryMode: one((engine, id) => engine.setMemoryMode(id, 'disabled')),
  injectItems: one((engine, id) =>
    engine.injectItems(id, [message('user', 'Keep this.'), message('assistant', 'Kept.')])
  ),
  setGoal: one((engine, id) => engine.setGoal(id, { objective: 'Finish it', tokenBudget: 1000 })),
  clearGoal: many(
    (engine, id) => engine.setGoal(id, { objective: 'Finish it' }),
    (engine, id) => engine.clearGoal(id)
  ),
  updateSettings: one((engine, id) =>
    engine.updateSettings(id, { model: 'lab-b', reasoning_effort: 'low' })
  ),
  startReview: one(startReview),
  reviewFindings: many(startReview, completeReview(FOUND)),
  reviewText: many(startReview, completeReview('All is well.')),
  reviewFailed: many(startReview, completeReview(null)),
  rename: one((engine, id) => engine.rename(id, 'A name')),
  archive: one((engine, id) => engine.archive(id)),
  archiveUnarchive: many(
    (engine, id) => engine.archive(id),
    (engine, id) => engine.unarchive(id)
  ),
  unarchive: async (engine, { id, archived }) => {
    if (!archived) throw new Refused('not archived')
    await done(engine.unarchive(id))
    return [id]
  },
  remove: one((engine, id) => engine.remove(id)),
  removeRestore: many(
    (engine, id) => engine.remove(id),
    (engine, id) => engine.restore(id)
  )
}

export const CHANGES: Readonly<Record<string, Change>> = { ...OF_TURNS, ...OF_THREADS }
