/**
 * What unroll wants to reach, as ratios to a real Codex in the same run or as limits of its own. A missed target is
 * reported, it does not fail anything.
 */

/** One target. */
export interface Target {
  readonly text: string
  /** Rows it is about: suite and name, joined by `: `. */
  readonly rows: RegExp
  /** Homes it is about; all when absent. Named `L-migrated` where unroll reads L migrated by Codex. */
  readonly profiles?: ReadonlyArray<string>
  /** Codex to compare with; unroll's own figure counts when absent. */
  readonly peer?: string
  /** The worst row may reach this. */
  readonly most: number
}

/** The table. */
export const TARGETS: ReadonlyArray<Target> = [
  {
    text: 'huge threads, page without items or with summaries',
    rows: /^(turns|deep) page: .*000 turns, (notLoaded|summary), (?!last)/,
    peer: '0.169.0-migrated',
    most: 0.4
  },
  {
    text: 'huge threads, full page',
    rows: /^(turns|deep) page: .*000 turns, full, (?!last)/,
    peer: '0.169.0-migrated',
    most: 0.2
  },
  {
    text: 'small and medium threads, any page of turns',
    rows: /^turns page: (small|medium),/,
    peer: '0.142.5',
    most: 0.25
  },
  { text: 'list of threads', rows: /^thread\/list: /, peer: '0.142.5', most: 0.25 },
  {
    text: 'search of what was said',
    rows: /^thread\/search: (?!the first)/,
    profiles: ['M'],
    peer: '0.142.5',
    most: 0.1
  },
  {
    text: 'first index of M',
    rows: /^first index: start until every page is listed/,
    profiles: ['M'],
    peer: '0.142.5',
    most: 0.1
  },
  {
    text: 'first index of L from files, against migrate-rollouts',
    rows: /^first index: every turn, from files/,
    profiles: ['L-migrated'],
    peer: '0.169.0-migrated',
    most: 0.1
  },
  {
    text: 'start until the first page of threads',
    rows: /^startup: start until the first page/,
    profiles: ['M'],
    peer: '0.142.5',
    most: 1.2
  },
  {
    text: 'each of 16 requests in flight, pages and reads',
    rows: /^concurrent: /,
    profiles: ['M'],
    peer: '0.142.5',
    most: 0.1
  },
  {
    text: 'full read of huge threads',
    rows: /^full read: .*000 turns/,
    peer: '0.142.5',
    most: 0.2
  },
  {
    text: 'last page of 50,000 turns against a page behind turn 50',
    rows: /^deep page: 50,000 turns, .*last against near/,
    most: 1.5
  },
  { text: 'peak memory of any page, MB', rows: /^peak memory: any page/, most: 80 },
  {
    text: 'peak memory of indexing L, MB',
    rows: /^peak memory: indexing/,
    profiles: ['L'],
    most: 180
  }
]
