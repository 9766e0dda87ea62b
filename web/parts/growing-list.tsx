/**
 * A page of the home whose rows have no end in sight: more are asked for as somebody scrolls.
 */
import type { ComponentChildren } from 'preact'
import { useCallback } from 'preact/hooks'
import type { Pages } from '../state/pages.ts'
import { Failure } from './answered.tsx'
import { VirtualList } from './virtual-list.tsx'

interface GrowingListProps<A> {
  readonly label: string
  readonly pages: Pages<A>
  readonly keyOf: (row: A) => string
  readonly rowPx: number
  readonly render: (row: A) => ComponentChildren
  /** Stands above the rows and is scrolled away with them. */
  readonly before?: ComponentChildren
  /** What is said where there is nothing. */
  readonly empty: ComponentChildren
}

/** How many rows before the end the next ones are asked for. */
const AHEAD = 20
const HEAD_PX = 400

const Head = <A,>({ pages, before, empty }: GrowingListProps<A>) => (
  <div class="ledger-head narrow">
    {before}
    {pages.failure === null ? null : <Failure message={pages.failure} />}
    {pages.rows === null && pages.isLoading ? (
      <p class="waiting dim" aria-busy="true">
        Reading…
      </p>
    ) : null}
    {pages.rows?.length === 0 ? empty : null}
  </div>
)

/** The head is the first entry, so that what stands below it is measured from there. */
export const GrowingList = <A,>(props: GrowingListProps<A>) => {
  const { label, pages, keyOf, rowPx, render } = props
  const rows = pages.rows ?? []
  const onRange = useCallback(
    (_: number, last: number) => {
      if (last > rows.length - AHEAD) pages.more()
    },
    [rows.length, pages.isLoading, pages.nextCursor]
  )
  const rowAt = (index: number): A | undefined => rows[index - 1]
  const drawn = (index: number): ComponentChildren => {
    const row = rowAt(index)
    return row === undefined ? (
      <Head {...props} />
    ) : (
      <div class="ledger-row narrow">{render(row)}</div>
    )
  }
  return (
    <VirtualList
      count={rows.length + 1}
      estimate={(index) => (index === 0 ? HEAD_PX : rowPx)}
      keyOf={(index) => {
        const row = rowAt(index)
        return row === undefined ? index : keyOf(row)
      }}
      render={drawn}
      onRange={onRange}
      box={{ tabIndex: 0, role: 'region', 'aria-label': label }}
    />
  )
}
