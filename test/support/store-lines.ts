/**
 * Threads in a store of streams, written by hand: the steps of a plan, appended call by call.
 */
import * as E from 'fp-ts/lib/Either.js'
import { connectWire } from '../../adapters/log/eventstore/connection/connect.ts'
import type { Wire } from '../../adapters/log/eventstore/wire.ts'
import { EMPTY } from '../../adapters/log/eventstore/stream/directory.ts'
import { plan } from '../../adapters/log/eventstore/stream/plan.ts'
import { threadStream } from '../../adapters/log/eventstore/stream/names.ts'
import type { StreamPlan, StreamStep } from '../../adapters/log/eventstore/stream/plan.ts'
import type { StreamDirectory } from '../../adapters/log/eventstore/stream/stored.ts'

/** Bytes of lines of text. */
export const bytesOf = (...lines: ReadonlyArray<string>): ReadonlyArray<Uint8Array> =>
  lines.map((line) => new TextEncoder().encode(line))

/** The fact that a thread's first file lies somewhere. */
export const placed = (threadId: string): StreamStep => ({
  fact: {
    type: 'unroll-placed',
    data: {
      files: [
        {
          segment: threadId,
          path: `sessions/2026/11/21/rollout-2026-11-21T06-46-30-${threadId}.jsonl`,
          modifiedAtMs: 1000
        }
      ],
      lineage: [{ thread: threadId, segment: threadId, from: 0, until: null, gap: null }]
    }
  }
})

/** How steps are planned. */
export interface PlannedAs {
  readonly directory?: StreamDirectory
  readonly callBytesMax?: number
  readonly together?: boolean
}

/** Plans steps of a thread. */
export const planned = (
  threadId: string,
  steps: ReadonlyArray<StreamStep>,
  as: PlannedAs = {}
): StreamPlan => {
  const { directory = EMPTY, callBytesMax, together = false } = as
  const made = plan(
    {
      stream: threadStream(threadId),
      directory,
      writer: { source: 'push', home: null, nonce: '' },
      together,
      ...(callBytesMax === undefined ? {} : { callBytesMax })
    },
    steps
  )
  if (E.isLeft(made)) throw new Error(JSON.stringify(made.left))
  return made.right
}

/** Makes calls of a plan: all, or the first so many. */
export const append = async (
  wire: Wire,
  threadId: string,
  { calls }: StreamPlan,
  count = calls.length
): Promise<void> => {
  for (const { expected, events } of calls.slice(0, count)) {
    const done = await wire.append(threadStream(threadId), expected, events)
    if (E.isLeft(done) || done.right.kind !== 'appended') throw new Error(JSON.stringify(done))
  }
}

/** Plans and appends; answers what the stream holds then. */
export const write = async (
  wire: Wire,
  threadId: string,
  steps: ReadonlyArray<StreamStep>,
  as: PlannedAs = {}
): Promise<StreamDirectory> => {
  const made = planned(threadId, steps, as)
  await append(wire, threadId, made)
  return made.directory
}

/** A connection to a server that is there. */
export const connected = async (url: string): Promise<Wire> => {
  const wire = await connectWire(url)
  if (E.isLeft(wire)) throw new Error(JSON.stringify(wire.left))
  return wire.right
}
