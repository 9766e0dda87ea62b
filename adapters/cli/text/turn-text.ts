/**
 * Turns as readable text: messages in full, everything else in one line each.
 */
import type { ThreadItem, Turn } from '../../../domain/protocol.ts'
import { itemText, speaker } from './item-text.ts'
import type { Paint } from './style.ts'
import { cut, duration, lines, localMinute, oneLine, plural } from './text.ts'

const MARGIN = 7

/** How much of each turn is printed. */
export interface Most {
  readonly width: number
  readonly items: number
  readonly lines: number
}

/** Everything, tool items in one line of a width. */
export const everything = (width: number): Most => ({ width, items: Infinity, lines: Infinity })

const indent = (line: string): string => (line === '' ? '' : ' '.repeat(MARGIN) + line)

const message = (item: ThreadItem, who: 'you' | 'codex', most: Most, paint: Paint): string => {
  const head = paint(who === 'you' ? 'cyan' : 'green', who.padEnd(MARGIN))
  const said = lines(itemText(item))
  const [first = '', ...others] = said.length > most.lines ? said.slice(0, most.lines) : said
  const long = Number.isFinite(most.lines) ? most.width * 2 : Infinity
  const cutLine = (line: string) => (line.length > long ? cut(line, long) : line)
  const rest = said.length - 1 - others.length
  return [
    head + cutLine(first),
    ...others.map((line) => indent(cutLine(line))),
    ...(rest > 0 ? [paint('dim', indent(`… ${plural(rest, 'more line')}`))] : [])
  ].join('\n')
}

const brief = (item: ThreadItem, width: number, paint: Paint): string => {
  const sure = item.certainty === 'inferred' ? ' [inferred]' : ''
  const text = `${oneLine(itemText(item))}${sure}`
  return paint('dim', cut(indent(`* ${item.type}${text === '' ? '' : ' '}${text}`), width))
}

const shown = (item: ThreadItem, most: Most, paint: Paint): string => {
  const who = speaker(item)
  return who === null ? brief(item, most.width, paint) : message(item, who, most, paint)
}

const WARNS = new Set(['interrupted', 'failed'])

/** One turn: a line of facts, then its items; of too many items the first and the last ones. */
export const turnText = (turn: Turn, most: Most, paint: Paint): string => {
  const facts = [localMinute(turn.startedAt), duration(turn.durationMs)].filter(
    (fact) => fact !== ''
  )
  const head = paint('dim', ['---', 'turn', oneLine(turn.id), ...facts].join('  '))
  const status = WARNS.has(turn.status) ? `  ${paint('yellow', `[${turn.status}]`)}` : ''
  const left = Math.max(0, turn.items.length - most.items)
  const firsts = left > 0 ? turn.items.slice(0, Math.ceil(most.items / 2)) : turn.items
  const lasts = left > 0 ? turn.items.slice(firsts.length + left) : []
  const words = (items: ReadonlyArray<ThreadItem>) => items.map((item) => shown(item, most, paint))
  const gap = left > 0 ? [paint('dim', indent(`… ${plural(left, 'more item')}`))] : []
  return `${[head + status, ...words(firsts), ...gap, ...words(lasts)].join('\n')}\n`
}
