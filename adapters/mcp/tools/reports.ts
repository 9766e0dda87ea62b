/** `token_usage`, `audit_events` and `compare`. */
import { AUDIT_ACTIONS, type AuditRow } from '../../../domain/ledgers/audit/row.ts'
import { USAGE_BY } from '../../../domain/ledgers/usage/by.ts'
import type { UsageGroup } from '../../../domain/ledgers/usage/groups.ts'
import {
  DIFFERENCE_PARTS,
  type ThreadDifference
} from '../../../domain/thread/difference/thread.ts'
import { pointOf } from '../../../domain/thread/time-travel/point.ts'
import type { Engine } from '../../../replay/engine.ts'
import { compareThreads } from '../../../replay/past/time-travel/compare.ts'
import type { PastPoint } from '../../../replay/past/time-travel/past.ts'
import { filled } from '../budget.ts'
import { got, rangeOf, refuse, threadNamed, type History } from '../history.ts'
import { z, type Infer } from '../sdk.ts'
import {
  clean,
  cursorArg,
  limitArg,
  nextCursorOut,
  noticeOut,
  sinceArg,
  threadArg,
  timeOut,
  tool,
  untilArg
} from '../tool.ts'
import { code, NOTICE, quoted } from '../words.ts'

const groupOut = z.object({
  key: z.string(),
  input: z.number().int().describe('Cached input included.'),
  cached: z.number().int(),
  output: z.number().int().describe('Reasoning included.'),
  reasoning: z.number().int(),
  total: z.number().int(),
  lower_bound: z.boolean().describe('True where something was spent that no line tells.')
})
type GroupOut = Infer<typeof groupOut>

const groupRow = (group: UsageGroup): GroupOut => ({
  key: group.key,
  input: group.inputTokens,
  cached: group.cachedInputTokens,
  output: group.outputTokens,
  reasoning: group.reasoningOutputTokens,
  total: group.totalTokens,
  lower_bound: group.lowerBound
})

const groupLine = (row: GroupOut): string =>
  `| ${code(row.key).replaceAll('|', '/')} | ${row.input} | ${row.cached} | ${row.output} | ${row.reasoning} | ${row.lower_bound ? '≥ ' : ''}${row.total} |`

export const usageText = (groups: ReadonlyArray<GroupOut>, total: GroupOut): string =>
  [
    '| | input | cached | output | reasoning | total |',
    '|---|---|---|---|---|---|',
    ...groups.map(groupLine),
    groupLine({ ...total, key: 'total' })
  ].join('\n')

export const tokenUsage = tool({
  name: 'token_usage',
  title: 'Token usage',
  description:
    'Tokens that threads spent, exactly as far as lines tell: by day, model, thread and so on, newest last. A lower bound is marked.',
  input: z.object({
    by: z.enum(USAGE_BY).default('day'),
    thread: threadArg.optional(),
    since: sinceArg,
    until: untilArg
  }),
  output: z.object({
    by: z.enum(USAGE_BY),
    groups: z.array(groupOut),
    total: groupOut,
    reasons: z.array(z.string()).describe('Why numbers are lower bounds.'),
    left_out: z.number().int().describe('Older groups that did not fit; the total has them.')
  }),
  answer: async (history, { by, thread, since, until }) => {
    const threadId = thread === undefined ? {} : { threadId: await threadNamed(history, thread) }
    const range = rangeOf(history, since, until)
    const asked = { by, ...threadId, ...range, timeZone: history.zone }
    const report = got(await (await history.engine()).usage(asked)())
    const reasons = [...new Set(report.reasons.map(({ text }) => text))].slice(0, 5)
    const newest = report.groups.toReversed().map(groupRow)
    const { rows, left } = filled(newest, history.maxChars - 1000, groupLine)
    const groups = rows.toReversed()
    const total = groupRow(report.total)
    const more = left === 0 ? '' : `\n\n${left} older groups are left out; the total has them.`
    const why = reasons.length === 0 ? '' : `\n\nLower bounds: ${reasons.join('; ')}`
    return {
      data: { by, groups, total, reasons, left_out: left },
      text: `${usageText(groups, total)}${more}${why}`
    }
  }
})

const DETAIL = 600

const eventOut = z.object({
  at: timeOut,
  thread: z.string(),
  action: z.string(),
  turn: z.string().nullable(),
  actor: z.string().nullable().describe('The program that did it.'),
  before: z.string().nullable().describe('JSON.'),
  after: z.string().nullable().describe('JSON.'),
  certainty: z.string()
})
type EventOut = Infer<typeof eventOut>

const jsonOf = (history: History, value: object | null): string | null =>
  value === null ? null : clean(history, JSON.stringify(value), DETAIL)

const eventRow = (history: History, row: AuditRow): EventOut => ({
  at: row.at,
  thread: row.threadId,
  action: row.action,
  turn: row.turnId,
  actor: row.actor.client ?? row.actor.originator,
  before: jsonOf(history, row.before),
  after: jsonOf(history, row.after),
  certainty: row.certainty
})

const eventLine = ({ at, thread, action, turn, after }: EventOut): string => {
  const inTurn = turn === null ? '' : `, turn ${code(turn)}`
  return `- ${at ?? ''} ${action}: thread ${code(thread)}${inTurn}${after === null ? '' : `\n${quoted(after)}`}`
}

export const auditEvents = tool({
  name: 'audit_events',
  title: 'Audit events',
  description:
    'What happened to threads, oldest first: turns, rollbacks, compactions, forks, agents, settings, renames, archives, repairs.',
  input: z.object({
    thread: threadArg.optional(),
    action: z.enum(AUDIT_ACTIONS).optional(),
    since: sinceArg,
    until: untilArg,
    limit: limitArg(100, 30),
    cursor: cursorArg
  }),
  output: z.object({
    notice: noticeOut,
    events: z.array(eventOut),
    next_cursor: nextCursorOut
  }),
  answer: async (history, { thread, action, since, until, limit, cursor }) => {
    const asked = {
      ...(thread === undefined ? {} : { threadId: await threadNamed(history, thread) }),
      ...(action === undefined ? {} : { actions: [action] }),
      ...rangeOf(history, since, until),
      cursor: cursor ?? null
    }
    const engine = await history.engine()
    const page = got(await engine.auditTrail({ ...asked, limit })())
    const all = page.data.map((row) => eventRow(history, row))
    const { rows, left } = filled(all, history.maxChars, eventLine)
    const shorter =
      left === 0 || rows.length === 0
        ? page
        : got(await engine.auditTrail({ ...asked, limit: rows.length })())
    const next = shorter.nextCursor
    return {
      data: { notice: NOTICE, events: [...rows], next_cursor: next },
      text: [
        rows.length === 0 ? 'Nothing happened.' : rows.map(eventLine).join('\n'),
        ...(next === null ? [] : [`More: cursor ${code(next)}`])
      ].join('\n\n')
    }
  }
})

const sideArg = z.object({
  thread: threadArg,
  at: z
    .string()
    .optional()
    .describe('A revision such as 40, a turn (its end), or a time. Default: now.')
})

/** Calls with an engine that answers as of a point. */
const withSide = async <A>(
  history: History,
  { thread, at }: Infer<typeof sideArg>,
  use: (side: { readonly engine: Engine; readonly threadId: string }) => Promise<A>
): Promise<A> => {
  const threadId = await threadNamed(history, thread)
  if (at === undefined) return use({ engine: await history.engine(), threadId })
  const { zone, nowMs } = history
  const point = pointOf(at, { zone, nowMs: nowMs() })
  if (point === null)
    return refuse(
      'invalid_request',
      `\`at\` is no point: ${at}`,
      'write a revision, a turn or a time'
    )
  const past: PastPoint = 'timeMs' in point ? point : { threadId, ...point }
  const engine = got(await history.engineAt(past))
  try {
    return await use({ engine, threadId })
  } finally {
    await engine.close()
  }
}

const differenceOut = z.object({
  of: z.enum(DIFFERENCE_PARTS),
  change: z.string().describe('added, removed or changed.'),
  what: z.string().describe('JSON of what differs, cut where it is long.')
})
type DifferenceOut = Infer<typeof differenceOut>

const WHAT = 1500

const differenceRow = (history: History, { of, change, ...what }: ThreadDifference) => ({
  of,
  change,
  what: clean(history, JSON.stringify(what), WHAT)
})

const differenceLine = ({ of, change, what }: DifferenceOut): string =>
  `- ${of}: ${change}\n${quoted(what)}`

export const compare = tool({
  name: 'compare',
  title: 'Compare',
  description:
    'What differs between two points of a thread, or between two threads (a fork and its parent): turns, context, files, usage.',
  input: z.object({
    before: sideArg,
    after: sideArg,
    of: z.array(z.enum(DIFFERENCE_PARTS)).default(['turns'])
  }),
  output: z.object({
    notice: noticeOut,
    differences: z.array(differenceOut),
    total: z.number().int()
  }),
  answer: async (history, { before, after, of }) => {
    const parts = of.length === 0 ? (['turns'] as const) : [...new Set(of)]
    const found = await withSide(history, before, (older) =>
      withSide(history, after, async (newer) => got(await compareThreads(older, newer, parts)()))
    )
    const all = found.map((one) => differenceRow(history, one))
    const { rows, left } = filled(all, history.maxChars, differenceLine)
    const told = rows.length === 0 ? 'No differences.' : rows.map(differenceLine).join('\n')
    const more = left === 0 ? '' : `\n\n${left} differences more; compare fewer parts.`
    return {
      data: { notice: NOTICE, differences: [...rows], total: found.length },
      text: `${told}${more}`
    }
  }
})
