/**
 * From a command line to what the usage ledger is asked.
 */
import * as E from 'fp-ts/lib/Either.js'
import { rangeOf, type RangeProblem } from '../../../domain/usage/range.ts'
import type { Engine } from '../../../replay/engine.ts'
import type { UsageBy, UsageRequest } from '../../../replay/ledgers/usage.ts'
import { flagOf, textOf, type Input } from '../args.ts'
import type { USAGE_REPORTS } from '../table/usage.ts'
import { failureOf, usage, type Failure } from '../text/report.ts'
import { shellWord } from '../text/text.ts'

/** What a report adds up by. */
export type UsageReportName = (typeof USAGE_REPORTS)[number]

const BY: Readonly<Record<UsageReportName, UsageBy>> = {
  total: 'total',
  daily: 'day',
  monthly: 'month',
  thread: 'thread',
  turn: 'turn',
  model: 'model',
  agent: 'agent',
  provider: 'provider'
}

/** The report a command line asks for. */
export const reportOf = (input: Input): UsageReportName =>
  (input.args[0] ?? 'daily') as UsageReportName

const zoneOf = (input: Input): string => {
  const asked = textOf(input, 'tz') ?? 'UTC'
  return asked === 'local' ? new Intl.DateTimeFormat().resolvedOptions().timeZone : asked
}

/** A failure with the command to type next. */
const retype = (input: Input, message: string, ...words: ReadonlyArray<string>): Failure =>
  usage(message, `type "unroll ${['usage', reportOf(input), ...words].map(shellWord).join(' ')}"`)

const rangeFailure = (input: Input, problem: RangeProblem): Failure => {
  const since = textOf(input, 'since') ?? ''
  const until = textOf(input, 'until') ?? ''
  if (problem === 'time zone') {
    return retype(input, `there is no time zone "${zoneOf(input)}"`, '--tz', 'Europe/Berlin')
  }
  if (problem === 'order') {
    const message = `--since ${since} is after --until ${until}`
    return retype(input, message, '--since', until, '--until', since)
  }
  const wanted = 'a date such as 2026-11-21 or an instant such as 2026-11-21T14:30:00Z'
  const found = problem === 'since' ? since : until
  return retype(input, `--${problem} takes ${wanted}, not "${found}"`, `--${problem}`, '2026-11-21')
}

/** Reads the request of a command line; the thread is looked for. */
export const askedUsage = async (
  input: Input,
  engine: Engine
): Promise<E.Either<Failure, UsageRequest>> => {
  const timeZone = zoneOf(input)
  const range = rangeOf({ since: textOf(input, 'since'), until: textOf(input, 'until'), timeZone })
  if (E.isLeft(range)) return E.left(rangeFailure(input, range.left))
  const report = reportOf(input)
  const [, argument] = input.args
  const option = textOf(input, 'thread')
  if (argument !== undefined && option !== undefined) {
    return E.left(retype(input, 'the thread is named twice', argument))
  }
  const tree = flagOf(input, 'tree')
  const named = argument ?? option
  if (tree && named === undefined && report !== 'thread') {
    return E.left(retype(input, '--tree needs a thread', 'THREAD', '--tree'))
  }
  const asked = { by: BY[report], tree, ...range.right, timeZone }
  if (named === undefined) return E.right(asked)
  const found = await engine.resolve(named)()
  return E.isLeft(found)
    ? E.left(failureOf(found.left))
    : E.right({ ...asked, threadId: found.right })
}
