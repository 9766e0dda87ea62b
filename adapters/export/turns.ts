/**
 * The turns of a thread for an export, oldest first and whole: read in pages, so that a page and one large item are the most that is
 * held.
 */
import * as E from 'fp-ts/lib/Either.js'
import { describe, type StoreError } from '../../domain/errors.ts'
import type { ItemAt } from '../../domain/export/shape.ts'
import type { Page, ThreadItem, Turn } from '../../domain/protocol.ts'
import type { Engine } from '../../replay/engine.ts'
import type { ItemInTurn } from '../../replay/read/pages/item-page.ts'
import type { RolledBack } from './rolled-back.ts'

/** A turn, and its place from 0; null for one that was rolled back. */
export interface ReadTurn {
  readonly place: number | null
  readonly turn: Omit<Turn, 'items' | 'itemsView' | 'truncated'>
  /** Where an item of it stands; null where that is not known, or not asked for. */
  readonly placeOf: (itemId: string) => ItemAt | null
  /** In pieces, each small enough to be held. */
  readonly items: AsyncIterable<ReadonlyArray<ThreadItem>>
}

const PAGE_BYTES = 512 * 1024
const PAGE_TURNS = 64
const PAGE_ITEMS = 256

/** Why a stream that has begun cannot go on. */
export class ExportFailed extends Error {
  readonly failure: StoreError

  constructor(failure: StoreError) {
    super(describe(failure))
    this.failure = failure
  }
}

/** The answer of the engine; a refusal is thrown, because a stream has begun. */
export const got = async <A>(answer: () => Promise<E.Either<StoreError, A>>): Promise<A> => {
  const result = await answer()
  if (E.isLeft(result)) throw new ExportFailed(result.left)
  return result.right
}

const isWhole = (turn: Turn): boolean =>
  turn.truncated === undefined && turn.items.every(({ truncated }) => truncated === undefined)

/** The items of a turn that is too large for a page. */
async function* itemsInPages(
  engine: Engine,
  threadId: string,
  turnId: string
): AsyncGenerator<ReadonlyArray<ThreadItem>> {
  for (let cursor: string | null = null, isFirst = true; isFirst || cursor !== null;) {
    isFirst = false
    const page: Page<ItemInTurn> = await got(
      engine.listItems(threadId, {
        ...{ turnId, cursor, limit: PAGE_ITEMS, maxBytes: PAGE_BYTES },
        sortDirection: 'asc'
      })
    )
    for (const { item } of page.data) {
      if (item.truncated === undefined) yield [item]
      else {
        const [whole] = await got(engine.readItems(threadId, turnId, [item.id]))
        yield [whole?.item ?? item]
      }
    }
    cursor = page.nextCursor
  }
}

async function* itemsOf(
  engine: Engine,
  threadId: string,
  turn: Turn,
  place: number
): AsyncGenerator<ReadonlyArray<ThreadItem>> {
  if (isWhole(turn)) {
    yield turn.items
    return
  }
  const named = await got(
    engine.turnRange(threadId, { turnId: turn.id, count: 1, itemsView: 'notLoaded' })
  )
  if (named.from === place) {
    yield* itemsInPages(engine, threadId, turn.id)
    return
  }
  // Another turn has the same id, so this one is only known by its place.
  const { turns } = await got(
    engine.turnRange(threadId, { from: place, count: 1, itemsView: 'full' })
  )
  yield turns[0]?.items ?? []
}

const headOf = ({ items: _, itemsView: __, truncated: ___, ...head }: Turn): ReadTurn['turn'] =>
  head

async function* once<A>(value: A): AsyncGenerator<A> {
  yield value
}

const nowhere = (): null => null

/** Where the items of some turns stand, turn by turn. */
const placesOf = async (
  engine: Engine,
  threadId: string,
  from: number,
  until: number
): Promise<ReadonlyArray<ReadTurn['placeOf']>> =>
  (await got(engine.itemPlaces(threadId, from, until))).map((items) => {
    const known = new Map(items.map(({ itemId, ...at }) => [itemId, at]))
    return (itemId) => known.get(itemId) ?? null
  })

/** Turns from one place up to another, with those that were rolled back where they were. */
export async function* turnsOf(
  engine: Engine,
  threadId: string,
  bounds: { readonly from: number; readonly until: number },
  gone: ReadonlyArray<RolledBack>,
  withPlaces: boolean
): AsyncGenerator<ReadTurn> {
  const goneFrom = (low: number, high: number) =>
    gone
      .filter(({ place }) => low <= place && place < high)
      .map(({ turn }) => ({
        place: null,
        turn: headOf(turn),
        placeOf: nowhere,
        items: once(turn.items)
      }))
  let from = bounds.from
  let total = Infinity
  while (from < Math.min(bounds.until, total)) {
    const page = await got(
      engine.turnRange(threadId, {
        from,
        count: Math.min(PAGE_TURNS, bounds.until - from),
        itemsView: 'full',
        maxBytes: PAGE_BYTES
      })
    )
    total = page.total
    if (page.turns.length === 0) break
    const places = withPlaces
      ? await placesOf(engine, threadId, from, from + page.turns.length)
      : []
    for (const [at, turn] of page.turns.entries()) {
      const place = from
      yield* goneFrom(place, place + 1)
      yield {
        ...{ place, turn: headOf(turn), placeOf: places[at] ?? nowhere },
        items: itemsOf(engine, threadId, turn, place)
      }
      from += 1
    }
  }
  if (bounds.until === Infinity) yield* goneFrom(from, Infinity)
}
