/**
 * One turn: the prompt, what was done, and what was answered. Work between messages is one line that opens.
 */
import { useComputed } from '@preact/signals'
import { Fragment } from 'preact'
import type { ThreadItem } from '../../domain/protocol.ts'
import { Fold } from '../parts/fold.tsx'
import { visible } from '../parts/ansi.ts'
import { threadHref } from '../routes.ts'
import { isOpen, setOpen } from '../state/folds.ts'
import { selected, shown } from '../state/selection.ts'
import { clock, counted, duration, exactTime } from '../text/times.ts'
import type { NumberedTurn } from '../wire/answers.ts'
import type { EventRow } from '../wire/thread-answers.ts'
import { itemKey, type ItemPlace } from './context.ts'
import { Item } from './item.tsx'
import { textOf } from './item-text.ts'
import { DamagedLines, damageBehind, useDamage } from './turn-damage.tsx'
import { isFailed, ITEMS_SHOWN, partsOf, type TurnPart } from './turn-parts.ts'

/** `Ran 7 commands, changed 3 files`. */
const summaryOf = (items: ReadonlyArray<ThreadItem>): string => {
  const number = (...types: ReadonlyArray<ThreadItem['type']>): number =>
    items.filter(({ type }) => types.includes(type)).length
  const files = new Set(
    items.flatMap((item) =>
      item.type === 'fileChange' ? item.changes.map(({ path }) => path) : []
    )
  ).size
  const commands = number('commandExecution')
  const calls = number('mcpToolCall', 'dynamicToolCall', 'functionCallOutput')
  const searches = number('webSearch')
  const thoughts = number('reasoning')
  const parts = [
    commands > 0 && `ran ${counted(commands, 'command')}`,
    files > 0 && `changed ${counted(files, 'file')}`,
    calls > 0 && `called ${counted(calls, 'tool')}`,
    searches > 0 && `searched the web ${searches === 1 ? 'once' : `${searches} times`}`,
    thoughts > 0 && 'thought'
  ].filter((part) => part !== false)
  const text = parts.length === 0 ? counted(items.length, 'step') : parts.join(', ')
  return text.charAt(0).toUpperCase() + text.slice(1)
}

const useIsSelected = (turnId: string, itemId: string): boolean =>
  useComputed(() => selected.value?.turnId === turnId && selected.value.itemId === itemId).value

interface WorkProps {
  readonly part: Extract<TurnPart, { readonly kind: 'work' }>
  readonly place: ItemPlace
  readonly inReview: boolean
}

const Work = ({ part: { id, items }, place, inReview }: WorkProps) => {
  const failed = items.filter(isFailed).length
  const isSelected = useIsSelected(place.turnId, id)
  return (
    <div
      class={`item work-item ${isSelected ? 'selected' : ''} ${inReview ? 'in-review' : ''}`}
      data-item={id}
      tabIndex={-1}
    >
      <Fold
        name={itemKey(place, id)}
        class="work"
        summary={
          <>
            {summaryOf(items)}
            {failed === 0 ? null : <span class="badge bad">{failed} failed</span>}
          </>
        }
      >
        {() => items.map((item) => <Placed item={item} place={place} />)}
      </Fold>
    </div>
  )
}

interface PlacedProps {
  readonly item: ThreadItem
  readonly place: ItemPlace
  readonly inReview?: boolean
}

/** An item that an address can name. */
const Placed = ({ item, place, inReview = false }: PlacedProps) => {
  const isSelected = useIsSelected(place.turnId, item.id)
  return (
    <div
      class={`item ${item.type} ${isSelected ? 'selected' : ''} ${inReview ? 'in-review' : ''}`}
      data-item={item.id}
      tabIndex={-1}
      onClick={() => {
        selected.value = { turnId: place.turnId, itemId: item.id }
      }}
    >
      <Item item={item} place={place} />
    </div>
  )
}

const STATUS: Readonly<Record<string, string>> = {
  interrupted: 'interrupted',
  failed: 'failed',
  inProgress: 'running'
}

const Heading = ({ turn, place }: { readonly turn: NumberedTurn; readonly place: ItemPlace }) => {
  const { n, id, startedAt, durationMs, status } = turn
  const word = STATUS[status]
  return (
    <header class="turn-head">
      <a href={threadHref(place.threadId, { turnId: id, at: place.at })} title={id}>
        {n + 1}
      </a>
      {startedAt === null ? null : (
        <time title={exactTime(startedAt * 1000)}>{clock(startedAt * 1000)}</time>
      )}
      {durationMs === null ? null : <span>{duration(durationMs)}</span>}
      {word === undefined ? null : (
        <span class={`badge ${status === 'failed' ? 'bad' : ''}`}>{word}</span>
      )}
      {turn.rolledBack === true ? <span class="badge">taken back</span> : null}
    </header>
  )
}

/** Stands at the top while the prompt itself is scrolled away; it lies behind the prompt before that. */
const PromptStrip = ({ text, n }: { readonly text: string; readonly n: number }) => (
  <div class="prompt-strip" aria-hidden="true">
    <div>
      <span class="dim">{n + 1}</span> {visible(text.slice(0, 300).replace(/\s+/g, ' '))}
    </div>
  </div>
)

/** Which parts stand between the beginning and the end of a review. */
const reviewed = (
  parts: ReadonlyArray<TurnPart>,
  beginsInside: boolean
): ReadonlyArray<boolean> => {
  let isInside = beginsInside
  return parts.map((part) => {
    const type = part.kind === 'item' ? part.item.type : ''
    if (type === 'enteredReviewMode') isInside = true
    const was = isInside
    if (type === 'exitedReviewMode') isInside = false
    return was
  })
}

interface PartsProps extends Pick<TurnProps, 'turn' | 'isInReview'> {
  readonly damaged: ReadonlyArray<EventRow>
  readonly place: ItemPlace
  readonly all: ReadonlyArray<TurnPart>
}

const Part = ({ part, place, inReview }: Omit<PlacedProps, 'item'> & { readonly part: TurnPart }) =>
  part.kind === 'work' ? (
    <Work {...{ part, place, inReview: inReview === true }} />
  ) : (
    <Placed {...{ item: part.item, place, inReview: inReview === true }} />
  )

const Parts = ({ turn, place, all, damaged, isInReview }: PartsProps) => {
  const wholeKey = `${place.threadId}/${turn.id}/whole`
  const parts = isOpen(wholeKey, false) ? all : all.slice(0, ITEMS_SHOWN)
  const inside = reviewed(parts, isInReview)
  const left = all.length - parts.length
  const { first, behind } = damageBehind(damaged, all)
  return (
    <>
      <DamagedLines rows={first} place={place} />
      {parts.map((part, at) => (
        <Fragment key={part.kind === 'work' ? part.id : part.item.id}>
          <Part part={part} place={place} inReview={inside[at] === true} />
          <DamagedLines rows={behind[at] ?? []} place={place} />
        </Fragment>
      ))}
      {left === 0 ? null : (
        <button type="button" class="more" onClick={() => setOpen(wholeKey, true)}>
          Show {counted(left, 'more item')}
        </button>
      )}
    </>
  )
}

interface TurnProps {
  readonly turn: NumberedTurn
  readonly total: number
  readonly place: Omit<ItemPlace, 'turnId'>
  readonly isTarget: boolean
  /** True where some of its lines are damaged. */
  readonly isDamaged: boolean
  /** True where it begins inside of a review. */
  readonly isInReview: boolean
  /** Reads what was left out. */
  readonly complete: (turn: NumberedTurn) => void
}

const LeftOut = ({ turn, complete }: Pick<TurnProps, 'turn' | 'complete'>) =>
  turn.truncated === undefined &&
  turn.items.every((item) => item.truncated === undefined) ? null : (
    <button type="button" class="more" onClick={() => complete(turn)}>
      Long texts of this turn are cut short. Read all of it
    </button>
  )

export const TurnView = (props: TurnProps) => {
  const { turn, total, place: thread, isTarget, isInReview, complete } = props
  const place = { ...thread, turnId: turn.id }
  const [first, ...rest] = turn.items
  const prompt = first?.type === 'userMessage' ? first : null
  const isWhole = shown.value.size === 0
  const parts = partsOf(isWhole && prompt !== null ? rest : turn.items, shown.value)
  const damaged = useDamage(place, props.isDamaged)
  const [early, inside] = [true, false].map((isEarly) =>
    damaged.filter(({ after }) => (prompt !== null && after === null) === isEarly)
  )
  const isSelected = useComputed(
    () => selected.value?.turnId === turn.id && selected.value.itemId === null
  ).value
  const classes = [
    'turn',
    isTarget && 'target',
    isSelected && 'selected',
    turn.rolledBack === true && 'ghost',
    !isWhole && 'narrowed'
  ]
  return (
    <article
      class={classes.filter(Boolean).join(' ')}
      data-turn={turn.id}
      aria-posinset={turn.n + 1}
      aria-setsize={total}
      tabIndex={-1}
    >
      <Heading turn={turn} place={place} />
      <DamagedLines rows={early ?? []} place={place} />
      {prompt !== null && isWhole ? (
        <>
          <PromptStrip text={textOf(prompt)} n={turn.n} />
          <Placed item={prompt} place={place} inReview={isInReview} />
        </>
      ) : null}
      {!isWhole && parts.length === 0 ? (
        <p class="dim one-line" dir="auto">
          {prompt === null ? '' : visible(textOf(prompt).slice(0, 160).replace(/\s+/g, ' '))}
        </p>
      ) : null}
      <Parts {...{ turn, place, isInReview }} damaged={inside ?? []} all={parts} />
      <LeftOut turn={turn} complete={complete} />
      {turn.error === null ? null : (
        <div class="turn-error" role="note">
          {visible(turn.error.message)}
        </div>
      )}
    </article>
  )
}
