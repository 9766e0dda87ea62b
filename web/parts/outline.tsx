/**
 * The turns of a thread in a line each, beside them: what was asked, and what stands out.
 */
import { useEffect, useMemo, useReducer, useRef } from 'preact/hooks'
import type { OutlinedTurn, ThreadOutline } from '../../domain/unroll-protocol.ts'
import type { PointInAddress } from '../routes.ts'
import { counted, short } from '../text/times.ts'
import { request } from '../wire/socket.ts'
import { visible } from './ansi.ts'
import { VirtualList, type VirtualListHandle } from './virtual-list.tsx'

const PAGE = 200
const ROW_PX = 44

interface OutlineProps {
  readonly threadId: string
  readonly at: PointInAddress | null
  readonly total: number
  /** Another number when turns changed. */
  readonly version: number
  /** The turn at the top of the page. */
  readonly current: number
  readonly go: (n: number) => void
}

/** Pages of the outline as they are looked at. */
const useOutline = ({ threadId, at, total }: OutlineProps) => {
  const [, draw] = useReducer((n: number) => n + 1, 0)
  const point = JSON.stringify(at)
  const rows = useMemo(() => new Map<number, OutlinedTurn>(), [threadId, point])
  const asked = useMemo(() => new Set<number>(), [threadId, point, total])
  const want = useMemo(
    () => (first: number, last: number) => {
      for (let from = first - (first % PAGE); from <= last; from += PAGE) {
        if (asked.has(from)) continue
        asked.add(from)
        const params = { threadId, from, count: PAGE, ...(at === null ? {} : { at }) }
        void request<ThreadOutline>('unroll/thread/outline', params).then((answer) => {
          if (!answer.ok) return
          for (const turn of answer.value.turns) rows.set(turn.n, turn)
          draw(undefined)
        })
      }
    },
    [rows, asked]
  )
  return { rows, want }
}

const Facts = ({ turn }: { readonly turn: OutlinedTurn }) => {
  const { failed, files, tokens, flags, status } = turn
  return (
    <span class="outline-facts">
      {status === 'failed' || status === 'interrupted' ? (
        <span class="bad-text">{status}</span>
      ) : null}
      {failed === null || failed === 0 ? null : <span class="bad-text">{failed} failed</span>}
      {files === null || files === 0 ? null : <span>{counted(files, 'file')}</span>}
      {tokens === null || tokens === 0 ? null : <span>{short(tokens)} tokens</span>}
      {flags.map((flag) => (
        <span class={flag === 'damaged' ? 'warn-text' : ''}>{flag}</span>
      ))}
    </span>
  )
}

export const Outline = (props: OutlineProps) => {
  const { total, current, go, version } = props
  const { rows, want } = useOutline(props)
  const list = useRef<VirtualListHandle>(null)
  useEffect(() => list.current?.scrollTo(current, 'auto'), [current])
  useEffect(() => {
    if (total > 0) want(Math.max(0, total - 1), total - 1)
  }, [version, total])
  return (
    <nav class="outline" aria-label="turns of the thread">
      <VirtualList
        handle={list}
        count={total}
        estimate={() => ROW_PX}
        keyOf={(n) => n}
        onRange={want}
        overscan={10}
        render={(n) => {
          const turn = rows.get(n)
          const isCurrent = n === current
          return (
            <button
              type="button"
              class={`outline-row ${isCurrent ? 'current' : ''}`}
              aria-current={isCurrent ? 'true' : undefined}
              onClick={() => go(n)}
            >
              <span class="outline-place">{n + 1}</span>
              <span class="outline-text" dir="auto">
                {visible((turn?.asked ?? turn?.answered ?? '').replace(/\s+/g, ' ')) || '\u00a0'}
              </span>
              {turn === undefined ? null : <Facts turn={turn} />}
            </button>
          )
        }}
      />
    </nav>
  )
}
