/**
 * The line at the bottom: how much there is, how fresh it is, and what this page may do.
 */
import { useEffect, useState } from 'preact/hooks'
import { home } from '../state/home.ts'
import { ago, counted, exactTime } from '../text/times.ts'
import type { HomeDescription } from '../../domain/unroll-protocol.ts'

const lastEventMs = ({ facets }: HomeDescription): number | null => {
  const times = facets.source.map(({ lastAtMs }) => lastAtMs)
  return times.length === 0 ? null : Math.max(...times)
}

const useNow = (everyMs: number): number => {
  const [nowMs, setNow] = useState(Date.now())
  useEffect(() => {
    const timer = setInterval(() => setNow(Date.now()), everyMs)
    return () => clearInterval(timer)
  }, [everyMs])
  return nowMs
}

export const StatusLine = () => {
  const known = home.value
  const nowMs = useNow(30_000)
  if (known === null) return <footer class="status" />
  const lastMs = lastEventMs(known)
  const { threads, damagedLines, turns } = known.counts
  return (
    <footer class="status">
      <span>{counted(threads, 'thread')}</span>
      {lastMs === null ? null : (
        <span title={exactTime(lastMs)}>last event {ago(lastMs, nowMs)}</span>
      )}
      <span class="extra">{turns === null ? 'index is catching up' : 'index up to date'}</span>
      {damagedLines === null || damagedLines === 0 ? null : (
        <a href="/health" class="warn-text">
          {counted(damagedLines, 'damaged line')}
        </a>
      )}
      <span class="space" />
      <span>{known.writable ? 'may change threads' : 'read only'}</span>
      <span class="extra">unroll {known.version}</span>
    </footer>
  )
}
