/**
 * Comparing a thread of one engine with a thread of another: the same one at two points, or two threads.
 */
import * as E from 'fp-ts/lib/Either.js'
import {
  contextDifferences,
  fileDifferences,
  turnDifferences,
  usageDifferences,
  type ThreadDifference,
  type DifferencePart,
  type FileSum,
  type ModelSum
} from '../../../domain/thread/difference/thread.ts'
import type { ThreadContext } from '../context/context.ts'
import type { Thread } from '../../../domain/protocol.ts'
import type { FileChange } from '../../ledgers/blame.ts'
import { fileSums } from '../../ledgers/file-sums.ts'
import type { ToolsLedger } from '../../ledgers/tools.ts'
import type { UsageLedger, UsageReport } from '../../ledgers/usage.ts'
import type { Answer, Result } from '../../result.ts'

/** A thread, and an engine that answers about it as of some point. */
export interface Side {
  readonly engine: Pick<ToolsLedger, 'patches'> &
    Pick<UsageLedger, 'usage'> & {
      readonly readThread: (threadId: string, includeTurns: boolean) => Answer<Thread>
      readonly context: (threadId: string) => Answer<ThreadContext>
    }
  readonly threadId: string
}

const sumsOf = (patches: ReadonlyArray<FileChange>): ReadonlyArray<FileSum> =>
  fileSums(patches).map(({ lastTurnId: _turn, lastAtMs: _at, ...sum }) => sum)

const modelSums = ({ groups }: UsageReport): ReadonlyArray<ModelSum> =>
  groups.map((group) => {
    const { key, inputTokens, cachedInputTokens, outputTokens } = group
    const { reasoningOutputTokens, totalTokens } = group
    const output = { outputTokens, reasoningOutputTokens, totalTokens }
    return { model: key, inputTokens, cachedInputTokens, ...output }
  })

const modelsOf = async ({ engine, threadId }: Side): Promise<Result<ReadonlyArray<ModelSum>>> =>
  E.map(modelSums)(await engine.usage({ by: 'model', threadId })())

type Compare = (before: Side, after: Side) => Promise<Result<ReadonlyArray<ThreadDifference>>>

const comparing =
  <A>(
    ask: (side: Side) => Promise<Result<A>>,
    compare: (before: A, after: A) => ReadonlyArray<ThreadDifference>
  ): Compare =>
  async (before, after) => {
    const old = await ask(before)
    if (E.isLeft(old)) return old
    return E.map((now: A) => compare(old.right, now))(await ask(after))
  }

const PARTS: Readonly<Record<DifferencePart, Compare>> = {
  turns: comparing(
    ({ engine, threadId }) => engine.readThread(threadId, true)(),
    ({ turns: old }, { turns: now }) => turnDifferences(old, now)
  ),
  context: comparing(({ engine, threadId }) => engine.context(threadId)(), contextDifferences),
  files: comparing(
    ({ engine, threadId }) => engine.patches(threadId)(),
    (old, now) => fileDifferences(sumsOf(old), sumsOf(now))
  ),
  usage: comparing(modelsOf, usageDifferences)
}

export const compareThreads =
  (
    before: Side,
    after: Side,
    parts: ReadonlyArray<DifferencePart> = ['turns']
  ): Answer<ReadonlyArray<ThreadDifference>> =>
  async () => {
    const all: Array<ThreadDifference> = []
    for (const part of parts) {
      const found = await PARTS[part](before, after)
      if (E.isLeft(found)) return found
      all.push(...found.right)
    }
    return E.right(all)
  }
