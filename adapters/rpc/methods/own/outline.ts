/**
 * `unroll/thread/outline`: turns of a thread, each in a line.
 */
import * as E from 'fp-ts/lib/Either.js'
import * as t from 'io-ts'
import type { OutlinedTurn, ThreadOutline } from '../../../../domain/unroll-protocol.ts'
import { nullable } from '../../threads/results.ts'
import { ask } from '../../threads/server.ts'
import { runningTurnId } from '../../threads/threads.ts'
import { defaulted, flag, option, required, u32 } from '../../wire/serde.ts'
import { answer, ofThread } from '../method.ts'

const count = nullable(t.number)
const text = nullable(t.string)

const Outlined = t.type(
  {
    ...{ n: t.number, id: t.string, startedAtMs: count, completedAtMs: count, durationMs: count },
    ...{ status: t.string, asked: text, answered: text, items: count },
    ...{ tools: count, failed: count, files: count, tokens: count },
    flags: t.readonlyArray(t.string)
  },
  'OutlinedTurn'
)

/** In the log alone the running turn looks like one that was cut short. */
const asRunning =
  (running: string | null) =>
  (turn: OutlinedTurn): OutlinedTurn =>
    turn.id === running && turn.status === 'interrupted' && turn.completedAtMs === null
      ? { ...turn, status: 'inProgress' }
      : turn

export const outlineRead = ofThread(
  'ThreadOutlineParams',
  {
    from: required(u32),
    count: option(u32),
    rolledBack: defaulted(flag, false),
    marked: defaulted(flag, false)
  },
  t.type(
    {
      ...{ total: t.number, revision: t.number, counted: t.boolean },
      turns: t.readonlyArray(Outlined)
    },
    'ThreadOutline'
  ),
  async ({ id, streamId }, params, call) =>
    E.map((outline: ThreadOutline) => {
      const turns = outline.turns.map(asRunning(runningTurnId(call.server, id)))
      return answer({ ...outline, turns })
    })(await ask(call, (engine) => engine.outline(streamId, params)))
)
