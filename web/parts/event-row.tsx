/**
 * A line of a rollout: what it is in a row, and all of it below when it is opened.
 */
import { useState } from 'preact/hooks'
import type { Json } from '../../domain/json.ts'
import type { PageRoute } from '../routes.ts'
import { threadHref } from '../routes.ts'
import { navigate } from '../state/location.ts'
import { say } from '../state/toast.ts'
import { count, exactTime, size } from '../text/times.ts'
import { request } from '../wire/socket.ts'
import type { EventRow } from '../wire/thread-answers.ts'
import { kindOfRow } from '../state/events.ts'
import { visible } from './ansi.ts'
import { CopyButton } from './copy-button.tsx'
import { JsonTree } from './json-tree.tsx'

const GIST_CHARACTERS = 300
/** Members that say what a line is, not what it says. */
const NO_GIST = new Set(['type', 'id', 'call_id', 'turn_id', 'role', 'encrypted_content', 'phase'])
/** Larger lines are drawn when somebody asks. */
const TEXT_SHOWN = 200_000

/** The first words in a line, wherever they stand. */
export const gistOf = (value: Json): string => {
  if (typeof value === 'string') return value.slice(0, GIST_CHARACTERS).replace(/\s+/g, ' ').trim()
  if (typeof value !== 'object' || value === null) return ''
  for (const [name, member] of Object.entries(value)) {
    const gist = NO_GIST.has(name) || member === undefined ? '' : gistOf(member)
    if (gist !== '') return gist
  }
  return ''
}

const timeOf = ({ line }: EventRow): number | null => {
  const ms = Date.parse(line?.timestamp ?? '')
  return Number.isNaN(ms) ? null : ms
}

const turnNamedIn = (payload: Json): string | null => {
  const turnId =
    typeof payload === 'object' && payload !== null && !Array.isArray(payload)
      ? (payload as { readonly turn_id?: unknown }).turn_id
      : null
  return typeof turnId === 'string' ? turnId : null
}

interface NewestTurn {
  readonly data: ReadonlyArray<{ readonly id: string }>
}

/** Leads to the turn that an event belongs to: the one it names, else the newest when it was written. */
const goToTurn = async (threadId: string, { revision, line }: EventRow): Promise<void> => {
  const named = line === undefined ? null : turnNamedIn(line.payload)
  const at = { revision: revision + 1 }
  const params = { threadId, limit: 1, sortDirection: 'desc', itemsView: 'notLoaded', at }
  const newest = named === null ? await request<NewestTurn>('thread/turns/list', params) : null
  if (newest !== null && !newest.ok) return say(newest.failure.message)
  const turnId = named ?? newest?.value.data[0]?.id
  if (turnId === undefined) return say('This line belongs to no turn')
  const now = { threadId, turnId, count: 1, itemsView: 'notLoaded' }
  // A turn that was taken back is shown as it was.
  const isLeft = (await request('unroll/turns/range', now)).ok
  navigate(threadHref(threadId, { turnId, at: isLeft ? null : at }))
}

type ThreadAddress = Pick<Extract<PageRoute, { readonly page: 'thread' }>, 'threadId'>

const Links = ({ row, threadId }: { readonly row: EventRow } & ThreadAddress) => (
  <p class="event-links">
    <a href={threadHref(threadId, { at: { revision: row.revision + 1 } })}>As of here</a>
    <a href={threadHref(threadId, { at: { revision: row.revision } })}>Just before it</a>
    <button type="button" class="link" onClick={() => void goToTurn(threadId, row)}>
      Its turn
    </button>
    <span class="dim">
      {row.segment === 0 ? '' : `file ${row.segment + 1}, `}
      bytes {count(row.offset)}–{count(row.offset + row.bytes)}
      {row.inherited === true ? ', written for the thread this one came of' : ''}
    </span>
  </p>
)

const DamagedLine = ({ row }: { readonly row: EventRow }) => (
  <p class="warn-text">
    This line is damaged ({visible(row.reason ?? 'unknown')}) and was passed over. The health of the
    home tells more: <a href="/health">Health</a>.
  </p>
)

const Line = ({ row, threadId }: { readonly row: EventRow } & ThreadAddress) => {
  const [isText, setText] = useState(false)
  const [isWhole, setWhole] = useState(false)
  if (row.line === undefined) return null
  const text = JSON.stringify(row.line, null, 2)
  const shown = isWhole ? text : text.slice(0, TEXT_SHOWN)
  return (
    <>
      <p class="event-links">
        <button type="button" class="small" aria-pressed={isText} onClick={() => setText(!isText)}>
          plain text
        </button>
        <CopyButton text={JSON.stringify(row.line)} what="the line" />
      </p>
      {isText ? (
        <pre class="event-text" tabIndex={0} dir="auto" aria-label="line as text">
          {visible(shown)}
          {shown.length < text.length ? (
            <button type="button" class="more" onClick={() => setWhole(true)}>
              Show all {size(text.length)}
            </button>
          ) : null}
        </pre>
      ) : (
        <div class="event-tree">
          <JsonTree
            name={`event ${threadId} ${row.revision}`}
            value={row.line as unknown as Json}
          />
        </div>
      )}
    </>
  )
}

export interface EventLineProps extends ThreadAddress {
  readonly row: EventRow
  /** Its place among all rows, from 1. */
  readonly place: number
  readonly isOpen: boolean
  readonly toggle: () => void
}

export const EventLine = ({ row, place, isOpen, toggle, threadId }: EventLineProps) => {
  const kind = kindOfRow(row)
  const timeMs = timeOf(row)
  const isDamaged = row.line === undefined
  return (
    <>
      <div
        role="row"
        aria-rowindex={place + 1}
        class={`event-row ${isDamaged ? 'damaged' : ''} ${isOpen ? 'open' : ''}`}
        onClick={toggle}
      >
        <span role="cell" class="event-number">
          <button
            type="button"
            class="link"
            aria-expanded={isOpen}
            aria-label={`event ${row.revision}`}
          >
            {count(row.revision)}
          </button>
        </span>
        <span role="cell" class="event-time">
          {timeMs === null ? '–' : exactTime(timeMs).slice(11)}
        </span>
        <span role="cell" class={`event-kind ${isDamaged ? 'warn-text' : ''}`}>
          {isDamaged ? '⚠ ' : ''}
          {visible(kind)}
        </span>
        <span role="cell" class="event-gist" dir="auto">
          {row.line === undefined ? 'not readable' : visible(gistOf(row.line.payload))}
        </span>
        <span role="cell" class="event-bytes">
          {size(row.bytes)}
        </span>
      </div>
      {isOpen ? (
        <div role="row" class="event-opened">
          <div role="cell">
            {isDamaged ? <DamagedLine row={row} /> : null}
            <Links row={row} threadId={threadId} />
            <Line row={row} threadId={threadId} />
          </div>
        </div>
      ) : null}
    </>
  )
}
