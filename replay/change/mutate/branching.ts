/**
 * Forks and reverts as an engine makes them: checked, recorded, and read back.
 */
import * as E from 'fp-ts/lib/Either.js'
import type { StreamId } from '../../../domain/ids.ts'
import type { Thread } from '../../../domain/protocol.ts'
import { checkBranch, forkThread, revertThread, overOneIndex, type BranchPoint } from './branch.ts'
import { recordedBranch } from '../life/lifecycle.ts'
import { openExpected, type MutationOptions, type PlannedOptions } from '../life/life.ts'
import type { SegmentWriter, StreamInfo } from '../../ports.ts'
import type { Answer, Result } from '../../result.ts'
import type { MutationEnv } from './write.ts'

export interface Branching {
  /**
   * A new thread with the history of one up to a point: by reference where its era allows it. A dry run answers with
   * the thread that would be forked.
   */
  readonly fork: (threadId: string, point: BranchPoint, options?: PlannedOptions) => Answer<Thread>
  /**
   * Lets a paginated thread go on from before a turn, by reference; nothing is deleted. `force`: also in a home with
   * Codex's database, which keeps using the old file.
   */
  readonly revert: (
    threadId: string,
    beforeTurnId: string,
    options?: MutationOptions
  ) => Answer<Thread>
}

/** Branches, each recorded; `read` answers with the resulting thread. */
export const branching = (
  life: MutationEnv,
  safely: <A>(task: Answer<A>) => Answer<A>,
  read: (threadId: string) => Promise<Result<Thread>>
): Branching => {
  type Make = (writer: SegmentWriter, info: StreamInfo) => Promise<Result<StreamId>>
  const branched = (
    operation: 'fork' | 'revert',
    threadId: string,
    point: BranchPoint,
    options: MutationOptions,
    make: Make
  ): Answer<Thread> =>
    safely(async () => {
      const made = await overOneIndex(life, life.writer, async (writer) => {
        const found = await openExpected(life, threadId, options)
        if (E.isLeft(found)) return found
        const { info } = found.right
        return options.dryRun === true
          ? checkBranch(life, writer, info, point)
          : recordedBranch(life, operation, info, { ...point }, options, () => make(writer, info))
      })
      return E.isLeft(made) ? made : read(made.right)
    })
  return {
    fork: (threadId, point, options = {}) =>
      branched('fork', threadId, point, options, (writer, info) =>
        forkThread(life, writer, info, point)
      ),
    revert: (threadId, beforeTurnId, options = {}) =>
      branched('revert', threadId, { beforeTurnId }, options, (writer, info) =>
        revertThread(life, writer, info, beforeTurnId, options.force === true)
      )
  }
}
