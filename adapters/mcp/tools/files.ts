/** `file_history`: who changed a file, to be asked before it is changed again. */
import { isAbsolute, resolve } from 'node:path'
import type { Engine } from '../../../replay/engine.ts'
import type { FileChange } from '../../../replay/ledgers/blame.ts'
import { filled } from '../budget.ts'
import { got, type History } from '../history.ts'
import { z, type Infer } from '../sdk.ts'
import { directoryOf } from '../threads.ts'
import { clean, cwdArg, limitArg, noticeOut, timeOut, tool } from '../tool.ts'
import { code, isoOf, NOTICE, quoted, threadUri, turnUri } from '../words.ts'

const DIFF_MAX = 4000

const changeOut = z.object({
  at: timeOut,
  thread: z.string(),
  turn: z.string().nullable(),
  operation: z.string(),
  path: z.string(),
  moved_to: z.string().nullable(),
  lines_added: z.number().int().nullable(),
  lines_deleted: z.number().int().nullable(),
  status: z.string(),
  applied: z.boolean().nullable().describe('Null where no line says.'),
  rolled_back: z.boolean().describe('The turn was taken back; the file was changed all the same.'),
  diff: z.string().nullable().describe('Null where the turn is no longer in the thread.'),
  uri: z.string()
})
type ChangeOut = Infer<typeof changeOut>

const diffOf = async (engine: Engine, change: FileChange): Promise<string | null> => {
  const { threadId, turnId, callId, path } = change
  if (turnId === null || change.rolledBack) return null
  const read = await engine.readItems(threadId, turnId, [callId])()
  if (read._tag === 'Left') return null
  const item = read.right[0]?.item
  if (item?.type !== 'fileChange') return null
  const found = item.changes.find((one) => one.path === path || path.endsWith(`/${one.path}`))
  return found?.diff ?? null
}

const rowOf = async (history: History, change: FileChange): Promise<ChangeOut> => {
  const diff = await diffOf(await history.engine(), change)
  const { threadId, turnId } = change
  return {
    at: isoOf(change.atMs),
    thread: threadId,
    turn: turnId,
    operation: change.operation,
    path: change.path,
    moved_to: change.movedTo,
    lines_added: change.linesAdded,
    lines_deleted: change.linesDeleted,
    status: change.status,
    applied: change.applied,
    rolled_back: change.rolledBack,
    diff: diff === null ? null : clean(history, diff, DIFF_MAX),
    uri: turnId === null ? threadUri(threadId) : turnUri(threadId, turnId)
  }
}

const line = (row: ChangeOut): string => {
  const counts = row.lines_added === null ? '' : ` +${row.lines_added} −${row.lines_deleted ?? 0}`
  const back = row.rolled_back ? ', rolled back' : ''
  const head = `- ${row.at ?? ''} ${row.operation} ${code(row.path)}${counts} (${row.status}${back}): thread ${code(row.thread)}, turn ${code(row.turn ?? '')}`
  return row.diff === null ? head : `${head}\n${quoted(row.diff)}`
}

export const fileHistory = tool({
  name: 'file_history',
  title: 'History of a file',
  description:
    'Which earlier turns changed a file with patches, newest first, with their diffs: ask before you change it. What commands did to it is not known.',
  input: z.object({
    path: z.string().min(1).describe('Absolute, or relative to `cwd` or to your directory.'),
    cwd: cwdArg,
    limit: limitArg(50, 10)
  }),
  output: z.object({
    notice: noticeOut,
    path: z.string(),
    changes: z.array(changeOut),
    total: z.number().int(),
    similar: z.array(z.string()).describe('Paths that end alike, where this one is not known.')
  }),
  answer: async (history, { path, cwd, limit }) => {
    const base = directoryOf(cwd) ?? (await history.directories())[0]
    const whole = isAbsolute(path) || base === undefined ? path : resolve(base, path)
    const { data, hints } = got(await (await history.engine()).blame({ path: whole })())
    const all: Array<ChangeOut> = []
    for (const change of data.toReversed().slice(0, limit)) all.push(await rowOf(history, change))
    const { rows } = filled(all, history.maxChars, line)
    const similar = hints.slice(0, 10)
    const nothing =
      similar.length === 0
        ? `No patch of ${code(whole)}.`
        : `No patch of ${code(whole)}. Similar: ${similar.map(code).join(', ')}`
    const left = data.length - rows.length
    return {
      data: { notice: NOTICE, path: whole, changes: [...rows], total: data.length, similar },
      text:
        data.length === 0
          ? nothing
          : `${rows.map(line).join('\n\n')}${left === 0 ? '' : `\n\n${left} older changes are left out.`}`
    }
  }
})
