/**
 * `unroll/usage/read`: what threads spent, added up as `unroll usage` does.
 */
import * as t from 'io-ts'
import type { UsageReport } from '../../../../replay/ledgers/usage.ts'
import { defaulted, flag, i64, oneOf, option, required, text } from '../../wire/serde.ts'
import { given, question } from './question.ts'

const fields = {
  by: required(oneOf('total', 'day', 'month', 'thread', 'turn', 'model', 'provider', 'agent')),
  threadId: option(text),
  tree: defaulted(flag, false),
  sinceMs: option(i64),
  untilMs: option(i64),
  timeZone: option(text)
}

const tokens = {
  inputTokens: t.number,
  cachedInputTokens: t.number,
  outputTokens: t.number,
  reasoningOutputTokens: t.number,
  totalTokens: t.number
}
const nullable = <A>(codec: t.Type<A>) => t.union([codec, t.null])
const Group = t.type(
  {
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
  },
  'UsageGroup'
)
const Report: t.Type<UsageReport, unknown, unknown> = t.type(
  {
    groups: t.readonlyArray(Group),
    total: Group,
    reasons: t.readonlyArray(
      t.type({
        kind: t.union([t.literal('compaction_unrecorded'), t.literal('answer_unrecorded')]),
        threadId: t.string,
        text: t.string
      })
    )
  },
  'UsageReport'
)

/** The row of `unroll/usage/read`. */
export const usageRead = question({
  name: 'unroll/usage/read',
  params: 'UsageReadParams',
  fields: fields,
  result: Report,
  asked: (engine, params, thread) =>
    engine.usage({
      by: params.by,
      tree: params.tree,
      ...thread,
      ...given(params, 'sinceMs', 'untilMs', 'timeZone')
    })
})
