/**
 * Options that several commands share, as the engine takes them.
 */
import * as E from 'fp-ts/lib/Either.js'
import { closeSync, openSync, unlinkSync } from 'node:fs'
import { resolve } from 'node:path'
import type { SortDirection } from '../../domain/protocol.ts'
import type { StoreError } from '../../domain/errors.ts'
import { pointOf } from '../../domain/thread/time-travel/point.ts'
import {
  beginTyped,
  rangeTyped,
  TIME_FORMS,
  type TimeRange,
  type TypedHere
} from '../../domain/time/typed-time.ts'
import type { MutationOptions } from '../../replay/change/life/life.ts'
import type { PastPoint } from '../../replay/past/time-travel/past.ts'
import { writeWhole } from '../home/plain-file.ts'
import { flagOf, type Input, numberOf, textOf } from './args.ts'
import type { Io } from './io.ts'
import { hereOf } from './text/clock.ts'
import { type CommandFailure, usage } from './text/report.ts'
import { shellWord } from './text/text.ts'

/** How a command asks for a change. */
export const mutationOptions = (input: Input): MutationOptions => ({
  dryRun: flagOf(input, 'dry-run'),
  expectedRevision: numberOf(input, 'expected-revision'),
  force: flagOf(input, 'force')
})

/** An option that names a file, as an absolute path. */
export const pathOf = (input: Input, io: Io, name: string): string | undefined => {
  const path = textOf(input, name)
  return path === undefined ? undefined : resolve(io.cwd, path)
}

/** The file of prices that an option names, else a setting or the environment. */
export const pricesPath = (input: Input, io: Io): string | undefined => {
  const named = io.env['UNROLL_PRICES'] ?? ''
  return pathOf(input, io, 'prices') ?? (named === '' ? undefined : resolve(io.cwd, named))
}

/** The exit code of a command that found something. */
export const foundExit = (input: Input): number => (flagOf(input, 'exit-zero') ? 0 : 1)

/** The direction of a list; `usual` where none is asked for. */
export const directionIn = (input: Input, usual: SortDirection = 'desc'): SortDirection => {
  if (flagOf(input, 'asc')) return 'asc'
  if (flagOf(input, 'desc')) return 'desc'
  return (textOf(input, 'order') ?? usual) as SortDirection
}

/** Rows that are at hand in one direction, in the one that is asked for. */
export const inDirection = <A>(
  rows: ReadonlyArray<A>,
  input: Input,
  usual: SortDirection = 'desc'
): ReadonlyArray<A> => (directionIn(input, usual) === usual ? rows : rows.toReversed())

/** What a time option accepts, in one line. */
const TIME_EXAMPLES = TIME_FORMS.map(([example]) => example)
  .join(', ')
  .replace(/, (?=[^,]*$)/, ' or ')

/** Refuses what is no time. */
const noTime = (name: string, text: string): E.Either<CommandFailure, never> =>
  E.left(
    usage(
      `--${name} takes a time, not "${text}"`,
      `write ${TIME_EXAMPLES}; see "unroll help times"`
    )
  )

/** The range of --since and --until. */
export const rangeIn = (input: Input, io: Io): E.Either<CommandFailure, TimeRange> => {
  const [since, until] = [textOf(input, 'since'), textOf(input, 'until')]
  const range = rangeTyped({ since, until }, hereOf(input, io))
  if (E.isRight(range)) return range
  if (range.left !== 'order') return noTime(range.left, textOf(input, range.left) ?? '')
  const [from = '', to = ''] = [since, until]
  const words = [input.command.name, ...input.args, '--since', to, '--until', from]
  return E.left(
    usage(
      `--since ${from} is after --until ${to}`,
      `type "unroll ${words.map(shellWord).join(' ')}"`
    )
  )
}

/** The beginning of a time option; undefined without one. */
export const beginIn = (
  input: Input,
  io: Pick<Io, 'nowMs'>,
  name: string
): E.Either<CommandFailure, number | undefined> => {
  const text = textOf(input, name)
  if (text === undefined) return E.right(undefined)
  const ms = beginTyped(text, hereOf(input, io))
  return ms === null ? noTime(name, text) : E.right(ms)
}

const OWNER_ONLY = 0o600

/** Writes lines to a file that must not exist yet; answers their count. After a failure there is no file. */
export const writeNewFile = async (
  path: string,
  lines: AsyncIterable<string>
): Promise<E.Either<StoreError, number>> => {
  let file: number
  try {
    file = openSync(path, 'wx', OWNER_ONLY)
  } catch (thrown) {
    const cause = (thrown as NodeJS.ErrnoException).code
    if (cause !== 'EEXIST') throw thrown
    return E.left({ _tag: 'IoFailure', operation: 'open', path, cause })
  }
  let count = 0
  try {
    for await (const line of lines) {
      writeWhole(file, line)
      count += 1
    }
    return E.right(count)
  } catch (thrown) {
    unlinkSync(path)
    throw thrown
  } finally {
    closeSync(file)
  }
}

const wrong = (message: string): E.Either<StoreError, never> =>
  E.left({ _tag: 'InvalidRequest', message, about: 'point' })

const EXAMPLES = `a revision such as 40, a turn, or a time (${TIME_EXAMPLES})`

/** The thread a command line names, in the place its table row says. */
export const threadIn = (input: Input): string | undefined =>
  input.args[threadAt(input)] ?? textOf(input, 'thread')

const threadAt = ({ form }: Input): number => {
  const place = form.args.findIndex((arg) => arg.includes('thread'))
  return place === -1 || form.word === null ? place : place + 1
}

/** The command line with another text for its thread. */
export const withThread = (input: Input, thread: string): Input => {
  const at = threadAt(input)
  return input.args[at] === undefined
    ? { ...input, values: new Map(input.values).set('thread', [thread]) }
    : { ...input, args: input.args.with(at, thread) }
}

/** A point of a thread, or a time for everything. */
export const pastPoint = (
  text: string,
  thread: string | undefined,
  here: TypedHere
): E.Either<StoreError, PastPoint> => {
  const point = pointOf(text, here)
  if (point === null) return wrong(`"${text}" is no point in the past: write ${EXAMPLES}`)
  if ('timeMs' in point) return E.right(point)
  return thread === undefined
    ? wrong(`"${text}" is a point of one thread, and none is named: name one, or write a time`)
    : E.right({ threadId: thread, ...point })
}

/** The point of a command line that has one. */
export const pointIn = (input: Input, io: Io): E.Either<StoreError, PastPoint> => {
  const text = textOf(input, 'at') ?? ''
  const takesTime = input.form.options.some(({ name, value }) => name === 'at' && value === 'TIME')
  const point = pastPoint(text, takesTime ? '' : threadIn(input), hereOf(input, io))
  return takesTime && E.isRight(point) && !('timeMs' in point.right)
    ? wrong(`${input.command.name} takes a time, not "${text}": write ${TIME_EXAMPLES}`)
    : point
}
