/**
 * unroll archive, unarchive, delete, restore, rename, undo: changing which threads a home has, and taking that back.
 */
import * as E from 'fp-ts/lib/Either.js'
import type { StoreError } from '../../../domain/errors.ts'
import type { Engine } from '../../../replay/engine.ts'
import type { MutationOptions, RelocatedThreads } from '../../../replay/life/life.ts'
import { flagOf, type Input } from '../args.ts'
import type { Io } from '../io.ts'
import { reportError } from '../text/report.ts'
import type { EngineCommand } from '../session.ts'
import { oneLine } from '../text/text.ts'
import { mutationOptions, printJson } from '../text/written.ts'

const printThreads = async (done: RelocatedThreads, input: Input, io: Io): Promise<number> => {
  for (const { threadId, reason } of done.skipped)
    io.err(`unroll: skipped ${threadId}: ${oneLine(reason)}\n`)
  if (input.json) return printJson(done, io)
  const files = done.files.map(({ from, to }) => `${oneLine(from)} -> ${oneLine(to)}\n`)
  const lines = flagOf(input, 'dry-run') ? files : done.threadIds.map((id) => `${id}\n`)
  await io.out(lines.join(''))
  return 0
}

type Use = (
  engine: Engine,
  threadId: string,
  options: MutationOptions,
  input: Input
) => ReturnType<Engine['archive']>

/** A command that moves the files of the thread it is given. */
const moving =
  (use: Use): EngineCommand =>
  async (input, io, engine) => {
    const found = await engine.resolve(input.args[0] ?? '')()
    if (E.isLeft(found)) return reportError(found.left, input.json, io)
    const done = await use(engine, found.right, mutationOptions(input), input)()
    return E.isLeft(done) ? refused(done.left, input, io) : printThreads(done.right, input, io)
  }

/** Where Codex only says that it finds nothing, the next command can be named. */
const refused = (e: StoreError, input: Input, io: Io): Promise<number> => {
  if (e._tag !== 'StreamNotFound' || e.among === undefined) return reportError(e, input.json, io)
  const [reason, verb] =
    e.among === 'active' ? ['is archived already', 'unarchive'] : ['is not archived', 'archive']
  const next = `type "unroll ${verb} ${e.streamId}" for the opposite`
  return reportError(
    { _tag: 'NotPossible', reason: `thread ${e.streamId} ${reason}`, next },
    input.json,
    io
  )
}

/** Archives a thread; see the command table. */
export const archiveCommand = moving((engine, id, options) => engine.archive(id, options))

/** Unarchives a thread; see the command table. */
export const unarchiveCommand = moving((engine, id, options) => engine.unarchive(id, options))

/** Deletes a thread; see the command table. */
export const deleteCommand = moving((engine, id, options, input) =>
  engine.remove(id, { ...options, permanent: flagOf(input, 'permanent') })
)

/** Restores what was deleted; see the command table. */
export const restoreCommand: EngineCommand = async (input, io, engine) => {
  const done = await engine.restore(input.args[0] ?? null, mutationOptions(input))()
  return E.isLeft(done)
    ? reportError(done.left, input.json, io)
    : printThreads(done.right, input, io)
}

/** Names a thread; see the command table. */
export const renameCommand: EngineCommand = async (input, io, engine) => {
  const found = await engine.resolve(input.args[0] ?? '')()
  if (E.isLeft(found)) return reportError(found.left, input.json, io)
  const done = await engine.rename(found.right, input.args[1] ?? '', mutationOptions(input))()
  if (E.isLeft(done)) return reportError(done.left, input.json, io)
  if (input.json) return printJson(done.right, io)
  const { before, name } = done.right
  if (flagOf(input, 'dry-run'))
    await io.out(`${before === null ? 'no name' : oneLine(before)} -> ${oneLine(name)}\n`)
  return 0
}

/** Undoes an operation; see the command table. */
export const undoCommand: EngineCommand = async (input, io, engine) => {
  const done = await engine.undo(input.args[0] ?? null, mutationOptions(input))()
  if (E.isLeft(done)) return reportError(done.left, input.json, io)
  if (input.json) return printJson(done.right, io)
  const { undone, operation, by } = done.right
  const verb = flagOf(input, 'dry-run') ? 'would undo' : 'undid'
  await io.out(`${verb} ${operation} ${undone} by ${by.operation}\n`)
  return 0
}
