/**
 * Turns as readable text: messages in full, everything else in one line each.
 */
import type { ThreadItem, Turn } from '../../domain/protocol.ts'
import { itemText, speaker } from './item-text.ts'
import type { Paint } from './style.ts'
import { cut, duration, lines, localMinute, oneLine } from './text.ts'

const MARGIN = 7

const message = (item: ThreadItem, who: 'you' | 'codex', paint: Paint): string => {
  const head = paint(who === 'you' ? 'cyan' : 'green', who.padEnd(MARGIN))
  return lines(itemText(item))
    .map((line, i) => (i === 0 ? head : ' '.repeat(line === '' ? 0 : MARGIN)) + line)
    .join('\n')
}

const brief = (item: ThreadItem, width: number, paint: Paint): string => {
  const text = oneLine(itemText(item))
  const line = `${' '.repeat(MARGIN)}* ${item.type}${text === '' ? '' : ' '}${text}`
  return paint('dim', cut(line, width))
}

/** One item in words. */
const shown = (item: ThreadItem, width: number, paint: Paint): string => {
  const who = speaker(item)
  return who === null ? brief(item, width, paint) : message(item, who, paint)
}

const WARNS = new Set(['interrupted', 'failed'])

/** One turn: a line of facts, then its items. */
export const turnText = (turn: Turn, width: number, paint: Paint): string => {
  const facts = [localMinute(turn.startedAt), duration(turn.durationMs)].filter(
    (fact) => fact !== ''
  )
  const head = paint('dim', ['---', 'turn', oneLine(turn.id), ...facts].join('  '))
  const status = WARNS.has(turn.status) ? `  ${paint('yellow', `[${turn.status}]`)}` : ''
  return `${[head + status, ...turn.items.map((item) => shown(item, width, paint))].join('\n')}\n`
}
