/**
 * Read model `search`: which messages may contain a term.
 *
 *   [search.head, 0]                -> FullTextHead  how many chunks there are
 *   [search.threads, streamId]      -> IndexedThread how far a thread is in here, and which chunks are its own
 *   [search.chunks, chunk]          -> Chunk         its messages and where they stand
 *   [search.grams, gram, block]     -> Posting       the chunks of a block that contain a gram
 *
 * A chunk is a run of messages of one thread, in the order of the log. Chunks are numbered through the home, and 1,024 of
 * them are a block, so the chunks of a gram are one range of few rows. Postings are hints: whoever reads them looks at
 * the messages themselves, and asks the turns which of them are live. So a rollback changes nothing here, and a chunk
 * that is gone may stay in the postings.
 *
 * Unlike other read models this one is folded when somebody searches, and its postings belong to many threads: see
 * `replay/read/search/full-text.ts`.
 */
import { gramReader, GRAMS } from '../domain/thread/search/grams.ts'
import { folded } from '../domain/thread/search/folded.ts'
import type { RowKey, RowWrite } from './projection.ts'

/** Name and version, as other projections have them. */
export const FULL_TEXT = { name: 'search', version: 1 }

/** Characters after which a chunk takes no further message. */
export const CHUNK_CHARACTERS = 3072
/** Chunks in a block. */
export const BLOCK_CHUNKS = 1024

/** What holds for the whole read model. */
export interface FullTextHead {
  /** Number of the next chunk; numbers are never used twice. */
  readonly next: number
  /** Chunks that are gone. */
  readonly gone: number
  /** Grows with every commit. */
  readonly commits: number
}

/** The head before anything is in here. */
export const EMPTY_HEAD: FullTextHead = { next: 0, gone: 0, commits: 0 }

/** A message: where its line stands, the turn it names, and its text; null for one too long to keep here. */
export type SaidRow = readonly [
  segment: number,
  offset: number,
  bytes: number,
  turnId: string | null,
  text: string | null
]

/** The messages of a chunk, in the order of the log. */
export type Chunk = ReadonlyArray<SaidRow>

/** Longer texts are read from the log when they are asked for. */
export const TEXT_CHARACTERS_MAX = 16_384

/** The chunks of a thread: numbers from (inclusive) until (exclusive), oldest first. */
export type ChunkRanges = ReadonlyArray<readonly [number, number]>

/** Numbers inside a block: a list of few, or six of them in every character. */
export type Posting = ReadonlyArray<number> | string

export const headKey = (table: string): RowKey => [`${table}.head`, 0]
export const indexedKey = (table: string, streamId: string): RowKey => [
  `${table}.threads`,
  streamId
]
export const chunkKey = (table: string, chunk: number): RowKey => [`${table}.chunks`, chunk]
/** Keys of the postings of a gram begin with this; the block follows. */
export const gramPrefix = (table: string, gram: number): RowKey => [`${table}.grams`, gram]

const BITS = 6
const LISTED_MAX = 32
const FIRST = 48 // '0'; none of the 64 characters from there on but the backslash is escaped in JSON

const bitsAt = (posting: string, at: number): number => posting.charCodeAt(at) - FIRST

/** True when a number is in a posting. */
export const isMember = (posting: Posting, number: number): boolean => {
  if (typeof posting !== 'string') return posting.includes(number)
  const at = Math.floor(number / BITS)
  return at < posting.length && ((bitsAt(posting, at) >> (number % BITS)) & 1) === 1
}

/** The numbers of a posting, ascending. */
export const numbersOf = (posting: Posting): ReadonlyArray<number> => {
  if (typeof posting !== 'string') return posting
  const numbers: Array<number> = []
  for (let at = 0; at < posting.length; at++) {
    const bits = bitsAt(posting, at)
    for (let bit = 0; bit < BITS; bit++)
      if (((bits >> bit) & 1) === 1) numbers.push(at * BITS + bit)
  }
  return numbers
}

/** Numbers of a block, ascending, as they are stored. */
const postingOf = (listed: ReadonlyArray<number>): Posting => {
  if (listed.length <= LISTED_MAX) return listed
  const words = new Uint8Array(Math.floor((listed[listed.length - 1] ?? 0) / BITS) + 1)
  for (const number of listed) {
    const at = Math.floor(number / BITS)
    words[at] = (words[at] ?? 0) | (1 << (number % BITS))
  }
  return String.fromCharCode(...words.map((bits) => bits + FIRST))
}

const merged = (
  before: ReadonlyArray<number>,
  added: ReadonlyArray<number>
): ReadonlyArray<number> => {
  const members = new Uint8Array(BLOCK_CHUNKS)
  for (const number of before) members[number] = 1
  for (const number of added) members[number] = 1
  const numbers: Array<number> = []
  for (let number = 0; number < BLOCK_CHUNKS; number++)
    if (members[number] === 1) numbers.push(number)
  return numbers
}

/** Collects the grams of chunks until they are written. */
export interface GramSink {
  /** Adds the grams of a message to a chunk: it comes in parts that end between code points, and its white space is collapsed. */
  readonly reader: (chunk: number) => (part: string) => void
  /** How many were added. */
  readonly size: () => number
  /** The postings with what was added; `stored` tells those that are there. */
  readonly take: (stored: (key: RowKey) => unknown) => ReadonlyArray<RowWrite>
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
    take: (stored) => {
      const writes: Array<RowWrite> = []
      for (const [gram, chunks] of added) {
        for (const [block, numbers] of byBlock(chunks)) {
          const key = [...gramPrefix(table, gram), block]
          const before = numbersOf((stored(key) as Posting | undefined) ?? [])
          writes.push({ key, value: postingOf(merged(before, numbers)) })
        }
      }
      added.clear()
      last.fill(-1)
      size = 0
      return writes
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
