/**
 * Read model `search`: which messages may contain a term.
 *
 *   [search.head, 0]                -> FullTextHead  how many chunks there are
 *   [search.threads, streamId]      -> IndexedRow    how far a thread is in here, and which chunks are its own
 *   [search.chunks, chunk]          -> Chunk         where its messages stand
 *   [search.grams, bucket, block]   -> Bucket        the chunks of a block that contain each gram of a bucket
 *
 * A chunk is a run of messages of one thread, in the order of the log. Chunks are numbered through the home, and 4,096 of
 * them are a block; 64 grams are a bucket: so the chunks of a gram are one range of few rows, and a row is worth its key.
 * Postings are hints: whoever reads them looks at the messages themselves, in the log, and asks the turns which of them are
 * live. So a rollback changes nothing here, and a chunk that is gone may stay in the postings.
 *
 * Unlike other read models this one is folded behind searches, and its postings belong to many threads: see
 * `replay/read/search/full-text.ts`.
 */
import { gramReader, GRAMS } from '../domain/thread/search/grams.ts'
import { folded } from '../domain/thread/search/folded.ts'
import type { RowKey, RowWrite } from './projection.ts'

/** Name and version, as other projections have them. */
export const FULL_TEXT = { name: 'search', version: 2 }

/** Characters after which a chunk takes no further message. */
export const CHUNK_CHARACTERS = 3072
/** Chunks in a block. */
export const BLOCK_CHUNKS = 4096
/** Grams in a bucket. */
const BUCKET_GRAMS = 64

/** What holds for the whole read model. */
export interface FullTextHead {
  /** Number of the next chunk; numbers are never used twice. */
  readonly next: number
  /** Chunks before this one were dropped. */
  readonly first: number
  /** Chunks that are gone since. */
  readonly gone: number
  /** Grows with every commit. */
  readonly commits: number
}

/** The head before anything is in here. */
export const EMPTY_HEAD: FullTextHead = { next: 0, first: 0, gone: 0, commits: 0 }

/** A message: where its line stands; with the turn it names and its text where reading it again is dear. */
export type SaidRow =
  | readonly [segment: number, offset: number, bytes: number]
  | readonly [segment: number, offset: number, bytes: number, turnId: string | null, text: string]

/** The messages of a chunk, in the order of the log. */
export type Chunk = ReadonlyArray<SaidRow>

/** Longer texts are never kept. */
export const TEXT_CHARACTERS_MAX = 16_384

/** The chunks of a thread: numbers from (inclusive) until (exclusive), oldest first. */
export type ChunkRanges = ReadonlyArray<readonly [number, number]>

/** How far a thread is in here; a list, since every thread has one. */
export type IndexedRow = readonly [
  outside: readonly [sizeBytes: number, modifiedAtMs: number, inode: number],
  next: readonly [revision: number, segment: number, offset: number],
  /** The last line before `next`, if any, and 1 when it ended with a newline. */
  guard: readonly [offset: number, bytes: number, checksum: number, terminated: 0 | 1] | null,
  /** 1 when it was indexed to its end, and 2 more when history was missing. */
  state: number,
  chunks: ChunkRanges,
  /** Characters in its last chunk. */
  tail: number,
  /** Which files were read up to where, when it was more than one whole file. */
  lineage?: string
]

/** State of a thread that is indexed as it stands. */
export const INDEXED = 1
export const HAS_GAP = 2

export const headKey = (table: string): RowKey => [`${table}.head`, 0]
export const indexedKey = (table: string, streamId: string): RowKey => [
  `${table}.threads`,
  streamId
]
export const chunkKey = (table: string, chunk: number): RowKey => [`${table}.chunks`, chunk]
/** Keys of the postings of a gram begin with this; the block follows. */
export const gramPrefix = (table: string, gram: number): RowKey => [
  `${table}.grams`,
  Math.floor(gram / BUCKET_GRAMS)
]

/** Postings of the grams of a bucket, in order; without those of its last grams where they have none. */
type Bucket = string
const BETWEEN = ','

/** The posting of a gram in a bucket. */
export const postingIn = (bucket: Bucket, gram: number): string =>
  bucket.split(BETWEEN)[gram % BUCKET_GRAMS] ?? ''

// 64 characters that JSON writes as they are: from '0' on, without the backslash.
const FIRST = 48
const BACKSLASH = 92
const charOf = (value: number): number => value + FIRST + (value + FIRST >= BACKSLASH ? 1 : 0)
const valueAt = (text: string, at: number): number => {
  const code = text.charCodeAt(at)
  return code - FIRST - (code > BACKSLASH ? 1 : 0)
}

/** A posting is a list of distances, five bits in every character; or behind this mark a bitmap, six bits in every character. */
const BITMAP = '!'
const MAP_BITS = 6
const DIGIT_BITS = 5
const MORE = 1 << DIGIT_BITS

const mapOf = (numbers: ReadonlyArray<number>, length: number): string => {
  const words = new Uint8Array(length)
  for (const number of numbers) {
    const at = Math.floor(number / MAP_BITS)
    words[at] = (words[at] ?? 0) | (1 << (number % MAP_BITS))
  }
  return BITMAP + String.fromCharCode(...words.map(charOf))
}

/** Numbers of a block, ascending, as they are stored. */
export const postingOf = (numbers: ReadonlyArray<number>): string => {
  const codes: Array<number> = []
  let before = -1
  for (const number of numbers) {
    let rest = number - before - 1
    for (; rest >= MORE; rest >>>= DIGIT_BITS) codes.push(charOf((rest % MORE) + MORE))
    codes.push(charOf(rest))
    before = number
  }
  const length = Math.floor(before / MAP_BITS) + 1
  return length + 1 < codes.length ? mapOf(numbers, length) : String.fromCharCode(...codes)
}

const mapped = (posting: string): ReadonlyArray<number> => {
  const numbers: Array<number> = []
  for (let at = BITMAP.length; at < posting.length; at++) {
    const bits = valueAt(posting, at)
    const base = (at - BITMAP.length) * MAP_BITS
    for (let bit = 0; bit < MAP_BITS; bit++) if (((bits >> bit) & 1) === 1) numbers.push(base + bit)
  }
  return numbers
}

/** The numbers of a posting, ascending. */
export const numbersOf = (posting: string): ReadonlyArray<number> => {
  if (posting.startsWith(BITMAP)) return mapped(posting)
  const numbers: Array<number> = []
  let number = -1
  let distance = 0
  let shift = 0
  for (let at = 0; at < posting.length; at++) {
    const value = valueAt(posting, at)
    distance += (value % MORE) << shift
    shift += DIGIT_BITS
    if (value >= MORE) continue
    number += distance + 1
    numbers.push(number)
    distance = 0
    shift = 0
  }
  return numbers
}

const isAscending = (numbers: ReadonlyArray<number>): boolean =>
  numbers.every((number, i) => i === 0 || (numbers[i - 1] ?? 0) < number)

/** Numbers that were there and numbers that were added, in any order and more than once, ascending. */
const merged = (
  before: ReadonlyArray<number>,
  added: ReadonlyArray<number>
): ReadonlyArray<number> => {
  const all = [...before, ...added]
  return isAscending(all) ? all : [...new Set(all)].sort((a, b) => a - b)
}

/** Collects the grams of chunks until they are written. */
export interface GramSink {
  /** Adds the grams of a message to a chunk: it comes in parts that end between code points, and its white space is collapsed. */
  readonly reader: (chunk: number) => (part: string) => void
  /** How many were added. */
  readonly size: () => number
  /** The postings with what was added, one after the other; `stored` tells those that are there. Nothing is added meanwhile. */
  readonly take: (stored: (key: RowKey) => unknown) => Iterable<RowWrite>
}

/** What was added to a bucket, by block: numbers by gram. */
type AddedBucket = Map<number, Array<readonly [gram: number, numbers: ReadonlyArray<number>]>>

const withAdded = (
  bucket: Bucket,
  grams: Iterable<readonly [gram: number, numbers: ReadonlyArray<number>]>
): Bucket => {
  const postings = bucket.split(BETWEEN)
  for (const [gram, numbers] of grams) {
    const at = gram % BUCKET_GRAMS
    while (postings.length <= at) postings.push('')
    postings[at] = postingOf(merged(numbersOf(postings[at] ?? ''), numbers))
  }
  return postings.join(BETWEEN)
}

/** The grams that were added, bucket by bucket. */
function* byBucket(
  added: ReadonlyMap<number, ReadonlyArray<number>>
): Generator<readonly [gram: number, AddedBucket]> {
  let bucket: AddedBucket = new Map()
  let before = -1
  for (const gram of [...added.keys()].sort((a, b) => a - b)) {
    if (Math.floor(gram / BUCKET_GRAMS) !== Math.floor(before / BUCKET_GRAMS)) {
      if (bucket.size > 0) yield [before, bucket]
      bucket = new Map()
    }
    before = gram
    for (const [block, numbers] of byBlock(added.get(gram) ?? [])) {
      const grams = bucket.get(block)
      if (grams === undefined) bucket.set(block, [[gram, numbers]])
      else grams.push([gram, numbers])
    }
  }
  if (bucket.size > 0) yield [before, bucket]
}

export const gramSink = (table: string): GramSink => {
  const added = new Map<number, Array<number>>()
  // The chunk a gram was last seen in: most grams of a message are in its chunk already.
  const last = new Int32Array(GRAMS).fill(-1)
  let size = 0
  return {
    reader: (chunk) => {
      const read = gramReader((gram) => {
        if (last[gram] === chunk) return
        last[gram] = chunk
        size += 1
        const chunks = added.get(gram)
        if (chunks === undefined) added.set(gram, [chunk])
        else chunks.push(chunk)
      })
      return (part) => read(folded(part))
    },
    size: () => size,
    *take(stored) {
      for (const [gram, blocks] of byBucket(added))
        for (const [block, grams] of blocks) {
          const key = [...gramPrefix(table, gram), block]
          const before = (stored(key) as Bucket | undefined) ?? ''
          yield { key, value: withAdded(before, grams) }
        }
      added.clear()
      last.fill(-1)
      size = 0
    }
  }
}

const byBlock = (chunks: ReadonlyArray<number>): ReadonlyMap<number, ReadonlyArray<number>> => {
  const blocks = new Map<number, Array<number>>()
  for (const chunk of chunks) {
    const block = Math.floor(chunk / BLOCK_CHUNKS)
    const numbers = blocks.get(block)
    const number = chunk % BLOCK_CHUNKS
    if (numbers === undefined) blocks.set(block, [number])
    else numbers.push(number)
  }
  return blocks
}
