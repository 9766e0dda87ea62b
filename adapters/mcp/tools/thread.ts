/** `read_thread`: turns of a thread, as many as fit. */
import type { ThreadItem, Turn } from '../../../domain/protocol.ts'
import { fits, roomOf, type Room } from '../budget.ts'
import { got, threadNamed, type History } from '../history.ts'
import { z, type Infer } from '../sdk.ts'
import { titleOf } from '../threads.ts'
import { clean, maxCharsArg, noticeOut, threadArg, timeOut, tool } from '../tool.ts'
import { code, firstLines, isoOf, NOTICE, partsOf, quoted, turnUri } from '../words.ts'

const PAGE_BYTES = 512 * 1024
const OUTPUT_LINES = 20

export type Detail = 'chat' | 'normal' | 'full'

/** The most characters of a message, of a call, and of what it gave back. */
const SIZES: Readonly<Record<Detail, { said: number; call: number; gave: number }>> = {
  chat: { said: 6000, call: 0, gave: 0 },
  normal: { said: 6000, call: 500, gave: 1200 },
  full: { said: 20_000, call: 4000, gave: 8000 }
}

const itemOut = z.object({
  id: z.string(),
  type: z.string(),
  text: z.string().describe('A message, or a call in a line.'),
  output: z.string().optional().describe('What a tool gave back; read_item has all of it.')
})
type ItemOut = Infer<typeof itemOut>

const turnOut = z.object({
  number: z.number().int().describe('1 is the first.'),
  id: z.string(),
  started_at: timeOut,
  status: z.string(),
  error: z.string().optional(),
  items: z.array(itemOut),
  uri: z.string()
})
type TurnOut = Infer<typeof turnOut>

const isMessage = ({ type }: ThreadItem): boolean =>
  type === 'userMessage' || type === 'agentMessage'

const isShown = (item: ThreadItem, detail: Detail): boolean =>
  detail === 'full' || isMessage(item) || (detail === 'normal' && item.type !== 'reasoning')

const itemRow = (history: History, item: ThreadItem, detail: Detail, max: number): ItemOut => {
  const { said, gave } = partsOf(item)
  const sizes = SIZES[detail]
  const output =
    detail === 'normal'
      ? firstLines(clean(history, gave, Infinity), OUTPUT_LINES, sizes.gave)
      : clean(history, gave, Math.min(max, sizes.gave))
  // Diffs are for those who ask for everything.
  const isTold = output !== '' && (item.type !== 'fileChange' || detail === 'full')
  return {
    id: item.id,
    type: item.type,
    text: clean(history, said, Math.min(max, isMessage(item) ? sizes.said : sizes.call)),
    ...(isTold ? { output } : {})
  }
}

const SPEAKER: Readonly<Record<string, string>> = { userMessage: 'You', agentMessage: 'Agent' }

const itemText = ({ id, type, text, output }: ItemOut): string => {
  const head = SPEAKER[type] ?? `${type} ${code(id)}`
  const gave = output === undefined ? '' : `\n>\n${quoted(output)}`
  return `**${head}**\n${quoted(text)}${gave}`
}

const turnHead = ({ number, id, started_at, status, error }: TurnOut): string =>
  `## Turn ${number} · ${started_at ?? ''} · ${status} · ${code(id)}${error === undefined ? '' : `\n${quoted(error)}`}`

export const turnText = (turn: TurnOut): string =>
  [turnHead(turn), ...turn.items.map(itemText)].join('\n\n')

/** A turn without its items. */
const headOf = (history: History, threadId: string, turn: Turn, number: number): TurnOut => ({
  number,
  id: turn.id,
  started_at: isoOf(turn.startedAt === null ? null : turn.startedAt * 1000),
  status: turn.status,
  ...(turn.error === null ? {} : { error: clean(history, turn.error.message, 500) }),
  items: [],
  uri: turnUri(threadId, turn.id)
})

interface Taken {
  readonly turn: TurnOut
  /** The item that did not fit; null where the turn is whole. */
  readonly next: string | null
}

/** As much of a turn as there is room for; null where not even its head fits. */
const takeTurn = (
  history: History,
  head: TurnOut,
  items: ReadonlyArray<ThreadItem>,
  detail: Detail,
  room: Room
): Taken | null => {
  if (!fits(room, head, turnHead(head))) return null
  const taken: Array<ItemOut> = []
  const most = Math.max(300, Math.floor(room.left / 2) - 200)
  for (const item of items) {
    if (!isShown(item, detail)) continue
    const row = itemRow(history, item, detail, most)
    if (!fits(room, row, itemText(row))) return { turn: { ...head, items: taken }, next: item.id }
    taken.push(row)
  }
  return { turn: { ...head, items: taken }, next: null }
}

export interface ReadRequest {
  readonly threadId: string
  /** A number, 1 for the first and -1 for the last, or an id. */
  readonly from: string
  readonly fromItem?: string | undefined
  readonly turns: number
  readonly detail: Detail
  readonly maxChars: number
}

export interface ReadTurns {
  readonly revision: number
  readonly total: number
  readonly turns: ReadonlyArray<TurnOut>
  readonly nextTurn: number | null
  readonly nextItem: string | null
}

const placeOf = (
  from: string,
  total: number
): { readonly from: number } | { readonly turnId: string } => {
  if (!/^-?\d{1,9}$/.test(from)) return { turnId: from }
  const number = Number(from)
  return { from: Math.max(0, number < 0 ? total + number : number - 1) }
}

/** Turns of a thread within a number of characters. */
export const readTurns = async (history: History, request: ReadRequest): Promise<ReadTurns> => {
  const { threadId, from, fromItem, turns: most, detail, maxChars } = request
  const engine = await history.engine()
  const { count } = got(await engine.turnPlaces(threadId, 0, 0)())
  const room = roomOf(maxChars)
  const turns: Array<TurnOut> = []
  let place = placeOf(from, count)
  let revision = 0
  let total = count
  for (;;) {
    const asked = { ...place, count: Math.min(5, most - turns.length), itemsView: 'full' } as const
    const range = got(await engine.turnRange(threadId, { ...asked, maxBytes: PAGE_BYTES })())
    ;({ revision, total } = range)
    for (const [at, turn] of range.turns.entries()) {
      const number = range.from + at + 1
      const first = turns.length === 0 ? turn.items.findIndex(({ id }) => id === fromItem) : 0
      const items = turn.items.slice(Math.max(0, first))
      const taken = takeTurn(history, headOf(history, threadId, turn, number), items, detail, room)
      if (taken === null) return { revision, total, turns, nextTurn: number, nextItem: null }
      turns.push(taken.turn)
      if (taken.next !== null)
        return { revision, total, turns, nextTurn: number, nextItem: taken.next }
      if (turns.length === most) break
    }
    const next = range.from + range.turns.length
    const isOver = range.turns.length === 0 || next >= total
    if (isOver) return { revision, total, turns, nextTurn: null, nextItem: null }
    if (turns.length >= most) return { revision, total, turns, nextTurn: next + 1, nextItem: null }
    place = { from: next }
  }
}

const onward = ({ nextTurn, nextItem }: ReadTurns): string => {
  if (nextTurn === null) return 'This is the end of the thread.'
  const item = nextItem === null ? '' : `, from_item ${code(nextItem)}`
  return `More: from_turn ${nextTurn}${item}. A cut text is whole in read_item.`
}

export const readThread = tool({
  name: 'read_thread',
  title: 'Read a thread',
  description:
    'Reads turns of a thread: what was asked, answered and done. Long texts and outputs are cut; read_item has them whole. Continue with next_turn.',
  input: z.object({
    thread: threadArg,
    from_turn: z
      .union([z.string(), z.number().int()])
      .default('1')
      .describe('Number of a turn (1 is the first, -3 the third from the end) or its id.'),
    from_item: z.string().optional().describe('`next_item` of the answer before.'),
    turns: z
      .number()
      .int()
      .min(1)
      .max(20)
      .default(10)
      .describe('How many at the most; 20 is the limit.'),
    detail: z
      .enum(['chat', 'normal', 'full'])
      .default('normal')
      .describe(
        'chat: messages alone; normal: calls and the first lines of outputs as well; full: everything.'
      ),
    max_chars: maxCharsArg
  }),
  output: z.object({
    notice: noticeOut,
    thread: z.string(),
    title: z.string(),
    directory: z.string(),
    revision: z.number().int().describe('How many events the thread has.'),
    total_turns: z.number().int(),
    turns: z.array(turnOut),
    next_turn: z.number().int().nullable().describe('Number of the next turn; null at the end.'),
    next_item: z.string().nullable().describe('The item of that turn that did not fit.')
  }),
  answer: async (history, args) => {
    const threadId = await threadNamed(history, args.thread)
    const thread = got(await (await history.engine()).readThread(threadId, false)())
    const read = await readTurns(history, {
      threadId,
      from: String(args.from_turn),
      fromItem: args.from_item,
      turns: args.turns,
      detail: args.detail,
      maxChars: args.max_chars ?? history.maxChars
    })
    const title = titleOf(history, thread)
    const head = `Thread ${code(threadId)}, ${read.total} turns, revision ${read.revision}\n${quoted(title)}`
    return {
      data: {
        notice: NOTICE,
        thread: threadId,
        title,
        directory: thread.cwd,
        revision: read.revision,
        total_turns: read.total,
        turns: [...read.turns],
        next_turn: read.nextTurn,
        next_item: read.nextItem
      },
      text: [head, ...read.turns.map(turnText), onward(read)].join('\n\n')
    }
  }
})
