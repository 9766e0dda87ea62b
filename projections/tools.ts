/**
 * Read model `tools`: one row per tool call, and what finds them.
 *
 *   [tools, streamId, revision]                      -> ToolRow   revision of the first line about the call
 *   [tools.files, streamId, revision]                -> touches   files of a patch, in the order of the patch
 *   [tools.call, streamId, call id]                  -> revision of the newest call of that id
 *   [tools.turn, streamId, turn id, revision]        -> 1
 *   [tools.time, milliseconds, streamId, revision]   -> 1         newest calls of a home
 *   [tools.path, path, milliseconds, streamId, revision, place] -> 1   who touched a file; place in the touches
 *   [tools.name, file name, path, streamId]          -> the path  paths that end alike
 *
 * Serves the ledger of tool calls and the history of files. Ids and paths come from files and may be anything: odd or long
 * ones stand in a key as a digest.
 */
import { sha256Hex } from '../domain/digest.ts'
import {
  evolveTools,
  NO_TOOLS,
  type ToolLookup,
  type ToolsState,
  type ToolWrite
} from '../domain/ledgers/tools/fold.ts'
import { idOf } from '../domain/ledgers/tools/merge.ts'
import { UNKNOWN_CALL, type FileTouch, type ToolCall } from '../domain/ledgers/tools/tool-call.ts'
import { EVERY_LINE } from '../domain/log/needs.ts'
import type { SituatedEvent } from '../domain/thread/turns/situate.ts'
import {
  deletes,
  deletesUnder,
  NO_WRITES,
  perStream,
  type LedgerProjection,
  type RowKey,
  type Rows,
  type RowWrite,
  type Surroundings
} from './projection.ts'

const PLAIN_KEY = /^[^\p{Cc}\p{Cs}\u{10ffff}]{1,200}$/u

/** A text of a file as a key part: itself, or a digest when it is long or odd. */
const textKey = (text: string): string =>
  PLAIN_KEY.test(text) && !text.startsWith('#') ? text : `#${sha256Hex(JSON.stringify(text))}`

/** The last part of a path, in either spelling. */
export const fileName = (path: string): string =>
  path.slice(Math.max(path.lastIndexOf('/'), path.lastIndexOf('\\')) + 1)

/** Files of one patch that are kept; a patch that touches more keeps its counts. */
const TOUCHES_MAX = 1000

/** A row: a call without what most calls have not. */
type ToolRow = Omit<Partial<ToolCall>, 'threadId'>

const packed = (call: ToolCall): ToolRow => {
  const row: Record<string, unknown> = {}
  const absent: Readonly<Record<string, unknown>> = UNKNOWN_CALL
  const members = call as unknown as Readonly<Record<string, unknown>>
  for (const member in UNKNOWN_CALL)
    if (members[member] !== absent[member]) row[member] = members[member]
  return row
}

/** The call of a row. */
export const toolCallOf = (row: unknown, threadId: string): ToolCall => ({
  threadId,
  ...UNKNOWN_CALL,
  ...(row as ToolRow)
})

export const toolKey = (table: string, streamId: string, revision: number): RowKey => [
  table,
  streamId,
  revision
]
/** Keys of the files that patches of a thread touched begin with this; the revision of the call follows. */
export const filesPrefix = (table: string, streamId: string): RowKey => [`${table}.files`, streamId]
export const filesKey = (table: string, streamId: string, revision: number): RowKey => [
  ...filesPrefix(table, streamId),
  revision
]
/** Keys of the calls of a turn begin with this; the revision follows. */
export const turnCallsPrefix = (table: string, streamId: string, turnId: string): RowKey => [
  `${table}.turn`,
  streamId,
  textKey(idOf(turnId))
]
/** Keys of the touches of a file begin with this: milliseconds, stream, revision and place follow. */
export const pathPrefix = (table: string, path: string): RowKey => [`${table}.path`, textKey(path)]
/** Keys of the paths that end in a file name begin with this. */
export const namePrefix = (table: string, name: string): RowKey => [`${table}.name`, textKey(name)]

const callKey = (table: string, streamId: string, callId: string): RowKey => [
  `${table}.call`,
  streamId,
  textKey(callId)
]
const turnKeys = (table: string, { threadId, turnId, place }: ToolCall): ReadonlyArray<RowKey> =>
  turnId === null ? [] : [[...turnCallsPrefix(table, threadId, turnId), place.revision]]

const timeKey = (table: string, { atMs, threadId, place }: ToolCall): RowKey => [
  `${table}.time`,
  atMs,
  threadId,
  place.revision
]

/** What finds the files of a call: where they are, and where they go to. */
const fileWrites = (
  table: string,
  call: ToolCall,
  touches: ReadonlyArray<FileTouch>
): ReadonlyArray<RowWrite> =>
  touches.flatMap(({ path, movedTo }, place) =>
    [path, ...(movedTo === null || movedTo === path ? [] : [movedTo])].flatMap((one) => [
      {
        key: [...pathPrefix(table, one), call.atMs, call.threadId, call.place.revision, place],
        value: 1
      },
      { key: [...namePrefix(table, fileName(one)), textKey(one), call.threadId], value: one }
    ])
  )

/** The rows of a call that stands in no history any longer: all that finds it, but not by its id. */
export const callRows = (
  table: string,
  call: ToolCall,
  touches: ReadonlyArray<FileTouch>
): ReadonlyArray<RowWrite> => {
  const { threadId, place } = call
  const files = { key: filesKey(table, threadId, place.revision), value: touches }
  return [
    { key: toolKey(table, threadId, place.revision), value: packed(call) },
    ...[timeKey(table, call), ...turnKeys(table, call)].map((key) => ({ key, value: 1 })),
    ...(touches.length === 0 ? [] : [files, ...fileWrites(table, call, touches)])
  ]
}

const touchesAt = (rows: Rows, table: string, call: ToolCall): ReadonlyArray<FileTouch> => {
  if (call.files === null) return []
  const key = filesKey(table, call.threadId, call.place.revision)
  return (rows.get(key) as ReadonlyArray<FileTouch> | undefined) ?? []
}

/** Other patches may have named the same file: its name stays findable until the thread is forgotten. */
const deletedTouches = (rows: Rows, table: string, call: ToolCall): ReadonlyArray<RowWrite> => {
  const touches = touchesAt(rows, table, call)
  const keys = fileWrites(table, call, touches).map(({ key }) => key)
  return deletes(keys.filter(([part]) => part === `${table}.path`))
}

const rowAt = (rows: Rows, table: string, streamId: string, revision: number): ToolCall | null => {
  const row = rows.get(toolKey(table, streamId, revision))
  return row === undefined ? null : toolCallOf(row, streamId)
}

const dropped = (rows: Rows, table: string, call: ToolCall): ReadonlyArray<RowWrite> => {
  const { threadId, place } = call
  const files = call.files === null ? [] : [filesKey(table, threadId, place.revision)]
  const own = [toolKey(table, threadId, place.revision), timeKey(table, call)]
  return [
    ...deletes([...own, ...turnKeys(table, call), ...files]),
    ...deletedTouches(rows, table, call)
  ]
}

const touchWrites = (
  rows: Rows,
  table: string,
  before: ToolCall | null,
  call: ToolCall,
  touches: ReadonlyArray<FileTouch> | undefined
): ReadonlyArray<RowWrite> => {
  if (touches === undefined) return []
  const kept = touches.slice(0, TOUCHES_MAX)
  return [
    ...(before === null ? [] : deletedTouches(rows, table, before)),
    { key: filesKey(table, call.threadId, call.place.revision), value: kept },
    ...fileWrites(table, call, kept)
  ]
}

const writesOf = (rows: Rows, table: string, write: ToolWrite): ReadonlyArray<RowWrite> => {
  const { put, drop, touches } = write
  const { threadId, callId, place } = put
  const before = rowAt(rows, table, threadId, place.revision)
  const known = before === null ? [] : turnKeys(table, before)
  const isMoved = before !== null && before.turnId !== put.turnId
  return [
    ...(drop === undefined ? [] : dropped(rows, table, drop)),
    ...(isMoved ? deletes(known) : []),
    { key: toolKey(table, threadId, place.revision), value: packed(put) },
    ...touchWrites(rows, table, before, put, touches),
    ...(before === null
      ? [
          { key: callKey(table, threadId, callId), value: place.revision },
          { key: timeKey(table, put), value: 1 }
        ]
      : []),
    ...(before === null || isMoved ? turnKeys(table, put).map((key) => ({ key, value: 1 })) : [])
  ]
}

const lookupOf = perStream(({ rows, table }, streamId): ToolLookup => ({
  at: (revision) => rowAt(rows, table, streamId, revision),
  ofId: (callId) => {
    const revision = rows.get(callKey(table, streamId, callId))
    return revision === undefined ? null : rowAt(rows, table, streamId, revision as number)
  },
  touchesOf: (call) => touchesAt(rows, table, call)
}))

/** The calls of a turn that is rolled back. */
const flagged = (
  { rows, table }: Surroundings,
  streamId: string,
  turnId: string
): ReadonlyArray<RowWrite> =>
  rows.scan(turnCallsPrefix(table, streamId, turnId), Infinity).flatMap(([prefixed]) => {
    const call = rowAt(rows, table, streamId, prefixed[3] as number)
    if (call === null) return []
    const key = toolKey(table, streamId, call.place.revision)
    return [{ key, value: packed({ ...call, rolledBack: true }) }]
  })

const evolve = (
  state: ToolsState,
  event: SituatedEvent,
  around: Surroundings
): readonly [ToolsState, ReadonlyArray<RowWrite>] => {
  const { streamId, hiddenTurnIds } = event
  const { rows, table, profile } = around
  const step = evolveTools(state, event, lookupOf(around, streamId), profile)
  if (step.writes.length === 0 && hiddenTurnIds.length === 0) return [step.state, NO_WRITES]
  const writes = step.writes.flatMap((write) => writesOf(rows, table, write))
  return [step.state, [...writes, ...hiddenTurnIds.flatMap((id) => flagged(around, streamId, id))]]
}

const forget = (streamId: string, { rows, table }: Surroundings): ReadonlyArray<RowWrite> => {
  const own = ['files', 'call', 'turn'].map((part) => [`${table}.${part}`, streamId])
  const calls = rows.scan([table, streamId], Infinity).flatMap(([key, row]) => {
    const call = toolCallOf(row, streamId)
    const found = fileWrites(table, call, touchesAt(rows, table, call))
    return deletes([key, timeKey(table, call), ...found.map((write) => write.key)])
  })
  return [...calls, ...deletesUnder(rows, ...own)]
}

/** The tool calls of a home. */
export const tools: LedgerProjection<ToolsState> = {
  name: 'tools',
  version: 3,
  needs: EVERY_LINE,
  initial: () => NO_TOOLS,
  evolve,
  forget
}
