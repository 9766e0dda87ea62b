/**
 * A store of streams for tests: a wire, a directory in memory, and a way to put lines there as somebody else would.
 */
import * as E from 'fp-ts/lib/Either.js'
import { v7 } from 'uuid'
import { directoryOf, type Directory } from '../../adapters/log/eventstore/directory/directory.ts'
import { eventStore } from '../../adapters/log/eventstore/threads/store.ts'
import type { Wire } from '../../adapters/log/eventstore/wire.ts'
import { callBytesMaxOf, writeCalls } from '../../adapters/log/eventstore/threads/write.ts'
import { memoryIndex } from '../../adapters/index/memory/index.ts'
import type { StreamId } from '../../domain/ids.ts'
import { EMPTY } from '../../adapters/log/eventstore/stream/directory.ts'
import { plan } from '../../adapters/log/eventstore/stream/plan.ts'
import { threadStream } from '../../adapters/log/eventstore/stream/names.ts'
import type { StreamStep } from '../../adapters/log/eventstore/stream/plan.ts'
import { DEFAULT_PROFILE } from '../../domain/log/profile.ts'
import type { EventStore } from '../../replay/ports.ts'
import { right } from './engines.ts'

/** Where the threads of a store without a home seem to lie. */
export const NO_HOME = '/nowhere'

/** A store over a wire that knows nothing yet. */
export const storeOver = (
  wire: Wire
): { readonly store: EventStore; readonly directory: Directory } => {
  const directory = directoryOf(wire, memoryIndex())
  const store = eventStore({
    wire,
    directory,
    home: NO_HOME,
    profile: DEFAULT_PROFILE,
    strict: false
  })
  return { store, directory }
}

/** Puts steps behind a stream as another process does, from what the server has now; again when it takes less in one call. */
export const writeSteps = async (
  wire: Wire,
  stream: string,
  steps: ReadonlyArray<StreamStep>,
  together = false
): Promise<void> => {
  const directory = directoryOf(wire, memoryIndex())
  const nonce = v7()
  let before: number | null = null
  for (let limit = Infinity; callBytesMaxOf(wire) < limit;) {
    limit = callBytesMaxOf(wire)
    await right(() => directory.refreshStream(stream))
    const now = directory.stream(stream) ?? EMPTY
    before ??= now.revision
    if (now.revision !== before) break
    const planned = plan(
      {
        stream,
        directory: now,
        callBytesMax: limit,
        writer: { source: 'append', home: null, nonce, atMs: Date.now() },
        together
      },
      steps
    )
    if (E.isLeft(planned)) throw new Error(planned.left._tag)
    const written = await right(() => writeCalls(wire, stream, planned.right.calls))
    if (written !== 'moved') return
  }
  throw new Error(`${stream} is written to by others`)
}

/** The fact that begins a thread of one file. */
export const placedAt = (id: StreamId, path: string, modifiedAtMs = 0): StreamStep => ({
  fact: {
    type: 'unroll-placed',
    data: {
      files: [{ segment: id, path, modifiedAtMs }],
      lineage: [{ thread: id, segment: id, from: 0, until: null, gap: null }]
    }
  }
})

/** Puts lines of any content behind a thread, making it when it is new. */
export const putLines = async (
  wire: Wire,
  id: StreamId,
  lines: ReadonlyArray<string>
): Promise<void> => {
  const stream = threadStream(id)
  const directory = directoryOf(wire, memoryIndex())
  await right(() => directory.refreshStream(stream))
  const name = `rollout-2026-05-01T10-00-00-${id}.jsonl`
  const begin = directory.get(id) === null ? [placedAt(id, `sessions/2026/05/01/${name}`)] : []
  const bytes = lines.map((line) => Buffer.from(line))
  await writeSteps(wire, stream, [...begin, { segment: id, lines: bytes }])
}
