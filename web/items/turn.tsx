/**
 * One turn: the prompt, what was done, and what was answered. Work between messages is one line that opens.
 */
import type { ThreadItem } from '../../domain/protocol.ts'
import { useState } from 'preact/hooks'
import { Fold } from '../parts/fold.tsx'
import { visible } from '../parts/ansi.ts'
import { threadHref } from '../routes.ts'
import { clock, counted, duration, exactTime } from '../text/times.ts'
import type { NumberedTurn } from '../wire/answers.ts'
import { itemKey, type ItemPlace } from './context.ts'
import { isWork, Item } from './item.tsx'

const ITEMS_SHOWN = 40
/** Fewer pieces of work in a row stand for themselves. */
const GROUP_MIN = 3

type TurnPart =
  | { readonly kind: 'item'; readonly item: ThreadItem }
  | { readonly kind: 'work'; readonly items: ReadonlyArray<ThreadItem> }

/** Items in order; pieces of work that follow each other are together. */
export const stretchesOf = (items: ReadonlyArray<ThreadItem>): ReadonlyArray<TurnPart> => {
  const stretches: Array<TurnPart> = []
  let work: Array<ThreadItem> = []
  const flush = (): void => {
    if (work.length >= GROUP_MIN) stretches.push({ kind: 'work', items: work })
    else stretches.push(...work.map((item) => ({ kind: 'item', item }) as const))
    work = []
  }
  for (const item of items)
    if (isWork(item)) work.push(item)
    else {
      flush()
      stretches.push({ kind: 'item', item })
    }
  flush()
  return stretches
}

const isFailed = (item: ThreadItem): boolean => {
  if (item.type === 'commandExecution')
    return (item.exitCode ?? 0) !== 0 || item.status === 'failed'
  return 'status' in item && (item.status === 'failed' || item.status === 'declined')
}

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

const Work = ({
  items,
  place
}: {
  readonly items: ReadonlyArray<ThreadItem>
  readonly place: ItemPlace
}) => {
  const failed = items.filter(isFailed).length
  return (
    <Fold
      name={`${itemKey(place, items[0]?.id ?? '')}/work`}
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
  )
}

/** An item that an address can name. */
const Placed = ({ item, place }: { readonly item: ThreadItem; readonly place: ItemPlace }) => (
  <div class={`item ${item.type}`} data-item={item.id}>
    <Item item={item} place={place} />
  </div>
)

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
      <a href={threadHref(place.threadId, { turnId: id })} title={id}>
        {n + 1}
      </a>
      {startedAt === null ? null : (
        <time title={exactTime(startedAt * 1000)}>{clock(startedAt * 1000)}</time>
      )}
      {durationMs === null ? null : <span>{duration(durationMs)}</span>}
      {word === undefined ? null : (
        <span class={`badge ${status === 'failed' ? 'bad' : ''}`}>{word}</span>
      )}
    </header>
  )
}

interface TurnProps {
  readonly turn: NumberedTurn
  readonly total: number
  readonly place: Omit<ItemPlace, 'turnId'>
  readonly isTarget: boolean
}

export const TurnView = ({ turn, total, place: thread, isTarget }: TurnProps) => {
  const [isWhole, setWhole] = useState(false)
  const place = { ...thread, turnId: turn.id }
  const items = isWhole ? turn.items : turn.items.slice(0, ITEMS_SHOWN)
  const [first, ...rest] = items
  const prompt = first?.type === 'userMessage' ? first : null
  return (
    <article
      class={`turn ${isTarget ? 'target' : ''}`}
      data-turn={turn.id}
      aria-posinset={turn.n + 1}
      aria-setsize={total}
      tabIndex={-1}
    >
      <Heading turn={turn} place={place} />
      {prompt === null ? null : <Placed item={prompt} place={place} />}
      {stretchesOf(prompt === null ? items : rest).map((stretch) =>
        stretch.kind === 'work' ? (
          <Work items={stretch.items} place={place} />
        ) : (
          <Placed item={stretch.item} place={place} />
        )
      )}
      {items.length < turn.items.length ? (
        <button type="button" class="more" onClick={() => setWhole(true)}>
          Show {counted(turn.items.length - items.length, 'more item')}
        </button>
      ) : null}
      {turn.error === null ? null : (
        <div class="turn-error" role="note">
          {visible(turn.error.message)}
        </div>
      )}
    </article>
  )
}
