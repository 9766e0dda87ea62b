/**
 * The line at the bottom: how much there is, how fresh it is, and what this page may do.
 */
import { useEffect, useState } from 'preact/hooks'
import { home, readHome } from '../state/home.ts'
import { say } from '../state/toast.ts'
import { ago, counted, exactTime } from '../text/times.ts'
import { request } from '../wire/socket.ts'
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

/** Threads are read when somebody asks about them; all of them when somebody wants that. */
const IndexState = ({ isWhole }: { readonly isWhole: boolean }) => {
  const [isReading, setReading] = useState(false)
  if (isWhole) return <span class="extra">index up to date</span>
  const read = async (): Promise<void> => {
    setReading(true)
    const answer = await request('unroll/index/read')
    if (!answer.ok) say(answer.failure.message)
    await readHome()
    setReading(false)
  }
  return isReading ? (
    <span class="extra">reading all threads…</span>
  ) : (
    <button
      type="button"
      class="link extra"
      title="Some threads were not read to their ends yet. Read all of them now"
      onClick={() => void read()}
    >
      not all threads read
    </button>
  )
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
      <IndexState isWhole={turns !== null} />
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
