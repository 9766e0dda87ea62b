/**
 * unroll fork, revert, rollback, unrollback: a thread goes on from a place in its history.
 */
import * as E from 'fp-ts/lib/Either.js'
import { printEvent } from '../../../domain/changes/new-event.ts'
import type { StoreError } from '../../../domain/errors.ts'
import type { Thread } from '../../../domain/protocol.ts'
import type { Written } from '../../../replay/change/mutate/mutations.ts'
import { flagOf, type Input, numberOf, textOf } from '../args.ts'
import type { Io } from '../io.ts'
import { ofThread } from '../naming.ts'
import { mutationOptions } from '../options.ts'
import type { CommandEnd } from '../session.ts'
import { printJson } from '../text/print.ts'
import { usage } from '../text/report.ts'
import { oneLine } from '../text/text.ts'

/** Prints the new revision; after a dry run the lines. */
export const printWritten = async (
  done: E.Either<StoreError, Written>,
  input: Input,
  io: Io
): Promise<CommandEnd> => {
  if (E.isLeft(done)) return done
  if (input.json) return printJson(done.right, io)
  const { events, appended } = done.right
  if (flagOf(input, 'dry-run'))
    await io.out(events.map((event) => `${oneLine(printEvent(event, null))}\n`).join(''))
  else
    await io.out(appended === null ? 'nothing to write\n' : `revision ${appended.next.revision}\n`)
  return 0
}

const printThread = async (
  made: E.Either<StoreError, Thread>,
  input: Input,
  io: Io
): Promise<CommandEnd> => {
  if (E.isLeft(made)) return made
  const thread = made.right
  if (input.json) return printJson(thread, io)
  const facts = flagOf(input, 'dry-run')
    ? `possible for thread ${thread.id}\n`
    : `${thread.id}\n${oneLine(thread.path)}\n`
  await io.out(facts)
  return 0
}

export const forkCommand = ofThread(async (id, input, io, engine) => {
  const point = {
    lastTurnId: textOf(input, 'last-turn'),
    beforeTurnId: textOf(input, 'before-turn')
  }
  return printThread(await engine.fork(id, point, mutationOptions(input))(), input, io)
})

export const revertCommand = ofThread(async (id, input, io, engine) => {
  const beforeTurnId = textOf(input, 'before-turn')
  if (beforeTurnId === undefined) return E.left(usage('revert needs --before-turn TURN', ''))
  return printThread(await engine.revert(id, beforeTurnId, mutationOptions(input))(), input, io)
})

export const rollbackCommand = ofThread(async (id, input, io, engine) => {
  const turns = numberOf(input, 'turns') ?? 1
  return printWritten(await engine.rollback(id, turns, mutationOptions(input))(), input, io)
})

export const unrollbackCommand = ofThread(async (id, input, io, engine) =>
  printWritten(await engine.unrollback(id, mutationOptions(input))(), input, io)
)
