/**
 * The damaged lines of a turn, in the places where they stood.
 */
import { later } from '../parts/later.tsx'
import { useAnswer } from '../state/answer.ts'
import type { EventPageAnswer, EventRow } from '../wire/thread-answers.ts'
import type { ItemPlace } from './context.ts'
import type { TurnPart } from './turn-parts.ts'

const Damage = later(async () => (await import('./damage.tsx')).Damage, null)

/** Asked for turns alone that have some. */
export const useDamage = (
  { threadId, turnId, at }: ItemPlace,
  isDamaged: boolean
): ReadonlyArray<EventRow> =>
  useAnswer<EventPageAnswer>(
    'unroll/events/list',
    isDamaged ? { threadId, damagedIn: turnId, ...(at === null ? {} : { at }) } : null
  ).value?.data ?? []

const idsOf = (part: TurnPart): ReadonlyArray<string> =>
  part.kind === 'item' ? [part.item.id] : part.items.map(({ id }) => id)

/** Which damaged lines stand behind each part; those behind none of them stand at the beginning. */
export const damageBehind = (
  rows: ReadonlyArray<EventRow>,
  parts: ReadonlyArray<TurnPart>
): {
  readonly first: ReadonlyArray<EventRow>
  readonly behind: ReadonlyArray<ReadonlyArray<EventRow>>
} => {
  const places = new Map(parts.flatMap((part, at) => idsOf(part).map((id) => [id, at] as const)))
  const behind = parts.map((): Array<EventRow> => [])
  const first: Array<EventRow> = []
  for (const row of rows) (behind[places.get(row.after ?? '') ?? -1] ?? first).push(row)
  return { first, behind }
}

export const DamagedLines = ({
  rows,
  place
}: {
  readonly rows: ReadonlyArray<EventRow>
  readonly place: ItemPlace
}) => rows.map((row) => <Damage row={row} place={place} key={row.revision} />)
