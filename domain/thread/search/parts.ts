/**
 * The parts of a thread a search can be asked to look in, and the texts each item has in them.
 */
import type { Json } from '../../json.ts'
import type { ThreadItem } from '../../protocol.ts'
import { saidByItem } from './said.ts'

export const SEARCH_PARTS = ['user', 'agent', 'reasoning', 'tools', 'outputs', 'diffs'] as const
export type SearchPart = (typeof SEARCH_PARTS)[number]

/** What is searched where nothing else is asked for. */
export const MESSAGE_PARTS: ReadonlyArray<SearchPart> = ['user', 'agent']

/** A text of an item, and the part it belongs to. */
export interface PartText {
  readonly part: SearchPart
  readonly text: string
}

const joined = (...texts: ReadonlyArray<string>): string =>
  texts.filter((text) => text !== '').join('\n')

/** The strings of a JSON value, one below the other, as they were before they were JSON. */
const stringsIn = (value: Json): string => {
  if (typeof value === 'string') return value
  if (typeof value !== 'object' || value === null) return ''
  return joined(...Object.values(value).map((one) => stringsIn(one as Json)))
}

/** What was asked of a tool, and what came back. */
const called = (asked: string, gave = ''): ReadonlyArray<PartText> => [
  { part: 'tools', text: asked },
  { part: 'outputs', text: gave }
]

const textsOfItem = (item: ThreadItem): ReadonlyArray<PartText> => {
  switch (item.type) {
    case 'userMessage':
      return [{ part: 'user', text: saidByItem(item) ?? '' }]
    case 'agentMessage':
      return [{ part: 'agent', text: item.text }]
    case 'reasoning':
      return [{ part: 'reasoning', text: joined(...item.summary, ...item.content) }]
    case 'plan':
      return [{ part: 'reasoning', text: item.text }]
    case 'commandExecution':
      return called(item.command, item.aggregatedOutput ?? '')
    case 'mcpToolCall':
      return called(
        joined(`${item.server}.${item.tool}`, stringsIn(item.arguments)),
        joined(stringsIn(item.result), item.error?.message ?? '')
      )
    case 'dynamicToolCall':
      return called(joined(item.tool, stringsIn(item.arguments)), stringsIn(item.contentItems))
    case 'functionCallOutput':
      return called(item.name, stringsIn(item.output))
    case 'collabAgentToolCall':
      return called(joined(item.tool, item.prompt ?? ''))
    case 'webSearch':
      return called(item.query, stringsIn(item.results ?? null))
    case 'imageGeneration':
      return called(item.revisedPrompt ?? '')
    case 'imageView':
      return called(item.path)
    case 'hookPrompt':
      return called('', joined(...item.fragments.map(({ text }) => text)))
    case 'fileChange':
      return item.changes.map(({ path, diff }) => ({ part: 'diffs', text: joined(path, diff) }))
    default:
      return []
  }
}

/** The texts of an item in some parts. */
export const textsIn = (
  item: ThreadItem,
  parts: ReadonlyArray<SearchPart>
): ReadonlyArray<PartText> =>
  textsOfItem(item).filter(({ part, text }) => text !== '' && parts.includes(part))
