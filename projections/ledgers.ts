/**
 * The read models of the ledgers, in groups that are folded when somebody asks. They are apart from those of threads because most
 * processes never load them.
 */
import { analytics } from './analytics.ts'
import { approvals } from './approvals.ts'
import { threadAudit } from './audit.ts'
import { THREADS, type ReadModels } from './catalogue.ts'
import { pluginUse } from './plugin-use.ts'
import { reviews } from './reviews.ts'
import { tools } from './tools.ts'
import { usage } from './usage.ts'

/** The token ledger. */
export const USAGE: ReadModels = { name: 'usage', projections: [usage], wanted: 'usage' }

/** The ledger of tool calls, and of plugins in use. */
export const TOOLS: ReadModels = {
  name: 'tools',
  projections: [tools, pluginUse],
  wanted: 'all'
}

/** The audit trail. */
export const AUDIT: ReadModels = {
  name: 'audit',
  projections: [threadAudit, approvals, reviews],
  wanted: 'all',
  byFile: true
}

/** Analytics made again. */
export const ANALYTICS: ReadModels = { name: 'analytics', projections: [analytics], wanted: 'all' }

/** Every group of this build, that of threads among them. */
export const GROUPS: ReadonlyArray<ReadModels> = [THREADS, USAGE, TOOLS, AUDIT, ANALYTICS]
