/**
 * Naming a thread: one more line in `session_index.jsonl`.
 */
import * as E from 'fp-ts/lib/Either.js'
import { holding, openExpected, type Life, type MutationOptions } from './life.ts'
import { checkpointOf } from '../../catch-up/project.ts'
import { idInMetadata } from '../../read/threads/identity.ts'
import type { StreamInfo } from '../../ports.ts'
import type { ThreadRow } from '../../../projections/thread-row.ts'
import { recorded, requestOf } from './recorded.ts'
import { trimmed } from '../../../domain/white-space.ts'
import { invalidRequest, impossible, type Result } from '../../result.ts'

/** A thread that got a name. */
export interface Renamed {
  readonly operationId: string | null
  readonly threadId: string
  readonly name: string
  /** The name it had; null for none. */
  readonly before: string | null
}

const NO_NAME_BEFORE =
  'the thread had no name before, and a name cannot be removed: Codex would still list it'

/**
 * The id under which a name is kept: that in the metadata, where Codex looks for it, unless it means another thread or the
 * thread has a name under its own id already.
 */
const keptUnder = async (life: Life, info: StreamInfo, row: ThreadRow): Promise<string> => {
  const id = idInMetadata(row, info)
  if (life.strict) return id
  if (id === info.streamId || life.names.nameOf(info.streamId) !== null) return info.streamId
  const found = await life.find(id)
  return E.isRight(found) && found.right.streamId === info.streamId ? id : info.streamId
}

/**
 * Gives a thread a name, without the blanks around it. `from`: only when that is its name still; for undo.
 */
export const renameThread = (
  life: Life,
  threadId: string,
  text: string,
  options: MutationOptions,
  from: string | null = null
): Promise<Result<Renamed>> => {
  const name = trimmed(text)
  if (name === '') return Promise.resolve(invalidRequest('thread name must not be empty'))
  return holding<Renamed>(life, options, async (writer) => {
    const opened = await openExpected(life, threadId, options)
    if (E.isLeft(opened)) return opened
    const { info, row } = opened.right
    const { streamId: id } = info
    if (writer.isLocked(id)) return E.left({ _tag: 'Busy', what: `thread ${id}` })
    const kept = await keptUnder(life, info, row())
    const before = life.names.nameOf(kept)
    if (from !== null && before !== from)
      return impossible(`thread ${id} has another name now: ${before ?? 'none'}`, {
        kind: 'rename',
        threadId: id
      })
    if (options.dryRun === true) return E.right({ operationId: null, threadId: id, name, before })
    const request = requestOf(id, 'rename', { name }, options)
    const place = checkpointOf(life, id)?.next ?? null
    return recorded(life, request, place, async (operationId) => {
      const done = await writer.appendName(kept, name)
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
