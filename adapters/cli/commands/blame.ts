/**
 * unroll blame: which turns changed a file.
 */
import * as E from 'fp-ts/lib/Either.js'
import { isAbsolute, resolve } from 'node:path'
import type { FileChange } from '../../../replay/ledgers/blame.ts'
import { textOf } from '../args.ts'
import { inDirection } from '../options.ts'
import { optionalThread, shortCells } from '../naming/threads.ts'
import type { EngineCommand } from '../session.ts'
import { note, ownFailure } from '../text/report.ts'
import { printRows } from '../text/row-form.ts'
import { column, shown, timeColumn, type Columns } from '../text/rows.ts'
import { isoMs, oneLine } from '../text/text.ts'
import { linesText } from './tools.ts'

const statusText = ({ applied, status, rolledBack }: FileChange): string => {
  const back = rolledBack ? ' (rolled back)' : ''
  if (applied === null) return `${status}, perhaps applied${back}`
  if (!applied) return `${status}${back}`
  return `${status === 'completed' ? 'applied' : `applied, then ${status}`}${back}`
}

const appliedWord = (applied: boolean | null): string => {
  if (applied === null) return 'unknown'
  return applied ? 'applied' : 'not_applied'
}

/** Columns of the changes of a file; its path is only shown where it was another one. */
export const changeColumns = (asked: string): Columns<FileChange> => [
  timeColumn(
    'at',
    ({ atMs }) => isoMs(atMs),
    ({ atMs }) => atMs,
    { head: 'TIME' }
  ),
  column('threadId', ({ threadId }) => threadId, {
    head: 'THREAD',
    max: 36,
    cells: shortCells(({ threadId }) => threadId)
  }),
  column('turnId', ({ turnId }) => turnId, {
    head: 'TURN',
    max: 36,
    drop: 3,
    cells: shortCells(({ turnId }) => turnId)
  }),
  column('callId', ({ callId }) => callId),
  column('operation', ({ operation }) => operation, { head: 'WHAT', max: 8 }),
  shown({
    head: 'LINES',
    max: 14,
    drop: 1,
    cell: ({ linesAdded, linesDeleted }) => linesText(linesAdded, linesDeleted)
  }),
  column('path', ({ path }) => path),
  column('movedTo', ({ movedTo }) => movedTo),
  column('linesAdded', ({ linesAdded }) => linesAdded),
  column('linesDeleted', ({ linesDeleted }) => linesDeleted),
  column('status', ({ status }) => status, { head: 'STATUS', max: 36, cell: statusText }),
  column('rolledBack', ({ rolledBack }) => (rolledBack ? 'rolled_back' : '')),
  column('applied', ({ applied }) => appliedWord(applied)),
  shown({
    head: 'PATH',
    flex: 30,
    drop: 2,
    cell: ({ path, movedTo }) => {
      if (movedTo !== null) return `${path} → ${movedTo}`
      return path === asked ? '' : path
    }
  })
]

/** Paths of other systems stay as they are typed. */
const FOREIGN = /^(?:[A-Za-z]:[\\/]|\\\\)/

/** Nothing changed a file; some others end alike. */
const unchanged = (path: string, hints: ReadonlyArray<string>) =>
  ownFailure(
    'no_match',
    `no patch of ${path}`,
    hints.length === 0
      ? 'name the file as the patch did, or its last parts'
      : `name one of: ${hints.map(oneLine).join(', ')}`
  )

export const blameCommand: EngineCommand = async (input, io, engine) => {
  const [file = ''] = input.args
  const path = isAbsolute(file) || FOREIGN.test(file) ? file : resolve(io.cwd, file)
  const thread = await optionalThread(engine, textOf(input, 'thread'))
  if (E.isLeft(thread)) return thread
  const threadId = thread.right
  const asked = (path: string) =>
    engine.blame(threadId === undefined ? { path } : { path, threadId })()
  const first = await asked(path)
  if (E.isLeft(first)) return first
  const [only, ...others] = first.right.hints
  const isMeant = first.right.data.length === 0 && only !== undefined && others.length === 0
  const answer = isMeant ? await asked(only) : first
  if (E.isLeft(answer)) return answer
  const { data, hints } = answer.right
  if (data.length === 0) return E.left(unchanged(path, hints))
  if (isMeant) note(`no patch of ${oneLine(path)}; of ${oneLine(only)} there are:`, io)
  const rows = inDirection(data, input, 'asc')
  return printRows({ columns: changeColumns(isMeant ? only : path), nothing: '' }, rows, input, io)
}
