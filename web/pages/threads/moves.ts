/**
 * Rows that moved glide to their new places: not for those who want less motion, and not under the pointer.
 */
import type { RefObject } from 'preact'
import { useLayoutEffect, useRef } from 'preact/hooks'

const MOVE_MS = 150

type Tops = ReadonlyMap<string, number>

const topsIn = (box: HTMLElement): Tops =>
  new Map(
    [...box.querySelectorAll<HTMLElement>('[data-thread]')].map((row) => [
      row.dataset['thread'] ?? '',
      row.getBoundingClientRect().top
    ])
  )

const mayMove = (box: HTMLElement): boolean =>
  !matchMedia('(prefers-reduced-motion: reduce)').matches && !box.matches(':hover')

/** Gives what is to be called right before the order changes; `order` is anything that changes with it. */
export const useMoves = (box: RefObject<HTMLElement | null>, order: unknown): (() => void) => {
  const before = useRef<Tops | null>(null)
  useLayoutEffect(() => {
    const tops = before.current
    before.current = null
    if (tops === null || box.current === null) return
    for (const row of box.current.querySelectorAll<HTMLElement>('[data-thread]')) {
      const from = tops.get(row.dataset['thread'] ?? '')
      const by = from === undefined ? 0 : from - row.getBoundingClientRect().top
      if (by !== 0)
        row.animate([{ transform: `translateY(${by}px)` }, { transform: 'none' }], {
          duration: MOVE_MS,
          easing: 'ease-out'
        })
    }
  }, [order])
  return () => {
    if (box.current !== null && mayMove(box.current)) before.current = topsIn(box.current)
  }
}
