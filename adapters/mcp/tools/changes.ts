/** What `--writable` adds: renaming, archiving, forking. Nothing here deletes, rolls back, repairs or appends. */
import { got, Refused, refusalOf, threadNamed, type History } from '../history.ts'
import { z } from '../sdk.ts'
import { threadArg, tool } from '../tool.ts'
import { code, threadUri } from '../words.ts'

const revisionArg = z
  .number()
  .int()
  .min(0)
  .describe('How many events the thread has, as read_thread told it; it must still be so.')

/** Refuses where the thread has gone on since it was read. */
const unchanged = async (history: History, thread: string, expected: number): Promise<string> => {
  const threadId = await threadNamed(history, thread)
  const engine = await history.engine()
  const { revision } = got(
    await engine.turnRange(threadId, { from: 0, count: 1, itemsView: 'notLoaded' })()
  )
  if (revision === expected) return threadId
  throw new Refused(
    refusalOf({ _tag: 'WrongExpectedRevision', streamId: threadId, expected, actual: revision })
  )
}

export const renameThread = tool({
  name: 'rename_thread',
  title: 'Rename a thread',
  description: 'Gives a thread a name. It can be undone with "unroll undo".',
  writes: true,
  input: z.object({
    thread: threadArg,
    name: z.string().trim().min(1).max(200),
    expected_revision: revisionArg
  }),
  output: z.object({
    thread: z.string(),
    name: z.string(),
    before: z.string().nullable(),
    operation: z.string().nullable()
  }),
  answer: async (history, { thread, name, expected_revision }) => {
    const threadId = await unchanged(history, thread, expected_revision)
    const renamed = got(await (await history.engine()).rename(threadId, name)())
    const { before, operationId: operation } = renamed
    return {
      data: { thread: threadId, name: renamed.name, before, operation },
      text: `Thread ${code(threadId)} is called "${renamed.name}" now. Undo: "unroll undo ${operation ?? ''}"`
    }
  }
})

export const archiveThread = tool({
  name: 'archive_thread',
  title: 'Archive a thread',
  description: 'Archives a thread and its sub-agents. It can be undone with "unroll undo".',
  writes: true,
  input: z.object({ thread: threadArg, expected_revision: revisionArg }),
  output: z.object({ threads: z.array(z.string()), operation: z.string().nullable() }),
  answer: async (history, { thread, expected_revision }) => {
    const threadId = await unchanged(history, thread, expected_revision)
    const moved = got(
      await (await history.engine()).archive(threadId, { expectedRevision: expected_revision })()
    )
    const { threadIds, operationId: operation } = moved
    return {
      data: { threads: [...threadIds], operation },
      text: `Archived: ${threadIds.join(', ')}. Undo: "unroll undo ${operation ?? ''}"`
    }
  }
})

export const forkThread = tool({
  name: 'fork_thread',
  title: 'Fork a thread',
  description:
    'Makes a new thread of the beginning of another, which stays as it is. It can be undone with "unroll undo".',
  writes: true,
  input: z.object({
    thread: threadArg,
    last_turn: z
      .string()
      .optional()
      .describe('The last turn of the new thread. Default: the last there is.'),
    expected_revision: revisionArg
  }),
  output: z.object({ thread: z.string(), forked_from: z.string(), uri: z.string() }),
  answer: async (history, { thread, last_turn, expected_revision }) => {
    const threadId = await unchanged(history, thread, expected_revision)
    const point = last_turn === undefined ? {} : { lastTurnId: last_turn }
    const fork = got(await (await history.engine()).fork(threadId, point)())
    return {
      data: { thread: fork.id, forked_from: threadId, uri: threadUri(fork.id) },
      text: `Thread ${code(fork.id)} begins as ${code(threadId)} does.`
    }
  }
})
