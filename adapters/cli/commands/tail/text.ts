/**
 * What happens in a thread, in lines for people: items in the words of `show`.
 */
import type { ThreadItem } from '../../../../domain/protocol.ts'
import type { ThreadChange } from '../../../../replay/engine.ts'
import type { Clock } from '../../text/clock.ts'
import { isShown, itemRows, type TranscriptView } from '../../text/item-rows.ts'
import { itemText } from '../../text/item-text.ts'
import type { Paint } from '../../text/style.ts'
import { painted } from '../../text/styled.ts'
import { duration, oneLine } from '../../text/text.ts'
import { shownTurnId, usualView } from '../../text/turn-text.ts'

/** How much of what happens is printed. */
export type TailDetail = 'chat' | 'normal' | 'full' | 'events'

/** Lines of an output or a diff in the full form; `show --item` has the rest. */
const LINES_MAX = 200

/** What of items is shown in a form; in the form `events` items are lines of their own. */
export const tailView = (
  detail: TailDetail,
  width: number,
  colours: boolean,
  clock: Clock
): TranscriptView => {
  const usual = usualView(width, colours, clock)
  if (detail === 'chat') return { ...usual, only: 'messages' }
  return detail === 'full'
    ? { ...usual, outputMax: LINES_MAX, diffMax: LINES_MAX, showsReasoning: true }
    : usual
}

/** True for an item whose work still runs. */
export const isRunning = (item: ThreadItem): boolean =>
  'status' in item && (item.status === 'inProgress' || item.status === 'in_progress')

/** What a running item does, in a few words. */
export const doing = (item: ThreadItem): string => {
  const text = oneLine(itemText(item)).replace(/ \[in_?[pP]rogress\]/, '')
  return item.type === 'commandExecution' ? `running ${text}` : `${item.type} ${text}`
}

/** The lines of an item; none where the view leaves it out. */
export const itemLines = (
  item: ThreadItem,
  view: TranscriptView,
  paint: Paint
): ReadonlyArray<string> =>
  isShown(item, view) ? itemRows(item, view).map((row) => painted(row, paint)) : []

/** One line per change, for the form `events`. */
export const changeLine = (change: ThreadChange, clock: Clock): string => {
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
      const at = change.atMs === 0 ? '' : `${clock.ofDay(change.atMs)} `
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
export const turnLine = (
  change: ThreadChange,
  paint: Paint,
  { clock, width }: TranscriptView
): string => {
  if (change.type === 'turn_started') {
    const { startedAt } = change.turn
    const time = startedAt === null ? '' : clock.ofDay(startedAt * 1000)
    const facts = [time, shownTurnId(change.turn, width)]
    const told = facts.filter((fact) => fact !== '').map((fact) => ` · ${fact}`)
    return paint('bold', 'Turn') + paint('dim', told.join(''))
  }
  if (change.type !== 'turn_ended') return ''
  const { status, durationMs, error } = change.turn
  const took = durationMs === null ? '' : ` after ${duration(durationMs)}`
  const why = error === null ? '' : `: ${oneLine(error.message)}`
  return paint(status === 'completed' ? 'dim' : 'yellow', `  ${status}${took}${why}`)
}
