/**
 * The read models the engine keeps, in groups. A group is folded together, in this order, from what it needs; it has
 * checkpoints and fold states of its own. Adding a read model is adding a file and a line here, or for one that is folded only
 * when somebody asks, in `ledgers.ts`.
 */
import { counting, needsOfAll, type Needs } from '../domain/log/needs.ts'
import type { Profile } from '../domain/log/profile.ts'
import { agents } from './agents.ts'
import { damage } from './damage.ts'
import type { Projection } from './projection.ts'
import { threads } from './threads.ts'
import { turns } from './turns.ts'

// Each projection has its own state type, and those of ledgers one for events; the engine only carries them.
// oxlint-disable-next-line typescript/no-explicit-any
type AnyProjection = Projection<any, any, any>

/** Read models that are folded together. */
export interface ReadModels {
  readonly name: GroupName
  readonly projections: ReadonlyArray<AnyProjection>
  /** What they need together. */
  readonly needs: Needs
  /** The same when one of them must count every line. */
  readonly countingNeeds: Needs
  /** True when each file is a stream of its own, so that what a revert left behind is folded, too. */
  readonly byFile?: boolean
}

export type GroupName = 'threads' | 'turns' | 'usage' | 'tools' | 'audit' | 'analytics'

/** A group of these, folded in this order; `byFile` as in `ReadModels`. */
export const readModels = (
  name: GroupName,
  projections: ReadonlyArray<AnyProjection>,
  byFile = false
): ReadModels => {
  const needs = needsOfAll(projections.map(({ needs: own }) => own as Needs))
  const countingNeeds = '*' in needs ? needs : counting(needs)
  return { name, projections, needs, countingNeeds, ...(byFile ? { byFile } : {}) }
}

/** What lists are served from. Little of a rollout is needed for it, so a home that nobody looked at is listed soon. */
export const THREADS = readModels('threads', [threads])

/** What pages are served from: folded for the thread that is asked for, and for the others behind. */
export const TURNS = readModels('turns', [turns, damage, agents])

/** Which answers an index holds: those of an era, and of strict mode where Codex's own refusals are wanted. */
export const viewName = (profile: Profile, strict: boolean): string =>
  strict ? `${profile.name}-strict` : profile.name

/** First part of a projection's keys: name, version and view, so that another version builds beside this one. */
export const tableName = (name: string, version: number, view: string): string =>
  `${name}@${version}/${view}`

const tables = new WeakMap<object, Map<string, string>>()

/** The same, made once per projection and view. */
export const tableOf = (
  projection: Pick<AnyProjection, 'name' | 'version'>,
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

const coverings = new WeakMap<ReadModels, string>()

/** Table of the checkpoints of a group: named after every version it covers, so that raising one starts a new table. */
export const checkpointTable = (models: ReadModels, view: string): string => {
  let covering = coverings.get(models)
  if (covering === undefined) {
    covering = models.projections.map(({ name, version }) => `${name}@${version}`).join(',')
    coverings.set(models, covering)
  }
  return `checkpoints/${covering}/${view}`
}
