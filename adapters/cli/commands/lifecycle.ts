/**
 * unroll archive, unarchive, delete, restore, rename, undo: changing which threads a home has, and undoing that.
 */
import * as E from 'fp-ts/lib/Either.js'
import { notPossible, type StoreError } from '../../../domain/errors.ts'
import type { RelocatedThreads } from '../../../replay/change/life/life.ts'
import { flagOf, type Input } from '../args.ts'
import type { Io } from '../io.ts'
import { ofThread } from '../naming.ts'
import { mutationOptions } from '../options.ts'
import type { CommandEnd, EngineCommand } from '../session.ts'
import { printJson } from '../text/print.ts'
import { warn } from '../text/report.ts'
import { oneLine } from '../text/text.ts'

/** Where Codex only says that it finds nothing, the next command can be named. */
const refusal = (e: StoreError): StoreError => {
  if (e._tag !== 'StreamNotFound' || e.among === undefined) return e
  const [reason, verb] =
    e.among === 'active' ? ['is archived already', 'unarchive'] : ['is not archived', 'archive']
  return notPossible(
    `thread ${e.streamId} ${reason}`,
    `type "unroll ${verb} ${e.streamId}" for the opposite`
  )
}

const printThreads = async (
  done: E.Either<StoreError, RelocatedThreads>,
  input: Input,
  io: Io
): Promise<CommandEnd> => {
  if (E.isLeft(done)) return E.left(refusal(done.left))
  const { skipped, files, threadIds } = done.right
  for (const { threadId, reason } of skipped) warn(`skipped ${threadId}: ${oneLine(reason)}`, io)
  if (input.json) return printJson(done.right, io)
  const lines = flagOf(input, 'dry-run')
    ? files.map(({ from, to }) => `${oneLine(from)} -> ${oneLine(to)}\n`)
    : threadIds.map((id) => `${id}\n`)
  await io.out(lines.join(''))
  return 0
}

export const archiveCommand = ofThread(async (id, input, io, engine) =>
  printThreads(await engine.archive(id, mutationOptions(input))(), input, io)
)

export const unarchiveCommand = ofThread(async (id, input, io, engine) =>
  printThreads(await engine.unarchive(id, mutationOptions(input))(), input, io)
)

export const deleteCommand = ofThread(async (id, input, io, engine) => {
  const options = { ...mutationOptions(input), permanent: flagOf(input, 'permanent') }
  return printThreads(await engine.remove(id, options)(), input, io)
})

export const restoreCommand: EngineCommand = async (input, io, engine) =>
  printThreads(await engine.restore(input.args[0] ?? null, mutationOptions(input))(), input, io)

export const renameCommand = ofThread(async (id, input, io, engine) => {
  const done = await engine.rename(id, input.args[1] ?? '', mutationOptions(input))()
  if (E.isLeft(done)) return done
  if (input.json) return printJson(done.right, io)
  const { before, name } = done.right
  if (flagOf(input, 'dry-run'))
    await io.out(`${before === null ? 'no name' : oneLine(before)} -> ${oneLine(name)}\n`)
  return 0
})

export const undoCommand: EngineCommand = async (input, io, engine) => {
  const done = await engine.undo(input.args[0] ?? null, mutationOptions(input))()
  if (E.isLeft(done)) return done
  if (input.json) return printJson(done.right, io)
  const { undone, operation, by } = done.right
  const verb = flagOf(input, 'dry-run') ? 'would undo' : 'undid'
  await io.out(`${verb} ${operation} ${undone} by ${by.operation}\n`)
  return 0
}
