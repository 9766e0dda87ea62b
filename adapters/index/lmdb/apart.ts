/**
 * An index that is held by a child process. LMDB maps its file: when somebody cuts or overwrites it meanwhile, the process that
 * looks at it ends by a signal, and nothing can be done about that from within. Here the child ends; another one takes its place,
 * copies or rebuilds the file, and the use case is run again.
 *
 * Reads of the index are synchronous, so their replies are waited for. A commit waits for the disk: its reply is awaited, and the
 * event loop goes on.
 */
import * as E from 'fp-ts/lib/Either.js'
import type { StoreError } from '../../../domain/errors.ts'
import {
  IndexDamage,
  type Committed,
  type Index,
  type IndexQuestion
} from '../../../replay/ports.ts'
import { noTelemetry, type Telemetry } from '../../../replay/telemetry.ts'
import { startIndexChild, type IndexChild } from './index-child.ts'
import type { IndexReply, IndexRequest } from './messages.ts'

const ENDED = 'the process that held the index has ended'

const reasonOf = (cause: unknown): string =>
  cause instanceof Error ? cause.message : String(cause)

/** Repeats what the telemetry of the child was told. */
const retell = (telemetry: Telemetry, { told = [] }: IndexReply): void => {
  for (const [kind, ...given] of told)
    (telemetry[kind] as (...given: ReadonlyArray<unknown>) => void)(...given)
}

/** Takes the first reply of a child; throws why it holds no index. */
const greet = (child: IndexChild, telemetry: Telemetry): void => {
  const reply = child.greeting()
  if (reply === null) child.kill()
  else retell(telemetry, reply)
  if (reply === null || reply.unusable !== undefined) throw new Error(reply?.unusable ?? ENDED)
}

/** Asks one child after the other: when one ends, the next one has made sure of the file before the request fails. */
const requester = (directory: string, telemetry: Telemetry, first: IndexChild) => {
  let child = first
  let epoch = 0
  let last: Promise<unknown> = Promise.resolve()
  /** The value of a reply; where there is none because the child has ended, another one is there when this throws. */
  const valueOf = (reply: IndexReply | null, asked: IndexChild): unknown => {
    if (reply !== null) {
      retell(telemetry, reply)
      if (reply.damage !== undefined) throw new IndexDamage(reply.damage)
      return reply.value
    }
    if (asked === child) {
      epoch += 1
      child.kill()
      child = startIndexChild(directory, true)
      try {
        greet(child, telemetry)
      } catch (cause) {
        throw new IndexDamage(reasonOf(cause))
      }
    }
    throw new IndexDamage(ENDED, true)
  }
  return {
    epoch: () => epoch,
    read: (...request: IndexRequest): unknown => valueOf(child.read(request), child),
    ahead: (questions: ReadonlyArray<IndexQuestion>): Promise<void> => child.ahead(questions),
    /** One change after the other; what was decided by rows of an index before this one is not written. */
    change: (...request: IndexRequest): Promise<unknown> => {
      const since = epoch
      const done = last.then(async () => {
        if (request[0] === 'clear') epoch += 1
        else if (epoch !== since) throw new IndexDamage(ENDED, true)
        const asked = child
        return valueOf(await asked.change(request), asked)
      })
      last = done.catch(() => undefined)
      return done
    },
    end: async (): Promise<void> => {
      await last
      await child.end()
    }
  }
}

/** Opens the index of a directory in a child process; throws when the directory cannot be used. */
export const openIndexApart = async (
  directory: string,
  telemetry: Telemetry = noTelemetry
): Promise<Index> => {
  const first = startIndexChild(directory, false)
  await first.isOpen
  greet(first, telemetry)
  const { read, ahead, change, epoch, end } = requester(directory, telemetry, first)
  const clear = async (): Promise<E.Either<StoreError, void>> => {
    try {
      return (await change('clear')) as E.Either<StoreError, void>
    } catch (cause) {
      return E.left({ _tag: 'IndexUnavailable', path: directory, reason: reasonOf(cause) })
    }
  }
  return {
    get: (key) => read('get', key),
    getMany: (keys) =>
      keys.length === 0
        ? []
        : (read('getMany', keys) as ReadonlyArray<ReadonlyArray<unknown>>).map(([row]) => row),
    ahead,
    range: (...asked) => read('range', ...asked) as ReturnType<Index['range']>,
    keys: (...asked) => read('keys', ...asked) as ReturnType<Index['keys']>,
    commit:
      (...asked) =>
      async () =>
        (await change('commit', ...asked)) as E.Either<StoreError, Committed>,
    generation: () => read('generation') as number,
    epoch,
    clear: () => async () => {
      const cleared = await clear()
      return E.isRight(cleared) ? cleared : clear()
    },
    close: end
  }
}
