/**
 * `thread/list`: a page of threads.
 */
import { SOURCE_KINDS } from '../../../projections/threads.ts'
import * as E from 'fp-ts/lib/Either.js'
import { isAbsolute, resolve } from 'node:path'
import type { Page, Thread } from '../../../domain/protocol.ts'
import { PROFILES, type ProfileName } from '../../../domain/profile.ts'
import { GATED_FIELDS } from './gated-fields.ts'
import { noKey } from '../connection/keys.ts'
import { answer, ask, EVERY_PROFILE, type Method } from '../method.ts'
import { unread, type ReadState } from '../threads/read-state.ts'
import * as results from '../threads/results.ts'
import {
  defaulted,
  flag,
  ignored,
  list,
  oneOf,
  option,
  patch,
  struct,
  text,
  u32,
  untagged,
  type Codec,
  type ValueOf
} from '../wire/serde.ts'
import { checkFilters } from './thread-list-filters.ts'
import { shown } from '../threads/threads.ts'

const sourceKind = oneOf(...SOURCE_KINDS)

/** Members in the order of Codex, which counts when they come as an array. */
const fields169 = {
  includeAttachedThreads: defaulted(flag, false),
  currentAccountOnly: defaulted(flag, false),
  cursor: option(text),
  limit: option(u32),
  excludedThreadIds: option(list(text)),
  sortKey: option(oneOf(...PROFILES['0.169'].sortKeys)),
  sortDirection: option(oneOf('asc', 'desc')),
  modelProviders: option(list(text)),
  sourceKinds: option(list(sourceKind)),
  originators: option(list(text)),
  archived: option(flag),
  sectionId: patch(text),
  projectId: patch(text),
  cwd: option(untagged('ThreadListCwdFilter', text, list(text))),
  useStateDbOnly: defaulted(flag, false),
  searchTerm: option(text),
  parentThreadId: option(text),
  ancestorThreadId: option(text),
  attachedToThreadId: option(text)
}
type Known169 = ValueOf<typeof fields169>

const fieldsBefore = (profile: ProfileName) => {
  const { cursor, limit, sortDirection, modelProviders, sourceKinds, archived, cwd } = fields169
  const { useStateDbOnly, searchTerm, parentThreadId } = fields169
  return {
    ...{ cursor, limit, sortKey: option(oneOf(...PROFILES[profile].sortKeys)), sortDirection },
    ...{ modelProviders, sourceKinds, archived, cwd, useStateDbOnly, searchTerm },
    parentThreadId: profile === '0.130' ? ignored<string>() : parentThreadId
  }
}

type Params = ValueOf<ReturnType<typeof fieldsBefore>> & Partial<Known169>

const paramsOf = (profile: ProfileName): Codec<Params> =>
  profile === '0.169'
    ? (struct('ThreadListParams', fields169) as unknown as Codec<Params>)
    : struct('ThreadListParams', fieldsBefore(profile))

const absolute = (cwd: string): string => (isAbsolute(cwd) ? cwd : resolve(cwd))

type Response = Page<Thread> & {
  readonly readStates?: Readonly<Record<string, ReadState>>
}

const withReadStates = (page: Page<Thread>): Response => ({
  data: page.data,
  readStates: Object.fromEntries(
    page.data.flatMap((thread) => {
      const state = unread(thread)
      return state === null ? [] : [[thread.id, state]]
    })
  ),
  nextCursor: page.nextCursor,
  backwardsCursor: page.backwardsCursor
})

const NOTHING: Page<Thread> = { data: [], nextCursor: null, backwardsCursor: null }

/** The row of `thread/list`. Whose account a thread belongs to is not in the log either: all of them are the reader's. */
export const threadList: Method<Params, Response> = {
  name: 'thread/list',
  profiles: EVERY_PROFILE,
  experimentalFields: GATED_FIELDS['thread/list'],
  params: paramsOf,
  result: results.page(results.Thread),
  key: noKey,
  handler: (params, call) => async () => {
    const filters = checkFilters(params, call.server.strict)
    if (E.isLeft(filters)) return filters
    const { matchesNothing, ...known } = filters.right
    const sortKey = params.sortKey === 'section_position' ? null : params.sortKey
    const cwd =
      typeof params.cwd === 'string' ? absolute(params.cwd) : (params.cwd?.map(absolute) ?? null)
    const request = { ...params, ...known, sortKey, cwd }
    const listed = await ask(call, (engine) => engine.listThreads(request))
    const page = E.map((all: Page<Thread>) => ({
      ...all,
      data: all.data.map((thread) => shown(thread, call.server, true))
    }))(matchesNothing ? E.map(() => NOTHING)(listed) : listed)
    const shape = call.server.profile === '0.169' ? withReadStates : (all: Page<Thread>) => all
    return E.map((all: Page<Thread>) => answer<Response>(shape(all)))(page)
  }
}
