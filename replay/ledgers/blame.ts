/**
 * The history of a file: which turns of which threads changed it with patches.
 *
 * A file that was moved to its place has the history of its old place too, up to the move. Commands may change files as well;
 * what they do to them is not in the log, and not guessed.
 */
import type { FileOperation, FileTouch, ToolCall } from '../../domain/ledgers/tools/tool-call.ts'
import {
  fileName,
  filesKey,
  namePrefix,
  pathPrefix,
  toolCallOf,
  toolKey
} from '../../projections/tools.ts'
import { afterPrefix, rowsUnder } from '../catch-up/overlay.ts'
import type { IndexReader } from './layered.ts'

/** What one patch did to a file. */
export interface FileChange extends Pick<
  ToolCall,
  | 'threadId'
  | 'turnId'
  | 'callId'
  | 'atMs'
  | 'status'
  | 'failureKind'
  | 'rolledBack'
  | 'certainty'
  | 'place'
> {
  readonly path: string
  readonly operation: FileOperation
  readonly movedTo: string | null
  readonly linesAdded: number | null
  readonly linesDeleted: number | null
  /** True when the patch changed the file, also one that failed later; null when no line says. */
  readonly applied: boolean | null
}

export interface FileHistory {
  readonly path: string
  readonly data: ReadonlyArray<FileChange>
  /** Other paths that end alike, the likest first, when nothing is known of this one. */
  readonly hints: ReadonlyArray<string>
}

/** A patch of a file, and the order it has among others. */
interface OrderedChange {
  readonly change: FileChange
  readonly order: readonly [number, string, number, number]
}

const isBefore = (a: OrderedChange['order'], b: OrderedChange['order']): boolean => {
  for (let i = 0; i < a.length; i++) {
    const left = a[i] as number | string
    const right = b[i] as number | string
    if (left !== right) return left < right
  }
  return false
}

/** A patch that was declined, or did not fit, changed nothing; one that failed without a record of it may have. */
const appliedBy = ({ status, exitCode, evidence }: ToolCall): boolean | null => {
  if (status === 'completed') return true
  const isRefused = status === 'failed' && evidence === 'output' && exitCode === null
  return status === 'rejected' || isRefused ? false : null
}

const changeOf = (call: ToolCall, touch: FileTouch): FileChange => ({
  threadId: call.threadId,
  turnId: call.turnId,
  callId: call.callId,
  atMs: call.atMs,
  path: touch.path,
  operation: touch.operation,
  movedTo: touch.movedTo,
  linesAdded: touch.linesAdded,
  linesDeleted: touch.linesDeleted,
  status: call.status,
  failureKind: call.failureKind,
  applied: touch.applied === undefined ? appliedBy(call) : touch.applied,
  rolledBack: call.rolledBack,
  certainty: call.certainty,
  place: call.place
})

/** Patches that name a path, as the place they come from or go to. */
const naming = (index: IndexReader, table: string, path: string): ReadonlyArray<OrderedChange> => {
  const prefix = pathPrefix(table, path)
  return index.keys(prefix, afterPrefix(prefix)).flatMap((key) => {
    const [atMs, threadId, revision, place] = key.slice(2) as [number, string, number, number]
    const row = index.get(toolKey(table, threadId, revision))
    const touches = index.get(filesKey(table, threadId, revision)) as
      | ReadonlyArray<FileTouch>
      | undefined
    const touch = touches?.[place]
    if (row === undefined || touch === undefined) return []
    if (touch.path !== path && touch.movedTo !== path) return []
    const change = changeOf(toolCallOf(row, threadId), touch)
    return [{ change, order: [atMs, threadId, revision, place] as const }]
  })
}

/** Every patch of a thread, file by file, in the order of its calls. */
export const threadPatches = (
  index: IndexReader,
  table: string,
  threadId: string
): ReadonlyArray<FileChange> => {
  const [name = table] = filesKey(table, threadId, 0)
  return rowsUnder(index, [name, threadId]).flatMap(([key, value]) => {
    const row = index.get(toolKey(table, threadId, key[2] as number))
    if (row === undefined) return []
    const call = toolCallOf(row, threadId)
    return (value as ReadonlyArray<FileTouch>).map((touch) => changeOf(call, touch))
  })
}

const PATHS_MAX = 64
const HINTS_MAX = 10
const NAMES_MAX = 10_000

/** Patches of a file where it is, and where it was before. */
const traced = (index: IndexReader, table: string, path: string, threadId?: string) => {
  const found = new Map<string, OrderedChange>()
  const seen = new Set<string>()
  const paths: Array<{ path: string; until: OrderedChange['order'] | null }> = [
    { path, until: null }
  ]
  for (const { path: one, until } of paths) {
    if (seen.has(one) || seen.size >= PATHS_MAX) continue
    seen.add(one)
    for (const entry of naming(index, table, one)) {
      const { change, order } = entry
      if (threadId !== undefined && change.threadId !== threadId) continue
      if (until !== null && !isBefore(order, until)) continue
      found.set(JSON.stringify(order), entry)
      const came = change.movedTo === one && change.path !== one && change.applied === true
      if (came) paths.push({ path: change.path, until: order })
    }
  }
  return [...found.values()].sort((a, b) => (isBefore(a.order, b.order) ? -1 : 1))
}

const sharedParts = (a: string, b: string): number => {
  const left = a.split(/[\\/]/).reverse()
  const right = b.split(/[\\/]/).reverse()
  const end = left.findIndex((part, i) => part !== right[i])
  return end < 0 ? left.length : end
}

const hints = (index: IndexReader, table: string, path: string): ReadonlyArray<string> => {
  const rows = rowsUnder(index, namePrefix(table, fileName(path)), NAMES_MAX)
  const paths = [...new Set(rows.map(([, value]) => value as string))]
  return paths
    .filter((one) => one !== path && fileName(one) === fileName(path))
    .map((one) => [sharedParts(one, path), one] as const)
    .sort(([a, left], [b, right]) => b - a || (left < right ? -1 : 1))
    .slice(0, HINTS_MAX)
    .map(([, one]) => one)
}

export const fileHistory = (
  index: IndexReader,
  table: string,
  { path, threadId }: { readonly path: string; readonly threadId?: string }
): FileHistory => {
  const data = traced(index, table, path, threadId).map(({ change }) => change)
  return { path, data, hints: data.length === 0 ? hints(index, table, path) : [] }
}
