/**
 * unroll archive, unarchive, delete, restore, rename, undo: changing which threads a home has, and undoing that.
 */
import * as E from 'fp-ts/lib/Either.js'
import { notPossible, type StoreError } from '../../../domain/errors.ts'
import type { RelocatedThreads } from '../../../replay/change/life/life.ts'
import { flagOf, type Input } from '../args.ts'
import type { Io } from '../io.ts'
import { refusedBy } from '../terminal/confirm.ts'
import { ofThread, shortIds } from '../naming/threads.ts'
import { mutationOptions } from '../options.ts'
import type { CommandEnd, EngineCommand } from '../session.ts'
import { calledName, printChange } from './changed.ts'
import { printJson } from '../text/print.ts'
import { warn } from '../text/report.ts'
import { oneLine, plural } from '../text/text.ts'

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

/** A thread, and how many went with it. */
const withOthers = (name: string, count: number): string =>
  count > 1 ? `${name} and ${plural(count - 1, 'sub-agent')}` : name

interface Sentence {
  readonly did: (threads: string) => string
  readonly undo?: null
}

const printThreads = async (
  done: E.Either<StoreError, RelocatedThreads>,
  name: string,
  { did, undo }: Sentence,
  input: Input,
  io: Io
): Promise<CommandEnd> => {
  if (E.isLeft(done)) return E.left(refusal(done.left))
  const { skipped, files, threadIds } = done.right
  for (const { threadId, reason } of skipped) warn(`skipped ${threadId}: ${oneLine(reason)}`, io)
  if (input.json) return printJson(done.right, io)
  if (flagOf(input, 'dry-run')) {
    await io.out(files.map(({ from, to }) => `${oneLine(from)} → ${oneLine(to)}\n`).join(''))
    return 0
  }
  const sentence = did(withOthers(name, threadIds.length))
  const back = undo === null ? { undo } : {}
  return printChange({ did: sentence, ...back, lines: threadIds }, input, io)
}

const ARCHIVED: Sentence = { did: (threads) => `Archived ${threads}` }
const UNARCHIVED: Sentence = { did: (threads) => `Brought ${threads} back from the archive` }
const TRASHED: Sentence = { did: (threads) => `Moved ${threads} to the trash` }
const DELETED: Sentence = { did: (threads) => `Deleted ${threads} for good`, undo: null }
const RESTORED: Sentence = { did: (threads) => `Restored ${threads} from the trash` }

export const archiveCommand = ofThread(async (id, input, io, engine) => {
  const name = await calledName(engine, id)
  const done = await engine.archive(id, mutationOptions(input))()
  return printThreads(done, name, ARCHIVED, input, io)
})

export const unarchiveCommand = ofThread(async (id, input, io, engine) => {
  const name = await calledName(engine, id)
  const done = await engine.unarchive(id, mutationOptions(input))()
  return printThreads(done, name, UNARCHIVED, input, io)
})

export const deleteCommand = ofThread(async (id, input, io, engine) => {
  const permanent = flagOf(input, 'permanent')
  const name = await calledName(engine, id)
  if (permanent) {
    const [typed = id] = shortIds([id])
    const text = `Delete ${name} for good, with its sub-agents?`
    const refused = await refusedBy({ text, typed }, input, io)
    if (refused !== null) return E.left(refused)
  }
  const done = await engine.remove(id, { ...mutationOptions(input), permanent })()
  return printThreads(done, name, permanent ? DELETED : TRASHED, input, io)
})

export const restoreCommand: EngineCommand = async (input, io, engine) => {
  const done = await engine.restore(input.args[0] ?? null, mutationOptions(input))()
  const [id] = E.isRight(done) ? done.right.threadIds : []
  const name = id === undefined ? '' : await calledName(engine, id)
  return printThreads(done, name, RESTORED, input, io)
}

export const renameCommand = ofThread(async (id, input, io, engine) => {
  const called = await calledName(engine, id)
  const done = await engine.rename(id, input.args[1] ?? '', mutationOptions(input))()
  if (E.isLeft(done)) return done
  if (input.json) return printJson(done.right, io)
  const { before, name } = done.right
  const [was, will] = [before === null ? called : `"${oneLine(before)}"`, `"${oneLine(name)}"`]
  if (flagOf(input, 'dry-run')) {
    await io.out(`would name ${was} ${will}\n`)
    return 0
  }
  // A name that was given for the first time cannot be taken away.
  const change =
    before === null
      ? { did: `Named ${was} ${will}`, undo: null }
      : { did: `Renamed ${was} to ${will}` }
  return printChange({ ...change, lines: [] }, input, io)
})

export const undoCommand: EngineCommand = async (input, io, engine) => {
  const options = { ...mutationOptions(input), skips: flagOf(input, 'skip') }
  const done = await engine.undo(input.args[0] ?? null, options)()
  if (E.isLeft(done)) return done
  if (input.json) return printJson(done.right, io)
  const { undone, operation, by, operationId } = done.right
  const verb = flagOf(input, 'dry-run') ? 'would undo' : 'undid'
  const line = `${verb} ${operation} ${undone} by ${by.operation}`
  if (flagOf(input, 'dry-run') || operationId === null) {
    await io.out(`${line}\n`)
    return 0
  }
  // Undoing an undo does the change again.
  const undo = ['undo', operationId]
  return printChange({ did: `Undid ${operation}`, undo, lines: [line] }, input, io)
}
