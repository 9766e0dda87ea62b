/**
 * The read models the engine keeps, in the order they are folded. Adding one is adding a file and a line here.
 */
import type { Profile } from '../domain/profile.ts'
import { agents } from './agents.ts'
import { damage } from './damage.ts'
import type { Projection } from './projection.ts'
import { threads } from './threads.ts'
import { turns } from './turns.ts'

// Each projection has its own state type; the engine only carries it.
// eslint-disable-next-line @typescript-eslint/no-explicit-any
type AnyProjection = Projection<any>

/** Every projection of this build. */
export const PROJECTIONS: ReadonlyArray<AnyProjection> = [threads, turns, damage, agents]

/** Which answers an index holds: those of an era, and of strict mode where Codex's own refusals are wanted. */
export const viewName = (profile: Profile, strict: boolean): string =>
  strict ? `${profile.name}-strict` : profile.name

/** First part of a projection's keys: name, version and view, so that another version builds beside this one. */
export const tableName = (name: string, version: number, view: string): string =>
  `${name}@${version}/${view}`

const tables = new Map<string, string>()

/** Table of a projection under a view. */
export const tableOf = (
  projection: Pick<Projection<unknown>, 'name' | 'version'>,
  view: string
): string => {
  const key = `${projection.name} ${view}`
  const known = tables.get(key)
  if (known !== undefined) return known
  const table = tableName(projection.name, projection.version, view)
  tables.set(key, table)
  return table
}

/** Table of the checkpoints: named after every version it covers, so that raising one starts a new table. */
export const checkpointTable = (view: string): string =>
  `checkpoints/${PROJECTIONS.map((p) => `${p.name}@${p.version}`).join(',')}/${view}`
