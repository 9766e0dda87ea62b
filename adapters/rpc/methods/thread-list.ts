/**
 * `thread/list`: a page of threads.
 */
import { SOURCE_KINDS } from '../../../projections/threads.ts'
import * as E from 'fp-ts/lib/Either.js'
import { isAbsolute, resolve } from 'node:path'
import type { Page, Thread } from '../../../domain/protocol.ts'
import { PROFILES, type ProfileName } from '../../../domain/profile.ts'
import { noKey } from '../connection/keys.ts'
import { invalidRequest } from '../wire/errors.ts'
import { answer, ask, EVERY_PROFILE, threadIdOf, type Method } from '../method.ts'
import { unread, type ReadState } from '../threads/read-state.ts'
import * as results from '../wire/results.ts'
import {
  defaulted,
  flag,
  ignored,
  list,
  oneOf,
  option,
  struct,
  text,
  u32,
  untagged,
  type ValueOf
} from '../wire/serde.ts'
import { shown } from '../threads/threads.ts'

const sourceKind = oneOf(...SOURCE_KINDS)

const fieldsOf = (profile: ProfileName) => ({
  cursor: option(text),
  limit: option(u32),
  sortKey: option(oneOf(...PROFILES[profile].sortKeys)),
  sortDirection: option(oneOf('asc', 'desc')),
  modelProviders: option(list(text)),
  sourceKinds: option(list(sourceKind)),
  archived: option(flag),
  cwd: option(untagged('ThreadListCwdFilter', text, list(text))),
  useStateDbOnly: defaulted(flag, false),
  searchTerm: option(text),
  parentThreadId: profile === '0.130' ? ignored<string>() : option(text)
})
type Params = ValueOf<ReturnType<typeof fieldsOf>>

/** Sections live in Codex's database, not in the log. */
const NO_SECTIONS = invalidRequest(
  'threads cannot be listed by section_position: sections are not in the log'
)

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

/** The row of `thread/list`. */
export const threadList: Method<Params, Response> = {
  name: 'thread/list',
  profiles: EVERY_PROFILE,
  experimentalFields: { '0.142': ['parentThreadId'] },
  params: (profile) => struct('ThreadListParams', fieldsOf(profile)),
  result: results.page(results.Thread),
  key: noKey,
  handler: (params, call) => async () => {
    const parent =
      params.parentThreadId === null
        ? E.right(null)
        : threadIdOf(params.parentThreadId, 'parent thread id')
    if (E.isLeft(parent)) return parent
    const { sortKey } = params
    if (sortKey === 'section_position') return E.left(NO_SECTIONS)
    const cwd =
      typeof params.cwd === 'string' ? absolute(params.cwd) : (params.cwd?.map(absolute) ?? null)
    const request = { ...params, sortKey, cwd, parentThreadId: parent.right }
    const listed = await ask(call, (engine) => engine.listThreads(request))
    const page = E.map((all: Page<Thread>) => ({
      ...all,
      data: all.data.map((thread) => shown(thread, call.server, true))
    }))(listed)
    const shape = call.server.profile === '0.169' ? withReadStates : (all: Page<Thread>) => all
    return E.map((all: Page<Thread>) => answer<Response>(shape(all)))(page)
  }
}
