/** `list_tool_calls`: how something was run here, and what came of it. */
import {
  TOOL_KINDS,
  TOOL_STATUSES,
  type ToolCall
} from '../../../domain/ledgers/tools/tool-call.ts'
import { filled } from '../budget.ts'
import { got, rangeOf, threadNamed, type History } from '../history.ts'
import { z, type Infer } from '../sdk.ts'
import { directoryOf, threadsIn } from '../threads.ts'
import {
  clean,
  cursorArg,
  limitArg,
  nextCursorOut,
  noticeOut,
  sinceArg,
  threadArg,
  timeOut,
  tool
} from '../tool.ts'
import { code, firstLines, isoOf, NOTICE, partsOf, quoted, threadUri, turnUri } from '../words.ts'

const SUBJECT = 400
const OUTPUT_LINES = 6
const OUTPUT = 600
/** Calls that are looked at for one answer; the cursor goes on behind them. */
const LOOKED_AT = 5000
const PAGE = 100

const callOut = z.object({
  at: timeOut,
  thread: z.string(),
  turn: z.string().nullable(),
  item: z.string(),
  kind: z.string(),
  tool: z.string(),
  subject: z.string().nullable(),
  status: z.string(),
  exit_code: z.number().int().nullable(),
  took_ms: z.number().nullable(),
  output: z.string().nullable().describe('The first lines; read_item has all.'),
  uri: z.string()
})
type CallOut = Infer<typeof callOut>

const outputOf = async (
  history: History,
  { threadId, turnId, callId, rolledBack }: ToolCall
): Promise<string | null> => {
  if (turnId === null || rolledBack) return null
  const read = await (await history.engine()).readItems(threadId, turnId, [callId])()
  const item = read._tag === 'Left' ? undefined : read.right[0]?.item
  const gave = item === undefined || item.type === 'fileChange' ? '' : partsOf(item).gave
  return gave === '' ? null : firstLines(clean(history, gave, Infinity), OUTPUT_LINES, OUTPUT)
}

const rowOf = async (history: History, call: ToolCall): Promise<CallOut> => ({
  at: isoOf(call.atMs),
  thread: call.threadId,
  turn: call.turnId,
  item: call.callId,
  kind: call.kind,
  tool: call.server === null ? call.name : `${call.server}.${call.name}`,
  subject: call.subject === null ? null : clean(history, call.subject, SUBJECT),
  status: call.status,
  exit_code: call.exitCode,
  took_ms: call.execMs,
  output: await outputOf(history, call),
  uri: call.turnId === null ? threadUri(call.threadId) : turnUri(call.threadId, call.turnId)
})

const line = (row: CallOut): string => {
  const exit = row.exit_code === null ? '' : `, exit ${row.exit_code}`
  const took = row.took_ms === null ? '' : `, ${row.took_ms} ms`
  const head = `- ${row.at ?? ''} ${row.kind} (${row.status}${exit}${took}): thread ${code(row.thread)}, turn ${code(row.turn ?? '')}`
  const output = row.output === null ? '' : `\n>\n${quoted(row.output)}`
  return `${head}\n${quoted(row.subject ?? row.tool)}${output}`
}

export const listToolCalls = tool({
  name: 'list_tool_calls',
  title: 'List tool calls',
  description:
    'Calls of tools in earlier threads, newest first, with exit codes and the first lines of output: how something was run here, which commands failed, what fixed an error.',
  input: z.object({
    thread: threadArg.optional(),
    kind: z.enum(TOOL_KINDS).optional(),
    status: z.enum(TOOL_STATUSES).optional(),
    command_contains: z
      .string()
      .min(1)
      .optional()
      .describe(
        'Only calls whose command, path or query contains this; letter case does not count.'
      ),
    cwd: z.string().optional().describe('Only threads of this directory (absolute path).'),
    since: sinceArg,
    limit: limitArg(50, 15),
    cursor: cursorArg
  }),
  output: z.object({
    notice: noticeOut,
    calls: z.array(callOut),
    next_cursor: nextCursorOut
  }),
  answer: async (history, args) => {
    const { kind, status, command_contains: part, since, limit } = args
    const directory = directoryOf(args.cwd)
    const among = directory === undefined ? null : await threadsIn(history, [directory])
    const threadId = args.thread === undefined ? null : await threadNamed(history, args.thread)
    const engine = await history.engine()
    const filter = {
      ...rangeOf(history, since, undefined),
      ...(threadId === null ? {} : { threadId }),
      ...(kind === undefined ? {} : { kinds: [kind] }),
      ...(status === undefined ? {} : { statuses: [status] })
    }
    const wanted = part?.toLowerCase()
    const isWanted = (call: ToolCall): boolean =>
      (among === null || among.has(call.threadId)) &&
      (wanted === undefined || (call.subject ?? call.name).toLowerCase().includes(wanted))
    const ask = async (cursor: string | null, size: number) =>
      got(await engine.tools({ ...filter, cursor, limit: size })())
    const found: Array<{ row: CallOut; behind: () => Promise<string | null> }> = []
    let cursor: string | null = args.cursor ?? null
    for (let looked = 0; looked < LOOKED_AT; looked += PAGE) {
      const from: string | null = cursor
      const page = await ask(from, PAGE)
      for (const [place, call] of page.data.entries()) {
        if (!isWanted(call)) continue
        const behind = async () => (await ask(from, place + 1)).nextCursor
        found.push({ row: await rowOf(history, call), behind })
        if (found.length === limit) break
      }
      cursor = found.length === limit ? ((await found.at(-1)?.behind()) ?? null) : page.nextCursor
      if (cursor === null || found.length === limit) break
    }
    const { rows, left } = filled(found, history.maxChars, ({ row }) => line(row))
    const next = left === 0 ? cursor : ((await rows.at(-1)?.behind()) ?? null)
    const lines = rows.map(({ row }) => line(row))
    const nothing = next === null ? 'No tool calls.' : 'No tool calls among those looked at.'
    return {
      data: { notice: NOTICE, calls: rows.map(({ row }) => row), next_cursor: next },
      text: [
        lines.length === 0 ? nothing : lines.join('\n\n'),
        ...(next === null ? [] : [`More: cursor ${code(next)}`])
      ].join('\n\n')
    }
  }
})
