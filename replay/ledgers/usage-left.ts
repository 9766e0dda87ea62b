/**
 * What reverts left behind was spent all the same; each file is read by itself.
 */
import { shownSpend, type KeptSpend } from '../../domain/usage/spend.ts'
import { evolveUsage } from '../../domain/usage/usage.ts'
import { initialUsage } from '../../domain/usage/usage-state.ts'
import { isDamaged, type OlderFile } from '../ports.ts'
import { isLive } from './left-behind.ts'
import type { Ledger } from './ledger.ts'
import type { UsageRow } from './usage-rows.ts'
import type { Spending } from './usage-scope.ts'

/** The spends of one file, whatever its thread's history is. */
const spendsIn = async (
  { env: { profile } }: Ledger,
  file: OlderFile
): Promise<ReadonlyArray<KeptSpend>> => {
  const spends: Array<KeptSpend> = []
  const answers = new Set<string>()
  const lookup = {
    spendAt: (sequence: number) => spends[sequence] ?? null,
    isCounted: (answer: string) => answers.has(answer)
  }
  let state = initialUsage(false)
  for await (const { lines } of file.batches) {
    for (const line of lines) {
      if (isDamaged(line)) continue
      const [next, changed] = evolveUsage(state, line, lookup, profile)
      for (const spend of changed) {
        spends[spend.sequence] = spend
        if (spend.answer !== null) answers.add(spend.answer)
      }
      state = next
    }
  }
  return spends
}

/** The spends of a thread that its history no longer leads through, oldest first. */
export const leftBehind = async (
  ledger: Ledger,
  { info, threadId, spends: known }: Spending
): Promise<ReadonlyArray<UsageRow>> => {
  const { store } = ledger.env
  const lineage = store.lineage(info)
  const rows: Array<UsageRow> = []
  for (const file of [...store.olderFiles(info.streamId, 'usage')].reverse()) {
    for (const spend of await spendsIn(ledger, file)) {
      const { offsetBytes } = spend.place
      if (isLive(lineage, file.path, offsetBytes)) continue
      rows.push({
        ...shownSpend(threadId, spend),
        sequence: known + rows.length,
        rolledBack: true,
        place: { revision: -1, segment: -1, offsetBytes },
        path: file.path
      })
    }
  }
  return rows
}
