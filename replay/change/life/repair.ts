/**
 * Repairs as operations: files of a home are replaced, recorded before and after, and put back.
 */
import * as E from 'fp-ts/lib/Either.js'
import type { JsonObject } from '../../../domain/json.ts'
import type { Began } from '../../../domain/changes/operations.ts'
import type { FileExchange, Relocation } from '../../../domain/changes/relocation.ts'
import type { HomeWriter, StagedExchange } from '../../home-ports.ts'
import {
  backFrom,
  forgetThreads,
  holding,
  type HomeParts,
  type Life,
  type MutationOptions
} from './life.ts'
import { isUnknown, recorded } from './recorded.ts'
import { impossible, type Result } from '../../result.ts'

/** What a repair replaced. */
export interface RepairDone {
  /** Null for a dry run. */
  readonly operationId: string | null
  readonly threadIds: ReadonlyArray<string>
  /** The files that were replaced, relative to the home. */
  readonly files: ReadonlyArray<string>
}

/** The parts of a home, and the index over it where there is one. */
export type RepairParts = HomeParts & {
  readonly forget?: (threadIds: ReadonlyArray<string>) => Promise<void>
}

export const repairParts = (life: Life): RepairParts => ({
  ...life,
  forget: (threadIds) => forgetThreads(life, threadIds)
})

/** A repair, and how its files are made ready while nobody else moves files of the home. */
export interface RepairWork {
  readonly operation: 'repair' | 'unrepair'
  readonly arguments: JsonObject
  readonly stage: (writer: HomeWriter) => Promise<Result<StagedExchange>>
}

const pathsOf = (exchanges: ReadonlyArray<FileExchange>): ReadonlyArray<string> => [
  ...new Set(exchanges.map(({ path }) => path))
]

/**
 * A file that was exchanged is noticed by whoever reads its thread. Threads that continue it are not looked at beyond their own
 * file, so they are forgotten here.
 */
const forgetChanged = async (
  { forget }: RepairParts,
  { referrers }: HomeWriter,
  threadIds: ReadonlyArray<string>
): Promise<void> => {
  if (forget === undefined) return
  const others = await referrers(threadIds)
  const all = E.isRight(others) ? [...threadIds, ...others.right] : threadIds
  await forget(all).catch(() => undefined)
}

const exchangeAll = async (
  parts: RepairParts,
  writer: HomeWriter,
  work: RepairWork,
  staged: StagedExchange,
  { actor, undoes }: MutationOptions
): Promise<Result<RepairDone>> => {
  const { threadIds, exchanges } = staged
  const [threadId = '', ...others] = threadIds
  const kept = { moves: [], names: 'keep', trash: null, purge: false } as const
  const relocation = (operationId: string): Relocation => ({
    rootId: threadId,
    ...kept,
    exchanges: exchanges(operationId)
  })
  const files = pathsOf(exchanges(''))
  const { operation, arguments: given } = work
  const request = { operation, threadId, others, arguments: given, actor, undoes, relocation }
  return recorded(parts, request, null, async (operationId) => {
    const done = await writer.relocate(relocation(operationId), operationId)
    if (E.isLeft(done)) return done
    await forgetChanged(parts, writer, threadIds)
    const answer = { operationId, threadIds, files }
    return E.right({ answer, after: null, inverse: backFrom(operationId) })
  })
}

/** Does a repair: every file of it, or none. Work that a killed process left is finished before. */
export const performRepair = (
  parts: RepairParts,
  work: RepairWork,
  options: MutationOptions
): Promise<Result<RepairDone>> =>
  holding(parts, options, async (writer) => {
    const staged = await work.stage(writer)
    if (E.isLeft(staged)) return staged
    let isUnfinished = true
    try {
      const done = await exchangeAll(parts, writer, work, staged.right, options)
      isUnfinished = isUnknown(done)
      return done
    } finally {
      staged.right.close(isUnfinished)
    }
  })

const beganOf = async (
  { operations }: RepairParts,
  operationId: string
): Promise<Began | undefined> => {
  if (operations === undefined) return undefined
  for await (const record of operations.read('newest'))
    if (record.record === 'began' && record.id === operationId) return record
  return undefined
}

/**
 * Puts the files of a repair back as they were, byte for byte; of a repair that was taken back, as the repair left them.
 * Refused when a file was changed since. What was only appended stays, where the repair moved no bytes; else that is refused too.
 */
export const undoRepair = async (
  parts: RepairParts,
  operationId: string,
  options: MutationOptions
): Promise<Result<RepairDone>> => {
  const began = await beganOf(parts, operationId)
  const exchanges = began?.relocation?.exchanges
  if (exchanges === undefined)
    return impossible(`operation ${operationId} is no repair`, { kind: 'see_log' })
  const threadIds = began?.threadIds ?? []
  if (options.dryRun === true)
    return E.right({ operationId: null, threadIds, files: pathsOf(exchanges) })
  const stage: RepairWork['stage'] = async ({ stageUndo }) =>
    stageUndo === undefined
      ? impossible('there are no files here', 'open the home itself')
      : stageUndo(operationId, exchanges)
  const given = { operationId }
  return performRepair(parts, { operation: 'unrepair', arguments: given, stage }, options)
}
