/**
 * The picture of a timeline. Lines are drawn; what leads somewhere is a link above them, reached by the arrow keys.
 */
import { useRef, useState } from 'preact/hooks'
import { threadHref } from '../routes.ts'
import type { BranchOfThread, TakenStretch, TurnSlot } from '../text/timeline.ts'
import { counted, exactTime } from '../text/times.ts'
import { visible } from './ansi.ts'

const STEP = 28
const LEFT = 24
const LANE = 36
const MAIN_LANE = 64
const TIME_WIDTH = 960
const DOT = 14

export interface ChartProps {
  readonly threadId: string
  readonly slots: ReadonlyArray<TurnSlot>
  readonly stretches: ReadonlyArray<TakenStretch>
  readonly branches: ReadonlyArray<BranchOfThread>
  readonly byTime: boolean
}

export const slotText = ({ n, atMs, asked }: TurnSlot): string =>
  [
    n === null ? 'turn that was taken back' : `turn ${n + 1}`,
    atMs === null ? '' : exactTime(atMs),
    visible(asked ?? '').slice(0, 80)
  ]
    .filter((text) => text !== '')
    .join(', ')

export const slotHref = (threadId: string, { turnId, n }: TurnSlot): string =>
  threadHref(threadId, { turnId, at: n === null ? { turnId } : null })

export const branchText = ({ node, edge, isAncestor }: BranchOfThread): string => {
  const name = visible(node.name ?? (node.preview.slice(0, 80) || node.threadId))
  if (isAncestor) return `came of: ${name}`
  return `${edge.kind}: ${name}`
}

/** Where a time or a place is on the axis. */
const scaleOf = ({ slots, branches, byTime }: ChartProps) => {
  if (!byTime)
    return {
      width: LEFT * 2 + STEP * Math.max(12, slots.length + 8),
      slotX: (place: number) => LEFT + STEP * place + DOT / 2,
      timeX: () => null
    }
  const times = [
    ...slots.flatMap(({ atMs }) => atMs ?? []),
    ...branches.flatMap(({ node }) => [node.startedAtMs, node.lastEventAtMs])
  ]
  const first = times.reduce((a, b) => Math.min(a, b), Infinity)
  const last = times.reduce((a, b) => Math.max(a, b), -Infinity)
  const linear = (ms: number): number =>
    LEFT + ((ms - first) / Math.max(1, last - first)) * TIME_WIDTH
  // Turns that follow each other within a moment still stand beside each other.
  const places: Array<number> = []
  for (const { atMs } of slots) {
    const least = places.length === 0 ? LEFT : (places.at(-1) ?? 0) + STEP
    places.push(Math.max(least, atMs === null ? least : linear(atMs)))
  }
  return {
    width: LEFT * 2 + Math.max(TIME_WIDTH, places.at(-1) ?? 0) + DOT,
    slotX: (place: number) => places[place] ?? LEFT,
    timeX: (ms: number) => {
      const passed = slots.findLastIndex(({ atMs }) => atMs !== null && atMs <= ms)
      return Math.max(linear(ms), places[passed] ?? LEFT)
    }
  }
}

interface ChartLane {
  readonly branch: BranchOfThread
  readonly y: number
  readonly from: number
  readonly to: number
  readonly parent: { readonly x: number; readonly y: number } | null
}

const layoutOf = (props: ChartProps) => {
  const { slots, branches, threadId } = props
  const { width, slotX, timeX } = scaleOf(props)
  const above = branches.filter(({ isAncestor }) => isAncestor)
  const mainY = above.length * LANE + MAIN_LANE
  const lanes = new Map<string, ChartLane>()
  const slotAt = new Map(slots.map(({ turnId }, place) => [turnId, place]))
  branches.forEach((branch, row) => {
    const { node, edge, isAncestor } = branch
    const y = isAncestor ? LANE / 2 + row * LANE : mainY + LANE + (row - above.length) * LANE
    const place = edge.atTurn === null ? undefined : slotAt.get(edge.atTurn)
    const parentLane = lanes.get(edge.from)
    const parentX = isAncestor
      ? null
      : edge.from === threadId
        ? place === undefined
          ? slotX(0)
          : slotX(place)
        : (parentLane?.from ?? LEFT)
    const from = timeX(node.startedAtMs) ?? (isAncestor ? LEFT : (parentX ?? LEFT) + STEP / 2)
    const own = (node.turns ?? 1) - (edge.kind === 'fork' && place !== undefined ? place + 1 : 0)
    const to = timeX(node.lastEventAtMs) ?? from + STEP * Math.min(20, Math.max(1, own))
    const parentY = edge.from === threadId ? mainY : (parentLane?.y ?? mainY)
    const parent = parentX === null ? null : { x: parentX, y: parentY }
    lanes.set(node.threadId, { branch, y, from, to: Math.max(to, from + DOT), parent })
  })
  const height = mainY + LANE * (branches.length - above.length) + LANE
  const right = Math.max(width, ...[...lanes.values()].map(({ to }) => to + 260))
  return { width: right, height, mainY, slotX, lanes: [...lanes.values()] }
}

type ChartLayout = ReturnType<typeof layoutOf>

const Stretch = ({
  one,
  at,
  layout
}: {
  readonly one: TakenStretch
  readonly at: number
  readonly layout: ChartLayout
}) => {
  const { slotX, mainY } = layout
  const from = slotX(one.from) - DOT
  const to = slotX(one.to) + DOT
  const top = mainY - 26 - 8 * (at % 3)
  return (
    <g class={`taken ${one.isUndone ? 'undone' : ''}`}>
      <rect x={from} y={mainY - DOT} width={to - from} height={2 * DOT} rx={4} />
      <path
        d={`M ${to - 4} ${mainY - DOT} V ${top} H ${from - 2} V ${mainY - DOT + 3}`}
        marker-end="url(#timeline-arrow)"
      />
    </g>
  )
}

const Lines = ({
  slots,
  stretches,
  layout
}: Pick<ChartProps, 'slots' | 'stretches'> & { readonly layout: ChartLayout }) => {
  const { width, height, mainY, slotX, lanes } = layout
  return (
    <svg class="timeline-lines" width={width} height={height} aria-hidden="true">
      <defs>
        <pattern
          id="timeline-hatch"
          width="6"
          height="6"
          patternUnits="userSpaceOnUse"
          patternTransform="rotate(45)"
        >
          <line x1="0" y1="0" x2="0" y2="6" class="hatch" />
        </pattern>
        <marker id="timeline-arrow" markerWidth="8" markerHeight="8" refX="4" refY="6" orient="0">
          <path d="M 1 1 L 4 6 L 7 1" class="arrow" />
        </marker>
      </defs>
      {slots.length === 0 ? null : (
        <line class="lane" x1={slotX(0)} x2={slotX(slots.length - 1)} y1={mainY} y2={mainY} />
      )}
      {stretches.map((one, at) => (
        <Stretch one={one} at={at} layout={layout} />
      ))}
      {lanes.map(({ branch, y, from, to, parent }) => (
        <g class={`branch ${branch.edge.kind}`}>
          {parent === null ? (
            <path d={`M ${from} ${y} V ${mainY} H ${slotX(0)}`} />
          ) : (
            <path d={`M ${parent.x} ${parent.y} V ${y - 8} Q ${parent.x} ${y} ${from} ${y}`} />
          )}
          <line x1={from} x2={to} y1={y} y2={y} />
        </g>
      ))}
    </svg>
  )
}

interface ChartNode {
  readonly href: string
  readonly text: string
  readonly x: number
  readonly y: number
  readonly kind: string
  readonly label: string
}

const nodesOf = (
  { threadId, slots }: ChartProps,
  layout: ChartLayout
): ReadonlyArray<ChartNode> => [
  ...slots.map((slot, place) => ({
    href: slotHref(threadId, slot),
    text: slotText(slot),
    x: layout.slotX(place),
    y: layout.mainY,
    kind: slot.n === null ? 'gone' : 'live',
    label: ''
  })),
  ...layout.lanes.map(({ branch, y, to }) => ({
    href: threadHref(branch.node.threadId),
    text: `${branchText(branch)}${branch.node.turns === null ? '' : `, ${counted(branch.node.turns, 'turn')}`}`,
    x: to,
    y,
    kind: branch.edge.kind,
    label: branchText(branch)
  }))
]

/** The nearest node in a direction. */
const nextNode = (nodes: ReadonlyArray<ChartNode>, at: number, key: string): number => {
  const here = nodes[at]
  if (here === undefined) return at
  if (key === 'Home') return 0
  if (key === 'End') return nodes.length - 1
  const sign = key === 'ArrowLeft' || key === 'ArrowUp' ? -1 : 1
  const isAcross = key === 'ArrowLeft' || key === 'ArrowRight'
  const distance = (node: ChartNode): number => {
    const along = sign * (isAcross ? node.x - here.x : node.y - here.y)
    const aside = Math.abs(isAcross ? node.y - here.y : node.x - here.x)
    if (isAcross && aside > 0) return Infinity
    return along > 0 ? along * 1000 + aside : Infinity
  }
  const best = nodes.reduce(
    (found, node, n) => {
      const far = distance(node)
      return n !== at && far < found.far ? { n, far } : found
    },
    { n: at, far: Infinity }
  )
  return best.n
}

export const TimelineChart = (props: ChartProps) => {
  const layout = layoutOf(props)
  const nodes = nodesOf(props, layout)
  const [current, setCurrent] = useState(0)
  const box = useRef<HTMLDivElement>(null)
  const walk = (event: KeyboardEvent): void => {
    if (!/^(Arrow(Left|Right|Up|Down)|Home|End)$/.test(event.key)) return
    event.preventDefault()
    const next = nextNode(nodes, current, event.key)
    setCurrent(next)
    box.current?.querySelector<HTMLElement>(`[data-node="${next}"]`)?.focus()
  }
  return (
    <div class="timeline-box" role="group" aria-label="timeline" onKeyDown={walk} ref={box}>
      <div
        class="timeline-canvas"
        style={{ width: `${layout.width}px`, height: `${layout.height}px` }}
      >
        <Lines slots={props.slots} stretches={props.stretches} layout={layout} />
        {nodes.map(({ href, text, x, y, kind, label }, n) => (
          <a
            key={href}
            href={href}
            class={`timeline-node node-${kind}`}
            data-node={n}
            tabIndex={n === Math.min(current, nodes.length - 1) ? 0 : -1}
            aria-label={text}
            title={text}
            onFocus={() => setCurrent(n)}
            style={{ left: `${x}px`, top: `${y}px` }}
          >
            {label === '' ? null : (
              <span class="timeline-label" dir="auto">
                {label}
              </span>
            )}
          </a>
        ))}
      </div>
    </div>
  )
}
