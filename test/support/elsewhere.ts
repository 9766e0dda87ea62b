/**
 * A remote store, played by a local one: its synchronous methods know only what the last refresh learned.
 */
import * as E from 'fp-ts/lib/Either.js'
import type { StreamId } from '../../domain/ids.ts'
import type { Names } from '../../replay/home-ports.ts'
import {
  findStream,
  type EventStore,
  type Lineage,
  type StreamInfo,
  type WrittenSegment
} from '../../replay/ports.ts'

interface Learned {
  readonly info: StreamInfo
  readonly lineage: Lineage
  readonly segments: ReadonlyArray<WrittenSegment>
}

/** The store and its names, and what it was asked to learn, in order. */
export const elsewhere = (here: EventStore, named: Names) => {
  let known: ReadonlyMap<StreamId, Learned> = new Map()
  let names: ReadonlyMap<string, string> = new Map()
  const asked: Array<StreamId | 'all'> = []
  const learnedOf = (id: StreamId): ReadonlyArray<readonly [StreamId, Learned]> => {
    const found = findStream(here, id)
    if (E.isLeft(found)) return []
    const info = found.right
    return [[id, { info, lineage: here.lineage(info), segments: here.segments(id) }]]
  }
  const learn = (scope: StreamId | 'all'): void => {
    const listed = scope === 'all' ? here.list() : E.right({ streams: [], spares: [] })
    const ids = E.isRight(listed) ? listed.right.streams.map(({ streamId }) => streamId) : []
    const kept = scope === 'all' ? [] : [...known].filter(([id]) => id !== scope)
    known = new Map([...kept, ...(scope === 'all' ? ids : [scope]).flatMap(learnedOf)])
    names = new Map(named.all())
  }
  const learned = (id: StreamId): Learned => {
    const found = known.get(id)
    if (found === undefined) throw new Error(`nothing was learned of ${id}`)
    return found
  }
  const store: EventStore = {
    ...here,
    refresh: async (scope) => {
      await new Promise((resolve) => setImmediate(resolve))
      asked.push(scope)
      learn(scope)
      return E.right(undefined)
    },
    list: () => E.right({ streams: [...known.values()].map(({ info }) => info), spares: [] }),
    changes: () =>
      E.right({
        ids: [...known.keys()],
        archived: new Set([...known].filter(([, { info }]) => info.archived).map(([id]) => id)),
        spares: [],
        version: null,
        token: () => null
      }),
    find: (ids) =>
      E.right(new Map(ids.flatMap((id) => (known.has(id) ? [[id, learned(id).info]] : [])))),
    // What it learned leads to the history's end; an earlier end is asked for by name.
    lineage: (info) =>
      info.earlier === undefined ? learned(info.streamId).lineage : here.lineage(info),
    segments: (id) => learned(id).segments,
    append: (streamId, expected, events, at) => async () => {
      const done = await here.append(streamId, expected, events, at)()
      learn(streamId)
      return done
    }
  }
  const namesElsewhere: Names = {
    all: () => names,
    nameOf: (threadId) => names.get(threadId) ?? null
  }
  return { store, names: namesElsewhere, asked }
}
