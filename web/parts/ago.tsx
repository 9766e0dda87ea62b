/**
 * How long ago something was, which stays true while somebody looks.
 */
import { useTimed } from '../state/now.ts'
import { ago, exactTime } from '../text/times.ts'

export const Ago = ({ timeMs, ...of }: { readonly timeMs: number; readonly class?: string }) => {
  const words = useTimed((nowMs) => ago(timeMs, nowMs), [timeMs])
  return (
    <time title={exactTime(timeMs)} {...of}>
      {words}
    </time>
  )
}
