/** What counts of the events of a stream: groups held back until they are whole, parts joined. */
import { joiner, type Joined, type JoinerOptions } from '../stream/join.ts'
import type { StoredEvent } from '../stream/stored.ts'
import type { Wire } from '../wire.ts'

/**
 * Joins events of one stream in their order. A group of which more comes than may be held is looked up: it counts when its last
 * event is there, at `lastRevision` or before.
 */
export async function* joinedEvents(
  wire: Wire,
  events: AsyncIterable<StoredEvent>,
  options: JoinerOptions & { readonly lastRevision?: number } = {}
): AsyncGenerator<Joined> {
  const joining = joiner(options)
  const isWhole = async (stream: string, group: number, until: number): Promise<boolean> => {
    if (until > (options.lastRevision ?? Infinity)) return false
    for await (const { revision, metadata } of wire.read(stream, until, 1))
      return revision === until && metadata['group'] === group
    return false
  }
  for await (const event of events) {
    for (const joined of joining.take(event)) yield joined
    const group = joining.asks()
    if (group === null) continue
    for (const joined of joining.settle(await isWhole(event.stream, group.group, group.until)))
      yield joined
  }
}
