/**
 * Turns as a transcript: a head with the facts of the turn, then its items.
 */
import type { Turn } from '../../../domain/protocol.ts'
import type { Clock } from './clock.ts'
import { isShown, itemRows, type TranscriptView } from './item-rows.ts'
import type { Paint } from './style.ts'
import { hanging, lineWidth, painted, styled, type StyledLine } from './styled.ts'
import { cut, duration, msOf, oneLine, plural } from './text.ts'

const OUTPUT_MAX = 10

/** What is shown unless more or less is asked for. */
export const usualView = (width: number, colours: boolean, clock: Clock): TranscriptView => ({
  width,
  colours,
  clock,
  isPlain: false,
  outputMax: OUTPUT_MAX,
  diffMax: OUTPUT_MAX,
  messageMax: Infinity,
  itemsMax: Infinity,
  showsReasoning: false,
  cwd: '',
  only: null
})

/** Everything, whole. */
export const wholeView = (view: TranscriptView): TranscriptView => ({
  ...view,
  outputMax: Infinity,
  diffMax: Infinity,
  messageMax: Infinity,
  itemsMax: Infinity
})

/** What is known of a turn besides the turn. */
export interface TurnFacts {
  /** Its number from 1. */
  readonly ordinal: number | 'rolled back'
  /** Tokens that were spent in it; null where no line tells. */
  readonly tokens: number | null
}

const SHORT_ID = 13
const LONG_ID = 40
const BEGINS_WITH_TIME = /^[0-9a-f]{8}-[0-9a-f]{4}-/i

/**
 * The id of a turn as a terminal shows it; whole where lines are of any length, and where its first letters do not tell it from
 * others, such as `external-import-turn-2`.
 */
export const shownTurnId = ({ id }: Pick<Turn, 'id'>, width: number): string => {
  if (width === Infinity) return oneLine(id)
  return BEGINS_WITH_TIME.test(id) ? id.slice(0, SHORT_ID) : cut(oneLine(id), LONG_ID)
}

/** The head of a turn; facts that do not fit are left out, the least important first. */
const headOf = (
  turn: Turn,
  { ordinal, tokens }: TurnFacts,
  { width, clock }: TranscriptView
): StyledLine => {
  const warns = turn.status === 'failed' || turn.status === 'interrupted'
  const name = ordinal === 'rolled back' ? 'Rolled-back turn' : `Turn ${ordinal}`
  const facts = [
    { text: clock.lone(msOf(turn.startedAt)), keep: 2 },
    { text: duration(turn.durationMs), keep: 3 },
    {
      text:
        tokens === null ? '' : plural(tokens, 'token').replace(/^\d+/, tokens.toLocaleString('en')),
      keep: 1
    },
    { text: shownTurnId(turn, width), keep: 0 }
  ].filter(({ text }) => text !== '')
  const line = (least: number): StyledLine => [
    styled(name, 'bold'),
    ...facts.filter(({ keep }) => keep >= least).map(({ text }) => styled(` · ${text}`, 'dim')),
    ...(warns ? [styled(' · ', 'dim'), styled(turn.status, 'yellow')] : [])
  ]
  for (let least = 0; least < 4; least++) if (lineWidth(line(least)) <= width) return line(least)
  return line(4)
}

const errorRows = (turn: Turn, width: number): ReadonlyArray<StyledLine> => {
  if (turn.error === null) return []
  const { message, additionalDetails } = turn.error
  const text = [message, additionalDetails ?? ''].filter((part) => part !== '').join(': ')
  const margins = { first: [styled('  ! ', 'red')], rest: [styled('    ')] }
  return hanging([styled(oneLine(text), 'red')], margins, width)
}

const gapRow = (left: number): ReadonlyArray<StyledLine> =>
  left > 0 ? [[styled(`    … ${plural(left, 'more item')}`, 'dim')]] : []

/** True for a turn of which the view shows something besides its head. */
export const hasShown = (turn: Turn, view: TranscriptView): boolean =>
  turn.items.some((item) => isShown(item, view))

/** One turn; of too many items the first and the last ones. */
export const turnText = (
  turn: Turn,
  facts: TurnFacts,
  view: TranscriptView,
  paint: Paint
): string => {
  const items = turn.items.filter((item) => isShown(item, view))
  const left = Math.max(0, items.length - view.itemsMax)
  const firsts = left > 0 ? items.slice(0, Math.ceil(view.itemsMax / 2)) : items
  const lasts = left > 0 ? items.slice(firsts.length + left) : []
  const missing = (turn.truncated?.items ?? turn.items.length) - turn.items.length
  const rows = [
    headOf(turn, facts, view),
    ...firsts.flatMap((item) => itemRows(item, view)),
    ...gapRow(left),
    ...lasts.flatMap((item) => itemRows(item, view)),
    ...gapRow(missing),
    ...errorRows(turn, view.width)
  ]
  return rows.map((row) => `${painted(row, paint)}\n`).join('')
}
