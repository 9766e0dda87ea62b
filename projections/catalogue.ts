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

const tables = new WeakMap<object, Map<string, string>>()

/** Table of a projection under a view. */
export const tableOf = (
  projection: Pick<Projection<unknown>, 'name' | 'version'>,
  view: string
): string => {
  let views = tables.get(projection)
  if (views === undefined) tables.set(projection, (views = new Map<string, string>()))
  const known = views.get(view)
  if (known !== undefined) return known
  const table = tableName(projection.name, projection.version, view)
  views.set(view, table)
  return table
}

const COVERED = PROJECTIONS.map(({ name, version }) => `${name}@${version}`).join(',')

/** Table of the checkpoints: named after every version it covers, so that raising one starts a new table. */
export const checkpointTable = (view: string): string => `checkpoints/${COVERED}/${view}`
