/**
 * The lines a thread is made of, each of which opens.
 */
import { useEffect, useMemo, useRef, useState } from 'preact/hooks'
import { Empty, Failure } from '../../parts/answered.tsx'
import { Choice } from '../../parts/choice.tsx'
import { EventLine } from '../../parts/event-row.tsx'
import type { ListRef } from '../../parts/reveal.ts'
import { VirtualList, type VirtualListHandle } from '../../parts/virtual-list.tsx'
import { openEvents, type EventWindow } from '../../state/events.ts'
import { useFollowed } from '../../state/live.ts'
import { setQuery } from '../../state/location.ts'
import { say } from '../../state/toast.ts'
import { count, counted } from '../../text/times.ts'
import { epoch } from '../../wire/socket.ts'
import type { ThreadRoute, ThreadViewProps } from './view.ts'

const ROW_PX = 26.5

/** What every thread may hold; kinds that are met while somebody scrolls are added. */
const KINDS = [
  'session_meta',
  'turn_context',
  'event_msg',
  'response_item',
  'compacted',
  'damaged',
  'user_message',
  'agent_message',
  'reasoning',
  'function_call',
  'function_call_output',
  'task_started',
  'task_complete',
  'turn_aborted',
  'token_count',
  'thread_rolled_back'
]

const kindOptions = (
  seen: ReadonlySet<string>,
  chosen: string
): ReadonlyArray<readonly [string, string]> => {
  const all = new Set([...KINDS, ...[...seen].toSorted(), chosen])
  return [
    ['', 'every kind'],
    ...[...all].filter((kind) => kind !== '').map((kind) => [kind, kind] as const)
  ]
}

const numberIn = (text: string | undefined): number | null =>
  text !== undefined && /^\d{1,9}$/.test(text) ? Number(text) : null

/** What the address says about the lines. */
const readAsked = ({ threadId, at, query }: ThreadRoute) => ({
  threadId,
  at,
  kind: query['kind'] ?? null,
  isNewestFirst: query['order'] !== 'oldest',
  from: numberIn(query['from'])
})

const Jump = ({ from, revision }: { readonly from: number | null; readonly revision: number }) => (
  <form
    class="event-jump"
    onSubmit={(event) => {
      event.preventDefault()
      const text = new FormData(event.currentTarget).get('from')
      const number = numberIn(
        typeof text === 'string' ? text.trim().replaceAll(',', '') : undefined
      )
      if (number === null || number >= revision)
        say(`Events have the numbers 0 to ${count(revision - 1)}`)
      else setQuery({ from: String(number) })
    }}
  >
    <label>
      event{' '}
      <input
        name="from"
        inputMode="numeric"
        size={7}
        autocomplete="off"
        key={from}
        defaultValue={from === null ? '' : String(from)}
      />
    </label>{' '}
    <button type="submit">Go</button>
  </form>
)

const Head = () => (
  <div role="row" aria-rowindex={1} class="event-row event-head">
    <span role="columnheader" class="event-number">
      event
    </span>
    <span role="columnheader" class="event-time">
      time
    </span>
    <span role="columnheader" class="event-kind">
      kind
    </span>
    <span role="columnheader" class="event-gist">
      says
    </span>
    <span role="columnheader" class="event-bytes">
      size
    </span>
  </div>
)

/** Reads what is written meanwhile; where somebody has scrolled away it waits for a click. */
const useNews = (
  { threadId, at }: ThreadRoute,
  events: EventWindow,
  isAway: () => boolean
): { readonly hasNews: boolean; readonly show: () => void } => {
  const [hasNews, setNews] = useState(false)
  const show = (): void => {
    setNews(false)
    void events.refresh()
  }
  useFollowed(at === null ? threadId : null, {
    revision: events.revision.value,
    changed: () => {
      if (isAway()) setNews(true)
      else void events.refresh()
    }
  })
  return { hasNews, show }
}

const useEvents = (route: ThreadRoute): EventWindow => {
  const asked = readAsked(route)
  // Lines by number are the same wherever one begins to look.
  const name = JSON.stringify(asked.kind === null ? { ...asked, from: null } : asked)
  const events = useMemo(() => openEvents(asked), [name])
  useEffect(() => events.close, [events])
  useEffect(() => void events.refresh(), [events, epoch.value])
  return events
}

/** Which events are open; the one of the address is, and is looked at. */
const useOpened = (from: number | null, events: EventWindow, list: ListRef) => {
  const [opened, setOpened] = useState<ReadonlySet<number>>(new Set(from === null ? [] : [from]))
  const hasRows = (events.count.value ?? 0) > 0
  useEffect(() => {
    const place = from === null ? null : events.placeOf(from)
    if (from === null || place === null || !hasRows) return
    setOpened((before) => new Set([...before, from]))
    list.current?.scrollTo(place, 'start')
  }, [from, events, hasRows])
  const toggle = (revision: number): void =>
    setOpened((before) => {
      const next = new Set(before)
      if (!next.delete(revision)) next.add(revision)
      return next
    })
  return { opened, toggle }
}

/** Asks for what is looked at, and again where lines are missing that came meanwhile. */
const useWanted = (events: EventWindow) => {
  const version = events.version.value
  const range = useRef([0, 40] as readonly [number, number])
  useEffect(() => events.want(...range.current), [version, events])
  return useMemo(
    () => (first: number, last: number) => {
      range.current = [first, last]
      events.want(first, last)
    },
    [events]
  )
}

const Rows = ({ route, events }: { readonly route: ThreadRoute; readonly events: EventWindow }) => {
  const { from, isNewestFirst, kind } = readAsked(route)
  const list = useRef<VirtualListHandle>(null)
  const total = events.count.value ?? 0
  const { opened, toggle } = useOpened(from, events, list)
  const want = useWanted(events)
  const { hasNews, show } = useNews(
    route,
    events,
    () => isNewestFirst && (opened.size > 0 || (list.current?.top() ?? 0) > 0)
  )
  return (
    <>
      {hasNews ? (
        <button type="button" class="event-news" onClick={show}>
          Lines were written. Show them
        </button>
      ) : null}
      <VirtualList
        class="events"
        handle={list}
        count={total}
        overscan={12}
        estimate={() => ROW_PX}
        keyOf={(place) => events.row(place)?.revision ?? `place ${place}`}
        onRange={want}
        before={<Head />}
        box={{
          role: 'table',
          'aria-label': kind === null ? 'events' : `events of kind ${kind}`,
          'aria-rowcount': events.isWhole.value ? total + 1 : -1,
          tabIndex: 0
        }}
        render={(place) => {
          const row = events.row(place)
          return row === undefined ? (
            <div role="row" class="event-row loading">
              <span role="cell">{'\u00a0'}</span>
            </div>
          ) : (
            <EventLine
              {...{ row, threadId: route.threadId }}
              place={place + 1}
              isOpen={opened.has(row.revision)}
              toggle={() => toggle(row.revision)}
            />
          )
        }}
      />
    </>
  )
}

export const EventsView = ({ route }: ThreadViewProps) => {
  const events = useEvents(route)
  const { kind, isNewestFirst, from } = readAsked(route)
  const found = events.count.value
  const revision = events.revision.value
  // Kinds that were met are in the list.
  void events.version.value
  return (
    <>
      <div class="filters view-filters">
        <Choice
          label="show"
          name="kind"
          value={kind ?? ''}
          options={kindOptions(events.kinds, kind ?? '')}
        />
        <Choice
          label="first"
          name="order"
          value={isNewestFirst ? '' : 'oldest'}
          options={[
            ['', 'newest'],
            ['oldest', 'oldest']
          ]}
        />
        {revision === null ? null : <Jump from={from} revision={revision} />}
        <span class="dim" role="status">
          {found === null || revision === null
            ? ''
            : kind === null
              ? counted(revision, 'event')
              : `${count(found)}${events.isWhole.value ? '' : '+'} of ${counted(revision, 'event')}`}
        </span>
      </div>
      {events.failure.value === null ? null : <Failure message={events.failure.value} />}
      {found === 0 && events.isWhole.value ? (
        <Empty>
          {kind === null ? (
            'There are no events here.'
          ) : (
            <>
              No event of this kind{from === null ? '' : ` from ${count(from)} on`}.{' '}
              <button type="button" class="link" onClick={() => setQuery({ kind: null })}>
                Show every kind
              </button>
            </>
          )}
        </Empty>
      ) : (
        <Rows key={`${kind ?? ''} ${isNewestFirst}`} route={route} events={events} />
      )}
    </>
  )
}
