/**
 * The turns of a thread, from any place on.
 */
import { useEffect, useMemo, useRef, useState } from 'preact/hooks'
import type { Thread } from '../../../domain/protocol.ts'
import { TurnView } from '../../items/turn.tsx'
import { Empty, Failure } from '../../parts/answered.tsx'
import { VirtualList, type VirtualListHandle } from '../../parts/virtual-list.tsx'
import { openTurns, type TurnWindow } from '../../state/turns.ts'
import type { NumberedTurn } from '../../wire/answers.ts'
import { epoch, request } from '../../wire/socket.ts'
import { keys } from '../../state/keys.ts'
import { isWide } from '../../state/screen.ts'
import { followThread } from '../../state/live.ts'
import { Outline } from '../../parts/outline.tsx'
import type { ThreadRoute, ThreadViewProps } from './view.ts'

const EMPTY_TURN_PX = 220
const LINE_PX = 20
const WIDTH_CHARS = 90

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

/** Where to begin: at the turn of the address, else at the end. */
const useStart = (route: ThreadRoute, turns: TurnWindow, list: ListRef): void => {
  const done = useRef('')
  const total = turns.total.value
  const { threadId, turnId } = route
  const place = `${threadId}/${turnId ?? ''}/${JSON.stringify(route.at)}`
  useEffect(() => {
    if (total === null || total === 0 || done.current === place) return
    done.current = place
    if (turnId === null) return list.current?.scrollTo(total - 1, 'end')
    const known = turns.placeOf(turnId)
    if (known !== null) return list.current?.scrollTo(known, 'start')
    void placeOf(route, turnId).then((n) => {
      if (n !== null) list.current?.scrollTo(n, 'start')
      // Asked again when the turns were read again.
      else done.current = ''
    })
  }, [place, total, turns.version.value])
}

/** The place of a turn by its id; null when there is no such turn. */
const placeOf = async ({ threadId, at }: ThreadRoute, turnId: string): Promise<number | null> => {
  const point = at === null ? {} : { at }
  const params = { threadId, turnId, count: 1, itemsView: 'notLoaded', ...point }
  const answer = await request<{ readonly data: ReadonlyArray<NumberedTurn> }>(
    'unroll/turns/range',
    params
  )
  return answer.ok ? (answer.value.data[0]?.n ?? null) : null
}

interface TurnsProps {
  readonly route: ThreadRoute
  readonly thread: Thread | null
  readonly turns: TurnWindow
}

type ListRef = { readonly current: VirtualListHandle | null }

/** Shows what is written meanwhile: at once where the end is seen, else by a button that leads there. */
const useLive = (
  { route, turns }: TurnsProps,
  list: ListRef
): { readonly hasNews: boolean; readonly goToEnd: () => void } => {
  const [hasNews, setNews] = useState(false)
  const goToEnd = (): void => {
    setNews(false)
    list.current?.scrollTo((turns.total.value ?? 1) - 1, 'end')
  }
  const sticks = useRef(false)
  useEffect(() => {
    if (route.at !== null) return undefined
    return followThread(route.threadId, () => {
      sticks.current = list.current?.isAtEnd() ?? false
      if (!sticks.current) setNews(true)
      void turns.follow()
    })
  }, [turns, epoch.value])
  useEffect(() => {
    if (sticks.current) goToEnd()
    sticks.current = false
  }, [turns.version.value])
  return { hasNews, goToEnd }
}

const useTurnKeys = (total: number, list: ListRef, goToEnd: () => void): void => {
  const go = (n: number): void =>
    list.current?.scrollTo(Math.min(total - 1, Math.max(0, n)), 'start')
  useEffect(
    () =>
      keys({
        G: goToEnd,
        g: () => go(0),
        J: () => go((list.current?.top() ?? 0) + 1),
        K: () => go((list.current?.top() ?? 0) - 1)
      }),
    [total]
  )
}

const Turns = (props: TurnsProps) => {
  const { route, thread, turns } = props
  const list = useRef<VirtualListHandle>(null)
  const [current, setCurrent] = useState(0)
  const total = turns.total.value ?? 0
  // Drawn again when turns came.
  const version = turns.version.value
  const { hasNews, goToEnd } = useLive(props, list)
  useStart(route, turns, list)
  useTurnKeys(total, list, goToEnd)
  const place = { threadId: route.threadId, cwd: thread?.cwd ?? '' }
  return (
    <div class="thread-body">
      {isWide.value && total > 1 ? (
        <Outline
          {...{ threadId: route.threadId, at: route.at, total, version, current }}
          go={(n) => list.current?.scrollTo(n, 'start')}
        />
      ) : null}
      <VirtualList
        class="turns"
        handle={list}
        count={total}
        overscan={2}
        estimate={(n) => estimated(turns.turn(n))}
        keyOf={(n) => n}
        onRange={turns.want}
        onTop={setCurrent}
        box={{ role: 'feed', 'aria-label': 'turns', tabIndex: 0 }}
        render={(n) => {
          const turn = turns.turn(n)
          return turn === undefined ? (
            <div class="turn loading" style={{ height: `${EMPTY_TURN_PX}px` }} aria-busy="true" />
          ) : (
            <TurnView turn={turn} total={total} place={place} isTarget={turn.id === route.turnId} />
          )
        }}
      />
      {hasNews ? (
        <button type="button" class="news" onClick={goToEnd}>
          New below
        </button>
      ) : null}
    </div>
  )
}

export const TurnsView = ({ route, thread }: ThreadViewProps) => {
  const { threadId } = route
  const at = JSON.stringify(route.at)
  const turns = useMemo(() => openTurns(threadId, route.at), [threadId, at])
  useEffect(() => turns.close, [turns])
  useEffect(() => void turns.refresh(), [turns, epoch.value])
  return (
    <>
      {turns.failure.value === null ? null : <Failure message={turns.failure.value.message} />}
      {turns.total.value === 0 ? <Empty>No turns yet.</Empty> : null}
      <Turns route={route} thread={thread} turns={turns} />
    </>
  )
}
