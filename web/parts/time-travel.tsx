/**
 * A thread as it was: a slider over its events, with a mark at each rollback. The point is in the address, so that it can be sent.
 */
import { useEffect, useRef, useState } from 'preact/hooks'
import { printPoint, type PointInAddress } from '../routes.ts'
import { setQuery } from '../state/location.ts'
import { count, counted } from '../text/times.ts'
import type { TurnRangeAnswer } from '../wire/answers.ts'
import { epoch, request } from '../wire/socket.ts'

const DRAG_MS = 120

interface TimeTravelProps {
  readonly threadId: string
  readonly at: PointInAddress | null
  /** Turns of then. */
  readonly total: number | null
}

interface Rollback {
  readonly threadId: string
  readonly revision: number
  readonly turnIds: ReadonlyArray<string> | null
}

/** How many events the thread has by now. */
const useRevision = (threadId: string): number => {
  const [revision, setRevision] = useState(0)
  useEffect(() => {
    const params = { threadId, from: 0, count: 1, itemsView: 'notLoaded' }
    void request<TurnRangeAnswer>('unroll/turns/range', params).then((answer) => {
      if (answer.ok) setRevision(answer.value.revision)
    })
  }, [threadId, epoch.value])
  return revision
}

/** Where turns were taken back; asked when the slider is opened. */
const useRollbacks = (threadId: string, isOpen: boolean): ReadonlyArray<Rollback> => {
  const [rollbacks, setRollbacks] = useState<ReadonlyArray<Rollback>>([])
  useEffect(() => {
    if (!isOpen) return
    void request<{ readonly rollbacks: ReadonlyArray<Rollback> }>('unroll/thread/graph', {
      threadId
    }).then((answer) => {
      if (answer.ok) setRollbacks(answer.value.rollbacks.filter((one) => one.threadId === threadId))
    })
  }, [threadId, isOpen])
  return rollbacks
}

const travel = (at: PointInAddress | null): void =>
  setQuery({ at: at === null ? null : printPoint(at) })

const pointName = (at: PointInAddress, revision: number): string => {
  if ('revision' in at) return `event ${count(at.revision)} of ${count(revision)}`
  return 'turnId' in at ? 'the end of a turn' : new Date(at.timeMs).toLocaleString('en')
}

const Slider = ({
  at,
  revision,
  rollbacks
}: {
  readonly at: PointInAddress | null
  readonly revision: number
  readonly rollbacks: ReadonlyArray<Rollback>
}) => {
  const timer = useRef<ReturnType<typeof setTimeout> | undefined>(undefined)
  const drag = (value: number): void => {
    clearTimeout(timer.current)
    timer.current = setTimeout(
      () => travel(value >= revision ? null : { revision: value }),
      DRAG_MS
    )
  }
  const value = at !== null && 'revision' in at ? at.revision : revision
  return (
    <div class="slider">
      <input
        type="range"
        min={1}
        max={revision}
        value={value}
        aria-label="events of the thread"
        aria-valuetext={`event ${value} of ${revision}`}
        onInput={(event) => drag(Number(event.currentTarget.value))}
      />
      {rollbacks.length === 0 ? null : (
        <div class="slider-marks">
          {rollbacks.map(({ revision: mark, turnIds }) => (
            <button
              type="button"
              class="plain"
              onClick={() => travel({ revision: mark })}
              title={`event ${count(mark)}`}
            >
              before{' '}
              {turnIds === null ? 'a rollback' : `a rollback of ${counted(turnIds.length, 'turn')}`}
            </button>
          ))}
        </div>
      )}
    </div>
  )
}

export const TimeTravel = ({ threadId, at, total }: TimeTravelProps) => {
  const [isOpen, setOpen] = useState(at !== null)
  const revision = useRevision(threadId)
  const rollbacks = useRollbacks(threadId, isOpen)
  if (revision < 2) return null
  return (
    <div class={`travel ${at === null ? '' : 'past'}`}>
      <div class="travel-line">
        {at === null ? (
          <button
            type="button"
            class="plain"
            aria-expanded={isOpen}
            onClick={() => setOpen(!isOpen)}
          >
            Go back in time
          </button>
        ) : (
          <>
            <span role="status">
              As of {pointName(at, revision)}
              {total === null ? '' : `: ${counted(total, 'turn')}`}
            </span>
            <button type="button" onClick={() => travel(null)}>
              Back to now
            </button>
          </>
        )}
      </div>
      {isOpen || at !== null ? <Slider at={at} revision={revision} rollbacks={rollbacks} /> : null}
    </div>
  )
}
