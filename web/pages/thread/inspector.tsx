/**
 * What is known of the selected item: where it stands in the files, what its turn spent, and all of it as it is.
 */
import type { ComponentChildren } from 'preact'
import { useState } from 'preact/hooks'
import type { Json } from '../../../domain/json.ts'
import type { Thread, ThreadItem } from '../../../domain/protocol.ts'
import { textOf } from '../../items/item-text.ts'
import { visible } from '../../parts/ansi.ts'
import { Answered } from '../../parts/answered.tsx'
import { CopyButton } from '../../parts/copy-button.tsx'
import { JsonTree } from '../../parts/json-tree.tsx'
import { hrefOf, printPoint, threadHref, type PointInAddress } from '../../routes.ts'
import { useAnswer } from '../../state/answer.ts'
import { selected } from '../../state/selection.ts'
import type { TurnWindow } from '../../state/turns.ts'
import { count, counted, duration, exactTime } from '../../text/times.ts'
import type { NumberedTurn } from '../../wire/answers.ts'
import type { EventPageAnswer, EventRow } from '../../wire/thread-answers.ts'
import { linkTo } from './turn-keys.ts'
import type { ThreadRoute } from './view.ts'

interface TokensAnswer {
  readonly inputTokens: number
  readonly cachedInputTokens: number
  readonly outputTokens: number
  readonly reasoningOutputTokens: number
  readonly totalTokens: number
}

interface TurnSpendAnswer {
  readonly kind: string
  readonly rule: string
  readonly certainty: string
  readonly model: string | null
  readonly tokens: TokensAnswer
  readonly place: { readonly revision: number } | null
}

const Fact = ({
  name,
  children
}: {
  readonly name: string
  readonly children: ComponentChildren
}) => (
  <div>
    <dt>{name}</dt>
    <dd>{children}</dd>
  </div>
)

/** The line among those of the thread. */
const eventHref = ({ threadId, at }: ThreadRoute, revision: number): string =>
  hrefOf(threadHref(threadId, { view: 'events' }), {
    at: at === null ? null : printPoint(at),
    from: String(revision)
  })

const fileName = (path: string): string => path.split('/').pop() ?? path

const atOf = (at: PointInAddress | null): object => (at === null ? {} : { at })

/** Lines of further files of a thread name their number; the newest file is the one of the thread. */
const fileOf = ({ segment, inherited }: EventRow, thread: Thread | null): string => {
  if (inherited === true) return `an earlier thread, file ${segment + 1}`
  const path = thread?.path
  return typeof path === 'string' && segment === 0 ? fileName(path) : `file ${segment + 1}`
}

const Line = ({
  row,
  thread,
  route
}: {
  readonly row: EventRow
  readonly thread: Thread | null
  readonly route: ThreadRoute
}) => {
  const [isOpen, setOpen] = useState(false)
  const { revision, offset, bytes, line } = row
  return (
    <li>
      <a href={eventHref(route, revision)}>event {count(revision)}</a>{' '}
      <span class="dim">
        {line === undefined ? row.reason : line.type}, bytes {count(offset)}–{count(offset + bytes)}{' '}
        of {visible(fileOf(row, thread))}
      </span>{' '}
      <button type="button" class="small" aria-expanded={isOpen} onClick={() => setOpen(!isOpen)}>
        line
      </button>
      {isOpen ? (
        <JsonTree name={`line/${revision}`} value={(line ?? row) as unknown as Json} />
      ) : null}
    </li>
  )
}

const Lines = ({ item, turn, thread, route }: OfItem) => {
  const asked = useAnswer<EventPageAnswer>('unroll/events/list', {
    ...{ threadId: route.threadId, item: { turnId: turn.id, itemId: item.id } },
    ...atOf(route.at)
  })
  return (
    <section>
      <h3>Where it is recorded</h3>
      <Answered asked={asked}>
        {({ data }) =>
          data.length === 0 ? (
            <p class="dim">No line of this turn made it by itself.</p>
          ) : (
            <ol class="inspector-lines">
              {data.map((row) => (
                <Line {...{ row, thread, route }} key={row.revision} />
              ))}
            </ol>
          )
        }
      </Answered>
    </section>
  )
}

const sumOf = (spends: ReadonlyArray<TurnSpendAnswer>, name: keyof TokensAnswer): number =>
  spends.reduce((sum, { tokens }) => sum + tokens[name], 0)

const Spends = ({
  spends,
  route
}: {
  readonly spends: ReadonlyArray<TurnSpendAnswer>
  readonly route: ThreadRoute
}) => (
  <ol class="inspector-lines">
    {spends.map(({ kind, rule, certainty, model, tokens, place }) => (
      <li>
        {count(tokens.totalTokens)} for {visible(kind)}
        {model === null ? '' : ` by ${visible(model)}`}{' '}
        <span class="dim">
          {certainty}, rule {rule}
        </span>
        {place === null ? null : (
          <>
            {', '}
            <a href={eventHref(route, place.revision)}>event {count(place.revision)}</a>
          </>
        )}
      </li>
    ))}
  </ol>
)

/** A group of one turn is asked for, so that its spends are all that is read. */
const TurnTokens = ({ turn, route }: Pick<OfItem, 'turn' | 'route'>) => {
  const [isExplained, setExplained] = useState(false)
  const asked = useAnswer<{ readonly data: ReadonlyArray<TurnSpendAnswer> }>(
    'unroll/usage/spends',
    {
      ...{ threadId: route.threadId, by: 'turn', key: `${route.threadId}/${turn.id}` },
      ...atOf(route.at)
    }
  )
  return (
    <section>
      <h3>Tokens of its turn</h3>
      <Answered asked={asked}>
        {({ data }) =>
          data.length === 0 ? (
            <p class="dim">No line tells what this turn spent.</p>
          ) : (
            <>
              <dl class="facts">
                <Fact name="total">{count(sumOf(data, 'totalTokens'))}</Fact>
                <Fact name="input">
                  {count(sumOf(data, 'inputTokens'))}, {count(sumOf(data, 'cachedInputTokens'))} of
                  it cached
                </Fact>
                <Fact name="output">
                  {count(sumOf(data, 'outputTokens'))},{' '}
                  {count(sumOf(data, 'reasoningOutputTokens'))} of it reasoning
                </Fact>
              </dl>
              <button
                type="button"
                class="small"
                aria-expanded={isExplained}
                onClick={() => setExplained(!isExplained)}
              >
                explain
              </button>
              {isExplained ? <Spends spends={data} route={route} /> : null}
            </>
          )
        }
      </Answered>
    </section>
  )
}

const quoted = (text: string): string =>
  /^[\w.:@/-]+$/.test(text) ? text : `'${text.replace(/'/g, `'\\''`)}'`

/** The command that prints the same in a terminal. */
export const commandFor = (
  { threadId, at }: Pick<ThreadRoute, 'threadId' | 'at'>,
  turnId: string,
  itemId: string | null
): string => {
  const point = at === null ? '' : ` --at ${pointWord(at)}`
  const item = itemId === null ? '' : ` --item ${quoted(itemId)}`
  return `unroll show ${threadId} --turn ${turnId}${item}${point}`
}

const pointWord = (at: PointInAddress): string => {
  if ('timeMs' in at) return quoted(new Date(at.timeMs).toISOString())
  return printPoint(at).replace(/^\w+:/, '')
}

interface OfItem {
  readonly item: ThreadItem
  readonly turn: NumberedTurn
  readonly thread: Thread | null
  readonly route: ThreadRoute
}

const Copies = ({ item, turn, route }: Omit<OfItem, 'thread'>) => (
  <div class="inspector-copies">
    <CopyButton text={textOf(item)} what="the text">
      copy text
    </CopyButton>
    <CopyButton text={JSON.stringify(item, null, 2)} what="the JSON">
      copy JSON
    </CopyButton>
    <CopyButton text={linkTo(route)} what="the link">
      copy link
    </CopyButton>
    <CopyButton text={commandFor(route, turn.id, item.id)} what="the command">
      copy command
    </CopyButton>
  </div>
)

const Raw = ({ item, turn }: Pick<OfItem, 'item' | 'turn'>) => {
  const [isOpen, setOpen] = useState(false)
  return (
    <section>
      <h3>
        <button type="button" class="small" aria-expanded={isOpen} onClick={() => setOpen(!isOpen)}>
          {isOpen ? 'hide' : 'show'} JSON
        </button>
      </h3>
      {isOpen ? (
        <JsonTree name={`raw/${turn.id}/${item.id}`} value={item as unknown as Json} />
      ) : null}
    </section>
  )
}

const timesOf = (item: ThreadItem, turn: NumberedTurn): string => {
  const began = item.startedAtMs ?? null
  const ended = item.completedAtMs ?? null
  if (began !== null && ended !== null) return `${exactTime(began)}, ${duration(ended - began)}`
  const known = began ?? ended
  if (known !== null) return exactTime(known)
  return turn.startedAt === null ? 'not known' : `turn began ${exactTime(turn.startedAt * 1000)}`
}

const OfItemView = (props: OfItem) => {
  const { item, turn, route } = props
  return (
    <>
      <dl class="facts">
        <Fact name="type">{visible(item.type)}</Fact>
        <Fact name="time">{timesOf(item, turn)}</Fact>
        <Fact name="certainty">{item.certainty ?? 'recorded'}</Fact>
        <Fact name="item">
          <code>{visible(item.id)}</code>
        </Fact>
        <Fact name="turn">
          <a href={threadHref(route.threadId, { turnId: turn.id, at: route.at })}>{turn.n + 1}</a>{' '}
          <code>{turn.id}</code>
        </Fact>
        <Fact name="thread">
          <code>{route.threadId}</code>
        </Fact>
      </dl>
      <Copies item={item} turn={turn} route={route} />
      <Lines {...props} />
      <TurnTokens turn={turn} route={route} />
      <Raw item={item} turn={turn} />
    </>
  )
}

interface InspectorProps {
  readonly route: ThreadRoute
  readonly thread: Thread | null
  readonly turns: TurnWindow
}

export const Inspector = ({ route, thread, turns }: InspectorProps) => {
  void turns.version.value
  const place = selected.value
  const n = place === null ? null : turns.placeOf(place.turnId)
  const turn = n === null ? undefined : turns.turn(n)
  const id = place?.itemId?.replace(/\/work$/, '') ?? null
  const item = turn?.items.find((one) => one.id === id) ?? turn?.items[0]
  return (
    <aside class="inspector scroller" aria-label="details of the item" tabIndex={0}>
      <h2>Details</h2>
      {turn === undefined || item === undefined ? (
        <p class="dim">
          Select an item: with <kbd>j</kbd> and <kbd>k</kbd>, or by a click.
        </p>
      ) : (
        <OfItemView {...{ route, thread, turn, item }} key={`${turn.id}/${item.id}`} />
      )}
      {turn === undefined ? null : (
        <p class="dim">{counted(turn.items.length, 'item')} in its turn</p>
      )}
    </aside>
  )
}
