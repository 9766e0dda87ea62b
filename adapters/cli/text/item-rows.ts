/**
 * Items as rows of a transcript: messages to be read, commands with their output, patches with their diff, tools in short.
 */
import type { Clock } from './clock.ts'
import { isJsonObject, type Json } from '../../../domain/json.ts'
import type { FileUpdate, ThreadItem, ThreadItemOf } from '../../../domain/protocol.ts'
import { changedLines, diffLines } from './diff-text.ts'
import { itemText } from './item-text.ts'
import { markdownLines, outputLines, plainLines } from './markdown.ts'
import type { Style } from './style.ts'
import {
  cutStyled,
  hanging,
  lineWidth,
  styled,
  type StyledLine,
  type StyledText
} from './styled.ts'
import { duration, excerptOf, lines, oneLine, plural, size, withoutColours } from './text.ts'

/** What a reader wants to see of items, and how. */
export interface TranscriptView {
  /** Columns; infinite in a pipe, where nothing is wrapped. */
  readonly width: number
  readonly colours: boolean
  readonly clock: Clock
  /** Messages as they were written, with the marks of Markdown. */
  readonly isPlain: boolean
  /** Lines of an output. */
  readonly outputMax: number
  readonly diffMax: number
  readonly messageMax: number
  /** Items of a turn. */
  readonly itemsMax: number
  readonly showsReasoning: boolean
  /** Paths below this folder are printed relative to it; empty for none. */
  readonly cwd: string
  readonly only: 'messages' | 'tools' | 'diffs' | null
}

const INDENT = styled('  ')
const DEEP = styled('    ')
const SPEAKER_WIDTH = 7
const SHORT_RESULT = 5

const isMessage = ({ type }: ThreadItem): boolean =>
  ['userMessage', 'agentMessage', 'plan', 'enteredReviewMode', 'exitedReviewMode'].includes(type)

/** True for an item that the view shows. */
export const isShown = (item: ThreadItem, { only, showsReasoning }: TranscriptView): boolean => {
  if (item.type === 'reasoning') return showsReasoning && (only === null || only === 'messages')
  if (only === null) return true
  if (only === 'messages') return isMessage(item)
  return (item.type === 'fileChange') === (only === 'diffs') && !isMessage(item)
}

const moreRow = (
  item: ThreadItem,
  more: number,
  { width }: TranscriptView
): ReadonlyArray<StyledLine> => {
  if (more <= 0) return []
  const text = `… ${plural(more, 'more line')}`
  const hint = `  (--item ${oneLine(item.id)})`
  const fits = 4 + text.length + hint.length <= width
  return [[DEEP, styled(fits ? text + hint : text, 'dim')]]
}

const cutRow = (
  { id, truncated }: ThreadItem,
  { width }: TranscriptView
): ReadonlyArray<StyledLine> =>
  truncated === undefined
    ? []
    : [
        [
          DEEP,
          cutStyled(
            `… shortened, ${size(truncated.bytes)} in all (--item ${oneLine(id)})`,
            width - 4,
            'dim'
          )
        ]
      ]

/** Facts of an item with dots between them. */
const dotted = (facts: StyledLine): StyledLine =>
  facts.flatMap((fact, at) => (at === 0 ? [fact] : [styled(' · ', 'dim'), fact]))

const HEAD_LINES = 3

/** What an item did, with its facts at the right; where both do not fit, the facts follow in a row of their own. */
const headRows = (
  mark: StyledText,
  text: string,
  facts: StyledLine,
  { width, outputMax }: TranscriptView
): ReadonlyArray<StyledLine> => {
  const begin = [INDENT, mark, styled(' ')]
  const all = lines(text.trimEnd())
  const most = outputMax === Infinity ? Infinity : HEAD_LINES
  const rows = all
    .slice(0, most)
    .flatMap((line, at) =>
      hanging([styled(line)], { first: at === 0 ? begin : [DEEP], rest: [DEEP] }, width)
    )
  const isCut = rows.length > most || all.length > most
  const [first = [], ...others] = rows.slice(0, most)
  const rest = isCut ? [...others, [DEEP, styled('…', 'dim')]] : others
  const end = dotted(facts)
  if (end.length === 0) return [first, ...rest]
  if (width === Infinity) return [[...first, styled('  '), ...end], ...rest]
  const room = width - lineWidth(first) - lineWidth(end)
  return room >= 2
    ? [[...first, styled(' '.repeat(room)), ...end], ...rest]
    : [first, ...rest, ...hanging(end, { first: [DEEP], rest: [DEEP] }, width)]
}

/** Words under a head, as many lines as the view shows. */
const underRows = (
  item: ThreadItem,
  text: string,
  view: TranscriptView,
  linesMax = view.outputMax,
  style: Style | null = null
): ReadonlyArray<StyledLine> => {
  const clean = withoutColours(text)
  if (clean.trim() === '') return []
  const { first, more } = excerptOf(clean, linesMax)
  const whole = linesMax === Infinity
  const rows = outputLines(first, view.width - 4, whole).map((line) => [
    DEEP,
    ...line.map((one) => styled(one.text, one.style ?? style))
  ])
  return [...rows, ...moreRow(item, more, view)]
}

const messageRows = (
  item: ThreadItem,
  who: string,
  style: Style,
  text: string,
  view: TranscriptView
): ReadonlyArray<StyledLine> => {
  const head = styled(who.padEnd(SPEAKER_WIDTH), style)
  const rest = styled(' '.repeat(SPEAKER_WIDTH))
  const { first, more } = excerptOf(text, view.messageMax)
  const room = view.width - 2 - SPEAKER_WIDTH
  const rows = view.isPlain ? plainLines(first, room) : markdownLines(first, room, view.colours)
  const body = rows.map((row, at) => [INDENT, at === 0 ? head : rest, ...row])
  return [...body, ...moreRow(item, more, view)]
}

const sure = ({ certainty }: ThreadItem): StyledLine =>
  certainty === 'inferred' ? [styled('inferred', 'dim')] : []

const took = (ms: number | null): StyledLine => (ms === null ? [] : [styled(duration(ms), 'dim')])

/** A state that is not the usual one. */
const state = (status: string): StyledLine =>
  status === 'completed' ? [] : [styled(oneLine(status), status === 'failed' ? 'red' : 'yellow')]

const exit = ({ exitCode, status }: ThreadItemOf<'commandExecution'>): StyledLine => {
  if (exitCode === null) return state(status)
  return [
    styled(`exit ${exitCode}`, exitCode === 0 ? 'dim' : 'red'),
    ...(status === 'failed' && exitCode !== 0 ? [] : state(status))
  ]
}

const commandRows = (
  item: ThreadItemOf<'commandExecution'>,
  view: TranscriptView
): ReadonlyArray<StyledLine> => [
  ...headRows(
    styled('$', 'bold'),
    item.command,
    [...exit(item), ...took(item.durationMs), ...sure(item)],
    view
  ),
  ...underRows(item, item.aggregatedOutput ?? '', view)
]

const pathIn = (path: string, cwd: string): string =>
  cwd !== '' && path.startsWith(`${cwd}/`) ? path.slice(cwd.length + 1) : path

const fileRows = (
  item: ThreadItemOf<'fileChange'>,
  change: FileUpdate,
  view: TranscriptView
): ReadonlyArray<StyledLine> => {
  const { path, kind } = change
  const { added, deleted } = changedLines(change)
  const counts = [
    ...(added > 0 || deleted === 0 ? [styled(`+${added}`, 'green')] : []),
    ...(deleted > 0 ? [styled(`−${deleted}`, 'red')] : [])
  ]
  const what = { add: 'new', delete: 'deleted', update: null }[kind.type]
  const to = kind.type === 'update' ? kind.move_path : null
  const moved = to === null ? '' : ` → ${pathIn(to, view.cwd)}`
  const facts = [
    ...(what === null ? [] : [styled(what, 'dim')]),
    ...counts,
    ...state(item.status),
    ...sure(item)
  ]
  const head = headRows(styled('±', 'bold'), oneLine(pathIn(path, view.cwd) + moved), facts, view)
  const { shown, more } = diffLines(change, view.diffMax)
  const diff = shown.flatMap((line) =>
    view.diffMax === Infinity
      ? hanging(line, { first: [DEEP], rest: [DEEP] }, view.width)
      : line.map(({ text, style }) => [DEEP, cutStyled(text, view.width - 4, style)])
  )
  return [...head, ...diff, ...moreRow(item, more, view)]
}

const wordsOf = (value: Json): string => {
  if (value === null) return ''
  if (typeof value === 'string') return value
  if (isJsonObject(value) && typeof value['text'] === 'string') return value['text']
  if (Array.isArray(value)) return (value as ReadonlyArray<Json>).map(wordsOf).join('\n')
  if (isJsonObject(value) && Array.isArray(value['content'])) return wordsOf(value['content'])
  return JSON.stringify(value)
}

const argumentsOf = (value: Json): string =>
  isJsonObject(value) && Object.keys(value).length === 0 ? '' : ` ${JSON.stringify(value)}`

const resultMax = ({ outputMax }: TranscriptView): number =>
  outputMax === Infinity ? Infinity : Math.min(outputMax, SHORT_RESULT)

const TOOL = styled('*', 'bold')

/** A tool: its name and arguments, and its result in short. */
const toolRows = (
  item: ThreadItem,
  call: string,
  facts: StyledLine,
  result: string,
  view: TranscriptView
): ReadonlyArray<StyledLine> => [
  ...headRows(TOOL, call, [...facts, ...sure(item)], view),
  ...underRows(item, result, view, resultMax(view))
]

const mcpRows = (item: ThreadItemOf<'mcpToolCall'>, view: TranscriptView) => [
  ...toolRows(
    item,
    `${item.server}.${item.tool}${argumentsOf(item.arguments)}`,
    [...state(item.status), ...took(item.durationMs)],
    wordsOf(item.result),
    view
  ),
  ...(item.error === null ? [] : underRows(item, item.error.message, view, resultMax(view), 'red'))
]

const rowsOf = (item: ThreadItem, view: TranscriptView): ReadonlyArray<StyledLine> => {
  const tool = (call: string, facts: StyledLine, result = '') =>
    toolRows(item, call, facts, result, view)
  switch (item.type) {
    case 'userMessage':
      return messageRows(item, 'you', 'cyan', itemText(item), view)
    case 'agentMessage':
      return messageRows(item, 'codex', 'green', itemText(item), view)
    case 'plan':
      return messageRows(item, 'plan', 'yellow', itemText(item), view)
    case 'reasoning':
      return messageRows(item, 'think', 'dim', itemText(item), view)
    case 'enteredReviewMode':
    case 'exitedReviewMode':
      return messageRows(item, 'review', 'yellow', itemText(item), view)
    case 'commandExecution':
      return commandRows(item, view)
    case 'fileChange':
      return item.changes.flatMap((change) => fileRows(item, change, view))
    case 'mcpToolCall':
      return mcpRows(item, view)
    case 'dynamicToolCall': {
      const name = item.namespace === null ? item.tool : `${item.namespace}.${item.tool}`
      const facts = [...state(item.status), ...took(item.durationMs)]
      return tool(name + argumentsOf(item.arguments), facts, wordsOf(item.contentItems))
    }
    case 'functionCallOutput':
      return tool(item.name, [], wordsOf(item.output))
    case 'collabAgentToolCall': {
      const to =
        item.receiverThreadIds.length === 0 ? '' : ` → ${item.receiverThreadIds.join(', ')}`
      return tool(item.tool + to, state(item.status), item.prompt ?? '')
    }
    case 'webSearch':
      return tool(`search ${item.query}`, [])
    case 'imageView':
      return tool(`image ${item.path}`, [])
    case 'imageGeneration':
      return tool(`image made ${itemText(item)}`, [])
    case 'subAgentActivity':
      return tool(`agent ${item.agentPath} ${item.kind}`, [
        styled(oneLine(item.agentThreadId), 'dim')
      ])
    case 'hookPrompt':
      return messageRows(item, 'hook', 'dim', itemText(item), view)
    case 'contextCompaction':
    case 'sleep':
      return tool(`${item.type === 'sleep' ? 'sleep ' : ''}${itemText(item)}`, [])
  }
}

/** An item as rows. */
export const itemRows = (item: ThreadItem, view: TranscriptView): ReadonlyArray<StyledLine> => [
  ...rowsOf(item, view),
  ...cutRow(item, view)
]
