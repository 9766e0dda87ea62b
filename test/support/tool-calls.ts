/**
 * Every tool call of a home, from the ledger.
 */
import type { ToolCall } from '../../domain/ledgers/tools/tool-call.ts'
import type { Engine } from '../../replay/engine.ts'
import type { ToolsPage } from '../../replay/ledgers/tools.ts'
import { right } from './engines.ts'

/** Every call, oldest first, page by page. */
export const everyCall = async (
  engine: Engine,
  filter: Parameters<Engine['tools']>[0] = {}
): Promise<ReadonlyArray<ToolCall>> => {
  const all: Array<ToolCall> = []
  for (let cursor: string | null = null; ;) {
    const page: ToolsPage = await right(engine.tools({ order: 'asc', limit: 7, ...filter, cursor }))
    all.push(...page.data)
    if (page.nextCursor === null) return all
    cursor = page.nextCursor
  }
}
