/**
 * Long lists in boxes that browsers can scroll: above a height that none of them draws, a place of the scroll bar stands for a place of the
 * list by proportion, and small movements stay what they are, pixel by pixel.
 */

/** Firefox ends at 17.9 million, Chromium at 33.5. */
export const BOX_PX_MAX = 12_000_000

export interface ScrolledBox {
  /** Height of everything, in pixels of the list. */
  readonly total: number
  /** Height of what is seen. */
  readonly view: number
}

/** Height of the box that is scrolled. */
export const boxHeight = (total: number): number => Math.min(total, BOX_PX_MAX)

const ends = ({ total, view }: ScrolledBox) => ({
  list: Math.max(0, total - view),
  box: Math.max(0, boxHeight(total) - view)
})

/** Where the scroll bar stands for a place of the list. */
export const boxOffset = (offset: number, scrolled: ScrolledBox): number => {
  const { list, box } = ends(scrolled)
  if (list === box) return offset
  return Math.round((Math.min(Math.max(offset, 0), list) / list) * box)
}

/** The place of the list that the scroll bar stands for. */
export const listOffset = (top: number, scrolled: ScrolledBox): number => {
  const { list, box } = ends(scrolled)
  if (list === box) return top
  return (Math.min(Math.max(top, 0), box) / box) * list
}

/** Movements up to this many views are of a wheel or a key; longer ones of the scroll bar. */
const STEP_VIEWS = 2

/** The place of the list after the box moved from one place to another; at an end it is that end. */
export const movedOffset = (
  before: { readonly top: number; readonly offset: number },
  top: number,
  scrolled: ScrolledBox
): number => {
  const { list, box } = ends(scrolled)
  if (list === box) return top
  const step = top - before.top
  if (Math.abs(step) > STEP_VIEWS * scrolled.view) return listOffset(top, scrolled)
  if (top <= 0 && step < 0) return 0
  if (top >= box && step > 0) return list
  return Math.min(Math.max(before.offset + step, 0), list)
}
