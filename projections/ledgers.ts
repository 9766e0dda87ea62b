/**
 * The read models of the ledgers, in groups that are folded when somebody asks. They are apart from those of threads because most
 * processes never load them. Each of them is given every event with what was derived of it, once for all.
 */
import { analytics } from './analytics.ts'
import { approvals } from './approvals.ts'
import { threadAudit } from './audit.ts'
import { EVERY_LINE } from '../domain/log/needs.ts'
import { SITUATE_NEEDS } from '../domain/thread/turns/situate.ts'
import { readModels, THREADS, TURNS, type ReadModels } from './catalogue.ts'
import { pluginUse } from './plugin-use.ts'
import { reviews } from './reviews.ts'
import { situationOf } from './situation.ts'
import { tools } from './tools.ts'
import { usage } from './usage.ts'

export const USAGE = readModels('usage', [situationOf('usage', SITUATE_NEEDS), usage])

/** The ledger of tool calls, and of plugins in use. */
export const TOOLS = readModels('tools', [situationOf('tools', EVERY_LINE), tools, pluginUse])

export const AUDIT = readModels(
  'audit',
  [situationOf('audit', EVERY_LINE), threadAudit, approvals, reviews],
  true
)

export const ANALYTICS = readModels('analytics', [situationOf('analytics', EVERY_LINE), analytics])

/** Every group of this build, that of threads among them. */
export const GROUPS: ReadonlyArray<ReadModels> = [THREADS, TURNS, USAGE, TOOLS, AUDIT, ANALYTICS]
