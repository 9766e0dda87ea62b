/**
 * What is indexed of the full text, as a process remembers it: how far each thread is in it, and whose each chunk is.
 */
import { gramsOfTerm } from '../../../domain/thread/search/grams.ts'
import {
  BLOCK_CHUNKS,
  EMPTY_HEAD,
  gramPrefix,
  HAS_GAP,
  headKey,
  INDEXED,
  numbersOf,
  postingIn,
  type ChunkRanges,
  type FullTextHead,
  type IndexedRow
} from '../../../projections/full-text.ts'
import { rowsUnder } from '../../catch-up/overlay.ts'
import type { Checkpoint, Env } from '../../catch-up/project.ts'
import type { StreamInfo } from '../../ports.ts'

export interface Indexed {
  readonly checkpoint: Checkpoint
  readonly chunks: ChunkRanges
  /** Characters in its last chunk. */
  readonly tail: number
}

/** By thread, the chunks to look at, oldest first. */
export type Candidates = ReadonlyMap<string, ReadonlyArray<number>>

/** A file that was only moved is still the same, so paths are not kept. */
export const toRow = ({ checkpoint, chunks, tail }: Indexed): IndexedRow => {
  const { sizeBytes, modifiedAtMs, inode, next, guard, lineage, hasGap, complete } = checkpoint
  const outside = [sizeBytes, modifiedAtMs, inode] as const
  const place = [next.revision, next.segment, next.offset] as const
  const ended = guard?.terminated === true ? 1 : 0
  const last = guard && ([guard.offset, guard.bytes, guard.checksum, ended] as const)
  const state = (complete ? INDEXED : 0) + (hasGap ? HAS_GAP : 0)
  return lineage === null
    ? [outside, place, last, state, chunks, tail]
    : [outside, place, last, state, chunks, tail, lineage]
}

export const fromRow = (row: IndexedRow, { path, archived }: StreamInfo): Indexed => {
  const [[sizeBytes, modifiedAtMs, inode], [revision, segment, at], last, state, chunks, tail] = row
  const guard = last && {
    offset: last[0],
    bytes: last[1],
    checksum: last[2],
    terminated: last[3] === 1
  }
  const checkpoint = {
    ...{ path, archived, sizeBytes, modifiedAtMs, inode, guard },
    next: { revision, segment, offset: at },
    lineage: row[6] ?? null,
    hasGap: (state & HAS_GAP) !== 0,
    counts: false,
    complete: (state & INDEXED) !== 0
  }
  return { checkpoint, chunks, tail }
}

/** The full text as it was committed last. */
export interface KnownText {
  readonly head: FullTextHead
  readonly threads: ReadonlyMap<string, IndexedRow>
  /** By chunk, whose it is. */
  readonly owners: ReadonlyArray<string | undefined>
}

interface RememberedText extends KnownText {
  readonly threads: Map<string, IndexedRow>
  readonly owners: Array<string | undefined>
}

export interface TextMemory {
  /** Looks at the index again when another process changed it. */
  readonly load: () => KnownText
  /** Takes over what this process committed. */
  readonly committed: (head: FullTextHead, rows: ReadonlyMap<string, IndexedRow | null>) => void
}

const own = ({ threads, owners }: RememberedText, id: string, row: IndexedRow): void => {
  threads.set(id, row)
  for (const [from, until] of row[4])
    for (let chunk = from; chunk < until; chunk++) owners[chunk] = id
}

const disown = ({ threads, owners }: RememberedText, id: string): void => {
  for (const [from, until] of threads.get(id)?.[4] ?? [])
    for (let chunk = from; chunk < until; chunk++) owners[chunk] = undefined
  threads.delete(id)
}

export const textMemory = ({ index }: Env, table: string): TextMemory => {
  let known: RememberedText = { head: EMPTY_HEAD, threads: new Map(), owners: [] }
  let epoch = -1
  return {
    load: () => {
      const head = (index.get(headKey(table)) as FullTextHead | undefined) ?? EMPTY_HEAD
      const isSame = head.commits === known.head.commits && head.next === known.head.next
      if (isSame && epoch === index.epoch()) return known
      const read: RememberedText = { head, threads: new Map(), owners: [] }
      epoch = index.epoch()
      for (const [key, row] of rowsUnder(index, [`${table}.threads`]))
        own(read, key[1] as string, row as IndexedRow)
      return (known = read)
    },
    committed: (head, rows) => {
      // The maps go on: who looks at them is done before it waits for anything.
      known = { ...known, head }
      for (const [id, row] of rows) {
        disown(known, id)
        if (row !== null) own(known, id, row)
      }
    }
  }
}

/** True for a thread that is indexed as its files are. */
export const isIndexed = ({ threads }: KnownText, info: StreamInfo): boolean => {
  const row = threads.get(info.streamId)
  if (row === undefined || row[3] !== INDEXED) return false
  const [sizeBytes, modifiedAtMs, inode] = row[0]
  return sizeBytes === info.sizeBytes && modifiedAtMs === info.modifiedAtMs && inode === info.inode
}

const postingsOf = (env: Env, table: string, gram: number): ReadonlyMap<number, string> =>
  new Map(
    rowsUnder(env.index, gramPrefix(table, gram)).map(([key, bucket]) => [
      key[2] as number,
      postingIn(bucket as string, gram)
    ])
  )

/** To look at the messages of so few chunks costs less than another gram. */
const FEW_CHUNKS = 4

/** Chunks that may contain a folded term, ascending: those with all of its grams, and at times a few others. */
const chunksWith = (env: Env, table: string, term: string): ReadonlyArray<number> => {
  const [first, ...others] = gramsOfTerm(term)
  if (first === undefined) return []
  let blocks = [...postingsOf(env, table, first)].map(
    ([block, posting]) => [block, numbersOf(posting)] as const
  )
  for (const gram of others) {
    if (blocks.reduce((sum, [, numbers]) => sum + numbers.length, 0) <= FEW_CHUNKS) break
    const postings = postingsOf(env, table, gram)
    blocks = blocks.map(([block, numbers]) => {
      if (numbers.length === 0) return [block, numbers] as const
      const members = new Set(numbersOf(postings.get(block) ?? ''))
      return [block, numbers.filter((number) => members.has(number))] as const
    })
  }
  return blocks.flatMap(([block, numbers]) =>
    numbers.map((number) => block * BLOCK_CHUNKS + number)
  )
}

/** By thread, the chunks that may contain a folded term. */
export const candidatesIn = (
  env: Env,
  table: string,
  { owners }: KnownText,
  term: string
): Candidates => {
  const threads = new Map<string, Array<number>>()
  for (const chunk of chunksWith(env, table, term)) {
    const id = owners[chunk]
    if (id === undefined) continue
    const chunks = threads.get(id)
    if (chunks === undefined) threads.set(id, [chunk])
    else chunks.push(chunk)
  }
  return threads
}
