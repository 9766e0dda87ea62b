/**
 * The turns of a thread, what stands beside them, and what is selected in them.
 */
import { useEffect, useLayoutEffect, useMemo, useRef } from 'preact/hooks'
import { parseShown } from '../../items/turn-parts.ts'
import { Empty, Failure } from '../../parts/answered.tsx'
import { Drawer } from '../../parts/drawer.tsx'
import { later } from '../../parts/later.tsx'
import { Outline } from '../../parts/outline.tsx'
import { revealing, type Revealing } from '../../parts/reveal.ts'
import type { VirtualListHandle } from '../../parts/virtual-list.tsx'
import { goBack, setQuery } from '../../state/location.ts'
import { showsOutline, useOutline, type OutlineRows } from '../../state/outline.ts'
import { showsInspector } from '../../state/preferences.ts'
import { isRoomy, isWide } from '../../state/screen.ts'
import { selected, shown } from '../../state/selection.ts'
import { openTurns, type TurnWindow } from '../../state/turns.ts'
import { epoch } from '../../wire/socket.ts'
import { openAround, useTurnKeys } from './turn-keys.ts'
import { TurnList, useCurrentTurn, useLive, type TurnsProps } from './turn-list.tsx'
import { usePlaceOf, useStart } from './turn-start.ts'
import { TurnTools } from './turn-tools.tsx'
import type { ThreadRoute, ThreadViewProps } from './view.ts'

const FindBar = later(async () => (await import('./find-bar.tsx')).FindBar, null)
const Inspector = later(async () => (await import('./inspector.tsx')).Inspector, null)

const FIND_EMPTY = ''

/** Shuts what is open over the turns or narrows them; with nothing of this goes back. */
const escapeFrom = (route: ThreadRoute, isFinding: boolean, stopFinding: () => void): void => {
  if (showsOutline.value && !isWide.value) showsOutline.value = false
  else if (showsInspector.value && !isRoomy.value) showsInspector.value = false
  else if (isFinding) stopFinding()
  else if (selected.value !== null) selected.value = null
  else if (route.query['show'] !== undefined) setQuery({ show: null })
  else goBack()
}

const useReveal = (list: { readonly current: VirtualListHandle | null }): Revealing => {
  const held = useMemo(() => revealing(list), [])
  useEffect(() => held.close, [held])
  return held
}

const Beside = ({
  turns,
  outline: rows,
  current,
  go
}: {
  readonly turns: TurnWindow
  readonly outline: OutlineRows
  readonly current: number | null
  readonly go: (n: number) => void
}) => {
  const total = turns.total.value
  if ((total !== null && total < 2) || !(isWide.value || showsOutline.value)) return null
  // Its place is kept, so that turns do not move when it comes.
  if (total === null || current === null) return isWide.value ? <div class="outline" /> : null
  const outline = (
    <Outline
      {...{ outline: rows, total, current }}
      go={(n) => {
        if (!isWide.value) showsOutline.value = false
        go(n)
      }}
    />
  )
  if (isWide.value) return outline
  return (
    <Drawer side="left" label="outline" close={() => (showsOutline.value = false)}>
      {outline}
    </Drawer>
  )
}

/** Asked behind the turns that are looked at first: the first outline of a thread can take the server long. */
const useTurnOutline = ({ route: { threadId, at, query }, turns }: TurnsProps): OutlineRows => {
  const total = turns.total.value ?? 0
  const version = turns.version.value
  const isFirst = version < 2 && turns.turn(total - 1) === undefined
  const rolledBack = query['rb'] !== undefined
  return useOutline(
    { ...{ threadId, at, rolledBack, version }, total: isFirst ? 0 : total },
    isWide.value || showsOutline.value
  )
}

const Details = ({ route, thread, turns }: TurnsProps) => {
  if (!showsInspector.value) return null
  const inspector = <Inspector {...{ route, thread, turns }} />
  if (isRoomy.value) return inspector
  return (
    <Drawer side="right" label="details" close={() => (showsInspector.value = false)}>
      {inspector}
    </Drawer>
  )
}

const Turns = (props: TurnsProps) => {
  const { route, turns } = props
  const list = useRef<VirtualListHandle>(null)
  const held = useReveal(list)
  const [current, setCurrent] = useCurrentTurn()
  const placeOf = usePlaceOf(route, turns)
  const outline = useTurnOutline(props)
  const { hasNews, goToEnd } = useLive(props, list, held)
  useStart(route, turns, held, placeOf)
  const isFinding = route.query['find'] !== undefined || finding.has(route.threadId)
  const stopFinding = (): void => {
    finding.delete(route.threadId)
    setQuery({ find: null })
  }
  const find = (): void => {
    finding.add(route.threadId)
    setQuery({ find: route.query['find'] ?? FIND_EMPTY })
    document.querySelector<HTMLInputElement>('.find-bar input')?.select()
  }
  useTurnKeys(
    { route, turns, revealing: held, top: () => list.current?.top() ?? 0 },
    {
      ...{ goToEnd, find },
      escape: () => escapeFrom(route, isFinding, stopFinding),
      box: () => list.current?.box()
    }
  )
  const show = async (turnId: string, itemId: string): Promise<void> => {
    const n = await placeOf(turnId)
    const turn = n === null ? null : await turns.at(n)
    if (turn === null) return
    openAround(route.threadId, turn, itemId)
    held.reveal({ n: turn.n, turnId, itemId, align: 'nearest' })
  }
  const go = (n: number): void => held.reveal({ n, turnId: null, itemId: null, align: 'start' })
  return (
    <>
      <TurnTools route={route} find={isFinding ? stopFinding : find} />
      {isFinding ? (
        <FindBar {...{ route, list, show, close: stopFinding, placeOf: turns.placeOf }} />
      ) : null}
      <div class="thread-body">
        <Beside {...{ turns, outline, current, go }} />
        <TurnList {...{ ...props, outline, list }} onTop={setCurrent} />
        {hasNews ? (
          <button type="button" class="news" onClick={goToEnd}>
            Jump to latest
          </button>
        ) : null}
        <Details {...props} />
      </div>
    </>
  )
}

/** Threads in which the bar is open without a text yet; an address holds texts only. */
const finding = new Set<string>()

export const TurnsView = (props: ThreadViewProps) => {
  const { route } = props
  const { threadId, query } = route
  const at = JSON.stringify(route.at)
  const rolledBack = query['rb'] !== undefined
  const turns = useMemo(
    () => openTurns({ threadId, at: route.at, rolledBack, startTurnId: route.turnId }),
    [threadId, at, rolledBack]
  )
  // Before anything is drawn that depends on it.
  useMemo(() => {
    shown.value = parseShown(query['show'])
  }, [query['show']])
  useEffect(() => {
    selected.value = null
  }, [threadId])
  useEffect(() => turns.close, [turns])
  useLayoutEffect(() => void turns.refresh(), [turns, epoch.value])
  return (
    <>
      {turns.failure.value === null ? null : <Failure message={turns.failure.value.message} />}
      {turns.total.value === 0 ? (
        <Empty>
          {route.at === null
            ? 'No turns yet. They appear here as soon as somebody asks something.'
            : 'There were no turns yet at this point.'}
        </Empty>
      ) : null}
      <Turns {...{ ...props, turns }} />
    </>
  )
}
