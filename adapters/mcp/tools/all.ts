/** Every tool, in the order of `tools/list`. There is none that deletes, rolls back, repairs or appends. */
import type { AnyTool } from '../tool.ts'
import { listToolCalls } from './calls.ts'
import { archiveThread, forkThread, renameThread } from './changes.ts'
import { readContext } from './context.ts'
import { fileHistory } from './files.ts'
import { health } from './health.ts'
import { readItem } from './item.ts'
import { auditEvents, compare, tokenUsage } from './reports.ts'
import { searchHistory } from './search.ts'
import { readThread } from './thread.ts'
import { currentThreadTool, listThreads } from './threads.ts'

const READING: ReadonlyArray<AnyTool> = [
  searchHistory,
  listThreads,
  readThread,
  readItem,
  readContext,
  fileHistory,
  listToolCalls,
  tokenUsage,
  compare,
  auditEvents,
  health,
  currentThreadTool
]

const CHANGING: ReadonlyArray<AnyTool> = [renameThread, archiveThread, forkThread]

export const toolsOf = (writable: boolean): ReadonlyArray<AnyTool> =>
  writable ? [...READING, ...CHANGING] : READING
