/**
 * What time it is, as far as words like `5 min ago` need it.
 */
import { computed, signal, type ReadonlySignal } from '@preact/signals'
import { useMemo } from 'preact/hooks'

const TICK_MS = 10_000

const nowMs = signal(Date.now())

setInterval(() => {
  if (document.visibilityState === 'visible') nowMs.value = Date.now()
}, TICK_MS)

/** What depends on the time; what shows it is drawn again only when it has become something else. */
export const useTimed = <A>(
  of: (nowMs: number) => A,
  on: ReadonlyArray<unknown>
): ReadonlySignal<A> => useMemo(() => computed(() => of(nowMs.value)), on)
