/**
 * `unroll/usage/…`: what threads spent, and each spend behind a number.
 */
import * as E from 'fp-ts/lib/Either.js'
import * as t from 'io-ts'
import { USAGE_BY } from '../../../domain/ledgers/usage/by.ts'
import { costJson, costOf, costOfAll, NO_COST } from '../../../domain/ledgers/usage/prices.ts'
import type {
  UsageGroup,
  UsageReport,
  UsageRequest,
  UsageRow
} from '../../../replay/ledgers/usage.ts'
import type { ThreadTitle } from '../../../replay/read/threads/shown.ts'
import { nullable } from '../threads/results.ts'
import { ask, threadOf, type RpcCall, type Server, type ThreadIds } from '../threads/server.ts'
import type { RpcError } from '../wire/errors.ts'
import {
  defaulted,
  flag,
  given,
  i64,
  oneOf,
  option,
  required,
  text,
  u32,
  type ParamsOf
} from '../wire/serde.ts'
import { about, cursorRefused, pageFrom, pageOf } from './ledgers.ts'
import { answer, served } from './method.ts'

const tokens = {
  inputTokens: t.number,
  cachedInputTokens: t.number,
  outputTokens: t.number,
  reasoningOutputTokens: t.number,
  totalTokens: t.number
}
const Cost = t.type({
  ...{ currency: t.string, amount: nullable(t.string), known: t.string },
  unpriced: t.readonlyArray(nullable(t.string))
})
const UsageGroupShape = t.intersection(
  [
    t.type({
      key: t.string,
      ...tokens,
      lowerBound: t.boolean,
      rows: t.number,
      cacheHitRate: nullable(t.number),
      byModel: t.readonlyArray(
        t.type({
          model: nullable(t.string),
          provider: nullable(t.string),
          ...tokens,
          rows: t.number
        })
      )
    }),
    t.partial({ name: nullable(t.string), preview: t.string, cost: Cost })
  ],
  'UsageGroup'
)

const usageParams = {
  by: required(oneOf(...USAGE_BY)),
  threadId: option(text),
  tree: defaulted(flag, false),
  imported: defaulted(flag, false),
  sinceMs: option(i64),
  untilMs: option(i64),
  timeZone: option(text)
}

type UsageParams = ParamsOf<typeof usageParams>

const requestOf = (
  { by, tree, imported, ...params }: UsageParams,
  thread: ThreadIds | undefined
): UsageRequest => ({
  ...{ by, tree, imported },
  ...about(thread),
  ...given(params, 'sinceMs', 'untilMs', 'timeZone')
})

/** What a request to the engine asks. */
const asked = (params: UsageParams, call: RpcCall): E.Either<RpcError, UsageRequest> =>
  params.threadId === null
    ? E.right(requestOf(params, undefined))
    : E.map((thread: ThreadIds) => requestOf(params, thread))(threadOf(call, params.threadId))

const withCost = ({ prices }: Server, group: UsageGroup): object =>
  prices === undefined
    ? group
    : { ...group, cost: costJson(prices, costOfAll(prices, group.byModel)) }

type Titles = ReadonlyMap<string, Pick<ThreadTitle, 'name' | 'preview'>>

/** What the threads of a report by thread are called. */
const titlesFor = async (call: RpcCall, by: string): Promise<E.Either<RpcError, Titles>> =>
  by === 'thread'
    ? E.map(
        (titles: ReadonlyArray<ThreadTitle>): Titles =>
          new Map(titles.map(({ threadId, name, preview }) => [threadId, { name, preview }]))
      )(await ask(call, (engine) => engine.titles()))
    : E.right(new Map())

/** What threads spent, added up as `unroll usage` does. */
export const usageRead = served(
  'UsageReadParams',
  usageParams,
  t.type(
    {
      groups: t.readonlyArray(UsageGroupShape),
      total: UsageGroupShape,
      reasons: t.readonlyArray(
        t.type({
          kind: t.union([t.literal('compaction_unrecorded'), t.literal('answer_unrecorded')]),
          threadId: t.string,
          text: t.string
        })
      )
    },
    'UsageReport'
  ),
  async (params, call) => {
    const request = asked(params, call)
    if (E.isLeft(request)) return request
    const report = await ask(call, (engine) => engine.usage(request.right))
    if (E.isLeft(report)) return report
    const titles = await titlesFor(call, params.by)
    if (E.isLeft(titles)) return titles
    const { groups, total, reasons }: UsageReport = report.right
    const shown = groups.map((group) => ({
      ...withCost(call.server, group),
      ...titles.right.get(group.key)
    }))
    return E.right(answer({ groups: shown, total: withCost(call.server, total), reasons }))
  }
)

/** The spends of a report, or of one group of it, thread by thread, oldest first. */
export const usageSpends = served(
  'UsageSpendsParams',
  { ...usageParams, key: option(text), cursor: option(text), limit: option(u32) },
  pageOf<UsageRow>('Spend'),
  async (params, call) => {
    const refused = cursorRefused(params.cursor)
    if (refused !== null) return E.left(refused)
    const request = asked(params, call)
    if (E.isLeft(request)) return request
    const rows = await ask(call, (engine) =>
      engine.usageRows({ ...request.right, ...given(params, 'key') })
    )
    if (E.isLeft(rows)) return rows
    const { prices } = call.server
    const page = await pageFrom(rows.right, params, (row: UsageRow) =>
      prices === undefined
        ? row
        : {
            ...row,
            cost: costJson(
              prices,
              row.tokens === null ? NO_COST : costOf(prices, row.model, row.tokens)
            )
          }
    )
    return E.right(answer(page))
  }
)
