/**
 * A thread from afar: its turns in a lane, what was taken back, and the threads that it came of and that came of it.
 */
import { useEffect, useState } from 'preact/hooks'
import type { ThreadGraph, ThreadOutline } from '../../../domain/unroll-protocol.ts'
import { Answered, Empty } from '../../parts/answered.tsx'
import { Choice } from '../../parts/choice.tsx'
import { Table, type ShownColumn } from '../../parts/table.tsx'
import {
  branchText,
  slotHref,
  slotText,
  TimelineChart,
  type ChartProps
} from '../../parts/timeline-chart.tsx'
import { threadHref } from '../../routes.ts'
import { useAnswer } from '../../state/answer.ts'
import { useFollowed } from '../../state/live.ts'
import { useStops } from '../../state/stops.ts'
import type { TravelStops } from '../../text/stops.ts'
import { branchesOf, NODES_MAX, slotsOf, stretchesOf } from '../../text/timeline.ts'
import { count, counted, exactTime } from '../../text/times.ts'
import type { ThreadViewProps } from './view.ts'

interface TimelineRow {
  readonly what: string
  readonly href: string
  readonly atMs: number | null
  readonly state: string
}

const rowsOf = ({
  threadId,
  slots,
  stretches,
  branches
}: ChartProps): ReadonlyArray<TimelineRow> => [
  ...slots.map((slot) => ({
    what: slotText({ ...slot, atMs: null }),
    href: slotHref(threadId, slot),
    atMs: slot.atMs,
    state: slot.n === null ? 'taken back' : 'there'
  })),
  ...stretches.map(({ turns, atMs, revision, isUndone }) => ({
    what: `${counted(turns, 'turn')} taken back`,
    href: threadHref(threadId, {
      at: revision !== null ? { revision } : atMs === null ? null : { timeMs: atMs - 1 }
    }),
    atMs,
    state: isUndone ? 'brought back later' : 'shown as it was before'
  })),
  ...branches.map((branch) => ({
    what: branchText(branch),
    href: threadHref(branch.node.threadId),
    atMs: branch.node.startedAtMs,
    state: branch.node.turns === null ? '' : counted(branch.node.turns, 'turn')
  }))
]

const COLUMNS: ReadonlyArray<ShownColumn<TimelineRow>> = [
  {
    title: 'what',
    isWide: true,
    cell: ({ what, href }) => (
      <a href={href} dir="auto">
        {what}
      </a>
    )
  },
  { title: 'when', cell: ({ atMs }) => (atMs === null ? '–' : exactTime(atMs)) },
  { title: 'state', isExtra: true, cell: ({ state }) => state }
]

/** The last turns of the thread, as many as are drawn. */
const useLastTurns = (threadId: string) => {
  const [from, setFrom] = useState(0)
  const asked = useAnswer<ThreadOutline>('unroll/thread/outline', {
    threadId,
    from,
    count: NODES_MAX
  })
  const wanted = Math.max(0, (asked.value?.total ?? 0) - NODES_MAX)
  useEffect(() => setFrom(wanted), [wanted])
  return asked
}

const chartOf = (
  threadId: string,
  graph: ThreadGraph,
  { turns, total }: ThreadOutline,
  stops: TravelStops,
  byTime: boolean
) => {
  const all = slotsOf(stops, turns)
  const branches = branchesOf(graph, threadId)
  const slots = all.slice(-NODES_MAX)
  const room = Math.max(0, NODES_MAX - slots.length)
  const shown = branches.slice(0, Math.max(room, 50))
  const hidden = total - turns.length + all.length - slots.length + branches.length - shown.length
  const stretches = stretchesOf(graph, threadId, slots)
  return { chart: { threadId, slots, stretches, branches: shown, byTime }, hidden }
}

const Legend = ({ chart, hidden }: { readonly chart: ChartProps; readonly hidden: number }) => {
  const { slots, stretches, branches } = chart
  const gone = slots.filter(({ n }) => n === null).length
  return (
    <p class="dim" role="status">
      {counted(slots.length - gone, 'turn')}
      {gone === 0 ? '' : `, ${count(gone)} taken back`}
      {stretches.length === 0 ? '' : ` in ${counted(stretches.length, 'rollback')}`}
      {branches.length === 0 ? '' : `, ${counted(branches.length, 'other thread')}`}
      {hidden === 0 ? '' : `; ${count(hidden)} more are not drawn`}
    </p>
  )
}

const SameAsTable = ({ chart }: { readonly chart: ChartProps }) => {
  const [isOpen, setOpen] = useState(false)
  return (
    <details onToggle={(event) => setOpen(event.currentTarget.open)}>
      <summary>The same as a table</summary>
      {isOpen ? (
        <Table caption="timeline" columns={COLUMNS} rows={rowsOf(chart)} keyOf={(_, n) => n} />
      ) : null}
    </details>
  )
}

export const TimelineView = ({ route }: ThreadViewProps) => {
  const { threadId, query } = route
  const byTime = query['x'] === 'time'
  const graph = useAnswer<ThreadGraph>('unroll/thread/graph', { threadId })
  const outline = useLastTurns(threadId)
  const stops = useStops(threadId, true, outline.value?.revision ?? 0)
  useFollowed(threadId, {
    revision: outline.value?.revision ?? null,
    changed: () => {
      graph.again()
      outline.again()
    }
  })
  return (
    <div class="scroller" tabIndex={0} role="region" aria-label="timeline of the thread">
      <div class="view-body timeline-body">
        <div class="filters view-filters">
          <Choice
            label="across"
            name="x"
            value={byTime ? 'time' : ''}
            options={[
              ['', 'turns'],
              ['time', 'time']
            ]}
          />
        </div>
        <Answered asked={graph}>
          {(all) => (
            <Answered asked={stops === null ? { ...outline, value: null } : outline}>
              {(turns) => {
                if (stops === null) return null
                const { chart, hidden } = chartOf(threadId, all, turns, stops, byTime)
                return chart.slots.length + chart.branches.length === 0 ? (
                  <Empty>No turns yet.</Empty>
                ) : (
                  <>
                    <Legend chart={chart} hidden={hidden} />
                    <TimelineChart {...chart} />
                    <SameAsTable chart={chart} />
                  </>
                )
              }}
            </Answered>
          )}
        </Answered>
      </div>
    </div>
  )
}
