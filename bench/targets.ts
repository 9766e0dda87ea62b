/**
 * What unroll wants to reach, as ratios to another program in the same run or as limits of its own. A missed target is
 * reported, it does not fail anything.
 */

/** One target. */
export interface Target {
  readonly text: string
  /** Rows it is about: suite and name, joined by `: `. */
  readonly rows: RegExp
  /**
   * Homes it is about; all that are read when absent. Named `L-migrated` where unroll reads L migrated by Codex; `growth`, `changes`,
   * `append` and `usage of M` are measured by scripts of their own.
   */
  readonly profiles?: ReadonlyArray<string>
  /** Program to compare with; unroll's own figure counts when absent. */
  readonly peer?: string
  /** True where an answer may come from what a server keeps of an earlier one; else every request is for another page. */
  readonly kept?: true
  /** The worst row may reach this. */
  readonly most: number
}

const OLDER = '0.142.5'
const MIGRATED = '0.169.0-migrated'
const M = ['M'] as const
const GROWN = ['growth'] as const

const STARTS: ReadonlyArray<Target> = [
  {
    text: 'first start of M until every page is listed',
    rows: /^first index: start until every page is listed/,
    profiles: M,
    peer: OLDER,
    most: 0.05
  },
  {
    text: 'first index of L from files, against migrate-rollouts',
    rows: /^first index: every turn, from files/,
    profiles: ['L-migrated'],
    peer: MIGRATED,
    most: 0.1
  },
  {
    text: 'start until the first page of threads',
    rows: /^startup: start until the first page/,
    profiles: M,
    peer: OLDER,
    most: 1.6
  },
  {
    text: 'the same with an option for the size of the heap, times without it',
    rows: /^startup: with --max-old-space-size/,
    profiles: M,
    most: 1.1
  }
]

const PAGES: ReadonlyArray<Target> = [
  {
    text: 'full page of a small or medium thread',
    rows: /^turns page: (small|medium), full/,
    peer: OLDER,
    most: 0.25
  },
  {
    text: 'any other page of a small or medium thread',
    rows: /^turns page: (small|medium), (?!full)/,
    peer: OLDER,
    most: 0.25
  },
  {
    text: 'huge threads, full page',
    rows: /^(turns|deep) page: .*000 turns, full, (?!last)/,
    peer: MIGRATED,
    most: 0.2
  },
  {
    text: 'huge threads, page without items or with summaries',
    rows: /^(turns|deep) page: .*000 turns, (notLoaded|summary), (?!last)/,
    peer: MIGRATED,
    most: 0.3
  },
  {
    text: 'last page of 50,000 turns against a page behind turn 50',
    rows: /^deep page: 50,000 turns, .*last against near/,
    most: 1.5
  },
  { text: 'full read of huge threads', rows: /^full read: .*000 turns/, peer: OLDER, most: 0.2 },
  {
    text: 'each of 16 in flight, page with summaries',
    rows: /^concurrent: turns page, summary, 16/,
    profiles: M,
    peer: OLDER,
    most: 0.1
  },
  {
    text: 'each of 16 in flight, full page or read with turns',
    rows: /^concurrent: (turns page, full|read with turns), 16/,
    profiles: M,
    peer: OLDER,
    most: 0.2
  },
  {
    text: 'each of 16 in flight, read without turns',
    rows: /^concurrent: read without turns, 16/,
    profiles: M,
    peer: OLDER,
    most: 0.1
  },
  {
    text: 'each of 16 in flight, asked again',
    rows: /^concurrent: .*, asked again, 16/,
    profiles: M,
    peer: OLDER,
    kept: true,
    most: 0.1
  }
]

const LISTS: ReadonlyArray<Target> = [
  {
    text: 'list of threads',
    rows: /^thread\/list: \d+ by/,
    peer: OLDER,
    kept: true,
    most: 0.25
  },
  {
    text: 'list from what is derived alone, ms',
    rows: /^thread\/list: \d+, useStateDbOnly/,
    profiles: M,
    kept: true,
    most: 1
  },
  {
    text: 'search of what was said',
    rows: /^thread\/search: (?!the first)/,
    profiles: M,
    peer: OLDER,
    most: 0.07
  },
  {
    text: 'first search of a home',
    rows: /^thread\/search: the first/,
    profiles: M,
    peer: OLDER,
    most: 1
  }
]

const CHANGES: ReadonlyArray<Target> = [
  {
    text: 'fork without turns',
    rows: /^changes: fork without turns/,
    profiles: ['changes'],
    peer: OLDER,
    most: 0.04
  },
  {
    text: 'rollback of one turn, the first ever and later ones',
    rows: /^changes: (first )?rollback, answered/,
    profiles: ['changes'],
    peer: OLDER,
    most: 0.1
  },
  {
    text: 'append of one caller, against a write and a sync for each line',
    rows: /^append: one caller/,
    profiles: ['append'],
    peer: 'loop',
    most: 1.25
  },
  {
    text: 'usage with nothing derived yet',
    rows: /^usage daily: nothing derived yet/,
    profiles: ['usage of M'],
    peer: '20.0.24',
    most: 1.5
  },
  {
    text: 'usage with everything in place',
    rows: /^usage daily: everything in place/,
    profiles: ['usage of M'],
    peer: '20.0.24',
    kept: true,
    most: 0.5
  }
]

const grown = (
  text: string,
  rows: RegExp,
  most: number,
  kept: { readonly kept?: true } = {}
): Target => ({ text, rows, most, profiles: GROWN, ...kept })

const GROWTH: ReadonlyArray<Target> = [
  grown('20,000 threads: first start, every page listed, ms', /^20,000 threads: first start/, 2200),
  grown('100,000 threads: the same, ms', /^100,000 threads: first start/, 10_000),
  grown('memory of a first start, MB', /^peak memory: \d+,000 threads, first start/, 300),
  grown('list by updated_at, nothing changed, ms', /threads: list by updated_at, later/, 10, {
    kept: true
  }),
  grown('list from what is derived alone, ms', /threads: list, useStateDbOnly/, 1, { kept: true }),
  grown('search of what nobody said, ms', /threads: search, no hit/, 20),
  grown('index with full text, times the home', /threads: index on disk/, 0.35),
  grown('first open after a kill during a write, ms', /^20,000 threads: first open after/, 300)
]

const MEMORY: ReadonlyArray<Target> = [
  { text: 'peak memory of any page, MB', rows: /^peak memory: any page/, most: 100 },
  {
    text: 'peak memory of indexing L, MB',
    rows: /^peak memory: indexing/,
    profiles: ['L'],
    most: 180
  }
]

/** The table. */
export const TARGETS: ReadonlyArray<Target> = [
  ...STARTS,
  ...PAGES,
  ...LISTS,
  ...CHANGES,
  ...GROWTH,
  ...MEMORY
]
