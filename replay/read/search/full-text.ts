/**
 * The full text of a home: what searches look terms up in.
 *
 * It is kept up by searches only, so that nothing else pays for it. What little is behind is indexed before a search
 * answers. When much is behind, the search answers from the log itself, and the rest is indexed after it, while nobody
 * waits; each commit takes what was read until then, so a process that ends loses no more than it has not committed.
 */
import * as E from 'fp-ts/lib/Either.js'
import { chunkKey, FULL_TEXT, type Chunk } from '../../../projections/full-text.ts'
import { tableOf, viewName } from '../../../projections/catalogue.ts'
import type { Env } from '../../catch-up/project.ts'
import type { Progress } from '../../catch-up/fold-many.ts'
import type { StreamInfo } from '../../ports.ts'
import type { Result } from '../../result.ts'
import {
  dropAll,
  isMostlyGone,
  runRound,
  type Round,
  type RoundOptions,
  type TextTable
} from './index-text.ts'
import {
  candidatesIn,
  isIndexed,
  textMemory,
  type Candidates,
  type KnownText
} from './known-text.ts'

/** The full text and the log at one moment, as a term is looked for in them. */
export interface TextView {
  /** Threads with chunks that may contain the term. */
  readonly candidates: Candidates
  /** Threads that are not indexed as they stand: only the log tells what they say. */
  readonly unread: ReadonlySet<string>
}

export interface FullText {
  /**
   * Catches threads up with their files when little is new; `whole`: they are all there are, and others were deleted. What is much
   * is left to `goOn`.
   */
  readonly catchUp: (infos: ReadonlyArray<StreamInfo>, whole: boolean) => Promise<Result<void>>
  /** Where to look for a folded term among these threads. */
  readonly look: (infos: ReadonlyArray<StreamInfo>, term: string) => TextView
  /** Indexes what was left, while nobody waits. */
  readonly goOn: () => void
  /** The messages of a chunk; null when it is gone. */
  readonly chunk: (number: number) => Chunk | null
  /** Ends what goes on, not before a part of it is done: so a process that only searches once leaves it further on. */
  readonly close: () => Promise<void>
}

export interface FullTextOptions {
  /** So much of the log is read before a search answers; what is more is looked through and indexed later. */
  readonly soonBytesMax?: number
  /** So much is read behind before it ends early. */
  readonly leastBytes?: number
}

const SOON_BYTES_MAX = 8 * 1024 * 1024
const LEAST_BYTES = 32 * 1024 * 1024
const ATTEMPTS_MAX = 8
const NOBODY: Progress = () => undefined

/** Everything that is to be indexed, or forgotten. */
const roundOf = (known: KnownText, infos: ReadonlyArray<StreamInfo>, whole: boolean): Round => {
  const changed = infos.filter((info) => !isIndexed(known, info))
  if (!whole || infos.length - changed.length === known.threads.size) return { changed, gone: [] }
  const here = new Set<string>(infos.map(({ streamId }) => streamId))
  return { changed, gone: [...known.threads.keys()].filter((id) => !here.has(id)) }
}

/** Bytes to read for a round, when the files have only grown. */
const bytesOf = ({ threads }: KnownText, { changed }: Round): number =>
  changed.reduce((sum, { streamId, sizeBytes }) => {
    const read = threads.get(streamId)?.[1][2] ?? 0
    return sum + (sizeBytes < read ? sizeBytes : sizeBytes - read)
  }, 0)

interface Wanted {
  readonly infos: ReadonlyArray<StreamInfo>
  readonly whole: boolean
}

/** Indexes what is wanted, however often others commit first. */
const index = async (
  table: TextTable,
  { infos, whole }: Wanted,
  options: RoundOptions
): Promise<Result<void>> => {
  for (let attempt = 0; attempt < ATTEMPTS_MAX; attempt++) {
    const known = table.memory.load()
    const round = roundOf(known, infos, whole)
    if (round.changed.length + round.gone.length === 0) return E.right(undefined)
    const done = await runRound(table, known, round, options)
    if (E.isLeft(done)) return done
    if (done.right !== 'moved') return E.right(undefined)
  }
  return E.left({ _tag: 'Busy', what: 'the full-text rows of the home' })
}

/** What is indexed behind searches: one run at a time, for the newest that was wanted. */
const behind = (table: TextTable, leastBytes: number) => {
  let wanted: Wanted | null = null
  let running: Promise<unknown> | null = null
  let isClosed = false
  const isStopped = (bytes: number): boolean => isClosed && bytes >= leastBytes
  const run = async (): Promise<void> => {
    while (wanted !== null) {
      const { infos, whole } = wanted
      wanted = null
      // The newest threads are asked for first.
      const order = { infos: infos.toReversed(), whole }
      await index(table, order, { progress: NOBODY, isStopped })
    }
  }
  return {
    isRunning: () => running !== null,
    leave: (infos: ReadonlyArray<StreamInfo>, whole: boolean): void => {
      if (wanted?.whole !== true || whole) wanted = { infos, whole }
    },
    goOn: (): void => {
      if (wanted === null || isClosed || running !== null) return
      // Whatever keeps this from its end, the next search meets it in its own name.
      running = run()
        .catch(() => undefined)
        .finally(() => (running = null))
    },
    close: async (): Promise<void> => {
      isClosed = true
      await running
    }
  }
}

export const fullText = (
  env: Env,
  progress: Progress,
  { soonBytesMax = SOON_BYTES_MAX, leastBytes = LEAST_BYTES }: FullTextOptions = {}
): FullText => {
  const name = tableOf(FULL_TEXT, viewName(env.profile, env.strict))
  const memory = textMemory(env, name)
  const table: TextTable = { env, table: name, memory }
  const later = behind(table, leastBytes)
  let settled: { readonly infos: ReadonlyArray<StreamInfo>; readonly known: KnownText } | null =
    null
  const run = async (infos: ReadonlyArray<StreamInfo>, whole: boolean): Promise<Result<void>> => {
    let known = memory.load()
    if (settled?.infos === infos && settled.known === known) return E.right(undefined)
    if (later.isRunning()) return E.right(later.leave(infos, whole))
    if (isMostlyGone(known.head)) {
      await dropAll(table, known.head)
      known = memory.load()
    }
    const round = roundOf(known, infos, whole)
    if (round.changed.length + round.gone.length === 0) {
      if (whole) settled = { infos, known }
      return E.right(undefined)
    }
    if (bytesOf(known, round) > soonBytesMax) return E.right(later.leave(infos, whole))
    return index(table, { infos, whole }, { progress, isStopped: () => false })
  }
  // A search asks more than once.
  let asked: {
    readonly known: KnownText
    readonly term: string
    readonly found: Candidates
  } | null = null
  let queue: Promise<unknown> = Promise.resolve()
  return {
    catchUp: (infos, whole) => {
      const next = queue.then(() => run(infos, whole))
      queue = next.catch(() => undefined)
      return next
    },
    look: (infos, term) => {
      const known = memory.load()
      if (asked?.known !== known || asked.term !== term)
        asked = { known, term, found: candidatesIn(env, name, known, term) }
      if (settled?.infos === infos && settled.known === known)
        return { candidates: asked.found, unread: new Set() }
      const unread = infos.filter((info) => !isIndexed(known, info))
      return { candidates: asked.found, unread: new Set(unread.map(({ streamId }) => streamId)) }
    },
    goOn: later.goOn,
    chunk: (number) => (env.index.get(chunkKey(name, number)) as Chunk | undefined) ?? null,
    close: later.close
  }
}
