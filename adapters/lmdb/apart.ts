/**
 * An index that is held by a child process. LMDB maps its file: when somebody cuts or overwrites it meanwhile, the process that
 * looks at it ends by a signal, and nothing can be done about that from within. Here the child ends; another one takes its place,
 * copies or rebuilds the file, and the use case is run again.
 *
 * Reads of the index are synchronous, so their answers are waited for. A commit waits for the disk: its answer is awaited, and the
 * event loop goes on.
 */
import * as E from 'fp-ts/lib/Either.js'
import type { StoreError } from '../../domain/errors.ts'
import { IndexDamage, type Committed, type Index } from '../../replay/ports.ts'
import { noTelemetry, type Telemetry } from '../../replay/telemetry.ts'
import { holderOf, type Holder } from './holder.ts'
import type { Answer, Question } from './index-process.ts'

const ENDED = 'the process that held the index has ended'

const tell = (telemetry: Telemetry, { told = [] }: Answer): void => {
  for (const [kind, ...given] of told)
    (telemetry[kind] as (...given: ReadonlyArray<unknown>) => void)(...given)
}

/** Takes the first answer of a process; throws why it holds no index. */
const greeted = (holder: Holder, telemetry: Telemetry): void => {
  const answer = holder.greeting()
  if (answer === null) holder.kill()
  else tell(telemetry, answer)
  if (answer === null || answer.unusable !== undefined) throw new Error(answer?.unusable ?? ENDED)
}

const failure = (directory: string, cause: unknown): StoreError => ({
  _tag: 'IndexUnavailable',
  path: directory,
  reason: cause instanceof Error ? cause.message : String(cause)
})

/** Asks one process after the other: when one ends, the next one has made sure of the file before the question fails. */
const asker = (directory: string, telemetry: Telemetry, first: Holder) => {
  let holder = first
  let epoch = 0
  let last: Promise<unknown> = Promise.resolve()
  /** The value of an answer; where there is none because its process has ended, another one is there when this throws. */
  const valueOf = (answer: Answer | null, asked: Holder): unknown => {
    if (answer !== null) {
      tell(telemetry, answer)
      if (answer.damage !== undefined) throw new IndexDamage(answer.damage)
      return answer.value
    }
    if (asked === holder) {
      epoch += 1
      holder.kill()
      holder = holderOf(directory, true)
      try {
        greeted(holder, telemetry)
      } catch (cause) {
        throw new IndexDamage(cause instanceof Error ? cause.message : ENDED)
      }
    }
    throw new IndexDamage(ENDED, true)
  }
  return {
    holder: () => holder,
    epoch: () => epoch,
    read: (...question: Question): unknown => valueOf(holder.read(question), holder),
    /** One change after the other; what was decided by rows of an index before this one is not written. */
    change: (...question: Question): Promise<unknown> => {
      const since = epoch
      const change = async (): Promise<unknown> => {
        if (question[0] === 'clear') epoch += 1
        else if (epoch !== since) throw new IndexDamage(ENDED, true)
        const asked = holder
        return valueOf(await asked.change(question), asked)
      }
      const done = last.then(change)
      last = done.catch(() => undefined)
      return done
    },
    settled: () => last
  }
}

/** Opens the index of a directory in a child process; throws when the directory cannot be used. */
export const openIndexApart = async (
  directory: string,
  telemetry: Telemetry = noTelemetry
): Promise<Index> => {
  const first = holderOf(directory, false)
  await first.isOpen
  greeted(first, telemetry)
  const { read, change, holder, epoch, settled } = asker(directory, telemetry, first)
  const clear = async (): Promise<E.Either<StoreError, void>> => {
    try {
      return (await change('clear')) as E.Either<StoreError, void>
    } catch (cause) {
      return E.left(failure(directory, cause))
    }
  }
  return {
    get: (key) => read('get', key),
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
    close: async () => {
      await settled()
      await holder().end()
    }
  }
}
