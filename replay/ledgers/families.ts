/**
 * The ledgers, family by family: each family of questions is a file beside this one.
 */
import { analyticsLedger, type AnalyticsLedger } from './analytics.ts'
import { auditLedger, type AuditLedger } from './audit.ts'
import type { LedgerParts, Safely } from './ledger.ts'
import { pluginLedger, type PluginLedger } from './plugins.ts'
import { toolsLedger, type ToolsLedger } from './tools.ts'
import { usageLedger, type UsageLedger } from './usage.ts'

/**
 * The questions to the ledgers: an interface per family joins here. An answer that is an iterable of rows reads the index
 * as it goes; should that be damaged, it ends with a thrown `StoreError` (`IndexEmptied`), and is whole when asked again.
 */
export type Ledgers = UsageLedger & ToolsLedger & AuditLedger & PluginLedger & AnalyticsLedger

/** The ledgers of an engine. */
export const familiesOf = (parts: LedgerParts, safely: Safely): Ledgers => ({
  ...usageLedger(parts, safely),
  ...toolsLedger(parts, safely),
  ...auditLedger(parts, safely),
  ...pluginLedger(parts, safely),
  ...analyticsLedger(parts, safely)
})
