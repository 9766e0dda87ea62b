/**
 * The logs of a store: streams `unroll-log-<name>` of one segment, whose lines are the records. Every node adds to them.
 *
 * A record says at which byte of the log it stands, so it is appended at an exact revision; who was not the first tries again
 * behind the other.
 */
import * as E from 'fp-ts/lib/Either.js'
import { crc32 } from 'node:zlib'
import type { StoreError } from '../../../../domain/errors.ts'
import { OWN_FOLDER } from '../../../../domain/changes/relocation.ts'
import { dataBytes, joiner, type Joined } from '../stream/join.ts'
import { logStream } from '../stream/names.ts'
import { EMPTY } from '../stream/directory.ts'
import type { StoredEvent, StreamDirectory } from '../stream/stored.ts'
import type {
  HomeLog,
  HomeLogLine,
  HomeLogName,
  HomeLogWriter
} from '../../../../replay/home-ports.ts'
import type { Guard } from '../../../../replay/ports.ts'
import { attempted } from '../../../../replay/guarded.ts'
import type { Directory } from '../directory/directory.ts'
import { segmentBytes } from '../stream/directory.ts'
import type { Wire } from '../wire.ts'
import { appendSteps } from '../threads/write.ts'

/** Attempts while others append records, before `Busy`. */
const ATTEMPTS_MAX = 64
const PAGE_EVENTS = 128

interface Log {
  readonly wire: Wire
  readonly directory: Directory
  readonly name: HomeLogName
  readonly stream: string
  readonly nowMs: () => number
}

const current = async ({
  directory,
  stream
}: Log): Promise<E.Either<StoreError, StreamDirectory>> =>
  E.map(() => directory.stream(stream) ?? EMPTY)(await directory.refreshStream(stream))

const isBefore = (event: StoredEvent, offset: number): boolean =>
  Number(event.metadata['offset'] ?? Infinity) <= offset &&
  Number(event.metadata['part'] ?? 0) === 0

/** A revision at or before the record that stands at a byte; found from the end, where it is as a rule. */
const revisionAt = async ({ wire, stream }: Log, offset: number): Promise<number> => {
  if (offset === 0) return 0
  for await (const event of wire.readBackwards(stream, Infinity))
    if (isBefore(event, offset)) return Number(event.metadata['group'] ?? event.revision)
  return 0
}

const lineOf = (joined: Joined): ReadonlyArray<HomeLogLine> => {
  if (joined.what !== 'line' || joined.data === null) return []
  const bytes = dataBytes(joined.data)
  const text = new TextDecoder().decode(bytes)
  const { offset, source } = joined.metadata
  const line = { offset, bytes: bytes.length, checksum: crc32(bytes), terminated: true, text }
  return [source === 'push' ? { ...line, isCopied: true } : line]
}

const EVERYTHING = { lineBytesMax: Infinity, heldBytesMax: Infinity }

async function* linesFrom(log: Log, offset: number): AsyncGenerator<HomeLogLine> {
  const join = joiner(EVERYTHING)
  for await (const event of log.wire.read(log.stream, await revisionAt(log, offset)))
    for (const line of join.take(event).flatMap(lineOf)) if (line.offset >= offset) yield line
}

/** Events of a page, and of the group its first one is in; oldest first. */
const pageBefore = async (
  { wire, stream }: Log,
  revision: number | undefined
): Promise<ReadonlyArray<StoredEvent>> => {
  const page: Array<StoredEvent> = []
  for await (const event of wire.readBackwards(stream, PAGE_EVENTS, revision)) page.unshift(event)
  const [first] = page
  const begin = Number(first?.metadata['group'] ?? first?.revision)
  if (first === undefined || begin >= first.revision) return page
  const group: Array<StoredEvent> = []
  for await (const event of wire.read(stream, begin, first.revision - begin)) group.push(event)
  return [...group, ...page]
}

async function* linesBackwards(log: Log): AsyncGenerator<HomeLogLine> {
  for (let revision: number | undefined; revision === undefined || revision >= 0;) {
    const page = await pageBefore(log, revision)
    const join = joiner(EVERYTHING)
    yield* page.flatMap((event) => join.take(event).flatMap(lineOf)).reverse()
    revision = (page[0]?.revision ?? 0) - 1
  }
}

const stands = async (log: Log, { offset, bytes, checksum }: Guard): Promise<boolean> => {
  for await (const line of linesFrom(log, offset))
    return line.offset === offset && line.bytes === bytes && line.checksum === checksum
  return false
}

const append = async (
  log: Log,
  record: object,
  nonce: string
): Promise<E.Either<StoreError, void>> => {
  const { wire, directory, stream, name } = log
  const line = new TextEncoder().encode(JSON.stringify(record))
  const files = [{ segment: name, path: `${OWN_FOLDER}/${name}.jsonl`, modifiedAtMs: 0 }]
  const begin = { fact: { type: 'unroll-placed', data: { files } } } as const
  const writer = { nonce, atMs: log.nowMs() }
  for (let attempt = 0; attempt < ATTEMPTS_MAX; attempt++) {
    const known = attempt === 0 ? directory.stream(stream) : null
    const now = known === null ? await current(log) : E.right<StoreError, StreamDirectory>(known)
    if (E.isLeft(now)) return now
    const steps = [
      ...(now.right.segments.length === 0 ? [begin] : []),
      { segment: name, lines: [line] }
    ]
    const written = await appendSteps(log, stream, writer, steps, now.right)
    if (E.isLeft(written)) return written
    if (written.right === 'written') return E.right(undefined)
  }
  return E.left({ _tag: 'Busy', what: `the log ${name} of ${wire.name}` })
}

/** The logs of a store, by their names. What is appended is on the server when it answers, asked for or not. */
export const storeLogs =
  (wire: Wire, directory: Directory, writer: HomeLogWriter) =>
  (name: HomeLogName): HomeLog => {
    const log: Log = { wire, directory, name, stream: logStream(name), nowMs: writer.nowMs }
    return {
      newId: writer.newId,
      nowMs: writer.nowMs,
      process: writer.process,
      append: (record) => attempted(() => append(log, record, writer.newId())),
      look: () =>
        attempted(async () => {
          const now = await current(log)
          if (E.isLeft(now)) return now
          const segment = now.right.segments[0]
          if (segment === undefined) return E.right(null)
          const { modifiedAtMs } = segment
          return E.right({ sizeBytes: segmentBytes(segment), modifiedAtMs, inode: 1 })
        }),
      read: (fromBytes) => linesFrom(log, fromBytes),
      readBackwards: () => linesBackwards(log),
      verify: (guard) => attempted(async () => E.right(await stands(log, guard)))
    }
  }
