/**
 * The read models of the ledgers, in groups that are folded when somebody asks. They are apart from those of threads because most
 * processes never load them.
 */
import { analytics } from './analytics.ts'
import { approvals } from './approvals.ts'
import { threadAudit } from './audit.ts'
import type { SituatedEvent } from '../domain/turns/situate.ts'
import { THREADS, type GroupName, type ReadModels } from './catalogue.ts'
import { pluginUse } from './plugin-use.ts'
import type { Projection, Wanted } from './projection.ts'
import { reviews } from './reviews.ts'
import { situationOf } from './situation.ts'
import { tools } from './tools.ts'
import { usage } from './usage.ts'

// Each ledger has its own state type; the engine only carries it.
// oxlint-disable-next-line typescript/no-explicit-any
type AnyLedger = Projection<any, SituatedEvent>

/** Ledgers that are folded together: each of them is given every event with what was derived of it, once for all. */
const ledgers = (
  name: Exclude<GroupName, 'threads'>,
  models: ReadonlyArray<AnyLedger>,
  wanted: Wanted,
  byFile = false
): ReadModels => ({
  name,
  projections: [situationOf(name, wanted === 'all'), ...models],
  wanted,
  ...(byFile ? { byFile } : {})
})

/** The token ledger. */
export const USAGE = ledgers('usage', [usage], 'usage')

/** The ledger of tool calls, and of plugins in use. */
export const TOOLS = ledgers('tools', [tools, pluginUse], 'all')

/** The audit trail. */
export const AUDIT = ledgers('audit', [threadAudit, approvals, reviews], 'all', true)

/** Analytics made again. */
export const ANALYTICS = ledgers('analytics', [analytics], 'all')

/** Every group of this build, that of threads among them. */
export const GROUPS: ReadonlyArray<ReadModels> = [THREADS, USAGE, TOOLS, AUDIT, ANALYTICS]
