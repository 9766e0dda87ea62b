/**
 * Folding messages into the full text: threads are read one after the other from where they were left, and their grams
 * go into postings that belong to the whole home. So there is one writer at a time: every commit expects the head it
 * began from, and one that finds another head begins again.
 */
import * as E from 'fp-ts/lib/Either.js'
import type { PlacedEvent } from '../../../domain/log/event.ts'
import { isItemOf } from '../../../domain/log/needs.ts'
import { spaced } from '../../../domain/thread/search/folded.ts'
import { saidByLine, saidNeeds, type SaidLine } from '../../../domain/thread/search/said.ts'
import { textParts } from '../../../domain/text-parts.ts'
import {
  BLOCK_CHUNKS,
  CHUNK_CHARACTERS,
  chunkKey,
  EMPTY_HEAD,
  gramSink,
  headKey,
  indexedKey,
  TEXT_CHARACTERS_MAX,
  type Chunk,
  type ChunkRanges,
  type FullTextHead,
  type GramSink,
  type IndexedRow,
  type SaidRow
} from '../../../projections/full-text.ts'
import type { RowKey, RowWrite } from '../../../projections/projection.ts'
import { bytesBetween, foldTally } from '../../catch-up/fold-tally.ts'
import type { Progress } from '../../catch-up/fold-many.ts'
import { rowsUnder, toStored } from '../../catch-up/overlay.ts'
import {
  isFolded,
  signatureOf,
  startingPoint,
  telemetryOf,
  type Env
} from '../../catch-up/project.ts'
import { ioFailure, isShortage } from '../../guarded.ts'
import {
  IndexDamage,
  isDamaged,
  START,
  type Batch,
  type Committed,
  type Guard,
  type Lineage,
  type Position,
  type StoredRow,
  type StreamInfo
} from '../../ports.ts'
import type { Result } from '../../result.ts'
import { fromRow, toRow, type Indexed, type KnownText, type TextMemory } from './known-text.ts'

/** Grams added after which they are written. */
const GRAMS_MAX = 2_000_000

type Needed = ReturnType<typeof saidNeeds>

/** Where the full text is kept up. */
export interface TextTable {
  readonly env: Env
  readonly table: string
  readonly memory: TextMemory
}

interface Indexing extends TextTable {
  readonly grams: GramSink
  readonly rows: Map<string, RowWrite>
  /** Rows of threads among them. */
  readonly threads: Map<string, IndexedRow | null>
  head: FullTextHead
  /** The head in the index. */
  stored: FullTextHead
}

/** Threads to index, and those to forget. */
export interface Round {
  readonly changed: ReadonlyArray<StreamInfo>
  readonly gone: ReadonlyArray<string>
}

/** What a round came to; `stopped`: what was done until then is committed. */
type Outcome = Committed | 'stopped'

/** How a round is watched, and ended early. */
export interface RoundOptions {
  readonly progress: Progress
  /** Asked after every batch with the bytes that were read. */
  readonly isStopped: (bytes: number) => boolean
}

const keep = (work: Indexing, key: RowKey, value: unknown): void => {
  work.rows.set(JSON.stringify(key), { key, value })
}

const keepThread = (work: Indexing, id: string, row: IndexedRow | null): void => {
  work.threads.set(id, row)
  keep(work, indexedKey(work.table, id), row)
}

const rowAt = (work: Indexing, key: RowKey): unknown => {
  const pending = work.rows.get(JSON.stringify(key))
  return pending === undefined ? work.env.index.get(key) : (pending.value ?? undefined)
}

const storedHead = (table: string, head: FullTextHead) =>
  toStored({ key: headKey(table), value: head === EMPTY_HEAD ? null : head })

/** What the postings of a bucket cost, as bytes that are read. */
const POSTINGS_COST_BYTES = 64 * 1024

const flush = async (work: Indexing): Promise<Result<Committed>> => {
  const { env, table, stored } = work
  if (work.rows.size === 0) return E.right('committed')
  const writes: Array<StoredRow> = []
  for (const bucket of work.grams.take(env.index.get)) {
    writes.push(toStored(bucket))
    await env.giveWay?.(POSTINGS_COST_BYTES)
  }
  const head = { ...work.head, commits: stored.commits + 1 }
  for (const row of work.rows.values()) writes.push(toStored(row))
  writes.push(toStored({ key: headKey(table), value: head }))
  const threads = new Map(work.threads)
  work.rows.clear()
  work.threads.clear()
  work.head = head
  work.stored = head
  const done = await env.index.commit(writes, [storedHead(table, stored)])()
  if (E.isRight(done) && done.right === 'committed') work.memory.committed(head, threads)
  return done
}

interface Growing {
  readonly info: StreamInfo
  readonly lineage: Lineage
  readonly chunks: Array<[number, number]>
  /** True where texts are kept, because it would be dear to read them again. */
  readonly keepsTexts: boolean
  /** Messages of the last chunk. */
  said: Array<SaidRow>
  tail: number
}

const open = (work: Indexing, info: StreamInfo, old: Indexed | null): Growing => {
  const { store } = work.env
  const chunks = (old?.chunks ?? []).map(([from, until]): [number, number] => [from, until])
  const last = chunks[chunks.length - 1]
  const said =
    last === undefined ? undefined : (rowAt(work, chunkKey(work.table, last[1] - 1)) as Chunk)
  const keepsTexts = info.compressed || store.refresh !== undefined
  const lineage = store.lineage(info)
  return { info, lineage, chunks, keepsTexts, said: [...(said ?? [])], tail: old?.tail ?? 0 }
}

const chunkFor = (work: Indexing, thread: Growing): number => {
  const last = thread.chunks[thread.chunks.length - 1]
  if (last !== undefined && thread.tail < CHUNK_CHARACTERS) return last[1] - 1
  const number = work.head.next
  work.head = { ...work.head, next: number + 1 }
  if (last?.[1] === number) last[1] = number + 1
  else thread.chunks.push([number, number + 1])
  thread.said = []
  thread.tail = 0
  return number
}

/**
 * What a line says. Codex looks at texts as they are, in the files of the thread itself; we at texts with single spaces,
 * in everything the thread goes on from.
 */
export const textOf = ({ line, inherited }: PlacedEvent<SaidLine>, strict: boolean): string => {
  if (!strict) return spaced(saidByLine(line) ?? '')
  return inherited === true ? '' : (saidByLine(line, true) ?? '')
}

const MESSAGE_ITEMS = ['UserMessage', 'AgentMessage'] as const

/** The turn a line names. */
export const turnOf = ({ line }: PlacedEvent<SaidLine>): string | null =>
  line.type === 'event_msg' && isItemOf(line.payload, MESSAGE_ITEMS) ? line.payload.turn_id : null

/** What a character costs, as bytes that are read. */
const CHARACTER_COST_BYTES = 32

const addGrams = async ({ env, grams }: Indexing, chunk: number, text: string): Promise<void> => {
  const read = grams.reader(chunk)
  for (const part of textParts(text)) {
    read(part)
    if (part.length < text.length) await env.giveWay?.(part.length * CHARACTER_COST_BYTES)
  }
}

const addBatch = async (work: Indexing, thread: Growing, batch: Batch<Needed>): Promise<void> => {
  const { strict } = work.env
  for (const line of batch.lines) {
    if (isDamaged(line)) continue
    const text = textOf(line, strict)
    if (text === '') continue
    const chunk = chunkFor(work, thread)
    await addGrams(work, chunk, strict ? spaced(text) : text)
    const { segment, offset, bytes } = line
    const isKept = thread.keepsTexts && text.length <= TEXT_CHARACTERS_MAX
    thread.said.push(
      isKept ? [segment, offset, bytes, turnOf(line), text] : [segment, offset, bytes]
    )
    thread.tail += text.length
    keep(work, chunkKey(work.table, chunk), thread.said)
  }
}

const forget = (work: Indexing, chunks: ChunkRanges): void => {
  for (const [from, until] of chunks) {
    for (let chunk = from; chunk < until; chunk++) keep(work, chunkKey(work.table, chunk), null)
    work.head = { ...work.head, gone: work.head.gone + until - from }
  }
}

const note = (
  work: Indexing,
  thread: Growing,
  { next, guard }: { readonly next: Position; readonly guard: Guard | null },
  complete: boolean
): void => {
  const { info, lineage, chunks, tail } = thread
  const { path, archived, sizeBytes, modifiedAtMs, inode } = info
  const hasGap = lineage.some(({ gap }) => gap !== null)
  const outside = { path, archived, sizeBytes, modifiedAtMs, inode }
  const place = { next, guard, lineage: signatureOf(lineage), hasGap, counts: false, complete }
  const row = toRow({ checkpoint: { ...outside, ...place }, chunks, tail })
  keepThread(work, info.streamId, row)
}

/** Indexes what is new in one thread; `moved` when another process committed first. */
const indexThread = async (
  work: Indexing,
  info: StreamInfo,
  old: Indexed | null,
  isStopped: (bytes: number) => boolean
): Promise<Result<Outcome>> => {
  const { env } = work
  const lineage = env.store.lineage(info)
  const from = old === null ? null : await startingPoint(env, info, lineage, old.checkpoint)
  if (from !== null && isFolded(from, info)) return E.right('committed')
  if (from === null && old !== null) forget(work, old.chunks)
  const thread = open(work, info, from === null ? null : old)
  const way = from !== null ? 'checkpoint' : old === null ? 'start' : 'again'
  const begin = from?.next ?? START
  let place = { next: begin, guard: from?.guard ?? null }
  const tally = foldTally(telemetryOf(env), () => lineage, begin, way, false, 'search.fold')
  for await (const batch of env.store.read(info, begin, saidNeeds(env.strict))) {
    tally.add(batch)
    await addBatch(work, thread, batch)
    const { guard } = place
    const before = guard === null ? null : { ...guard, terminated: true }
    place = { next: batch.next, guard: batch.guard ?? before }
    const stops = isStopped(bytesBetween(lineage, begin, batch.next))
    if (!stops && work.grams.size() < GRAMS_MAX) continue
    note(work, thread, place, false)
    if (stops) return E.right('stopped')
    const flushed = await flush(work)
    if (E.isLeft(flushed) || flushed.right === 'moved') return flushed
  }
  note(work, thread, place, true)
  tally.tell()
  return E.right('committed')
}

/** True for a failure to read a thread, and not one of the whole machine, such as too few file descriptors. */
export const isOwnFailure = (cause: unknown, { path }: StreamInfo): boolean => {
  if (cause instanceof IndexDamage) return false
  const failed = ioFailure(cause, path)
  return failed._tag === 'IoFailure' && failed.path.startsWith(path) && !isShortage(failed)
}

/** One thread that cannot be read costs the others nothing: it is left as it was. */
const indexOne = async (
  work: Indexing,
  info: StreamInfo,
  old: Indexed | null,
  isStopped: (bytes: number) => boolean
): Promise<Result<Outcome>> => {
  try {
    return await indexThread(work, info, old, isStopped)
  } catch (cause) {
    if (cause instanceof IndexDamage) throw cause
    return isOwnFailure(cause, info) ? E.right('committed') : E.left(ioFailure(cause, info.path))
  }
}

/** Indexes what a round names, from what is known on. */
export const runRound = async (
  table: TextTable,
  known: KnownText,
  { changed, gone }: Round,
  { progress, isStopped }: RoundOptions
): Promise<Result<Outcome>> => {
  const { head } = known
  const grams = gramSink(table.table)
  const work: Indexing = {
    ...{ ...table, grams, head, stored: head },
    ...{ rows: new Map(), threads: new Map() }
  }
  for (const id of gone) {
    forget(work, known.threads.get(id)?.[4] ?? [])
    keepThread(work, id, null)
  }
  let done = 0
  let bytes = 0
  for (const info of changed) {
    const row = known.threads.get(info.streamId)
    const old = row === undefined ? null : fromRow(row, info)
    const before = bytes
    const stops = (more: number): boolean => isStopped(before + more)
    const indexed = await indexOne(work, info, old, stops)
    if (E.isLeft(indexed) || indexed.right === 'moved') return indexed
    done += 1
    bytes += info.sizeBytes
    progress(done, changed.length, bytes)
    if (indexed.right === 'committed' && !isStopped(bytes)) continue
    const flushed = await flush(work)
    return E.isRight(flushed) && flushed.right === 'committed' ? E.right('stopped') : flushed
  }
  return flush(work)
}

/** Deleted chunks stay in the postings; when most are deleted, all is indexed anew. */
export const isMostlyGone = ({ next, first, gone }: FullTextHead): boolean =>
  gone > BLOCK_CHUNKS && gone * 2 > next - first

export const dropAll = ({ env, table }: TextTable, head: FullTextHead): Promise<unknown> => {
  const rows = ['threads', 'chunks', 'grams'].flatMap((part) =>
    rowsUnder(env.index, [`${table}.${part}`])
  )
  const emptied = { ...head, first: head.next, gone: 0, commits: head.commits + 1 }
  const writes = [
    ...rows.map(([key]) => ({ key, value: null })),
    { key: headKey(table), value: emptied }
  ]
  return env.index.commit(writes.map(toStored), [storedHead(table, head)])()
}
