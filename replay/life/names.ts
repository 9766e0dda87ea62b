/**
 * Naming a thread: one more line in `session_index.jsonl`.
 */
import * as E from 'fp-ts/lib/Either.js'
import { notPossible, type StoreError } from '../../domain/errors.ts'
import { holding, openExpected, type Life, type MutationOptions } from './life.ts'
import { checkpointOf } from '../catch-up/project.ts'
import { recorded } from './recorded.ts'
import { trimmed } from '../../domain/white-space.ts'

/** A thread with its new name. */
export interface Renamed {
  /** Null when nothing was done: a dry run. */
  readonly operationId: string | null
  readonly threadId: string
  readonly name: string
  /** The name it had; null for none. */
  readonly before: string | null
}

const NO_NAME_BEFORE =
  'the thread had no name before, and a name cannot be taken back: Codex goes on showing it in lists'

/**
 * Gives a thread a name, without the blanks around it. `from`: only when that is its name still; for undo.
 */
export const renameThread = (
  life: Life,
  threadId: string,
  text: string,
  options: MutationOptions,
  from: string | null = null
): Promise<E.Either<StoreError, Renamed>> => {
  const name = trimmed(text)
  if (name === '')
    return Promise.resolve(
      E.left({ _tag: 'InvalidRequest', message: 'thread name must not be empty' })
    )
  return holding(life, options, async (writer) => {
    const opened = await openExpected(life, threadId.toLowerCase(), options)
    if (E.isLeft(opened)) return opened
    const { streamId: id } = opened.right.info
    const before = life.names.nameOf(id)
    if (from !== null && before !== from)
      return E.left(
        notPossible(
          `thread ${id} has another name now: ${before ?? 'none'}`,
          `name it with "unroll rename ${id} NAME"`
        )
      )
    if (options.dryRun === true) return E.right({ operationId: null, threadId: id, name, before })
    const request = {
      operation: 'rename',
      threadId: id,
      arguments: { threadId: id, name },
      actor: options.actor ?? life.actor ?? 'library',
      undoes: options.undoes ?? null
    }
    const place = checkpointOf(life, id)?.next ?? null
    return recorded(life, request, place, async (operationId) => {
      const done = await writer.appendName(id, name)
      if (E.isLeft(done)) return done
      return E.right({
        answer: { operationId, threadId: id, name, before },
        after: place,
        inverse:
          before === null
            ? { none: NO_NAME_BEFORE }
            : { operation: 'rename', arguments: { threadId: id, name: before, from: name } }
      })
    })
  })
}
