/**
 * Everything that is asked of the ledgers, in one place: each family of questions is a file beside this one.
 */
import type { StoreError } from '../../domain/errors.ts'
import { analyticsLedger, failedAnalytics, type AnalyticsLedger } from './analytics.ts'
import { auditLedger, failedAuditLedger, type AuditLedger } from './audit.ts'
import type { LedgerParts, Safely } from './ledger.ts'
import { failedPlugins, pluginLedger, type PluginLedger } from './plugins.ts'
import { failedToolsLedger, toolsLedger, type ToolsLedger } from './tools.ts'
import { failedUsage, usageLedger, type UsageLedger } from './usage.ts'

/** The questions to the ledgers: an interface per family joins here. */
export type Ledgers = UsageLedger & ToolsLedger & AuditLedger & PluginLedger & AnalyticsLedger

/** The ledgers of an engine. */
export const ledgersOf = (parts: LedgerParts, safely: Safely): Ledgers => ({
  ...usageLedger(parts, safely),
  ...toolsLedger(parts, safely),
  ...auditLedger(parts, safely),
  ...pluginLedger(parts, safely),
  ...analyticsLedger(parts, safely)
})

/** Ledgers of an engine that could not be made. */
export const failedLedgers = (error: StoreError): Ledgers => ({
  ...failedUsage(error),
  ...failedToolsLedger(error),
  ...failedAuditLedger(error),
  ...failedPlugins(error),
  ...failedAnalytics(error)
})
