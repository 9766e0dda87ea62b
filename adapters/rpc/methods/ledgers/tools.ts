/**
 * `unroll/tools/list`, `unroll/tools/summary` and `unroll/blame/read`: which tools threads called, and which turns changed a file.
 */
import * as t from 'io-ts'
import { TOOL_KINDS, TOOL_STATUSES, type ToolCall } from '../../../../domain/tools/tool-call.ts'
import type { FileChange } from '../../../../replay/ledgers/blame.ts'
import type { ToolsSummary } from '../../../../replay/ledgers/tools-summary.ts'
import { i64, list, oneOf, option, required, text, u32 } from '../../wire/serde.ts'
import { given, object, question, rows } from './question.ts'

const filterFields = {
  threadId: option(text),
  turnId: option(text),
  kinds: option(list(oneOf(...TOOL_KINDS))),
  statuses: option(list(oneOf(...TOOL_STATUSES))),
  sinceMs: option(i64),
  untilMs: option(i64)
}
const listFields = {
  ...filterFields,
  cursor: option(text),
  limit: option(u32),
  order: option(oneOf('asc', 'desc'))
}

const FILTERS = ['turnId', 'kinds', 'statuses', 'sinceMs', 'untilMs'] as const

/** The row of `unroll/tools/list`. */
export const toolsList = question({
  name: 'unroll/tools/list',
  params: 'ToolsListParams',
  fields: listFields,
  result: t.type({ ...rows<ToolCall>('ToolCall'), nextCursor: t.union([t.string, t.null]) }),
  asked: (engine, params, thread) =>
    engine.tools({ ...thread, ...given(params, ...FILTERS, 'cursor', 'limit', 'order') })
})

/** The row of `unroll/tools/summary`. */
export const toolsSummary = question({
  name: 'unroll/tools/summary',
  params: 'ToolsSummaryParams',
  fields: filterFields,
  result: object<ToolsSummary>('ToolsSummary'),
  asked: (engine, params, thread) =>
    engine.toolsSummary({ ...thread, ...given(params, ...FILTERS) })
})

const blameFields = { path: required(text), threadId: option(text) }

/** The row of `unroll/blame/read`. */
export const blameRead = question({
  name: 'unroll/blame/read',
  params: 'BlameReadParams',
  fields: blameFields,
  result: t.type({
    path: t.string,
    ...rows<FileChange>('FileChange'),
    hints: t.readonlyArray(t.string)
  }),
  asked: (engine, { path }, thread) => engine.blame({ path, ...thread })
})
