/**
 * The stops of a thread on the way back, read when somebody goes there.
 */
import { useEffect, useState } from 'preact/hooks'
import { stopsOf, TRAIL_ACTIONS, type TravelStops } from '../text/stops.ts'
import { epoch, request } from '../wire/socket.ts'
import type { TrailPage, TrailRowAnswer } from '../wire/thread-answers.ts'

const PAGE = 2000
/** Longer threads are walked by event. */
const ROWS_MAX = 40_000

const readTrail = async (threadId: string): Promise<ReadonlyArray<TrailRowAnswer> | null> => {
  const rows: Array<TrailRowAnswer> = []
  for (let cursor: string | null | undefined; cursor !== null;) {
    const params = { threadId, actions: TRAIL_ACTIONS, limit: PAGE }
    const answer = await request<TrailPage>('unroll/audit/list', {
      ...params,
      ...(cursor === undefined ? {} : { cursor })
    })
    if (!answer.ok || rows.length > ROWS_MAX) return null
    rows.push(...answer.value.data)
    cursor = answer.value.nextCursor
  }
  return rows
}

const NONE: TravelStops = { stops: [], marks: [], turns: 0, endsNow: false }

/** Null until they were read; read again for another revision. */
export const useStops = (
  threadId: string,
  isWanted: boolean,
  revision: number
): TravelStops | null => {
  const [stops, setStops] = useState<TravelStops | null>(null)
  useEffect(() => {
    if (!isWanted) return undefined
    let isOver = false
    void readTrail(threadId).then((rows) => {
      if (!isOver) setStops(rows === null ? NONE : stopsOf(rows))
    })
    return () => {
      isOver = true
    }
  }, [threadId, isWanted, revision, epoch.value])
  return stops
}
