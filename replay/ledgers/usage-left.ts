/**
 * Spends that reverts left behind still count; each older file is read separately.
 *
 * A running count continues from the history before a file, so reading starts far enough back to find one.
 */
import { shownSpend, type KeptSpend } from '../../domain/ledgers/usage/spend.ts'
import { evolveUsage, uncountedSpend, USAGE_NEEDS } from '../../domain/ledgers/usage/usage.ts'
import { NO_USAGE, type UsageState } from '../../domain/ledgers/usage/usage-state.ts'
import { both } from '../../domain/log/needs.ts'
import { SITUATE_NEEDS } from '../../domain/thread/turns/situate.ts'
import { situating } from '../../projections/situation.ts'
import { isLive } from '../catch-up/older-files.ts'
import { NO_ROWS, overlay } from '../catch-up/overlay.ts'
import { isDamaged, START, type StreamInfo } from '../ports.ts'
import type { Ledger } from './ledger.ts'
import type { UsageRow } from './usage-rows.ts'
import type { Spending } from './usage-scope.ts'

const NEEDS = both(SITUATE_NEEDS, USAGE_NEEDS)

/** The spends that are found from a segment of a history on, and whether a count was met before its newest one. */
const spendsFrom = async (
  { env: { profile, store } }: Ledger,
  info: StreamInfo,
  segment: number,
  newest: number
): Promise<{ readonly spends: ReadonlyArray<KeptSpend>; readonly isCounted: boolean }> => {
  const spends: Array<KeptSpend> = []
  const answers = new Set<string>()
  const lookup = {
    spendAt: (sequence: number) => spends[sequence] ?? null,
    isCounted: (answer: string) => answers.has(answer)
  }
  const situate = situating(overlay(NO_ROWS), profile, false)
  let state: UsageState = NO_USAGE
  let isCounted = false
  for await (const { lines } of store.read(info, { ...START, segment }, NEEDS)) {
    for (const line of lines) {
      if (isDamaged(line)) continue
      if (line.segment < newest) isCounted ||= state.counts.newest !== null
      const [next, changed] = evolveUsage(state, situate(line), lookup)
      for (const spend of changed) {
        spends[spend.sequence] = spend
        if (spend.answer !== null) answers.add(spend.answer)
      }
      state = next
    }
  }
  const uncounted = uncountedSpend(state)
  if (uncounted !== null) spends.push(uncounted)
  return { spends, isCounted }
}

/** The spends of a file that was the newest of its thread once, and its path. */
const spendsIn = async (ledger: Ledger, { info }: Spending, segmentId: string) => {
  const past = { ...info, earlier: { segmentId, untilBytes: null } }
  const lineage = ledger.env.store.lineage(past)
  const newest = lineage.length - 1
  for (let from = Math.max(0, newest - 1); ; from--) {
    const { spends, isCounted } = await spendsFrom(ledger, past, from, newest)
    if (isCounted || from === 0)
      return {
        path: lineage[newest]?.path ?? '',
        spends: spends.filter(({ place }) => place.segment === newest)
      }
  }
}

/** The spends of a thread that its history no longer leads through, oldest first. */
export const leftBehind = async (
  ledger: Ledger,
  spending: Spending
): Promise<ReadonlyArray<UsageRow>> => {
  const { info, threadId, spends, uncounted } = spending
  const known = spends + (uncounted === null ? 0 : 1)
  const { store } = ledger.env
  const lineage = store.lineage(info)
  const rows: Array<UsageRow> = []
  for (const { id } of store.segments(info.streamId).slice(0, -1)) {
    const { path, spends: found } = await spendsIn(ledger, spending, id)
    for (const spend of found) {
      const { offsetBytes } = spend.place
      if (isLive(lineage, path, offsetBytes)) continue
      rows.push({
        ...shownSpend(threadId, spend),
        sequence: known + rows.length,
        rolledBack: true,
        place: { revision: -1, segment: -1, offsetBytes },
        path
      })
    }
  }
  return rows
}
