/**
 * `unroll/tools/list`, `unroll/tools/summary` and `unroll/blame/read`: which tools threads called, and which turns changed a file.
 */
import * as E from 'fp-ts/lib/Either.js'
import * as t from 'io-ts'
import { TOOL_KINDS, TOOL_STATUSES, type ToolCall } from '../../../../domain/tools/tool-call.ts'
import type { FileChange, FileHistory } from '../../../../replay/ledgers/blame.ts'
import type { ToolsSummary } from '../../../../replay/ledgers/tools-summary.ts'
import type { ToolsPage } from '../../../../replay/ledgers/tools.ts'
import { noKey } from '../../connection/keys.ts'
import { answer, ask, EVERY_PROFILE, type Method } from '../../method.ts'
import {
  i64,
  list,
  oneOf,
  option,
  required,
  struct,
  text,
  u32,
  type ValueOf
} from '../../wire/serde.ts'
import { chosenThread, given, object, rows } from './scope.ts'

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
export const toolsList: Method<ValueOf<typeof listFields>, ToolsPage> = {
  name: 'unroll/tools/list',
  profiles: EVERY_PROFILE,
  ours: EVERY_PROFILE,
  params: () => struct('ToolsListParams', listFields),
  result: t.type({ ...rows<ToolCall>('ToolCall'), nextCursor: t.union([t.string, t.null]) }),
  key: noKey,
  handler: (params, call) => async () => {
    const thread = chosenThread(params.threadId)
    if (E.isLeft(thread)) return thread
    const request = {
      ...thread.right,
      ...given(params, ...FILTERS, 'cursor', 'limit', 'order')
    }
    const page = await ask(call, (engine) => engine.tools(request))
    return E.map((found: ToolsPage) => answer(found))(page)
  }
}

/** The row of `unroll/tools/summary`. */
export const toolsSummary: Method<ValueOf<typeof filterFields>, ToolsSummary> = {
  name: 'unroll/tools/summary',
  profiles: EVERY_PROFILE,
  ours: EVERY_PROFILE,
  params: () => struct('ToolsSummaryParams', filterFields),
  result: object<ToolsSummary>('ToolsSummary'),
  key: noKey,
  handler: (params, call) => async () => {
    const thread = chosenThread(params.threadId)
    if (E.isLeft(thread)) return thread
    const filter = { ...thread.right, ...given(params, ...FILTERS) }
    const summary = await ask(call, (engine) => engine.toolsSummary(filter))
    return E.map((found: ToolsSummary) => answer(found))(summary)
  }
}

const blameFields = { path: required(text), threadId: option(text) }

/** The row of `unroll/blame/read`. */
export const blameRead: Method<ValueOf<typeof blameFields>, FileHistory> = {
  name: 'unroll/blame/read',
  profiles: EVERY_PROFILE,
  ours: EVERY_PROFILE,
  params: () => struct('BlameReadParams', blameFields),
  result: t.type({
    path: t.string,
    ...rows<FileChange>('FileChange'),
    hints: t.readonlyArray(t.string)
  }),
  key: noKey,
  handler: (params, call) => async () => {
    const thread = chosenThread(params.threadId)
    if (E.isLeft(thread)) return thread
    const { path } = params
    const history = await ask(call, (engine) => engine.blame({ path, ...thread.right }))
    return E.map((found: FileHistory) => answer(found))(history)
  }
}
