/**
 * Which threads a command is about: the filters that `threads` and `search` share.
 */
import { resolve } from 'node:path'
import type { SourceKind } from '../../../../projections/thread-row.ts'
import type { ThreadFilters } from '../../../../replay/read/lists/list-filter.ts'
import { flagOf, listOf, type Input } from '../../args.ts'

/** Every kind of source; `subAgent` stands for all of its own. */
export const EVERY_SOURCE: ReadonlyArray<SourceKind> = [
  'cli',
  'vscode',
  'exec',
  'appServer',
  'subAgent',
  'unknown'
]

/** The sources that the options ask for. */
export const sourcesOf = (input: Input): ReadonlyArray<SourceKind> =>
  flagOf(input, 'all') ? EVERY_SOURCE : (listOf(input, 'source') as Array<SourceKind>)

/** The filters that the options ask for; `cwd` is where relative directories are looked up. */
export const filtersOf = (input: Input, cwd: string): ThreadFilters => ({
  names: listOf(input, 'name'),
  models: listOf(input, 'model'),
  branches: listOf(input, 'branch'),
  modelProviders: listOf(input, 'provider'),
  sourceKinds: sourcesOf(input),
  archived: flagOf(input, 'archived'),
  cwd: input.values.has('cwd') ? listOf(input, 'cwd').map((path) => resolve(cwd, path)) : null
})
