/**
 * Brings a turn or an item of it to where it is seen, and looks until it stands there: turns come late, and what comes above or below
 * moves what was there already.
 */
import type { VirtualListHandle } from './virtual-list.tsx'

export interface RevealedPlace {
  /** Place of the turn. */
  readonly n: number
  readonly turnId: string | null
  readonly itemId: string | null
  /** `nearest` moves only what is not seen. */
  readonly align: 'start' | 'end' | 'nearest'
}

export type ListRef = { readonly current: VirtualListHandle | null }

/** So many frames in a row it stands still. */
const STILL_FRAMES = 4
const GIVES_UP_MS = 30_000
/** What sticks to the top covers so much. */
const COVERED_PX = 34
const PAGE_KEYS = new Set([' ', 'PageUp', 'PageDown', 'ArrowUp', 'ArrowDown', 'Home', 'End'])

const quoted = (id: string): string => CSS.escape(id)

/** The element of a turn or of an item; null while it is not drawn. */
export const elementOf = (
  box: HTMLElement,
  { n, itemId }: Pick<RevealedPlace, 'n' | 'itemId'>
): HTMLElement | null => {
  const row = box.querySelector<HTMLElement>(`[data-index="${n}"] > .turn-place`)
  if (row === null || row.querySelector('[data-turn]') === null) return null
  return itemId === null ? row : row.querySelector<HTMLElement>(`[data-item="${quoted(itemId)}"]`)
}

/** How far the box has to be moved; null when the place is not drawn. */
const distance = (box: HTMLElement, place: RevealedPlace): number | null => {
  if (place.align === 'end') {
    const isDrawn = elementOf(box, { n: place.n, itemId: null }) !== null
    return isDrawn ? box.scrollHeight - box.clientHeight - box.scrollTop : null
  }
  const element = elementOf(box, place) ?? elementOf(box, { n: place.n, itemId: null })
  if (element === null) return null
  const seen = box.getBoundingClientRect()
  const { top, bottom } = element.getBoundingClientRect()
  const covered = place.itemId === null ? 0 : COVERED_PX
  const above = top - seen.top - covered
  if (place.align === 'start' || above < 0) return above
  const below = bottom - seen.bottom
  return below <= 0 ? 0 : Math.min(below, above)
}

const isStopped = (box: HTMLElement, way: number): boolean =>
  way > 0
    ? box.scrollTop + box.clientHeight >= box.scrollHeight - 1
    : way < 0
      ? box.scrollTop <= 0
      : true

/** Reveals one place at a time; what the person scrolls ends it. */
export const revealing = (list: ListRef) => {
  let wanted:
    | (RevealedPlace & { readonly done?: ((element: HTMLElement) => void) | undefined })
    | null = null
  let frame = 0
  let sinceMs = 0
  let still = 0
  const stop = (): void => {
    wanted = null
    cancelAnimationFrame(frame)
  }
  const look = (): void => {
    const handle = list.current
    const box = handle?.box()
    if (wanted === null || performance.now() - sinceMs > GIVES_UP_MS) return stop()
    frame = requestAnimationFrame(look)
    if (!handle || !box) return
    const way = distance(box, wanted)
    if (way === null) {
      still = 0
      handle.scrollTo(wanted.n, wanted.align === 'end' ? 'end' : 'start')
      return
    }
    const isThere = Math.abs(way) < 2 || isStopped(box, Math.sign(way))
    if (!isThere) handle.scrollBy(way)
    still = isThere && box.querySelector('.turn.loading') === null ? still + 1 : 0
    if (still < STILL_FRAMES) return
    const { done } = wanted
    const element = elementOf(box, wanted)
    stop()
    if (element !== null) done?.(element)
  }
  const byHand = (event: Event): void => {
    if (!(event instanceof KeyboardEvent) || PAGE_KEYS.has(event.key)) stop()
  }
  const HAND = ['wheel', 'touchmove', 'pointerdown', 'keydown']
  for (const name of HAND) addEventListener(name, byHand, { passive: true, capture: true })
  return {
    reveal: (place: RevealedPlace, done?: (element: HTMLElement) => void): void => {
      stop()
      wanted = { ...place, done }
      sinceMs = performance.now()
      still = 0
      look()
    },
    /** Whether it is on its way to the end of the list. */
    isGoingToEnd: (): boolean => wanted?.align === 'end',
    close: (): void => {
      stop()
      for (const name of HAND) removeEventListener(name, byHand, { capture: true })
    }
  }
}

export type Revealing = ReturnType<typeof revealing>
