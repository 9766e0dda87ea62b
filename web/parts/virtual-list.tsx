/**
 * A long list of which only what is seen is drawn. Heights are estimated and then measured; what stands above the eye never moves it.
 */
import { Virtualizer, observeElementRect, type VirtualItem } from '@tanstack/virtual-core'
import type { ComponentChildren, HTMLAttributes, Ref } from 'preact'
import { BOX_PX_MAX, boxHeight, boxOffset, movedOffset, type ScrolledBox } from './scroll-scale.ts'
import { useEffect, useImperativeHandle, useLayoutEffect, useReducer, useRef } from 'preact/hooks'

export interface VirtualListHandle {
  readonly scrollTo: (index: number, align: 'start' | 'end' | 'auto') => void
  readonly isAtEnd: () => boolean
  /** The index at the upper edge. */
  readonly top: () => number
  /** Moves by pixels of the list. */
  readonly scrollBy: (px: number) => void
  /** The scrolling box; null before it is drawn. */
  readonly box: () => HTMLDivElement | null
}

interface VirtualListProps {
  readonly count: number
  /** What is drawn first: by default the beginning. */
  readonly start?: number | 'end'
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
/** So long after the last movement a box stands still. */
const STILL_MS = 150

/** Where the box stands, and the place of the list that it stands for. */
interface BoxStanding {
  top: number
  offset: number
}

/** How the box and the list follow each other; they are the same but for lists that are longer than boxes can be. */
const createFollowing = (listOf: () => List | null) => {
  const standing: BoxStanding = { top: 0, offset: 0 }
  const scrolled = (): ScrolledBox => {
    const list = listOf()
    return { total: list?.getTotalSize() ?? 0, view: list?.scrollRect?.height ?? 0 }
  }
  const settle = (box: HTMLDivElement): void => {
    const top = boxOffset(standing.offset, scrolled())
    if (Math.abs(top - box.scrollTop) < 1) return
    standing.top = top
    box.scrollTop = top
  }
  const observe: NonNullable<List['options']['observeElementOffset']> = (list, tell) => {
    const box = list.scrollElement
    if (box === null) return undefined
    let timer: ReturnType<typeof setTimeout> | undefined
    const moved = (): void => {
      if (box.scrollTop !== standing.top) {
        standing.offset = movedOffset(standing, box.scrollTop, scrolled())
        standing.top = box.scrollTop
      }
      tell(standing.offset, true)
      clearTimeout(timer)
      timer = setTimeout(() => {
        settle(box)
        tell(standing.offset, false)
      }, STILL_MS)
    }
    box.addEventListener('scroll', moved, { passive: true })
    return () => {
      clearTimeout(timer)
      box.removeEventListener('scroll', moved)
    }
  }
  const scroll: List['options']['scrollToFn'] = (offset, { adjustments = 0 }, list) => {
    const box = list.scrollElement
    if (box === null) return
    standing.offset = Math.max(0, offset + adjustments)
    box.scrollTop = boxOffset(standing.offset, scrolled())
    // What the browser made of it.
    standing.top = box.scrollTop
    if (scrolled().total <= BOX_PX_MAX) standing.offset = box.scrollTop
  }
  return {
    observe,
    scroll,
    /** How far what is drawn stands below its place in the list. */
    shift: () => (scrolled().total <= BOX_PX_MAX ? 0 : standing.top - standing.offset)
  }
}

const useVirtualizer = (
  scroller: { readonly current: HTMLDivElement | null },
  { count, start = 0, estimate, keyOf, overscan = 4 }: VirtualListProps
) => {
  const [, draw] = useReducer((n: number) => n + 1, 0)
  const held = useRef<List | null>(null)
  const following = useRef<ReturnType<typeof createFollowing> | null>(null)
  const { observe, scroll, shift } = (following.current ??= createFollowing(() => held.current))
  const firstOffset = (): number => {
    const list = held.current
    const total = list?.getTotalSize() ?? 0
    return start === 'end'
      ? Math.max(0, total - innerHeight)
      : (list?.measurementsCache[start]?.start ?? 0)
  }
  const options = {
    count,
    initialOffset: firstOffset,
    initialRect: { width: innerWidth, height: innerHeight },
    estimateSize: estimate,
    getItemKey: keyOf,
    overscan,
    getScrollElement: () => scroller.current,
    observeElementRect,
    observeElementOffset: observe,
    scrollToFn: scroll,
    onChange: () => draw(undefined)
  }
  const list = (held.current ??= longList(options))
  list.setOptions(options)
  useLayoutEffect(() => list._didMount(), [list])
  useLayoutEffect(() => list._willUpdate())
  return { list, shift }
}

/** A list that ends where its entries end, however high its box is. */
const longList = (
  options: ConstructorParameters<typeof Virtualizer<HTMLDivElement, HTMLDivElement>>[0]
): List => {
  const list: List = new Virtualizer(options)
  const ofBox = ({ scrollHeight, clientHeight }: HTMLElement): number => scrollHeight - clientHeight
  const end = (): number | null => {
    const box = list.scrollElement
    if (box === null) return null
    const total = list.getTotalSize()
    return total <= BOX_PX_MAX ? ofBox(box) : total - box.clientHeight
  }
  // Asked wherever the list looks for the end of its box.
  return Object.assign(list, { _elementMaxScrollOffset: end })
}

const rangeOf = (items: ReadonlyArray<VirtualItem>) => ({
  first: items[0]?.index ?? 0,
  last: items.at(-1)?.index ?? -1
})

const topOf = (list: List): number =>
  list.getVirtualItemForOffset((list.scrollOffset ?? 0) + 1)?.index ?? 0

export const VirtualList = (props: VirtualListProps) => {
  const scroller = useRef<HTMLDivElement>(null)
  const { list, shift } = useVirtualizer(scroller, props)
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
      top: () => topOf(list),
      scrollBy: (px) => list.scrollToOffset((list.scrollOffset ?? 0) + px),
      box: () => scroller.current
    }),
    [list]
  )
  return (
    <div ref={scroller} class={`scroller ${props.class ?? ''}`} {...props.box}>
      {props.before}
      <div class="virtual" style={{ height: `${boxHeight(list.getTotalSize())}px` }}>
        <div style={{ paddingTop: `${Math.max(0, (items[0]?.start ?? 0) + shift())}px` }}>
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
