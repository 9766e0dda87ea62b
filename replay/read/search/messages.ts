/**
 * The messages of a thread that contain a term: from the chunks that may have it, or where a thread is not indexed as it
 * stands from its whole log. Either way lines are looked at as text first, and read when that does not rule them out.
 */
import type { ByteRange } from '../../../domain/thread/turns/turn-state.ts'
import { finder, folded, type Folding } from '../../../domain/thread/search/folded.ts'
import { mayContain } from '../../../domain/thread/search/json-text.ts'
import { saidNeeds } from '../../../domain/thread/search/said.ts'
import type { SaidRow } from '../../../projections/full-text.ts'
import type { Env } from '../../catch-up/project.ts'
import type { StreamInfo } from '../../ports.ts'
import type { FullText, TextView } from './full-text.ts'
import { textOf, turnOf } from './index-text.ts'
import type { SaidPlace } from './turn-at.ts'

export interface Term {
  readonly text: string
  /** What the grams are looked up by. */
  readonly key: string
  readonly folding: Folding
}

export interface SaidMessage extends SaidPlace {
  readonly text: string
}

/** Chunks whose lines are looked at together, behind the first, which mostly has the term. */
const CHUNKS_TOGETHER = 8

/** True for a text that contains a term; most texts are decided without comparing letters. */
const contains = (text: string, { text: term, folding }: Term): boolean =>
  folded(text, folding).includes(term) && finder(text, term, folding)(0) !== null

interface Search {
  readonly env: Env
  readonly info: StreamInfo
  readonly term: Term
  readonly mayPass: (json: string) => boolean
}

/** Those of some lines, or of all, that say the term. */
async function* saidInLog(
  { env, info, term, mayPass }: Search,
  within?: ReadonlyArray<ByteRange>
): AsyncGenerator<SaidMessage> {
  const { store, strict } = env
  for await (const line of store.scan(info, saidNeeds(strict), mayPass, within)) {
    const text = textOf(line, strict)
    if (text === '' || !contains(text, term)) continue
    yield { segment: line.segment, offset: line.offset, turnId: turnOf(line), text }
  }
}

/** Those of some messages that say the term, in their order. */
async function* saidIn(search: Search, rows: ReadonlyArray<SaidRow>): AsyncGenerator<SaidMessage> {
  let ranges: Array<ByteRange> = []
  for (const [segment, offset, bytes, turnId = null, text] of rows) {
    if (text === undefined) {
      ranges.push({ segment, from: offset, until: offset + bytes })
      continue
    }
    if (ranges.length > 0) yield* saidInLog(search, ranges)
    ranges = []
    if (contains(text, search.term)) yield { segment, offset, turnId, text }
  }
  if (ranges.length > 0) yield* saidInLog(search, ranges)
}

/** The messages of a thread that say a term, in the order of the log. */
export async function* messagesWith(
  env: Env,
  full: FullText,
  info: StreamInfo,
  { candidates, unread }: TextView,
  term: Term
): AsyncGenerator<SaidMessage> {
  const search: Search = { env, info, term, mayPass: mayContain(term.key) }
  if (unread.has(info.streamId)) {
    yield* saidInLog(search)
    return
  }
  const numbers = candidates.get(info.streamId) ?? []
  for (let at = 0, until = 1; at < numbers.length; at = until, until += CHUNKS_TOGETHER) {
    const chunks = numbers.slice(at, until).map(full.chunk)
    // It was written anew, and indexed anew, since the search began.
    if (chunks.includes(null)) {
      yield* saidInLog(search)
      return
    }
    const rows = chunks.flatMap((chunk) => chunk ?? [])
    yield* saidIn(search, rows)
  }
}
