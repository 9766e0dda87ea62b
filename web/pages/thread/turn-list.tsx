/**
 * The turns of a thread, of which only those are drawn that are seen, and what is written meanwhile.
 */
import { useCallback, useEffect, useRef, useState } from 'preact/hooks'
import { Gap, NewSince } from '../../items/gap.tsx'
import { TurnView } from '../../items/turn.tsx'
import type { ListRef, Revealing } from '../../parts/reveal.ts'
import { VirtualList, type VirtualListHandle } from '../../parts/virtual-list.tsx'
import { useFollowed } from '../../state/live.ts'
import type { OutlineRows } from '../../state/outline.ts'
import type { TurnWindow } from '../../state/turns.ts'
import { useReviews } from '../../state/reviews.ts'
import { keepVisit, visitOf, type LastVisit } from '../../state/visits.ts'
import type { NumberedTurn } from '../../wire/answers.ts'
import type { ThreadRoute, ThreadViewProps } from './view.ts'

const EMPTY_TURN_PX = 220
const LINE_PX = 20
const WIDTH_CHARS = 90
const OUTLINE_MS = 120

export interface TurnsProps extends ThreadViewProps {
  readonly turns: TurnWindow
}

/** Before a turn is measured: prompt and answers by their length, everything else folded. */
const estimated = (turn: NumberedTurn | undefined): number => {
  if (turn === undefined) return EMPTY_TURN_PX
  const chars = turn.items.reduce((sum, item) => {
    if (item.type === 'agentMessage' || item.type === 'plan') return sum + item.text.length
    if (item.type !== 'userMessage') return sum
    return (
      sum +
      item.content.reduce((all, part) => all + (part.type === 'text' ? part.text.length : 40), 0)
    )
  }, 0)
  return 110 + Math.ceil(chars / WIDTH_CHARS) * LINE_PX
}

/** The turn at the upper edge, told to others when it stays there; null before there is one. */
export const useCurrentTurn = () => {
  const [current, setCurrent] = useState<number | null>(null)
  const timer = useRef<ReturnType<typeof setTimeout> | undefined>(undefined)
  const later = useRef((n: number): void => {
    clearTimeout(timer.current)
    timer.current = setTimeout(() => setCurrent(n), OUTLINE_MS)
  })
  useEffect(() => () => clearTimeout(timer.current), [])
  return [current, later.current] as const
}

/** Shows what is written meanwhile: at once where the end is seen, else by a button that leads there. */
export const useLive = (
  { route, turns }: TurnsProps,
  list: ListRef,
  revealing: Revealing
): { readonly hasNews: boolean; readonly goToEnd: () => void } => {
  const [hasNews, setNews] = useState(false)
  const goToEnd = (): void => {
    setNews(false)
    const n = (turns.total.value ?? 1) - 1
    revealing.reveal({ n, turnId: null, itemId: null, align: 'end' })
  }
  const sticks = useRef(false)
  useFollowed(route.at === null ? route.threadId : null, {
    revision: turns.revision.value,
    changed: () => {
      sticks.current ||= revealing.isGoingToEnd() || (list.current?.isAtEnd() ?? false)
      if (!sticks.current) setNews(true)
      void turns.follow()
    }
  })
  useEffect(() => {
    if (sticks.current) goToEnd()
    sticks.current = false
  }, [turns.version.value])
  return { hasNews, goToEnd }
}

/** The visit before this one; this one is kept as turns come. */
const useVisit = ({ threadId, at, query }: ThreadRoute, total: number | null): LastVisit | null => {
  const [before] = useState(() => visitOf(threadId))
  const isNow = at === null && query['rb'] === undefined
  useEffect(() => {
    if (isNow && total !== null) keepVisit(threadId, { turns: total, atMs: Date.now() })
  }, [isNow, total])
  return isNow ? before : null
}

interface TurnListProps extends TurnsProps {
  readonly list: { current: VirtualListHandle | null }
  readonly onTop: (n: number) => void
  readonly outline: OutlineRows
}

export const TurnList = ({ route, thread, turns, list, onTop, outline }: TurnListProps) => {
  const total = turns.total.value ?? 0
  const start = route.turnId === null ? null : turns.placeOf(route.turnId)
  // Drawn again when turns came.
  void turns.version.value
  const visit = useVisit(route, turns.total.value)
  const place = { threadId: route.threadId, cwd: thread?.cwd ?? '', at: route.at }
  const isInReview = useReviews(outline, turns)
  const row = (n: number) => {
    const turn = turns.turn(n)
    if (turn === undefined)
      return (
        <article
          class="turn loading"
          style={{ height: `${EMPTY_TURN_PX}px` }}
          aria-busy="true"
          aria-label={`turn ${n + 1}, not read yet`}
        />
      )
    return (
      <>
        {visit !== null && visit.turns > 0 && n === visit.turns ? (
          <NewSince atMs={visit.atMs} />
        ) : null}
        <Gap before={turns.turn(n - 1)} turn={turn} />
        <TurnView
          {...{ turn, total, place }}
          isTarget={turn.id === route.turnId}
          isDamaged={outline.rows.get(n)?.flags.includes('damaged') === true}
          isInReview={isInReview(n)}
          complete={(one) => void turns.complete(one)}
        />
      </>
    )
  }
  const { want: wantOutline } = outline
  const want = useCallback(
    (first: number, last: number) => {
      turns.want(first, last)
      wantOutline(first, Math.min(last, total - 1))
    },
    [turns, wantOutline, total]
  )
  if (turns.total.value === null) return <div class="scroller turns" />
  return (
    <VirtualList
      class="turns"
      handle={list}
      count={total}
      start={start ?? 'end'}
      overscan={2}
      estimate={(n) => estimated(turns.turn(n))}
      keyOf={(n) => n}
      onRange={want}
      onTop={onTop}
      box={{ role: 'feed', 'aria-label': 'turns', tabIndex: 0 }}
      render={(n) => <div class="turn-place">{row(n)}</div>}
    />
  )
}
