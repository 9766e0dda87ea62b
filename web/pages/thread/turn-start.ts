/**
 * Where a thread is opened: at the turn or the item of the address, else at its end.
 */
import { useEffect, useMemo, useRef } from 'preact/hooks'
import type { Revealing } from '../../parts/reveal.ts'
import { selected } from '../../state/selection.ts'
import type { TurnWindow } from '../../state/turns.ts'
import type { NumberedTurn } from '../../wire/answers.ts'
import { request } from '../../wire/socket.ts'
import { openAround } from './turn-keys.ts'
import type { ThreadRoute } from './view.ts'

type PlaceOf = (turnId: string) => Promise<number | null>

/** The place of a turn by its id, asked for when it is not known; null when there is no such turn. */
export const usePlaceOf = ({ threadId, at, query }: ThreadRoute, turns: TurnWindow): PlaceOf =>
  useMemo(
    () => async (turnId: string) => {
      const known = turns.placeOf(turnId)
      if (known !== null) return known
      const answer = await request<{ readonly data: ReadonlyArray<NumberedTurn> }>(
        'unroll/turns/range',
        {
          ...{ threadId, turnId, count: 1, itemsView: 'notLoaded' },
          ...(at === null ? {} : { at }),
          ...(query['rb'] === undefined ? {} : { rolledBack: true })
        }
      )
      return answer.ok ? (answer.value.data[0]?.n ?? null) : null
    },
    [turns]
  )

export const useStart = (
  route: ThreadRoute,
  turns: TurnWindow,
  revealing: Revealing,
  placeOf: PlaceOf
): void => {
  const done = useRef('')
  const total = turns.total.value
  const { threadId, turnId, itemId } = route
  const place = JSON.stringify([threadId, turnId, itemId, route.at, route.query['rb'] ?? ''])
  const open = async (id: string): Promise<void> => {
    const n = await placeOf(id)
    const turn = n === null ? null : await turns.at(n)
    // Asked again when the turns are read again.
    if (turn === null) {
      done.current = ''
      return
    }
    if (done.current !== place) return
    if (itemId !== null) openAround(threadId, turn, itemId)
    selected.value = { turnId: id, itemId }
    revealing.reveal({ n: turn.n, turnId: id, itemId, align: 'start' })
  }
  useEffect(() => {
    if (total === null || total === 0 || done.current === place) return
    done.current = place
    if (turnId !== null) void open(turnId)
    else revealing.reveal({ n: total - 1, turnId: null, itemId: null, align: 'end' })
  }, [place, total, turns.version.value])
}
