/**
 * Calls that reverts left behind: they ran, and what they changed stays changed.
 *
 * Their rows are not kept. They are numbered below 0, so that they come before the thread's other calls and keep their
 * numbers while it grows.
 */
import { isSegmentPath } from '../../domain/ids.ts'
import { EVERY_LINE } from '../../domain/log/needs.ts'
import type { LedgerPlace } from '../../domain/ledgers/place.ts'
import type { FileTouch, ToolCall } from '../../domain/ledgers/tools/tool-call.ts'
import { callRows, filesKey, toolCallOf, tools } from '../../projections/tools.ts'
import type { RowKey } from '../../projections/projection.ts'
import { situating } from '../../projections/situation.ts'
import { NO_ROWS, overlay } from '../catch-up/overlay.ts'
import { isLive, olderFiles } from '../catch-up/older-files.ts'
import { isDamaged, START, type Lineage, type StreamInfo } from '../ports.ts'
import { layered, type IndexReader, type IndexRow } from './layered.ts'
import type { Ledger } from './ledger.ts'

interface LeftCall {
  readonly call: ToolCall
  readonly touches: ReadonlyArray<FileTouch>
}

/** What of one file is left behind, oldest first, and how many lines the file has. */
const leftIn = async (
  { env }: Ledger,
  file: StreamInfo,
  lineage: Lineage
): Promise<{ readonly calls: ReadonlyArray<LeftCall>; readonly lines: number }> => {
  const { store, profile } = env
  const { streamId } = file
  const path = store.lineage(file)[0]?.path ?? ''
  const rows = overlay(NO_ROWS)
  const table = 'left'
  const situate = situating(rows, profile, true)
  let state = tools.initial(true)
  let lines = 0
  for await (const { lines: batch, next } of store.read(file, START, EVERY_LINE)) {
    for (const line of batch) {
      if (isDamaged(line)) continue
      const [evolved, writes] = tools.evolve(state, situate(line), { rows, table, profile })
      state = evolved
      rows.put(writes)
    }
    lines = next.revision
  }
  const calls = rows
    .scan([table, streamId], Infinity)
    .map(([, row]) => toolCallOf(row, streamId))
    .filter(({ place }) => !isLive(lineage, path, place.offsetBytes))
    .map((call) => {
      const touches = rows.get(filesKey(table, streamId, call.place.revision))
      return { call, touches: (touches as ReadonlyArray<FileTouch> | undefined) ?? [] }
    })
  return { calls, lines }
}

const below = ({ revision, offsetBytes }: LedgerPlace, lines: number): LedgerPlace => ({
  revision: revision - lines,
  segment: -1,
  offsetBytes
})

/** Rows of the calls of a thread that its history no longer leads through. */
const leftBehind = async (ledger: Ledger, info: StreamInfo): Promise<ReadonlyArray<IndexRow>> => {
  const { env } = ledger
  const lineage = env.store.lineage(info)
  const table = ledger.table(tools)
  const rows: Array<IndexRow> = []
  let linesBehind = 0
  for (const file of olderFiles(env.store, info)) {
    const { calls, lines } = await leftIn(ledger, file, lineage)
    linesBehind += lines
    for (const { call, touches } of calls) {
      const { place, settledAt } = call
      const left: ToolCall = {
        ...call,
        rolledBack: true,
        place: below(place, linesBehind),
        settledAt: settledAt === null ? null : below(settledAt, linesBehind)
      }
      for (const { key, value } of callRows(table, left, touches)) rows.push([key, value])
    }
  }
  return rows
}

/** The index with the calls that reverts of these threads left behind; itself where there was none. */
export const withLeftBehind = async (
  ledger: Ledger,
  infos: ReadonlyArray<StreamInfo>
): Promise<IndexReader> => {
  const rows: Array<readonly [RowKey, unknown]> = []
  for (const info of infos)
    if (isSegmentPath(info.path)) rows.push(...(await leftBehind(ledger, info)))
  return layered(ledger.env.index, rows)
}
