/**
 * What of a turn is shown, and in which pieces: words by themselves, work between them as one piece.
 */
import type { ThreadItem } from '../../domain/protocol.ts'

/** What the items of a thread can be narrowed to. */
export const SHOWN_KINDS = ['messages', 'tools', 'diffs'] as const
export type ShownKind = (typeof SHOWN_KINDS)[number]

/** Empty: everything is shown. */
export type Shown = ReadonlySet<ShownKind>

export const ITEMS_SHOWN = 40
/** Fewer pieces of work in a row stand for themselves. */
const GROUP_MIN = 3

type TurnPartType = ThreadItem['type']

const WORK: ReadonlySet<string> = new Set<TurnPartType>([
  'commandExecution',
  'fileChange',
  'mcpToolCall',
  'dynamicToolCall',
  'functionCallOutput',
  'webSearch',
  'imageView',
  'reasoning',
  'sleep',
  'hookPrompt'
])

const OF_KIND: Readonly<Record<ShownKind, ReadonlySet<string>>> = {
  messages: new Set<TurnPartType>(['userMessage', 'agentMessage', 'plan']),
  tools: new Set<TurnPartType>([
    'commandExecution',
    'mcpToolCall',
    'dynamicToolCall',
    'functionCallOutput',
    'webSearch',
    'imageView',
    'imageGeneration',
    'collabAgentToolCall',
    'subAgentActivity'
  ]),
  diffs: new Set<TurnPartType>(['fileChange'])
}

/** Reads `tools,diffs`; words that name nothing are left out. */
export const parseShown = (text: string | undefined): Shown =>
  new Set(SHOWN_KINDS.filter((kind) => (text ?? '').split(',').includes(kind)))

const isShown = ({ type }: ThreadItem, shown: Shown): boolean =>
  shown.size === 0 || [...shown].some((kind) => OF_KIND[kind].has(type))

export type TurnPart =
  | { readonly kind: 'item'; readonly item: ThreadItem }
  | { readonly kind: 'work'; readonly id: string; readonly items: ReadonlyArray<ThreadItem> }

/** Items in order; pieces of work that follow each other are together, unless only some kinds are shown. */
export const partsOf = (
  all: ReadonlyArray<ThreadItem>,
  shown: Shown = new Set()
): ReadonlyArray<TurnPart> => {
  const items = all.filter((item) => isShown(item, shown))
  if (shown.size > 0) return items.map((item) => ({ kind: 'item', item }))
  const parts: Array<TurnPart> = []
  let work: Array<ThreadItem> = []
  const flush = (): void => {
    const id = `${work[0]?.id ?? ''}/work`
    if (work.length >= GROUP_MIN) parts.push({ kind: 'work', id, items: work })
    else parts.push(...work.map((item) => ({ kind: 'item', item }) as const))
    work = []
  }
  for (const item of items)
    if (WORK.has(item.type)) work.push(item)
    else {
      flush()
      parts.push({ kind: 'item', item })
    }
  flush()
  return parts
}

/** Where the keys stop in a turn: at items that are seen, and at work that is one line; each by the name that its element has. */
export const stopsOf = (
  parts: ReadonlyArray<TurnPart>,
  isOpen: (workId: string) => boolean
): ReadonlyArray<string> =>
  parts.flatMap((part) => {
    if (part.kind === 'item') return [part.item.id]
    return isOpen(part.id) ? [part.id, ...part.items.map(({ id }) => id)] : [part.id]
  })

/** The work that an item is part of; null for one that stands by itself. */
export const workWith = (parts: ReadonlyArray<TurnPart>, itemId: string): string | null => {
  const found = parts.find(
    (part) => part.kind === 'work' && part.items.some(({ id }) => id === itemId)
  )
  return found?.kind === 'work' ? found.id : null
}

export const isFailed = (item: ThreadItem): boolean => {
  if (item.type === 'commandExecution')
    return (item.exitCode ?? 0) !== 0 || item.status === 'failed'
  return 'status' in item && (item.status === 'failed' || item.status === 'declined')
}
