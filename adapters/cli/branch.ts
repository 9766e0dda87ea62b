/**
 * unroll fork, unroll revert: a thread goes on from a place in its history.
 */
import * as E from 'fp-ts/lib/Either.js'
import type { Thread } from '../../domain/protocol.ts'
import { flagOf, textOf, type Input } from './args.ts'
import type { Io } from './io.ts'
import { report, reportError, usage } from './report.ts'
import type { EngineCommand } from './session.ts'
import { oneLine } from './text.ts'

const print = async (thread: Thread, input: Input, io: Io): Promise<number> => {
  const facts = `${thread.id}\n${oneLine(thread.path)}\n`
  await io.out(input.json ? `${JSON.stringify(thread)}\n` : facts)
  return 0
}

/** Forks a thread; see the command table. */
export const forkCommand: EngineCommand = async (input, io, engine) => {
  const found = await engine.resolve(input.args[0] ?? '')()
  if (E.isLeft(found)) return reportError(found.left, input.json, io)
  const made = await engine.fork(found.right, {
    lastTurnId: textOf(input, 'last-turn'),
    beforeTurnId: textOf(input, 'before-turn')
  })()
  return E.isLeft(made) ? reportError(made.left, input.json, io) : print(made.right, input, io)
}

/** Reverts a thread; see the command table. */
export const revertCommand: EngineCommand = async (input, io, engine) => {
  const beforeTurnId = textOf(input, 'before-turn')
  if (beforeTurnId === undefined)
    return report(usage('revert needs --before-turn TURN', ''), input.json, io)
  const found = await engine.resolve(input.args[0] ?? '')()
  if (E.isLeft(found)) return reportError(found.left, input.json, io)
  const made = await engine.revert(found.right, beforeTurnId, flagOf(input, 'force'))()
  return E.isLeft(made) ? reportError(made.left, input.json, io) : print(made.right, input, io)
}
