/**
 * Totals of tool calls.
 */
import type { PatchCounts, ToolCall, ToolStatus } from '../../domain/ledgers/tools/tool-call.ts'

/** Calls, added up. */
export interface ToolTotals extends Readonly<Record<ToolStatus, number>> {
  readonly calls: number
  /** Calls of turns that were rolled back; they count in everything else too. */
  readonly rolledBack: number
  /** Time of the calls whose time is known. */
  readonly execMs: number
  readonly timedCalls: number
  readonly outputBytes: number
  /** Of patches that were applied. */
  readonly linesAdded: number
  readonly linesDeleted: number
  readonly files: PatchCounts
}

/** Calls of one kind, status or tool, added up. */
export interface ToolGroup extends ToolTotals {
  /** The kind, the status, or the name of the tool; of an MCP tool `server/name`. */
  readonly key: string
}

/** Totals of calls, overall and by group; larger groups first. */
export interface ToolsSummary {
  readonly total: ToolTotals
  readonly byKind: ReadonlyArray<ToolGroup>
  readonly byStatus: ReadonlyArray<ToolGroup>
  readonly byTool: ReadonlyArray<ToolGroup>
}

const NONE: ToolTotals = {
  calls: 0,
  completed: 0,
  failed: 0,
  rejected: 0,
  interrupted: 0,
  unknown: 0,
  rolledBack: 0,
  execMs: 0,
  timedCalls: 0,
  outputBytes: 0,
  linesAdded: 0,
  linesDeleted: 0,
  files: { adds: 0, updates: 0, deletes: 0, moves: 0 }
}

const added = (a: PatchCounts, b: PatchCounts): PatchCounts => ({
  adds: a.adds + b.adds,
  updates: a.updates + b.updates,
  deletes: a.deletes + b.deletes,
  moves: a.moves + b.moves
})

const plus = (totals: ToolTotals, call: ToolCall): ToolTotals => {
  // The time a process was waited for is that of the command that started it.
  const execMs = call.parentCallId === null ? call.execMs : null
  const isApplied = call.kind === 'patch' && call.status === 'completed'
  return {
    ...totals,
    calls: totals.calls + 1,
    [call.status]: totals[call.status] + 1,
    rolledBack: totals.rolledBack + (call.rolledBack ? 1 : 0),
    execMs: totals.execMs + (execMs ?? 0),
    timedCalls: totals.timedCalls + (execMs === null ? 0 : 1),
    outputBytes: totals.outputBytes + (call.outputBytes ?? 0),
    linesAdded: totals.linesAdded + (isApplied ? (call.linesAdded ?? 0) : 0),
    linesDeleted: totals.linesDeleted + (isApplied ? (call.linesDeleted ?? 0) : 0),
    files: isApplied && call.files !== null ? added(totals.files, call.files) : totals.files
  }
}

type Groups = Map<string, ToolTotals>

const into = (groups: Groups, key: string, call: ToolCall): void => {
  groups.set(key, plus(groups.get(key) ?? NONE, call))
}

const listed = (groups: Groups): ReadonlyArray<ToolGroup> =>
  [...groups]
    .map(([key, totals]) => ({ key, ...totals }))
    .sort((a, b) => b.calls - a.calls || (a.key < b.key ? -1 : 1))

export const toolName = ({ server, name }: Pick<ToolCall, 'server' | 'name'>): string =>
  server === null ? name : `${server}/${name}`

export const summaryOf = (
  calls: Iterable<ToolCall>,
  isWanted: (call: ToolCall) => boolean
): ToolsSummary => {
  let total = NONE
  const byKind: Groups = new Map()
  const byStatus: Groups = new Map()
  const byTool: Groups = new Map()
  for (const call of calls) {
    if (!isWanted(call)) continue
    total = plus(total, call)
    into(byKind, call.kind, call)
    into(byStatus, call.status, call)
    into(byTool, toolName(call), call)
  }
  return { total, byKind: listed(byKind), byStatus: listed(byStatus), byTool: listed(byTool) }
}
