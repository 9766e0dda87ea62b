/**
 * The option --at: a point in the past, and the thread it belongs to where it is one of a thread.
 */
import * as E from 'fp-ts/lib/Either.js'
import type { StoreError } from '../../domain/errors.ts'
import { pointOf } from '../../domain/time-travel/point.ts'
import type { PastPoint } from '../../replay/time-travel/past.ts'
import { textOf, type Input } from './args.ts'

const wrong = (message: string): E.Either<StoreError, never> =>
  E.left({ _tag: 'InvalidRequest', message })

const EXAMPLES = 'a revision such as 40, the id of a turn, or a time such as 2026-11-21T14:30 or 2h'

/** The thread a command line names, in the place its table row says. */
const threadIn = ({ command, args, values }: Input): string | undefined =>
  args[command.args.findIndex((arg) => arg.includes('thread'))] ?? values.get('thread')?.at(-1)

/** A point of a thread, or a time for everything. */
export const pastPoint = (
  text: string,
  thread: string | undefined,
  nowMs: number
): E.Either<StoreError, PastPoint> => {
  const point = pointOf(text, nowMs)
  if (point === null) return wrong(`"${text}" is no point in the past: write ${EXAMPLES}`)
  if ('timeMs' in point) return E.right(point)
  return thread === undefined
    ? wrong(`"${text}" is a point of one thread, and none is named: name one, or write a time`)
    : E.right({ threadId: thread, ...point })
}

/** The point of a command line that has one. */
export const pointIn = (input: Input, nowMs: number): E.Either<StoreError, PastPoint> => {
  const text = textOf(input, 'at') ?? ''
  const takesTime = input.command.options.some(
    ({ name, value }) => name === 'at' && value === 'TIME'
  )
  const point = pastPoint(text, takesTime ? '' : threadIn(input), nowMs)
  return takesTime && E.isRight(point) && !('timeMs' in point.right)
    ? wrong(`${input.command.name} takes a time, not "${text}": write 2026-11-21T14:30 or 2h`)
    : point
}
