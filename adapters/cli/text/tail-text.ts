/**
 * What happens in a thread, in lines for people: items in the words of `show`.
 */
import type { ThreadItem } from '../../../domain/protocol.ts'
import type { ThreadChange } from '../../../replay/engine.ts'
import { itemText, speaker } from './item-text.ts'
import type { Paint } from './style.ts'
import { cut, duration, lines, oneLine, plural, wrap } from './text.ts'

/** How much of what happens is printed. */
export type TailDetail = 'chat' | 'normal' | 'full' | 'events'

const MARGIN = 7
/** Lines of an output or a diff; `show --item` has the rest. */
const LINES_MAX = 200

const indented = (line: string): string => (line === '' ? '' : ' '.repeat(MARGIN) + line)

/** True for an item whose work still runs. */
export const isRunning = (item: ThreadItem): boolean =>
  'status' in item && (item.status === 'inProgress' || item.status === 'in_progress')

/** What a running item does, in a few words. */
export const doing = (item: ThreadItem): string => {
  const text = oneLine(itemText(item)).replace(/ \[in_?[pP]rogress\]/, '')
  return item.type === 'commandExecution' ? `running ${text}` : `${item.type} ${text}`
}

/** Outputs, diffs and results, which only the full form prints. */
const detailOf = (item: ThreadItem): string => {
  switch (item.type) {
    case 'commandExecution':
      return item.aggregatedOutput ?? ''
    case 'fileChange':
      return item.changes.map(({ diff }) => diff).join('\n')
    case 'mcpToolCall':
      return item.result === null ? '' : JSON.stringify(item.result)
    case 'dynamicToolCall':
      return item.contentItems === null ? '' : JSON.stringify(item.contentItems)
    case 'reasoning':
      return itemText(item)
    default:
      return ''
  }
}

const detailLines = (item: ThreadItem, width: number): ReadonlyArray<string> => {
  const text = detailOf(item).replace(/\n$/, '')
  if (text === '') return []
  const all = lines(text)
  const rest = all.length - LINES_MAX
  return [
    ...all.slice(0, LINES_MAX).map((line) => cut(indented(line), width)),
    ...(rest > 0 ? [indented(`… ${plural(rest, 'more line')}`)] : [])
  ]
}

const message = (
  item: ThreadItem,
  who: 'you' | 'codex',
  width: number,
  paint: Paint
): ReadonlyArray<string> => {
  const room = Math.max(20, width - MARGIN)
  const [first = '', ...others] = lines(itemText(item).trimEnd()).flatMap((line) =>
    line.length <= room ? [line] : wrap(line, 0, room).split('\n')
  )
  const head = paint(who === 'you' ? 'cyan' : 'green', who.padEnd(MARGIN))
  return [head + first, ...others.map(indented)]
}

/** The lines of an item; none where the detail leaves it out. `width`: of the terminal. */
export const itemLines = (
  item: ThreadItem,
  detail: Exclude<TailDetail, 'events'>,
  width: number,
  paint: Paint
): ReadonlyArray<string> => {
  const who = speaker(item)
  if (who !== null) return message(item, who, width, paint)
  if (detail === 'chat') return []
  const text = oneLine(itemText(item))
  const isLong = item.type === 'reasoning' && detail === 'full'
  const said = text === '' || isLong ? '' : ` ${text}`
  const head = paint('dim', cut(indented(`* ${item.type}${said}`), width))
  return [head, ...(detail === 'full' ? detailLines(item, width).map((l) => paint('dim', l)) : [])]
}

const two = (value: number): string => String(value).padStart(2, '0')

const clock = (ms: number): string => {
  const at = new Date(ms)
  return Number.isNaN(at.getTime())
    ? ''
    : [at.getHours(), at.getMinutes(), at.getSeconds()].map(two).join(':')
}

/** One line per change, for the form `events`. */
export const changeLine = (change: ThreadChange): string => {
  switch (change.type) {
    case 'turn_started':
      return `turn started  ${oneLine(change.turn.id)}`
    case 'turn_ended':
      return `turn ${change.turn.status}  ${oneLine(change.turn.id)}`
    case 'turn_resumed':
      return `turn continued  ${oneLine(change.turnId)}`
    case 'item_added':
    case 'item_changed': {
      const text = oneLine(itemText(change.item))
      const what = change.type === 'item_added' ? 'item' : 'item changed'
      const revision = change.revision === undefined ? '' : ` ${change.revision}`
      const at = change.atMs === 0 ? '' : `${clock(change.atMs)} `
      return `${at}${what}${revision}  ${change.item.type}${text === '' ? '' : ` ${text}`}`
    }
    case 'reasoning_added':
      return `reasoning  ${oneLine(change.text)}`
    case 'usage':
      return `tokens  ${change.info.total_token_usage.total_tokens} in all`
    case 'goal':
      return change.goal === null ? 'goal cleared' : `goal  ${oneLine(change.goal.objective)}`
    case 'rewound':
      return 'history changed'
  }
}

/** The beginning or the end of a turn for people; empty for other changes. */
export const turnLine = (change: ThreadChange, paint: Paint): string => {
  if (change.type === 'turn_started') {
    const { id, startedAt } = change.turn
    const at = startedAt === null ? '' : `  ${clock(startedAt * 1000)}`
    return paint('dim', `---  turn  ${oneLine(id)}${at}`)
  }
  if (change.type !== 'turn_ended') return ''
  const { status, durationMs, error } = change.turn
  const took = durationMs === null ? '' : ` after ${duration(durationMs)}`
  const why = error === null ? '' : `: ${oneLine(error.message)}`
  return paint(status === 'completed' ? 'dim' : 'yellow', `---  turn ${status}${took}${why}`)
}
