/**
 * The ledgers of an engine. Their code is loaded with the first question of a family: most processes never ask one, and start
 * sooner.
 */
import * as E from 'fp-ts/lib/Either.js'
import { once } from '../../domain/once.ts'
import { guardedRows } from '../guarded.ts'
import type { AnalyticsLedger } from './analytics.ts'
import type { AuditLedger } from './audit.ts'
import type { LedgerParts, Safely } from './ledger.ts'
import type { PluginLedger } from './plugins.ts'
import type { ToolsLedger } from './tools.ts'
import type { UsageLedger } from './usage.ts'
import type { Answer, Result } from '../result.ts'

/**
 * The questions to the ledgers. An answer that is an iterable of rows reads the index as it goes; should that be damaged, it
 * ends with a thrown `StoreError` (`IndexEmptied`), and is whole when asked again.
 */
export type Ledgers = UsageLedger & ToolsLedger & AuditLedger & PluginLedger & AnalyticsLedger

/** The code of a family: `open` makes what its questions are asked of. */
interface Family {
  readonly open: (parts: LedgerParts) => unknown
}

const isRows = (answer: unknown): answer is AsyncIterable<unknown> =>
  typeof answer === 'object' && answer !== null && Symbol.asyncIterator in answer

export const ledgersOf = (parts: LedgerParts, safely: Safely): Ledgers => {
  const family = <F extends Family>(load: () => Promise<F>) => {
    const opened = once(async () => {
      const code = await load()
      return { code, ledger: code.open(parts) as ReturnType<F['open']> }
    })
    return <A>(ask: (code: F, ledger: ReturnType<F['open']>) => Promise<Result<A>>): Answer<A> =>
      safely(async () => {
        const { code, ledger } = await opened()
        const answer = await ask(code, ledger)
        return E.isRight(answer) && isRows(answer.right)
          ? E.right(guardedRows(parts, answer.right) as A)
          : answer
      })
  }
  const usage = family(() => import('./usage.ts'))
  const tools = family(() => import('./tools.ts'))
  const audit = family(() => import('./audit.ts'))
  const plugins = family(() => import('./plugins.ts'))
  const analytics = family(() => import('./analytics.ts'))
  return {
    usage: (request) => usage((code, ledger) => code.usageReport(ledger, request)),
    usageRows: (request) => usage((code, ledger) => code.usageRows(ledger, request)),
    tools: (request) => tools((code, ledger) => code.toolsPage(ledger, request)),
    toolsSummary: (filter) => tools((code, ledger) => code.toolsSummary(ledger, filter)),
    blame: (request) => tools((code, ledger) => code.blame(ledger, request)),
    patches: (threadId) => tools((code, ledger) => code.patches(ledger, threadId)),
    auditTrail: (request) => audit((code, ledger) => code.auditTrail(ledger, request)),
    auditExport: (threadId) => audit((code, ledger) => code.auditExport(ledger, threadId)),
    approvals: (threadId) => audit((code, ledger) => code.approvalRows(ledger, threadId)),
    reviews: (threadId) => audit((code, ledger) => code.reviewRows(ledger, threadId)),
    plugins: () => plugins((code, ledger) => code.knownPlugins(ledger)),
    pluginHistory: (localId) => plugins((code, ledger) => code.pluginHistory(ledger, localId)),
    recordPlugins: (seen) => plugins((code, ledger) => code.recordPlugins(ledger, seen)),
    pluginUse: (request) => plugins((code, ledger) => code.pluginUses(ledger, request)),
    analytics: (request) => analytics((code, ledger) => code.analyticsEvents(ledger, request))
  }
}
