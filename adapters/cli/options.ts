/**
 * Options that several commands share, as the engine takes them.
 */
import * as E from 'fp-ts/lib/Either.js'
import { closeSync, openSync, unlinkSync } from 'node:fs'
import { resolve } from 'node:path'
import type { StoreError } from '../../domain/errors.ts'
import { pointOf } from '../../domain/thread/time-travel/point.ts'
import { type TimeRange, rangeOf } from '../../domain/ledgers/usage/range.ts'
import type { MutationOptions } from '../../replay/change/life/life.ts'
import type { PastPoint } from '../../replay/past/time-travel/past.ts'
import { writeWhole } from '../home/plain-file.ts'
import { flagOf, type Input, numberOf, textOf } from './args.ts'
import type { Io } from './io.ts'
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

/** The range of --since and --until, in whose zone dates are days. */
export const rangeIn = (input: Input, timeZone = 'UTC'): E.Either<CommandFailure, TimeRange> => {
  const [since, until] = [textOf(input, 'since'), textOf(input, 'until')]
  const range = rangeOf({ since, until, timeZone })
  if (E.isRight(range)) return range
  const retype = (message: string, ...words: ReadonlyArray<string>) => {
    const command = [input.command.name, ...input.args, ...words].map(shellWord).join(' ')
    return E.left(usage(message, `type "unroll ${command}"`))
  }
  switch (range.left) {
    case 'time zone':
      return retype(`there is no time zone "${timeZone}"`, '--tz', 'Europe/Berlin')
    case 'order': {
      const [from = '', to = ''] = [since, until]
      return retype(`--since ${from} is after --until ${to}`, '--since', to, '--until', from)
    }
    case 'since':
    case 'until': {
      const wanted = 'a date such as 2026-11-21 or an instant such as 2026-11-21T14:30:00Z'
      const message = `--${range.left} takes ${wanted}, not "${textOf(input, range.left) ?? ''}"`
      return retype(message, `--${range.left}`, '2026-11-21')
    }
  }
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
  E.left({ _tag: 'InvalidRequest', message })

const EXAMPLES = 'a revision such as 40, the id of a turn, or a time such as 2026-11-21T14:30 or 2h'

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
  const takesTime = input.form.options.some(({ name, value }) => name === 'at' && value === 'TIME')
  const point = pastPoint(text, takesTime ? '' : threadIn(input), nowMs)
  return takesTime && E.isRight(point) && !('timeMs' in point.right)
    ? wrong(`${input.command.name} takes a time, not "${text}": write 2026-11-21T14:30 or 2h`)
    : point
}
