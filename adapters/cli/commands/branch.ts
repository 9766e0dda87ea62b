/**
 * unroll fork, revert, rollback, unrollback: a thread goes on from a place in its history.
 */
import * as E from 'fp-ts/lib/Either.js'
import type { StoreError } from '../../../domain/errors.ts'
import type { Thread } from '../../../domain/protocol.ts'
import type { Engine } from '../../../replay/engine.ts'
import { flagOf, numberOf, textOf, type Input } from '../args.ts'
import type { Io } from '../io.ts'
import { report, reportError, usage } from '../text/report.ts'
import type { EngineCommand } from '../session.ts'
import { oneLine } from '../text/text.ts'
import { mutationOptions, printWritten } from '../text/written.ts'

const print = async (thread: Thread, input: Input, io: Io): Promise<number> => {
  const facts = `${thread.id}\n${oneLine(thread.path)}\n`
  const shown = flagOf(input, 'dry-run') ? `possible for thread ${thread.id}\n` : facts
  await io.out(input.json ? `${JSON.stringify(thread)}\n` : shown)
  return 0
}

type Task = ReturnType<Engine['fork']>

const branch = async (
  input: Input,
  io: Io,
  engine: Engine,
  make: (threadId: string) => Task
): Promise<number> => {
  const found = await engine.resolve(input.args[0] ?? '')()
  if (E.isLeft(found)) return reportError(found.left, input.json, io)
  const made: E.Either<StoreError, Thread> = await make(found.right)()
  return E.isLeft(made) ? reportError(made.left, input.json, io) : print(made.right, input, io)
}

/** Forks a thread; see the command table. */
export const forkCommand: EngineCommand = (input, io, engine) =>
  branch(input, io, engine, (threadId) =>
    engine.fork(
      threadId,
      { lastTurnId: textOf(input, 'last-turn'), beforeTurnId: textOf(input, 'before-turn') },
      mutationOptions(input)
    )
  )

/** Reverts a thread; see the command table. */
export const revertCommand: EngineCommand = async (input, io, engine) => {
  const beforeTurnId = textOf(input, 'before-turn')
  if (beforeTurnId === undefined)
    return report(usage('revert needs --before-turn TURN', ''), input.json, io)
  return branch(input, io, engine, (threadId) =>
    engine.revert(threadId, beforeTurnId, mutationOptions(input))
  )
}

/** Rolls turns back; see the command table. */
export const rollbackCommand: EngineCommand = async (input, io, engine) => {
  const found = await engine.resolve(input.args[0] ?? '')()
  if (E.isLeft(found)) return reportError(found.left, input.json, io)
  const turns = numberOf(input, 'turns') ?? 1
  const done = await engine.rollback(found.right, turns, mutationOptions(input))()
  return printWritten(done, input, io)
}

/** Takes a rollback back; see the command table. */
export const unrollbackCommand: EngineCommand = async (input, io, engine) => {
  const found = await engine.resolve(input.args[0] ?? '')()
  if (E.isLeft(found)) return reportError(found.left, input.json, io)
  return printWritten(await engine.unrollback(found.right, mutationOptions(input))(), input, io)
}
