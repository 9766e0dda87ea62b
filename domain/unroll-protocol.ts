/**
 * What the methods `unroll/…` of the app-server answer that no client of Codex knows. Clients may import these types alone.
 *
 * Units:  `…Ms` milliseconds, times since 1970.
 * Shape:  what is not known is null, never a guess.
 */

/** What stands out about a turn. */
export type OutlineFlag =
  /** It was taken back. */
  | 'rolledBack'
  | 'compacted'
  /** A review was begun or ended in it. */
  | 'review'
  /** It holds lines that cannot be read. */
  | 'damaged'
  /** The last turn that another thread has from this one. */
  | 'fork'

/** A turn in a line: what a list beside a thread shows of it. */
export interface OutlinedTurn {
  /** Its place among the turns of the thread; the oldest is 0. */
  readonly n: number
  readonly id: string
  readonly startedAtMs: number | null
  readonly completedAtMs: number | null
  readonly durationMs: number | null
  readonly status: 'completed' | 'interrupted' | 'failed' | 'inProgress'
  /** The beginning of what was asked; null where there was no text. */
  readonly asked: string | null
  /** The beginning of the last answer. */
  readonly answered: string | null
  /** Null where its items are known only when they are read, as those of paginated threads and derived ones. */
  readonly items: number | null
  /** Tool calls. Null, as the three below, where its lines are those of another thread or a file left behind, or not counted yet. */
  readonly tools: number | null
  /** Tool calls that failed or were rejected. */
  readonly failed: number | null
  /** Files that patches changed. */
  readonly files: number | null
  /** Null, too, where no line tells what it spent. */
  readonly tokens: number | null
  readonly flags: ReadonlyArray<OutlineFlag>
}

/** Turns of a thread from a place on, each in a line. */
export interface ThreadOutline {
  /** How many turns the thread has. */
  readonly total: number
  /** How many events it has. */
  readonly revision: number
  /** False while tools, files, tokens and compactions of a long thread are still being counted: ask again for those. */
  readonly counted: boolean
  readonly turns: ReadonlyArray<OutlinedTurn>
}

/** How many threads share a value, and when anything last happened in one of them. */
export interface FacetValue {
  readonly value: string
  readonly count: number
  readonly lastAtMs: number
}

/** What lists of threads can be narrowed by; the most frequent values first. */
export interface HomeFacets {
  readonly cwd: ReadonlyArray<FacetValue>
  readonly model: ReadonlyArray<FacetValue>
  readonly provider: ReadonlyArray<FacetValue>
  /** Kinds of source, as `thread/list` takes them. */
  readonly source: ReadonlyArray<FacetValue>
  readonly version: ReadonlyArray<FacetValue>
  readonly branch: ReadonlyArray<FacetValue>
}

/** What a home holds. */
export interface HomeCounts {
  readonly threads: number
  /** How many of them are archived. */
  readonly archived: number
  /** Null, as `damagedLines`, until every thread was read to its end once. */
  readonly turns: number | null
  readonly damagedLines: number | null
  /** Bytes of all rollouts on disk. */
  readonly bytes: number
  /** Files that are not read because another one with the same id is. */
  readonly duplicates: number
}

/** A home as a whole. */
export interface HomeOverview {
  readonly counts: HomeCounts
  /** Of the threads that a list of every source and provider shows. */
  readonly facets: HomeFacets
}

/** What a list shows of a thread beside its title. Null is what nobody asked for yet, and what would take long to find out. */
export interface ListFacts {
  readonly threadId: string
  readonly turns: number | null
  /** Files that patches changed and that were not taken back, and the lines these patches told of. */
  readonly files: number | null
  readonly linesAdded: number | null
  readonly linesRemoved: number | null
  /** What the thread itself spent, also in turns that were rolled back. */
  readonly tokens: number | null
  /** True where lines that would tell more are missing. */
  readonly tokensLowerBound: boolean
  /** Threads that were forked from this one and are in the home. */
  readonly forks: number
  /** Rollbacks and reverts, also those that were undone. */
  readonly rollbacks: number | null
  readonly damagedLines: number | null
}

/** What became of a thread. */
export interface ThreadNews {
  readonly threadId: string
  readonly what: 'added' | 'updated' | 'renamed' | 'archived' | 'unarchived' | 'gone'
  readonly lastEventAtMs: number
  /** How many events it has. */
  readonly revision: number
}

/** `unroll/home/changed`: what happened since the last one, or that it was too much to tell. */
export type HomeNews = { readonly threads: ReadonlyArray<ThreadNews> } | { readonly many: true }

/** A home, and the server that was asked about it. */
export interface HomeDescription extends HomeOverview {
  /** Absolute path. */
  readonly home: string
  /** Stays the same as long as the home does; a store has another one in each process. */
  readonly homeId: string
  /** Of unroll. */
  readonly version: string
  /** The version of Codex whose answers the server gives. */
  readonly profile: string
  /** True when clients may change threads. */
  readonly writable: boolean
  /** Where the threads live, without user and password; null for the files of the home. */
  readonly store: string | null
  /** The zone of the server, by its IANA name. */
  readonly timeZone: string
}

/** How far some work is; `bytesTotal` is null where it is not known before the end. */
export interface JobProgress {
  readonly done: number
  readonly total: number
  readonly bytes: number
  readonly bytesTotal: number | null
}

/** How some work ended; the summary of a check is that of the command. */
export type JobEnd =
  | { readonly outcome: 'completed'; readonly summary: object }
  | { readonly outcome: 'cancelled' }
  | { readonly outcome: 'failed'; readonly reason: string }

/** What a change would do, where it was asked with `dryRun`. */
export interface ChangePlan {
  readonly operation: string
  readonly threadId: string
  /** Threads that are moved or changed. */
  readonly threadIds: ReadonlyArray<string>
  /** Threads that stay as they are, and why. */
  readonly skipped: ReadonlyArray<{ readonly threadId: string; readonly reason: string }>
  /** How many files are moved. */
  readonly files: number
  /** How many turns are taken back, brought back, or in the new thread; null where that is not known, or there are none. */
  readonly turns: number | null
  /** Turns that are taken back, oldest first. */
  readonly turnIds: ReadonlyArray<string> | null
  readonly name: { readonly before: string | null; readonly after: string } | null
}

/** A thread in a graph. */
export interface GraphNode {
  readonly threadId: string
  readonly name: string | null
  readonly preview: string
  /** Null until the thread was read to its end once. */
  readonly turns: number | null
  readonly startedAtMs: number
  readonly lastEventAtMs: number
  readonly archived: boolean
  readonly kind: 'thread' | 'agent' | 'review'
}

/** What a thread came of: it was forked, spawned, or begun to review. */
export interface GraphEdge {
  readonly from: string
  readonly to: string
  readonly kind: 'fork' | 'agent' | 'review'
  /** The turn in which it began; of a fork the last that both have. */
  readonly atTurn: string | null
  /** The event with which it began. */
  readonly atRevision: number | null
}

/** Turns that were taken back. */
export interface GraphRollback {
  readonly threadId: string
  /** The event that did it; null where the history no longer leads through it. */
  readonly revision: number | null
  readonly atMs: number | null
  /** The turns, oldest first; null where no line names them. */
  readonly turnIds: ReadonlyArray<string> | null
  /** The event that brought them back. */
  readonly undoneAtRevision: number | null
}

/** A further file of a thread, and the place of the first turn that begins in it. */
export interface GraphSegment {
  readonly threadId: string
  readonly segment: number
  readonly beginsAtTurn: number | null
}

/** How threads came of each other, and what was taken back in them. */
export interface ThreadGraph {
  readonly nodes: ReadonlyArray<GraphNode>
  readonly edges: ReadonlyArray<GraphEdge>
  readonly rollbacks: ReadonlyArray<GraphRollback>
  readonly segments: ReadonlyArray<GraphSegment>
}
