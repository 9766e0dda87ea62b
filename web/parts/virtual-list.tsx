/**
 * A long list of which only what is seen is drawn. Heights are estimated and then measured; what stands above the eye never moves it.
 */
import {
  Virtualizer,
  elementScroll,
  observeElementOffset,
  observeElementRect,
  type VirtualItem
} from '@tanstack/virtual-core'
import type { ComponentChildren, HTMLAttributes, Ref } from 'preact'
import { useEffect, useImperativeHandle, useLayoutEffect, useReducer, useRef } from 'preact/hooks'

export interface VirtualListHandle {
  readonly scrollTo: (index: number, align: 'start' | 'end' | 'auto') => void
  readonly isAtEnd: () => boolean
  /** The index at the upper edge. */
  readonly top: () => number
}

interface VirtualListProps {
  readonly count: number
  readonly estimate: (index: number) => number
  readonly keyOf: (index: number) => string | number
  readonly render: (index: number) => ComponentChildren
  /** Called after each change of what is drawn. */
  readonly onRange?: (first: number, last: number) => void
  /** Called when another entry is at the upper edge. */
  readonly onTop?: (index: number) => void
  readonly handle?: Ref<VirtualListHandle>
  readonly overscan?: number
  readonly class?: string
  /** Attributes of the scrolling box. */
  readonly box?: HTMLAttributes<HTMLDivElement>
  readonly before?: ComponentChildren
}

type List = Virtualizer<HTMLDivElement, HTMLDivElement>

const AT_END_PX = 40

const useVirtualizer = (
  scroller: { readonly current: HTMLDivElement | null },
  { count, estimate, keyOf, overscan = 4 }: VirtualListProps
): List => {
  const [, draw] = useReducer((n: number) => n + 1, 0)
  const options = {
    count,
    estimateSize: estimate,
    getItemKey: keyOf,
    overscan,
    getScrollElement: () => scroller.current,
    observeElementRect,
    observeElementOffset,
    scrollToFn: elementScroll,
    onChange: () => draw(undefined)
  }
  const held = useRef<List | null>(null)
  const list = (held.current ??= new Virtualizer(options))
  list.setOptions(options)
  useLayoutEffect(() => list._didMount(), [list])
  useLayoutEffect(() => list._willUpdate())
  return list
}

const rangeOf = (items: ReadonlyArray<VirtualItem>) => ({
  first: items[0]?.index ?? 0,
  last: items.at(-1)?.index ?? -1
})

const topOf = (list: List): number =>
  list.getVirtualItemForOffset((list.scrollOffset ?? 0) + 1)?.index ?? 0

export const VirtualList = (props: VirtualListProps) => {
  const scroller = useRef<HTMLDivElement>(null)
  const list = useVirtualizer(scroller, props)
  const items = list.getVirtualItems()
  const { first, last } = rangeOf(items)
  const top = topOf(list)
  const { onRange, onTop } = props
  useEffect(() => onTop?.(top), [top, onTop])
  useEffect(() => {
    if (last >= first) onRange?.(first, last)
  }, [first, last, onRange])
  useImperativeHandle(
    props.handle ?? null,
    (): VirtualListHandle => ({
      scrollTo: (index, align) => list.scrollToIndex(index, { align }),
      isAtEnd: () => {
        const box = scroller.current
        return box !== null && box.scrollHeight - box.scrollTop - box.clientHeight < AT_END_PX
      },
      top: () => topOf(list)
    }),
    [list]
  )
  return (
    <div ref={scroller} class={`scroller ${props.class ?? ''}`} {...props.box}>
      {props.before}
      <div class="virtual" style={{ height: `${list.getTotalSize()}px` }}>
        <div style={{ transform: `translateY(${items[0]?.start ?? 0}px)` }}>
          {items.map(({ index, key }) => (
            <div key={key} data-index={index} ref={list.measureElement}>
              {props.render(index)}
            </div>
          ))}
        </div>
      </div>
    </div>
  )
}
