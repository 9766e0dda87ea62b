/**
 * Catching up the full-text read model: done by searches only, so that nothing else pays for it.
 *
 * Threads are read one after the other from where they were left, and their grams go into postings that belong to the
 * whole home. So there is one writer at a time: every commit expects the head it began from, and one that finds
 * another head begins again.
 */
import * as E from 'fp-ts/lib/Either.js'
import type { PlacedEvent } from '../../../domain/log/event.ts'
import { isItemOf } from '../../../domain/log/needs.ts'
import { spaced } from '../../../domain/thread/search/folded.ts'
import { saidByLine, SAID_NEEDS, type SaidLine } from '../../../domain/thread/search/said.ts'
import { gramsOfTerm } from '../../../domain/thread/search/grams.ts'
import { textParts } from '../../../domain/text-parts.ts'
import { tableOf, viewName } from '../../../projections/catalogue.ts'
import {
  BLOCK_CHUNKS,
  CHUNK_CHARACTERS,
  chunkKey,
  EMPTY_HEAD,
  FULL_TEXT,
  gramPrefix,
  gramSink,
  headKey,
  indexedKey,
  isMember,
  numbersOf,
  type Chunk,
  type ChunkRanges,
  type GramSink,
  type FullTextHead,
  type Posting,
  type SaidRow,
  TEXT_CHARACTERS_MAX
} from '../../../projections/full-text.ts'
import type { RowKey, RowWrite } from '../../../projections/projection.ts'
import { rowsUnder, toStored } from '../../catch-up/overlay.ts'
import { foldTally } from '../../catch-up/fold-tally.ts'
import {
  isCurrent,
  isFolded,
  signatureOf,
  startingPoint,
  telemetryOf,
  type Checkpoint,
  type Env
} from '../../catch-up/project.ts'
import type { Progress } from '../../catch-up/fold-many.ts'
import { ioFailure, isShortage } from '../../guarded.ts'
import { IndexDamage, isDamaged, START, type Batch, type StreamInfo } from '../../ports.ts'
import type { Result } from '../../result.ts'

interface Indexed {
  readonly checkpoint: Checkpoint
  readonly chunks: ChunkRanges
  /** Characters in its last chunk. */
  readonly tail: number
}

/** By thread, the chunks to look at, oldest first. */
export type Candidates = ReadonlyMap<string, ReadonlyArray<number>>

export interface FullText {
  /** Catches threads up with their files; `whole`: they are all there are, and others were deleted. */
  readonly catchUp: (infos: ReadonlyArray<StreamInfo>, whole: boolean) => Promise<Result<void>>
  /** The chunks that may contain a folded term. */
  readonly candidates: (term: string) => Candidates
  readonly chunk: (number: number) => Chunk
}

interface IndexedText {
  readonly head: FullTextHead
  readonly threads: ReadonlyMap<string, Indexed>
  /** First chunk of each range, ascending, and whose it is. */
  readonly ranges: ReadonlyArray<{
    readonly from: number
    readonly until: number
    readonly id: string
  }>
}

const NOTHING_KNOWN: IndexedText = { head: EMPTY_HEAD, threads: new Map(), ranges: [] }

/** Grams added after which they are written. */
const GRAMS_MAX = 2_000_000
const ATTEMPTS_MAX = 8

const loader = (env: Env, table: string): (() => IndexedText) => {
  let known: IndexedText = NOTHING_KNOWN
  return () => {
    const head = (env.index.get(headKey(table)) as FullTextHead | undefined) ?? EMPTY_HEAD
    if (head.commits === known.head.commits && head.next === known.head.next) return known
    const rows = rowsUnder(env.index, [`${table}.threads`])
    const threads = new Map(rows.map(([key, row]) => [key[1] as string, row as Indexed]))
    const ranges = [...threads]
      .flatMap(([id, { chunks }]) => chunks.map(([from, until]) => ({ from, until, id })))
      .sort((a, b) => a.from - b.from)
    known = { head, threads, ranges }
    return known
  }
}

interface Indexing {
  readonly env: Env
  readonly table: string
  readonly grams: GramSink
  readonly rows: Map<string, RowWrite>
  head: FullTextHead
  /** The head in the index. */
  stored: FullTextHead
}

const keep = (work: Indexing, key: RowKey, value: unknown): void => {
  work.rows.set(JSON.stringify(key), { key, value })
}

const rowAt = (work: Indexing, key: RowKey): unknown => {
  const pending = work.rows.get(JSON.stringify(key))
  return pending === undefined ? work.env.index.get(key) : (pending.value ?? undefined)
}

const flush = async (work: Indexing): Promise<Result<'committed' | 'moved'>> => {
  const { env, table, stored } = work
  if (work.rows.size === 0) return E.right('committed')
  const grams = work.grams.take(env.index.get)
  const head = { ...work.head, commits: stored.commits + 1 }
  const writes = [...grams, ...work.rows.values(), { key: headKey(table), value: head }]
  const expected = toStored({ key: headKey(table), value: stored === EMPTY_HEAD ? null : stored })
  work.rows.clear()
  work.head = head
  work.stored = head
  return env.index.commit(writes.map(toStored), [expected])()
}

interface Growing {
  readonly info: StreamInfo
  readonly chunks: Array<[number, number]>
  /** Messages of the last chunk. */
  said: Array<SaidRow>
  tail: number
}

const open = (work: Indexing, info: StreamInfo, old: Indexed | null): Growing => {
  const chunks = (old?.chunks ?? []).map(([from, until]): [number, number] => [from, until])
  const last = chunks[chunks.length - 1]
  const said =
    last === undefined ? undefined : (rowAt(work, chunkKey(work.table, last[1] - 1)) as Chunk)
  return { info, chunks, said: [...(said ?? [])], tail: old?.tail ?? 0 }
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

const turnOf = ({ line }: PlacedEvent<SaidLine>): string | null =>
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

const addBatch = async (
  work: Indexing,
  thread: Growing,
  batch: Batch<typeof SAID_NEEDS>
): Promise<void> => {
  for (const line of batch.lines) {
    if (isDamaged(line)) continue
    const { strict } = work.env
    const text = textOf(line, strict)
    if (text === '') continue
    const chunk = chunkFor(work, thread)
    await addGrams(work, chunk, strict ? spaced(text) : text)
    const kept = text.length > TEXT_CHARACTERS_MAX ? null : text
    thread.said.push([line.segment, line.offset, line.bytes, turnOf(line), kept])
    thread.tail += text.length
    keep(work, chunkKey(work.table, chunk), thread.said)
  }
}

const forget = (work: Indexing, { chunks }: Indexed): void => {
  for (const [from, until] of chunks) {
    for (let chunk = from; chunk < until; chunk++) keep(work, chunkKey(work.table, chunk), null)
    work.head = { ...work.head, gone: work.head.gone + until - from }
  }
}

/** A file that was only moved is still the same. */
const atPath = ({ checkpoint }: Indexed, info: StreamInfo): Checkpoint =>
  checkpoint.inode === info.inode ? { ...checkpoint, path: info.path } : checkpoint

/** Indexes what is new in one thread; `moved` when another process committed first. */
const indexThread = async (
  work: Indexing,
  info: StreamInfo,
  old: Indexed | null
): Promise<Result<'committed' | 'moved'>> => {
  const { env, table } = work
  const lineage = env.store.lineage(info)
  const from = old === null ? null : await startingPoint(env, info, lineage, atPath(old, info))
  if (from !== null && isFolded(from, info)) return E.right('committed')
  if (from === null && old !== null) forget(work, old)
  const thread = open(work, info, from === null ? null : old)
  const way = from !== null ? 'checkpoint' : old === null ? 'start' : 'again'
  const begin = from?.next ?? START
  const tally = foldTally(telemetryOf(env), lineage, begin, way, false, 'search.fold')
  let next = begin
  let guard = from?.guard ?? null
  const note = (complete: boolean): void => {
    const { path, archived, sizeBytes, modifiedAtMs, inode } = info
    const outside = { path, archived, sizeBytes, modifiedAtMs, inode }
    const hasGap = lineage.some(({ gap }) => gap !== null)
    const place = { next, guard, lineage: signatureOf(lineage), hasGap, counts: false, complete }
    const { chunks, tail } = thread
    const row: Indexed = { checkpoint: { ...outside, ...place }, chunks, tail }
    keep(work, indexedKey(table, info.streamId), row)
  }
  for await (const batch of env.store.read(info, next, SAID_NEEDS)) {
    tally.add(batch)
    await addBatch(work, thread, batch)
    next = batch.next
    guard = batch.guard ?? (guard === null ? null : { ...guard, terminated: true })
    if (work.grams.size() < GRAMS_MAX) continue
    note(false)
    const flushed = await flush(work)
    if (E.isLeft(flushed) || flushed.right === 'moved') return flushed
  }
  note(true)
  tally.tell()
  return E.right('committed')
}

/** One thread that cannot be read costs the others nothing: it is left as it was. */
const indexOne = async (
  work: Indexing,
  info: StreamInfo,
  old: Indexed | null
): Promise<Result<'committed' | 'moved'>> => {
  try {
    return await indexThread(work, info, old)
  } catch (cause) {
    if (cause instanceof IndexDamage) throw cause
    const failed = ioFailure(cause, info.path)
    const own = failed._tag === 'IoFailure' && failed.path.startsWith(info.path)
    return own && !isShortage(failed) ? E.right('committed') : E.left(failed)
  }
}

/** Deleted chunks stay in the postings; when most are deleted, the index is rebuilt. */
const isMostlyGone = ({ next, gone }: FullTextHead): boolean =>
  gone > BLOCK_CHUNKS && gone * 2 > next

const dropAll = (env: Env, table: string, head: FullTextHead): Promise<unknown> => {
  const rows = ['threads', 'chunks', 'grams'].flatMap((part) =>
    rowsUnder(env.index, [`${table}.${part}`])
  )
  const emptied = { ...EMPTY_HEAD, commits: head.commits + 1 }
  const writes = [
    ...rows.map(([key]) => ({ key, value: null })),
    { key: headKey(table), value: emptied }
  ]
  return env.index.commit(writes.map(toStored), [toStored({ key: headKey(table), value: head })])()
}

interface Round {
  readonly changed: ReadonlyArray<StreamInfo>
  readonly gone: ReadonlyArray<Indexed & { readonly id: string }>
}

const roundOf = (known: IndexedText, infos: ReadonlyArray<StreamInfo>, whole: boolean): Round => {
  const changed = infos.filter(
    (info) => !isCurrent(known.threads.get(info.streamId)?.checkpoint ?? null, info)
  )
  if (!whole || infos.length - changed.length === known.threads.size) return { changed, gone: [] }
  const here = new Set<string>(infos.map(({ streamId }) => streamId))
  const gone = [...known.threads].filter(([id]) => !here.has(id))
  return { changed, gone: gone.map(([id, indexed]) => ({ ...indexed, id })) }
}

const runRound = async (
  env: Env,
  table: string,
  known: IndexedText,
  { changed, gone }: Round,
  progress: Progress
): Promise<Result<'committed' | 'moved'>> => {
  const { head } = known
  const work: Indexing = { env, table, grams: gramSink(table), rows: new Map(), head, stored: head }
  for (const thread of gone) {
    forget(work, thread)
    keep(work, indexedKey(table, thread.id), null)
  }
  let done = 0
  let bytes = 0
  for (const info of changed) {
    const indexed = await indexOne(work, info, known.threads.get(info.streamId) ?? null)
    if (E.isLeft(indexed) || indexed.right === 'moved') return indexed
    done += 1
    bytes += info.sizeBytes
    progress(done, changed.length, bytes)
  }
  return flush(work)
}

const postingsOf = (env: Env, table: string, gram: number): ReadonlyMap<number, Posting> => {
  const rows = rowsUnder(env.index, gramPrefix(table, gram))
  return new Map(rows.map(([key, value]) => [key[2] as number, value as Posting]))
}

const isIn = (postings: ReadonlyMap<number, Posting>, chunk: number): boolean => {
  const posting = postings.get(Math.floor(chunk / BLOCK_CHUNKS))
  return posting !== undefined && isMember(posting, chunk % BLOCK_CHUNKS)
}

/** To look at the messages of so few chunks costs less than another gram. */
const FEW_CHUNKS = 4

/** Chunks that may contain a folded term, ascending: those with all of its grams, and at times a few others. */
const chunksWith = (env: Env, table: string, term: string): ReadonlyArray<number> => {
  const [first, ...others] = gramsOfTerm(term)
  if (first === undefined) return []
  let found = [...postingsOf(env, table, first)].flatMap(([block, posting]) =>
    numbersOf(posting).map((number) => block * BLOCK_CHUNKS + number)
  )
  for (const gram of others) {
    if (found.length <= FEW_CHUNKS) break
    const postings = postingsOf(env, table, gram)
    found = found.filter((chunk) => isIn(postings, chunk))
  }
  return found
}

const byThread = (
  chunks: ReadonlyArray<number>,
  { ranges }: IndexedText
): ReadonlyMap<string, ReadonlyArray<number>> => {
  const threads = new Map<string, Array<number>>()
  let at = 0
  for (const chunk of chunks) {
    while (at < ranges.length && chunk >= (ranges[at]?.until ?? 0)) at += 1
    const range = ranges[at]
    if (range === undefined || chunk < range.from) continue
    const own = threads.get(range.id)
    if (own === undefined) threads.set(range.id, [chunk])
    else own.push(chunk)
  }
  return threads
}

export const fullText = (env: Env, progress: Progress): FullText => {
  const table = tableOf(FULL_TEXT, viewName(env.profile, env.strict))
  const load = loader(env, table)
  let settled: { readonly infos: ReadonlyArray<StreamInfo>; readonly known: IndexedText } | null =
    null
  const run = async (infos: ReadonlyArray<StreamInfo>, whole: boolean): Promise<Result<void>> => {
    for (let attempt = 0; attempt < ATTEMPTS_MAX; attempt++) {
      let known = load()
      if (settled?.infos === infos && settled.known === known) return E.right(undefined)
      if (isMostlyGone(known.head)) {
        await dropAll(env, table, known.head)
        known = load()
      }
      const round = roundOf(known, infos, whole)
      if (round.changed.length + round.gone.length === 0) {
        if (whole) settled = { infos, known }
        return E.right(undefined)
      }
      const done = await runRound(env, table, known, round, progress)
      if (E.isLeft(done)) return done
      if (done.right === 'committed') return E.right(undefined)
    }
    return E.left({ _tag: 'Busy', what: 'the full-text rows of the home' })
  }
  // A search asks more than once.
  let asked = { known: NOTHING_KNOWN, term: '', found: new Map() as Candidates }
  let queue: Promise<unknown> = Promise.resolve()
  return {
    catchUp: (infos, whole) => {
      const next = queue.then(() => run(infos, whole))
      queue = next.catch(() => undefined)
      return next
    },
    candidates: (term) => {
      const known = load()
      if (known !== asked.known || term !== asked.term)
        asked = { known, term, found: byThread(chunksWith(env, table, term), known) }
      return asked.found
    },
    chunk: (number) => (env.index.get(chunkKey(table, number)) as Chunk | undefined) ?? []
  }
}
