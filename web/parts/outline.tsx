/**
 * The turns of a thread in a line each, beside them: what was asked, and what stands out.
 */
import { useEffect, useRef, useState } from 'preact/hooks'
import type { OutlinedTurn, OutlineFlag } from '../../domain/unroll-protocol.ts'
import type { OutlineRows } from '../state/outline.ts'
import { counted, short } from '../text/times.ts'
import { visible } from './ansi.ts'
import { Minimap } from './minimap.tsx'
import { VirtualList, type VirtualListHandle } from './virtual-list.tsx'

const ROW_PX = 44
const PAGE_ROWS = 10

interface OutlineProps {
  readonly outline: OutlineRows
  readonly total: number
  /** The turn at the top of the page. */
  readonly current: number
  readonly go: (n: number) => void
}

const FLAG_WORDS: Readonly<Record<OutlineFlag, string>> = {
  rolledBack: '↶ taken back',
  compacted: '⇊ compacted',
  review: '◎ review',
  damaged: '⚠ damaged',
  fork: '⑂ fork'
}

const Facts = ({ turn }: { readonly turn: OutlinedTurn }) => {
  const { failed, files, tokens, flags, status } = turn
  return (
    <span class="outline-facts">
      {status === 'failed' || status === 'interrupted' ? (
        <span class="bad-text">✕ {status}</span>
      ) : null}
      {failed === null || failed === 0 ? null : <span class="bad-text">✕ {failed} failed</span>}
      {flags.map((flag) => (
        <span class={flag === 'damaged' ? 'warn-text' : ''}>{FLAG_WORDS[flag]}</span>
      ))}
      {files === null || files === 0 ? null : <span>{counted(files, 'file')}</span>}
      {tokens === null || tokens === 0 ? null : <span>{short(tokens)} tokens</span>}
    </span>
  )
}

interface OutlineRowProps {
  readonly n: number
  readonly total: number
  readonly turn: OutlinedTurn | undefined
  readonly isCurrent: boolean
  /** The one that the Tab key reaches. */
  readonly isReached: boolean
  readonly go: (n: number) => void
}

const Row = ({ n, total, turn, isCurrent, isReached, go }: OutlineRowProps) => {
  const isGhost = turn?.flags.includes('rolledBack') === true
  return (
    <div
      role="treeitem"
      class={`outline-row ${isCurrent ? 'current' : ''} ${isGhost ? 'ghost' : ''}`}
      data-row={n}
      aria-level={1}
      aria-posinset={n + 1}
      aria-setsize={total}
      aria-current={isCurrent ? 'true' : undefined}
      aria-selected={isCurrent}
      tabIndex={isReached ? 0 : -1}
      onClick={() => go(n)}
    >
      <span class="outline-place">{n + 1}</span>
      <span class="outline-text" dir="auto">
        {visible((turn?.asked ?? turn?.answered ?? '').replace(/\s+/g, ' ')) || '\u00a0'}
      </span>
      {turn === undefined ? null : <Facts turn={turn} />}
    </div>
  )
}

/** Where the arrow keys lead in a list. */
const stepOf = (key: string, n: number, total: number): number | null => {
  const to: Readonly<Record<string, number>> = {
    ArrowDown: n + 1,
    ArrowUp: n - 1,
    PageDown: n + PAGE_ROWS,
    PageUp: n - PAGE_ROWS,
    Home: 0,
    End: total - 1
  }
  const next = to[key]
  return next === undefined ? null : Math.min(total - 1, Math.max(0, next))
}

/** The row that has the focus, or would get it; it is drawn before it is focused. */
const useRoving = (
  { total, current, go }: OutlineProps,
  list: { readonly current: VirtualListHandle | null }
) => {
  const [reached, setReached] = useState(current)
  const wantsFocus = useRef(false)
  useEffect(() => setReached(current), [current])
  useEffect(() => {
    if (!wantsFocus.current) return
    const row = list.current?.box()?.querySelector<HTMLElement>(`[data-row="${reached}"]`)
    if (!row) return
    wantsFocus.current = false
    row.focus({ preventScroll: true })
  })
  const onKeyDown = (event: KeyboardEvent): void => {
    if (event.ctrlKey || event.metaKey || event.altKey) return
    if (event.key === 'Enter' || event.key === ' ') {
      event.preventDefault()
      return go(reached)
    }
    const next = stepOf(event.key, reached, total)
    if (next === null) return
    event.preventDefault()
    wantsFocus.current = true
    setReached(next)
    list.current?.scrollTo(next, 'auto')
  }
  return { reached, onKeyDown }
}

export const Outline = (props: OutlineProps) => {
  const { total, current, go } = props
  const { rows, drawn, want } = props.outline
  const list = useRef<VirtualListHandle>(null)
  const { reached, onKeyDown } = useRoving(props, list)
  useEffect(() => list.current?.scrollTo(current, 'auto'), [current])
  return (
    <nav class="outline" aria-label="turns of the thread">
      <Minimap {...{ rows, drawn, total, current, go }} />
      <VirtualList
        handle={list}
        count={total}
        start={current}
        estimate={() => ROW_PX}
        keyOf={(n) => n}
        onRange={want}
        overscan={10}
        box={{ role: 'tree', 'aria-label': 'turns', onKeyDown }}
        render={(n) => (
          <Row
            {...{ n, total, go }}
            turn={rows.get(n)}
            isCurrent={n === current}
            isReached={n === reached}
          />
        )}
      />
    </nav>
  )
}
