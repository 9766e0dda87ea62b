/**
 * What is searched for, as it stands in the address and as requests name it.
 */
import type { Query } from '../../routes.ts'
import { ALL_SOURCES } from '../../state/threads.ts'
import { sinceMs } from '../../text/since.ts'

/** Whose words. */
export const ROLES = [
  ['', 'anyone'],
  ['user', 'people'],
  ['agent', 'the agent'],
  ['reasoning', 'its reasoning']
] as const

/** What tools did; instead of messages where nobody is named. */
export const TOOLS = [
  ['', 'none'],
  ['tools', 'what was called'],
  ['outputs', 'what came back'],
  ['diffs', 'changes of files']
] as const

const among = (
  options: ReadonlyArray<readonly [value: string, text: string]>,
  value: string | undefined
): ReadonlyArray<string> =>
  value !== undefined && options.some(([known]) => known === value) ? [value] : []

/** Params that a search of the home and one of a thread share. */
export const placeParams = (query: Query): object => ({
  searchTerm: query['q'] ?? '',
  parts: [...among(ROLES, query['role']), ...among(TOOLS, query['tool'])],
  sinceMs: sinceMs(query['since'], Date.now())
})

export const searchParams = (query: Query): object => ({
  ...placeParams(query),
  cwd: query['project'] === undefined ? null : [query['project']],
  sourceKinds: query['all'] === undefined ? null : ALL_SOURCES,
  archived: query['archived'] === undefined ? null : true
})
