/**
 * What a home comes to as events: how many, and how many bytes the log and the index of a server take for them.
 */
import * as E from 'fp-ts/lib/Either.js'
import { readdirSync, readFileSync } from 'node:fs'
import { basename, join, relative } from 'node:path'
import { EMPTY } from '../../adapters/log/eventstore/stream/directory.ts'
import { plan } from '../../adapters/log/eventstore/stream/plan.ts'
import { threadStream } from '../../adapters/log/eventstore/stream/names.ts'
import type { StreamPlan, StreamStep } from '../../adapters/log/eventstore/stream/plan.ts'
import type { ProposedEvent } from '../../adapters/log/eventstore/stream/stored.ts'

/** Sums over events; bytes as they lie on the disk of a server. */
export interface Stored {
  threads: number
  lines: number
  /** Of the rollouts, newlines included. */
  rolloutBytes: number
  events: number
  calls: number
  dataBytes: number
  metadataBytes: number
  /** Data and metadata of facts, which are in the sums above too. */
  factBytes: number
  /** The records of the log. */
  logBytes: number
}

/** Nothing yet. */
export const nothingStored = (): Stored => ({
  ...{ threads: 0, lines: 0, rolloutBytes: 0, events: 0, calls: 0 },
  ...{ dataBytes: 0, metadataBytes: 0, factBytes: 0, logBytes: 0 }
})

/**
 * A record of the server's log besides its texts and bytes: lengths, type, version, position, flags, transaction, expected
 * version, two ids, time, and the lengths of four fields (PrepareLogRecord.SizeOnDisk of EventStoreDB 24.10).
 */
const RECORD_BYTES = 90

/** Bytes of one event in the log of a server. */
export const recordBytes = (stream: string, { type, data, metadata }: ProposedEvent): number =>
  RECORD_BYTES + stream.length + type.length + data.length + metadata.length

/** An entry of the server's index. */
export const INDEX_ENTRY_BYTES = 24

const linesIn = (content: Buffer): ReadonlyArray<Uint8Array> => {
  const lines: Array<Uint8Array> = []
  for (let at = 0; at < content.length;) {
    const end = content.indexOf(10, at)
    lines.push(content.subarray(at, end))
    at = end + 1
  }
  return lines
}

/** The calls that copy one rollout which ends with a newline. */
export const plannedThread = (thread: string, path: string, content: Buffer): StreamPlan => {
  const file = { segment: thread, path, modifiedAtMs: 1_700_000_000_000 }
  const lineage = [{ thread, segment: thread, from: 0, until: null, gap: null }]
  const steps: ReadonlyArray<StreamStep> = [
    { fact: { type: 'unroll-placed', data: { files: [file], lineage } } },
    { segment: thread, lines: linesIn(content) }
  ]
  const writer = { source: 'push', home: '0123456789abcdef', nonce: '' } as const
  const stream = threadStream(thread)
  const made = plan({ stream, directory: EMPTY, writer, together: false }, steps)
  if (E.isLeft(made)) throw new Error(JSON.stringify(made.left))
  return made.right
}

/** Adds a thread to the sums. */
export const addThread = (
  to: Stored,
  thread: string,
  content: Buffer,
  { calls }: StreamPlan
): void => {
  to.threads += 1
  to.rolloutBytes += content.length
  to.calls += calls.length
  for (const event of calls.flatMap(({ events }) => events)) {
    const isFact = event.type === 'unroll-placed'
    to.events += 1
    to.lines += isFact ? 0 : 1
    to.dataBytes += event.data.length
    to.metadataBytes += event.metadata.length
    to.factBytes += isFact ? event.data.length + event.metadata.length : 0
    to.logBytes += recordBytes(threadStream(thread), event)
  }
}

/** Plans every plain rollout of a home. */
export const plannedHome = (home: string): Stored => {
  const sums = nothingStored()
  for (const entry of readdirSync(home, { recursive: true, withFileTypes: true })) {
    if (!entry.isFile() || !/^rollout-.*\.jsonl$/.test(entry.name)) continue
    const path = join(entry.parentPath, entry.name)
    const thread = basename(entry.name, '.jsonl').slice(-36)
    const content = readFileSync(path)
    addThread(sums, thread, content, plannedThread(thread, relative(home, path), content))
  }
  return sums
}
