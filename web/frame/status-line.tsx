/**
 * The line at the bottom: how much there is, how fresh it is, and what this page may do.
 */
import { useState } from 'preact/hooks'
import { Ago } from '../parts/ago.tsx'
import { home, readHome } from '../state/home.ts'
import { say } from '../state/toast.ts'
import { counted } from '../text/times.ts'
import { request } from '../wire/socket.ts'
import type { HomeDescription } from '../../domain/unroll-protocol.ts'

const lastEventMs = ({ facets }: HomeDescription): number | null => {
  const times = facets.source.map(({ lastAtMs }) => lastAtMs)
  return times.length === 0 ? null : Math.max(...times)
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
  if (known === null) return <footer class="status" />
  const lastMs = lastEventMs(known)
  const { threads, damagedLines, turns } = known.counts
  return (
    <footer class="status">
      <span>{counted(threads, 'thread')}</span>
      {lastMs === null ? null : (
        <span>
          last event <Ago timeMs={lastMs} />
        </span>
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
